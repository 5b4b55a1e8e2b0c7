"""Files of a run: within its folder, within limits, whole or as they were."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from siyaq.agents import Act, workspace
from siyaq.core.errors import NotFound, UsageError


def used(folder: Path, name: str, **arguments: object) -> object:
    (tool,) = (tool for tool in workspace.tools() if tool.name == name)
    act = Act("run/s1", {}, folder)
    return asyncio.run(tool.run(tool.read(arguments), act)).value  # type: ignore[arg-type]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    used(tmp_path, "write_file", path="a/brief.md", text="سلام 🕊️")
    assert used(tmp_path, "read_file", path="a/brief.md") == {
        "path": "a/brief.md",
        "text": "سلام 🕊️",
    }
    assert used(tmp_path, "list_files") == {"files": [{"path": "a/brief.md", "bytes": 16}]}


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../x", "a/../../x", "~/x", "x\x00", "..", ".", "a\\..\\x", "link/x", "link"],
)
def test_no_path_leads_out(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(UsageError):
        used(folder, "write_file", path=path, text="x")
    assert sorted(tmp_path.rglob("*")) == [folder, folder / "link"]


def test_limits_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at most"):
        used(tmp_path, "write_file", path="x", text="ع" * 600_000)
    with pytest.raises(NotFound, match="'y'"):
        used(tmp_path, "read_file", path="y")
    with pytest.raises(UsageError, match="path"):
        used(tmp_path, "read_file", path="x" * 500)
