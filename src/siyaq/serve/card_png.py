"""A card as a picture of pixels, for places that show nothing else.

Typst sets it: it shapes Arabic with HarfBuzz's rules and orders mixed lines as Unicode says, which
the small renderers of SVG get wrong. It comes with the extra `png`, and takes its letters from the
fonts of the system; without either there is no picture, and a plain word about why.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from threading import Semaphore
from typing import Final

from siyaq.core.card import ContextCard
from siyaq.serve.card_image import (
    ACCENT,
    HEIGHT,
    INK,
    PAPER,
    SIDES,
    SOFT,
    WIDTH,
    heights,
    lines_of,
)
from siyaq.serve.errors import UnsupportedFormat
from siyaq.serve.markup import shown
from siyaq.serve.strings import moment, told

LATIN: Final = ("noto sans", "dejavu sans", "liberation sans", "helvetica neue", "segoe ui")
ARABIC: Final = (
    *("noto sans arabic", "noto naskh arabic", "dejavu sans", "vazirmatn", "amiri"),
    *("geeza pro", "segoe ui", "tahoma"),
)
"""Families that hold the letters of a script, those we like best first."""
AT_ONCE: Final = 2
"""Pictures drawn at the same time; each takes about a tenth of a second of one core."""

_drawing = Semaphore(AT_ONCE)


def can_draw() -> bool:
    """Say whether `card_png` would find what it needs."""
    return find_spec("typst") is not None and _fonts() is not None


def card_png(card: ContextCard, language: str) -> bytes:
    """Return the card as a PNG of WIDTH by HEIGHT. Blocks for a tenth of a second.

    Raises UnsupportedFormat where the extra `png` or a font is missing.
    """
    if find_spec("typst") is None:
        raise UnsupportedFormat(
            "this server does not draw PNG: the extra 'png' is not installed",
            hint="ask for context.svg, or run: pip install 'siyaq[png]'",
        )
    fonts = _fonts()
    if fonts is None:
        raise UnsupportedFormat(
            "this server does not draw PNG: its system has no font with Arabic and Latin letters",
            hint="ask for context.svg, or install one, such as fonts-dejavu-core",
        )
    import typst  # an optional extra

    told_as = json.dumps(_data(card, language, fonts), ensure_ascii=False)
    with _drawing:
        drawn = typst.compile(_template(), format="png", ppi=72, sys_inputs={"card": told_as})
    assert isinstance(drawn, bytes)
    return drawn


def _data(card: ContextCard, language: str, fonts: tuple[str, ...]) -> dict[str, object]:
    """Return everything that the picture shows."""
    return {
        "lang": language,
        "fonts": fonts,
        "width": WIDTH,
        "height": HEIGHT,
        "ink": INK,
        "soft": SOFT,
        "paper": PAPER,
        "accent": ACCENT,
        "title": told(language, "panel.card"),
        "facts": [
            {
                "label": shown(fact.label),
                "text": shown(" ".join(lines)),
                "color": SIDES.get(fact.kind, INK),
            }
            for fact, lines in lines_of(card, language)
        ],
        "bars": heights(card),
        "stamp": told(language, "answer.as_of", at=moment(language, card.as_of)),
    }


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (files("siyaq.serve") / "card.typ").read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, ...] | None:
    """Return the families to use, Latin letters' first; None where a script has none."""
    import typst  # an optional extra

    there = {name.lower() for name in typst.Fonts().families()}
    latin = [name for name in LATIN if name in there]
    arabic = [name for name in ARABIC if name in there]
    return (*latin[:1], *arabic[:1]) if latin and arabic else None
