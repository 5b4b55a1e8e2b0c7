"""What stands around a sentence of a longer text decides whether it may answer."""

from __future__ import annotations

from siyaq.core.query import Query
from siyaq.grounding.judge import Judge
from siyaq.grounding.reading import read
from siyaq.grounding.unit import Unit
from siyaq.grounding.weigh import Around, about
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
