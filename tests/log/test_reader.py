"""Reading beside a writer: what is seen, from where, and that nobody stands in the way."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import apsw
import pytest

from siyaq.core.answer import Coverage
from siyaq.core.errors import CorruptionError, NotFound, StorageError
from siyaq.core.event import Gap
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import Batch
from siyaq.log import Counts, LogReader, LogWriter, verify
from siyaq.log import writer as log_writer
from siyaq.log.keys import post_key
from tests.log.events import SOURCE, append, at, cursor, delete, outcome, post, put, texts


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir, Path.touch])
def test_a_directory_without_a_log_says_so(tmp_path: Path, make: Callable[[Path], None]) -> None:
    directory = tmp_path / "data"
    make(directory)
    with pytest.raises(NotFound, match=r"no siyaq data in .*data'") as caught:
        LogReader.open(directory)
    assert "ingest" in caught.value.hint


def test_an_empty_log_reads_as_empty(reader: LogReader) -> None:
    assert reader.head() == 0
    assert reader.entries(Seq(0), 10) == []
    assert reader.posts([Seq(1)]) == {}
    assert reader.find([PostId("bluesky:1"), PostId("odd")]) == {}
    assert reader.state(PostId("odd")) == "unknown"
    assert reader.coverage() == Coverage()
    assert (reader.counts(), reader.sources()) == (Counts(0, 0), [])


def test_entries_come_in_pages_without_holes(writer: LogWriter, reader: LogReader) -> None:
    append(writer, *(put(post(str(n))) for n in range(25)))
    seqs: list[int] = []
    after = Seq(0)
    while page := reader.entries(after, 10):
        assert len(page) <= 10
        after = page[-1].seq
        seqs += [entry.seq for entry in page]
    assert seqs == list(range(1, 26))


def test_coverage_is_the_window_of_what_was_stored_and_its_gaps(
    writer: LogWriter, reader: LogReader
) -> None:
    gap = Gap(source="x", since=at(7), until=at(8), reason="upstream")
    append(writer, put(post("1", minutes=5)), put(post("2", minutes=1)))
    append(writer, put(post("4", minutes=3)))
    append(writer, put(post("3", minutes=9, source="x")))
    writer.append([Batch(gaps=(gap, gap))])
    assert reader.coverage() == Coverage(since=at(1), until=at(9), gaps=(gap,))
    assert reader.coverage([SOURCE]) == Coverage(since=at(1), until=at(5))
    assert reader.coverage(["x"]) == Coverage(since=at(9), until=at(9), gaps=(gap,))
    assert reader.coverage(["none"]) == Coverage()


def test_a_stale_post_does_not_widen_the_coverage(writer: LogWriter, reader: LogReader) -> None:
    append(writer, delete("1"), put(post("2", minutes=3)))
    append(writer, put(post("1", minutes=-60)), put(post("2", minutes=60)))
    assert reader.coverage() == Coverage(since=at(3), until=at(3))


def test_ids_whose_keys_collide_are_told_apart(
    writer: LogWriter, reader: LogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("commit", "entries", "visible", "verification"):
        monkeypatch.setattr(f"siyaq.log.{module}.post_key", lambda _: 7)
    append(writer, put(post("1", "one")), put(post("2", "two")), delete("3"))
    append(writer, put(post("1", "uno")))
    found = reader.find([PostId("bluesky:1")])
    assert {name: entry.post and entry.post.text for name, entry in found.items()} == {
        "bluesky:1": "uno"
    }
    assert reader.state(PostId("bluesky:3")) == "deleted"
    assert reader.state(PostId("bluesky:4")) == "unknown"
    assert verify(reader._connections._path.parent).problems == ()
    append(writer, delete("1"), delete("2"))
    monkeypatch.undo()
    _file_posts_anew(reader)


def _file_posts_anew(reader: LogReader) -> None:
    """Put the true keys back, so that the log is sound for the check at the end."""
    connection = apsw.Connection(str(reader._connections._path))
    connection.create_scalar_function("post_key", post_key)
    connection.execute("UPDATE events SET post_key = post_key(post_id)")
    connection.close()


def test_another_process_reads_what_is_committed(writer: LogWriter, directory: Path) -> None:
    append(writer, put(post("1")))
    script = (
        "import sys, pathlib; from siyaq.log import LogReader\n"
        "with LogReader.open(pathlib.Path(sys.argv[1])) as reader: print(reader.head())"
    )
    command = [sys.executable, "-c", script, str(directory)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "1\n"


def test_a_reader_outlives_its_writer(directory: Path) -> None:
    with LogWriter.open(directory) as first:
        append(first, put(post("1", "one")))
        reader = LogReader.open(directory)
    assert texts(reader) == {"1": "one"}
    with LogWriter.open(directory) as second:
        append(second, put(post("2", "two")))
        assert texts(reader) == {"1": "one", "2": "two"}
    reader.close()


def test_a_closed_reader_refuses(reader: LogReader) -> None:
    reader.close()
    reader.close()
    with pytest.raises(StorageError, match="closed"):
        reader.head()


def test_a_reader_cannot_write(reader: LogReader) -> None:
    with pytest.raises(StorageError, match="readonly"), reader._connections.lent() as connection:
        connection.execute("DELETE FROM events")


def test_one_reader_serves_many_threads_and_each_read_is_whole(
    writer: LogWriter, reader: LogReader
) -> None:
    """Each append replaces both posts; nobody may ever see one without the other."""
    ids = [PostId("bluesky:1"), PostId("bluesky:2")]
    append(writer, put(post("1", "v0")), put(post("2", "v0")))
    done = threading.Event()
    torn: list[object] = []
    reads: list[int] = []

    def read() -> None:
        count = 0
        while not done.is_set() or not count:
            seen = reader.find(ids)
            versions = {entry.post.text for entry in seen.values() if entry.post}
            if len(seen) != 2 or len(versions) != 1:
                torn.append(seen)
            count += 1
        reads.append(count)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in range(1, 100):
        changed = append(writer, put(post("1", f"v{version}")), put(post("2", f"v{version}")))
        assert outcome(changed) == {"updated": 2}
    done.set()
    for thread in threads:
        thread.join(30)
    assert torn == []
    assert len(reads) == 4


def test_the_write_ahead_log_stays_short_under_busy_readers(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "CHECKPOINT_PAGES", 50)
    monkeypatch.setattr(log_writer, "CROWDED_PAGES", 200)
    done = threading.Event()
    longest = 0
    with LogWriter.open(directory) as writer, LogReader.open(directory) as reader:

        def read() -> None:
            while not done.is_set():
                reader.entries(Seq(0), 200)

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(150):
            append(writer, *(put(post(f"{number}-{n}", "x" * 2000)) for n in range(10)))
            longest = max(longest, (directory / "log.sqlite-wal").stat().st_size)
        done.set()
        for thread in threads:
            thread.join(30)
    assert (directory / "log.sqlite").stat().st_size > 3_000_000
    assert longest < 1_500_000


def test_a_reader_that_will_not_let_go_does_not_stop_the_writer(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "CHECKPOINT_PAGES", 4)
    monkeypatch.setattr(log_writer, "CROWDED_PAGES", 8)
    monkeypatch.setattr(log_writer, "CROWDED_WAIT_MILLISECONDS", 1)
    waits = Mock(wraps=log_writer._logger.info)
    monkeypatch.setattr(log_writer._logger, "info", waits)
    with LogWriter.open(directory) as writer, LogReader.open(directory) as reader:
        append(writer, put(post("0")))
        with reader._connections.lent() as connection:
            connection.execute("BEGIN")
            assert connection.execute("SELECT count(*) FROM events").get == 1
            for number in range(1, 20):
                append(writer, put(post(str(number), "x" * 9000)))
            assert connection.execute("SELECT count(*) FROM events").get == 1
            connection.execute("END")
        assert reader.head() == 20
        assert waits.call_args.args == ("checkpoint waits for readers",)
        append(writer, put(post("20", "x" * 20_000)))
        assert (directory / "log.sqlite-wal").stat().st_size == 0


def test_damage_to_a_post_is_raised_with_its_place(
    writer: LogWriter, reader: LogReader, directory: Path
) -> None:
    append(writer, put(post("1", "before the flood")), put(post("2")))
    writer.purge()
    path = directory / "log.sqlite"
    raw = path.read_bytes()
    assert raw.count(b"before the flood") == 1
    path.write_bytes(raw.replace(b"before the flood", b"before the blood"))
    try:
        for read in (
            lambda: reader.entries(Seq(0), 9),
            lambda: reader.posts([Seq(1)]),
            lambda: reader.find([PostId("bluesky:1")]),
            lambda: reader.state(PostId("bluesky:1")),
        ):
            with pytest.raises(CorruptionError, match="entry 1 "):
                read()
        assert list(reader.posts([Seq(2)])) == [2]
    finally:
        path.write_bytes(raw)


def test_a_cursor_that_is_not_what_was_written_is_not_gone_on_from(
    writer: LogWriter, reader: LogReader, directory: Path
) -> None:
    writer.append([Batch(cursor=cursor("100"))])
    assert reader.resume(SOURCE) == {"": "100"}
    connection = apsw.Connection(str(directory / "log.sqlite"))
    connection.execute("UPDATE cursors SET position = '900'")
    with pytest.raises(CorruptionError, match="cursor '' of source 'bluesky' is damaged"):
        reader.resume(SOURCE)
    connection.execute("UPDATE cursors SET position = '100'")
    connection.close()
