"""Looking at saved questions: what is news, what is written down, what a crash can do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

import pytest

from siyaq.access import KeyRing, Links, Owners, Principal, Role
from siyaq.access.collections import SEES_ALL
from siyaq.core.answer import Changes, Gone
from siyaq.core.errors import NotFound, StorageError, UsageError
from siyaq.sources.fetch import Address, Fetcher
from siyaq.testing.clock import FakeClock
from siyaq.testing.product import FakeProduct
from siyaq.watches import Alert, Delivery, Draft, Watch, WatchDesk, Watcher, WatchStore
from siyaq.watches.watcher import FAILED_SECONDS, stop_of_keys

QUESTION = "How many families were moved?"
ADMIN = Principal("", Role.ADMIN, collections=SEES_ALL)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WatchStore]:
    with closing(WatchStore(tmp_path)) as store:
        yield store


@pytest.fixture
def desk(store: WatchStore, tmp_path: Path, clock: FakeClock) -> WatchDesk:
    return WatchDesk(store, Links(tmp_path), now=clock.now)


class Looking:
    """A watcher, and what it was told to look at."""

    def __init__(self, store: WatchStore, clock: FakeClock) -> None:
        self.product = FakeProduct(now=clock.now())
        self.raised: list[Alert] = []
        self.store = store
        self.clock = clock
        self.watcher = Watcher(store, self.product, clock, raised=self.raised.append)

    def again(self, changed: Changes | None = None) -> bool:
        """Let the time pass and look; `changed` is what the answer says of the one before."""
        self.clock.advance(timedelta(minutes=5))
        self.product.changed = changed
        return asyncio.run(self.watcher.look())


@pytest.fixture
def looking(store: WatchStore, clock: FakeClock) -> Looking:
    return Looking(store, clock)


def same(watch: Watch) -> Changes:
    """Return what an answer says that is as it was."""
    return Changes(answer_id=watch.answer_id, since=watch.created_at)


def standing(looking: Looking) -> tuple[Watch, Changes]:
    """Return the one watch, and the changes of an answer that is as the last one was."""
    (watch,) = looking.store.watches()
    answer = looking.product.kept[watch.answer_id]
    return watch, replace(
        same(watch), status_before=answer.status, short_answer_before=answer.short_answer
    )


def test_the_first_look_and_one_that_finds_nothing_new_raise_nothing(
    desk: WatchDesk, looking: Looking
) -> None:
    desk.save("", Draft(question=QUESTION))
    assert looking.again()
    first, unchanged = standing(looking)
    assert first.answer_id
    assert looking.again(unchanged)
    second, _ = standing(looking)
    assert looking.raised == []
    assert list(looking.product.kept) == [second.answer_id]  # the one before was let go
    assert looking.product.asked[-1].previous == first.answer_id
    assert not asyncio.run(looking.watcher.look())  # it is not due yet


def test_each_kind_of_change_raises_an_alert_that_is_kept_with_its_answer(
    desk: WatchDesk, looking: Looking
) -> None:
    desk.save("", Draft(question=QUESTION))
    looking.again()
    _, unchanged = standing(looking)
    quoted = looking.product.kept[next(iter(looking.product.kept))].references[0].post_id
    gone = Gone(post_id=quoted, why="deleted")
    looking.again(replace(unchanged, short_answer_before="3 families"))
    looking.again(replace(unchanged, gone=(gone, gone)))
    looking.again(unchanged)
    assert [one.changes for one in looking.raised] == [("short_answer",), ("withdrawn",)]
    newest = desk.alerts(ADMIN)
    assert [one.answer_id for one in newest] == [one.answer_id for one in reversed(looking.raised)]
    assert newest[0].withdrawn == 2
    assert {one.answer_id for one in newest} <= set(looking.product.kept)
    assert not newest[0].seen
    desk.see(ADMIN)
    assert all(one.seen for one in desk.alerts(ADMIN))


@pytest.mark.parametrize(("scope", "raised"), [("anything", True), ("verdict", False)])
def test_a_post_that_was_quoted_before_is_no_news_and_a_new_one_is_where_it_is_asked_for(
    scope: Literal["anything", "verdict"],
    raised: bool,
    desk: WatchDesk,
    looking: Looking,
    store: WatchStore,
) -> None:
    watch = desk.save("", Draft(question=QUESTION, scope=scope))
    looking.again()
    _, unchanged = standing(looking)
    found = store.due(looking.clock.now() + timedelta(hours=1))
    assert found is not None
    known = found[1]
    store.looked(
        watch.id,
        answer_id=found[0].answer_id,
        at=looking.clock.now(),
        due_at=looking.clock.now(),
        known=known[1:],
        alert=None,
    )
    looking.again(unchanged)
    looking.again(unchanged)
    told = [(one.changes, one.added) for one in looking.raised]
    assert told == ([(("new_evidence",), 1)] if raised else [])


def test_an_answer_that_is_kept_no_longer_is_asked_anew(desk: WatchDesk, looking: Looking) -> None:
    desk.save("", Draft(question=QUESTION))
    looking.again()
    looking.product.kept.clear()
    assert looking.again()
    (watch,) = looking.store.watches()
    assert watch.problem == ""
    assert list(looking.product.kept) == [watch.answer_id]


def test_a_question_whose_key_stands_no_more_is_not_asked(
    desk: WatchDesk, store: WatchStore, clock: FakeClock
) -> None:
    @asynccontextmanager
    async def refused(owner: str) -> AsyncIterator[None]:
        if owner == "gone":
            raise NotFound(f"key {owner!r} stands no more")
        yield

    desk.save("gone", Draft(question=QUESTION))
    product = FakeProduct(now=clock.now())
    assert asyncio.run(Watcher(store, product, clock, charged=refused).look())
    assert product.asked == []
    (watch,) = store.watches()
    assert "stands no more" in watch.problem
    assert watch.due_at > clock.now()


def test_once_its_key_is_revoked_a_question_is_asked_no_more_and_its_alerts_stay(
    store: WatchStore, clock: FakeClock, tmp_path: Path
) -> None:
    with closing(KeyRing(tmp_path)) as ring:
        owners = Owners(ring)
        key, other = (ring.create(Role.WRITER)[0] for _ in range(2))
        desk = WatchDesk(store, Links(tmp_path), gone=owners.gone, now=clock.now)
        watch = desk.save(key.id, Draft(question=QUESTION))
        desk.save(other.id, Draft(question=QUESTION))
        alert = Alert(
            id="a",
            watch_id=watch.id,
            owner=key.id,
            question=QUESTION,
            language="en",
            at=clock.now(),
            changes=("status",),
            answer_id="x",
        )
        sent = Delivery(id="d", alert=alert, way="webhook", target="t", due_at=clock.now())
        store.looked(
            watch.id,
            answer_id="x",
            at=clock.now(),
            due_at=clock.now(),
            known=[],
            alert=alert,
            deliveries=[sent],
        )
        token = desk.feed_token(watch)
        assert desk.fed(token)[1] == [alert]
        asyncio.run(_revoked_while_asked(store, clock, owners, ring, key.id))
        stopped, goes_on = store.watches()
        assert (stopped.paused, goes_on.paused, goes_on.problem) == (True, False, "")
        assert "is revoked" in stopped.problem
        (delivery,) = store.deliveries(["a"])
        assert (delivery.state, "is revoked" in delivery.problem) == ("failed", True)
        with pytest.raises(NotFound):
            desk.fed(token)


async def _revoked_while_asked(
    store: WatchStore, clock: FakeClock, owners: Owners, ring: KeyRing, key_id: str
) -> None:
    """Revoke a key in the middle of a look that would never end, and wait until all is told."""
    product = FakeProduct(now=clock.now())

    async def never() -> None:
        ring.revoke(key_id)
        await asyncio.Event().wait()

    @asynccontextmanager
    async def charged(owner: str) -> AsyncIterator[None]:
        async with owners.standing(owner):
            yield

    product.pace = never
    store.pause(store.watches()[1].id, paused=False, due_at=clock.now() + timedelta(days=1))
    assert await Watcher(store, product, clock, charged=charged).look()
    minding = asyncio.create_task(stop_of_keys(store, owners))
    try:
        async with asyncio.timeout(60):
            while key_id in store.owners():
                await asyncio.wait([minding], timeout=0.01)
    finally:
        minding.cancel()
        await asyncio.wait([minding])


def test_a_disk_that_refuses_for_a_moment_holds_up_no_revoked_key(
    store: WatchStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(KeyRing(tmp_path)) as ring:
        key, _ = ring.create(Role.WRITER)
        WatchDesk(store, Links(tmp_path)).save(key.id, Draft(question=QUESTION))
        ring.revoke(key.id)
        refusals = iter([StorageError("full"), StorageError("full")])
        owners = store.owners

        def refusing() -> Sequence[str]:
            for error in refusals:
                raise error
            return owners()

        async def run() -> None:
            minding = asyncio.create_task(stop_of_keys(store, Owners(ring)))
            async with asyncio.timeout(FAILED_SECONDS / 2):
                while key.id in owners():
                    await asyncio.wait([minding], timeout=0.01)
            minding.cancel()
            await asyncio.wait([minding])

        monkeypatch.setattr(store, "owners", refusing)
        asyncio.run(run())
    assert list(refusals) == []


def test_a_disk_that_refuses_for_a_moment_holds_up_no_question(
    looking: Looking, desk: WatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.save("", Draft(question=QUESTION))
    looking.clock.advance(timedelta(minutes=5))
    refusals = iter([StorageError("full")])
    due = looking.store.due

    def refusing(now: datetime) -> object:
        for error in refusals:
            raise error
        return due(now)

    async def run() -> None:
        watching = asyncio.create_task(looking.watcher.run())
        async with asyncio.timeout(FAILED_SECONDS / 2):
            while not looking.product.asked:
                await asyncio.wait([watching], timeout=0.01)
        watching.cancel()
        await asyncio.wait([watching])

    monkeypatch.setattr(looking.store, "due", refusing)
    asyncio.run(run())


@pytest.mark.parametrize(
    ("webhook", "why"),
    [
        ("http://127.0.0.1/a", "not public"),
        ("http://[::ffff:10.0.0.1]/", "not public"),
        ("https://2130706433/", "not public"),
        ("https://metadata.example/latest", "not public"),  # a name that leads inside
        ("https://both.example/", "not public"),  # and one that does so sometimes
        ("https://open.example:8443/", "8443"),
    ],
)
def test_a_webhook_that_leads_into_our_network_is_refused_when_it_is_made(
    webhook: str, why: str, store: WatchStore, tmp_path: Path
) -> None:
    desk = WatchDesk(store, Links(tmp_path), reach=Fetcher(resolve=resolved).addresses)
    with pytest.raises(UsageError, match="may not be posted") as refused:
        asyncio.run(desk.add("", Draft(question=QUESTION, webhook=webhook)))
    assert why in str(refused.value)
    assert store.watches() == []
    own = Fetcher(allowed_url="http://127.0.0.1/a", resolve=resolved).addresses
    asyncio.run(
        WatchDesk(store, Links(tmp_path), reach=own).add(
            "", Draft(question=QUESTION, webhook="http://127.0.0.1/b")
        )
    )
    for taken in ("https://open.example/", "https://nowhere.example/", ""):
        asyncio.run(desk.add("", Draft(question=QUESTION, webhook=taken)))
    assert len(store.watches()) == 4


async def resolved(host: str, _: int) -> list[Address]:
    """Resolve names as somebody who wants in might have them resolved."""
    leads = {
        "open.example": ["203.0.114.7"],
        "metadata.example": ["169.254.169.254"],
        "both.example": ["203.0.114.7", "10.0.0.7"],
        "2130706433": ["127.0.0.1"],
    }
    if host == "nowhere.example":
        raise OSError("no such name")
    return [ip_address(one) for one in leads.get(host, [host])]


def test_a_watch_that_is_removed_while_it_is_asked_raises_nothing(
    desk: WatchDesk, looking: Looking
) -> None:
    watch = desk.save("", Draft(question=QUESTION))
    looking.again()
    _, unchanged = standing(looking)

    async def meanwhile() -> None:
        looking.store.remove(watch.id)

    looking.product.pace = meanwhile
    looking.again(replace(unchanged, short_answer_before="3 families"))
    assert looking.raised == []
    assert desk.alerts(ADMIN) == []


def test_a_paused_watch_rests_and_goes_on_at_once(desk: WatchDesk, looking: Looking) -> None:
    watch = desk.save("", Draft(question=QUESTION))
    desk.pause(ADMIN, watch.id, paused=True)
    assert not looking.again()
    desk.pause(ADMIN, watch.id, paused=False)
    assert looking.again()


def test_nobody_sees_the_questions_of_another_key(desk: WatchDesk) -> None:
    mine, other = Principal("mine", Role.WRITER), Principal("other", Role.WRITER)
    watch = desk.save("mine", Draft(question=QUESTION))
    assert desk.listed(mine) == [watch]
    assert desk.listed(Principal("chief", Role.ADMIN, collections=SEES_ALL)) == [watch]
    assert desk.listed(other) == []
    for attempt in (desk.find, desk.remove):
        with pytest.raises(NotFound):
            attempt(other, watch.id)
    desk.see(other)
    with pytest.raises(NotFound):
        desk.pause(other, watch.id, paused=True)


def test_a_feed_is_found_by_its_token_alone(desk: WatchDesk) -> None:
    watch = desk.save("", Draft(question=QUESTION))
    token = desk.feed_token(watch)
    assert desk.fed(token)[0] == watch
    for wrong in (watch.id, f"{watch.id}.", token[:-1], token + "A", f"0{token}", "é.é", ""):
        with pytest.raises(NotFound):
            desk.fed(wrong)
    desk.remove(ADMIN, watch.id)
    with pytest.raises(NotFound):
        desk.fed(token)


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (Draft(question=" \n "), "1 to 1000"),
        (Draft(question="a" * 1001), "1 to 1000"),
        (Draft(question="a", every_minutes=0), "1 to 1440"),
        (Draft(question="a", webhook="ftp://example.org/"), "posted to"),
        (Draft(question="a", webhook="https://me:pass@example.org/"), "posted to"),
        (Draft(question="a", webhook="https://example.org/a b"), "posted to"),
        (Draft(question="a", webhook="https://[::1"), "posted to"),
        (Draft(question="a", email="desk"), "not an e-mail"),
        (Draft(question="a", email="a@b.example\r\nBcc: c@d.example"), "not an e-mail"),
        (Draft(question="a", email="=?utf-8?q?v=40b.example=2C?=@news.example"), "not an e-mail"),
        (Draft(question="a", email="a@elsewhere.example"), "may not be mailed"),
    ],
)
def test_what_a_watch_may_not_be(draft: Draft, why: str, store: WatchStore, tmp_path: Path) -> None:
    desk = WatchDesk(store, Links(tmp_path), mail_to=("@news.example", "me@b.example"))
    with pytest.raises(UsageError, match=why):
        desk.save("", draft)
    assert not store.exists
    desk.save("", Draft(question="a", email="Anyone@News.example"))
    desk.save("", Draft(question="a", email="me@b.example"))


def test_one_key_cannot_take_all_the_room(desk: WatchDesk) -> None:
    for _ in range(50):
        desk.save("one", Draft(question=QUESTION))
    with pytest.raises(UsageError, match="no more than 50"):
        desk.save("one", Draft(question=QUESTION))
    desk.save("two", Draft(question=QUESTION))
