"""Whose a data directory is, and who may write it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from siyaq.core.errors import AlreadyWriting, CorruptionError, FormatTooNew, StorageError
from siyaq.log import LogReader, LogWriter, verify
from siyaq.log import directory as log_directory
from tests.log.events import append, post, put, texts


def test_a_second_writer_is_told_who_writes(writer: LogWriter, directory: Path) -> None:
    with pytest.raises(AlreadyWriting, match=f"process {os.getpid()} "):
        LogWriter.open(directory)
    script = (
        "import sys, pathlib; from siyaq.log import *; LogWriter.open(pathlib.Path(sys.argv[1]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(directory)], capture_output=True, text=True, check=False
    )
    assert f"AlreadyWriting: process {os.getpid()} is writing" in run.stderr
    append(writer, put(post("1")))


def test_a_closed_writer_lets_the_next_one_in_and_refuses_to_write(directory: Path) -> None:
    first = LogWriter.open(directory)
    first.close()
    first.close()
    with LogWriter.open(directory) as second:
        append(second, put(post("1")))
        with pytest.raises(StorageError, match="closed"):
            append(first, put(post("2")))
        with pytest.raises(StorageError, match="closed"):
            first.purge()


def test_a_directory_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(StorageError, match=r"not a siyaq data directory: it holds 'thesis.doc'"):
        LogWriter.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StorageError, match="cannot be a data directory"):
        LogWriter.open(tmp_path / "data")


def test_a_newer_format_is_refused_by_number(writer: LogWriter, directory: Path) -> None:
    writer.close()
    (directory / "FORMAT").write_text("2\n")
    for door in (LogWriter.open, LogReader.open, verify):
        with pytest.raises(FormatTooNew, match="format 2; this siyaq reads up to 1"):
            door(directory)
    (directory / "FORMAT").write_text("1\n")


@pytest.mark.parametrize("damage", ["FORMAT", "log.sqlite"])
def test_a_lost_file_is_damage_and_not_a_new_log(directory: Path, damage: str) -> None:
    with LogWriter.open(directory) as writer:
        append(writer, put(post("1")))
    if damage == "FORMAT":
        (directory / "FORMAT").write_text("one")
    else:
        (directory / "log.sqlite").unlink()
    for door in (LogWriter.open, LogReader.open):
        with pytest.raises(CorruptionError):
            door(directory)
    assert verify(directory).problems != ()


def test_another_programs_database_is_not_taken_for_ours(directory: Path) -> None:
    with LogWriter.open(directory) as writer:
        append(writer, put(post("1")))
    (directory / "log.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(CorruptionError):
        LogWriter.open(directory)


def test_everything_is_there_after_opening_again(directory: Path) -> None:
    for number in range(3):
        with LogWriter.open(directory) as writer:
            append(writer, put(post(str(number), f"text {number}")))
    with LogReader.open(directory) as reader:
        assert texts(reader) == {str(number): f"text {number}" for number in range(3)}


def test_other_rooms_may_keep_their_files_beside_the_log(directory: Path) -> None:
    LogWriter.open(directory).close()
    (directory / "index").mkdir()
    LogWriter.open(directory).close()


def test_the_lock_names_no_one_when_nobody_knows(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LogWriter.open(directory):
        (directory / "LOCK").write_text("")
        with pytest.raises(AlreadyWriting, match="process unknown"):
            log_directory.WriteLock(directory)
