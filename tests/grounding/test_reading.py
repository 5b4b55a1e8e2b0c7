"""What a unit is compared by: its own words, read exactly, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from siyaq.core.ids import Seq
from siyaq.core.ports import Passage
from siyaq.grounding.reading import read
from siyaq.grounding.weigh import weight
from siyaq.retrieval.vectors import Vectors
from siyaq.testing.memory import MemorySearcher
from tests.retrieval.newsroom import Newsroom

QUESTION = "When does the ferry to Sandholm leave?"
POST = "The ferry to Sandholm leaves at seven"


@pytest.mark.parametrize("exact", [True, False])
def test_a_whole_passage_is_embedded_anew_where_its_vector_is_only_near(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, exact: bool
) -> None:
    newsroom.post("ferry", POST, author="a")
    hits = newsroom.rank(QUESTION).hits
    question, own = (np.asarray(row) for row in newsroom.embedder.embed([QUESTION, POST]))
    held_vector = -question  # nothing of the post's
    real = type(newsroom.searcher).passages

    def passages(searcher: MemorySearcher, seqs: Iterable[Seq]) -> Mapping[Seq, Sequence[Passage]]:
        return {
            seq: [replace(one, vector=held_vector.tolist(), exact=exact) for one in held]
            for seq, held in real(searcher, seqs).items()
        }

    monkeypatch.setattr(type(newsroom.searcher), "passages", passages)
    (unit,) = read(QUESTION, hits, newsroom.searcher, Vectors(newsroom.embedder)).units
    expected = -1.0 if exact else float(question @ own)
    assert unit.cosine == pytest.approx(expected, abs=0.01)


def test_where_these_days_are_asked_about_an_old_post_weighs_less(newsroom: Newsroom) -> None:
    newsroom.post("new", "The ferry to Sandholm is full of sheep", author="a", minutes_ago=5)
    newsroom.post(
        "old", "The ferry to Sandholm was full of horses", author="b", minutes_ago=60 * 24 * 90
    )
    hits = newsroom.rank("Which ferry to Sandholm is full?").hits
    behind: dict[str, float] = {}
    for question in ("Which ferry to Sandholm is full?", "Which ferry to Sandholm is full lately?"):
        vectors = Vectors(newsroom.embedder)
        units = read(question, hits, newsroom.searcher, vectors).units
        new, old = (next(u for u in units if (u.days > 1) is late) for late in (False, True))
        behind[question] = weight(new) - weight(old)
    usual, lately = behind.values()
    assert lately > usual + 1 > 1


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("Ferry to Sandholm leaves earlier from Monday, the harbor office says", True),
        ("Sandholm ferry", False),
    ],
)
def test_an_article_tells_first_what_matters(
    newsroom: Newsroom, title: str, *, first: bool
) -> None:
    """Of two sentences that say the same, the one that opens an article under a headline leads."""
    filler = "Nobody was at the pier, and it rained all day long on the empty benches. "
    said = "The ferry to Sandholm leaves at {} in the morning."
    text = f"{said.format('six')} {filler * 4}{said.format('seven')}"
    newsroom.post("article", text, author="a", title=title)
    hits = newsroom.rank(QUESTION).hits
    units = read(QUESTION, hits, newsroom.searcher, Vectors(newsroom.embedder)).units
    six, seven = (next(u for u in units if word in u.text) for word in ("six", "seven"))
    ahead = weight(six) - weight(seven)
    assert (ahead > 0.5) is first
