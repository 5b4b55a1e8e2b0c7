"""Reading the wire as a client would: event streams and problem documents."""

import json
from typing import NamedTuple

import httpx2


class Event(NamedTuple):
    name: str
    data: dict[str, object]


def events_of(text: str) -> list[Event]:
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            name, data = lines
            assert name.startswith("event: ")
            assert data.startswith("data: ")
            found.append(Event(name[7:], json.loads(data[6:])))
    return found


def code_of(response: httpx2.Response) -> tuple[int, str]:
    """Return (status, code) of a problem document, having checked that it is one."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "code", "trace_id"} <= body.keys()
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:siyaq:problem:{body['code']}"
    assert body["title"]
    assert "Traceback" not in response.text
    return response.status_code, body["code"]
