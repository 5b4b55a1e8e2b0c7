"""Erased means gone from the bytes: no copy of a deleted or edited text in any file."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from siyaq.core.errors import StorageError
from siyaq.core.event import AccountStatus
from siyaq.core.ids import Seq
from siyaq.log import LogReader, LogWriter, database
from tests.log.events import account, append, delete, post, put

MARK = "zqx"
FRAGMENT_CHARS = 10
"""A text counts as found where this much of its canary is left."""


def canary(chance: random.Random) -> str:
    return MARK + "".join(chance.choices("abcdefghijkmnp", k=13))


def found(directory: Path, canaries: set[str]) -> set[str]:
    """Return the canaries that stand in a file of `directory`, in UTF-8 or UTF-16."""
    pattern = re.compile(f"{MARK}[a-p]{{{FRAGMENT_CHARS - len(MARK)}}}".encode())
    fragments: set[bytes] = set()
    for path in directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            fragments.update(pattern.findall(content))
            fragments.update(pattern.findall(content.replace(b"\0", b"")))
    return {word for word in canaries if word[:FRAGMENT_CHARS].encode() in fragments}


def live(writer: LogWriter, count: int) -> tuple[set[str], set[str]]:
    """Write, edit and delete in random order, in rounds. Return canaries erased and kept."""
    chance = random.Random(11)
    held: dict[str, str] = {}
    erased: set[str] = set()
    for start in range(0, count, 250):
        fresh = {str(n): canary(chance) for n in range(start, start + 250)}
        for n, word in fresh.items():
            text = f"{word} {'filler ' * chance.choice((0, 1, 30, 900))}{word}"
            append(writer, put(post(n, text, author=f"did:{int(n) % 7}")))
        held |= fresh
        for n in chance.sample(sorted(held), k=len(held) // 3):
            erased.add(held.pop(n))
            if chance.random() < 0.5:
                append(writer, delete(n))
            else:
                held[n] = canary(chance)
                append(writer, put(post(n, f"edited: {held[n]}", author=f"did:{int(n) % 7}")))
    append(writer, account("did:3", AccountStatus.DELETED))
    for n in [n for n in held if int(n) % 7 == 3]:
        erased.add(held.pop(n))
    return erased, set(held.values())


def test_a_purge_leaves_no_byte_of_an_erased_text(ram: Path, campaign: int) -> None:
    directory = ram / "data"
    with LogWriter.open(directory) as writer:
        erased, kept = live(writer, 750 * campaign)
        assert found(directory, kept) == kept
        assert found(directory, erased), "no copy to purge: this proves nothing"
        writer.purge()
        assert found(directory, erased) == set()
        assert found(directory, kept) == kept


def test_without_secure_delete_the_scan_finds_copies(
    ram: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SECURE_DELETE", "OFF")
    directory = ram / "data"
    with LogWriter.open(directory) as writer:
        erased, _ = live(writer, 500)
        writer.purge()
        assert found(directory, erased)


def test_a_purge_that_a_reader_prevents_says_so_and_works_later(
    ram: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 1)
    directory = ram / "data"
    with LogWriter.open(directory) as writer, LogReader.open(directory) as reader:
        erased, _ = live(writer, 250)
        with reader._connections.lent() as connection:
            connection.execute("BEGIN")
            assert connection.execute("SELECT max(seq) FROM events").get
            with pytest.raises(StorageError, match="cannot purge the log: a reader holds"):
                writer.purge()
            connection.execute("END")
        writer.purge()
        assert found(directory, erased) == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_the_scan_sees_any_encoding(ram: Path, encoding: str) -> None:
    word = canary(random.Random(1))
    (ram / "file").write_bytes(b"x" + f"...{word}...".encode(encoding))
    assert found(ram, {word}) == {word}


def test_closing_a_log_purges_it_too_though_readers_stay(ram: Path) -> None:
    directory = ram / "data"
    with LogWriter.open(directory) as writer:
        reader = LogReader.open(directory)
        erased, _ = live(writer, 250)
        reader.entries(Seq(0), 10)
    assert found(directory, erased) == set()
    reader.close()
