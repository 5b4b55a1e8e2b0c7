"""The words siyaq speaks to people in, one catalog a language.

The page reads the same files; here they are for what is said without a script: problems, cards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("en", "ar")


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: str) -> Mapping[str, str | Mapping[str, str]]:
    """Return key to text of one of LANGUAGES; a text that counts is a mapping by plural form."""
    path = files("siyaq.serve") / "static" / "strings" / f"{language}.json"
    strings: dict[str, str | dict[str, str]] = json.loads(path.read_text("utf-8"))
    return strings


def plural(language: str, n: int) -> str:
    """Return the plural form of a whole number: CLDR's rules of the languages we speak."""
    if language != "ar":
        return "one" if n == 1 else "other"
    if n <= 2:
        return ("zero", "one", "two")[n]
    last = n % 100
    return "few" if 3 <= last <= 10 else "many" if last >= 11 else "other"


def told(language: str, key: str, n: int = 0, **params: str) -> str:
    """Return a text with its parameters filled in, each isolated in its direction; `n` counts."""
    text = catalog(language)[key]
    if not isinstance(text, str):
        text = text.get(plural(language, n), text["other"])
    filled = {name: f"\u2068{value}\u2069" for name, value in params.items()} | {"n": f"{n:,}"}
    return _PARAMETER.sub(lambda found: filled.get(found[1], ""), text)


def moment(language: str, at: datetime) -> str:
    """Return a moment as people read it, in UTC."""
    at = at.astimezone(UTC)
    months = _MONTHS[language].split()
    comma = "،" if language == "ar" else ","
    return f"{at.day} {months[at.month - 1]} {at.year}{comma} {at:%H:%M} UTC"


_PARAMETER = re.compile(r"\{(\w+)\}")
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}


def language_of(headers: Mapping[str, str]) -> str:
    """Return the language of ours that a request asks to be spoken to in."""
    return preferred(headers.get("accept-language", ""))


def preferred(accept_language: str) -> str:
    """Return the first of LANGUAGES that an Accept-Language header names, else English."""
    for part in accept_language[:200].split(","):
        tag = part.split(";")[0].strip().lower().split("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]
