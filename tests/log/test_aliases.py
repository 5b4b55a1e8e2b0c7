"""A post is known by every name its platform has for it: deletions and replies find it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siyaq.core.event import Op, PostEvent
from siyaq.core.ids import PostId
from siyaq.log import LogReader, LogWriter
from tests.log.events import append, at, post, put, texts

HERE, THERE = PostId("bluesky:here/101"), PostId("bluesky:there/77")
GONE = "~"


def named(event: PostEvent, alias: PostId) -> PostEvent:
    return replace(event, alias=alias)


def delete_by(alias: PostId) -> PostEvent:
    return PostEvent(
        op=Op.DELETE, post_id=alias, post=None, witnessed_at=at(1), rev=GONE, alias=alias
    )


def test_a_deletion_by_another_name_deletes(writer: LogWriter, reader: LogReader) -> None:
    append(writer, named(put(post("1"), "a"), HERE))
    assert append(writer, delete_by(HERE)).deleted == 1
    assert reader.state(PostId("bluesky:1")) == "deleted"


def test_every_server_may_name_it(writer: LogWriter, reader: LogReader) -> None:
    append(writer, named(put(post("1"), "a"), HERE))
    assert append(writer, named(put(post("1"), "a"), THERE)).unchanged == 1
    append(writer, delete_by(THERE))
    assert reader.state(PostId("bluesky:1")) == "deleted"


@pytest.mark.parametrize("together", [True, False])
def test_what_was_deleted_before_it_came_does_not_come(
    writer: LogWriter, reader: LogReader, *, together: bool
) -> None:
    late = named(put(post("1"), "a"), HERE)
    if together:
        append(writer, delete_by(HERE), late)
    else:
        append(writer, delete_by(HERE))
        assert append(writer, late).stale == 1
        assert append(writer, named(put(post("1"), "b"), HERE)).stale == 1
    assert reader.state(PostId("bluesky:1")) != "live"
    assert texts(reader) == {}


def test_nothing_brings_back_what_was_deleted_by_name(writer: LogWriter, reader: LogReader) -> None:
    append(writer, named(put(post("1"), "a"), HERE), delete_by(HERE))
    assert append(writer, named(put(post("1"), "z"), THERE)).stale == 1
    assert texts(reader) == {}


def test_a_reply_by_another_name_is_a_reply_to_the_post(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, named(put(post("1"), "a"), HERE))
    reply = replace(post("2"), reply_to=HERE)
    append(writer, named(put(reply, "a"), PostId("bluesky:here/102")))
    (entry,) = reader.find([PostId("bluesky:2")]).values()
    assert entry.post is not None
    assert entry.post.reply_to == "bluesky:1"


def test_what_is_held_can_be_asked_for_by_the_names_of_its_platform(
    writer: LogWriter, reader: LogReader
) -> None:
    other = PostId("bluesky:here/102")
    append(writer, named(put(post("1"), "a"), HERE), named(put(post("2"), "a"), other))
    append(writer, delete_by(HERE))
    assert reader.held("bluesky", 10) == [PostId("bluesky:2"), other]
    assert reader.held("elsewhere", 10) == []


def test_where_there_are_no_other_names_posts_are_held_by_their_own(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1")), put(post("2")))
    assert reader.held("bluesky", 1) == [PostId("bluesky:2")]
