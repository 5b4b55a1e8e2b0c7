"""Which operation goes on from which: the `links` of the OpenAPI document.

What one operation answers names what another takes, as runtime expressions of OpenAPI. A client
that is generated from the document, or a tool that walks it, finds its way by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Operation = tuple[str, str]
"""A method and a path, as the route table has them."""

_ANSWER = (
    ("GET", "/v1/answers/{answer_id}"),
    ("DELETE", "/v1/answers/{answer_id}"),
    ("GET", "/v1/answers/{answer_id}/bundle"),
    ("POST", "/v1/answers/{answer_id}/shares"),
)
_CARD = (
    ("GET", "/v1/posts/{post_id}/context"),
    ("GET", "/v1/posts/{post_id}/context/phrased"),
    ("GET", "/v1/posts/{post_id}/context.html"),
    ("GET", "/v1/posts/{post_id}/context.svg"),
    ("GET", "/v1/posts/{post_id}/context.png"),
    ("GET", "/v1/posts/{post_id}/context.jsonld"),
    ("GET", "/v1/posts/{post_id}/context/versions"),
    ("GET", "/v1/posts/{post_id}/context/changes"),
    ("POST", "/v1/posts/{post_id}/context/ratings"),
)
_POST = (
    ("GET", "/v1/posts/{post_id}"),
    *_CARD,
    ("GET", "/v1/posts/{post_id}/notes"),
    ("POST", "/v1/posts/{post_id}/notes"),
    ("PUT", "/v1/posts/{post_id}/media/{place}"),
)
_NOTE = (("POST", "/v1/notes/{note_id}/ratings"), ("DELETE", "/v1/notes/{note_id}"))
_SHARE = (("DELETE", "/v1/shares/{share_id}"),)
_SOURCE = (("PATCH", "/v1/sources/{source_id}"), ("DELETE", "/v1/sources/{source_id}"))
_WATCH = (
    ("GET", "/v1/watches/{watch_id}"),
    ("PATCH", "/v1/watches/{watch_id}"),
    ("DELETE", "/v1/watches/{watch_id}"),
)
_RUN = (
    ("GET", "/v1/runs/{run_id}"),
    ("POST", "/v1/runs/{run_id}/pause"),
    ("POST", "/v1/runs/{run_id}/resume"),
    ("POST", "/v1/runs/{run_id}/cancel"),
    ("PUT", "/v1/runs/{run_id}/plan"),
    ("PUT", "/v1/runs/{run_id}/calls/{call}"),
)
_KEY = (("PUT", "/v1/keys/{key_id}/limits"), ("DELETE", "/v1/keys/{key_id}"))
_RESPONSE = (("GET", "/v1/responses/{response_id}"), ("DELETE", "/v1/responses/{response_id}"))


class Way(NamedTuple):
    """Where the answer of an operation leads: what of it goes into which parameter of whom."""

    source: Operation
    parameter: str
    found: str  # a JSON pointer into the answer; of lists the first
    targets: tuple[Operation, ...]


WAYS = (
    Way(("POST", "/v1/ask"), "answer_id", "/id", _ANSWER),
    Way(("POST", "/v1/ask"), "post_id", "/references/0/post_id", _POST),
    Way(("GET", "/v1/answers/{answer_id}"), "post_id", "/references/0/post_id", _POST),
    Way(("GET", "/v1/search"), "post_id", "/hits/0/post/post_id", _POST),
    Way(("POST", "/v1/posts/{post_id}/notes"), "note_id", "/id", _NOTE),
    Way(("GET", "/v1/posts/{post_id}/notes"), "note_id", "/notes/0/id", _NOTE),
    Way(("POST", "/v1/answers/{answer_id}/shares"), "share_id", "/id", _SHARE),
    Way(("GET", "/v1/shares"), "share_id", "/shares/0/id", _SHARE),
    Way(("GET", "/v1/shares"), "answer_id", "/shares/0/answer_id", _ANSWER),
    Way(("POST", "/v1/sources"), "source_id", "/id", _SOURCE),
    Way(("GET", "/v1/sources"), "source_id", "/sources/0/id", _SOURCE),
    Way(("POST", "/v1/watches"), "watch_id", "/id", _WATCH),
    Way(("GET", "/v1/watches"), "watch_id", "/watches/0/id", _WATCH),
    Way(("GET", "/v1/alerts"), "watch_id", "/alerts/0/watch_id", _WATCH),
    Way(("GET", "/v1/alerts"), "answer_id", "/alerts/0/answer_id", _ANSWER),
    Way(("POST", "/v1/runs"), "run_id", "/id", _RUN),
    Way(("GET", "/v1/runs"), "run_id", "/runs/0/id", _RUN),
    Way(("POST", "/v1/keys"), "key_id", "/id", _KEY),
    Way(("GET", "/v1/keys"), "key_id", "/keys/0/id", _KEY),
    Way(("POST", "/v1/responses"), "response_id", "/id", _RESPONSE),
    Way(("GET", "/v1/models"), "model", "/data/0/id", (("GET", "/v1/models/{model}"),)),
    Way(("GET", "/v1/plan"), "name", "/scenarios/0/name", (("GET", "/v1/plan/{name}"),)),
)


def add_links(paths: Mapping[str, Any]) -> None:
    """Write the links into the paths of a document, each into what its source answers."""
    for source, name, link in links(paths):
        responses = _operation(paths, source)["responses"]
        succeeded = next(status for status in responses if status.startswith("2"))
        responses[succeeded].setdefault("links", {})[name] = link


def links(paths: Mapping[str, Any]) -> Iterator[tuple[Operation, str, dict[str, object]]]:
    """Yield every link of a document: where it starts, its name there, and what it says."""
    for way in WAYS:
        for target in way.targets:
            operation = _operation(paths, target)
            name = operation["operationId"]
            yield (
                way.source,
                name,
                {
                    "operationId": name,
                    "description": operation["summary"],
                    "parameters": {way.parameter: f"$response.body#{way.found}"},
                },
            )


def _operation(paths: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    method, path = operation
    found: dict[str, Any] = paths[path][method.lower()]
    return found
