"""One HTML file that holds a whole plan in both languages: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from siyaq.plan import charts
from siyaq.plan.outcomes import HEADLINES, SECTIONS
from siyaq.plan.result import BARS, PlanJson, ResultJson
from siyaq.plan.told import CHARTED, between, running_parts, solved_texts
from siyaq.plan.words import END, LANGUAGES, LEFT, amount, number, say, unit


def report(plan: PlanJson, *, first: str = "en") -> str:
    """Return the report, `first` being the language that it opens in.

    The languages are switched by two radio buttons and a style sheet, so that the file works
    where scripts do not.
    """
    style = (files("siyaq.plan") / "report.css").read_text("utf-8")
    picks = "".join(
        f'<input class="pick" type="radio" name="language" id="{language}"'
        f' aria-label="{say(language, "report.language")}"'
        f"{' checked' if language == first else ''}>"
        for language in LANGUAGES
    )
    labels = "".join(
        f'<label for="{language}" lang="{language}">{say(language, "report.language")}</label>'
        for language in LANGUAGES
    )
    articles = "".join(_article(plan, language) for language in LANGUAGES)
    title = escape(plan["title"][first])
    return (
        f'<!doctype html><html lang="{first}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} · siyaq</title><style>{style}</style></head><body>"
        f'{picks}<div class="languages">{labels}</div>{articles}</body></html>\n'
    )


def _article(plan: PlanJson, language: str) -> str:
    rtl = language == "ar"
    parts = [
        f'<article lang="{language}" dir="{"rtl" if rtl else "ltr"}">',
        f"<h1>{escape(plan['title'][language])}</h1>",
        f'<p class="about">{escape(plan["about"][language])}</p>',
        *(f'<p class="warn">{_say(language, f"warning.{code}")}</p>' for code in plan["warnings"]),
        _headlines(plan, language),
        *_checks(plan, language),
        *_solved(plan, language),
        *_running(plan, language, rtl=rtl),
        *_uncertain(plan, language, rtl=rtl),
        *_years(plan, language, rtl=rtl),
        _results(plan, language),
        _assumptions(plan, language),
        f'<p class="soft">{_say(language, "report.note")}</p></article>',
    ]
    return "".join(parts)


def _say(language: str, key: str, **params: str) -> str:
    return escape(say(language, key, **params))


def _told(language: str, result: ResultJson) -> str:
    return escape(amount(language, result["value"], result["unit"]))


def _between(language: str, result: ResultJson) -> str:
    return escape(between(language, result))


def _headlines(plan: PlanJson, language: str) -> str:
    items = "".join(
        f"<li><span>{_say(language, f'result.{name}')}</span>"
        f"<b>{_told(language, plan['results'][name])}</b>"
        f"<span>{_between(language, plan['results'][name])}</span></li>"
        for name in HEADLINES
        if plan["results"][name]["value"]
    )
    return f'<ul class="heads" aria-label="{_say(language, "report.headlines")}">{items}</ul>'


def _table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; texts are HTML already, the first of a row its header."""
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{cell}</th>' if place == 0 else f'<td class="number">{cell}</td>'
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _checks(plan: PlanJson, language: str) -> Iterator[str]:
    if not plan["checks"]:
        return
    heads = ("result", "published", "computed", "error", "allowed")
    yield f"<h2>{_say(language, 'report.checks')}</h2>"
    yield _table(
        "",
        (_say(language, f"report.{head}") for head in heads),
        (
            (
                _say(language, f"result.{check['of']}")
                + f'<span class="key">{escape(check["source"])}, {escape(check["date"])}</span>',
                escape(amount(language, check["published"], check["unit"])),
                escape(amount(language, check["computed"], check["unit"])),
                f"{LEFT}{100 * (check['error'] or 0):+.2f} %{END}",
                ("✓ " if check["ok"] else "✗ ")
                + _say(language, "report.ok" if check["ok"] else "report.bad")
                + f" ({number(100 * check['within'])} %)",
            )
            for check in plan["checks"]
        ),
    )


def _solved(plan: PlanJson, language: str) -> Iterator[str]:
    if plan["solved"]:
        yield f"<h2>{_say(language, 'report.solved')}</h2>"
    yield from (f"<p>{escape(text)}</p>" for text in solved_texts(plan, language))


def _running(plan: PlanJson, language: str, *, rtl: bool) -> Iterator[str]:
    parts = running_parts(plan, language)
    rows = [(part["label"], part["size"], part["told"]) for part in parts]
    if rows:
        title = say(language, "report.running")
        yield f"<h2>{escape(title)}</h2>"
        yield charts.bars(rows, title, rtl=rtl)


def _uncertain(plan: PlanJson, language: str, *, rtl: bool) -> Iterator[str]:
    for name in CHARTED:
        rows, result = plan["tornado"].get(name), plan["results"][name]
        if not rows or not result["value"]:
            continue
        told = say(language, f"result.{name}")
        title = say(language, "report.tornado", result=told)
        yield f'<h2>{escape(title)}</h2><p class="soft">{_say(language, "report.tornado_text")}</p>'
        yield (
            '<ul class="legend">'
            + "".join(
                f'<li><i class="{end}"></i>{_say(language, f"report.at_{end}")}</li>'
                for end in ("low", "high")
            )
            + "</ul>"
        )
        yield charts.tornado(
            [
                (
                    say(language, f"key.{row['key']}"),
                    row["at_low"],
                    row["at_high"],
                    amount(language, row["at_low"], result["unit"]),
                    amount(language, row["at_high"], result["unit"]),
                )
                for row in rows
            ],
            result["value"],
            title,
            rtl=rtl,
        )
        yield from _histogram(plan, language, name, rtl=rtl)


def _histogram(plan: PlanJson, language: str, name: str, *, rtl: bool) -> Iterator[str]:
    counts, result = plan["histogram"].get(name), plan["results"][name]
    low, middle, high = result["low"], result["middle"], result["high"]
    if not counts or low is None or high is None or middle is None or low >= high:
        return
    assert len(counts) == BARS
    title = say(language, "report.histogram", result=say(language, f"result.{name}"))
    samples = say(language, "report.histogram_text", samples=f"{plan['samples']:,}")
    yield f'<h3>{escape(title)}</h3><p class="soft">{escape(samples)}</p>'
    low_told, middle_told, high_told = (
        amount(language, value, result["unit"]) for value in (low, middle, high)
    )
    share = (middle - low) / (high - low)
    yield charts.histogram(counts, (low_told, high_told), (share, middle_told), title, rtl=rtl)


def _partner(language: str, name: str) -> str:
    return say(language, "report.owner") if name == "owner" else name


def _years(plan: PlanJson, language: str, *, rtl: bool) -> Iterator[str]:
    years = plan["years"]
    if len(years) < 2:
        return
    names = list(years[0]["shares"])
    title = say(language, "report.partners" if len(names) > 1 else "report.years")
    yield f"<h2>{escape(title)}</h2>"
    yield (
        '<ul class="legend">'
        + "".join(
            f'<li><i class="{series}"></i>{escape(_partner(language, name))}</li>'
            for series, name in zip(charts.SERIES, names, strict=False)
        )
        + f"<li>({escape(unit(language, 'USD'))})</li></ul>"
    )
    yield charts.columns(
        [
            (
                f"{one['year']}",
                {name: part["capital"] + part["running"] for name, part in one["shares"].items()},
                amount(language, max(1.0, one["capital"] + one["running"]), ""),
            )
            for one in years
        ],
        title,
        rtl=rtl,
    )
    heads = ("year", "standing", "partner", "paid_capital", "paid_running", "held", "capacity")
    yield _table(
        "",
        (_say(language, f"report.{head}") for head in heads),
        (
            (
                f"{one['year']}",
                f"{100 * one['standing']:.0f} %",
                escape(_partner(language, name)),
                escape(amount(language, part["capital"], "USD")),
                escape(amount(language, part["running"], "USD")),
                escape(amount(language, part["held"], "USD")),
                f"{100 * part['capacity']:.0f} %",
            )
            for one in years
            for name, part in one["shares"].items()
        ),
    )


def _results(plan: PlanJson, language: str) -> str:
    parts = [f"<h2>{_say(language, 'report.results')}</h2>"]
    for section in SECTIONS:
        rows = [
            (_say(language, f"result.{name}"), _told(language, one), _between(language, one))
            for name, one in plan["results"].items()
            if one["section"] == section and one["value"] is not None
        ]
        if rows:
            heads = (_say(language, f"report.{head}") for head in ("result", "value", "range"))
            parts.append(_table(_say(language, f"section.{section}"), heads, rows))
    return "".join(parts)


def _assumptions(plan: PlanJson, language: str) -> str:
    rows = (
        (
            _say(language, f"key.{one['key']}") + f'<span class="key">{one["key"]}</span>',
            escape(amount(language, one["value"], one["unit"])),
            ""
            if one["low"] == one["high"]
            else escape(
                f"{amount(language, one['low'], one['unit'])} – "
                f"{amount(language, one['high'], one['unit'])}"
            ),
            f"<bdi>{escape(one['source'])}</bdi>, <bdi>{escape(one['date'])}</bdi>"
            + ("" if not one["own"] else f" · {_say(language, 'report.own')}"),
        )
        for one in plan["assumptions"]
    )
    heads = (
        _say(language, f"report.{head}") for head in ("assumption", "value", "range", "source")
    )
    table = _table("", heads, rows).replace('<td class="number"><bdi>', "<td><bdi>")
    return f"<h2>{_say(language, 'report.assumptions')}</h2>{table}"
