"""A plan as people see it in a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from siyaq.plan.outcomes import SECTIONS
from siyaq.plan.result import PlanJson
from siyaq.plan.scenario import Scenario
from siyaq.plan.told import between, solved_texts
from siyaq.plan.words import amount, say

BAR_CELLS = 16


def number_or_text(text: str) -> object:
    """Read a value of the command line: a number, else a text such as '300 MW'."""
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return text.strip()


def show_names(console: Console, scenarios: Mapping[str, Scenario], lang: str) -> None:
    """Print the scenarios in the box."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold cyan", no_wrap=True)
    for name, scenario in scenarios.items():
        table.add_row(name, Text(scenario.title[lang]))
    console.print(table)
    console.print(Text("siyaq plan NAME, or your own FILE.toml", "dim"))


def show_plan(console: Console, plan: PlanJson, lang: str, *, sources: bool = False) -> None:
    """Print a plan: what follows, against what was published, what matters, who pays."""
    console.print(Text(plan["title"][lang], style="bold"))
    console.print(Text(plan["about"][lang]))
    for code in plan["warnings"]:
        console.print(Text(f"! {say(lang, f'warning.{code}')}", style="bold yellow"))
    for section in SECTIONS:
        _show_section(console, plan, section, lang)
    _show_checks(console, plan, lang)
    _show_solved(console, plan, lang)
    _show_tornado(console, plan, lang)
    _show_years(console, plan, lang)
    if sources:
        _show_sources(console, plan, lang)


def _show_section(console: Console, plan: PlanJson, section: str, lang: str) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(min_width=36)
    table.add_column(justify="right", min_width=20, no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    for name, one in plan["results"].items():
        if one["section"] == section and one["value"]:
            told = amount(lang, one["value"], one["unit"])
            table.add_row(Text(say(lang, f"result.{name}")), Text(told), Text(between(lang, one)))
    if table.row_count:
        console.print()
        console.print(Text(say(lang, f"section.{section}"), style="bold cyan"))
        console.print(table)


def _show_checks(console: Console, plan: PlanJson, lang: str) -> None:
    if not plan["checks"]:
        return
    console.print()
    console.print(Text(say(lang, "report.checks"), style="bold cyan"))
    for check in plan["checks"]:
        mark = Text("ok ", "green") if check["ok"] else Text("off ", "bold red")
        published, computed = (
            amount(lang, check[side], check["unit"]) for side in ("published", "computed")
        )
        error = f"{100 * (check['error'] or 0):+.2f} %"
        named = say(lang, "result." + check["of"])
        told = f"{named}: {computed}, {say(lang, 'report.published')} {published} ({error})"
        console.print(mark + Text(told))


def _show_solved(console: Console, plan: PlanJson, lang: str) -> None:
    if not plan["solved"]:
        return
    console.print()
    console.print(Text(say(lang, "report.solved"), style="bold cyan"))
    for text in solved_texts(plan, lang):
        console.print(Text(text))


def _show_tornado(console: Console, plan: PlanJson, lang: str) -> None:
    rows = plan["tornado"].get("cost_each", [])[:6]
    if not rows:
        return
    console.print()
    named = say(lang, "result.cost_each")
    console.print(Text(say(lang, "report.tornado", result=named), style="bold cyan"))
    table = Table(box=None, pad_edge=False, show_header=False)
    largest = max(abs(row["at_high"] - row["at_low"]) for row in rows)
    for row in rows:
        cells = max(1, round(BAR_CELLS * abs(row["at_high"] - row["at_low"]) / largest))
        ends = " – ".join(amount(lang, end, "USD") for end in (row["at_low"], row["at_high"]))
        table.add_row(Text(say(lang, f"key.{row['key']}")), Text("█" * cells, "cyan"), Text(ends))
    console.print(table)


def _show_years(console: Console, plan: PlanJson, lang: str) -> None:
    years = plan["years"]
    if len(years) < 2 or len(years[0]["shares"]) < 2:
        return
    console.print()
    console.print(Text(say(lang, "report.partners"), style="bold cyan"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(say(lang, "report.year"))
    table.add_column(say(lang, "report.standing"), justify="right")
    for name in years[0]["shares"]:
        table.add_column(Text(name), justify="right")
    for one in years:
        paid = [
            f"{amount(lang, part['capital'] + part['running'], 'USD')}"
            f"\n{100 * part['capacity']:.0f} %"
            for part in one["shares"].values()
        ]
        table.add_row(str(one["year"]), f"{100 * one['standing']:.0f} %", *paid)
    console.print(table)


def _show_sources(console: Console, plan: PlanJson, lang: str) -> None:
    console.print()
    console.print(Text(say(lang, "report.assumptions"), style="bold cyan"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("assumption", "value", "range", "source"):
        table.add_column(say(lang, f"report.{heading}"))
    for one in plan["assumptions"]:
        low, high = (amount(lang, one[end], one["unit"]) for end in ("low", "high"))
        ends = "" if one["low"] == one["high"] else f"{low} – {high}"
        told = amount(lang, one["value"], one["unit"])
        source = f"{one['source']}, {one['date']}"
        table.add_row(Text(one["key"]), Text(told), Text(ends), Text(source))
    console.print(table)
