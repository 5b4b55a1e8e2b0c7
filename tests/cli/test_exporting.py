"""Who shared what, as the table that other tools of analysts read."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from siyaq.context import Share, Shares
from tests.cli.conftest import Siyaq

LINK = "https://news.example/storm"
TEXT = "Everybody has to read what the harbor of Karda has come to in these days"


def line(native_id: str, author: str, second: int, text: str, **others: object) -> str:
    at = f"2026-03-01T12:00:{second:02}Z"
    said = {"id": native_id, "author": {"id": author}, "text": text, "created_at": at}
    return json.dumps({"source": "net", **said, **others})


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    lines = [
        line("a", "ann", 0, f"{TEXT} {LINK}", links=[LINK]),
        line("b", "bob", 7, "look at this", links=[LINK]),
        line("c", "cat", 40, f"{TEXT}!", quote_of="net:a"),
        line("x", "eve", 1, "look", links=[LINK], source="x"),
        line("gone", "dan", 2, "look", links=[LINK]),
        json.dumps({"op": "delete", "id": "gone", "source": "net"}),
    ]
    path.write_text("\n".join(lines))
    return path


def rows(told: str) -> list[list[str]]:
    return [*csv.reader(StringIO(told))]


def test_the_table_has_what_was_shared_and_nothing_that_may_not_be_told(
    siyaq: Siyaq, posts: Path
) -> None:
    assert siyaq("ingest", str(posts), "--no-wait").code == 0
    run = siyaq("shares")
    head, *found = rows(run.out)
    assert head == ["object_id", "account_id", "content_id", "timestamp_share"]
    assert [row[1:] for row in found if row[0] == f"link:{LINK}"] == [
        ["net:ann", "net:a", "1772366400"],
        ["net:bob", "net:b", "1772366407"],
    ]
    texts = [row for row in found if row[0].startswith("text:")]
    assert [row[2] for row in texts] == ["net:a", "net:c"]
    assert len({row[0] for row in texts}) == 1
    assert ["quote:net:a", "net:cat", "net:c", "1772366440"] in found
    assert "left out, as their terms forbid it: x" in run.err
    shares = Shares()
    for what, who, which, when in found:
        shares.add(Share(float(when), what, which, who))
    pairs = shares.pairs(time_window=10, min_participation=1)
    assert [(one.object_id, one.x.content_id, one.y.content_id) for one in pairs] == [
        (f"link:{LINK}", "net:a", "net:b")
    ]


def test_only_what_is_asked_for_is_written_and_a_source_may_be_allowed(
    siyaq: Siyaq, posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIYAQ__CONTEXT__COORDINATION_OF", "x")
    siyaq("ingest", str(posts), "--no-wait")
    out = tmp_path / "links.csv"
    run = siyaq("shares", "--kind", "link", "--out", str(out))
    assert (run.out, run.err) == ("", "")
    assert [row[2] for row in rows(out.read_text())[1:]] == ["net:a", "net:b", "x:x"]


def test_what_cannot_be_written_is_said(siyaq: Siyaq, posts: Path, tmp_path: Path) -> None:
    siyaq("ingest", str(posts), "--no-wait")
    assert "nothing is shared as 'smile'" in siyaq("shares", "--kind", "smile").err
    nowhere = tmp_path / "nowhere" / "links.csv"
    assert f"cannot write {str(nowhere)!r}" in siyaq("shares", "--out", str(nowhere)).err
