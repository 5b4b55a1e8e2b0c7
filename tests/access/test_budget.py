"""Quotas: reserved before, settled after, right through restarts, crashes and crowds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.access import Amount, Budget, KeyRing, Limits, Role
from siyaq.access.budget import LEASE_SECONDS, SOON_SECONDS, _Held, _wait
from siyaq.access.collections import PUBLIC
from siyaq.access.limits import NO_LIMITS
from siyaq.core.errors import NotFound, QuotaExhausted, StorageError, UsageError

HOUR = 3600
TEN = Limits(requests=10)
ONE = Amount(requests=1)


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(tmp_path: Path, clock: Clock) -> Iterator[Budget]:
    with closing(Budget(tmp_path, defaults=NO_LIMITS, now=clock)) as book:
        yield book


def spend(book: Budget, amount: Amount, limits: Limits = TEN, used: Amount | None = None) -> None:
    reservation = book.reserve("key", limits, amount)
    assert reservation is not None
    book.settle(reservation, amount if used is None else used)


def test_what_nothing_limits_is_not_written_down(book: Budget) -> None:
    assert book.reserve("key", NO_LIMITS, ONE) is None
    assert book.reserve("key", Limits(requests=0), ONE) is None
    assert book.used("key") == Amount()


def test_the_limit_is_reached_and_not_passed(book: Budget) -> None:
    for _ in range(10):
        spend(book, ONE)
    with pytest.raises(QuotaExhausted, match="its 10 requests in 60 minutes") as refused:
        book.reserve("key", TEN, ONE)
    assert refused.value.resource == "requests"
    other = book.reserve("another", TEN, ONE)
    assert other is not None


def test_what_became_of_calls_is_told(tmp_path: Path, clock: Clock) -> None:
    told: list[str] = []
    with closing(Budget(tmp_path, defaults=NO_LIMITS, now=clock, outcome=told.append)) as book:
        book.reserve("free", NO_LIMITS, ONE)
        book.reserve("key", Limits(requests=1), ONE)
        with pytest.raises(QuotaExhausted):
            book.reserve("key", Limits(requests=1), ONE)
    assert told == ["admitted", "requests"]


def test_retry_after_is_when_it_is_let_in_and_not_a_second_before(
    book: Budget, clock: Clock
) -> None:
    for _ in range(10):
        spend(book, ONE)
        clock.now += 100
    with pytest.raises(QuotaExhausted) as refused:
        book.reserve("key", TEN, ONE)
    wait = refused.value.retry_after
    assert HOUR - 1000 <= wait <= HOUR - 1000 + HOUR // 60 + 1
    clock.now += wait - 1
    with pytest.raises(QuotaExhausted):
        book.reserve("key", TEN, ONE)
    clock.now += 1
    spend(book, ONE)


@settings(deadline=None, max_examples=60)
@given(
    calls=st.lists(st.tuples(st.integers(1, 400), st.integers(1, 900)), min_size=1, max_size=30),
    asked=st.integers(1, 500),
)
def test_retry_after_keeps_its_word_whatever_was_spent(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[int, int]], asked: int
) -> None:
    clock, limits = Clock(), Limits(tokens=1000)
    folder = tmp_path_factory.mktemp("book")
    with closing(Budget(folder, defaults=NO_LIMITS, now=clock)) as book:
        for tokens, gap in calls:
            try:
                spend(book, Amount(tokens=tokens), limits)
            except QuotaExhausted as refused:
                clock.now += refused.retry_after
                spend(book, Amount(tokens=tokens), limits)  # as it was promised
            clock.now += gap
            assert book.used("key").tokens <= 1000
        clock.now += 1
        try:
            spend(book, Amount(tokens=asked), limits)
        except QuotaExhausted as refused:
            clock.now += refused.retry_after
            spend(book, Amount(tokens=asked), limits)


def test_what_was_not_used_is_given_back(book: Budget) -> None:
    limits = Limits(tokens=1000)
    for _ in range(10):
        spend(book, Amount(tokens=900), limits, used=Amount(tokens=10))
    assert book.used("key").tokens == 100
    with pytest.raises(QuotaExhausted):
        book.reserve("key", limits, Amount(tokens=901))
    assert book.reserve("key", limits, Amount(tokens=900)) is not None


def test_what_calls_under_way_hold_may_come_back_soon(book: Budget, clock: Clock) -> None:
    limits = Limits(tokens=1000)
    held = book.reserve("key", limits, Amount(tokens=1000))
    assert held is not None
    with pytest.raises(QuotaExhausted) as refused:
        book.reserve("key", limits, Amount(tokens=1))
    assert refused.value.retry_after == SOON_SECONDS
    clock.now += LEASE_SECONDS + 1  # whoever held it is dead: it will not come back
    with pytest.raises(QuotaExhausted) as refused:
        book.reserve("key", limits, Amount(tokens=1))
    assert refused.value.retry_after > HOUR - LEASE_SECONDS - 2
    clock.now += HOUR
    assert book.reserve("key", limits, Amount(tokens=1)) is not None


def test_an_empty_book_refuses_nothing_however_much_is_asked_for(book: Budget) -> None:
    limits = Limits(requests=1, tokens=10, seconds=1)
    held = book.reserve("key", limits, Amount(requests=1, tokens=10**6, seconds=600.0))
    assert held is not None
    book.settle(held, Amount(requests=1, tokens=25, seconds=2.0))  # what was used is what counts
    assert book.used("key") == Amount(requests=1, tokens=25, seconds=2.0)


def test_it_is_still_there_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    with closing(Budget(tmp_path, defaults=TEN, now=clock)) as book:
        for _ in range(10):
            spend(book, ONE, NO_LIMITS)
    with (
        closing(Budget(tmp_path, defaults=TEN, now=clock)) as book,
        pytest.raises(QuotaExhausted),
    ):
        book.reserve("key", NO_LIMITS, ONE)


def test_a_clock_that_is_set_back_does_not_lock_a_key_for_longer_than_a_window(
    book: Budget, clock: Clock
) -> None:
    for _ in range(10):
        spend(book, ONE)
    clock.now -= 30 * 86_400
    with pytest.raises(QuotaExhausted) as refused:
        book.reserve("key", TEN, ONE)
    assert refused.value.retry_after <= HOUR + HOUR // 60


def test_two_hundred_at_once_do_not_get_more_than_there_is(tmp_path: Path) -> None:
    limits, got, refused = Limits(tokens=5_000), [], []
    with (
        closing(Budget(tmp_path, defaults=NO_LIMITS)) as one,
        closing(Budget(tmp_path, defaults=NO_LIMITS)) as other,  # as of another process
    ):

        def ask(number: int) -> None:
            book = (one, other)[number % 2]
            try:
                held = book.reserve("key", limits, Amount(tokens=100))
            except QuotaExhausted:
                refused.append(number)
            else:
                assert held is not None
                book.settle(held, Amount(tokens=100))
                got.append(number)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert one.used("key").tokens == 5_000
    assert (len(got), len(refused)) == (50, 150)


@pytest.mark.crash
def test_a_kill_gives_nothing_away(tmp_path: Path) -> None:
    program = f"""if True:
        from pathlib import Path
        from siyaq.access import Amount, Budget
        from siyaq.access.limits import Limits
        book = Budget(Path({str(tmp_path)!r}), defaults=Limits(requests=40))
        while True:
            held = book.reserve("key", Limits(), Amount(requests=1))
            print("used", flush=True)  # the work is done here
            book.settle(held, Amount(requests=1))
    """
    used = 0
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                used += line == "used\n"
                if used % 7 == 0:
                    os.kill(process.pid, signal.SIGKILL)
                    break
            used += sum(line == "used\n" for line in process.stdout)
    assert used > 0
    with closing(Budget(tmp_path, defaults=Limits(requests=40))) as book:
        assert used <= book.used("key").requests <= 40


def test_a_key_has_limits_of_its_own_over_those_of_the_settings(tmp_path: Path) -> None:
    with closing(KeyRing(tmp_path)) as ring, closing(KeyRing(tmp_path)) as other:
        kept, key = ring.create(Role.READER, limits=Limits(requests=5, weight=3))
        found = other.find(key)
        assert found is not None
        assert found.limits == Limits(requests=5, weight=3)
        assert found.limits.over(Limits(requests=1, tokens=9)).most() == {
            "requests": 5,
            "tokens": 9,
        }
        ring.limit(kept.id, Limits(tokens=0))
        changed = other.find(key)
        assert changed is not None
        assert changed.limits.over(Limits(tokens=9)).most() == {}
        with pytest.raises(NotFound):
            ring.limit("none", NO_LIMITS)
    for wrong in ({"requests": -1}, {"weight": 0}, {"tokens": 10**13}):
        with pytest.raises(UsageError):
            Limits(**wrong)


def test_keys_made_before_there_were_limits_have_none(tmp_path: Path) -> None:
    import sqlite3

    with closing(KeyRing(tmp_path)) as ring:
        _, key = ring.create(Role.READER)
    path = tmp_path / "access" / "keys.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "DROP TABLE limits; DROP TABLE key_collections; PRAGMA user_version = 1;"
        )
    with closing(KeyRing(tmp_path)) as ring:
        found = ring.find(key)
        assert found is not None
        assert found.limits == NO_LIMITS
        assert found.collections == (PUBLIC,)
    with closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA user_version = 4;")
    with pytest.raises(StorageError, match="format 4, not 3"):
        KeyRing(tmp_path)


def test_thousandths_of_seconds_that_do_not_add_up_have_whoever_asks_wait_all_the_same() -> None:
    for thousandths in range(1, 1000):
        held = [_Held(100, {"seconds": thousandths / 1000}, False)]
        over = thousandths / 1000 + 1 - 1
        assert _wait(held, "seconds", over, 40.0) == 60
