"""A plan in the words of one language, for a page that only shows it, and the levers to move."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import TypedDict

from siyaq.plan.key import KEYS
from siyaq.plan.outcomes import HEADLINES, SECTIONS
from siyaq.plan.result import PlanJson, ResultJson
from siyaq.plan.words import amount, say

CHARTED = ("cost_each", "power", "capital")

LEVERS: dict[str, tuple[float, float]] = {
    "demand.weekly_users": (1, 3e9),
    "demand.questions": (0.1, 500),
    "answer.tokens_in": (100, 200_000),
    "answer.tokens_out": (10, 20_000),
    "demand.peak": (1, 10),
    "demand.cache_hits": (0, 0.95),
    "service.speed": (1, 200),
    "hardware.mfu": (0.02, 0.8),
    "hardware.mbu": (0.05, 0.9),
    "site.pue": (1, 2),
    "grid.price": (0.01, 0.5),
    "money.owned": (0, 1),
    "money.life": (1, 10),
}
"""Inputs with a control of their own, and the ends of it, in their first unit."""


class LeverJson(TypedDict):
    """One control: where it stands and between what. `log`: it moves by factors."""

    key: str
    label: str
    value: float
    told: str
    low: float
    high: float
    log: bool


class RowJson(TypedDict):
    """One line: what it is, how much, and its range ("" where there is none)."""

    label: str
    value: str
    range: str


class SectionJson(TypedDict):
    """Lines that belong together."""

    title: str
    rows: list[RowJson]


class PartJson(TypedDict):
    """One bar: its name, its size, and the size in words."""

    label: str
    size: float
    told: str


class SwingJson(TypedDict):
    """One bar of a tornado: the result at both ends of one input, in numbers and in words."""

    label: str
    at_low: float
    at_high: float
    told_low: str
    told_high: str


class TornadoJson(TypedDict):
    """What moves a result most."""

    title: str
    center: float
    rows: list[SwingJson]


class ToldJson(TypedDict):
    """A plan in the words of one language."""

    scenario: str
    title: str
    about: str
    warnings: list[str]
    headlines: list[RowJson]
    sections: list[SectionJson]
    checks: list[str]
    solved: list[str]
    running: list[PartJson]
    tornado: list[TornadoJson]
    levers: list[LeverJson]


def tell(plan: PlanJson, language: str) -> ToldJson:
    """Return a plan in the words of a language."""
    results = plan["results"]
    return {
        "scenario": plan["scenario"],
        "title": plan["title"][language],
        "about": plan["about"][language],
        "warnings": [say(language, f"warning.{code}") for code in plan["warnings"]],
        "headlines": [
            _row(language, name, results[name]) for name in HEADLINES if results[name]["value"]
        ],
        "sections": list(_sections(plan, language)),
        "checks": [
            f"{'✓' if check['ok'] else '✗'} {say(language, 'result.' + check['of'])}: "
            f"{amount(language, check['computed'], check['unit'])}, "
            f"{say(language, 'report.published')} "
            f"{amount(language, check['published'], check['unit'])}"
            for check in plan["checks"]
        ],
        "solved": solved_texts(plan, language),
        "running": running_parts(plan, language),
        "tornado": list(_tornado(plan, language)),
        "levers": list(_levers(plan, language)),
    }


def solved_texts(plan: PlanJson, language: str) -> list[str]:
    """Say what would have to be true."""
    texts = []
    for solved in plan["solved"]:
        kind = "text" if solved["bounded"] else "any"
        texts.append(
            say(
                language,
                f"report.solved_{'none' if solved['value'] is None else kind}",
                find=say(language, f"key.{solved['find']}"),
                value=amount(language, solved["value"], solved["unit"]),
                keep=say(language, f"result.{solved['keep']}"),
                bound=amount(language, solved["at_most"], solved["at_most_unit"]),
            )
        )
    return texts


def running_parts(plan: PlanJson, language: str) -> list[PartJson]:
    """Say where the cost of a year goes, the largest part first."""
    parts = sorted(plan["running"].items(), key=lambda item: -item[1])
    return [
        {
            "label": say(language, f"running.{kind}"),
            "size": usd,
            "told": amount(language, usd, "USD/year"),
        }
        for kind, usd in parts
        if usd > 0
    ]


def between(language: str, result: ResultJson) -> str:
    """Say the range of a result, "" where it has none."""
    if result["low"] is None or result["low"] == result["high"]:
        return ""
    low = amount(language, result["low"], result["unit"])
    return f"{low} – {amount(language, result['high'], result['unit'])}"


def _row(language: str, name: str, result: ResultJson) -> RowJson:
    return {
        "label": say(language, f"result.{name}"),
        "value": amount(language, result["value"], result["unit"]),
        "range": between(language, result),
    }


def _sections(plan: PlanJson, language: str) -> Iterator[SectionJson]:
    for section in SECTIONS:
        rows = [
            _row(language, name, one)
            for name, one in plan["results"].items()
            if one["section"] == section and one["value"]
        ]
        if rows:
            yield {"title": say(language, f"section.{section}"), "rows": rows}


def _tornado(plan: PlanJson, language: str) -> Iterator[TornadoJson]:
    for name in CHARTED:
        result, bars = plan["results"][name], plan["tornado"].get(name)
        if not bars or result["value"] is None:
            continue
        yield {
            "title": say(language, "report.tornado", result=say(language, f"result.{name}")),
            "center": result["value"],
            "rows": [
                {
                    "label": say(language, f"key.{bar['key']}"),
                    "at_low": bar["at_low"],
                    "at_high": bar["at_high"],
                    "told_low": amount(language, bar["at_low"], result["unit"]),
                    "told_high": amount(language, bar["at_high"], result["unit"]),
                }
                for bar in bars
            ],
        }


def _levers(plan: PlanJson, language: str) -> Iterator[LeverJson]:
    values = {one["key"]: one["value"] for one in plan["assumptions"]}
    for key, (low, high) in LEVERS.items():
        value = values[key]
        yield {
            "key": key,
            "label": say(language, f"key.{key}"),
            "value": value,
            "told": amount(language, value, KEYS[key].unit.name),
            "low": min(low, value),
            "high": max(high, value),
            "log": min(low, value) > 0 and high > 10 * low,
        }
