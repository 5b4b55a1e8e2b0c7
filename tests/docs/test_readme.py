"""Every command of both READMEs is run, in order, as a stranger would.

What needs the internet is pointed at the simulated network, and `make` targets that run these
very tests are only checked to exist. Everything else runs as printed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.ar.md")
SECONDS = 120


def commands(readme: str) -> list[str]:
    """Return the lines of every `sh` block, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.S)
    return [line for block in blocks for line in block.splitlines() if line]


@dataclass
class Place:
    """A working directory like a fresh checkout, and what stands in for the internet."""

    folder: Path
    jetstream: str
    feed: str

    def run(self, command: str) -> str:
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env=quick_environment(),
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self, command: str) -> Iterator[str]:
        """Start a command that stays, and yield the URL that it prints."""
        with subprocess.Popen(
            f"exec {command}",
            shell=True,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            env=quick_environment(),
        ) as process:
            assert process.stdout is not None
            try:
                yield next(
                    found.group()
                    for line in process.stdout
                    if (found := re.search(r"http://[\w.:]+", line))
                )
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(SECONDS)


def quick_environment() -> dict[str, str]:
    return os.environ | {"SIYAQ__EMBED__PROCESSES": "0", "COLUMNS": "120"}


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
        yield Place(folder, urls["jetstream_history"], urls["rss"])
        world.terminate()


def test_both_readmes_show_the_same_commands() -> None:
    english, arabic = map(commands, READMES)
    assert english == arabic
    assert len(english) > 10


def test_both_readmes_show_the_same_sections() -> None:
    english, arabic = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    for mark in (r"^#+ ", r"^- \*\*", r"\]\(docs/(?!images)[\w/.-]+", r"```", r"!\["):
        found = [len(re.findall(mark, text, re.M)) for text in (english, arabic)]
        assert found[0] == found[1], f"{mark} stands {found} times"


def test_every_link_in_the_docs_leads_somewhere() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    assert len(pages) > 10
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.slow
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
    if command.startswith("git clone"):
        assert "siyaq && cd siyaq" in command
    elif command in ("make test", "make eval", "make run", "make setup"):
        assert place.run(f"make -n {command.split()[1]} PYTHON={sys.executable}")
    elif command.startswith("curl"):
        with place.serving(".venv/bin/siyaq demo --port 0 --data demo") as url:
            answer = ask(url, command)
            assert answer["status"] in ("answered", "partial", "abstained")
    elif " serve " in command:
        with place.serving(f"{command} --port 0") as url, urllib.request.urlopen(url) as page:
            assert b"<title>" in page.read()
    else:
        told = place.run(command)
        assert told.strip(), command
        if "chess" in command:
            assert "do not say" in told
    return 1


def ask(url: str, command: str) -> dict[str, object]:
    body = re.search(r"-d '(.*)'", command)
    assert body is not None
    assert "localhost:8080/v1/ask" in command
    request = urllib.request.Request(
        f"{url}/v1/ask", body.group(1).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as response:
        answer: dict[str, object] = json.load(response)
    return answer
