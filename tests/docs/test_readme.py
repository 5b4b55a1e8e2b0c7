"""Every command of both READMEs is run, in order, as a stranger would.

What needs the internet is pointed at the simulated network. `git clone` and the `make` commands
are run in `test_fresh_clone`; everything else runs here, as printed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .reader import ROOT, Reader, ask, body_of, commands

READMES = ("README.md", "README.ar.md")
CLONE = "git clone SIYAQ_URL siyaq && cd siyaq"
ELSEWHERE = (CLONE, "make setup", "make run", "make test", "make eval")


@dataclass
class Place(Reader):
    """A working directory like a fresh checkout, and what stands in for the internet."""

    jetstream: str
    feed: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("checkout")
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    for name in ("examples", "Makefile", "scripts", "src", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder)
    with subprocess.Popen(
        [sys.executable, "-m", "siyaq.testing.world", "--port", "0", "--seed", "5"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as world:
        assert world.stdout is not None
        urls = json.loads(world.stdout.readline())
        environment = os.environ | {"SIYAQ__EMBED__PROCESSES": "0", "COLUMNS": "120"}
        yield Place(folder, environment, urls["jetstream_history"], urls["rss"])
        world.terminate()


def test_both_readmes_show_the_same_commands() -> None:
    english, arabic = map(commands, READMES)
    assert english == arabic
    assert len(english) > 10


def test_both_readmes_show_the_same_sections() -> None:
    english, arabic = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    for mark in (
        r"^# ",
        r"^## ",
        r"^### ",
        r"^- \*\*",
        r"\]\(docs/(?!images)[\w/.-]+",
        r"```",
        r"!\[",
    ):
        found = [len(re.findall(mark, text, re.M)) for text in (english, arabic)]
        assert found[0] == found[1], f"{mark} stands {found} times"


def test_every_link_in_the_docs_leads_somewhere() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    assert len(pages) > 10
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.slow
@pytest.mark.timeout(900)  # a dozen programs, one after another
def test_every_command_of_the_readme_does_what_it_says(place: Place) -> None:
    ran = 0
    for command in commands("README.md"):
        ran += run_as_printed(command, place)
    assert ran == len(commands("README.md"))


def run_as_printed(command: str, place: Place) -> int:
    """Run one command of the README and check what a reader would expect of it."""
    command = command.replace("jetstream://jetstream2.us-east.bsky.network", place.jetstream)
    command = re.sub(r"rss\+https://\S+", place.feed, command)
    command = command.replace("--seconds 30", "--seconds 4")
    if command.startswith(("git ", "make ")):
        assert command in ELSEWHERE
    elif command.startswith("curl"):
        with place.serving(".venv/bin/siyaq demo --port 0 --data demo") as url:
            answer = ask(url, body_of(command))
            assert answer["status"] in ("answered", "partial", "abstained")
    elif " serve " in command:
        with place.serving(f"{command} --port 0") as url, urllib.request.urlopen(url) as page:
            assert b"<title>" in page.read()
    else:
        told = place.runs(command)
        assert told.strip(), command
        if "chess" in command:
            assert "Nothing in the posts" in told
        if "repair cost" in command:
            plain = " ".join(told.split())
            for readme in ("README.md", "README.ar.md"):
                for begun in begun_lines(ROOT / readme):
                    assert begun in plain, readme
    return 1


def begun_lines(readme: Path) -> list[str]:
    """Return what each line of the printed answer begins with, up to what differs each time."""
    (printed,) = re.findall(r"```text\n(The repair.*?)```", readme.read_text(), flags=re.DOTALL)
    begun = (re.split(r"\d|…", line)[0].strip() for line in printed.splitlines())
    return [one for one in begun if len(one) > len("[")]
