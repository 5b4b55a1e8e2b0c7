"""The networks that cards are made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq.models import BuiltinEmbedder
from tests.context.network import Network
from tests.context.story import Story


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    network = Network(tmp_path)
    yield network
    network.close()


@pytest.fixture(scope="module")
def embedder() -> Iterator[BuiltinEmbedder]:
    with BuiltinEmbedder() as one:
        yield one


@pytest.fixture
def story(tmp_path: Path, embedder: BuiltinEmbedder) -> Iterator[Story]:
    story = Story(tmp_path, embedder)
    yield story
    story.network.close()
