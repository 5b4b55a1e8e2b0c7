"""G5: deliberate bugs, of one line each, are seen by the tests that must see them.

The bugs are in `bugs/`, one file a room. Each is put into a clean copy of the repository, and its
test is run there; the test must fail. A bug that no test sees survives, and the campaign fails.
So does one whose line is no longer there: it must follow the code. A test that is not over in
time has seen nothing: it is tried again when the campaign goes on.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prove.campaign import ROOT, Outcome, Trial, Unjudged

_TESTS_FAILED = 1  # pytest's exit code; any other is not a bug that was seen
_TEST_SECONDS = 900.0  # a minute at most on a quiet machine; this is for one that is not
_COPIED = ("src", "tests", "prove", "examples", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Bug:
    """One change of one line, and the test that must fail over it."""

    room: str
    goal: str
    name: str
    file: str  # below src/siyaq
    old: str
    new: str
    test: str  # as it is given to pytest
    quick: bool = False  # among those of the short version

    def put_into(self, root: Path) -> None:
        """Change the copy at `root`. Raises AssertionError where the line is not there once."""
        path = root / "src" / "siyaq" / self.file
        text = path.read_text()
        assert text.count(self.old) == 1, f"{self.name}: its line is not once in {self.file}"
        path.write_text(text.replace(self.old, self.new))


def bugs() -> list[Bug]:
    """Return all bugs, by room."""
    return [
        Bug(room=path.stem, **bug)
        for path in sorted((Path(__file__).parent / "bugs").glob("*.toml"))
        for bug in tomllib.loads(path.read_text())["bug"]
    ]


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: every bug. Otherwise those that a quick test sees; seeds do not matter here."""
    for bug in bugs():
        if full or bug.quick:
            yield Trial(f"{bug.goal} {bug.room}: {bug.name}", partial(_seen, bug))


def _seen(bug: Bug, place: Path) -> Outcome:
    _copy_to(place)
    bug.put_into(place)
    code = tested(place, shlex.split(bug.test), _TEST_SECONDS)
    return Outcome(1, {"survived": int(code == 0), "broken": int(code not in (0, _TESTS_FAILED))})


def _copy_to(place: Path) -> None:
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "results")
            shutil.copytree(source, place / name, ignore=ignored)
        else:
            shutil.copy(source, place / name)


def tested(place: Path, arguments: Sequence[str], limit_seconds: float) -> int:
    """Run pytest on a copy of the repository and return its exit code.

    Raises Unjudged when it is not over in time; nothing that it started is left then.
    """
    data = os.environ.get("SIYAQ_SHARED_DATA", str(ROOT.parent / "shared" / "data"))
    environ = os.environ | {
        "PYTHONPATH": f"{place / 'src'}:{place}",
        "SIYAQ_SHARED_DATA": data,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    pytest = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=place,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return pytest.wait(limit_seconds)
    except subprocess.TimeoutExpired:
        told = f"{' '.join(arguments)} was not over in {limit_seconds:.0f} seconds"
        raise Unjudged(told) from None
    finally:
        if pytest.poll() is None:
            os.killpg(pytest.pid, signal.SIGKILL)
            pytest.wait()
