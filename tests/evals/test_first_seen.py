"""The task `first-seen`, on the real product: figures, clocks, and what is written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from siyaq.app.opening import open_siyaq
from siyaq.config import load
from siyaq.core.errors import Unreadable
from siyaq.core.product import Product
from siyaq.evals import Evaluation, evaluate

from .canned import write_set

NEWS = "The old bridge over the Tigris was closed this morning after heavy rain"


def post(name: str, hour: int, text: str) -> Mapping[str, object]:
    return {
        "id": name,
        "source": "net",
        "author": {"id": f"by {name}", "handle": f"h{name}", "followers": 5},
        "text": text,
        "created_at": f"2014-01-01T{hour:02}:00:00Z",
    }


def query(
    name: str, hour: int, text: str, earliest: str | None, source: str | None
) -> Mapping[str, object]:
    return {
        "_id": name,
        "text": text,
        "created_at": f"2014-01-01T{hour:02}:30:00Z",
        "earliest": earliest,
        "copied_from": source,
    }


POSTS = [
    post("a", 1, f"{NEWS} https://t.co/one"),
    post("b", 2, f"{NEWS} https://t.co/two"),
    post("c", 9, f"{NEWS} https://t.co/one"),
]
QUERIES = [
    query("q1", 3, f"{NEWS} https://t.co/o…", "a", "a"),
    query("q2", 4, f"{NEWS} https://t.co/two", "a", "b"),
    query("q3", 10, f"{NEWS} https://t.co/one", "a", "c"),
    query("q4", 0, f"{NEWS}", None, None),  # before anything was said
    query("q5", 5, f"{NEWS} https://t.co/two", "a", "a"),  # wrong, to be counted as such
    query("q6", 5, " ", "a", None),
]


@asynccontextmanager
async def fresh(directory: Path) -> AsyncIterator[Product]:
    flags: dict[str, str | int | None] = {"data": str(directory), "embed.processes": 0}
    async with open_siyaq(load(environ={}, flags=flags), write=True) as siyaq:
        yield siyaq


def run(directory: Path, predictions: Path | None = None) -> Evaluation:
    async def go() -> Evaluation:
        return await evaluate("first-seen", directory, fresh, predictions=predictions)

    return anyio.run(go)


def test_the_card_is_scored_as_of_each_query(tmp_path: Path) -> None:
    written = tmp_path / "told.jsonl"
    result = run(write_set(tmp_path / "set", posts=POSTS, queries=QUERIES), written)
    assert result["metrics"] == {"earliest@1": round(5 / 6, 6), "copied_from@1": 0.75}
    assert (result["counts"]["posts"], result["counts"]["queries"]) == (3, 6)
    told = {line["_id"]: line for line in map(json.loads, written.read_text().splitlines())}
    assert told["q1"] == {"_id": "q1", "earliest": "a", "copied_from": "a"}
    assert (told["q2"]["copied_from"], told["q3"]["copied_from"]) == ("b", "c")
    assert told["q4"] == {"_id": "q4", "earliest": None, "copied_from": None}
    assert told["q6"]["earliest"] is None


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    bad = {"_id": "q", "text": NEWS, "created_at": "2014-01-01T00:00:00"}
    with pytest.raises(Unreadable, match="without a zone"):
        run(write_set(tmp_path / "set", posts=POSTS, queries=[bad]))
