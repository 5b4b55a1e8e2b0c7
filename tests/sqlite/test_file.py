from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from siyaq.core.errors import DiskFull, FormatTooNew, NotFound, StorageError
from siyaq.sqlite import Connection, Database, File, Layout, connect
from siyaq.sqlite.layout import statements

FIRST = "CREATE TABLE words (word TEXT PRIMARY KEY);"
SECOND = """
    ALTER TABLE words ADD COLUMN lang TEXT NOT NULL DEFAULT 'en'; -- of "words; all of them"
    INSERT INTO words VALUES ('one; two', 'en');
"""
HINT = "moving the file away loses words, and nothing else"
NOBODY = 65_534


def words(path: Path, *steps: str) -> File:
    return File(path / "words.sqlite", Layout(steps or (FIRST,)), "the words", HINT)


def kept(database: Connection) -> list[str]:
    return [word for (word,) in database.execute("SELECT word FROM words ORDER BY word")]


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Be somebody whom the modes of files apply to, where we are root."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_is_made_when_it_is_first_needed_and_keeps_what_it_is_given(tmp_path: Path) -> None:
    file = words(tmp_path)
    with closing(Database(file)) as database:
        assert not file.exists
        with database.changing() as open_one:
            open_one.execute("INSERT INTO words VALUES ('rain')")
        database.close()
        with database.lent() as again:
            assert kept(again) == ["rain"]
    settings = ("journal_mode", "secure_delete", "foreign_keys", "synchronous", "user_version")
    with file.opened() as own:
        found = [own.execute(f"PRAGMA {name}").fetchone()[0] for name in settings]
    assert found == ["wal", 1, 1, 2, 1]


def test_a_file_of_a_format_before_takes_the_steps_that_it_lacks(tmp_path: Path) -> None:
    with words(tmp_path).changed() as old:
        old.execute("INSERT INTO words VALUES ('rain')")
    for _ in range(2):  # and takes them once
        with words(tmp_path, FIRST, SECOND).opened() as new:
            assert kept(new) == ["one; two", "rain"]
            assert new.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    with words(tmp_path).opened():
        pass
    broken = words(tmp_path, FIRST, "INSERT INTO words VALUES ('half'); INSERT INTO none VALUES;")
    with pytest.raises(StorageError, match="cannot use the words in"), broken.opened():
        pass
    with words(tmp_path).opened() as still:
        assert kept(still) == []
        assert still.execute("PRAGMA user_version").fetchone() == (1,)


def test_many_make_one_file_at_once(tmp_path: Path) -> None:
    def add(number: int) -> None:
        with words(tmp_path, FIRST, SECOND).changed() as database:
            database.execute("INSERT INTO words VALUES (?, 'en')", (f"w{number}",))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    with words(tmp_path, FIRST, SECOND).opened() as database:
        assert len(kept(database)) == 9


@pytest.mark.parametrize("version", [3, 999, -1])
def test_a_file_of_another_siyaq_is_not_touched(tmp_path: Path, version: int) -> None:
    path = tmp_path / "words.sqlite"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(FormatTooNew, match=f"written in format {version}, not 2") as told:
        words(tmp_path, FIRST, SECOND).connected()
    assert "the words" in str(told.value)
    assert "upgrade siyaq" in told.value.hint
    assert [one.name for one in tmp_path.iterdir()] == ["words.sqlite"]
    assert path.read_bytes() == before


def test_what_is_no_database_is_told_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "words.sqlite").write_bytes(b"no database, whatever it is called" * 99)
    with closing(Database(words(tmp_path))) as database:
        with pytest.raises(StorageError, match=r"words\.sqlite.*not a database") as told:
            database.open()
        assert told.value.hint == HINT
        (tmp_path / "words.sqlite").unlink()  # as the hint says
        database.open()


@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_folder_that_we_may_not_use_is_told(mode: int) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        words(folder).connected().close()
        (folder / "words.sqlite").chmod(0o444)
        folder.chmod(mode)
        try:
            with as_somebody_else(), pytest.raises(StorageError, match="the words") as told:
                words(folder).connected()
        finally:
            folder.chmod(0o700)
        assert str(folder / "words.sqlite") in str(told.value)
        assert told.value.hint == HINT
        with words(folder).opened() as database:
            assert kept(database) == []


def test_a_file_that_cannot_be_used_is_not_held_open(tmp_path: Path) -> None:
    made: list[Connection] = []

    def remembered(path: Path) -> Connection:
        made.append(connect(path))
        return made[-1]

    (tmp_path / "words.sqlite").write_bytes(b"no database" * 99)
    file = File(tmp_path / "words.sqlite", Layout((FIRST,)), "the words", HINT, remembered)
    with pytest.raises(StorageError):
        file.connected()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].execute("SELECT 1")


def test_a_locked_file_is_waited_for_and_then_told(tmp_path: Path) -> None:
    def hasty(path: Path) -> Connection:
        connection = connect(path)
        connection.execute("PRAGMA busy_timeout = 20")
        return connection

    ours = File(tmp_path / "words.sqlite", Layout((FIRST,)), "the words", HINT, hasty)
    with words(tmp_path).opened() as theirs, closing(Database(ours)) as database:
        theirs.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked") as told, database.changing():
            pass
        assert told.value.hint == HINT
        with database.lent() as reading:  # a writer keeps no reader out
            assert kept(reading) == []
        theirs.execute("ROLLBACK")
        with database.changing() as writing:
            writing.execute("INSERT INTO words VALUES ('rain')")


def test_a_full_disk_is_told_as_such_and_nothing_is_half_kept(tmp_path: Path) -> None:
    with closing(Database(words(tmp_path))) as database:
        with database.lent() as small:
            small.execute("PRAGMA max_page_count = 4")
        with pytest.raises(DiskFull, match="the words"), database.changing() as full:
            full.executemany("INSERT INTO words VALUES (?)", [(f"{n}" * 99,) for n in range(999)])
        with database.lent() as after:
            assert kept(after) == []


def test_an_error_of_the_borrowers_passes_and_takes_the_change_back(tmp_path: Path) -> None:
    def add_and_fail(database: Database) -> None:
        with database.changing() as borrowed:
            borrowed.execute("INSERT INTO words VALUES ('rain')")
            raise NotFound("no such word")

    with closing(Database(words(tmp_path))) as database:
        with pytest.raises(NotFound):
            add_and_fail(database)
        with database.lent() as after:
            assert kept(after) == []


def test_a_row_that_cannot_be_read_is_damage_of_this_file(tmp_path: Path) -> None:
    with (
        closing(Database(words(tmp_path))) as database,
        pytest.raises(StorageError, match="the words"),
        database.lent(),
    ):
        msgspec.json.decode(b"{", type=int)


def test_what_a_room_prepares_is_prepared_for_each_connection(tmp_path: Path) -> None:
    begun: list[Connection] = []
    with closing(Database(words(tmp_path), begun=begun.append)) as database:
        for _ in range(2):
            database.open()
            database.open()
            database.close()
    assert len(begun) == 2


def test_a_script_is_cut_where_its_statements_end() -> None:
    assert [one.strip() for one in statements(f"{FIRST}\n{SECOND}")] == [
        FIRST,
        "ALTER TABLE words ADD COLUMN lang TEXT NOT NULL DEFAULT 'en';",
        """-- of "words; all of them"\n    INSERT INTO words VALUES ('one; two', 'en');""",
    ]
