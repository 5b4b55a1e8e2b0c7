"""siyaq is killed, the feed goes on and forgets: the time between is a gap, and answers say so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from siyaq.testing.serving import wait_until

LISTED = 5
PATIENCE_SECONDS = 90.0
QUESTION = "Was there an explosion at the mill in the last 20 minutes?"


class Forgetful:
    """A feed of the newest few entries, on loopback."""

    def __init__(self) -> None:
        self.told: list[str] = []
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                document = feed.document()
                self.send_response(200)
                self.send_header("Content-Length", str(len(document)))
                self.end_headers()
                self.wfile.write(document)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"rss+http://127.0.0.1:{self._server.server_port}/feed.xml?every=1s"

    def tell(self, text: str) -> None:
        now = format_datetime(datetime.now(UTC))
        self.told.append(
            f"<item><guid>urn:{len(self.told)}</guid><pubDate>{now}</pubDate>"
            f"<description>{text}</description></item>"
        )

    def document(self) -> bytes:
        newest = "".join(self.told[-LISTED:][::-1])
        return f'<rss version="2.0"><channel><title>T</title>{newest}</channel></rss>'.encode()

    @contextmanager
    def running(self) -> Iterator[Forgetful]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


@contextmanager
def following(url: str, data: Path) -> Iterator[httpx2.Client]:
    """Run `siyaq serve` beside a feed, and kill it."""
    with subprocess.Popen(
        [sys.executable, "-m", "siyaq", "serve", "--port=0", f"--data={data}", f"--follow={url}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"SIYAQ__EMBED__PROCESSES": "0"},
    ) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://[\w.:]+", process.stdout.readline())
            assert address
            with httpx2.Client(base_url=address.group(), timeout=PATIENCE_SECONDS) as client:
                yield client
        finally:
            process.kill()


def settled(client: httpx2.Client, posts: int) -> dict[str, Any]:
    """Wait until so many posts are found by meaning too, and return the status."""

    def there() -> bool:
        status = client.get("/v1/status").json()
        return bool(status["posts"] == posts and status["embedded_seq"] == status["log_seq"])

    wait_until(there, f"{posts} posts are there", PATIENCE_SECONDS)
    found: dict[str, Any] = client.get("/v1/status").json()
    return found


@pytest.mark.crash
def test_what_a_feed_forgot_while_we_were_down_is_a_gap_that_answers_tell(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Forgetful().running() as feed:
        for number in range(LISTED):
            feed.tell(f"Ferry {number} leaves from pier {number + 3} today.")
        with following(feed.url, data) as client:
            settled(client, LISTED)
            before = client.post("/v1/ask", json={"question": QUESTION}).json()
            assert (before["status"], before["reason"]) == ("abstained", "no_evidence")
        feed.tell("An explosion at the mill was heard all over the town.")
        for number in range(LISTED):
            feed.tell(f"Ferry {number} came back to pier {number + 3} in the evening.")
        with following(feed.url, data) as client:
            (source,) = settled(client, 2 * LISTED)["sources"]
            (gap,) = source["gaps"]
            assert gap["reason"] == "disconnected"
            after = client.post("/v1/ask", json={"question": QUESTION}).json()
            assert (after["status"], after["reason"]) == ("abstained", "feed_gap")
            assert after["covered"]["gaps"] == [gap]
            ferry = {"question": "Which pier did ferry 3 come back to?"}
            answered = client.post("/v1/ask", json=ferry).json()
            assert answered["status"] == "answered"
            assert "pier 6" in answered["sentences"][0]["text"]
