"""A real `siyaq serve` whose disk refuses: it says so, loses nothing, answers, and goes on."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from siyaq.log import verify
from siyaq.testing.serving import wait_until
from tests.serve.wire import code_of

pytestmark = [pytest.mark.crash, pytest.mark.slow]

KIB = 1024
BATCH = 20
PATIENCE_SECONDS = 60.0
SIYAQ = Path(sys.executable).with_name("siyaq")


@dataclass
class Server:
    """A running `siyaq serve` on a disk that can be spoiled and mended."""

    process: subprocess.Popen[str]
    client: httpx2.Client
    logged: list[str]  # what it tells whoever runs it
    acknowledged: int = 0

    def send(self) -> httpx2.Response:
        """Post the next posts; they count as acknowledged when the server says so."""
        numbers = range(self.acknowledged, self.acknowledged + BATCH)
        lines = [json.dumps({"id": str(n), "text": telling(n)}) for n in numbers]
        kind = {"content-type": "application/x-ndjson"}
        response = self.client.post("/v1/posts", content="\n".join(lines), headers=kind)
        if response.status_code == 200:
            assert response.json()["created"] == BATCH
            self.acknowledged += BATCH
        return response

    def reads(self) -> None:
        """Read, search and ask for what was acknowledged."""
        for number in range(self.acknowledged):
            post = self.client.get(f"/v1/posts/http%3A{number}").json()
            assert post["text"] == telling(number)
        status = self.client.get("/v1/status").json()
        assert status["posts"] == self.acknowledged
        hits = self.client.get("/v1/search", params={"q": "ferry 7 pier"}).json()["hits"]
        assert telling(7) in [hit["post"]["text"] for hit in hits]
        asked = {"question": "Which pier does ferry 7 leave from?"}
        answer = self.client.post("/v1/ask", json=asked).json()
        assert telling(7) in [sentence["text"] for sentence in answer["sentences"]]

    def tells(self, word: str) -> bool:
        return any(word in line for line in self.logged)

    def searchable(self) -> bool:
        status = self.client.get("/v1/status").json()
        return bool(status["indexed_seq"] == status["embedded_seq"] == status["log_seq"])


def telling(number: int) -> str:
    return f"Ferry {number} leaves from pier {number % 9 + 1} today."


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    """Start `siyaq serve`, and stop it as Ctrl-C does."""
    with subprocess.Popen(
        [SIYAQ, "serve", "--port", "0", "--data", data],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"SIYAQ__EMBED__PROCESSES": "0"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        logged: list[str] = []
        Thread(target=logged.extend, args=(process.stderr,), daemon=True).start()
        address = re.search(r"http://[\w.:]+", process.stdout.readline())
        assert address
        with httpx2.Client(base_url=address.group(), timeout=PATIENCE_SECONDS) as client:
            try:
                yield Server(process, client, logged)
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(PATIENCE_SECONDS)
    assert process.returncode == 0


@dataclass
class Disk:
    """Where the data lies, the code its refusals have, and how it is spoiled and mended."""

    data: Path
    refusal: tuple[int, str]
    spoil: Callable[[Server], None]
    mend: Callable[[Server], None]


@pytest.fixture(params=["full", "refusing"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A small disk that fills up (root only), or one that refuses to let files grow (anyone)."""
    if request.param == "refusing":
        yield Disk(tmp_path / "data", (503, "storage_failed"), limited(4 * KIB), limited(-1))
        return
    place = tmp_path / "disk"
    place.mkdir()
    size = f"size={24 * KIB * KIB}"
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], check=False, capture_output=True
    )
    if mount.returncode != 0:
        pytest.skip("a disk of its own can be mounted only by root")
    with ExitStack() as stack:
        stack.callback(lambda: subprocess.run(["umount", place], check=True))
        ballast = place / "ballast"
        yield Disk(
            place / "data",
            (507, "disk_full"),
            lambda _: fill(ballast),
            lambda _: ballast.unlink(),
        )


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def limited(size: int) -> Callable[[Server], None]:
    """Return what lets no file of the server be written past `size` bytes; -1 for no limit."""

    def limit(server: Server) -> None:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, -1))

    return limit


def test_a_disk_that_refuses_is_told_and_nothing_acknowledged_is_lost(
    disk: Disk,
) -> None:
    with serving(disk.data) as server:
        assert server.send().status_code == 200
        wait_until(server.searchable, "the posts can be found", PATIENCE_SECONDS)
        disk.spoil(server)
        for _ in range(3):
            refused = server.send()
            assert code_of(refused) == disk.refusal
            problem = refused.json()
            wait_until(partial(server.tells, problem["trace_id"]), "it is logged")
            assert problem["detail"].startswith("cannot ")
            assert "log" in problem["detail"]
            if disk.refusal[1] == "disk_full":
                assert "no space left on the disk" in problem["detail"]
                assert "free some space" in problem["hint"]
            server.reads()
        disk.mend(server)
        for _ in range(2):
            assert server.send().status_code == 200
        wait_until(server.searchable, "the index has caught up", PATIENCE_SECONDS)
        server.reads()
        acknowledged = server.acknowledged
    found = verify(disk.data)
    assert found.problems == ()
    assert found.posts == acknowledged == 3 * BATCH
