"""The campaigns can see a loss at all: each goes red over a bug that is put in on purpose."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from prove import life, mutants, power_cut
from prove.campaign import ROOT, Unjudged
from siyaq.log import database
from siyaq.telemetry.schema import LAYOUT
from siyaq.testing.lossy_disk import LossyDisk
from siyaq.testing.vfs import FaultyDisk

pytestmark = pytest.mark.crash


def test_it_sees_what_synchronous_normal_loses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SYNCHRONOUS", "NORMAL")
    assert power_cut.cut_log(7, tmp_path, clean=True).wrong["unsound"] > 0


def test_it_sees_what_synchronous_normal_loses_of_readings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lazy = replace(LAYOUT, synchronous="NORMAL")
    monkeypatch.setattr("siyaq.telemetry.database.LAYOUT", lazy)
    assert power_cut.cut_readings(7, tmp_path, clean=True).wrong["missing"] > 0


def test_it_sees_what_a_lying_disk_loses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(power_cut, "FaultyDisk", lambda name: FaultyDisk(name, honest=False))
    assert not power_cut.cut_log(7, tmp_path, clean=True).passed


def test_it_sees_what_a_lying_disk_loses_of_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "DEADLINE_SECONDS", 1.0)  # what is lost is waited for in vain
    monkeypatch.setattr(power_cut, "LossyDisk", lambda root: LossyDisk(root, honest=False))
    assert power_cut.cut_index(7, tmp_path, every=41, clean=True).wrong["unsound"] > 0


def test_every_deliberate_bug_has_its_line_and_there_are_enough_of_them() -> None:
    """A bug must follow the code: change `old` and `new` in `prove/bugs` when its line changes."""
    known = mutants.bugs()
    for bug in known:
        text = (ROOT / "src" / "siyaq" / bug.file).read_text()
        assert text.count(bug.old) == 1, f"{bug.name!r}: its line is not once in {bug.file}"
        assert bug.old != bug.new
        assert (ROOT / bug.test.split("::")[0].split(" ")[0]).exists(), bug.test
    assert len(known) >= 40
    assert len({bug.room for bug in known}) >= 6
    goals_of = Counter(bug.goal for bug in known)
    assert min(goals_of[goal] for goal in ("G01", "G02", "G03", "G04", "G08", "G09", "G10")) >= 3
    assert min(goals_of[goal] for goal in ("G11", "G12", "G23")) >= 3


def test_a_test_that_is_not_over_in_time_has_seen_nothing(tmp_path: Path) -> None:
    waiting = "import time\n\ndef test_it() -> None:\n    time.sleep(600)\n"
    (tmp_path / "test_waiting.py").write_text(waiting)
    with pytest.raises(Unjudged, match="was not over in 1 seconds"):
        mutants.tested(tmp_path, ["test_waiting.py"], 1.0)
    (tmp_path / "test_failing.py").write_text("def test_it() -> None:\n    assert False\n")
    assert mutants.tested(tmp_path, ["test_failing.py"], 600.0) == 1
