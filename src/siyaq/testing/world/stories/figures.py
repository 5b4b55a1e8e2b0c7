"""Two officials, two numbers for one thing: the truth is that they disagree."""

from __future__ import annotations

from siyaq.testing.world.arabic import counted
from siyaq.testing.world.lexicon.people import FAMILIES, GIVEN
from siyaq.testing.world.lexicon.places import SPOTS
from siyaq.testing.world.question import Ask
from siyaq.testing.world.stories import figures_text as text
from siyaq.testing.world.story import Story, number_forms
from siyaq.testing.world.teller import Teller
from siyaq.testing.world.words import Word


def tell_figures(tell: Teller) -> Story:
    """Tell a story of kind "figures", about six minutes long."""
    rng, crowd = tell.rng, tell.crowd_size
    plot = rng.choice(text.PLOTS)
    _set_scene(tell, plot)
    for after in (0.0, 6.0, 14.0, 25.0):
        tell.post(after + rng.uniform(0, 4), tell.people.anyone(rng), plot.opening)
    tell.crowd(20, 90, crowd // 4, plot.opening, tag=tell.words["place"])
    sides = (text.FIRST_SIDE, text.SECOND_SIDE)
    for side, lines in enumerate(sides):
        after = 90 + 75 * side
        tell.post(after, tell.newcomer("en", f"office-{side}-en"), lines)
        tell.post(after + 5, tell.newcomer("ar", f"office-{side}-ar"), lines)
        tell.post(after + 12, tell.papers["en"].account, lines)
        tell.post(after + 17, tell.papers["ar"].account, lines)
        tell.crowd(after + 15, after + 140, crowd // 8, lines)
    tell.crowd(170, 350, crowd // 2, text.TALK, tag=tell.words["topic"])
    tell.article(215, "ar", text.TITLE, sides)
    tell.article(222, "en", text.TITLE, sides)
    tell.ask(Ask(lines=plot.question, kind="conflict", needs=("count_1", "count_2")))
    tell.ask(Ask(lines=text.ASK_NEVER, kind="unanswerable"))
    return tell.finish(names=(tell.words["place"], tell.words["topic"]))


def _set_scene(tell: Teller, plot: text.Plot) -> None:
    rng = tell.rng
    tell.word("place", tell.town())
    tell.word("spot", rng.choice(SPOTS))
    tell.word("topic", plot.topic)
    low, high = plot.bounds
    first = rng.randint(low, high)
    second = first
    while abs(second - first) < (high - low) // 8:
        second = rng.randint(low, high)
    offices = rng.sample(plot.offices, 2)
    for side, count in enumerate((first, second), start=1):
        given, family = rng.choice(GIVEN), rng.choice(FAMILIES)
        speaker = Word(f"{given.name.en} {family.en}", f"{given.name.ar} {family.ar}")
        tell.word(f"speaker_{side}", speaker)
        tell.word(f"office_{side}", offices[side - 1])
        tell.word(f"said_{side}", Word("says", "قالت" if given.gender == "f" else "قال"))
        counted_en = f"{count:,} {plot.unit}"
        tell.fact(f"count_{side}", Word(counted_en, counted(count, plot.noun)), number_forms(count))
