"""What each route is asked, and what of an answer must not differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from tests.app.collections.world import ASKED, FERRY

OF_POSTS = ("wire:1", "wire:4", "qzxtips:1", "qzxtips:never")

NOT_READ = {
    "GET /v1/stream": "it never ends: below",
    "GET /v1/posts/{post_id}/context/changes": "it never ends: below",
}

QUERIES: Mapping[str, tuple[dict[str, str], ...]] = {
    "GET /v1/search": (
        {"q": "night ferry to Port Selwin"},
        {"q": "qzxcaptain"},
        {"q": "ferry", "source": "qzxtips"},
        {"q": "ferry", "author": "qzxmole"},
        {"q": "source:qzxtips ferry"},
        {"q": "what is the latest story about the ferry"},
    ),
    "GET /oembed": tuple(
        {"url": f"http://127.0.0.1:8000/v1/posts/{name.replace(':', '%3A')}/context.html"}
        for name in OF_POSTS
    ),
}

_MCP = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}

_QUESTIONS = (ASKED, "Who told of the qzxcaptain?", "What did qzxmole say?", "Did the ferry sink?")

BODIES: Mapping[str, tuple[object, ...]] = {
    "POST /v1/ask": (
        *({"question": question} for question in _QUESTIONS),
        {"question": ASKED, "filters": {"source": ["qzxtips"]}},
        {"question": "ferry", "previous_response_id": "{answer_id}"},
    ),
    "POST /v1/context": ({"text": FERRY}, {"url": "https://qzx.example/1"}, {"url": "qzxtips:1"}),
    "POST /v1/chat/completions": tuple(
        {"model": "siyaq", "messages": [{"role": "user", "content": question}]}
        for question in _QUESTIONS
    ),
    "POST /v1/responses": (
        *({"model": "siyaq", "input": question} for question in _QUESTIONS),
        *(
            {"model": "siyaq", "input": ASKED,
             "tools": [{"type": "collections_search", "collection_ids": [name]}]}
            for name in ("desk", "qzxtips", "public")
        ),
        {"model": "siyaq", "input": "what changed?", "previous_response_id": "{response_id}"},
    ),
    "POST /v1/embeddings": ({"model": "siyaq", "input": "ferry"},),
    "POST /mcp": tuple(
        {**_MCP, "params": {"name": name, "arguments": arguments}}
        for name, arguments in (
            ("search", {"query": "night ferry"}),
            ("ask", {"question": ASKED}),
            ("context", {"post_id": "qzxtips:1"}),
            ("context", {"post_id": "wire:1"}),
            ("thread", {"post_id": "wire:1"}),
            ("thread", {"post_id": "qzxtips:2"}),
        )
    ),
    "POST /v1/posts/{post_id}/notes": (
        {"text": "a note", "author": "me", "classification": "not_misleading"},
    ),
    "POST /v1/posts/{post_id}/context/ratings": ({"rater": "me", "helpful": "helpful"},),
    "POST /v1/notes/{note_id}/ratings": ({"rater": "me", "helpful": "helpful"},),
    "POST /v1/answers/{answer_id}/shares": ({"days": 1},),
    "POST /v1/watches": ({"question": ASKED},),
    "PATCH /v1/watches/{watch_id}": ({"paused": True},),
}  # fmt: skip

VOLATILE = frozenset(
    {"usage", "seconds", "created", "id", "answer_id", "posts_per_second", "lag_seconds", "feed"}
    | {"path", "previous", "item_id", "response_id", "previous_response_id", "trace_id"}
    | {"embedding", "score"}
)
"""Fields that differ between two calls of one siyaq, durations and fresh names; and the scores of
a search, since the mean length of posts is of all of them (docs/concepts/limits). Ranks are not."""

_FRESH = re.compile(r"[0-9a-f]{16,}|0x[0-9a-f]+|(?!2026-11-20)\d{4}-\d\d-\d\d(T[\d:.]+Z)?")
"""Ids, and moments of the test itself: posts are of another day."""


def asked_of(route: str, names: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each request that a route is tried with: its path, and what else it takes."""
    path = route.partition(" ")[2]
    for post in OF_POSTS if "{post_id}" in path else ("",):
        there = path.replace("{post_id}", post.replace(":", "%3A")).replace("{place}", "0")
        for name, value in names.items():
            there = there.replace(f"{{{name}}}", value)
        there = re.sub(r"\{[a-z_]+(:path)?\}", "none", there)
        for query in QUERIES.get(route, ({},)):
            for body in BODIES.get(route, (None,)):
                content = json.dumps(body) if body is not None else "{}"
                for name, value in names.items():
                    content = content.replace(f"{{{name}}}", value)
                yield there, {"params": query, "content": content}


def plain(response: httpx2.Response) -> object:
    """Return what an answer says, without what differs from call to call."""
    if "json" in response.headers.get("content-type", ""):
        said = response.json()
        if isinstance(said, dict) and said.get("code") == "unreadable_picture":
            return response.status_code, said["code"]  # why: on a loaded machine, for its time
        return response.status_code, _steady(said)
    if response.headers.get("content-type") == "image/png":
        return response.status_code  # the SVG, which is compared, drawn at another moment
    text = _FRESH.sub("#", response.text)
    return response.status_code, re.sub(r"\d[\d:.,TZ+\-/ ]*", "#", text)


def _steady(value: object) -> object:
    if isinstance(value, dict):
        return {k: _steady(v) for k, v in value.items() if k not in VOLATILE}
    if isinstance(value, int) and value > 1_700_000_000:
        return "#"  # a moment of the test, in seconds
    if isinstance(value, list):
        return [_steady(one) for one in value]
    if isinstance(value, str) and value[:1] in "{[":  # JSON in a text, as of MCP's tools
        try:
            return _steady(json.loads(value))
        except ValueError:
            pass
    return _FRESH.sub("#", value) if isinstance(value, str) else value
