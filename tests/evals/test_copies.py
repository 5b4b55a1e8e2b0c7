"""The task `copies`: figures by hand, files as they are, no folder's name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from siyaq.core.errors import Unreadable
from siyaq.evals import Evaluation, evaluate
from siyaq.evals.tasks.copies import pair_scores

from .canned import CannedProduct, opening, write_set

NEWS = "The old bridge over the Tigris was closed this morning after heavy rain"


def run(directory: Path, predictions: Path | None = None) -> Evaluation:
    async def go() -> Evaluation:
        product = opening(CannedProduct())
        return await evaluate("copies", directory, product, predictions=predictions)

    return anyio.run(go)


def pair(name: str, b: str, label: str, lang: str = "en") -> Mapping[str, object]:
    return {"_id": name, "lang": lang, "a": NEWS, "b": b, "label": label}


def test_pairs_are_told_apart_and_wrong_ones_counted(tmp_path: Path) -> None:
    pairs = [
        pair("p1", NEWS.upper() + " 🙂", "same"),
        pair("p2", NEWS.replace("was", "was not"), "changed"),
        pair("p3", "Nothing of the kind", "different"),
        pair("p4", "Nothing of the kind", "same", "ar"),  # wrong, to be counted as such
    ]
    written = tmp_path / "told.jsonl"
    result = run(write_set(tmp_path / "set", pairs=pairs), written)
    assert result["metrics"]["accuracy"] == 0.75
    assert result["metrics"]["f1_same"] == pytest.approx(2 / 3)
    assert result["metrics"]["f1_changed"] == 1.0
    assert result["metrics"]["f1_different"] == pytest.approx(2 / 3)
    assert result["by_lang"]["ar"]["accuracy"] == 0.0
    assert result["by_lang"]["en"]["accuracy"] == 1.0
    assert [json.loads(line) for line in written.read_text().splitlines()] == [
        {"_id": "p1", "label": "same"},
        {"_id": "p2", "label": "changed"},
        {"_id": "p3", "label": "different"},
        {"_id": "p4", "label": "different"},
    ]


def post(name: str, text: str, author: str) -> Mapping[str, object]:
    return {
        "id": name,
        "text": text,
        "author": {"id": author},
        "created_at": "2020-01-26T04:21:34Z",
    }


POSTS = [
    post("a", NEWS, "1"),
    post("b", f"RT @x: {NEWS} https://t.co/1", "2"),
    post("c", NEWS, "3"),
    post("d", NEWS.replace("was", "was not"), "4"),
    post("e", "Good morning", "5"),
    {"id": "f", "created_at": "2020-01-26T04:21:34Z"},
]


def test_clusters_are_those_of_three_accounts(tmp_path: Path) -> None:
    known = [{"cluster": "k", "ids": ["a", "b", "c", "d"]}]
    written = tmp_path / "told.jsonl"
    result = run(write_set(tmp_path / "set", posts=POSTS, clusters=known), written)
    assert result["metrics"] == {
        "pair_precision": 1.0,
        "pair_recall": 0.5,
        "pair_f1": round(2 / 3, 6),
    }
    assert result["counts"]["clusters"] == 1
    assert result["counts"]["posts"] == 6
    told = [json.loads(line) for line in written.read_text().splitlines()]
    assert {(one["id"], one["cluster"]) for one in told} == {("a", "a"), ("b", "a"), ("c", "a")}


def test_a_file_may_name_another_that_it_stands_for(tmp_path: Path) -> None:
    directory = write_set(tmp_path / "set", posts=POSTS, clusters=[])
    (tmp_path / "far").mkdir()
    (directory / "posts.jsonl.gz").rename(tmp_path / "far" / "all.jsonl.gz")
    (tmp_path / "hop").write_text("far/all.jsonl.gz\n")
    (directory / "posts.jsonl.zst").write_text("../hop")
    assert run(directory)["counts"]["posts"] == 6


@pytest.mark.parametrize("content", ["../nowhere/posts.jsonl", "/etc/hostname", "x" * 300])
def test_a_file_that_names_nothing_is_read_as_it_is(tmp_path: Path, content: str) -> None:
    directory = write_set(tmp_path / "set", clusters=[])
    (directory / "posts.jsonl").write_text(content)
    with pytest.raises(Unreadable, match=r"posts\.jsonl', line 1"):
        run(directory)


def test_two_files_that_name_each_other_are_refused(tmp_path: Path) -> None:
    directory = write_set(tmp_path / "set", clusters=[])
    (directory / "posts.jsonl").write_text("other")
    (directory / "other").write_text("posts.jsonl")
    with pytest.raises(Unreadable, match="line 1"):
        run(directory)


def test_a_folder_of_neither_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="neither"):
        run(write_set(tmp_path / "set", posts=POSTS))


def test_pairs_that_only_we_claim_cost_precision() -> None:
    assert pair_scores([["a", "b"]], [["a", "b"], ["c", "d", "e"]]) == {
        "pair_precision": 0.25,
        "pair_recall": 1.0,
        "pair_f1": 0.4,
    }
    assert pair_scores([], [])["pair_f1"] is None


def test_real_disguises_are_seen_through_in_each_language(shared_data: Path) -> None:
    result = run(shared_data / "eval/copies/disguised")
    for lang in ("ar", "en"):
        accuracy = result["by_lang"][lang]["accuracy"]
        assert accuracy is not None
        assert accuracy >= 0.97
