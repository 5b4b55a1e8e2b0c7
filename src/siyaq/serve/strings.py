"""The words siyaq speaks to people in, one catalog a language.

The page reads the same files; here they title problem documents.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("en", "ar")


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: str) -> Mapping[str, str | Mapping[str, str]]:
    """Return key to text of one of LANGUAGES; a text that counts is a mapping by plural form."""
    path = files("siyaq.serve") / "static" / "strings" / f"{language}.json"
    strings: dict[str, str | dict[str, str]] = json.loads(path.read_text("utf-8"))
    return strings


def preferred(accept_language: str) -> str:
    """Return the first of LANGUAGES that an Accept-Language header names, else English."""
    for part in accept_language[:200].split(","):
        tag = part.split(";")[0].strip().lower().split("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]
