"""The promises of the nouns: spans, times, ids, and what may not be built at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyaq.core.answer import Sentence
from siyaq.core.clock import CLAIM_TOLERANCE, PlacedBy, Trust, place
from siyaq.core.event import Op, PostEvent
from siyaq.core.ids import PostId, post_id, split_post_id
from siyaq.core.span import Span, TimeRange

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@given(st.text(alphabet="abc._-", min_size=1), st.text(min_size=1))
def test_a_post_id_gives_back_its_source_and_native_id(source: str, native_id: str) -> None:
    assert split_post_id(post_id(source, native_id)) == (source, native_id)


@pytest.mark.parametrize("name", ["", "bluesky", ":3k", "bluesky:"])
def test_what_is_not_a_post_id_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        split_post_id(PostId(name))


def test_a_span_that_runs_backwards_cannot_be_made() -> None:
    assert Span(3, 6).of("في الرياض") == "الر"
    with pytest.raises(ValueError, match=r"got 3\.\.2"):
        Span(3, 2)


def test_a_time_range_is_half_open() -> None:
    hour = TimeRange(NOON, NOON + timedelta(hours=1))
    assert NOON in hour
    assert NOON + timedelta(hours=1) not in hour
    assert not hour.overlaps(TimeRange(NOON + timedelta(hours=1), None))
    assert hour.overlaps(TimeRange(None, NOON + MINUTE))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        TimeRange(NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("claim", "trust", "expected"),
    [
        (None, Trust.PLATFORM, (NOON, PlacedBy.WITNESSED)),
        (NOON - MINUTE, Trust.CLIENT, (NOON - MINUTE, PlacedBy.CREATED)),
        (NOON - CLAIM_TOLERANCE, Trust.CLIENT, (NOON - CLAIM_TOLERANCE, PlacedBy.CREATED)),
        (NOON - CLAIM_TOLERANCE - MINUTE, Trust.CLIENT, (NOON, PlacedBy.WITNESSED)),
        (NOON + MINUTE, Trust.CLIENT, (NOON, PlacedBy.WITNESSED)),
        (NOON + MINUTE, Trust.PLATFORM, (NOON, PlacedBy.WITNESSED)),
        (NOON - timedelta(days=9000), Trust.CLIENT, (NOON, PlacedBy.WITNESSED)),
        (
            NOON - timedelta(days=9000),
            Trust.ARCHIVE,
            (NOON - timedelta(days=9000), PlacedBy.IMPORTED),
        ),
    ],
)
def test_a_claimed_time_is_believed_only_where_it_can_be(
    claim: datetime | None, trust: Trust, expected: tuple[datetime, PlacedBy]
) -> None:
    assert place(claim, NOON, trust) == expected


def test_a_sentence_without_a_citation_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="without a citation"):
        Sentence(text="The bridge is open.", citations=())


def test_a_create_needs_its_post() -> None:
    with pytest.raises(ValueError, match="do not go together"):
        PostEvent(op=Op.CREATE, post_id=PostId("a:b"), post=None, witnessed_at=NOON)
