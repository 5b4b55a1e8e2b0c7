"""Which pieces of what was read make the answer, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siyaq.core.ids import Seq
from siyaq.core.query import Query
from siyaq.grounding.reading import Reading, read
from siyaq.grounding.select import BESIDE, FOLLOWS, select
from siyaq.grounding.unit import Unit
from siyaq.grounding.weigh import RANKING, weight
from siyaq.retrieval.vectors import Vectors
from tests.retrieval.newsroom import Newsroom

ARTICLES = {
    "en": (
        "The empire reached its height in two centuries and spread over three continents of the "
        "old world, as every chronicle says. "
        "These were Europe, Asia and Africa. "
        "Many chronicles praise the fleet that was built in that time by three brothers. "
        "The roads were paved with stone and watched by riders who changed their horses often. "
        "A wall around the old town was finished late."
    ),
    "ar": (
        "بلغت الدولة ذروة قوتها خلال قرنين وامتدت أراضيها على ثلاث قارات من العالم القديم كما "
        "تقول كل السجلات. "
        "وهذه هي أوروبا وآسيا وأفريقيا. "
        "تمدح سجلات كثيرة الأسطول الذي بناه ثلاثة إخوة في ذلك الزمن. "
        "كانت الطرق مرصوفة بالحجارة ويحرسها فرسان يبدلون خيولهم مرارا. "
        "واكتمل سور حول المدينة القديمة في وقت متأخر من تلك السنة."
    ),
}
QUESTIONS = {
    "en": "Over which continents did the empire spread?",
    "ar": "ما القارات التي امتدت عليها أراضي الدولة؟",
}


def in_order(room: Newsroom, lang: str) -> list[Unit]:
    """Read an article, and return its pieces as they stand in it."""
    room.post("article", ARTICLES[lang], author="a", lang=lang)
    ranking = room.retriever.rank(Query(text=QUESTIONS[lang]))
    units = read(QUESTIONS[lang], ranking.hits, room.searcher, Vectors(room.embedder)).units
    return sorted(units, key=lambda unit: unit.place)


def weighing(unit: Unit, wanted: float) -> Unit:
    """Return the same piece with the weight wanted."""
    return replace(unit, cosine=unit.cosine + (wanted - weight(unit)) / RANKING["cosine"])


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize(("ahead", "second"), [(0.9, 1), (1.1, 2)])
def test_what_follows_the_best_piece_goes_before_others_that_are_little_better(
    newsroom: Newsroom, lang: str, ahead: float, second: int
) -> None:
    lead, following, other, *_ = in_order(newsroom, lang)
    units = (
        weighing(lead, 10.0),
        weighing(other, 5.0 + ahead * FOLLOWS),
        weighing(following, 5.0),
    )
    shown = select(Reading(QUESTIONS[lang], {}, units), 5)
    assert [unit.place for unit in shown] == [0, second, 3 - second]


def test_what_follows_never_leads(newsroom: Newsroom) -> None:
    lead, following, *_ = in_order(newsroom, "en")
    units = (weighing(lead, 10.0), weighing(following, 9.9))
    assert [unit.place for unit in select(Reading("", {}, units), 5)] == [0, 1]


def test_another_article_says_nothing_of_the_best_piece_by_its_place(newsroom: Newsroom) -> None:
    lead, following, other, *_ = in_order(newsroom, "en")
    moved = replace(following, hit=replace(following.hit, seq=Seq(99)))
    units = (weighing(lead, 10.0), weighing(other, 9.8), weighing(moved, 9.5))
    assert 10.0 - BESIDE < 9.5
    shown = select(Reading(QUESTIONS["en"], {}, units), 5)
    assert [unit.place for unit in shown] == [0, other.place, following.place]


BORDERS = {
    "en": (
        "Which country borders Iraq in the north?",
        ("Iraq", "Kuwait borders it in the south, and Turkey in the north."),
        ("Saudi Arabia", "It borders Iraq in the north, and Jordan too."),
    ),
    "ar": (
        "ما الدولة التي تحد العراق من الشمال؟",
        ("العراق", "تحد الكويت البلاد من الجنوب وتركيا من الشمال."),
        ("السعودية", "تحد العراق والأردن من الشمال."),
    ),
}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_an_article_about_what_the_question_names_leads(newsroom: Newsroom, lang: str) -> None:
    question, *articles = BORDERS[lang]
    for title, text in articles:
        newsroom.post(title, text, author=title, title=title, lang=lang)
    hits = newsroom.rank(question).hits
    units = read(question, hits, newsroom.searcher, Vectors(newsroom.embedder)).units
    assert [unit.hit.post.title for unit in units] == [articles[0][0], articles[1][0]]
    assert [unit.titled for unit in units] == [1.0, 0.0]


def test_a_headline_is_named_by_no_question(newsroom: Newsroom) -> None:
    title = "Iraq and Jordan sign a treaty on water and roads"
    newsroom.post("news", BORDERS["en"][1][1], author="a", title=title)
    newsroom.post("post", "Iraq has a border in the north.", author="b")
    hits = newsroom.rank(BORDERS["en"][0]).hits
    units = read(BORDERS["en"][0], hits, newsroom.searcher, Vectors(newsroom.embedder)).units
    titled = {unit.hit.post.native_id: unit.titled for unit in units}
    assert titled == {"news": 0.0, "post": 0.0}
