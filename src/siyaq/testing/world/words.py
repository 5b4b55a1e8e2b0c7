"""Words in two languages, and templates that say one thing in many ways.

A template may hold slots, `{place}`, and choices, `[one way|another way|]`, nested at will.
`say` resolves both and reports which slots it used: that is how the world knows which facts a
post states without reading its own prose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal, NamedTuple

Lang = Literal["en", "ar"]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{([a-z_0-9]+)\}")
_SPACES = re.compile(r" {2,}")
_VOWEL_AFTER_A = re.compile(r"\b([Aa]) (?=[aeioAEIO])")
_SENTENCE = re.compile(r"(?:^|(?<=[.!?] ))[a-z]")
_SPACE_BEFORE = re.compile(r" +([.,!?:؟،؛])")


class Word(NamedTuple):
    """One name or value as English and as Arabic write it."""

    en: str
    ar: str

    def to(self, lang: Lang) -> str:
        """Return it as `lang` writes it."""
        return self.en if lang == "en" else self.ar


@dataclass(frozen=True, slots=True)
class Lines:
    """Alternative templates for one message, in both languages: same meaning, other words."""

    en: tuple[str, ...]
    ar: tuple[str, ...]

    def to(self, lang: Lang) -> tuple[str, ...]:
        """Return the templates of one language."""
        return self.en if lang == "en" else self.ar


@lru_cache(maxsize=4096)
def _choices(template: str) -> tuple[str, ...]:
    """Return the parts of the template's first innermost choice: before, options..., after."""
    found = _CHOICE.search(template)
    if found is None:
        return ()
    return (template[: found.start()], *found[1].split("|"), template[found.end() :])


def expand(template: str, rng: Random) -> str:
    """Resolve every choice of a template, innermost first."""
    while parts := _choices(template):
        template = parts[0] + rng.choice(parts[1:-1]) + parts[-1]
    return template


def fill(text: str, words: Mapping[str, Word], lang: Lang) -> str:
    """Put words into the slots; an unknown slot is a KeyError, so no debris can escape."""
    return _SLOT.sub(lambda slot: words[slot[1]].to(lang), text)


def say(
    lines: Lines, words: Mapping[str, Word], lang: Lang, rng: Random
) -> tuple[str, frozenset[str]]:
    """Return one way of saying `lines`, and the names of the slots it used."""
    chosen = expand(rng.choice(lines.to(lang)), rng)
    text = fill(chosen, words, lang)
    text = _SPACE_BEFORE.sub(r"\1", _SPACES.sub(" ", text)).strip()
    if lang == "en":
        text = _VOWEL_AFTER_A.sub(r"\1n ", text)
        text = _SENTENCE.sub(lambda first: first[0].upper(), text)
    return text, frozenset(_SLOT.findall(chosen))
