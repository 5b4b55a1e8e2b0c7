"""Runs the command line inside this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from siyaq.cli import main


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        value: dict[str, object] = json.loads(self.out)
        return value


Siyaq = Callable[..., Run]


@pytest.fixture
def siyaq(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Siyaq:
    """Run `siyaq` with arguments, in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIYAQ__EMBED__PROCESSES", "0")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["siyaq", *arguments])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else 1
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return run
