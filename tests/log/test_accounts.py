"""What happens to posts when their author's account is hidden, restored or deleted."""

from __future__ import annotations

import time
from dataclasses import replace

import apsw
import pytest

from siyaq.core.event import AccountStatus, Op
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.log import Counts, LogReader, LogWriter
from siyaq.log import keys as log_keys
from tests.log.events import account, append, delete, identity, outcome, post, put, texts

ACTIVE, HIDDEN, DELETED = AccountStatus.ACTIVE, AccountStatus.HIDDEN, AccountStatus.DELETED


def test_a_deleted_account_takes_every_post_with_it(writer: LogWriter, reader: LogReader) -> None:
    append(writer, put(post("1")), put(post("2", author="did:b")), put(post("3")))
    append(writer, put(post("3", "edited")), delete("1"))
    appended = append(writer, put(post("4")), account("did:a", DELETED))
    assert outcome(appended) == {"created": 1, "deleted": 2}
    assert [(entry.op, entry.post_id, entry.replaces) for entry in appended.live[1:]] == [
        (Op.DELETE, "bluesky:3", 4),
        (Op.DELETE, "bluesky:4", 6),
    ]
    assert texts(reader) == {"2": "rain in Riyadh"}
    assert reader.counts() == Counts(posts=1, deleted=3)


@pytest.mark.parametrize("rev", ["", "z"])
def test_a_deleted_account_cannot_post(writer: LogWriter, reader: LogReader, rev: str) -> None:
    append(writer, put(post("1"), rev and "a"), account("did:a", DELETED, minutes=1))
    late = append(writer, put(post("1", minutes=9), rev), put(post("2", minutes=9), rev))
    assert outcome(late) == {"stale": 2}
    assert outcome(append(writer, put(post("3", author="did:b")))) == {"created": 1}
    assert texts(reader) == {"3": "rain in Riyadh"}


def test_a_hidden_account_is_invisible_until_it_is_active(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1")), put(post("2", author="did:b")))
    hidden = append(writer, account("did:a", HIDDEN, minutes=1), put(post("3")))
    assert outcome(hidden) == {"created": 1}
    assert hidden.live == ()
    assert texts(reader) == {"2": "rain in Riyadh"}
    assert reader.state(PostId("bluesky:1")) == "hidden"
    assert [entry.post is None for entry in reader.entries(Seq(0), 9)] == [False] * 3
    append(writer, account("did:a", ACTIVE, minutes=2))
    assert set(texts(reader)) == {"1", "2", "3"}
    assert reader.state(PostId("bluesky:1")) == "live"


def test_a_delete_reaches_a_hidden_post(writer: LogWriter, reader: LogReader) -> None:
    append(writer, put(post("1")), account("did:a", HIDDEN, minutes=1), delete("1"))
    append(writer, account("did:a", ACTIVE, minutes=2))
    assert reader.state(PostId("bluesky:1")) == "deleted"


def test_what_was_erased_stays_erased_when_an_account_comes_back(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1"), "a"), account("did:a", DELETED, minutes=5))
    append(writer, account("did:a", HIDDEN, minutes=6))
    assert outcome(append(writer, put(post("2", minutes=6)))) == {"stale": 1}
    append(writer, account("did:a", ACTIVE, minutes=7))
    back = append(writer, put(post("1"), "b"), put(post("2", minutes=4)), put(post("3", minutes=8)))
    assert outcome(back) == {"stale": 2, "created": 1}
    assert texts(reader) == {"3": "rain in Riyadh"}


def test_announcements_out_of_order_do_not_undo_newer_ones(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1")), account("did:a", ACTIVE, minutes=5))
    append(writer, account("did:a", HIDDEN, minutes=4))
    assert reader.state(PostId("bluesky:1")) == "live"
    append(writer, account("did:a", HIDDEN, minutes=5))
    assert reader.state(PostId("bluesky:1")) == "hidden"
    append(writer, account("did:a", ACTIVE, minutes=5))
    assert reader.state(PostId("bluesky:1")) == "hidden"


def test_accounts_of_two_sources_are_two(writer: LogWriter, reader: LogReader) -> None:
    append(writer, put(post("1")), put(post("1", source="x")), account("did:a", DELETED))
    assert reader.state(PostId("x:1")) == "live"


def test_authors_whose_keys_collide_are_told_apart(
    writer: LogWriter, reader: LogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("entries", "account"):
        monkeypatch.setattr(f"siyaq.log.{module}.author_key", lambda *_: 7)
    append(writer, put(post("1")), put(post("2", author="did:b")), put(post("3", author="did:c")))
    append(writer, account("did:a", HIDDEN), account("did:c", HIDDEN))
    assert texts(reader) == {"2": "rain in Riyadh"}
    append(writer, account("did:a", DELETED, minutes=2), account("did:c", ACTIVE, minutes=2))
    assert set(texts(reader)) == {"2", "3"}
    monkeypatch.undo()
    keys = {name: log_keys.author_key("bluesky", f"did:{name}") for name in "abc"}
    _file_authors_anew(reader, keys)


def _file_authors_anew(reader: LogReader, keys: dict[str, int]) -> None:
    """Put the true keys back, so that the log is sound for the check at the end."""
    path = str(reader._connections._path)
    connection = apsw.Connection(path)
    for seq, name in ((1, "a"), (2, "b"), (3, "c")):
        connection.execute(
            "UPDATE events SET author_key = ? WHERE seq = ? AND author_key IS NOT NULL",
            (keys[name], seq),
        )
    connection.close()


def test_handles_are_remembered_and_posts_keep_the_one_they_were_seen_with(
    writer: LogWriter, reader: LogReader
) -> None:
    append(writer, put(post("1")), identity("did:a", "new.example", minutes=3))
    append(writer, identity("did:a", "old.example", minutes=2))
    with reader._connections.lent() as connection:
        assert connection.execute("SELECT handle FROM accounts").get == "new.example"
    (kept,) = reader.posts([Seq(1)]).values()
    assert kept.author.handle == "a.example"
    append(writer, account("did:a", DELETED, minutes=4))
    append(writer, identity("did:a", "newest.example", minutes=5))
    with reader._connections.lent() as connection:
        assert connection.execute("SELECT handle FROM accounts").get == ""


def test_an_account_of_many_posts_is_erased_in_seconds(
    writer: LogWriter, reader: LogReader, campaign: int
) -> None:
    count = 10_000 * campaign
    for start in range(0, count, 1000):
        numbers = range(start, start + 1000)
        append(writer, *(put(post(str(n), author=f"did:{'ab'[n % 2]}")) for n in numbers))
    started = time.monotonic()
    appended = append(writer, account("did:a", DELETED))
    assert appended.deleted == count // 2
    assert time.monotonic() - started < 1 + count / 2_000
    assert reader.counts() == Counts(posts=count // 2, deleted=count // 2)
    replaced = [entry.replaces for entry in appended.live]
    assert replaced == sorted(seq for seq in range(1, count, 2))


def test_a_post_without_a_handle_gets_the_one_its_author_is_known_by(
    writer: LogWriter, reader: LogReader
) -> None:
    nameless = post("1")
    nameless = replace(nameless, author=replace(nameless.author, handle=""))
    named = replace(post("2"), author=replace(nameless.author, handle="said.with.it"))
    other = replace(
        post("3", author="did:b"), author=replace(nameless.author, id=AuthorId("did:b"))
    )
    appended = append(
        writer, identity("did:a", "known.example"), put(nameless), put(named), put(other)
    )
    expected = {"bluesky:1": "known.example", "bluesky:2": "said.with.it", "bluesky:3": ""}
    found = reader.find(map(PostId, expected))
    assert {
        key: entry.post and entry.post.author.handle for key, entry in found.items()
    } == expected
    assert [entry.post and entry.post.author.handle for entry in appended.live] == [
        *expected.values()
    ]
    assert outcome(append(writer, put(nameless))) == {"unchanged": 1}
