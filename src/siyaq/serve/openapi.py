"""The OpenAPI document: generated from the routes, with our own problems and links in it."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from siyaq.serve.links import add_links
from siyaq.serve.schema import ProblemJson

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def describe(app: FastAPI) -> dict[str, object]:
    """Return the document; FastAPI's own shape of validation errors gives way to ours."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = TypeAdapter(ProblemJson).json_schema()
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for path in document["paths"].values():
        for method in _METHODS & path.keys():
            responses = path[method]["responses"]
            responses.pop("422", None)
            for statuses in ("4XX", "5XX"):
                responses[statuses] = {
                    "description": "A problem, by its stable `code`",
                    "content": {"application/problem+json": reference},
                }
    add_links(document["paths"])
    return dict(document)
