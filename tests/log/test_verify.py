"""Verification finds what is wrong, and says what in words."""

from __future__ import annotations

import random
from pathlib import Path

import apsw
import pytest

from siyaq.core.errors import NotFound, SiyaqError
from siyaq.core.event import Gap
from siyaq.core.ids import Seq
from siyaq.core.ports import Batch
from siyaq.log import LogReader, LogWriter, Verification, verify
from tests.log.events import SOURCE, append, at, cursor, delete, post, put

TAMPERED = {
    "UPDATE events SET body = replace(body, 'two', 'too') WHERE seq = 2": "entry 2 of the log is",
    "UPDATE events SET rev = 'z' WHERE seq = 2": "entry 2 of the log is damaged",
    "UPDATE events SET current = 1 WHERE seq = 1": "several current entries",
    "UPDATE events SET current = 0 WHERE seq = 2": "was superseded by nothing",
    "UPDATE events SET replaces = 2 WHERE seq = 3": "replaces an entry that is current",
    "UPDATE events SET body = NULL WHERE seq = 2": "has lost its text",
    "UPDATE events SET body = '{}' WHERE seq = 1": "has text though it was superseded",
    "UPDATE events SET body = '{}' WHERE seq = 4": "is a delete and has text",
    "UPDATE events SET post_key = 7 WHERE seq = 2": "cannot be found by its id",
    "UPDATE events SET author_key = 7 WHERE seq = 2": "cannot be found by its author",
    "DELETE FROM events WHERE seq = 2": "ends at entry 4 but holds 3",
    "UPDATE events SET source = 9 WHERE seq = 2": "belongs to no source",
    "UPDATE sources SET posts = posts + 1": "counters of source 'bluesky'",
    "UPDATE sources SET deleted = 0": "counters of source 'bluesky'",
    "UPDATE cursors SET source = 'x'": "cursor of source 'x' names no source",
    "UPDATE cursors SET position = '2'": "the cursor '' of source 'bluesky' is damaged",
    "UPDATE gaps SET until = since - 1": "ends before it begins",
    "DROP INDEX events_by_author": "is missing from the log",
}


@pytest.fixture
def log(directory: Path) -> Path:
    """Entries: 1 edited by 3, 2 live, 4 a tombstone. Closed."""
    gap = Gap(source=SOURCE, since=at(0), until=at(1), reason="upstream")
    with LogWriter.open(directory) as writer:
        append(writer, put(post("1", "one")), put(post("2", "two")), put(post("1", "uno")))
        writer.append([Batch(events=(delete("9"),), gaps=(gap,), cursor=cursor(1))])
    return directory


def test_a_sound_log_has_no_problems(log: Path) -> None:
    assert verify(log) == Verification(entries=4, posts=2, problems=())


def test_no_log_is_not_a_damaged_log(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        verify(tmp_path)


@pytest.mark.parametrize("statement", TAMPERED)
def test_whatever_is_wrong_is_named(log: Path, statement: str) -> None:
    connection = apsw.Connection(str(log / "log.sqlite"))
    connection.execute(
        statement.replace("replace(body", "CAST(replace(body")
        .replace("'too')", "'too') AS BLOB)")
        .replace("= '{}'", "= CAST('{}' AS BLOB)")
    )
    connection.close()
    assert any(TAMPERED[statement] in problem for problem in verify(log).problems)


def test_no_flipped_bit_gives_a_wrong_post(log: Path, ram: Path, campaign: int) -> None:
    """Any bit of the database: it is found by verification, or every read is still right."""
    chance = random.Random(3)
    path = log / "log.sqlite"
    sound = path.read_bytes()
    with LogReader.open(log) as reader:
        expected = reader.entries(Seq(0), 99)
        posts = reader.posts([Seq(seq) for seq in range(1, 5)])
    used = [place for place in range(len(sound)) if sound[place]]
    for _ in range(150 * campaign):
        damaged = bytearray(sound)
        damaged[chance.choice(used)] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            with LogReader.open(log) as reader:
                unharmed = (
                    reader.entries(Seq(0), 99) == expected
                    and reader.posts([Seq(seq) for seq in range(1, 5)]) == posts
                )
        except SiyaqError:
            continue
        assert unharmed or verify(log).problems
    path.write_bytes(sound)
