"""What a unit is compared by: its own words, read exactly, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from siyaq.core.ids import Seq
from siyaq.core.ports import Passage
from siyaq.grounding.reading import read
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
