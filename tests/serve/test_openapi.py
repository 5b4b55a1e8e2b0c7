"""Schemathesis over every route: whatever the schema allows or forbids, never an error of ours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from siyaq.serve import ServeSettings, create_app
from siyaq.testing.product import FakeProduct

from .conftest import NOW

schemathesis = pytest.importorskip("schemathesis")
from schemathesis import checks  # noqa: E402  # it is there

ENDLESS = r"^/v1/(stream|posts/\{post_id\}/context/changes)$"
RULES = ("positive_data_acceptance", "negative_data_rejection")
"""Checks that take the schema for the whole of the rules. Ours go further (a range of times is not
empty, somebody asks something), and a body may be refused for its size before it is read."""


@schemathesis.serializer("application/x-ndjson")
def ndjson(_: object, value: object) -> bytes:
    return str(value).encode(errors="replace")


checks.load_all_checks()
STRICT = [
    check
    for check in checks.CHECKS.get_all()
    if check.__name__ not in (*RULES, "not_a_server_error")
]
app = create_app(FakeProduct(now=NOW), ServeSettings(allowed_hosts=("testserver",)))
schema = schemathesis.openapi.from_asgi("/openapi.json", app).exclude(path_regex=ENDLESS)


@schema.parametrize()
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_request_makes_an_error_of_ours(case: Any) -> None:
    response = case.call()
    if (response.status_code, case.path) == (501, "/oembed"):
        return  # as its specification wants where another format is asked for
    assert response.status_code < 500, response.text
    case.validate_response(response, checks=STRICT)
