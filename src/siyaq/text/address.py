"""Addresses of pages in one spelling, so that two that lead to the same page are equal."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

ADDRESS_AT_MOST: Final = 4_096
_TRACKING: Final = frozenset({"fbclid", "gclid", "igshid", "mc_cid", "mc_eid", "ref_src"})


def address_key(address: str) -> str:
    """Return an address without what does not change the page; "" for what is none.

    Left out are the scheme, "www.", the port that goes without saying, the fragment, a slash at
    the end, and what only tells where a reader came from. The order of a query is kept.
    """
    if not 0 < len(address) <= ADDRESS_AT_MOST or not address.isprintable():
        return ""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme.lower()]
    place = host.removeprefix("www.") + (f":{port}" if port not in {None, usual} else "")
    asked = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in _TRACKING and not name.startswith("utm_")
    ]
    return place + parts.path.rstrip("/") + (f"?{urlencode(asked)}" if asked else "")
