"""Charts as SVG that needs nothing else. Coordinates are given from the reader's start.

In a right-to-left page everything is mirrored: bars grow to the left, labels stand on the right.
Colors are variables of the page, so that one drawing serves a light and a dark one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 860
LABEL = 330
VALUE = 130
ROW = 30
SERIES = ("a", "b", "c", "d", "e", "f")


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where things go, in one direction of reading."""

    rtl: bool

    def x(self, from_start: float, width: float = 0.0) -> float:
        """Return the left edge of what begins so far from the reader's start."""
        return WIDTH - from_start - width if self.rtl else from_start

    def text(self, at: float, y: float, text: str, *, end: bool = False, kind: str = "") -> str:
        """Write a text that begins (or ends) at a distance from the reader's start."""
        to_right = end != self.rtl
        anchor = "end" if to_right else "start"
        return (
            f'<text x="{self.x(at):.1f}" y="{y:.1f}" text-anchor="{anchor}"'
            f' class="{kind}">{escape(text)}</text>'
        )

    def bar(self, at: float, y: float, width: float, height: float, kind: str) -> str:
        """Draw a bar that begins at a distance from the reader's start."""
        width = max(width, 0.0)
        return (
            f'<rect x="{self.x(at, width):.1f}" y="{y:.1f}" width="{width:.1f}"'
            f' height="{height:.1f}" rx="2" class="{kind}"/>'
        )

    def line(self, at: float, top: float, bottom: float) -> str:
        """Draw an upright line."""
        x = self.x(at)
        return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" class="axis"/>'


def drawn(parts: Sequence[str], height: float, label: str) -> str:
    """Return a drawing with its name for people who do not see it."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}"'
        f' direction="ltr">{"".join(parts)}</svg>'
    )


def bars(rows: Sequence[tuple[str, float, str]], label: str, *, rtl: bool) -> str:
    """Draw (name, size, told) as bars from a common base."""
    canvas = Canvas(rtl)
    largest = max((size for _, size, _ in rows), default=0.0) or 1.0
    room = WIDTH - LABEL - VALUE
    parts = []
    for place, (name, size, told) in enumerate(rows):
        y = place * ROW
        width = room * size / largest
        parts.append(canvas.text(LABEL - 12, y + 19, name, end=True))
        parts.append(canvas.bar(LABEL, y + 5, width, ROW - 10, "a"))
        parts.append(canvas.text(LABEL + width + 8, y + 19, told, kind="told"))
    return drawn(parts, len(rows) * ROW + 4, label)


def tornado(
    rows: Sequence[tuple[str, float, float, str, str]], center: float, label: str, *, rtl: bool
) -> str:
    """Draw (name, at low, at high, both told) as bars around what the plan says."""
    canvas = Canvas(rtl)
    ends = [end for _, low, high, _, _ in rows for end in (low, high)] + [center]
    least, most = min(ends), max(ends)
    room, start = WIDTH - LABEL - 2 * 92, LABEL + 92
    scale = room / ((most - least) or 1.0)

    def at(value: float) -> float:
        return start + (value - least) * scale

    parts = []
    for place, (name, low, high, told_low, told_high) in enumerate(rows):
        y = place * ROW
        parts.append(canvas.text(LABEL - 12, y + 19, name, end=True))
        for value, kind in ((low, "low"), (high, "high")):
            begin, end = sorted((at(value), at(center)))
            parts.append(canvas.bar(begin, y + 5, end - begin, ROW - 10, kind))
        left, right = (told_low, told_high) if low <= high else (told_high, told_low)
        first, last = min(at(low), at(high), at(center)), max(at(low), at(high), at(center))
        parts.append(canvas.text(first - 5, y + 19, left, end=True, kind="told"))
        parts.append(canvas.text(last + 5, y + 19, right, kind="told"))
    parts.append(canvas.line(at(center), 0, len(rows) * ROW))
    return drawn(parts, len(rows) * ROW + 4, label)


def histogram(
    counts: Sequence[int],
    ends: tuple[str, str],
    middle: tuple[float, str],
    label: str,
    *,
    rtl: bool,
) -> str:
    """Draw how often each size came up, from `ends[0]` to `ends[1]`; `middle` is a share of it."""
    canvas = Canvas(rtl)
    height, largest = 110.0, max(counts, default=0) or 1
    width = (WIDTH - 40) / max(1, len(counts))
    parts = []
    for place, count in enumerate(counts):
        tall = height * count / largest
        parts.append(canvas.bar(20 + place * width + 1, height - tall + 4, width - 2, tall, "a"))
    at = 20 + middle[0] * (WIDTH - 40)
    parts.append(canvas.line(at, 0, height + 8))
    parts.append(canvas.text(20, height + 24, ends[0], kind="told"))
    parts.append(canvas.text(WIDTH - 20, height + 24, ends[1], end=True, kind="told"))
    told = min(max(at, 150.0), WIDTH - 150.0)
    middle_text = canvas.text(told, height + 24, middle[1], kind="told middle")
    parts.append(middle_text)
    return drawn(parts, height + 32, label)


def columns(years: Sequence[tuple[str, Mapping[str, float], str]], label: str, *, rtl: bool) -> str:
    """Draw (year, part by name, the whole told) as stacked columns."""
    canvas = Canvas(rtl)
    height, top = 150.0, 20.0
    largest = max((sum(parts.values()) for _, parts, _ in years), default=0.0) or 1.0
    step = (WIDTH - 20) / max(1, len(years))
    drawing = []
    for place, (year, shares, told) in enumerate(years):
        base = top + height
        for series, size in zip(SERIES * 3, shares.values(), strict=False):
            tall = height * size / largest
            base -= tall
            drawing.append(canvas.bar(14 + place * step, base, step - 14, tall, series))
        center = 14 + place * step + (step - 14) / 2
        drawing.append(canvas.text(center, base - 5, told, kind="told middle"))
        drawing.append(canvas.text(center, top + height + 17, year, kind="middle"))
    return drawn(drawing, top + height + 26, label)
