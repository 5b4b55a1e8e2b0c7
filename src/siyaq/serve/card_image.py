"""A card as an image of text and bars, for sharing where nothing can be embedded.

An SVG of its own: no script, no link, nothing loaded from anywhere. Lines are cut by an estimate
of their width, since only the reader's fonts know it.
"""

from __future__ import annotations

import textwrap
from xml.etree.ElementTree import Element

from siyaq.core.card import ContextCard
from siyaq.serve.markup import node, svg_image
from siyaq.serve.strings import moment, told
from siyaq.serve.summary import Fact, facts

WIDTH, HEIGHT = 1200, 630  # what social networks show whole
_MARGIN, _LABELS, _LINE = 64, 260, 42
_CHARS = 50  # of one line of text at its size
_LINES_AT_MOST, _LINES_IN_ALL = 2, 9
_TALL = 56  # of the highest bar
INK, SOFT, PAPER, ACCENT = "#17211f", "#4c5a56", "#ffffff", "#0f5b57"
SIDES = {"refutes": "#a3271f", "supports": "#17693a"}
_ENDS = " .,;:!?،؛؟"  # of a line, before what says that it is cut
_FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans Arabic', 'DejaVu Sans', sans-serif"


def card_image(card: ContextCard, language: str) -> bytes:
    """Return the card as an SVG of WIDTH by HEIGHT."""
    rtl = language == "ar"
    near = WIDTH - _MARGIN if rtl else _MARGIN
    text_at = near - _LABELS if rtl else near + _LABELS
    direction = {"direction": "rtl" if rtl else "ltr", "font-family": _FONT}
    title = told(language, "panel.card")
    parts = [
        node("title", {}, f"{title}: " + "; ".join(one.text for one in facts(card, language))),
        node("rect", {"width": str(WIDTH), "height": str(HEIGHT), "fill": PAPER}),
        node("rect", {"width": str(WIDTH), "height": "10", "fill": ACCENT}),
        _text(title, near, 92, 44, INK, bold=True),
    ]
    y = 150
    for fact, lines in lines_of(card, language):
        parts.append(_text(fact.label, near, y, 26, SOFT))
        for line in lines:
            parts.append(_text(line, text_at, y, 30, SIDES.get(fact.kind, INK)))
            y += _LINE
        y += 8
    parts += _bars(card, rtl=rtl)
    stamp = told(language, "answer.as_of", at=moment(language, card.as_of))
    parts.append(_text(stamp, near, HEIGHT - 36, 24, SOFT))
    shape = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {WIDTH} {HEIGHT}",
        "width": str(WIDTH),
        "height": str(HEIGHT),
        "role": "img",
        **direction,
    }
    return svg_image(node("svg", shape, *parts))


def _text(text: str, x: int, y: int, size: int, color: str, *, bold: bool = False) -> Element:
    look = {"x": str(x), "y": str(y), "font-size": str(size), "fill": color}
    if bold:
        look["font-weight"] = "650"
    return node("text", look, text)


def lines_of(card: ContextCard, language: str) -> list[tuple[Fact, list[str]]]:
    """Return every fact with its lines: one each, and a second while there is room."""
    found = facts(card, language)
    spare = _LINES_IN_ALL - len(found)
    told_in: list[tuple[Fact, list[str]]] = []
    for fact in found:
        lines = _lines(fact.text, min(_LINES_AT_MOST, 1 + max(0, spare)))
        spare -= len(lines) - 1
        told_in.append((fact, lines))
    return told_in


def heights(card: ContextCard) -> list[float]:
    """Return how high each bar of the spread stands, as a part of the highest; none for one."""
    bars = card.copies.histogram
    if len(bars) < 2:
        return []
    most = max(3, *(bar.n for bar in bars))
    return [max(3 / _TALL, bar.n / most) if bar.n else 1 / _TALL for bar in bars]


def _lines(text: str, most: int) -> list[str]:
    lines = textwrap.wrap(" ".join(text.split()), _CHARS, break_on_hyphens=False) or [""]
    if len(lines) > most:
        lines = lines[:most]
        lines[-1] = lines[-1][: _CHARS - 1].rstrip(_ENDS) + "…"
    return lines


def _bars(card: ContextCard, *, rtl: bool) -> list[Element]:
    bars = heights(card)
    if not bars:
        return []
    wide, base = 300 / len(bars), HEIGHT - 36
    left = _MARGIN if rtl else WIDTH - _MARGIN - 300
    made = []
    for place, part in enumerate(reversed(bars) if rtl else bars):
        height = part * _TALL
        box = {"x": left + place * wide, "y": base - height, "width": max(1.0, wide - 2)}
        box["height"] = height
        shape = {name: f"{value:.1f}" for name, value in box.items()}
        made.append(node("rect", shape | {"fill": ACCENT}))
    return made
