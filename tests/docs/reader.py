"""Somebody who reads the README and types what it says."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300


def commands(readme: str) -> list[str]:
    """Return the lines of every `sh` block, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.S)
    return [line for block in blocks for line in block.splitlines() if line]


@dataclass
class Reader:
    """Somebody in a folder, with an environment."""

    folder: Path
    environment: Mapping[str, str]

    def tries(self, command: str, seconds: float = SECONDS) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env=dict(self.environment),
        )

    def runs(self, command: str, seconds: float = SECONDS) -> str:
        """Run a command that must succeed; return what it prints."""
        done = self.tries(command, seconds)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self, command: str) -> Iterator[str]:
        """Start a command that stays, yield the URL that it prints, and press Ctrl-C."""
        with subprocess.Popen(
            command,
            shell=True,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(self.environment),
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            try:
                yield next(
                    found.group()
                    for line in process.stdout
                    if (found := re.search(r"http://[\w.:]+", line))
                )
            finally:
                os.killpg(process.pid, signal.SIGINT)
                process.stdout.read()  # ends with the last process that can write to it
                process.wait(SECONDS)


def ask(url: str, body: str) -> dict[str, Any]:
    """Ask over HTTP, with the body as it stands in a command."""
    request = urllib.request.Request(
        f"{url}/v1/ask", body.encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def body_of(curl: str) -> str:
    """Return what a `curl` command of the README sends to /v1/ask."""
    found = re.search(r"-d '(.*)'", curl)
    assert found is not None
    assert "localhost:8080/v1/ask" in curl
    return found.group(1)
