"""What stands around a sentence of a longer text decides whether it may answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siyaq.core.query import Query
from siyaq.grounding.judge import Judge
from siyaq.grounding.reading import read
from siyaq.grounding.unit import Unit
from siyaq.grounding.weigh import Around, Told, about, answers
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.vectors import Vectors
from tests.retrieval.newsroom import Newsroom

FILLER = (
    "The council met in the old hall. Nothing was decided about the roads. "
    "A choir sang for the guests until late. The mayor thanked everybody who came. "
)
ARTICLE = (
    "Karen Vinther won the Sandholm regatta in a light wind. "
    f"{FILLER}{FILLER}Her boat was built in Marstal by two brothers."
)
QUESTION = "Where was the boat built that won the Sandholm regatta?"


def units_of(room: Newsroom, question: str) -> tuple[tuple[Unit, ...], Judge]:
    """Read an article for a question."""
    room.post("article", ARTICLE, author="a")
    ranking = room.retriever.rank(Query(text=question))
    units = read(question, ranking.hits, room.searcher, Vectors(room.embedder)).units
    return units, Judge(ranking.understood, {}, WordAlignment(room.embedder), frozenset())


def test_the_neighborhood_says_less_than_the_whole_text(newsroom: Newsroom) -> None:
    units, judge = units_of(newsroom, QUESTION)
    last = next(unit for unit in units if "Marstal" in unit.text)
    around = judge.around(last)
    assert 0 < around.near < around.text == 1.0


def test_a_word_said_nowhere_counts_against_a_sentence(newsroom: Newsroom) -> None:
    units, judge = units_of(newsroom, "Which sail of the boat burned in the Sandholm regatta?")
    around = judge.around(units[0])
    assert around.text < 1.0
    assert about(units[0], around) < about(units[0], Around(near=around.near, text=1.0))
    assert about(units[0], around) < about(units[0], Around(near=1.0, text=around.text))


IN_ARABIC = (
    "تحد البلاد بحار من جهتين وجبال عالية من الجهات الأخرى. "
    "اجتمع المجلس في القاعة القديمة ولم يقرر شيئا عن الطرق. "
    "غنت الجوقة للضيوف حتى وقت متأخر. شكر الرئيس كل من حضر من القرى والمدن البعيدة. "
    "وتمتد السكك فيها من الساحل حتى آخر الصحراء، ويعيش أكثر الناس قرب النهر الكبير."
)


@pytest.mark.parametrize(
    ("title", "question", "titled", "named"),
    [
        ("السودان", "ما الجبال التي تحد السودان؟", 1.0, True),
        ("Sudan", "ما الجبال التي تحد السودان؟", 0.0, False),
        ("", "ما الجبال التي تحد السودان؟", 0.0, False),
        ("مصر", "ما الجبال التي تحد السودان؟", 0.0, True),
    ],
)
def test_a_title_in_another_script_names_nothing(
    newsroom: Newsroom, title: str, question: str, titled: float, named: bool
) -> None:
    newsroom.post("article", IN_ARABIC, author="a", title=title, lang="ar")
    ranking = newsroom.retriever.rank(Query(text=question))
    units = read(question, ranking.hits, newsroom.searcher, Vectors(newsroom.embedder)).units
    judge = Judge(ranking.understood, {}, WordAlignment(newsroom.embedder), frozenset())
    assert units[0].titled == titled
    assert judge.around(units[0]).named is named


def test_less_is_asked_where_no_title_could_name_it_and_more_is_told_where_one_does(
    newsroom: Newsroom,
) -> None:
    units, _ = units_of(newsroom, QUESTION)
    unit = replace(units[0], titled=0.0)
    named, unnamed = (Around(near=0.7, text=0.7, named=one) for one in (True, False))
    assert about(unit, named) < about(unit, unnamed)
    assert about(unit, named) < about(replace(unit, titled=1.0), named)


SHORT = "غادر سالم المدينة في سبتمبر، وكتب بعد ذلك مقالات عن كأس الملك."


@pytest.mark.parametrize(
    ("title", "near", "shown"), [("سالم", 1.0, True), ("سالم", 0.0, False), ("", 1.0, False)]
)
def test_a_short_arabic_article_may_answer_as_a_longer_one_does(
    newsroom: Newsroom, title: str, near: float, shown: bool
) -> None:
    newsroom.post("short", SHORT, author="a", title=title, lang="ar")
    ranking = newsroom.retriever.rank(Query(text="من كتب مقالات عن كأس الملك؟"))
    (unit,) = read(
        ranking.understood.text, ranking.hits, newsroom.searcher, Vectors(newsroom.embedder)
    ).units
    told = Told(share=0.6, least=0.0, second=0.8, words=3)  # too little for a short post
    around = Around(near=near, text=near)
    assert answers(unit, ranking.understood, told, lambda: around, stated=False) is shown
