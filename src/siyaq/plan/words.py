"""Saying a plan in English and in Arabic: labels, and numbers as people read them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "ar")
LEFT, ISOLATE, END = "\u2066", "\u2068", "\u2069"

_STEPS = {
    "en": ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")),
    "ar": ((1e12, "تريليون"), (1e9, "مليار"), (1e6, "مليون")),
}
_SCALED: Mapping[str, tuple[tuple[float, str, str], ...]] = {
    "kW": ((1e6, "GW", "ج.واط"), (1e3, "MW", "م.واط"), (1.0, "kW", "ك.واط"), (1e-3, "W", "واط")),
    "GB": ((1e6, "PB", "بيتابايت"), (1e3, "TB", "تيرابايت"), (1.0, "GB", "غيغابايت")),
    "TB": ((1e3, "PB", "بيتابايت"), (1.0, "TB", "تيرابايت"), (1e-3, "GB", "غيغابايت")),
    "GWh": (
        (1e3, "TWh", "ت.واط·س"),
        (1.0, "GWh", "ج.واط·س"),
        (1e-3, "MWh", "م.واط·س"),
        (1e-6, "kWh", "ك.واط·س"),
    ),
}
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Return key to text of one of LANGUAGES."""
    path = files("siyaq.plan") / "strings" / f"{language}.json"
    told: dict[str, str] = json.loads(path.read_text("utf-8"))
    return told


def say(language: str, key: str, **params: str) -> str:
    """Return a text of the catalog with its places filled; what is put in is isolated."""
    text = catalog(language)[key]
    for name, value in params.items():
        text = text.replace(f"{{{name}}}", f"{ISOLATE}{value}{END}")
    return text


def number(value: float) -> str:
    """Return a number with three figures that count, thousands apart."""
    size = abs(value)
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "∞"
    if size >= 1e15 or size < 1e-6:
        exponent = math.floor(math.log10(size))
        return f"{value / 10**exponent:.2f}×10{str(exponent).translate(_SUPERSCRIPT)}"
    if size >= 100:
        return f"{value:,.0f}"
    digits = 2 - math.floor(math.log10(size))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(language: str, value: float | None, measure: str) -> str:
    """Return a quantity as people read it: 1.32 MW, 30 billion USD, 227 nodes."""
    if value is None:
        return "–"
    arabic = language == "ar"
    if measure == "" and 0 < value < 1:
        return f"{number(100 * value)} %"
    for scale, name, in_arabic in _SCALED.get(measure, ()):
        if abs(value) >= scale or scale == _SCALED[measure][-1][0]:
            return _with(number(value / scale), in_arabic if arabic else name, arabic=arabic)
    told = unit(language, measure)
    for scale, name in _STEPS[language]:
        if scale <= abs(value) < 1e15:
            return _with(f"{number(value / scale)} {name}", told, arabic=arabic)
    return _with(number(value), told, arabic=arabic)


def unit(language: str, name: str) -> str:
    """Return the name of a unit in a language."""
    return catalog(language).get(f"unit.{name}", name)


def _with(told: str, unit: str, *, arabic: bool) -> str:
    text = f"{told} {unit}".strip()
    return f"\u2067{text}{END}" if arabic else text
