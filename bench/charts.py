"""The results as bars, drawn in SVG: readable on a light and on a dark page, no library needed."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

_ROW, _LEFT, _WIDTH = 26, 240, 420


class Bar(NamedTuple):
    """One line of a chart."""

    label: str
    value: float
    text: str
    ours: bool


def ingest(results: dict[str, Any]) -> str:
    """Draw posts a second, words and vectors, for each engine."""
    bars = _bars(results, lambda run: run["ingest"]["posts_per_second"], "{:,.0f} posts/s")
    return _chart("Ingest until searchable, vectors ready-made (more is better)", bars)


def latency(results: dict[str, Any]) -> str:
    """Draw hybrid p99 while posts come in, for each engine, with its recall."""
    bars = _bars(results, lambda run: run["loaded"]["hybrid_ms"][1], "{:,.1f} ms")
    recalls = {
        runs[0]["version"]: runs[0]["idle"]["all"]["recall"]
        for runs in results["engines"].values()
        if "idle" in runs[0]
    }
    marked = [bar._replace(text=f"{bar.text}, recall {recalls[bar.label]:.3f}") for bar in bars]
    return _chart("Hybrid search p99 while 1,000 posts/s come in (log scale)", marked, log=True)


def _bars(results: dict[str, Any], value_of: Any, form: str) -> list[Bar]:
    bars = []
    for name, runs in results["engines"].items():
        try:
            value = statistics.median(value_of(run) for run in runs)
        except KeyError:
            continue
        bars.append(Bar(runs[0]["version"], value, form.format(value), name == "siyaq"))
    return bars


def _chart(title: str, bars: Sequence[Bar], *, log: bool = False) -> str:
    height = _ROW * (len(bars) + 2)
    most = max((bar.value for bar in bars), default=1.0)
    least = min((bar.value for bar in bars), default=1.0) / 2
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" role="img"'
        f' aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        "<style>text{fill:#24292f}@media(prefers-color-scheme:dark){text{fill:#d0d7de}}</style>",
        f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>',
    ]
    for row, bar in enumerate(bars, 1):
        share = math.log(bar.value / least) / math.log(most / least) if log else bar.value / most
        top, color = _ROW * row + 8, "#0b6e6e" if bar.ours else "#8c959f"
        width = max(2, round(_WIDTH * share))
        lines += [
            f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{width}" height="18" rx="3" fill="{color}"/>',
            f'<text x="{_LEFT + width + 6}" y="{top + 13}">{escape(bar.text)}</text>',
        ]
    return "\n".join([*lines, "</svg>"])
