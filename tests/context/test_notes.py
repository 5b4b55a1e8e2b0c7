"""Readers' notes: kept, rated, scored when it is time, erased with what they are about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq.context import ReadersNotes
from siyaq.context.notes import NOTES_OF_A_POST, TEXT_AT_MOST
from siyaq.core.errors import NotFound, StorageError, UsageError
from siyaq.core.note import Helpfulness, NoteDraft
from tests.context.network import at, name

POST = name("post")


def draft(text: str = "The photo is from 2019", author: str = "ann") -> NoteDraft:
    return NoteDraft(
        text=text, author=author, classification="misinformed_or_potentially_misleading"
    )


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[ReadersNotes]:
    kept = ReadersNotes(tmp_path, clock=lambda: 0.0)
    yield kept
    kept.close()


def test_a_note_that_both_camps_find_helpful_leads_and_has_its_status(notes: ReadersNotes) -> None:
    both = notes.propose(POST, draft("both"), at(0))
    left = notes.propose(POST, draft("left"), at(1))
    other = notes.propose(name("other"), draft("right"), at(2))
    for camp in ("left", "right"):
        for n in range(5):
            rater = f"{camp}{n}"
            notes.rate(both.id, rater, "helpful", at(3))
            for note, side in ((left, "left"), (other, "right")):
                value: Helpfulness = "helpful" if camp == side else "not_helpful"
                notes.rate(note.id, rater, value, at(3))
            notes.rate_card(POST, rater, "not_helpful", at(3))
    first, second = notes.of(POST)
    assert (first.id, first.score.status, first.score.ratings) == (both.id, "helpful", 10)
    assert (second.id, second.score.status) == (left.id, "needs_more_ratings")
    assert notes.of_card(POST).status == "not_helpful"


def test_the_last_rating_of_a_reader_counts(notes: ReadersNotes) -> None:
    note = notes.propose(POST, draft(), at(0))
    notes.rate(note.id, "bob", "helpful", at(1))
    notes.rate(note.id, "bob", "not_helpful", at(2))
    assert notes.of(POST)[0].score.ratings == 1


def test_nobody_rates_a_note_of_their_own_or_one_that_is_not_there(notes: ReadersNotes) -> None:
    note = notes.propose(POST, draft(author="ann"), at(0))
    with pytest.raises(UsageError, match="their own") as refused:
        notes.rate(note.id, "ann", "helpful", at(1))
    assert refused.value.code == "bad_request", "no question was asked"
    with pytest.raises(NotFound):
        notes.rate("none", "bob", "helpful", at(1))
    with pytest.raises(NotFound):
        notes.forget("none")


@pytest.mark.parametrize("text", ["", "  ", "x" * (TEXT_AT_MOST + 1)])
def test_an_empty_or_endless_note_is_refused(notes: ReadersNotes, text: str) -> None:
    with pytest.raises(UsageError):
        notes.propose(POST, draft(text), at(0))


def test_a_post_has_room_for_so_many_notes(notes: ReadersNotes) -> None:
    for n in range(NOTES_OF_A_POST):
        notes.propose(POST, draft(f"note {n}"), at(n))
    with pytest.raises(UsageError):
        notes.propose(POST, draft(), at(0))


def test_what_readers_said_of_a_deleted_post_is_erased_from_the_file(
    notes: ReadersNotes, tmp_path: Path
) -> None:
    note = notes.propose(POST, draft("canary-canary-canary"), at(0))
    notes.rate(note.id, "bob", "helpful", at(1))
    notes.forget_post(POST)
    assert notes.of(POST) == []
    notes.close()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"canary" not in held


def test_scores_wait_until_scoring_is_worth_its_time(tmp_path: Path) -> None:
    moments = iter([0.0, 10.0, 20.0, 300.0, 301.0])
    notes = ReadersNotes(tmp_path, clock=lambda: next(moments))
    note = notes.propose(POST, draft(), at(0))
    notes.rate(note.id, "bob", "helpful", at(1))
    assert notes.of(POST)[0].score.ratings == 1  # took ten seconds, so none for 200 more
    notes.rate(note.id, "cat", "helpful", at(2))
    assert notes.of(POST)[0].score.ratings == 1
    assert notes.of(POST)[0].score.ratings == 2
    notes.close()


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_bytes(b"no database" * 500)
    notes = ReadersNotes(tmp_path)
    with pytest.raises(StorageError):
        notes.of(POST)
