"""The route table's other half: what each route asks of whoever calls it.

A route that does not stand here cannot be reached by anybody, so that a new one is closed until
somebody has decided whom it is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from starlette.routing import compile_path

from siyaq.access import Need
from siyaq.access.account import Work

NEEDS: Mapping[tuple[str, str], Need] = {
    ("GET", "/"): Need.NOTHING,
    ("GET", "/plan"): Need.NOTHING,
    ("GET", "/agents"): Need.NOTHING,
    ("GET", "/siyaq.js"): Need.NOTHING,
    ("GET", "/sw.js"): Need.NOTHING,
    ("GET", "/static/{name:path}"): Need.NOTHING,
    ("GET", "/v1/hooks/{name}"): Need.NOTHING,  # its source knows what it has asked for
    ("POST", "/v1/hooks/{name}"): Need.NOTHING,  # a delivery is signed; its source looks
    ("GET", "/v1/feeds/{token}"): Need.NOTHING,  # the token is the key
    ("GET", "/s/{token}"): Need.NOTHING,  # so it is here
    ("GET", "/s/{token}/bundle"): Need.NOTHING,
    ("GET", "/login"): Need.NOTHING,
    ("GET", "/login/callback"): Need.NOTHING,  # from the provider's site, with what it gave
    ("GET", "/v1/session"): Need.NOTHING,  # it tells who is signed in, and how to
    ("POST", "/v1/session"): Need.NOTHING,
    ("DELETE", "/v1/session"): Need.NOTHING,
    ("GET", "/healthz"): Need.NOTHING,
    ("GET", "/readyz"): Need.NOTHING,
    ("GET", "/v1/posts/{post_id}/context"): Need.CARD,
    ("GET", "/v1/posts/{post_id}/context.html"): Need.CARD,
    ("GET", "/v1/posts/{post_id}/context.svg"): Need.CARD,
    ("GET", "/v1/posts/{post_id}/context.png"): Need.CARD,
    ("GET", "/v1/posts/{post_id}/context.jsonld"): Need.CARD,
    ("GET", "/v1/posts/{post_id}/context/versions"): Need.CARD,
    ("GET", "/v1/posts/{post_id}/context/changes"): Need.CARD,
    ("GET", "/v1/posts/{post_id}/notes"): Need.CARD,
    ("GET", "/oembed"): Need.CARD,
    ("POST", "/v1/context"): Need.CARD,
    ("GET", "/v1/posts/{post_id}/context/phrased"): Need.PHRASE,  # it costs a model's time
    ("GET", "/openapi.json"): Need.READ,
    ("GET", "/metrics"): Need.COUNTS,  # of every source together
    ("POST", "/v1/ask"): Need.READ,
    ("POST", "/mcp"): Need.READ,
    ("POST", "/v1/chat/completions"): Need.READ,
    ("POST", "/v1/responses"): Need.READ,
    ("GET", "/v1/responses/{response_id}"): Need.READ,
    ("DELETE", "/v1/responses/{response_id}"): Need.WRITE,
    ("POST", "/v1/embeddings"): Need.READ,
    ("GET", "/v1/models"): Need.READ,
    ("GET", "/v1/models/{model:path}"): Need.READ,
    ("GET", "/v1/answers/{answer_id}"): Need.READ,
    ("GET", "/v1/search"): Need.READ,
    ("GET", "/v1/posts/{post_id}"): Need.READ,
    ("GET", "/v1/stream"): Need.READ,
    ("GET", "/v1/status"): Need.READ,
    ("GET", "/v1/quota"): Need.READ,
    ("GET", "/v1/plan"): Need.READ,
    ("GET", "/v1/plan/{name}"): Need.READ,
    ("GET", "/v1/plan/{name}/told"): Need.READ,
    ("GET", "/v1/plan/{name}/report"): Need.READ,
    ("POST", "/v1/posts"): Need.WRITE,
    ("POST", "/v1/posts/{post_id}/notes"): Need.WRITE,
    ("PUT", "/v1/posts/{post_id}/media/{place}"): Need.WRITE,
    ("POST", "/v1/posts/{post_id}/context/ratings"): Need.WRITE,
    ("POST", "/v1/notes/{note_id}/ratings"): Need.WRITE,
    ("DELETE", "/v1/notes/{note_id}"): Need.WRITE,
    ("DELETE", "/v1/answers/{answer_id}"): Need.WRITE,
    ("GET", "/v1/answers/{answer_id}/bundle"): Need.READ,
    ("GET", "/v1/shares"): Need.READ,
    ("POST", "/v1/answers/{answer_id}/shares"): Need.WRITE,  # it opens an answer to strangers
    ("DELETE", "/v1/shares/{share_id}"): Need.WRITE,
    ("GET", "/v1/watches"): Need.READ,
    ("GET", "/v1/watches/{watch_id}"): Need.READ,
    ("GET", "/v1/alerts"): Need.READ,
    ("POST", "/v1/watches"): Need.WRITE,  # it makes siyaq work, and send, without end
    ("PATCH", "/v1/watches/{watch_id}"): Need.WRITE,
    ("DELETE", "/v1/watches/{watch_id}"): Need.WRITE,
    ("POST", "/v1/alerts/seen"): Need.WRITE,
    ("GET", "/v1/sources"): Need.KEYS,  # where we listen, and how, is the operator's affair
    ("POST", "/v1/sources"): Need.KEYS,
    ("PATCH", "/v1/sources/{source_id}"): Need.KEYS,
    ("DELETE", "/v1/sources/{source_id}"): Need.KEYS,
    ("GET", "/v1/settings"): Need.KEYS,
    ("GET", "/v1/runs"): Need.READ,
    ("GET", "/v1/runs/{run_id}"): Need.READ,
    ("GET", "/v1/runs/{run_id}/files/{path:path}"): Need.READ,
    ("POST", "/v1/runs"): Need.WRITE,
    ("POST", "/v1/runs/{run_id}/pause"): Need.WRITE,
    ("POST", "/v1/runs/{run_id}/resume"): Need.WRITE,
    ("POST", "/v1/runs/{run_id}/cancel"): Need.WRITE,
    ("PUT", "/v1/runs/{run_id}/plan"): Need.WRITE,
    ("PUT", "/v1/runs/{run_id}/calls/{call}"): Need.WRITE,
    ("GET", "/v1/keys"): Need.KEYS,
    ("POST", "/v1/keys"): Need.KEYS,
    ("DELETE", "/v1/keys/{key_id}"): Need.KEYS,
    ("PUT", "/v1/keys/{key_id}/limits"): Need.KEYS,
    ("GET", "/v1/audit"): Need.KEYS,
}

SPENDS: Mapping[str, Work] = {
    "/v1/ask": "ask",
    "/v1/posts/{post_id}/context/phrased": "ask",
    "/v1/chat/completions": "ask",
    "/v1/responses": "ask",
    "/v1/search": "search",
    "/v1/embeddings": "embed",
    "/v1/context": "card",
    "/v1/posts/{post_id}/context": "card",
    "/v1/posts/{post_id}/context.html": "card",
    "/v1/posts/{post_id}/context.svg": "card",
    "/v1/posts/{post_id}/context.png": "card",
    "/v1/posts/{post_id}/context.jsonld": "card",
    "/v1/posts/{post_id}/context/changes": "card",
}
"""What is reserved before a route is entered, so that a refusal has a status line of its own. What
`/mcp` is asked for stands in its body: its tools reserve for themselves."""

FRAMES = frozenset(
    {
        "/v1/posts/{post_id}/context.html",
        "/v1/posts/{post_id}/context.svg",
        "/v1/posts/{post_id}/context.png",
        "/oembed",
    }
)
"""Routes that frames of other sites, and what is shared of them, lead to. Neither a frame nor who
fetches a picture for a shared link sends a header: the key stands in the address. What is framed
`frame-ancestors` keeps to the pages that the key is bound to; a picture no other page can show
(`cross-origin-resource-policy`)."""


OF_OUR_PAGES = frozenset({"/v1/session"})
"""Routes that need nothing and yet are not for pages of other sites."""


class Asked(NamedTuple):
    """The route that a request is for."""

    path: str  # as it stands in the table
    need: Need


_PATTERNS = [
    (method, compile_path(path)[0], Asked(path, need)) for (method, path), need in NEEDS.items()
]


def asked(method: str, path: str) -> Asked | None:
    """Return the route that a method and a path lead to, None where there is none."""
    method = "GET" if method == "HEAD" else method
    for known, pattern, route in _PATTERNS:
        if known == method and pattern.match(path):
            return route
    return None


def methods(path: str) -> list[str]:
    """Return the methods that are taken at a path."""
    return [method for method, pattern, _ in _PATTERNS if pattern.match(path)]
