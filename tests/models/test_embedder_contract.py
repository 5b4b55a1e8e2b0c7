"""The built-in embedder, in this process and in others, and the fake keep the port's promises."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from siyaq.core.ports import Embedder
from siyaq.models import BuiltinEmbedder
from siyaq.testing.embedder import FakeEmbedder
from siyaq.testing.embedder_contract import EmbedderContract


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[BuiltinEmbedder]:
    with BuiltinEmbedder(processes=1) as embedder:
        yield embedder


class TestFakeEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return FakeEmbedder()

    def test_words_without_a_translation_have_their_own_direction(self) -> None:
        fire, same = np.asarray(FakeEmbedder(translations={}).embed(["fire", "حريق"]))
        assert abs(float(fire @ same)) < 0.3


class TestBuiltinEmbedderHere(EmbedderContract):
    @pytest.fixture
    def embedder(self, builtin: BuiltinEmbedder) -> Embedder:
        return builtin


class TestBuiltinEmbedderElsewhere(EmbedderContract):
    @pytest.fixture
    def embedder(self, elsewhere: BuiltinEmbedder) -> Embedder:
        return elsewhere
