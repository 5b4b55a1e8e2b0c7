"""`siyaq demo` in a process of its own, and a twin of the world that it follows.

The world's clock stands at the end of its history and moves only when a test says so: what is
asked, and what was posted by then, is the same on every machine, however slow.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx2

from siyaq.testing.world import Question, Truth, World

SEED = 8  # a maker shows a product in the last three minutes of the history, and no other does
STILL = "0.000001"  # speed of a clock that stands: an hour of ours is four of its milliseconds
PATIENCE_SECONDS = 60
SOURCE = "bluesky"
RUNNING = timedelta(minutes=2)  # a story goes on for so long after its last post


@dataclass(frozen=True)
class Demonstration:
    """A running `siyaq demo`, and a twin of the world that it follows."""

    url: str
    control: str
    world: World

    def truth(self) -> Truth:
        """Return what is true at the moment at which the world stands."""
        told = httpx2.get(self.control).raise_for_status().json()
        return self.world.truth(datetime.fromisoformat(told["now"]))

    def go_on(self, seconds: float) -> None:
        """Let the world live for so long, and wait until all that it posted can be found."""
        httpx2.post(self.control, json={"do": "step", "seconds": seconds}).raise_for_status()
        self.wait_until_caught_up()

    def wait_until_caught_up(self) -> None:
        """Wait until the newest post that the world holds can be found, by its meaning too."""
        live = self.truth().live
        sure = (uri for uri, post in live.items() if not post.refusable)
        newest = max(sure, key=lambda uri: live[uri].witnessed_at)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._holds(newest):
            assert time.monotonic() < deadline, f"{newest} cannot be found"
            time.sleep(0.1)

    def _holds(self, uri: str) -> bool:
        found = httpx2.get(f"{self.url}/v1/posts/{quote(f'{SOURCE}:{uri}', safe='')}")
        held = httpx2.get(f"{self.url}/v1/status").raise_for_status().json()
        return found.status_code == 200 and held["embedded_seq"] == held["log_seq"]

    def launch(self, locale: str) -> tuple[Question, Question]:
        """Return what may be asked about a product that is being shown: its price, its date."""
        truth = self.truth()
        story = next(one for one in truth.stories if one.kind == "launch")
        latest = max(truth.posts[uri].placed_at for uri in story.posts)
        assert latest > truth.at - RUNNING, "the story is over"
        price, date, *_ = (
            question
            for question in truth.questions
            if (question.story, question.lang) == (story.id, locale)
            and question.kind == "answerable"
        )
        return price, date

    def running(self) -> set[str]:
        """Return what was said, post or article, in every story that goes on now."""
        truth = self.truth()
        recent = truth.at - RUNNING
        return {
            name
            for story in truth.stories
            for name in (*story.posts, *story.articles)
            if any(truth.posts[uri].placed_at > recent for uri in story.posts)
        }

    def stored(self, post_id: str) -> dict[str, str]:
        found: dict[str, str] = httpx2.get(f"{self.url}/v1/posts/{quote(post_id, safe='')}").json()
        return found


@contextmanager
def demonstration(data: Path) -> Iterator[Demonstration]:
    """Start `siyaq demo` with its data in `data`, and stop it as Ctrl-C does."""
    siyaq = Path(sys.executable).with_name("siyaq")
    options = {"--port": "0", "--seed": str(SEED), "--data": str(data), "--speed": STILL}
    with subprocess.Popen(
        [str(siyaq), "demo", *(word for option in options.items() for word in option)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            told = process.stdout.readline()
            address = re.search(r"http://[\w.:]+", told)
            assert address, told
            running = _meet(address.group(), data)
            running.wait_until_caught_up()
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)
    assert process.returncode == 0


def _meet(url: str, data: Path) -> Demonstration:
    """Return the demonstration at `url`; its world is remembered beside its data."""
    began = json.loads((data / "demo.json").read_text())["began_at"]
    sources = httpx2.get(f"{url}/v1/status").raise_for_status().json()["sources"]
    paper = next(one["url"] for one in sources if one["url"].startswith("rss+"))
    control = httpx2.URL(paper.removeprefix("rss+")).copy_with(path="/control", query=None)
    return Demonstration(url, str(control), World(SEED, datetime.fromisoformat(began)))
