"""G4: a flipped bit or a truncation of any file of a data directory is found, or does no harm.

Each damage is judged against what the sound directory answers. Where an answer is another one,
or an error, siyaq must say that it is damaged: in the answer itself, or when `siyaq verify` is
asked. A text that its author did not write must never be shown, asked or not.
"""

from __future__ import annotations

import os
import pickle
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prove.campaign import Outcome, Trial
from prove.crash import forked, silence
from prove.life import DIMENSIONS, SOURCE, batch, bring_up_to_date
from siyaq.core.errors import SiyaqError
from siyaq.core.ids import PostId, Seq
from siyaq.core.query import Filters
from siyaq.index import IndexReader, check
from siyaq.log import LogReader, LogWriter, verify
from siyaq.testing.embedder import FakeEmbedder

_STEPS = 20
_WORDS = ("text", "edited", "in", "12", "7-0")
_KINDS = {"log.sqlite": 40, "vectors-": 25, "": 25, "state.json": 3, "meta.json": 5, "FORMAT": 2}
"""How often a file is damaged whose name begins so; any file of the directory for ""."""

_HARMLESS_NAMES = {"LOCK", "lock", ".tantivy-meta.lock", ".tantivy-writer.lock"}


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: 10,000 damages, a hundred to a trial, spread over the files as a person would."""
    for number in range(100 if full else 2):
        count = 100 if full else 25
        yield Trial(f"{count} damages #{number}", partial(_damage, count, seed + number))


def _damage(count: int, seed: int, place: Path) -> Outcome:
    sound = place / "sound"
    with LogWriter.open(sound) as writer, LogReader.open(sound) as log:
        for step in range(1, _STEPS + 1):
            writer.append([batch(step)])
            if step % 5 == 0:
                bring_up_to_date(log, sound)
    chance = random.Random(seed)
    files = sorted(  # those that hold something
        path.relative_to(sound)
        for path in sound.rglob("*")
        if path.is_file() and path.stat().st_size and path.name not in _HARMLESS_NAMES
    )
    expected = answers(sound)
    assert not expected.error, expected.error
    counts = {"silent": 0, "shown": 0}
    noted = {"by_answer": 0, "by_verify": 0, "harmless": 0}
    for number in range(count):
        damaged = place / "damaged"
        shutil.copytree(sound, damaged)
        kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
        path = chance.choice([path for path in files if path.name.startswith(kind)])
        _spoil(damaged / path, chance, cut=number % 10 == 0)
        found = _asked_apart(damaged, place / "found")
        counts["shown"] += not found.texts <= expected.texts
        if found.error:
            noted["by_answer"] += 1
        elif found == expected:
            noted["harmless"] += 1
        elif found.problems:
            noted["by_verify"] += 1
        else:
            counts["silent"] += 1
        shutil.rmtree(damaged)
    return Outcome(count, counts, noted)


def _spoil(path: Path, chance: random.Random, *, cut: bool) -> None:
    """Flip a bit of a byte that means something, or cut the file off."""
    content = bytearray(path.read_bytes())
    if cut:
        os.truncate(path, chance.randrange(len(content)))
        return
    used = [place for place, byte in enumerate(content) if byte] or [0]
    place = chance.choice(used if chance.random() < 0.9 else range(len(content)))
    content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a data directory says when it is asked for everything in every way."""

    texts: frozenset[tuple[str, str]] = frozenset()
    said: tuple[object, ...] = ()
    error: str = ""
    problems: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answers) and (self.texts, self.said, self.error) == (
            other.texts,
            other.said,
            other.error,
        )

    def __hash__(self) -> int:
        return hash((self.texts, self.error))


def answers(directory: Path) -> Answers:
    """Ask for everything, as readers do; then verify, as an operator does."""
    texts: set[tuple[str, str]] = set()
    said: list[object] = []
    try:
        _ask(directory, texts, said)
    except BaseException as error:  # noqa: BLE001 -- tantivy panics, which is no Exception
        kind = type(error).__name__
        return Answers(frozenset(texts), error=f"{kind}: {error}"[:300])
    return Answers(frozenset(texts), tuple(said), problems=_problems(directory))


def _ask(directory: Path, texts: set[tuple[str, str]], said: list[object]) -> None:
    embedder = FakeEmbedder(dimensions=DIMENSIONS)
    with LogReader.open(directory) as log:
        searcher = IndexReader.open(directory, embedder)

        def show(seqs: Sequence[Seq]) -> None:
            posts = log.posts(seqs)
            texts.update((one.native_id, one.text) for one in posts.values())
            said.append([seq for seq in seqs if seq in posts])

        show(list(searcher.newest(Filters(), 1000)))
        for word in _WORDS:
            show([hit.seq for hit in searcher.lexical({word: 1.0}, Filters(), 1000)])
            (vector,) = embedder.embed([word])
            show([hit.seq for hit in searcher.semantic(vector, Filters(), 1000)])
        for step in range(1, _STEPS + 1):
            for number in range(3):
                name = PostId(f"{SOURCE}:{step}-{number}")
                said.append(log.state(name))
                texts.update(
                    (each.post.native_id, each.post.text)
                    for each in log.find([name]).values()
                    if each.post is not None
                )
        said.append(log.counts())
        said.append(log.resume(SOURCE))


def _problems(directory: Path) -> tuple[str, ...]:
    found = verify(directory).problems
    if found:
        return found
    with LogReader.open(directory) as log:
        try:
            return check(log, directory)
        except SiyaqError as error:
            return (str(error),)


def _asked_apart(directory: Path, told: Path) -> Answers:
    """Ask in a process of its own: damage to a file that is mapped may kill it."""
    told.unlink(missing_ok=True)
    process = forked(_tell, directory, told)
    process.join(120)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    process.close()
    if not told.exists():
        return Answers(error=f"the process ended with {code}")
    found: Answers = pickle.loads(told.read_bytes())
    return found


def _tell(directory: Path, told: Path) -> None:
    silence()
    told.write_bytes(pickle.dumps(answers(directory)))
