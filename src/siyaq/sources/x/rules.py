"""The rules of the filtered stream: those that are wanted are there, and ours that are not go."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from siyaq.sources.x.api import Api

RULES = "/2/tweets/search/stream/rules"
_OURS = "siyaq-"


async def manage(api: Api, wanted: Sequence[str]) -> list[str]:
    """Make the stream's rules those that are wanted, and return what it filters by.

    Rules that somebody else has made (their tag does not begin with "siyaq-") stay as they are.
    With nothing wanted, nothing is changed. Raises Lost, Answered.
    """
    told = (await api.get(RULES)).get("data")
    there = [rule for rule in told if isinstance(rule, dict)] if isinstance(told, list) else []
    values = [str(rule.get("value")) for rule in there]
    if not wanted:
        return values
    stale = [
        str(rule.get("id"))
        for rule in there
        if str(rule.get("tag", "")).startswith(_OURS) and rule.get("value") not in wanted
    ]
    if stale:
        await api.post(RULES, {"delete": {"ids": stale}})
    missing = [value for value in wanted if value not in values]
    if missing:
        await api.post(RULES, {"add": [{"value": v, "tag": tag(v)} for v in missing]})
    return list(wanted)


def tag(value: str) -> str:
    """Return the tag by which one of our rules is known again."""
    return _OURS + hashlib.sha256(value.encode()).hexdigest()[:8]
