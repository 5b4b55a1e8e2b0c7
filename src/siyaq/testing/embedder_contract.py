"""What every embedder promises. Subclass, give a fixture `embedder`, and pytest does the rest.

class TestMine(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return MyEmbedder()
"""
# ruff: noqa: D102  the name of each test is its promise

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest

from siyaq.core.ports import Embedder

ROUNDING = 1e-5
"""How much two vectors of one text may differ in any component."""

VARIED_TEXTS = (
    "A big fire broke out at the port today.",
    "اندلع حريق كبير في الميناء اليوم.",
    "The minister opened a new school in the city",
    "الوزير افتتح مدرسة جديدة في المدينة، وقال إنّ المطر لن يوقف العمل!",
    "rain",
    "l'école est fermée à cause de la neige",
    "Сегодня в городе идёт дождь",
    "今日は雨が降っています。傘を忘れないで",
    "@someone check https://example.org/a/b?c=d #news 12,5% ١٢٫٥٪ 🙂🙂",
    "كِتَابٌ كـــتاب كتاب\tkitab\nKITAB",
    "\u00a8 x\u00a0y \u3000 z \u200bq\u200b \ufeff",
    "word " * 300,
)
"""Short and long, many scripts, links, marks, digits, and spaces of every kind."""

HOSTILE_TEXTS = (
    "",
    " \n\t ",
    "\u200b\u200e\ufeff",
    "\ud800 half a pair \udfff",
    "nul \x00 and bell \x07",
    "\u202eright to left override",
    "a\u0300" * 3_000,
    "\U0010ffff" * 100,
    "ا" * 60_000,
    "<s> </s> <unk> ▁▁▁",
)
"""What strangers send: none of it may crash an embedder, or come out as anything but a vector."""


def _embed(embedder: Embedder, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    rows = np.asarray(embedder.embed(texts))
    assert rows.dtype == np.float32
    assert rows.shape == (len(texts), embedder.dimensions)
    return rows


class EmbedderContract:
    """The promises of `core.ports.Embedder`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        """Return the embedder under test."""
        raise NotImplementedError

    def test_it_has_a_name_that_stays(self, embedder: Embedder) -> None:
        name = embedder.name
        _embed(embedder, ["x"])
        assert name
        assert embedder.name == name

    def test_every_vector_has_unit_length(self, embedder: Embedder) -> None:
        rows = _embed(embedder, [*VARIED_TEXTS, *HOSTILE_TEXTS])
        assert np.isfinite(rows).all()
        assert np.abs(np.linalg.norm(rows, axis=1) - 1.0).max() < ROUNDING

    def test_no_texts_give_no_vectors(self, embedder: Embedder) -> None:
        _embed(embedder, [])

    def test_rows_come_in_the_order_of_texts(self, embedder: Embedder) -> None:
        rows = _embed(embedder, VARIED_TEXTS)
        assert np.abs(_embed(embedder, VARIED_TEXTS[::-1])[::-1] - rows).max() < ROUNDING
        likeness = rows @ rows.T
        assert (likeness.argmax(axis=1) == np.arange(len(rows))).all()

    def test_a_vector_does_not_depend_on_its_batch(self, embedder: Embedder) -> None:
        together = _embed(embedder, [*VARIED_TEXTS, *HOSTILE_TEXTS])
        for text, row in zip([*VARIED_TEXTS, *HOSTILE_TEXTS], together, strict=True):
            assert np.abs(_embed(embedder, [text])[0] - row).max() < ROUNDING

    def test_the_same_text_twice_in_a_batch_has_one_vector(self, embedder: Embedder) -> None:
        rows = _embed(embedder, ["rain", "fire", "rain", "rain"])
        assert np.abs(rows[[0, 0]] - rows[[2, 3]]).max() < ROUNDING
        assert np.abs(rows[0] - rows[1]).max() > ROUNDING

    def test_threads_do_not_disturb_each_other(self, embedder: Embedder) -> None:
        rows = _embed(embedder, VARIED_TEXTS)
        with ThreadPoolExecutor(4) as threads:
            turns = [np.roll(np.arange(len(VARIED_TEXTS)), turn) for turn in range(12)]
            batches = [[VARIED_TEXTS[i] for i in turn] for turn in turns]
            for turn, got in zip(turns, threads.map(embedder.embed, batches), strict=True):
                assert np.abs(np.asarray(got) - rows[turn]).max() < ROUNDING

    def test_a_text_is_nearer_to_one_like_it(self, embedder: Embedder) -> None:
        fire, same, other = _embed(
            embedder, ["big fire at the port", "a big fire, the port", "new school opens today"]
        )
        assert fire @ same > fire @ other

    def test_a_text_is_near_its_translation(self, embedder: Embedder) -> None:
        fire, same, other = _embed(embedder, ["fire port", "حريق الميناء", "مدرسة جديد"])
        assert fire @ same > fire @ other
