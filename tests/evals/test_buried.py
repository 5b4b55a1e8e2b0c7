"""A corpus laid among posts that a data directory holds already."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from siyaq.core.errors import AlreadyWriting, NotFound
from siyaq.core.ids import Seq
from siyaq.core.product import Product
from siyaq.evals import Evaluation, evaluate
from siyaq.log import LogReader, LogWriter
from tests.log.events import append, post, put

from .canned import CannedProduct, write_set

QUERIES = [{"_id": "q1", "text": "fire", "metadata": {"lang": "en"}}]
CORPUS = [{"_id": "d1", "title": "", "text": "The port burned", "metadata": {"lang": "en"}}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "tiny", corpus=CORPUS, queries=QUERIES, qrels="q1\td1\t1\n")


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    directory = tmp_path / "crowd"
    with LogWriter.open(directory) as writer:
        append(writer, put(post("1", "rain")), put(post("2", "snow")))
    return directory


@dataclass
class Opening:
    """Opens a product that holds what the log of its directory holds."""

    product: CannedProduct = field(default_factory=CannedProduct)
    opened: list[Path] = field(default_factory=list)

    @asynccontextmanager
    async def __call__(self, directory: Path) -> AsyncIterator[Product]:
        self.opened.append(directory)
        with LogWriter.open(directory) as writer, LogReader.open(directory) as log:
            there = log.posts([Seq(1), Seq(2)]).values()
            self.product.ingested = [{"id": one.native_id, "text": one.text} for one in there]
            append(writer, put(post("3", "written into the copy")))
            yield self.product


def run(opening: Opening, folder: Path, crowd: Path) -> Evaluation:
    async def score() -> Evaluation:
        return await evaluate("retrieval", folder, opening, bury=crowd)

    return anyio.run(score)


def test_a_corpus_is_laid_among_posts_held_already(folder: Path, crowd: Path) -> None:
    opening = Opening()
    result = run(opening, folder, crowd)
    assert [one["text"] for one in opening.product.ingested] == ["rain", "snow", "The port burned"]
    assert result["counts"]["buried"] == 2
    assert result["counts"]["documents"] == 1


def test_the_posts_held_are_copied_and_left_as_they_were(folder: Path, crowd: Path) -> None:
    opening = Opening()
    run(opening, folder, crowd)
    assert run(opening, folder, crowd)["counts"]["buried"] == 2
    assert crowd not in opening.opened
    assert not any(one.exists() for one in opening.opened)
    with LogReader.open(crowd) as log:
        left = log.posts([Seq(at) for at in range(1, 9)])
    assert [one.text for one in left.values()] == ["rain", "snow"]


def test_posts_that_are_being_written_are_not_copied(folder: Path, crowd: Path) -> None:
    opening = Opening()
    with LogWriter.open(crowd), pytest.raises(AlreadyWriting, match="crowd"):
        run(opening, folder, crowd)
    assert opening.opened == []
    assert run(opening, folder, crowd)["counts"]["buried"] == 2


def test_a_directory_without_posts_is_refused(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NotFound, match="empty"):
        run(Opening(), folder, empty)
    assert list(empty.iterdir()) == []
