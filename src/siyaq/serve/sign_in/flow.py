"""One sign-in on its way to a provider and back, kept by the browser that began it.

Its cookie holds a random name with a MAC. What goes to the provider (`state`, `nonce`, PKCE's
verifier) is made of that name and the secret of the data directory, so that any worker can
finish what another began, and nothing is kept that a stranger could fill up.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from siyaq.access import Links

COOKIE = "__Host-siyaq-login"
SECONDS = 600
PAGES = ("/", "/plan", "/agents")
"""Where somebody may be taken once signed in: nowhere else, whatever an address says."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that was begun. `state` names it once it is over, so that it is not used twice."""

    token: str
    page: str
    state: str
    nonce: str
    verifier: str


def begin(links: Links, page: str, now: float) -> Flow:
    """Begin a sign-in that ends at a page of ours. `now` is in seconds since 1970."""
    place = PAGES.index(page) if page in PAGES else 0
    return _flow(links, f"{secrets.token_urlsafe(32)}~{int(now)}~{place}")


def resume(links: Links, token: str, state: str, now: float) -> Flow | None:
    """Return the sign-in of a cookie, None for one that is not ours, too old, or not of `state`."""
    name = links.name("login", token)
    if name is None or name.count("~") != 2:
        return None
    flow = _flow(links, name)
    begun_at = int(name.split("~")[1])
    same = hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "replace"))
    return flow if same and 0 <= now - begun_at < SECONDS else None


def _flow(links: Links, name: str) -> Flow:
    def derived(what: str) -> str:
        digest = links.secret("login", f"{what} {name}")
        return urlsafe_b64encode(digest).decode().rstrip("=")

    return Flow(
        token=links.token("login", name),
        page=PAGES[int(name.split("~")[2])],
        state=derived("state"),
        nonce=derived("nonce"),
        verifier=derived("verifier"),
    )
