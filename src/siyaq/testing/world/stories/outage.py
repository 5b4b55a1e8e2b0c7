"""A service fails in a town: first reports, the company's word, the cause, and its return."""

from __future__ import annotations

from typing import NamedTuple

from siyaq.testing.world.arabic import Noun, counted
from siyaq.testing.world.lexicon.places import DISTRICTS, SPOTS
from siyaq.testing.world.lexicon.things import MONTHS
from siyaq.testing.world.question import Ask
from siyaq.testing.world.stories import outage_text as text
from siyaq.testing.world.story import Story, number_forms
from siyaq.testing.world.teller import Teller
from siyaq.testing.world.words import Word

HOMES = Noun("منزل واحد", "منزلين", "منازل", "منزلاً")
CREWS = Noun("فرقة واحدة", "فرقتان", "فرق", "فرقة")


class Service(NamedTuple):
    """A service that may fail: its names, who runs it, and what may break it."""

    service: Word
    topic: Word  # the failure itself
    company: Word  # "{}" is the town
    handle: str
    causes: tuple[Word, ...]  # "{}" is a district


SERVICES: tuple[Service, ...] = (
    Service(
        Word("power", "الكهرباء"),
        Word("power cut", "انقطاع الكهرباء"),
        Word("{} Power", "شركة كهرباء {}"),
        "power",
        (
            Word("a fire at the substation in {}", "حريق في محطة التحويل في {}"),
            Word("a digger that cut a cable near {}", "حفارة قطعت كابلاً قرب {}"),
            Word("a stork's nest on a line by {}", "عش لقلق على خط قرب {}"),
            Word("a flooded switch room under {}", "غرفة مفاتيح غمرتها المياه تحت {}"),
        ),
    ),
    Service(
        Word("internet service", "خدمة الإنترنت"),
        Word("internet outage", "انقطاع الإنترنت"),
        Word("{} Telecom", "شركة اتصالات {}"),
        "telecom",
        (
            Word("a fishing anchor that tore the cable off {}", "مرساة صيد مزقت الكابل قبالة {}"),
            Word("a failed router in the exchange at {}", "موجّه معطل في مقسم {}"),
            Word("rats that chewed the fiber below {}", "جرذان قضمت الألياف تحت {}"),
            Word("a burst pipe above the exchange at {}", "أنبوب انفجر فوق مقسم {}"),
        ),
    ),
    Service(
        Word("running water", "إمدادات المياه"),
        Word("water outage", "انقطاع المياه"),
        Word("{} Water", "شركة مياه {}"),
        "water",
        (
            Word("a burst main beneath {}", "انفجار الأنبوب الرئيسي تحت {}"),
            Word("a broken pump at the well of {}", "مضخة معطلة عند بئر {}"),
            Word(
                "a truck that struck the reservoir valve near {}", "شاحنة صدمت صمام الخزان قرب {}"
            ),
            Word("roots that split the old pipe under {}", "جذور شقت الأنبوب القديم تحت {}"),
        ),
    ),
    Service(
        Word("tram service", "خدمة الترام"),
        Word("tram stoppage", "توقف الترام"),
        Word("{} Tramways", "شركة ترام {}"),
        "trams",
        (
            Word("a fallen plane tree across the rails at {}", "شجرة دلب سقطت على القضبان في {}"),
            Word("a signal box that overheated near {}", "صندوق إشارات سخن فوق الحد قرب {}"),
            Word("a derailed wagon outside {}", "عربة خرجت عن القضبان عند {}"),
            Word("a kite tangled in the wires above {}", "طائرة ورقية علقت بالأسلاك فوق {}"),
        ),
    ),
)


def tell_outage(tell: Teller) -> Story:
    """Tell a story of kind "outage", about six minutes long."""
    company_handle = _set_scene(tell)
    rng = tell.rng
    crowd = tell.crowd_size
    officials = {
        "en": tell.newcomer("en", "company-en", f"{company_handle}.example"),
        "ar": tell.newcomer("ar", "company-ar", f"{company_handle}-ar.example"),
    }
    for after in (0.0, 4.0, 9.0, 13.0, 22.0, 31.0):
        tell.post(after + rng.uniform(0, 3), tell.people.anyone(rng), text.FIRST)
    tell.crowd(10, 80, crowd // 5, text.TALK, tag=tell.words["place"])
    tell.post(70, officials["ar"], text.OFFICIAL)
    tell.post(74, officials["en"], text.OFFICIAL)
    tell.crowd(80, 150, crowd // 8, text.RELAY)
    tell.article(95, "en", text.TITLE, text.BODY)
    tell.article(101, "ar", text.TITLE, text.BODY)
    tell.crowd(100, 200, crowd // 5, text.TALK, tag=tell.words["topic"])
    tell.post(180, officials["en"], text.CAUSE)
    tell.post(186, officials["ar"], text.CAUSE)
    tell.crowd(190, 260, crowd // 8, text.RELAY_CAUSE)
    tell.crowd(190, 330, crowd // 5, text.TALK)
    tell.post(332, officials["ar"], text.RESTORED)
    tell.post(336, officials["en"], text.RESTORED)
    tell.crowd(335, 400, crowd // 8, text.RELAY_RESTORED)
    tell.article(360, "en", text.TITLE_RESTORED, text.BODY_RESTORED)
    tell.article(366, "ar", text.TITLE_RESTORED, text.BODY_RESTORED)
    _raise_questions(tell)
    names = ("place", "topic", "service", "district")
    return tell.finish(names=[tell.words[name] for name in names])


def _set_scene(tell: Teller) -> str:
    rng = tell.rng
    service = rng.choice(SERVICES)
    place = tell.word("place", tell.town())
    district, where = rng.sample(DISTRICTS, 2)
    tell.word("district", district)
    tell.word("spot", rng.choice(SPOTS))
    tell.word("month", rng.choice(MONTHS))
    tell.word("service", service.service)
    tell.word("topic", service.topic)
    tell.word("tag", Word(place.en.replace(" ", ""), place.ar.replace(" ", "_")))
    tell.word(
        "company", Word(service.company.en.format(place.en), service.company.ar.format(place.ar))
    )
    homes = rng.randrange(310, 9990, 10) + rng.choice((0, 20, 50))
    tell.fact("homes", Word(f"{homes:,} homes", counted(homes, HOMES)), number_forms(homes))
    crews = rng.randint(3, 19)
    tell.word("crews", Word(f"{crews} crews", counted(crews, CREWS)))
    cause = rng.choice(service.causes)
    tell.fact("cause", Word(cause.en.format(where.en), cause.ar.format(where.ar)))
    restored = tell.clock_time(330 - rng.randint(20, 80))
    tell.fact("restored", Word(restored, restored))
    return f"{place.en.lower().replace(' ', '-')}-{service.handle}"


def _raise_questions(tell: Teller) -> None:
    tell.ask(Ask(lines=text.ASK_HOMES, kind="answerable", needs=("homes",)))
    tell.ask(Ask(lines=text.ASK_CAUSE, kind="answerable", needs=("cause",)))
    tell.ask(Ask(lines=text.ASK_RESTORED, kind="answerable", needs=("restored",)))
    tell.ask(Ask(lines=text.ASK_NEVER, kind="unanswerable"))
