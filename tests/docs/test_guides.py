"""The programs of the guides run as they stand, against a siyaq of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served

from .reader import ROOT

GUIDES = ROOT / "docs" / "guides"
WRITTEN_FOR = "http://127.0.0.1:8080"
SAYS = dict.fromkeys(("openai", "xai", "mcp"), "reopened to cars")


@pytest.mark.parametrize("guide", sorted(SAYS))
def test_the_programs_of_a_guide_run(guide: str, tmp_path: Path) -> None:
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    programs = re.findall(r"```python\n(.*?)```", text, re.S)
    programs = [one for one in programs if "xai_sdk" not in one]  # its own environment: clients
    assert programs
    with served(FakeProduct(now=datetime.now(UTC))) as server:
        for number, program in enumerate(programs):
            assert WRITTEN_FOR in program
            path = tmp_path / f"{guide}{number}.py"
            path.write_text(program.replace(WRITTEN_FOR, server.url), encoding="utf-8")
            done = subprocess.run(
                [sys.executable, str(path)],
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=300,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert SAYS[guide] in done.stdout


def test_the_tool_of_the_guide_is_carried_out() -> None:
    text = (GUIDES / "tools.md").read_text(encoding="utf-8")
    program, told = (re.search(rf"```{kind}\n(.*?)```", text, re.S) for kind in ("python", "text"))
    assert program is not None
    assert told is not None
    done = subprocess.run(
        [sys.executable, "-c", program.group(1)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout == told.group(1)


def test_the_command_is_written_as_the_readme_says() -> None:
    for readme in ("README.md", "README.ar.md"):
        assert "`. .venv/bin/activate`" in (ROOT / readme).read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert ".venv/bin/siyaq" not in page.read_text(encoding="utf-8"), page
