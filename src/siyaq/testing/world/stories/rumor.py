"""A rumor runs through a town until somebody who knows puts it right."""

from __future__ import annotations

from siyaq.testing.world.arabic import Noun, counted
from siyaq.testing.world.lexicon.places import SPOTS
from siyaq.testing.world.lexicon.things import DAYS, MONTHS
from siyaq.testing.world.question import Ask
from siyaq.testing.world.stories import rumor_text as text
from siyaq.testing.world.story import Story
from siyaq.testing.world.teller import Teller
from siyaq.testing.world.words import Word

DINARS = Noun("دينار واحد", "دينارين", "دنانير", "ديناراً")
WEEKS = Noun("أسبوعاً واحداً", "أسبوعين", "أسابيع", "أسبوعاً")


def tell_rumor(tell: Teller) -> Story:
    """Tell a story of kind "rumor", about six minutes long."""
    rng, crowd = tell.rng, tell.crowd_size
    plot = rng.choice(text.PLOTS)
    _set_scene(tell, plot)
    office = tell.words["office"].en.lower().replace(" ", "-").replace("'", "")
    voices = (
        tell.newcomer("ar", "office-ar", f"{office}-ar.example"),
        tell.newcomer("en", "office-en", f"{office}.example"),
    )
    for after in (0.0, 5.0, 12.0, 18.0, 30.0):
        tell.post(after + rng.uniform(0, 3), tell.people.anyone(rng), plot.claim)
    tell.crowd(25, 170, crowd // 4, plot.claim)
    tell.crowd(20, 220, crowd // 3, text.TALK, tag=tell.words["place"])
    denials = [
        tell.post(170 + 6 * number, voice, plot.denial) for number, voice in enumerate(voices)
    ]
    for number, lang in enumerate(("en", "ar")):
        account = tell.papers["en" if lang == "en" else "ar"].account
        tell.post(184 + 5 * number, account, plot.denial, quote=denials[number])
    tell.crowd(185, 340, crowd // 5, text.RELIEF)
    tell.crowd(185, 340, crowd // 5, plot.denial)
    tell.article(220, "en", text.TITLE, (plot.denial, text.BACKGROUND))
    tell.article(227, "ar", text.TITLE, (plot.denial, text.BACKGROUND))
    tell.ask(Ask(lines=plot.question, kind="answerable", needs=("right",)))
    tell.ask(Ask(lines=text.ASK_NEVER, kind="unanswerable"))
    return tell.finish(names=(tell.words["place"], tell.words["topic"]))


def _set_scene(tell: Teller, plot: text.Plot) -> None:
    rng = tell.rng
    place = tell.word("place", tell.town())
    tell.word("spot", rng.choice(SPOTS))
    tell.word("day", rng.choice(DAYS))
    tell.word("month", rng.choice(MONTHS))
    tell.word("topic", plot.topic)
    tell.word("office", Word(plot.office.en.format(place.en), plot.office.ar.format(place.ar)))
    if plot.unit == "animals":
        wrong, right = rng.choice(text.ANIMALS)
    elif plot.unit == "dinars":
        cost = rng.randint(3, 24)
        wrong, right = _dinars(cost + rng.randint(4, 40)), _dinars(cost)
    else:
        weeks = rng.randint(3, 15)
        hours = rng.randint(3, 9)
        wrong = Word(f"{weeks} weeks", counted(weeks, WEEKS))
        right = Word(f"{hours} hours", counted(hours, Noun("ساعة", "ساعتين", "ساعات", "ساعة")))
    tell.fact("wrong", wrong)
    tell.fact("right", right)


def _dinars(count: int) -> Word:
    return Word(f"{count} dinars", counted(count, DINARS))
