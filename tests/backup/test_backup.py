"""A backup gives back the log, to those who have its key, and nothing that was deleted since."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from prove.life import NOON, SOURCE, account, batch, delete, judge_log, post, put, visible
from siyaq.backup import Departed, Keys, restore, write
from siyaq.core.errors import CorruptionError, DiskFull, NotFound, StorageError, Unreadable
from siyaq.core.event import AccountStatus, Gap
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import Batch
from siyaq.log import LogReader, LogWriter, verify

STEPS = 12


@pytest.fixture
def data(tmp_path: Path) -> Path:
    directory = tmp_path / "data"
    with LogWriter.open(directory) as writer:
        for step in range(1, STEPS + 1):
            writer.append([batch(step)])
        gap = Gap(source=SOURCE, since=NOON, until=NOON + timedelta(hours=1), reason="upstream")
        writer.append([Batch(gaps=(gap,))])
    return directory


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys")


def dump(directory: Path) -> object:
    with LogReader.open(directory) as log:
        return (log.entries(Seq(0), 100_000), log.counts(), log.resume(SOURCE), log.sources())


def test_a_restored_log_is_the_one_that_was_backed_up(
    data: Path, keys: Keys, tmp_path: Path
) -> None:
    report = write(data, tmp_path / "held.backup", keys)
    restored = restore(tmp_path / "held.backup", tmp_path / "again", keys)
    assert restored.rows == report.rows > 3 * STEPS
    assert dump(tmp_path / "again") == dump(data)
    assert verify(tmp_path / "again").problems == ()
    assert judge_log(tmp_path / "again", STEPS).wrong == judge_log(data, STEPS).wrong


def test_a_backup_is_taken_while_the_log_is_written(data: Path, keys: Keys, tmp_path: Path) -> None:
    with LogWriter.open(data) as writer:
        writer.append([batch(STEPS + 1)])
        write(data, tmp_path / "held.backup", keys)
        writer.append([batch(STEPS + 2)])
    restore(tmp_path / "held.backup", tmp_path / "again", keys)
    assert judge_log(tmp_path / "again", STEPS + 1).steps == STEPS + 1


def test_no_text_can_be_read_in_a_backup(data: Path, keys: Keys, tmp_path: Path) -> None:
    write(data, tmp_path / "held.backup", keys)
    raw = (tmp_path / "held.backup").read_bytes()
    assert b"text 3-0" in (data / "log.sqlite").read_bytes()
    assert b"text" not in raw
    assert SOURCE.encode() not in raw


def test_without_its_key_nobody_can_read_a_backup(data: Path, keys: Keys, tmp_path: Path) -> None:
    write(data, tmp_path / "held.backup", keys)
    today = datetime.now(UTC).date()
    assert keys.shred(today) == []
    restore(tmp_path / "held.backup", tmp_path / "again", keys)
    assert keys.shred(date.max) == [today]
    with pytest.raises(NotFound, match=f"no key of {today}"):
        restore(tmp_path / "held.backup", tmp_path / "never", keys)
    keys.begin(today)  # another key of the same day
    with pytest.raises(Unreadable, match="not made with this key"):
        restore(tmp_path / "held.backup", tmp_path / "never", keys)
    assert not (tmp_path / "never" / "FORMAT").exists()


@pytest.mark.parametrize("spoil", ["flip", "cut", "grow", "stranger"])
def test_a_damaged_backup_is_refused_and_leaves_no_log(
    data: Path, keys: Keys, tmp_path: Path, spoil: str
) -> None:
    path = tmp_path / "held.backup"
    write(data, path, keys)
    sound = path.read_bytes()
    spoiled = {
        "flip": [
            sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :] for at in range(0, len(sound), 37)
        ],
        "cut": [sound[:at] for at in range(0, len(sound), 41)],
        "grow": [sound + b"x", sound + sound],
        "stranger": [b"", b"SQLite format 3\0" + sound],
    }[spoil]
    for content in spoiled:
        path.write_bytes(content)
        with pytest.raises((Unreadable, NotFound, StorageError)):
            restore(path, tmp_path / "never", keys)
        assert not (tmp_path / "never" / "FORMAT").exists()
    path.write_bytes(sound)
    restore(path, tmp_path / "never", keys)
    assert dump(tmp_path / "never") == dump(data)


def test_a_backup_overwrites_nothing(data: Path, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "held.backup").write_bytes(b"precious")
    with pytest.raises(StorageError, match="exists"):
        write(data, tmp_path / "held.backup", keys)
    assert (tmp_path / "held.backup").read_bytes() == b"precious"
    write(data, tmp_path / "other.backup", keys)
    with pytest.raises((Unreadable, StorageError)):
        restore(tmp_path / "other.backup", data, keys)
    assert judge_log(data, STEPS).steps == STEPS


def test_what_was_deleted_since_stays_deleted_when_it_is_restored(
    data: Path, keys: Keys, tmp_path: Path
) -> None:
    write(data, tmp_path / "held.backup", keys)
    departed = Departed(keys)
    departed.note(data)
    with LogWriter.open(data) as writer:
        writer.append(
            [Batch(events=(delete("12-0"), account("did:11", AccountStatus.DELETED, 99)))]
        )
    assert Departed(keys).note(data) > 0  # by another process
    assert departed.note(data) > 0
    assert departed.note(data) == 0
    listed = (keys.folder / "departed.jsonl").read_text()
    assert "12-0" not in listed
    assert "did:11" not in listed
    restore(tmp_path / "held.backup", tmp_path / "again", keys)
    with LogWriter.open(tmp_path / "again") as writer, LogReader.open(tmp_path / "again") as log:
        Departed(keys).bury(writer, log)
        left = {name for name in visible(STEPS) if not name.startswith("11-") and name != "12-0"}
        held = {
            entry.post.native_id for entry in log.live_entries(SOURCE, Seq(0), 999) if entry.post
        }
        assert held == left
        # nor does the platform bring them back, telling it all again
        writer.append([batch(11), Batch(events=(put(post("12-0", "text 12-0 ", "did:12")),))])
        assert log.state(PostId(f"{SOURCE}:12-0")) == "deleted"
        assert log.state(PostId(f"{SOURCE}:11-0")) == "deleted"
    assert b"text 12-0" not in (tmp_path / "again" / "log.sqlite").read_bytes()
    assert verify(tmp_path / "again").problems == ()


_KILLED = """
import os, sys
from pathlib import Path
from siyaq.backup import Keys, aside, restore

place, moment = Path(sys.argv[1]), sys.argv[2]
if moment == "mark":
    aside.mark = lambda _: os._exit(9)
made = {"made": lambda _: os._exit(9), "mark": lambda _: None}[moment]
restore(place / "held.backup", place / "again", Keys(place / "keys"), before_use=made)
"""


@pytest.mark.parametrize("moment", ["made", "mark"])
def test_a_restore_that_is_killed_leaves_no_log_and_can_be_made_again(
    data: Path, keys: Keys, tmp_path: Path, moment: str
) -> None:
    """Whoever could open it would see what was deleted since."""
    again = tmp_path / "again"
    (again / "models").mkdir(parents=True)
    write(data, tmp_path / "held.backup", keys)
    killed = subprocess.run([sys.executable, "-c", _KILLED, tmp_path, moment], check=False)
    assert killed.returncode == 9
    with pytest.raises(NotFound):
        LogReader.open(again)
    with pytest.raises(StorageError, match="cut short"):
        LogWriter.open(again)

    def seen(aside: Path) -> None:
        with pytest.raises(NotFound):
            LogReader.open(again)
        assert dump(aside) == dump(data)

    restore(tmp_path / "held.backup", again, keys, before_use=seen)
    assert dump(again) == dump(data)
    assert {"models", "FORMAT", "log.sqlite"} <= {path.name for path in again.iterdir()}
    assert not (again / "RESTORING").exists()


def test_a_restore_that_fails_at_its_end_leaves_nothing(
    data: Path, keys: Keys, tmp_path: Path
) -> None:
    write(data, tmp_path / "held.backup", keys)

    def full(_: Path) -> None:
        raise DiskFull("no room")

    with pytest.raises(DiskFull):
        restore(tmp_path / "held.backup", tmp_path / "again", keys, before_use=full)
    with LogWriter.open(tmp_path / "again") as writer, LogReader.open(tmp_path / "again") as log:
        assert writer.append([batch(1)])
        assert log.counts().posts < STEPS


def test_a_list_that_was_cut_short_goes_on(data: Path, keys: Keys, tmp_path: Path) -> None:
    write(data, tmp_path / "held.backup", keys)
    Departed(keys).note(data)
    path = keys.folder / "departed.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    with LogWriter.open(data) as writer:
        writer.append([Batch(events=(delete("12-0"),))])
    Departed(keys).note(data)
    restore(tmp_path / "held.backup", tmp_path / "again", keys)
    with LogWriter.open(tmp_path / "again") as writer, LogReader.open(tmp_path / "again") as log:
        Departed(keys).bury(writer, log)
        assert log.state(PostId(f"{SOURCE}:12-0")) == "deleted"


def test_a_list_with_a_flipped_bit_is_refused(data: Path, keys: Keys, tmp_path: Path) -> None:
    Departed(keys).note(data)
    path = keys.folder / "departed.jsonl"
    sound = path.read_bytes()
    with LogWriter.open(tmp_path / "again") as writer, LogReader.open(tmp_path / "again") as log:
        Departed(keys).bury(writer, log)
        for place in range(0, len(sound) - 1, 7):
            flipped = bytearray(sound)
            flipped[place] ^= 1 << place % 7
            path.write_bytes(flipped)
            with pytest.raises(CorruptionError, match=r"lines of .* are damaged"):
                Departed(keys).bury(writer, log)
