"""Every file and folder that the documentation names is there, and every room is on its map."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from .reader import ROOT

MADE = frozenset(
    {"siyaq.toml", "site/", "tests/screenshots/", "bench/results/latest.json", "index/state.json"}
    | {"table.md", "facts.json", "meta.json"}
)
"""What is made by whoever runs siyaq or its tests, and is not kept here."""

_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_PATH = re.compile(
    r"[\w.-]+(/[\w.-]+)*\.(py|js|json|toml|md|css|html|typ|npz|sh|svg|yml)|([\w-]+/)+"
)


def named(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each path that a page names, and the folders of those in the same line."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    for line in text.splitlines():
        paths = [code for code in _CODE.findall(line) if _PATH.fullmatch(code)]
        folders = [path.rpartition("/")[0] for path in paths if "/" in path]
        yield from ((path, folders) for path in paths)


def stands(path: str, page: Path, folders: list[str]) -> bool:
    """Say whether a path leads somewhere: from here, from the page, or from the package."""
    starts = (ROOT, page.parent, ROOT / "src/siyaq")
    return any((start / folder / path).exists() for start in starts for folder in ("", *folders))


def test_what_the_docs_name_is_there() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")]
    found = [(page, path, folders) for page in pages for path, folders in named(page)]
    assert len(found) > 100
    missing = {
        (page.name, path)
        for page, path, folders in found
        if path not in MADE and not stands(path, page, folders)
    }
    assert missing == set()


def test_the_map_shows_every_room_and_which_way_imports_run() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    drawn = re.search(r"```text\n(cli .*?)```", text, re.S)
    assert drawn is not None
    assert drawn[1].split() == " → ".join(one for one in layers if one != "__main__").split()
    rooms = {path.parent.name for path in (ROOT / "src/siyaq").glob("*/__init__.py")}
    told = re.findall(r"^\|[^|]+\| `(\w+)`", text, re.M)
    assert sorted(told) == sorted({*rooms, "plugins"})
