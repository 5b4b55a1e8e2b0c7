"""The task `support`: labels, figures and predictions."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import pytest

from siyaq.core.answer import Stance
from siyaq.core.errors import Unreadable
from siyaq.evals import Evaluation, evaluate
from siyaq.evals.tasks.support import label_of
from siyaq.grounding.support import Verdict

from .canned import CannedProduct, opening, write_set

PAIRS: list[dict[str, object]] = [
    {
        "_id": "1",
        "lang": "en",
        "claim": "The stone bridge in Warsaw closes for three weeks",
        "evidence": ["The stone bridge in Warsaw closes for three weeks, the office said."],
        "label": "supports",
    },
    {
        "_id": "2",
        "lang": "ar",
        "claim": "ارتفاع أسعار النفط في الأسواق العالمية",
        "evidence": ["انخفاض أسعار النفط في الأسواق العالمية"],
        "label": "refutes",
    },
]


def run(folder: Path, predictions: Path | None = None) -> Evaluation:
    async def scored() -> Evaluation:
        return await evaluate("support", folder, opening(CannedProduct()), predictions=predictions)

    return anyio.run(scored)


def test_pairs_are_judged_and_what_was_judged_is_written(tmp_path: Path) -> None:
    folder, written = tmp_path / "set", tmp_path / "predictions.jsonl"
    write_set(folder, pairs=PAIRS)
    result = run(folder, written)
    assert result["metrics"]["accuracy"] == result["metrics"]["macro_f1"] == 1.0
    assert result["metrics"]["f1_refutes"] == 1.0
    assert result["counts"] == {"pairs": 2, "supports": 1, "refutes": 1}
    assert set(result["by_lang"]) == {"ar", "en"}
    lines = [json.loads(line) for line in written.read_text().splitlines()]
    assert [(line["_id"], line["label"]) for line in lines] == [("1", "supports"), ("2", "refutes")]
    assert lines[0]["score"] > lines[1]["score"]


@pytest.mark.parametrize(
    ("labels", "supports", "refutes", "expected"),
    [
        (("supports", "refutes"), 0.3, 0.2, "supports"),
        (("supports", "refutes"), 0.3, 0.4, "refutes"),
        (("supports", "refutes", "not_enough_info"), 0.3, 0.2, "not_enough_info"),
        (("supports", "refutes", "not_enough_info"), 0.1, 0.6, "refutes"),
        (("supports", "not_supported"), 0.4, 0.0, "supports"),
        (("supports", "not_supported"), 0.3, 0.0, "not_supported"),
    ],
)
def test_the_likeliest_of_the_labels_that_the_file_has_is_said(
    labels: tuple[str, ...], supports: float, refutes: float, expected: str
) -> None:
    verdict = Verdict(stance=Stance.MENTIONS, supports=supports, refutes=refutes)
    assert label_of(verdict, frozenset(labels)) == expected


def test_labels_that_no_format_knows_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_set(folder, pairs=[{**PAIRS[0], "label": "maybe"}])
    with pytest.raises(Unreadable, match="maybe"):
        run(folder)
