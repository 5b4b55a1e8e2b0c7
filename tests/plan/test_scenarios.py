"""Scenarios: what is in the box is whole and sourced; what cannot be is refused by name."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.errors import NotFound, Unreadable
from siyaq.plan.key import KEYS
from siyaq.plan.scenario import BadScenario, boxed, load, names, profiles, read

NAMED = {
    "deepseek-day", "one-million-weekly", "laptop", "newsroom", "mastodon-50k", "one-million",
    "four-hundred-million", "gpus-100k", "gpus-1m", "programme-30b", "programme-100b",
}  # fmt: skip


def test_the_named_scenarios_are_in_the_box() -> None:
    assert set(names()) >= NAMED


@pytest.mark.parametrize("name", names())
def test_every_figure_of_the_box_has_a_source_and_a_date(name: str) -> None:
    scenario = boxed(name)
    assert scenario.figures.keys() == KEYS.keys()
    for key, figure in scenario.figures.items():
        assert len(figure.source) > 5, key
        assert re.match(r"20\d\d(-\d\d)?(-\d\d)?$", figure.date), key
        assert figure.low <= figure.value <= figure.high, key
    for text in (scenario.title, scenario.about):
        assert re.search(r"[\u0621-\u064a]", text["ar"])
        assert not re.search(r"[\u0621-\u064a]", text["en"])


@pytest.mark.parametrize("kind", ["hardware", "model", "server"])
def test_every_profile_can_be_named(kind: str) -> None:
    for profile in profiles(kind):
        document = {"source": "s", "date": "2026", "use": {kind: profile}}
        if kind == "hardware":
            document["use"]["model"] = "llama-3-8b"  # type: ignore[index]
        assert read("x", document).figures


def refused(text: str) -> str:
    with pytest.raises(BadScenario) as caught:
        read("x", tomllib.loads('source = "me"\ndate = "2026"\n' + text))
    return f"{caught.value} | {caught.value.hint}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("demand.weekly_users = -5", ("demand.weekly_users", "-5", "from 0 to 1e+10 people")),
        ("demand.peak = 0.5", ("demand.peak", "0.5", "from 1 to 100")),
        ("demand.peak = inf", ("demand.peak", "inf", "from 1 to 100")),
        ("demand.peak = nan", ("demand.peak", "nan")),
        ("demand.peak = true", ("demand.peak", "True")),
        ("demand.peak = [1]", ("demand.peak", "[1]")),
        ('site.size = "300 kg"', ("site.size", "'300 kg'", "'MW/site'")),
        ('hardware.memory = "lots"', ("hardware.memory", "'lots'", "GB/GPU")),
        ('hardware.memory = "80 TB/GPU"', ("hardware.memory", "'80 TB/GPU'")),
        ("demand.weekly_user = 5", ("demand.weekly_user", "did you mean 'demand.weekly_users'?")),
        ("weekly_users = 5", ("weekly_users",)),
        ("demand = 5", ("demand",)),
        ("demand.peak = { value = 3, low = 4 }", ("demand.peak", "3", "low 4")),
        ("demand.peak = { low = 4 }", ("demand.peak", "no value")),
        ("demand.peak = { value = 3, lo = 2 }", ("demand.peak", "lo")),
        ("demand.answers = 0.5", ("requests", "add up to 1", "0.5")),
        ("power.gas = 0.2", ("power mix", "add up to 1", "1.2")),
        ('use.model = "gpt-9"', ("model", "gpt-9")),
        ('use.gpu = "h100"', ("use",)),
        ("model.parameters = 5\nmodel.active = 6", ("model.active", "model.parameters")),
        ('[[partner]]\nname = "a"\ncapital = 2', ("partner.capital", "2", "0 to 1")),
        ("[[partner]]\ncapital = 1", ("partner",)),
        ("partner = 3", ("partner",)),
        ('[[check]]\nof = "nods"\npublished = 1', ("nods", "did you mean 'nodes'?")),
        ('[[check]]\nof = "nodes"', ("check",)),
        ('[[solve]]\nfind = "demand.peak"\nkeep = "power"\nat_most = "3 kg"', ("power", "3 kg")),
        ('[[solve]]\nfind = "demand.peak"', ("find, keep and at_most",)),
        ("title = 3", ("title",)),
    ],
)
def test_what_cannot_be_is_refused_with_key_value_and_range(
    text: str, said: tuple[str, ...]
) -> None:
    message = refused(text)
    for part in said:
        assert part in message, message


def test_a_figure_without_source_or_date_is_refused() -> None:
    for table in ({"date": "2026"}, {"source": "me"}):
        with pytest.raises(BadScenario, match=r"demand.peak has no (source|date)"):
            read("x", {**table, "demand": {"peak": 2}})


def test_units_may_be_written_as_people_do() -> None:
    text = 'grid.price = "80 USD/MWh"\ndemand.weekly_users = "2 M people"\nsite.pue = 1.1'
    figures = read("x", tomllib.loads('source="me"\ndate="2026"\n' + text)).figures
    assert figures["grid.price"].value == pytest.approx(0.08 / 3.6e6)
    assert figures["demand.weekly_users"].value == 2e6


def test_files_are_read_and_bad_ones_refused(tmp_path: Path) -> None:
    good = tmp_path / "mine.toml"
    good.write_text('source = "me"\ndate = "2026"\ntitle = "Mine"\ndemand.weekly_users = 500\n')
    assert load(str(good)).title == {"en": "Mine", "ar": "Mine"}
    bad = {"not.toml": b"= 5", "binary.toml": b"\xff\xfe", "big.toml": b"#" * (1 << 20) + b"##"}
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Unreadable):
            load(str(tmp_path / name))
    with pytest.raises(Unreadable):
        load(_folder(tmp_path))
    with pytest.raises(NotFound, match="no scenario 'labtop'"):
        load("labtop")


def _folder(tmp_path: Path) -> str:
    (tmp_path / "folder.toml").mkdir()
    return str(tmp_path / "folder.toml")


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
sections = st.sampled_from(
    ["demand", "use", "partner", "check", "solve", "fill", "title", "about", "x"]
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.dictionaries(sections, values, max_size=4))
def test_no_document_does_more_than_be_refused(document: dict[str, Any]) -> None:
    with suppress(BadScenario):
        read("x", {"source": "me", "date": "2026", **document})
