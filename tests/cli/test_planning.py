"""`siyaq plan` as a person and as a machine would use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siyaq.plan import names
from tests.cli.conftest import Siyaq

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MINE = """
title = "Ours"
source = "our own estimate"
date = "2026-11"
use.hardware = "h800"
use.model = "deepseek-v3"
demand.weekly_users = { value = "300_000 people", low = "100_000 people", high = "600_000 people" }
[[solve]]
find = "demand.weekly_users"
keep = "power"
at_most = "500 kW"
"""


def test_the_box_is_listed(siyaq: Siyaq) -> None:
    told = siyaq("plan", "--list")
    assert told.code == 0
    assert all(name in told.out for name in names())
    assert "غرفة أخبار" in siyaq("plan", "--list", "--lang", "ar").out
    listed = json.loads(siyaq("plan", "--list", "--json").out)
    assert [one["name"] for one in listed] == names()


def test_a_published_day_is_told_with_its_check(siyaq: Siyaq) -> None:
    told = siyaq("plan", "deepseek-day").out
    assert "227 nodes" in told
    assert "ok nodes: 227 nodes, published 227 nodes (+0.05 %)" in told
    assert "87,116 USD/day, published 87,072 USD/day" in told
    arabic = siyaq("plan", "deepseek-day", "--lang", "ar", "--sources").out
    assert "البطاقات الرسومية" in arabic
    assert "DeepSeek-V3/R1 Inference System Overview" in arabic


@pytest.mark.parametrize("name", names())
def test_every_scenario_prints_and_is_json(siyaq: Siyaq, name: str) -> None:
    assert siyaq("plan", name, "--samples", "20").out.strip()
    plan = siyaq("plan", name, "--samples", "20", "--json").json
    assert plan["scenario"] == name


def test_a_file_of_ones_own_is_planned_and_its_report_written(siyaq: Siyaq, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    run = siyaq("plan", "mine.toml", "--html", "plan.html", "--lang", "ar", "--samples", "50")
    assert run.code == 0
    report = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert '<html lang="ar">' in report
    assert "Ours" in report
    solved = siyaq("plan", "mine.toml", "--json", "--samples", "0").json["solved"]
    assert isinstance(solved, list)
    assert solved[0]["value"] > 300_000


def test_a_budget_and_a_site_give_users(siyaq: Siyaq) -> None:
    plan = siyaq("plan", "one-million", "--budget", "1e9", "--site", "30 MW", "--json").json
    assert isinstance(plan["solved"], list)
    capital, power = plan["solved"]
    assert (capital["keep"], capital["at_most"]) == ("capital", 1e9)
    assert (power["keep"], power["at_most"], power["at_most_unit"]) == ("power", 30_000, "kW")
    assert capital["value"] > 1e6
    assert power["value"] > 1e6
    other = ("--find", "demand.peak", "--keep", "gpus", "--at-most", "200 GPUs")
    found = siyaq("plan", "one-million", *other, "--json").json["solved"]
    assert isinstance(found, list)
    assert 2.5 < found[0]["value"] < 100


def test_a_value_is_set(siyaq: Siyaq) -> None:
    changed = ("--set", "demand.weekly_users=10e6", "--set", "demand.peak = 1")
    plan = siyaq("plan", "one-million-weekly", *changed, "--json", "--samples", "0").json
    assert isinstance(plan["results"], dict)
    assert plan["results"]["nodes"]["value"] == 11


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "no scenario 'nowhere'"),
        ((), "plan needs a scenario"),
        (("missing.toml",), "no file 'missing.toml'"),
        (("laptop", "--set", "demand.peak=0"), "demand.peak must be from 1 to 100, got 0.0"),
        (("laptop", "--set", "demand.peak"), "is not KEY=VALUE"),
        (("laptop", "--set", "demand.peek=2"), "did you mean 'demand.peak'?"),
        (("laptop", "--find", "demand.peak"), "go together"),
        (("laptop", "--site", "3 kg"), "power is told as a number of 'kW', got '3 kg'"),
        (("--measured",), "nothing was measured here yet"),
        (("laptop", "--measured", "--bench", "no.json"), "cannot read 'no.json'"),
        (("laptop", "--measured", "--gpu", "no.json"), "cannot read 'no.json'"),
    ],
)
def test_what_cannot_be_planned_says_why(
    siyaq: Siyaq, arguments: tuple[str, ...], said: str
) -> None:
    run = siyaq("plan", *arguments)
    assert run.code == 2
    assert said in " ".join(run.err.split())


def test_what_was_measured_here_takes_the_place_of_the_box(siyaq: Siyaq, tmp_path: Path) -> None:
    assert siyaq("ingest", str(EXAMPLES / "posts.jsonl")).code == 0
    for _ in range(6):
        assert siyaq("ask", "How much will the repair of the harbor bridge cost?").code == 0
    bench = {
        "questions": [
            {
                "facts": {"processes": 2},
                "figures": [{"name": "siyaq, found by meaning", "value": 3000, "unit": "posts/s"}],
            }
        ]
    }
    (tmp_path / "bench" / "results").mkdir(parents=True)
    (tmp_path / "bench" / "results" / "latest.json").write_text(json.dumps(bench))
    plan = siyaq("plan", "newsroom", "--measured", "--json", "--samples", "0").json
    assert isinstance(plan["assumptions"], list)
    told = {one["key"]: one for one in plan["assumptions"]}
    assert told["feed.ingest"]["value"] == 1500
    assert told["feed.ingest"]["source"].startswith("measured: make bench")
    assert 0 < told["answer.cpu"]["value"] < 30
    assert told["answer.cpu"]["source"] == "measured: the meter, 6 calls of 'ask'"
    status = siyaq("status")
    assert "energy by" in status.out
    assert "6, each" in status.out
