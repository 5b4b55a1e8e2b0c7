"""The accounts of the world: a steady crowd, and fresh ones that stories bring with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from siyaq.testing.world.atproto import did
from siyaq.testing.world.lexicon.people import FAMILIES, GIVEN, NICKNAMES
from siyaq.testing.world.words import Lang, Word


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who posts, in one language."""

    did: str
    handle: str
    lang: Lang
    name: Word
    indic_digits: bool = False  # writes ١٢٣ rather than 123


class People:
    """The crowd of one world: `size` accounts, the same for the same seed."""

    def __init__(self, seed: int, size: int) -> None:
        self._seed = seed
        self.size = size
        self._citizen = lru_cache(maxsize=size)(self._make)

    def citizen(self, number: int) -> Account:
        """Return one account of the crowd."""
        return self._citizen(number % self.size)

    def anyone(self, rng: Random, lang: Lang | None = None) -> Account:
        """Return a random account of the crowd, of one language if asked."""
        number = rng.randrange(self.size)
        if lang is not None:
            # Even numbers write Arabic, odd ones English.
            number = number - number % 2 + (0 if lang == "ar" else 1)
        return self.citizen(number)

    def fresh(self, rng: Random, lang: Lang, purpose: str, handle: str = "") -> Account:
        """Return an account that nobody else uses; `purpose` makes its DID unique."""
        person = self._person(rng, lang, f"{self._seed}:{purpose}")
        if not handle:
            return person
        return Account(person.did, handle, lang, person.name, person.indic_digits)

    def _make(self, number: int) -> Account:
        rng = Random(f"{self._seed}:citizen:{number}")
        lang: Lang = "ar" if number % 2 == 0 else "en"
        return self._person(rng, lang, f"{self._seed}:citizen:{number}")

    def _person(self, rng: Random, lang: Lang, key: str) -> Account:
        given = rng.choice(GIVEN)
        family = rng.choice(FAMILIES)
        name = Word(f"{given.name.en} {family.en}", f"{given.name.ar} {family.ar}")
        handle = (
            f"{rng.choice(NICKNAMES)}-{given.name.en.lower()}{rng.randint(2, 9999)}.peer.example"
        )
        return Account(did(key), handle, lang, name, rng.random() < 0.5)
