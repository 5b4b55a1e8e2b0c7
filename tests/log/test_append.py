"""What an append does to the log: versions, tombstones, repetitions, and what it reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from siyaq.core.event import Gap, Op, PostEvent, Rejected, RejectReason
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.ports import Batch
from siyaq.core.post import Author, Media
from siyaq.log import Counts, LogReader, LogWriter
from tests.log.events import NOON, SOURCE, append, at, cursor, delete, outcome, post, put, texts

RAIN, SNOW = "rain", "snow"

CASES = {
    "a new post is created": ([put(post("1", RAIN))], {"created": 1}, {"1": RAIN}),
    "an update of an unknown post creates it": (
        [put(post("1", RAIN), op=Op.UPDATE)],
        {"created": 1},
        {"1": RAIN},
    ),
    "a newer revision updates": (
        [put(post("1", RAIN), "a"), put(post("1", SNOW), "b")],
        {"created": 1, "updated": 1},
        {"1": SNOW},
    ),
    "an older revision is stale": (
        [put(post("1", SNOW), "b"), put(post("1", RAIN), "a")],
        {"created": 1, "stale": 1},
        {"1": SNOW},
    ),
    "the same revision changes nothing": (
        [put(post("1", RAIN), "a"), put(post("1", SNOW), "a")],
        {"created": 1, "unchanged": 1},
        {"1": RAIN},
    ),
    "without revisions other content updates": (
        [put(post("1", RAIN)), put(post("1", SNOW))],
        {"created": 1, "updated": 1},
        {"1": SNOW},
    ),
    "without revisions the same content changes nothing": (
        [put(post("1", RAIN)), put(post("1", RAIN, minutes=9))],
        {"created": 1, "unchanged": 1},
        {"1": RAIN},
    ),
    "an edit without a revision does not let older revisions win": (
        [put(post("1", RAIN), "b"), put(post("1", SNOW)), put(post("1", "fog"), "a")],
        {"created": 1, "updated": 1, "stale": 1},
        {"1": SNOW},
    ),
    "a delete erases": (
        [put(post("1", RAIN)), delete("1")],
        {"created": 1, "deleted": 1},
        {},
    ),
    "a delete before its create stands": (
        [delete("1"), put(post("1", RAIN))],
        {"deleted": 1, "stale": 1},
        {},
    ),
    "a delete before its create stands with equal revisions": (
        [delete("1", "a"), put(post("1", RAIN), "a")],
        {"deleted": 1, "stale": 1},
        {},
    ),
    "a newer revision than the tombstone's is a new post": (
        [put(post("1", RAIN), "a"), delete("1", "b"), put(post("1", SNOW), "c")],
        {"created": 2, "deleted": 1},
        {"1": SNOW},
    ),
    "a tombstone without a revision stands for ever": (
        [put(post("1", RAIN), "a"), delete("1"), put(post("1", SNOW), "c")],
        {"created": 1, "deleted": 1, "stale": 1},
        {},
    ),
    "a create without a revision never raises the dead": (
        [delete("1", "b"), put(post("1", RAIN))],
        {"deleted": 1, "stale": 1},
        {},
    ),
    "a delete of an older revision is stale": (
        [put(post("1", RAIN), "c"), delete("1", "b")],
        {"created": 1, "stale": 1},
        {"1": RAIN},
    ),
    "a repeated delete changes nothing": (
        [delete("1", "b"), delete("1", "b"), delete("1", "a"), delete("1")],
        {"deleted": 1, "unchanged": 3},
        {},
    ),
    "a later delete moves the tombstone's revision on": (
        [delete("1", "a"), delete("1", "c"), put(post("1", RAIN), "b")],
        {"deleted": 2, "stale": 1},
        {},
    ),
}


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
@pytest.mark.parametrize("name", CASES)
def test_what_a_change_does(
    writer: LogWriter, reader: LogReader, name: str, *, together: bool
) -> None:
    events, expected, visible = CASES[name]
    if together:
        total = outcome(append(writer, *events))
    else:
        total = {}
        for event in events:
            for word, count in outcome(append(writer, event)).items():
                total[word] = total.get(word, 0) + count
    assert total == expected
    assert texts(reader) == visible
    entries = sum(expected.get(word, 0) for word in ("created", "updated", "deleted"))
    assert reader.head() == entries


def test_an_update_takes_a_new_place_and_erases_the_old_text(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1", RAIN)))
    append(writer, put(post("2", RAIN)))
    append(writer, put(post("1", SNOW)))
    first, second, third = reader.entries(Seq(0), 10)
    assert (first.op, first.post, first.replaces) == (Op.CREATE, None, None)
    assert second.post == post("2", RAIN)
    assert (third.seq, third.op, third.replaces) == (3, Op.UPDATE, 1)
    assert third.post is not None
    assert third.post.text == SNOW
    assert list(reader.posts([Seq(1), Seq(2), Seq(3), Seq(4)])) == [2, 3]


CONTENT = {
    "text": "other",
    "title": "other",
    "author": Author(id=AuthorId("did:b")),
    "created_at": NOON - timedelta(days=2),
    "url": "https://example.org/1",
    "reply_to": PostId("bluesky:0"),
    "root": PostId("bluesky:0"),
    "quote_of": PostId("bluesky:0"),
    "repost_of": PostId("bluesky:0"),
    "is_repost": True,
    "links": ("https://example.org",),
    "media": (Media(type="image", alt="a cloud"),),
    "license": "CC0-1.0",
}


@pytest.mark.parametrize("field", CONTENT)
def test_a_version_differs_in_any_field_that_matters(writer: LogWriter, field: str) -> None:
    before = post("1")
    after = replace(before, **{field: CONTENT[field]})  # type: ignore[arg-type]  # by the table
    append(writer, put(before))
    assert outcome(append(writer, put(after))) == {"updated": 1}


def test_another_capture_of_one_version_changes_nothing_and_keeps_the_first_witness(
    writer: LogWriter, reader: LogReader
) -> None:
    author = Author(id=post("1").author.id, name="Renamed", followers=9)
    append(writer, put(post("1", minutes=0)))
    again = replace(post("1", minutes=60), author=author, lang="en", extra={"likes": 7})
    assert outcome(append(writer, put(again))) == {"unchanged": 1}
    (kept,) = reader.posts([Seq(1)]).values()
    assert kept == post("1", minutes=0)


def test_an_edit_stays_where_its_first_version_stood(writer: LogWriter, reader: LogReader) -> None:
    append(writer, put(post("1", RAIN, minutes=0)))
    append(writer, put(post("1", SNOW, minutes=60)))
    (edited,) = reader.posts([Seq(2)]).values()
    assert (edited.placed_at, edited.witnessed_at) == (at(0), at(60))


def test_an_edit_moves_where_its_source_gives_it_another_time(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1", RAIN, minutes=0, created_at=at(-1))))
    append(writer, put(post("1", SNOW, minutes=60, created_at=at(59))))
    (edited,) = reader.posts([Seq(2)]).values()
    assert edited.placed_at == at(60)


def test_live_entries_are_what_happened_in_order(writer: LogWriter) -> None:
    appended = append(
        writer, put(post("1", RAIN)), put(post("1", RAIN)), put(post("1", SNOW)), delete("1")
    )
    assert [(entry.op, entry.replaces) for entry in appended.live] == [
        (Op.CREATE, None),
        (Op.UPDATE, 1),
        (Op.DELETE, 2),
    ]
    assert [entry.post and entry.post.text for entry in appended.live] == [RAIN, SNOW, None]


def test_all_of_a_batch_is_saved_with_its_cursor(writer: LogWriter, reader: LogReader) -> None:
    gap = Gap(source=SOURCE, since=at(-9), until=at(-1), reason="disconnected")
    refusals = (
        Rejected(reason=RejectReason.NO_TEXT, detail=""),
        Rejected(reason=RejectReason.NO_TEXT, detail=""),
        Rejected(reason=RejectReason.BAD_TIME, detail=""),
    )
    writer.record_source(SOURCE, "jetstream://example", "jetstream")
    batch = Batch(events=(put(post("1")),), rejected=refusals, gaps=(gap,), cursor=cursor(7))
    writer.append([batch, replace(batch, cursor=cursor(8, "b"))])
    (source,) = reader.sources()
    assert (source.url, source.kind, source.posts) == ("jetstream://example", "jetstream", 1)
    assert source.refused == {"no_text": 4, "bad_time": 2}
    assert source.last_witnessed_at == at(0)
    assert source.gaps == (gap,)
    assert reader.resume(SOURCE) == {"": "7", "b": "8"}
    assert reader.resume("another") == {}


def test_refusals_count_for_the_source_that_they_name(writer: LogWriter, reader: LogReader) -> None:
    named = Rejected(reason=RejectReason.NO_TEXT, detail="", source="tips")
    bare = Rejected(reason=RejectReason.NO_TEXT, detail="")
    writer.append([Batch(rejected=(named, bare, named), source="http")])
    assert {one.source: one.refused for one in reader.sources()} == {
        "http": {"no_text": 1},
        "tips": {"no_text": 2},
    }
    assert reader.names() == ["http", "tips"]


def test_each_batch_reports_for_itself(writer: LogWriter) -> None:
    one, two, empty = writer.append(
        [Batch(events=(put(post("1")), put(post("2")))), Batch(events=(delete("1"),)), Batch()]
    )
    assert (one.last_seq, outcome(one)) == (2, {"created": 2})
    assert (two.last_seq, outcome(two)) == (3, {"deleted": 1})
    assert (empty.last_seq, outcome(empty)) == (3, {})


def test_an_append_that_cannot_be_encoded_leaves_nothing(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1")))
    with pytest.raises(ValueError, match="surrogates"):
        writer.append([Batch(events=(put(post("2")), put(post("3", "\ud800"))), cursor=cursor(9))])
    assert (reader.head(), reader.resume(SOURCE)) == (1, {})
    assert outcome(append(writer, put(post("2")))) == {"created": 1}


def test_posts_of_two_sources_with_one_native_id_are_two(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1")), put(post("1", source="x")))
    append(writer, delete("1"))
    assert reader.state(PostId("bluesky:1")) == "deleted"
    assert reader.state(PostId("x:1")) == "live"
    assert reader.counts() == Counts(posts=1, deleted=1)
    assert {one.source: one.posts for one in reader.sources()} == {"bluesky": 0, "x": 1}


def test_ids_of_any_shape_are_kept_apart(writer: LogWriter, reader: LogReader) -> None:
    ids = ["a/b", "a/B", "a:b", "ا" * 512, " ", "a\n", "'", "é", "e\u0301", "1", "01", "1.0"]
    append(writer, *(put(post(native_id, f"text of {native_id}")) for native_id in ids))
    assert texts(reader) == {native_id: f"text of {native_id}" for native_id in ids}


def test_a_thousand_posts_at_once_with_every_kind_of_change(
    writer: LogWriter, reader: LogReader
) -> None:
    events: list[PostEvent] = [put(post(str(n), f"first {n}")) for n in range(1000)]
    events += [put(post(str(n), f"second {n}")) for n in range(0, 1000, 2)]
    events += [delete(str(n)) for n in range(0, 1000, 5)]
    assert outcome(append(writer, *events)) == {"created": 1000, "updated": 500, "deleted": 200}
    kept = {str(n): f"{'first' if n % 2 else 'second'} {n}" for n in range(1000) if n % 5}
    assert texts(reader) == kept
    assert reader.counts() == Counts(posts=800, deleted=200)
