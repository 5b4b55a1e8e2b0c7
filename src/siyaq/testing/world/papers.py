"""The two newspapers of a world, one in each language."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from siyaq.testing.world.lexicon.things import PAPERS_AR, PAPERS_EN
from siyaq.testing.world.people import Account, People
from siyaq.testing.world.words import Lang


@dataclass(frozen=True, slots=True)
class Paper:
    """A newspaper: what it is called, where it lives, and its account on the network."""

    lang: Lang
    name: str
    domain: str
    account: Account


def found_papers(seed: int, people: People) -> dict[Lang, Paper]:
    """Return the papers of the world of `seed`."""
    rng = Random(f"{seed}:papers")
    edition = rng.randrange(len(PAPERS_EN))
    domain = PAPERS_EN[edition].removeprefix("The ").lower().replace(" ", "-") + ".example"
    arabic = rng.randrange(len(PAPERS_AR))
    arabic_domain = ("mirat-alwadi", "qindeel", "sada-aljusour", "daftar", "nawafidh")[arabic]
    return {
        "en": Paper(
            "en", PAPERS_EN[edition], domain, people.fresh(rng, "en", "paper:en", f"news.{domain}")
        ),
        "ar": Paper(
            "ar",
            PAPERS_AR[arabic],
            f"{arabic_domain}.example",
            people.fresh(rng, "ar", "paper:ar", f"akhbar.{arabic_domain}.example"),
        ),
    }
