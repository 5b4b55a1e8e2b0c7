"""Near vectors: near enough, of unit length, and a matter of the text alone."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.ports import Approximates
from siyaq.models import BuiltinEmbedder, word_encoder
from siyaq.models.encoder import FoldedEncoder
from siyaq.models.products import Product, TruncatedProduct
from siyaq.models.weights import Floats, Ints
from siyaq.models.word_encoder import WordEncoder
from siyaq.testing.embedder_contract import HOSTILE_TEXTS, ROUNDING, VARIED_TEXTS

SENTENCES = (
    "A big fire broke out at the port today, and smoke covered the old city.",
    "The minister opened a new school in the north on Sunday morning.",
    "Heavy rain closed the coastal road between the two harbors last night.",
    "اندلع حريق كبير في الميناء اليوم، وغطى الدخان المدينة القديمة.",
    "افتتح الوزير مدرسة جديدة في الشمال صباح الأحد.",
    "أغلقت الأمطار الغزيرة الطريق الساحلي بين المرفأين ليلة أمس.",
    "Сильный дождь закрыл прибрежную дорогу прошлой ночью.",
    "Une forte pluie a fermé la route côtière la nuit dernière.",
)


@pytest.fixture(scope="module")
def encoder() -> FoldedEncoder:
    return FoldedEncoder()


@pytest.fixture(scope="module")
def embedder() -> Iterator[BuiltinEmbedder]:
    with BuiltinEmbedder(processes=1) as opened:
        yield opened


def cosines(a: Floats, b: Floats) -> Floats:
    rows: Floats = np.einsum("ij,ij->i", a, b)
    return rows


def with_capacity(encoder: FoldedEncoder, words: int) -> WordEncoder:
    return WordEncoder(encoder._weights, encoder._tokenizer, tiles=False, words_kept=words)


def test_a_near_vector_is_nearest_to_the_exact_one_of_its_text(encoder: FoldedEncoder) -> None:
    near, exact = encoder.approximate(SENTENCES), encoder.encode(SENTENCES)
    assert cosines(near, exact).min() > 0.7
    assert (near @ exact.T).argmax(axis=1).tolist() == list(range(len(SENTENCES)))


def test_translations_stay_near(encoder: FoldedEncoder) -> None:
    near = encoder.approximate(SENTENCES)
    english, arabic = near[:3], near[3:6]
    assert (english @ arabic.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_single_word_is_nearer_still(encoder: FoldedEncoder) -> None:
    words = ["rain", "ميناء", "minister", "дождь"]
    assert cosines(encoder.approximate(words), encoder.encode(words)).min() > 0.85


def test_every_text_has_a_vector_of_unit_length(encoder: FoldedEncoder) -> None:
    texts = [*VARIED_TEXTS, *HOSTILE_TEXTS]
    rows = encoder.approximate(texts)
    assert rows.dtype == np.float32
    assert rows.shape == (len(texts), 512)
    assert np.isfinite(rows).all()
    assert np.abs(np.linalg.norm(rows, axis=1) - 1.0).max() < ROUNDING
    assert encoder.approximate([]).shape == (0, 512)


def test_the_vector_of_a_text_does_not_depend_on_what_was_read_before(
    encoder: FoldedEncoder,
) -> None:
    texts = [*VARIED_TEXTS, *SENTENCES]
    expected = with_capacity(encoder, 4096).encode(texts)
    shuffled = list(range(len(texts)))
    random.Random(3).shuffle(shuffled)
    again = with_capacity(encoder, 4096)
    for place in shuffled:
        row = again.encode([texts[place]])[0]
        assert np.abs(row - expected[place]).max() < ROUNDING


def test_words_that_are_forgotten_come_back_the_same(encoder: FoldedEncoder) -> None:
    choose = random.Random(5)
    vocabulary = [f"{word}{n}" for word in " ".join(SENTENCES).split() for n in range(6)]
    texts = [" ".join(choose.choices(vocabulary, k=12)) for _ in range(24)]
    expected = with_capacity(encoder, 4096).encode(texts)
    tiny = with_capacity(encoder, 64)
    for _ in range(2):
        assert np.abs(tiny.encode(texts) - expected).max() < ROUNDING
        assert len(tiny._known) <= 64


def test_words_as_long_as_sentences_are_read_few_at_a_time(
    encoder: FoldedEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_encoder, "_TOKENS_AT_ONCE", 200)
    words = with_capacity(encoder, 4096)
    summing, tokens = words._summing(), list[int]()

    def noting(batch: Sequence[Sequence[int]], lengths: Ints) -> Floats:
        tokens.append(int(lengths.sum()))
        return summing(batch, lengths)

    monkeypatch.setattr(words, "_sums", noting)
    texts = ["".join(chr(0x4E00 + 80 * n + at) for at in range(80)) for n in range(12)]
    rows = words.encode([*texts, *SENTENCES])
    assert sum(tokens) > 600
    assert max(tokens) <= 200
    assert np.abs(rows - encoder.approximate([*texts, *SENTENCES])).max() < ROUNDING


def test_shortened_links_are_alike(encoder: FoldedEncoder) -> None:
    here, there, elsewhere = encoder.approximate(
        [f"rain at the port {link}" for link in (
            "https://t.co/AbC123xyz9", "https://t.co/qWeRtYuIo7", "https://example.org/a-long-story",
        )]
    )  # fmt: skip
    assert here @ there > 1 - ROUNDING
    assert here @ elsewhere < 0.999


@given(st.lists(st.text(max_size=200), max_size=8))
@settings(max_examples=25, deadline=None)
def test_no_text_breaks_it(texts: list[str]) -> None:
    rows = shared().approximate(texts)
    assert rows.shape == (len(texts), 512)
    assert np.isfinite(rows).all()
    if texts:
        assert np.abs(np.linalg.norm(rows, axis=1) - 1.0).max() < ROUNDING


_SHARED: list[FoldedEncoder] = []


def shared() -> FoldedEncoder:
    """Return one encoder for all examples: making one takes a second."""
    if not _SHARED:
        _SHARED.append(FoldedEncoder())
    return _SHARED[0]


def test_processes_and_this_one_are_near_alike(embedder: BuiltinEmbedder) -> None:
    assert isinstance(embedder, Approximates)
    texts = [f"{sentence} {n}" for n in range(6) for sentence in SENTENCES]
    many = np.asarray(embedder.approximate(texts))
    few = np.concatenate([np.asarray(embedder.approximate([text])) for text in texts])
    assert np.abs(many - few).max() < ROUNDING
    exact = np.asarray(embedder.embed(texts))
    assert 0.7 < cosines(many, exact).min() < 0.9999


def test_a_truncated_product_of_full_rank_is_the_product() -> None:
    dice = np.random.default_rng(1)
    matrix = dice.standard_normal((3 * 8, 6)).astype(np.float32)
    rows = dice.standard_normal((20, 8)).astype(np.float32)
    starts = np.array([0, 4, 17])
    whole = Product(matrix, 3, tiles=False)(rows, starts)
    assert np.allclose(whole, [rows[at : at + 3].ravel() @ matrix for at in starts], atol=1e-5)
    full = TruncatedProduct(matrix, 3, rank=6, tiles=False)(rows, starts)
    assert np.allclose(full, whole, atol=1e-4)
    low = TruncatedProduct(matrix, 3, rank=2, tiles=False)(rows, starts)
    assert not np.allclose(low, whole, atol=0.1)
