"""What is wrong with a value, as what it must be instead; "" for one that will do."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from siyaq.config.section import Scalar

ROLES = ("reader", "writer", "admin")


def between(low: int, high: int) -> Callable[[Scalar], str]:
    """Say what is wrong with a number that is not in a range, both ends in it."""

    def check(value: Scalar) -> str:
        return "" if isinstance(value, int) and low <= value <= high else f"from {low} to {high}"

    return check


def one_of(*allowed: str) -> Callable[[Scalar], str]:
    """Say what is wrong with a value that is none of some."""

    def check(value: Scalar) -> str:
        return "" if value in allowed else f"one of {', '.join(allowed)}"

    return check


def price(value: Scalar) -> str:
    """Say what is wrong with dollars, or watts."""
    try:
        return "" if 0 <= float(value) < float("inf") else "0 or more"
    except ValueError:
        return "a number of 0 or more"


def share(value: Scalar) -> str:
    """Say what is wrong with a part of one."""
    try:
        return "" if 0 <= float(value) <= 1 else "from 0 to 1"
    except ValueError:
        return "a number from 0 to 1"


def http_url(value: Scalar) -> str:
    """Say what is wrong with the address of a service."""
    try:
        parts = urlsplit(str(value))
        host = parts.hostname
    except ValueError:
        return "a URL"
    if value == "":
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        return "an http or https URL"
    return "a URL without a password" if parts.username or parts.password else ""


_PRICE = r"\s*[^=,]+=\s*{0}\s*"
_NUMBER = r"(\d+\.?\d*|\.\d+)"


def _listed_as(form: str, told: str) -> Callable[[Scalar], str]:
    one = _PRICE.format(form)

    def check(value: Scalar) -> str:
        return "" if re.fullmatch(rf"(?:{one}(?:,{one})*)?", str(value)) else told

    return check


post_prices = _listed_as(_NUMBER, "a list like 'x=0.005'")
model_prices = _listed_as(rf"{_NUMBER}\s*/\s*{_NUMBER}", "a list like 'qwen=0.20/0.60'")


def web_address(value: Scalar) -> str:
    """Say what is wrong with a scheme and a host, and no path."""
    whole = re.fullmatch(r"https?://[\w.:\[\]-]+/?", str(value))
    return "" if whole or value == "" else "an address like https://siyaq.example.org"


def issuer(value: Scalar) -> str:
    """Say what is wrong with the name of an OpenID provider."""
    whole = re.fullmatch(r"https?://[^\s?#@]+", str(value))
    return "" if whole or value == "" else "an address like https://id.example.org"


def roles(value: Scalar) -> str:
    """Say what is wrong with 'value=role, value=role'."""
    for part in filter(None, map(str.strip, str(value).split(","))):
        group, _, role = part.rpartition("=")
        if not group.strip() or role.strip() not in ROLES:
            return f"'value=role' for each value, a role being one of {', '.join(ROLES)}"
    return ""


def days_by_source(value: Scalar) -> str:
    """Say what is wrong with 'source=days, source=days'."""
    for part in filter(None, map(str.strip, str(value).split(","))):
        source, _, days = part.partition("=")
        if not source.strip() or not days.strip().isdecimal() or not 0 < int(days) <= 36_500:
            return "'source=days' for each source, separated by commas"
    return ""
