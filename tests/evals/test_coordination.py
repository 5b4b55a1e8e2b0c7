"""The task `coordination`: pairs counted over every setting of the folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from siyaq.core.errors import Unreadable
from siyaq.evals import Evaluation, evaluate

from .canned import CannedProduct, opening, write_set

SHARES: list[Mapping[str, object]] = [
    {"object_id": name, "account_id": account, "content_id": f"{account}{name}", "t": t}
    for name, account, t in (
        ("o1", "a", 100), ("o1", "b", 105), ("o1", "c", 130),
        ("o2", "a", 200), ("o2", "b", 203), ("o3", "c", 900),
    )
]  # fmt: skip


def pair(name: str, x: str, y: str) -> Mapping[str, object]:
    return {
        "object_id": name,
        "content_id": f"{x}{name}",
        "content_id_y": f"{y}{name}",
        "time_delta": "1",
        "account_id": x,
        "account_id_y": y,
    }


def run(directory: Path, predictions: Path | None = None) -> Evaluation:
    async def go() -> Evaluation:
        product = opening(CannedProduct())
        return await evaluate("coordination", directory, product, predictions=predictions)

    return anyio.run(go)


def test_missing_and_extra_are_counted_over_every_setting(tmp_path: Path) -> None:
    files: dict[str, list[Mapping[str, object]]] = {
        "shares": SHARES,
        "expected_minp2_tw10": [pair("o1", "b", "a"), pair("o2", "a", "b")],  # either way around
        "expected_minp2_tw1": [pair("o1", "a", "c")],  # not to be found: missing
        "expected_minp2_tw30": [pair("o1", "a", "b"), pair("o2", "a", "b")],  # two extra
    }
    written = tmp_path / "pairs.jsonl"
    result = run(write_set(tmp_path / "set", **files), written)
    assert result["metrics"] == {"missing": 1, "extra": 2, "expected": 5}
    told = [json.loads(line) for line in written.read_text().splitlines()]
    assert {
        "object_id": "o1", "content_id": "ao1", "content_id_y": "bo1", "time_delta": "5",
        "account_id": "a", "account_id_y": "b", "minp": 2, "tw": 10,
    } in told  # fmt: skip
    assert len(told) == 2 + 0 + 4


@pytest.mark.parametrize("files", [{}, {"expected_minp2_tw10": []}, {"expected": [{}]}])
def test_a_folder_that_expects_nothing_is_refused(
    tmp_path: Path, files: dict[str, list[Mapping[str, object]]]
) -> None:
    with pytest.raises(Unreadable, match="expect"):
        run(write_set(tmp_path / "set", shares=SHARES, **files))


def test_real_pairs_are_all_found_and_no_other(shared_data: Path) -> None:
    (folder,) = (shared_data / "eval/coordination").iterdir()
    metrics = run(folder)["metrics"]
    assert (metrics["missing"], metrics["extra"]) == (0, 0)
    assert metrics["expected"]
