"""A sender that goes on until it is answered loses nothing to a process that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from siyaq.log import LogReader
from siyaq.testing.disconnects import created_twice

from .deliveries import SECRET, URL, signed

MESSAGES = 25
DEATHS = (("received", 3), ("committed", 4))


@pytest.mark.crash
def test_killed_between_receipt_and_commit_nothing_is_lost_and_nothing_is_there_twice(
    tmp_path: Path,
) -> None:
    left = [b'{"id": %d, "text": "delivery %d"}' % (n, n) for n in range(MESSAGES)]
    killed = 0
    for how, at in (*DEATHS, ("never", 1)):
        with _following(tmp_path, how, at) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split()[1]
            left = _deliver(url, left)
            process.kill() if how == "never" else process.wait(30)
            killed += process.returncode == -9
    assert not left
    assert killed == len(DEATHS), "a process that should have died lived on"
    with LogReader.open(tmp_path) as log:
        assert log.counts().posts == MESSAGES
        assert not created_twice(log)


def _following(directory: Path, how: str, at: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "siyaq.testing.following", URL, str(directory)]
    environ = os.environ | {"SIYAQ_WEBHOOK_SECRET": SECRET}
    return subprocess.Popen(
        [*command, "--die", how, "--at", str(at)], stdout=subprocess.PIPE, text=True, env=environ
    )


def _deliver(url: str, messages: list[bytes]) -> list[bytes]:
    """Send one after another, and return those that were not answered."""
    with httpx2.Client(base_url=url, timeout=20) as client:
        for number, message in enumerate(messages):
            headers = signed(message, message.decode().split('"')[-2].replace(" ", "-"))
            for _ in range(50):
                try:
                    answer = client.post("/v1/hooks/orders", content=message, headers=headers)
                except httpx2.TransportError:
                    return messages[number:]
                if answer.status_code == 200:
                    break
                assert answer.status_code == 503, answer.text
                time.sleep(0.1)
    return []
