"""The results as tables."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from measured import figure

RECALL = 0.98


FLOORS = {
    "siyaq": "siyaq: admit, log, words",
    "by clock": "tantivy alone, a commit a second",
    "as often": "tantivy alone, as many commits as siyaq",
}
"""What ingests without vectors: siyaq, then its floor at two cadences."""


def words_against_floor(found: dict[str, list[dict[str, Any]]], posts: int) -> dict[str, Any]:
    """Put siyaq without vectors beside tantivy alone; ratios are of their rates."""

    def runs(name: str, what: str) -> list[float]:
        return [each["ingest"][what] for each in found[name] if what in each["ingest"]]

    figures = []
    for engine, label in FLOORS.items():
        rates = runs(engine, "posts_per_second")
        figures.append(figure(f"{label}: all", rates, "posts/s"))
        for what, tenth in (("first_tenth", "first tenth"), ("last_tenth", "last tenth")):
            if part := runs(engine, what):
                figures.append(figure(f"{label}: {tenth}", part, "posts/s"))
        spent = runs(engine, "processor_us_per_post")
        figures.append(figure(f"{label}: processor time", spent, "us/post"))
        figures.append(figure(f"{label}: commits", runs(engine, "commits"), ""))
    ours = runs("siyaq", "posts_per_second")
    for engine in ("by clock", "as often"):
        floor = runs(engine, "posts_per_second")
        beside = {"peer": FLOORS[engine], "against": floor}
        figures.append(figure(f"siyaq beside {FLOORS[engine]}", ours, "posts/s", **beside))
    return {"question": "ingest without vectors", "figures": figures, "facts": {"posts": posts}}


def engines(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Put siyaq beside its peers: vectors ready-made, one figure for each engine and quantity."""
    figures = []
    for what, unit in QUANTITIES:
        ours = [_value(run, what) for run in found.get("siyaq", [])]
        for name, runs in found.items():
            values = [value for run in runs if (value := _value(run, what)) is not None]
            if not values:
                continue
            beside = [each for each in ours if each is not None]
            against = {} if name == "siyaq" else {"peer": "siyaq", "against": beside}
            figures.append(figure(f"{name}: {what}", values, unit, **against))
    posts = next((runs[0]["posts"] for runs in found.values()), 0)
    return {
        "question": "engines, vectors ready-made",
        "figures": figures,
        "facts": {"posts": posts},
    }


QUANTITIES = (
    ("posts/s", "posts/s"),
    ("recall@20", ""),
    ("hybrid p50", "ms"),
    ("hybrid p99", "ms"),
    ("hybrid p99 at 1,000 posts/s", "ms"),
    ("words p99", "ms"),
    ("vector p99", "ms"),
    ("vector p99, last 10 %", "ms"),
    ("vector p99, last 1 %", "ms"),
    ("recall@20, last 1 %", ""),
    ("hybrid p99, one language", "ms"),
    ("recall@20, one language", ""),
    ("hybrid p99, one author", "ms"),
    ("recall@20, one author", ""),
    ("hybrid p99 at 1,000 posts/s, process of its own", "ms"),
    ("rate kept", "posts/s"),
    ("disk", "bytes/post"),
    ("memory", "bytes/post"),
    ("delete", "us/post"),
    ("edit", "us/post"),
    ("edits found", ""),
)


def _value(run: dict[str, Any], what: str) -> float | None:
    idle, loaded = run.get("idle", {}), run.get("loaded", {})
    everything, tenth, least = (idle.get(w, {}) for w in ("all", "last 10 %", "last 1 %"))
    lang, author = (idle.get(w, {}) for w in ("one language", "one author"))
    both, words, nearest = (
        everything.get(kind, (None, None)) for kind in ("hybrid_ms", "words_ms", "vector_ms")
    )
    found: dict[str, float | None] = {
        "posts/s": run["ingest"]["posts_per_second"],
        "recall@20": everything.get("recall"),
        "hybrid p50": both[0],
        "hybrid p99": both[1],
        "hybrid p99 at 1,000 posts/s": loaded.get("hybrid_ms", (None, None))[1],
        "words p99": words[1],
        "vector p99": nearest[1],
        "vector p99, last 10 %": tenth.get("vector_ms", (None, None))[1],
        "vector p99, last 1 %": least.get("vector_ms", (None, None))[1],
        "recall@20, last 1 %": least.get("recall"),
        "hybrid p99, one language": lang.get("hybrid_ms", (None, None))[1],
        "recall@20, one language": lang.get("recall"),
        "hybrid p99, one author": author.get("hybrid_ms", (None, None))[1],
        "recall@20, one author": author.get("recall"),
        "hybrid p99 at 1,000 posts/s, process of its own": loaded.get("beside", {}).get(
            "hybrid_ms", (None, None)
        )[1],
        "rate kept": loaded.get("rate_kept"),
        "disk": run["disk_bytes_per_post"],
        "memory": run["resident_mib"] * 2**20 / run["posts"],
        "delete": run.get("delete_us_per_post"),
        "edit": run.get("edit_us_per_post"),
        "edits found": run.get("edited_found"),
    }
    return found[what]


def markdown(results: dict[str, Any]) -> str:
    """Return all results as Markdown."""
    facts = results["machine"]
    parts = [
        f"`{results['command']}`, {results['seconds']} s. {facts['processor']}, {facts['cores']} "
        f"cores, {facts['memory_gib']} GiB, Python {facts['python']}, {facts['system']}; "
        f"load {facts['load'][0]} at the start and {facts['load_after'][0]} at the end."
    ]
    if results["engines"]:
        parts += ["### Siyaq and its peers, vectors ready-made", side_by_side(results["engines"])]
    for question in results["questions"]:
        if not question["question"].startswith("engines"):
            parts += [f"### {question['question'].capitalize()}", _figures(question)]
    if results["not_run"]:
        parts += ["### Not run", "\n".join(f"- {each}" for each in results["not_run"])]
    return "\n\n".join(parts)


def side_by_side(found: dict[str, list[dict[str, Any]]]) -> str:
    """Return one row an engine; the best p99 is looked for among those that reach the recall."""
    head = ["engine", *(f"{what}" + (f" ({unit})" if unit else "") for what, unit in QUANTITIES)]
    rows = [head, ["---"] * len(head)]
    for runs in found.values():
        row = [runs[0]["version"]]
        for what, _ in QUANTITIES:
            values = [value for run in runs if (value := _value(run, what)) is not None]
            row.append(_shown(statistics.median(values)) if values else runs[0].get(what, "–"))
        rows.append(row)
    return _table(rows)


def _figures(question: dict[str, Any]) -> str:
    rows = [["what", "value", "spread", "ratio", "to"], ["---"] * 5]
    for each in question["figures"]:
        low, high = each["spread"]
        spread = "" if low == high else f"{_shown(low)} – {_shown(high)}"
        ratio = "" if each["ratio"] is None else f"**{each['ratio']:.2f}**"
        value = f"{_shown(each['value'])} {each['unit']}".strip()
        rows.append([each["name"], value, spread, ratio, each["peer"]])
    facts = ", ".join(f"{name} {value}" for name, value in question["facts"].items())
    return f"{facts}\n\n{_table(rows)}" if facts else _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
