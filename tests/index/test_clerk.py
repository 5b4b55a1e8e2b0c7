"""Analysis in a process of its own: the same results, and nothing lost with the process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from siyaq.core.errors import CorruptionError
from siyaq.core.ids import Seq
from siyaq.index import clerk as clerks
from siyaq.index.clerk import Clerk
from siyaq.index.ledger import Ledger
from siyaq.index.rebuild import rebuild
from siyaq.index.words import WordWriter
from siyaq.log import EventRow
from siyaq.processes import child
from siyaq.testing.searcher_contract import post
from tests.index.desk import DEADLINE_SECONDS, SMALL, Desk

POSTS = 700  # more than two requests


@pytest.fixture
def rows(desk: Desk) -> list[EventRow]:
    posts = [post(f"p{at}", f"rain at {at} مطر", at) for at in range(POSTS)]
    desk.add(*posts)
    desk.delete(posts[3], posts[-1])
    return desk.log.rows(Seq(0), 2 * POSTS)


@pytest.fixture
def clerk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clerk]:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(clerks, "_REST_SECONDS", 0.0)
    monkeypatch.setattr(clerks, "AT_ONCE", 250)
    monkeypatch.setattr(child, "_PIPE_BYTES", 4096)  # no pipe holds a request or a reply
    made = Clerk(beyond=1)
    yield made
    made.close()


def at_work(clerk: Clerk, rows: list[EventRow]) -> int:
    """Wait until its process answers, and return its id."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not clerk._at_work():
        assert time.monotonic() < deadline
        list(clerk.told_of(rows[:1]))  # goes on here meanwhile
    assert clerk.pid is not None
    return clerk.pid


def test_a_process_tells_the_same_of_each_post(clerk: Clerk, rows: list[EventRow]) -> None:
    here = list(Clerk(beyond=None).told_of(rows))
    pid = at_work(clerk, rows)
    assert list(clerk.told_of(rows)) == here
    assert len(here) == POSTS - 2
    assert clerk.pid == pid


def test_what_a_lost_process_leaves_is_done_here_and_another_is_started(
    clerk: Clerk, rows: list[EventRow]
) -> None:
    here = list(Clerk(beyond=None).told_of(rows))
    first = at_work(clerk, rows)
    told = clerk.told_of(rows)
    heard = [next(told)]
    os.kill(first, signal.SIGKILL)
    assert [*heard, *told] == here
    assert at_work(clerk, rows) != first
    assert list(clerk.told_of(rows)) == here


def test_a_process_that_stands_still_is_given_up(
    clerk: Clerk, rows: list[EventRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = list(Clerk(beyond=None).told_of(rows))
    first = at_work(clerk, rows)
    monkeypatch.setattr(clerks, "_REPLY_SECONDS", 0.5)
    os.kill(first, signal.SIGSTOP)
    assert list(clerk.told_of(rows)) == here
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    monkeypatch.setattr(clerks, "_REPLY_SECONDS", DEADLINE_SECONDS)
    assert at_work(clerk, rows) != first


def test_an_answer_that_was_left_is_never_taken_for_the_next(
    clerk: Clerk, rows: list[EventRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_PIPE_BYTES", 1 << 20)  # so that the rest of it waits in there
    at_work(clerk, rows)
    left = clerk.told_of(rows)
    next(left)
    assert list(clerk.told_of(rows[-5:])) == list(Clerk(beyond=None).told_of(rows[-5:]))
    left.close()


def test_damaged_rows_are_told_as_damaged(clerk: Clerk, rows: list[EventRow]) -> None:
    at_work(clerk, rows)
    seq, op, replaces, rev, post_id, checksum, body = rows[400]
    rows[400] = (seq, op, replaces, rev, post_id, checksum + 1, body)
    with pytest.raises(CorruptionError, match=f"entry {seq} "):
        list(clerk.told_of(rows))


def test_a_machine_of_one_core_has_no_process(
    monkeypatch: pytest.MonkeyPatch, rows: list[EventRow]
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    alone = Clerk(beyond=1)
    assert len(list(alone.told_of(rows))) == POSTS - 2
    assert alone.pid is None


def test_a_process_that_rests_is_ended(
    clerk: Clerk, rows: list[EventRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work(clerk, rows)
    clerk.rest()
    assert clerk.pid is not None
    monkeypatch.setattr(clerks, "_IDLE_SECONDS", 0.0)
    clerk.rest()
    assert clerk.pid is None


def test_indexed_with_a_process_or_without_the_index_is_the_same(
    desk: Desk, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerks, "AT_ONCE", 20)
    desk.fill(60)
    settings = replace(SMALL, entries_at_once=50)
    at_work(clerk, desk.log.rows(Seq(0), 50))
    ledger = Ledger.open(desk.index, desk.embedder, settings)
    words = WordWriter(ledger, clerk=clerk)
    while words.take(desk.log):
        pass
    words.commit()
    words.close()
    assert clerk.pid is not None
    desk.bring_up_to_date(settings)
    with closing(desk.reader()) as reader:
        first = desk.answers(reader)
    rebuild(desk.log, desk.directory, desk.embedder, lambda done, total: None, settings)
    with closing(desk.reader()) as reader:
        assert desk.answers(reader) == first
