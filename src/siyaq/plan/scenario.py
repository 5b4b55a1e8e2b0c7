"""Scenarios: what is assumed, as TOML. The package's figures, with the scenario's on top."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from siyaq.core.errors import NotFound, Unreadable
from siyaq.plan import asked, machines, sites  # noqa: F401  they enter their keys
from siyaq.plan.figure import Figure
from siyaq.plan.key import KEYS, Inputs
from siyaq.plan.outcomes import OUTCOMES
from siyaq.plan.partners import Partner
from siyaq.plan.written import BadScenario, figure, known, nearest, number

MAX_BYTES = 1 << 20
LANGUAGES = ("en", "ar")
_OWN = frozenset(
    {"title", "about", "use", "source", "date"} | {"partner", "check", "solve", "fill"}
)
_SUMS = {
    "requests": tuple(key.name for key in asked.SHARES.values()),
    "the power mix": tuple(key.name for key in sites.MIX.values()),
}


@dataclass(frozen=True, slots=True)
class Check:
    """A published figure that a scenario must reproduce, `within` a share of it."""

    of: str
    published: float  # in the outcome's unit
    within: float
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to solve: how large may `find` be, for `keep` to stay at most `at_most`?"""

    find: str
    keep: str
    at_most: float  # in the outcome's unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is assumed: every key's figure, who shares, what to check and to solve."""

    name: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    figures: Mapping[str, Figure]
    partners: tuple[Partner, ...] = ()
    checks: tuple[Check, ...] = ()
    solve: tuple[Wanted, ...] = ()
    fill: Wanted | None = None
    own: frozenset[str] = field(default_factory=frozenset)  # keys that it sets itself

    @property
    def inputs(self) -> Inputs:
        """The values taken."""
        return Inputs({name: one.value for name, one in self.figures.items()})

    def uncertain(self) -> dict[str, Figure]:
        """Return the figures that have a range."""
        return {name: one for name, one in self.figures.items() if one.uncertain}

    def asking(self, questions: Sequence[Wanted]) -> Scenario:
        """Return the same with other questions to solve."""
        return replace(self, solve=tuple(questions))

    def having(self, changed: Mapping[str, object], source: str, date: str) -> Scenario:
        """Return the same with other values for some keys, without a range. Raises BadScenario."""
        figures = dict(self.figures)
        for name, told in changed.items():
            figures[name] = figure(name, told, source, date)
        scenario = replace(self, figures=figures, own=self.own | set(changed))
        _check_sums(scenario)
        fill = self.fill if self.fill and self.fill.find not in changed else None
        return replace(scenario, fill=fill)


def names() -> list[str]:
    """Return the names of the scenarios in the box."""
    folder = files("siyaq.plan") / "scenarios"
    return sorted(one.name.removesuffix(".toml") for one in folder.iterdir())


def load(name: str) -> Scenario:
    """Return the scenario of a name in the box, or of a file.

    Raises NotFound for neither, Unreadable for a file that is no TOML, BadScenario for what cannot
    be: it names the key, the value and the allowed range.
    """
    if name in names():
        return boxed(name)
    path = Path(name)
    if not name.endswith(".toml") and not path.is_file():
        raise NotFound(f"no scenario {name!r}", hint=nearest(name, dict.fromkeys(names())))
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise Unreadable(f"{name!r} is larger than {MAX_BYTES:,} bytes")
        document = tomllib.loads(text.decode())
    except FileNotFoundError as error:
        raise NotFound(f"no file {name!r}", hint="siyaq plan --list names those here") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(f"cannot read {name!r}: {error}") from error
    return read(path.stem, document)


def using(name: str, chosen: Mapping[str, str]) -> Scenario:
    """Return a scenario of the box on other profiles: "hardware", "model" or "server" to name.

    Raises NotFound, and BadScenario for a profile that is not known.
    """
    if name not in names():
        raise NotFound(f"no scenario {name!r}", hint=nearest(name, dict.fromkeys(names())))
    if not chosen:
        return boxed(name)
    document = _toml("scenarios", name)
    return read(name, {**document, "use": {**document.get("use", {}), **chosen}})


@cache
def boxed(name: str) -> Scenario:
    """Return a scenario of the box."""
    return read(name, _toml("scenarios", name))


def read(name: str, document: Mapping[str, Any]) -> Scenario:
    """Make a scenario of a document. Raises BadScenario."""
    source, date = str(document.get("source", "")), str(document.get("date", ""))
    figures = _library(document)
    own: set[str] = set()
    for section, table in document.items():
        if section in _OWN:
            continue
        for key, one in _figures(section, table, source, date):
            figures[key] = one
            own.add(key)
    missing = sorted(KEYS.keys() - figures.keys())
    if missing:
        raise BadScenario(f"nothing says what {missing[0]!r} is")
    scenario = Scenario(
        name=name,
        title=_told(document, "title", name),
        about=_told(document, "about", ""),
        figures=figures,
        partners=tuple(_partner(one) for one in _tables(document, "partner")),
        checks=tuple(_check(one, source, date) for one in _tables(document, "check")),
        solve=tuple(_wanted(one) for one in _tables(document, "solve")),
        fill=_wanted(document["fill"]) if "fill" in document else None,
        own=frozenset(own),
    )
    _check_sums(scenario)
    return scenario


def _toml(folder: str, name: str) -> dict[str, Any]:
    path = files("siyaq.plan") / folder / f"{name}.toml"
    return tomllib.loads(path.read_text("utf-8"))


@cache
def _shelf(name: str) -> dict[str, Any]:
    return _toml("figures", name)


def profiles(kind: str) -> dict[str, Any]:
    """Return the "hardware", "server" or "model" profiles that a scenario may name."""
    shelf = _shelf("models" if kind == "model" else "hardware")
    return {name: one for name, one in shelf.items() if kind in one}


def profile_figures(kind: str, name: str) -> dict[str, Figure]:
    """Return the figures of a profile, such as those of the hardware "h100"."""
    return _of_tables([profiles(kind)[name]])


def _library(document: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the package's figures: the defaults, then the profiles that the scenario names."""
    tables = [_shelf("defaults")]
    chosen = document.get("use", {})
    if not isinstance(chosen, Mapping) or not chosen.keys() <= {"hardware", "model", "server"}:
        raise BadScenario("'use' names hardware, model and server", hint='use.model = "none"')
    for kind, usual in (("hardware", "h100"), ("model", "none"), ("server", "large-server")):
        wanted, there = str(chosen.get(kind, usual)), profiles(kind)
        if wanted not in there:
            raise BadScenario(f"{kind} {wanted!r} is not known", hint=nearest(wanted, there))
        tables.append(there[wanted])
    return _of_tables(tables)


def _of_tables(tables: Sequence[Mapping[str, Any]]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for table in tables:
        for section, inner in table.items():
            figures |= dict(_figures(section, inner, "", ""))
    return figures


def _figures(section: str, table: object, source: str, date: str) -> list[tuple[str, Figure]]:
    if not isinstance(table, Mapping):
        known(section)  # raises, with a hint
        raise BadScenario(f"{section!r} must be a table of figures")
    source, date = str(table.get("source", source)), str(table.get("date", date))
    return [
        (f"{section}.{key}", figure(f"{section}.{key}", told, source, date))
        for key, told in table.items()
        if key not in ("source", "date")
    ]


def _told(document: Mapping[str, Any], part: str, otherwise: str) -> dict[str, str]:
    told = document.get(part, otherwise)
    if isinstance(told, str):
        return dict.fromkeys(LANGUAGES, told)
    if not isinstance(told, Mapping) or not all(isinstance(one, str) for one in told.values()):
        raise BadScenario(f"{part!r} is a text, or one for each of {', '.join(LANGUAGES)}")
    any_language = next(iter(told.values()), otherwise)
    return {language: told.get(language, any_language) for language in LANGUAGES}


def _tables(document: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    told = document.get(part, [])
    if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
        raise BadScenario(f"{part!r} is a list: [[{part}]]")
    return told


def _partner(told: Mapping[str, Any]) -> Partner:
    strange = sorted(set(told) - {"name", "capital", "running", "joins"})
    if strange or "name" not in told:
        raise BadScenario(f"a partner has name, capital, running and joins, not {strange}")
    shares = {}
    for part in ("capital", "running"):
        share = told.get(part, 0)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise BadScenario(
                f"partner.{part} of {told['name']!r} must be from 0 to 1, got {share!r}"
            )
        shares[part] = float(share)
    joins = told.get("joins", 1)
    if isinstance(joins, bool) or not isinstance(joins, int) or not 1 <= joins <= 50:
        raise BadScenario(f"partner.joins of {told['name']!r} must be from 1 to 50, got {joins!r}")
    return Partner(str(told["name"]), shares["capital"], shares["running"], joins)


def _outcome_number(name: object, told: object) -> float:
    """Read a number in the unit of an outcome. Raises BadScenario."""
    outcome = OUTCOMES.get(str(name))
    if outcome is None:
        raise BadScenario(f"unknown result {name!r}", hint=nearest(str(name), OUTCOMES))
    text = str(told).replace("_", "").split(maxsplit=1)
    try:
        value = float(text[0])
    except (ValueError, IndexError):
        value = float("nan")
    unit = text[1] if len(text) > 1 else outcome.unit
    scale = _SCALES.get((unit, outcome.unit), 1.0 if unit == outcome.unit else 0.0)
    if not 0 <= value < float("inf") or not scale:
        raise BadScenario(f"{name} is told as a number of {outcome.unit!r}, got {told!r}")
    return value * scale


_SCALES = {("MW", "kW"): 1e3, ("GW", "kW"): 1e6, ("W", "kW"): 1e-3}


def _check(told: Mapping[str, Any], source: str, date: str) -> Check:
    try:
        within = float(told.get("within", 0.01))
        return Check(
            of=str(told["of"]),
            published=_outcome_number(told["of"], told["published"]),
            within=within,
            source=str(told.get("source", source)),
            date=str(told.get("date", date)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadScenario("a check has of, published and within") from error


def _wanted(told: Any) -> Wanted:
    try:
        find, keep, at_most = (told[part] for part in ("find", "keep", "at_most"))
    except (KeyError, TypeError) as error:
        raise BadScenario("what is to be solved has find, keep and at_most") from error
    return wanted(str(find), str(keep), at_most)


def wanted(find: str, keep: str, at_most: object) -> Wanted:
    """Return a question to solve. Raises BadScenario for unknown names and units."""
    known(find)
    return Wanted(find, keep, _outcome_number(keep, at_most))


def _check_sums(scenario: Scenario) -> None:
    for what, keys in _SUMS.items():
        whole = sum(scenario.figures[key].value for key in keys)
        if abs(whole - 1) > 1e-6:
            told = ", ".join(f"{key} {scenario.figures[key].value:g}" for key in keys)
            raise BadScenario(f"the shares of {what} must add up to 1, got {whole:g} ({told})")
    for key in ("model.active",):
        if scenario.figures[key].value > scenario.figures["model.parameters"].value:
            number_of = scenario.figures[key].value
            raise BadScenario(
                f"{key} must be at most model.parameters, got {number_of:g} of"
                f" {scenario.figures['model.parameters'].value:g}"
            )


__all__ = [
    "BadScenario", "Check", "Scenario", "Wanted", "boxed", "load", "names", "number", "profiles",
    "read", "using", "wanted",
]  # fmt: skip
