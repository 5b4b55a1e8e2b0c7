"""Measure when a short post says whether something is so, in either language.

`python evals/whether.py`: questions such as "Is the stone bridge in Marsawan open?" about the
places of the simulated world, and posts that say it, or the opposite (right), or the same of
another place, of another town, or something else of the same place (wrong). Prints for each bar of
`Told.share` and `Told.least` how many of the right posts would be shown, and of the wrong ones.
Half of the places serve for choosing the bars, half for reporting them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from siyaq.core.query import Filters, Understood
from siyaq.grounding.judge import Judge
from siyaq.grounding.weigh import ALL_TOLD, EACH_TOLD, EACH_TOLD_ACROSS, Told
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval.alignment import WordAlignment
from siyaq.testing.world.lexicon.places import SPOTS, TOWNS
from siyaq.testing.world.words import Word

BARS = tuple(product((0.7, 0.75, 0.8, 0.85), (0.4, 0.5, 0.6, 0.7)))
STATES = (
    (Word("open", "مفتوح"), Word("closed", "مغلق")),
    (Word("safe", "آمن"), Word("dangerous", "خطير")),
    (Word("crowded", "مزدحم"), Word("empty", "خالٍ")),
    (Word("burning", "يحترق"), Word("flooded", "مغمور بالمياه")),
)
"""Of each pair the first is asked about; where `OPPOSITES` does not know the second, it is another
thing: a post that says it answers nothing."""
ANSWERED = 2  # of STATES, whose second says no


class Pair(NamedTuple):
    """One question beside one post."""

    across: bool
    right: bool
    told: Told


def ask(spot: Word, town: Word, state: Word, lang: str) -> Understood:
    """Return a question as it is understood."""
    text = (
        f"Is {spot.en} in {town.en} {state.en}?"
        if lang == "en"
        else f"هل {spot.ar} في {town.ar} {state.ar}؟"
    )
    return Understood(text=text, lang=lang, filters=Filters(), wants="relevant")


def say(spot: Word, town: Word, state: Word, lang: str) -> str:
    """Return a post that says it."""
    return (
        f"{spot.en.capitalize()} in {town.en} is {state.en}"
        if lang == "en"
        else f"{spot.ar} في {town.ar} {state.ar} الآن"
    )


def pairs(half: int, alignment: WordAlignment) -> Iterator[Pair]:
    """Yield the pairs of one half of the places."""
    spots, towns = SPOTS[half::2], TOWNS[half::2]
    for at, (spot, (number, (asked, other))) in enumerate(product(spots, enumerate(STATES))):
        town, elsewhere = towns[at % len(towns)], towns[(at + 5) % len(towns)]
        beside = spots[(spots.index(spot) + 1) % len(spots)]
        foreign = STATES[(number + 1) % len(STATES)][0]
        posts = (
            (spot, town, asked, True),
            (spot, town, other, number < ANSWERED),
            (beside, town, asked, False),
            (spot, elsewhere, asked, False),
            (spot, town, foreign, False),
        )
        for lang, (where, in_town, state, right), written in product(
            ("en", "ar"), posts, ("en", "ar")
        ):
            judge = Judge(ask(spot, town, asked, lang), {}, alignment, frozenset())
            told = judge.told(say(where, in_town, state, written))
            yield Pair(lang != written, right, told)


def shown(found: list[Pair], share: float, least: float) -> str:
    """Return how many of the right and of the wrong posts a bar lets through."""
    counts = []
    for right in (True, False):
        of = [one.told for one in found if one.right is right]
        passed = sum(told.share >= share and told.least >= least for told in of)
        counts.append(f"{passed} of {len(of)} ({passed / len(of):.3f})")
    return f"right {counts[0]}, wrong {counts[1]}"


def main() -> None:
    """Print the table of one half, and the bars in use on the other."""
    alignment = WordAlignment(BuiltinEmbedder())
    for half in (0, 1):
        found = list(pairs(half, alignment))
        for across, least in ((False, EACH_TOLD), (True, EACH_TOLD_ACROSS)):
            print(f"half {half},", "across languages" if across else "in one language")
            some = [one for one in found if one.across is across]
            for bar in ((ALL_TOLD, least),) if half else BARS:
                print(f"  share {bar[0]:.2f} least {bar[1]:.2f}:", shown(some, *bar), flush=True)


if __name__ == "__main__":
    main()
