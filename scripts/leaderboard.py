"""Write evals/LEADERBOARD.md from the results of `make eval`.

`python scripts/leaderboard.py RESULTS.jsonl REREAD.jsonl BURIED.jsonl`: one JSON object a line, as
`siyaq eval --json` prints it; the second file is of retrieval with `search.reranker`, the third of
answers among other posts, and both may be empty.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "evals" / "LEADERBOARD.md"
COLUMNS = {
    "agents": ("success", "planned", "forbidden", "steps", "tokens", "asked"),
    "retrieval": ("MRR", "hit@1", "R@5", "MAP", "nDCG@10", "MAP@5"),
    "answers": (
        *("answer_hit", "cited_right", "em", "f1"),
        *("abstain_recall", "false_abstain", "shown_chars"),
        *("citation_precision", "citation_recall"),
    ),
    "support": ("accuracy", "macro_f1", "f1_supports", "f1_refutes"),
    "coordination": ("missing", "extra", "expected"),
    "first-seen": ("earliest@1", "copied_from@1"),
    "copies": (
        *("pair_precision", "pair_recall", "pair_f1"),
        *("accuracy", "f1_same", "f1_changed", "f1_different"),
    ),
}
HEAD = """# Leaderboard

What siyaq scores on the evaluation folders, with no model. `make eval` prints every figure and
writes this page; what was tried on the way stands in [LOG.md](LOG.md). The sets, their licenses
and the definitions of the figures come with the data and are not part of this repository.
"""


def main() -> None:
    """Read the results and write the page."""
    results, reread, buried = (_read(Path(name)) for name in sys.argv[1:4])
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607  # whichever git is there
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    measured = f"\nMeasured on {datetime.now(UTC):%Y-%m-%d} at `{commit}`.\n"
    by_task = {task: [one for one in results if one["task"] == task] for task in COLUMNS}
    tables = [_table(task, task, found) for task, found in by_task.items() if found]
    if reread:
        tables.append(_table("retrieval with a second reading", "retrieval", reread))
    if buried:
        tables.append(_table("answers among other posts", "answers", buried))
    PAGE.write_text(HEAD + measured + "".join(tables), encoding="utf-8")


def _read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _table(name: str, task: str, results: list[dict[str, object]]) -> str:
    columns = COLUMNS[task]
    lines = [f"\n## {name}\n", f"| set | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    for result in results:
        metrics = result["metrics"]
        assert isinstance(metrics, dict)
        cells = " | ".join(_cell(metrics.get(column)) for column in columns)
        lines.append(f"| {result['set']} | {cells} |")
    return "\n".join(lines) + "\n"


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value > 1 else f"{value:.3f}"


if __name__ == "__main__":
    main()
