"""`siyaq demo` in a process of its own, and a twin of the world that it follows."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx

from siyaq.testing.world import Question, Truth, World

SEED = 8  # a maker shows a product in the fourth minute before the demonstration starts
STOP_SECONDS = 60
SETTLED = timedelta(seconds=3)  # what was posted before that can be found by now
RUNNING = timedelta(minutes=2)  # a story goes on for so long after its last post


@dataclass(frozen=True)
class Demonstration:
    """A running `siyaq demo`, and a twin of the world that it follows."""

    url: str
    world: World

    def truth(self) -> Truth:
        return self.world.truth(datetime.now(UTC) - SETTLED)

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
        truth = self.world.truth(datetime.now(UTC))
        recent = truth.at - RUNNING
        return {
            name
            for story in truth.stories
            for name in (*story.posts, *story.articles)
            if any(truth.posts[uri].placed_at > recent for uri in story.posts)
        }

    def stored(self, post_id: str) -> dict[str, str]:
        found: dict[str, str] = httpx.get(f"{self.url}/v1/posts/{quote(post_id, safe='')}").json()
        return found


@contextmanager
def demonstration(data: Path) -> Iterator[Demonstration]:
    """Start `siyaq demo` with its data in `data`, and stop it as Ctrl-C does."""
    siyaq = Path(sys.executable).with_name("siyaq")
    with subprocess.Popen(
        [str(siyaq), "demo", "--port", "0", "--seed", str(SEED), "--data", str(data)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            told = process.stdout.readline()
            address = re.search(r"http://[\w.:]+", told)
            assert address, told
            began = json.loads((data / "demo.json").read_text())["began_at"]
            yield Demonstration(address.group(), World(SEED, datetime.fromisoformat(began)))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)
    assert process.returncode == 0
