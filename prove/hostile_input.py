"""G23: no document makes a parser fail, stall or grow, and every refusal is counted by reason.

Good documents are changed at random and read by every parser, those that may do anything in the
sandbox that the product runs them in. Recorded documents of real platforms are taken besides,
where they are (`SIYAQ_SHARED_DATA`). And poison stands between good posts in a stream.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import resource
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, cast

import zstandard

from prove.campaign import Outcome, Trial
from prove.mutator import mutated
from prove.parsers import PARSERS, Parser
from siyaq.core.clock import SystemClock, Trust
from siyaq.log import LogReader, LogWriter
from siyaq.sources import Committer, JsonlStream, Pump
from siyaq.sources.sandbox import Sandbox, SandboxFailed

_LONGEST_SECONDS = 1.0  # of processor time, for one document
_PIECE_BYTES = 2**16
_MOST_GROWTH_KIB = 50 * 1024
_FIXTURES = {"feeds": "feedparser_feeds.jsonl.zst", "pages": "newspaper4k_html.jsonl.zst"}


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: 1,000,000 documents in process, 20,000 and the recorded ones in the sandbox."""
    for name, parser in PARSERS.items():
        if parser.in_child:
            for number in range(10 if full else 1):
                count = 1000 if full else 40
                yield Trial(
                    f"{count} {name} #{number}", partial(_in_child, name, count, seed + number)
                )
            if full and _recorded(name):
                yield Trial(f"recorded {name}", partial(_in_child, name, 0, seed))
        else:
            for number in range(23 if full else 1):
                count = 5000 if full else 400
                yield Trial(
                    f"{count} {name} #{number}", partial(_in_process, name, count, seed + number)
                )
    for number in range(50 if full else 2):
        yield Trial(f"poison #{number}", partial(_poison, 2000 if full else 300, seed + number))


def _in_process(name: str, count: int, seed: int, place: Path) -> Outcome:
    parser = PARSERS[name]
    assert parser.read is not None
    chance = random.Random(seed)
    _warmed(parser)
    before = _peak_kib()
    taken = slow = 0
    for _ in range(count):
        document = mutated(parser.seeds, chance)
        began = time.process_time()
        try:
            taken += parser.read(document)
        except Exception as error:
            raise AssertionError(f"{error!r} on {document[:300]!r}") from error
        slow += time.process_time() - began > _LONGEST_SECONDS
    grew = int(_peak_kib() - before > _MOST_GROWTH_KIB)
    return Outcome(count, {"slow": slow, "grew": grew}, {"taken": taken})


def _warmed(parser: Parser) -> None:
    """Read the seeds, which must be good: what is loaded at the first use is no growth."""
    assert parser.read is not None
    for seed in parser.seeds:
        assert parser.read(seed), f"not a good document to begin from: {seed[:300]!r}"


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _in_child(name: str, count: int, seed: int, place: Path) -> Outcome:
    return asyncio.run(_ask_child(name, count, seed))


async def _ask_child(name: str, count: int, seed: int) -> Outcome:
    parser = PARSERS[name]
    chance = random.Random(seed)
    recorded = _recorded(name) if not count else ()
    documents = recorded or [mutated(parser.seeds, chance) for _ in range(count)]
    refused = lost = taken = 0
    sandbox = Sandbox()
    try:
        for document in documents:
            try:
                taken += await _made(parser, sandbox, document)
            except SandboxFailed:
                refused += 1
        for seed_document in parser.seeds:  # it still reads what is good
            try:
                lost += not await _made(parser, sandbox, seed_document)
            except SandboxFailed:
                lost += 1
    finally:
        await sandbox.close()
    return Outcome(len(documents), {"lost": lost}, {"taken": taken, "refused": refused})


async def _made(parser: Parser, sandbox: Sandbox, document: bytes) -> bool:
    """Have a document read in the sandbox, and what comes back from there beside it."""
    assert parser.made is not None
    made = await sandbox.ask(cast("Literal['feed', 'page']", parser.in_child), document)
    try:
        return parser.made(made)
    except Exception as error:
        raise AssertionError(f"{error!r} on {document[:300]!r}") from error


def _recorded(name: str) -> Sequence[bytes]:
    root = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("SIYAQ_SHARED_DATA", root.parent / "shared" / "data"))
    path = folder / "fixtures" / _FIXTURES[name]
    if not path.exists():
        return ()
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        return [_document(json.loads(line)) for line in lines]


def _document(held: dict[str, str]) -> bytes:
    return base64.b64decode(held["b64"]) if "b64" in held else str(held["html"]).encode()


_POISON = (
    b"",
    b"{",
    b"[]",
    b"\xff\xfe\x00",
    b'{"id":"p"}',
    b'{"id":"p","text":7}',
    b'{"id":"p","text":"\\ud800"}',
    b'{"text":"no id"}',
    b'{"id":"p","text":"t","created_at":"not a time"}',
    b'{"id":"p","text":"' + b"x" * 3_000_000 + b'"}',
    b'{"a":' * 5000,
    b'{"id":"p","text":"t","author":[]}',
    b'{"op":"explode","id":"p","text":"t"}',
    b'{"id":"p","text":' + b"9" * 5000 + b"}",
)


def _poison(count: int, seed: int, place: Path) -> Outcome:
    chance = random.Random(seed)
    lines: list[bytes] = []
    poisoned = 0
    for number in range(count):
        lines.append(b'{"id":"good-%d","text":"post %d"}' % (number, number))
        if chance.random() < 0.1:
            poisoned += 1
            lines.append(chance.choice(_POISON[1:]))
    refused, held = asyncio.run(_pumped(place / "data", lines))
    return Outcome(poisoned, {"missing": count - held, "uncounted": abs(poisoned - refused)})


async def _pumped(directory: Path, lines: list[bytes]) -> tuple[int, int]:
    """Pump the lines into a log; return how many were refused and how many are held."""

    async def pieces() -> AsyncIterator[bytes]:
        body = b"\n".join(lines)
        for start in range(0, len(body), _PIECE_BYTES):
            yield body[start : start + _PIECE_BYTES]

    with LogWriter.open(directory) as writer, LogReader.open(directory) as reader:
        stream = JsonlStream(
            pieces(),
            source="poison",
            trust=Trust.CLIENT,
            clock=SystemClock(),
        )
        async with Committer(writer.append, lambda: None) as committer:
            async with asyncio.timeout(120):
                await Pump(stream, committer, resume=reader.resume).run()
        (record,) = reader.sources()
        return sum(record.refused.values()), reader.counts().posts
