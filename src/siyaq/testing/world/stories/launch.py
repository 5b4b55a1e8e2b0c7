"""A maker shows a new product: price, date, specifications, and what buyers make of it."""

from __future__ import annotations

from siyaq.testing.world.arabic import Noun, counted
from siyaq.testing.world.lexicon.places import SPOTS
from siyaq.testing.world.lexicon.things import BRANDS, COLORS, GADGETS, MODELS, MONTHS
from siyaq.testing.world.question import Ask
from siyaq.testing.world.stories import launch_text as text
from siyaq.testing.world.story import Story, number_forms
from siyaq.testing.world.teller import Teller
from siyaq.testing.world.words import Word

DINARS = Noun("دينار واحد", "ديناران", "دنانير", "ديناراً")
HOURS = Noun("ساعة واحدة", "ساعتين", "ساعات", "ساعة")
GRAMS = Noun("غرام واحد", "غرامان", "غرامات", "غراماً")


def tell_launch(tell: Teller) -> Story:
    """Tell a story of kind "launch", about six minutes long."""
    _set_scene(tell)
    rng, crowd = tell.rng, tell.crowd_size
    maker = tell.words["brand"].en.lower().replace(" ", "-")
    voices = (
        tell.newcomer("en", "maker-en", f"hello.{maker}.example"),
        tell.newcomer("ar", "maker-ar", f"marhaba.{maker}.example"),
    )
    for after in (0.0, 7.0, 15.0, 26.0):
        tell.post(after + rng.uniform(0, 4), tell.people.anyone(rng), text.TEASER)
    for number, voice in enumerate(voices):
        reveal = tell.post(60 + 5 * number, voice, text.REVEAL)
        tell.post(84 + 5 * number, voice, text.SPECS, reply_to=reveal)
    tell.crowd(70, 330, crowd // 2, text.BUYERS)
    tell.crowd(30, 330, crowd // 2, text.TALK, tag=tell.words["product"])
    tell.article(120, "en", text.TITLE, text.BODY)
    tell.article(127, "ar", text.TITLE, text.BODY)
    for number, voice in enumerate(voices):
        tell.post(200 + 5 * number, voice, text.REVEAL)
    tell.ask(Ask(lines=text.ASK_PRICE, kind="answerable", needs=("price",)))
    tell.ask(Ask(lines=text.ASK_DATE, kind="answerable", needs=("date",)))
    tell.ask(Ask(lines=text.ASK_BATTERY, kind="answerable", needs=("battery",)))
    tell.ask(Ask(lines=text.ASK_NEVER, kind="unanswerable"))
    return tell.finish(names=(tell.words["product"], tell.words["brand"]))


def _set_scene(tell: Teller) -> None:
    rng = tell.rng
    tell.word("place", tell.town())
    tell.word("spot", rng.choice(SPOTS))
    tell.word("brand", rng.choice(BRANDS))
    tell.word("gadget", rng.choice(GADGETS))
    model, version = rng.choice(MODELS), rng.randint(3, 60)
    tell.word("product", Word(f"{model.en} {version}", f"{model.ar} {version}"))
    price = rng.randrange(190, 1890) // 5 * 5 + rng.choice((0, 4))
    tell.fact("price", Word(f"{price} dinars", counted(price, DINARS)), number_forms(price))
    day, month = rng.randint(1, 28), rng.choice(MONTHS)
    tell.fact("date", Word(f"{day} {month.en}", f"{day} {month.ar}"))
    hours = rng.randint(9, 74)
    tell.fact("battery", Word(f"{hours} hours", counted(hours, HOURS)), number_forms(hours))
    grams = rng.randint(104, 990)
    tell.fact("weight", Word(f"{grams} grams", counted(grams, GRAMS)), number_forms(grams))
    tell.fact("color", rng.choice(COLORS))
