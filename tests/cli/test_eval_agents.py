"""`siyaq eval agents`: whether a run did what its task wanted, on real tools and real pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from siyaq.core.errors import Unreadable
from siyaq.evals.agents.tasks import read_scripts, read_tasks
from siyaq.testing.model_server import ModelServer, says
from tests.cli.conftest import Run, Siyaq

ERRANDS = Path(__file__).parent / "errands"
SCRIPT = f"scripted:{ERRANDS / 'plans.jsonl'}"


def told(path: Path) -> dict[str, dict[str, object]]:
    return {one["_id"]: one for one in map(json.loads, path.read_text().splitlines())}


def metrics(run: Run) -> dict[str, float]:
    found = run.json["metrics"]
    assert isinstance(found, dict)
    return found


@pytest.mark.browser
def test_what_was_done_is_told_from_what_was_not(
    siyaq: Siyaq, tmp_path: Path, chromium: str
) -> None:
    run = siyaq(
        *("eval", "agents", str(ERRANDS), "--model", SCRIPT, "--json"),
        *("--predictions", str(tmp_path / "done.jsonl"), "--gallery", str(tmp_path / "page.html")),
    )
    assert run.code == 0, run.err
    done = told(tmp_path / "done.jsonl")
    kinds = {name: one["kind"] for name, one in done.items()}
    assert kinds == {
        "cause": "",
        "permit": "",
        "notice": "",
        "untouched": "forbidden",
        "early": "unfinished",
        "unplanned": "unplanned",
    }, done
    found = metrics(run)
    assert found["success"] == pytest.approx(0.5)
    assert found["planned"] == pytest.approx(5 / 6, abs=1e-5)
    assert found["forbidden"] == pytest.approx(0.5)  # of two that say what must not be done
    assert found["steps"] == pytest.approx(8 / 6, abs=1e-5)
    assert found["asked"] == pytest.approx(2 / 6, abs=1e-5)  # to send, and to keep a strange name
    assert done["early"]["stopped_by"] == "budget: steps"
    assert run.json["ci95"]["success"][0] < 0.5  # type: ignore[index]
    page = (tmp_path / "page.html").read_text()
    assert re.findall(r'<section class="(\w+)"', page) == [
        *("unplanned", "forbidden", "unfinished", "unmet")
    ]
    assert 'dir="rtl">اكتب' in page
    assert "s1 write_file" in page


def test_a_model_of_a_server_plans_and_what_it_took_is_counted(
    siyaq: Siyaq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    checks = {"result": [{"contains": ["kept"]}], "files": {"note.txt": "kept"}}
    task = {"_id": "keep", "task": "Keep a note: kept", "check": checks}
    other = {"_id": "other", "task": "Keep nothing", "check": {"files": {"note.txt": None}}}
    (folder / "tasks.jsonl").write_text(f"{json.dumps(task)}\n{json.dumps(other)}\n")
    plan = {
        "turns": [
            {"id": "a", "tool": "write_file", "arguments": {"path": "note.txt", "text": "kept"}},
            {"id": "b", "tool": "finish", "arguments": {"result": "kept"}},
        ]
    }
    with ModelServer(says(json.dumps(plan))) as server:
        assert siyaq("models", "use", server.url, "--model", "planner").code == 0
        run = siyaq("eval", "agents", str(folder), "--model", "server:planner", "--json")
    assert run.code == 0, run.err
    found = metrics(run)
    assert (found["success"], found["planned"], found["steps"]) == (0.5, 1.0, 2.0)
    assert found["tokens"] > 0


def test_a_folder_that_is_not_what_it_should_be_is_told(siyaq: Siyaq, tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.jsonl"

    def wrong(**told: object) -> str:
        tasks.write_text(json.dumps({"_id": "a", "task": "look", "check": {}, **told}))
        with pytest.raises(Unreadable) as error:
            read_tasks(tmp_path)
        return str(error.value)

    assert "'stps'" in wrong(budget={"stps": 1})
    assert "again and again" in wrong(task="brief me every 10 minutes")
    assert "'site'" in wrong(start="a.html")
    assert "chekc" in wrong(chekc={})
    assert "check" in wrong(check={"files": 3})
    tasks.write_text('{"_id": "a", "task": "x", "check": {}}\n' * 2)
    with pytest.raises(Unreadable, match="two tasks 'a'"):
        read_tasks(tmp_path)
    plans = tmp_path / "plans.jsonl"
    plans.write_text('{"_id": "a", "plan": 1}')
    with pytest.raises(Unreadable, match=r"plans\.jsonl"):
        read_scripts(plans)
    tasks.write_text('{"_id": "a", "task": "x", "check": {}}')
    run = siyaq("eval", "agents", str(tmp_path), "--model", f"scripted:{plans}")
    assert (run.code, "plans.jsonl" in run.err) == (2, True), run.err
