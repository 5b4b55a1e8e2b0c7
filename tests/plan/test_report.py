"""The report: one file, no script, nothing from elsewhere, both languages whole."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from siyaq.plan.key import KEYS
from siyaq.plan.outcomes import OUTCOMES, SECTIONS
from siyaq.plan.report import report
from siyaq.plan.result import run
from siyaq.plan.scenario import boxed, names, read
from siyaq.plan.warnings import WARNINGS
from siyaq.plan.words import amount, catalog, number, say

ARABIC = re.compile(r"[\u0621-\u064a]")


def test_both_languages_say_the_same_things_in_their_own() -> None:
    english, arabic = catalog("en"), catalog("ar")
    assert english.keys() == arabic.keys()
    for key in english:
        if key.startswith("unit.") or key == "report.language":
            continue
        assert ARABIC.search(arabic[key]), key
        assert not ARABIC.search(english[key]), key
        assert set(re.findall(r"\{\w+\}", english[key])) == set(re.findall(r"\{\w+\}", arabic[key]))


def test_everything_that_has_a_name_can_be_said() -> None:
    wanted = {f"key.{key}" for key in KEYS} | {f"result.{name}" for name in OUTCOMES}
    wanted |= {f"section.{section}" for section in SECTIONS}
    wanted |= {f"warning.{code}" for code in WARNINGS}
    wanted |= {f"unit.{one.unit}" for one in OUTCOMES.values()}
    wanted |= {f"unit.{one.unit.name}" for one in KEYS.values()}
    wanted |= {f"running.{kind}" for kind in run(boxed("laptop"), samples=0)["running"]}
    assert wanted <= catalog("en").keys()


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (31.6, "kW", "31.6 kW"), (1322.0, "kW", "1.32 MW"), (900_000.0, "kW", "900 MW"),
        (0.0495, "kW", "49.5 W"), (3.0e10, "USD", "30 billion USD"), (226.86, "nodes", "227 nodes"),
        (3.79e25, "FLOP", "3.79×10²⁵ FLOP"), (0.00278, "USD", "0.00278 USD"), (0.84, "", "84 %"),
        (None, "USD", "–"), (0.0, "USD", "0 USD"),
    ],
)  # fmt: skip
def test_quantities_are_told_as_people_read_them(value: float | None, unit: str, told: str) -> None:
    assert amount("en", value, unit) == told


def test_numbers_keep_three_figures() -> None:
    assert [number(one) for one in (1234.5, 12.345, 0.012345)] == ["1,234", "12.3", "0.0123"]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize("name", names())
def test_the_report_needs_nothing_but_itself(name: str) -> None:
    text = report(run(boxed(name), samples=60), first="ar")
    page = _Page()
    page.feed(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [one for one in page.attributes if one[0] in ("src", "href", "style")]
    assert not [one for one in page.attributes if one[0].startswith("on")]
    assert "url(" not in text
    assert "@import" not in text
    assert page.tags.count("article") == 2
    assert 'lang="ar" dir="rtl"' in text
    assert 'lang="en" dir="ltr"' in text
    assert {"svg", "table"} <= set(page.tags) or name == "llama-3-training"
    for scenario_text in (boxed(name).title["en"], boxed(name).title["ar"]):
        assert scenario_text.replace("'", "&#x27;") in text


def test_what_a_scenario_says_is_text_and_never_markup() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    document = {
        "source": hostile, "date": hostile, "title": hostile, "about": hostile,
        "demand": {"weekly_users": {"value": 9, "source": hostile, "date": "2026"}},
        "partner": [{"name": hostile, "capital": 1, "running": 1}],
    }  # fmt: skip
    text = report(run(read("x", document), samples=20))
    assert "<img" not in text
    assert "&lt;img" in text


def test_what_is_put_into_a_text_is_isolated() -> None:
    assert say("en", "report.tornado", result="cost") == "What matters most: \u2068cost\u2069"
