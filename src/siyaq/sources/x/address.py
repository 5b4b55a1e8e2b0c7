"""What is wanted of X, and what it may cost: `x://?rule=…&cap_usd=…[&…]`.

Options: `rule=…` (repeatable: a rule of the filtered stream; without one, the rules that the
account already has), `mentions=USER_ID` (repeatable: posts that mention an account are polled),
`cap_usd=20` (the most that a calendar month may cost; nothing is read without it),
`price_usd=0.005` (what one post costs), `backfill_minutes=5` (for plans that have it),
`fill=search|none` (what was missed is searched for), `compliance=jobs|stream|none`,
`token_file=PATH`. `x+http://HOST` speaks to another host, for tests on this machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from siyaq.core.errors import ConfigError

Compliance = Literal["jobs", "stream", "none"]

BASE = "https://api.x.com"
POST_USD = 0.005
"""X's published price of a post that is read and not one's own, 2026. It may have changed."""

MOST_RULES = 25
RULE_CHARS = 1024

_OPTIONS = frozenset(
    {"rule", "mentions", "cap_usd", "price_usd", "backfill_minutes", "fill", "compliance"}
    | {"token_file"}
)
_USER = re.compile(r"\d{1,19}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,7}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What to ask X for. `cap_usd` is None where the operator has set no limit yet."""

    base: str
    rules: tuple[str, ...]
    mentions: tuple[str, ...]
    cap_usd: float | None
    price_usd: float
    backfill_minutes: int
    fills: bool
    compliance: Compliance
    token_file: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read an `x` URL. Raises ConfigError, naming what is wrong with it."""
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        unknown = sorted(options.keys() - _OPTIONS)
        if unknown:
            allowed = ", ".join(sorted(_OPTIONS))
            raise ConfigError(f"unknown option {unknown[0]!r} of x", hint=f"one of: {allowed}")
        if parts.scheme == "x" and (parts.netloc or parts.path.strip("/")):
            raise ConfigError("x:// is followed by nothing but options: x://?rule=…&cap_usd=…")
        if parts.scheme != "x" and not parts.hostname:
            raise ConfigError(f"{url!r} names no host")
        last = {name: values[-1] for name, values in options.items()}
        minutes = last.get("backfill_minutes", "0")
        if minutes not in ("0", "1", "2", "3", "4", "5"):
            raise ConfigError(f"backfill_minutes must be from 0 to 5, got {minutes!r}")
        return cls(
            base=BASE if parts.scheme == "x" else f"http://{parts.netloc}",
            rules=_rules(options.get("rule", [])),
            mentions=_users(options.get("mentions", [])),
            cap_usd=_amount(last["cap_usd"], "cap_usd") if "cap_usd" in last else None,
            price_usd=_amount(last.get("price_usd", str(POST_USD)), "price_usd"),
            backfill_minutes=int(minutes),
            fills=_choice(last.get("fill", "search"), "fill", "search", "none") == "search",
            compliance=_compliance(last.get("compliance", "jobs")),
            token_file=last.get("token_file", ""),
        )


def _rules(rules: list[str]) -> tuple[str, ...]:
    if len(rules) > MOST_RULES:
        raise ConfigError(f"{len(rules)} rules for x, at most {MOST_RULES}")
    for rule in rules:
        if not 0 < len(rule.strip()) <= RULE_CHARS:
            raise ConfigError(f"a rule for x has 1 to {RULE_CHARS} characters, got {len(rule)}")
    return tuple(dict.fromkeys(rule.strip() for rule in rules))


def _users(users: list[str]) -> tuple[str, ...]:
    for user in users:
        if _USER.fullmatch(user) is None:
            raise ConfigError(f"mentions must be the id of an account, got {user!r}")
    return tuple(dict.fromkeys(users))


def _amount(text: str, option: str) -> float:
    if _AMOUNT.fullmatch(text) is None:
        raise ConfigError(f"{option} must be an amount of US dollars like 20 or 0.005")
    return float(text)


def _choice(text: str, option: str, *allowed: str) -> str:
    if text not in allowed:
        raise ConfigError(f"{option} must be one of {', '.join(allowed)}, got {text!r}")
    return text


def _compliance(text: str) -> Compliance:
    match text:
        case "jobs" | "stream" | "none":
            return text
    raise ConfigError(f"compliance must be one of jobs, stream, none, got {text!r}")
