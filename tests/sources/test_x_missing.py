"""What X's stream has not told is searched for piece by piece, from its end to its beginning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from siyaq.sources.trouble import Lost
from siyaq.sources.x.api import Api
from siyaq.sources.x.budget import Budget
from siyaq.sources.x.missing import SEAM, Missing, Stretch
from siyaq.sources.x.search import search
from siyaq.testing.clock import FakeClock

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Breaking:
    """X's search: so many pages of one post each, a second apart, and then it breaks off."""

    def __init__(self, pages: int) -> None:
        self._left = pages

    async def get(self, _path: str, _query: Mapping[str, str]) -> dict[str, object]:
        if not self._left:
            raise Lost("the wire was cut")
        self._left -= 1
        milliseconds = int((NOON + self._left * timedelta(seconds=1)).timestamp() * 1000)
        number = str((milliseconds - 1_288_834_974_657) << 22)
        return {"data": [{"id": number, "text": "words"}], "meta": {"next_token": "more"}}


@pytest.fixture
def budget() -> Budget:
    return Budget(1000.0, 0.005, FakeClock(NOON))


@pytest.mark.anyio
async def test_what_a_search_had_before_it_broke_off_is_kept(budget: Budget) -> None:
    api = cast("Api", Breaking(pages=3))
    found = await search(api, "*", NOON - MINUTE, NOON + MINUTE, budget, "stream")
    assert (len(found.lines), found.whole, found.oldest) == (3, False, NOON)


@pytest.mark.anyio
async def test_a_search_that_had_nothing_says_why(budget: Budget) -> None:
    with pytest.raises(Lost, match="cut"):
        await search(
            cast("Api", Breaking(pages=0)), "*", NOON - MINUTE, NOON + MINUTE, budget, "stream"
        )


def the_next(missing: Missing, now: float = 100.0) -> Stretch:
    stretch = missing.next(now)
    assert stretch is not None
    return stretch


def test_a_stretch_is_left_from_its_beginning_to_where_the_search_came() -> None:
    missing = Missing()
    missing.note(["*"], NOON, NOON + MINUTE, due=5.0)
    assert missing.next(4.9) is None
    stretch = the_next(missing)
    assert (stretch.since, stretch.until) == (NOON, NOON + MINUTE + SEAM)
    assert missing.narrow(stretch, NOON + timedelta(seconds=30, milliseconds=200))
    assert the_next(missing).until == NOON + timedelta(seconds=31), "with the whole of its second"
    assert missing.since == NOON
    missing.end(stretch)
    assert missing.since is None


def test_a_search_that_comes_no_nearer_is_not_made_for_ever() -> None:
    missing = Missing()
    missing.note(["*"], NOON, NOON + MINUTE, due=0.0)
    stretch = the_next(missing)
    assert missing.narrow(stretch, NOON + timedelta(seconds=30))
    assert not missing.narrow(stretch, NOON + timedelta(seconds=30, milliseconds=999))
    assert not missing.narrow(stretch, None)


def test_an_outage_that_goes_on_is_one_and_what_is_half_searched_stays_apart() -> None:
    missing = Missing()
    missing.note(["a", "b"], NOON, NOON + MINUTE, due=0.0)
    missing.note(["a", "b"], NOON + MINUTE, NOON + 2 * MINUTE, due=7.0)
    assert missing.next(6.0) is None
    first = the_next(missing)
    assert (first.since, first.ended, first.until) == (
        NOON,
        NOON + 2 * MINUTE,
        NOON + 2 * MINUTE + SEAM,
    )
    assert missing.narrow(first, NOON + MINUTE)
    missing.note(["a"], NOON + 2 * MINUTE, NOON + 3 * MINUTE, due=7.0)
    missing.end(first)
    assert missing.since == NOON, "the other rule's"
    missing.end(the_next(missing))
    assert the_next(missing).since == NOON + 2 * MINUTE
    assert missing.give_up() == (NOON + 2 * MINUTE, NOON + 3 * MINUTE)
    assert missing.give_up() is None


def test_what_was_heard_in_between_is_not_searched_for() -> None:
    missing = Missing()
    missing.note(["*"], NOON, NOON + MINUTE, due=0.0)
    missing.note(["*"], NOON + 5 * MINUTE, NOON + 6 * MINUTE, due=0.0)
    assert the_next(missing).ended == NOON + MINUTE


def test_a_search_that_failed_is_made_again_later() -> None:
    missing = Missing()
    missing.note(["*"], NOON, NOON + MINUTE, due=0.0)
    missing.postpone(200.0)
    assert missing.next(199.0) is None
    assert missing.next(200.0) is not None
