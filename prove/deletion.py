"""G10, G11, G12: what is deleted is hidden in two seconds, gone from every file, and stays so.

It does not come back by replay, nor by a new index, nor out of a backup.

`siyaq serve` runs as a process of its own and is spoken to over HTTP, as its users do, while
posts stream in. Every way of asking is asked until it no longer shows what was deleted.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx2

from prove.campaign import ROOT, Outcome, Trial

_HIDDEN_MS = 2_000
_LONGEST_MS = 5_000
_WITHIN_SECONDS = 120.0
_AT_ONCE = 10
SOURCE = "town"


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: ten lives of 500 deletions, each with a backup that is restored."""
    for number in range(10 if full else 1):
        count = 400 if full else 8
        yield Trial(
            f"{count} deletions #{number}",
            partial(_deletions, count, 300 if full else 50, seed + number),
        )


def _deletions(count: int, rate: int, seed: int, place: Path) -> Outcome:
    chance = random.Random(seed)
    canaries = {str(number): canary(chance) for number in range(2 * count)}
    gone = chance.sample(sorted(canaries), count)
    data = place / "data"
    with serving(data) as (process, api):
        ingest(api, [_line(number, word) for number, word in canaries.items()])
        ingest(api, [line for start in range(0, count, _AT_ONCE) for line in _pair(chance, start)])
        settle(api)
        shown = [look(api, gone[0], canaries[gone[0]]) for look in _WAYS]
        shown += [_is_counted(api, start) for start in range(0, count, _AT_ONCE)]
        assert all(shown), f"not shown before it is deleted: {shown}"
        with _load(api, rate, seed), _Watcher(api) as watcher:
            slow = _delete_and_look(api, canaries, gone)
            untold = watcher.missing([f"{SOURCE}:{number}" for number in gone])
        backup = place / "held.backup"
        siyaq("backup", str(backup), "--data", str(data))
        later = chance.sample(sorted(canaries.keys() - set(gone)), count // 4)
        names = [f"{SOURCE}:{number}" for number in later]
        siyaq("purge", *names, "--data", str(data))  # beside the one that serves
        gone += later
        left = len(found(data, [canaries[number] for number in gone]))
        ingest(api, [_line(number, word) for number, word in canaries.items()])  # told again
        back = _shown(api, canaries, gone)
        process.kill()
    if count > 50:
        back += _resurrected(data, canaries, gone)
    left += len(found(data, [canaries[number] for number in gone]))
    if count > 50:
        siyaq("rebuild", "--data", str(data))
        back += _resurrected(data, canaries, gone)
    keys = {"SIYAQ__BACKUP__KEYS": f"{data}-keys"}
    again = place / "again"
    siyaq("restore", str(backup), "--data", str(again), **keys)
    back += _resurrected(again, canaries, gone)
    left += len(found(again, [canaries[number] for number in gone]))
    timed = count > 50  # the tests run on machines that have much else to do
    wrong = {
        "late": sum(ms > _HIDDEN_MS for ms in slow) * 100 // len(slow) if timed else 0,
        "too_late": sum(ms > _LONGEST_MS for ms in slow) if timed else 0,
        "untold": untold,
        "bytes_left": left,
        "resurrected": back,
    }
    return Outcome(len(gone), wrong, {"max_hidden_ms": max(slow)})


def found(directory: Path, canaries: Sequence[str]) -> set[str]:
    """Return the canaries that stand in any file, in UTF-8, UTF-16 or base64, in part or whole.

    A canary counts as found where eight letters of it are left.
    """
    patterns: dict[bytes, str] = {}
    for word in canaries:
        piece = word[:8]
        patterns[piece.encode()] = word
        patterns[piece.encode("utf-16-le")] = word
        patterns[piece.encode("utf-16-be")] = word
        for shift in range(3):  # base64 depends on where in its groups of three a word begins
            coded = base64.b64encode(b"\0" * shift + word.encode())
            patterns[coded[4 if shift else 0 : 14]] = word
    wanted = re.compile(b"|".join(map(re.escape, patterns)))
    seen: set[str] = set()
    for path in directory.rglob("*"):
        if path.is_file():
            with suppress(FileNotFoundError):
                held = path.read_bytes().replace(bytes(4096), b"")  # the holes of sparse files
                seen.update(patterns[hit] for hit in wanted.findall(held))
    return seen


def canary(chance: random.Random) -> str:
    """Return a word that stands nowhere else."""
    return "zq" + "".join(chance.choices("bcdfghjklmnp", k=14))


def _line(number: str, word: str) -> str:
    author = {"id": f"a{int(number) % 50}", "handle": f"a{int(number) % 50}.example"}
    text = f"{word} in the harbor, post {number}"
    return json.dumps({"id": number, "source": SOURCE, "author": author, "text": text})


SIYAQ = (sys.executable, "-m", "siyaq")


def siyaq(*arguments: str, **environ: str) -> None:
    done = subprocess.run(
        [*SIYAQ, *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"siyaq {arguments[0]}: {done.stderr[-500:]}")


@contextmanager
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client]]:
    """Serve a data directory in a process of its own, to be spoken to."""
    process = subprocess.Popen(
        [*SIYAQ, "serve", "--data", str(data), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        match = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert match is not None, "it did not say where it serves"
        with httpx2.Client(base_url=match[0], timeout=60, trust_env=False) as api:
            yield process, api
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def ingest(api: httpx2.Client, lines: Sequence[str]) -> None:
    """Send posts; they are durable on return."""
    body = "\n".join(lines).encode()
    headers = {"content-type": "application/x-ndjson"}
    api.post("/v1/posts", content=body, headers=headers).raise_for_status()


def settle(api: httpx2.Client) -> None:
    """Wait until all that is stored can be found by its meaning too, as long as it gets on."""
    reached, deadline = -1, 0.0
    while True:
        status = api.get("/v1/status").json()
        if status["embedded_seq"] == status["log_seq"]:
            return
        if status["embedded_seq"] != reached:
            reached, deadline = status["embedded_seq"], time.monotonic() + _WITHIN_SECONDS
        if time.monotonic() > deadline:
            raise TimeoutError("the index does not come up to date")
        time.sleep(0.1)


def _delete_and_look(
    api: httpx2.Client, canaries: dict[str, str], gone: Sequence[str]
) -> list[int]:
    """Delete some at a time; return for each how long any way of asking still showed it, in ms.

    With them goes the copy of a post that stays, whose card has to count it no more.
    """
    taken: list[int] = []
    for start in range(0, len(gone), _AT_ONCE):
        group = gone[start : start + _AT_ONCE]
        names = [*group, f"copy{start}"]
        began = time.monotonic()
        ingest(api, [json.dumps({"op": "delete", "id": n, "source": SOURCE}) for n in names])
        while _is_counted(api, start):
            _still_in_time(began, f"copy{start}")
        taken.append(round(1000 * (time.monotonic() - began)))
        for number in group:
            while any(look(api, number, canaries[number]) for look in _WAYS):
                _still_in_time(began, number)
            taken.append(round(1000 * (time.monotonic() - began)))
    return taken


def _still_in_time(began: float, name: str) -> None:
    if time.monotonic() - began > _WITHIN_SECONDS:
        raise TimeoutError(f"{name} is still shown")


def _pair(chance: random.Random, start: int) -> list[str]:
    """Return a post that stays, and another account's copy of it, which does not."""
    text = " ".join("".join(chance.choices("aeioustrw", k=8)) for _ in range(8))
    return [
        json.dumps({"id": f"{name}{start}", "source": SOURCE, "author": {"id": name}, "text": text})
        for name in ("kept", "copy")
    ]


def _is_counted(api: httpx2.Client, start: int) -> bool:
    """Say whether the card of the post that stays shows its copy, or counts it."""
    name = quote(f"{SOURCE}:kept{start}", safe="")
    response = api.get(f"/v1/posts/{name}/context").raise_for_status()
    return response.json()["copies"]["count"] > 1 or f"{SOURCE}:copy{start}" in response.text


def _in_search(api: httpx2.Client, number: str, word: str) -> bool:
    return word in api.get("/v1/search", params={"q": f"harbor post {number}"}).text


def _in_answer(api: httpx2.Client, number: str, word: str) -> bool:
    question = f"What is in the harbor, post {number}?"  # it is kept, so no word of the text
    return word in api.post("/v1/ask", json={"question": question}).text


def _as_post(api: httpx2.Client, number: str, word: str) -> bool:
    return api.get(f"/v1/posts/{quote(f'{SOURCE}:{number}', safe='')}").status_code != 404


def _as_card(api: httpx2.Client, number: str, word: str) -> bool:
    name = quote(f"{SOURCE}:{number}", safe="")
    return api.get(f"/v1/posts/{name}/context").status_code != 404


_WAYS: tuple[Callable[[httpx2.Client, str, str], bool], ...] = (
    _as_post,
    _in_search,
    _in_answer,
    _as_card,
)


def _resurrected(data: Path, canaries: dict[str, str], gone: Sequence[str]) -> int:
    with serving(data) as (_, api):
        settle(api)
        return _shown(api, canaries, gone)


def _shown(api: httpx2.Client, canaries: dict[str, str], gone: Sequence[str]) -> int:
    return sum(any(look(api, number, canaries[number]) for look in _WAYS) for number in gone[:40])


class _Watcher:
    """An open page: it listens to the stream, and remembers of what it was told to let go."""

    def __init__(self, api: httpx2.Client) -> None:
        self._url = str(api.base_url)
        self._told: set[str] = set()
        self._opened = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> _Watcher:
        self._thread.start()
        self._opened.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)

    def missing(self, names: Sequence[str]) -> int:
        """Wait until it was told of all; return of how many it was not."""
        deadline = time.monotonic() + 60
        while not self._told.issuperset(names) and time.monotonic() < deadline:
            time.sleep(0.05)
        return len(set(names) - self._told)

    def _listen(self) -> None:
        with (
            httpx2.Client(base_url=self._url, timeout=30, trust_env=False) as client,
            client.stream("GET", "/v1/stream") as response,
        ):
            self._opened.set()
            event = ""
            for line in response.iter_lines():
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:") and event == "delete":
                    self._told.add(json.loads(line[5:])["post_id"])
                if self._over.is_set():
                    return


@contextmanager
def _load(api: httpx2.Client, rate: int, seed: int) -> Iterator[None]:
    """Send so many other posts a second for as long as this lasts."""
    over = threading.Event()
    url = str(api.base_url)

    def send() -> None:
        chance = random.Random(seed)
        number = 0
        with httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
            while not over.wait(0.1):
                lines = []
                for _ in range(max(1, rate // 10)):
                    number += 1
                    words = " ".join(chance.choices(("rain", "wind", "ferry", "sea"), k=9))
                    lines.append(json.dumps({"id": f"l{number}", "source": "load", "text": words}))
                ingest(client, lines)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(60)
