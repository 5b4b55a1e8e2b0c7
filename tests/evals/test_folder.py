"""Evaluation folders are read whole, or refused with the file and the line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard

from siyaq.core.errors import StorageError, Unreadable
from siyaq.evals import folder
from siyaq.evals.folder import Asked, Document, read_corpus, read_judgments, read_records
from siyaq.evals.predictions import write_lines

LINE = b'{"_id": "1", "text": "\xd8\xb3\xd9\x8a\xd8\xa7\xd9\x82", "more": [1]}\n'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("corpus.jsonl", LINE + b"\n \n" + LINE.replace(b"1", b"2").rstrip()),
        ("corpus.jsonl.gz", gzip.compress(LINE + LINE.replace(b"1", b"2"))),
        (
            "corpus.jsonl.zst",
            zstandard.compress(LINE) + zstandard.compress(LINE.replace(b"1", b"2")),
        ),
    ],
    ids=["plain", "gzip", "zstd"],
)
def test_files_are_read_compressed_or_not(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert [(one.id, one.text) for one in read_corpus(tmp_path)] == [("1", "سياق"), ("2", "سياق")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"_id": 5, "text": "x"}', r"line 1: Expected `str`"),
        (LINE + b'{"_id": "2", "text"', r"line 2: "),
        (b"[]", r"line 1: Expected `object`"),
        (b'{"text": "x"}', r"line 1: .*`_id`"),
        (b'{"_id": "\xff"}', r"line 1: "),
        (b"[" * 100_000, r"line 1: "),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=problem):
        list(read_records(path, Document))


@pytest.mark.parametrize("name", ["corpus.jsonl.gz", "corpus.jsonl.zst"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    whole = gzip.compress(LINE * 50) if name.endswith("gz") else zstandard.compress(LINE * 50)
    for content in (b"not compressed", whole[:-9], whole[:20] + b"\0" * 8 + whole[28:]):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Unreadable, match=r"corpus\.jsonl"):
            read_corpus(tmp_path)


def test_a_line_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(gzip.compress(LINE))
    monkeypatch.setattr(folder, "MAX_LINE_BYTES", len(LINE) - 1)
    assert len(list(read_records(path, Document))) == 1
    monkeypatch.setattr(folder, "MAX_LINE_BYTES", len(LINE) - 2)
    with pytest.raises(Unreadable, match=f"line 1: over {len(LINE) - 2} bytes"):
        list(read_records(path, Document))


def test_two_documents_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_bytes(LINE + LINE)
    with pytest.raises(Unreadable, match="2 documents '1'"):
        read_corpus(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"has no 'corpus\.jsonl'"):
        read_corpus(tmp_path)


def test_judgments_are_read_with_or_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "qrels.tsv"
    for header in ("", "query-id\tcorpus-id\tscore\r\n"):
        path.write_text(f"{header}q1\td1\t2\nq1\td2\t0\nq2\td1\t1\n", newline="")
        assert read_judgments(path) == {"q1": {"d1": 2, "d2": 0}, "q2": {"d1": 1}}


@pytest.mark.parametrize("line", ["q1 d1 1", "q1\td1", "q1\td1\thigh", "q1\t0\td1\t1"])
def test_a_bad_judgment_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text(f"query-id\tcorpus-id\tscore\n{line}\n")
    with pytest.raises(Unreadable, match="line 2: not query-id, corpus-id and score"):
        read_judgments(path)


def test_a_time_that_is_none_is_refused() -> None:
    asked = Asked(id="q1", question="", answers=[], answerable=True, asked_at="yesterday")
    with pytest.raises(Unreadable, match="'q1' has a time that is not RFC 3339: 'yesterday'"):
        _ = asked.moment


def test_predictions_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("before")
    with pytest.raises(TypeError):
        write_lines(path, ({"a": one} for one in (1, object())))
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(StorageError, match=r"cannot write .*No such file"):
        write_lines(tmp_path / "gone" / "out.jsonl", [])
