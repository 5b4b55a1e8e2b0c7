"""Deliveries are taken when they are signed, once, and answered when they are durable."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siyaq.app.intake import Intake
from siyaq.core.errors import ConfigError, DiskFull, NotAuthentic, NotFound, Overloaded
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch
from siyaq.core.reports import Delivered
from siyaq.log import Appended, LogReader, LogWriter
from siyaq.sources import Committer
from siyaq.sources.webhook import WebhookSource
from siyaq.testing.clock import FakeClock

from .deliveries import KEY, SECRET, URL, credential, signed

pytestmark = pytest.mark.anyio
BODY = b'{"id": 1, "text": "The pump at gate 4 is dry."}'


class Desk:
    """A hook that is listened to, and the log behind it."""

    def __init__(self, source: WebhookSource, intake: Intake, log: LogReader) -> None:
        self.source = source
        self.intake = intake
        self.log = log

    async def send(self, body: bytes, headers: dict[str, str]) -> Delivered:
        return await self.intake.deliver("orders", headers, body)

    def text(self, native_id: str) -> str | None:
        entry = self.log.find([PostId(f"orders:{native_id}")]).get(PostId(f"orders:{native_id}"))
        return None if entry is None or entry.post is None else entry.post.text


class Stalling:
    """An append that fails while it is told to."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer
        self.full = False

    def __call__(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        if self.full:
            raise DiskFull("no room")
        return self._writer.append(batches)


@asynccontextmanager
async def listening(
    directory: Path, clock: FakeClock, *, url: str = URL, secret: str = SECRET, wait: float = 15.0
) -> AsyncIterator[tuple[Desk, Stalling]]:
    source = WebhookSource(url, credential(secret), clock=clock, answer_seconds=wait)
    with LogWriter.open(directory) as writer, LogReader.open(directory) as log:
        append = Stalling(writer)
        async with Committer(append, lambda: None) as committer:
            intake = Intake(writer=writer, log=log, committer=committer, clock=clock)
            following = asyncio.create_task(intake.follow(source, url))
            async with asyncio.timeout(10):
                while source.condition.state != "live":  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            yield Desk(source, intake, log), append
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def test_what_is_answered_is_durable_and_comes_again_without_effect(
    tmp_path: Path, clock: FakeClock
) -> None:
    at = clock.now()
    later = b'{"id": 1, "text": "The pump at gate 4 runs again."}'
    async with listening(tmp_path, clock) as (desk, _):
        assert await desk.send(BODY, signed(BODY, "a", at)) == Delivered(taken=1)
        assert await desk.send(later, signed(later, "b", at)) == Delivered(taken=1)
        assert desk.text("1") == "The pump at gate 4 runs again."
        assert await desk.send(BODY, signed(BODY, "a", at)) == Delivered(repeated=True)
        assert desk.text("1") == "The pump at gate 4 runs again.", "an old version came back"
    async with listening(tmp_path, clock) as (desk, _):
        assert await desk.send(BODY, signed(BODY, "a", at)) == Delivered(repeated=True)
        clock.advance(timedelta(minutes=5, seconds=1))
        with pytest.raises(NotAuthentic, match="301 seconds from now"):
            await desk.send(BODY, signed(BODY, "a", at))


async def test_only_what_is_signed_as_it_came_is_taken(tmp_path: Path, clock: FakeClock) -> None:
    at = clock.now()
    good = signed(BODY, "a", at)
    async with listening(tmp_path, clock) as (desk, _):
        for headers in (
            {},
            {**good, "webhook-signature": ""},
            {**good, "webhook-signature": good["webhook-signature"].replace("v1", "v1a")},
            {**good, "webhook-id": "b"},
            {**good, "webhook-timestamp": str(int(at.timestamp()) + 1)},
            {**good, "webhook-timestamp": "soon"},
            {**good, "webhook-timestamp": "9" * 12},
            signed(BODY, "a", at, key=b"another"),
            signed(BODY + b" ", "a", at),
            signed(BODY, "a", at + timedelta(minutes=6)),
            signed(BODY, "a", at - timedelta(minutes=6)),
        ):
            with pytest.raises(NotAuthentic):
                await desk.send(BODY, headers)
        assert desk.text("1") is None
        several = {**good, "webhook-signature": f"v1,AAAA {good['webhook-signature']}"}
        assert (await desk.send(BODY, several)).taken == 1
        with pytest.raises(NotFound):
            await desk.intake.deliver("others", good, BODY)


async def test_two_secrets_stand_while_one_is_changed(tmp_path: Path, clock: FakeClock) -> None:
    both = f"{SECRET},another secret of some length".replace(" ", "-")
    async with listening(tmp_path, clock, secret=both) as (desk, _):
        other = signed(BODY, "a", clock.now(), key=b"another-secret-of-some-length")
        assert (await desk.send(BODY, other)).taken == 1
        assert (await desk.send(BODY, signed(BODY, "b", clock.now()))).taken == 1


async def test_a_body_signed_alone_is_known_by_its_bytes(tmp_path: Path, clock: FakeClock) -> None:
    def github(body: bytes) -> dict[str, str]:
        return {"x-hub-signature-256": f"sha256={hmac.digest(KEY, body, hashlib.sha256).hex()}"}

    async with listening(tmp_path, clock, url=f"{URL}?scheme=body") as (desk, _):
        assert (await desk.send(BODY, github(BODY))).taken == 1
        assert (await desk.send(BODY, github(BODY))).repeated
        with pytest.raises(NotAuthentic):
            await desk.send(BODY, {"x-hub-signature-256": "sha1=00"})
        with pytest.raises(NotAuthentic):
            await desk.send(BODY, signed(BODY, "a", clock.now()))


async def test_poison_is_counted_and_answered_so_that_nobody_sends_it_for_ever(
    tmp_path: Path, clock: FakeClock
) -> None:
    lines = BODY + b'\n{"id": 2}\n\n{\n{"id": 3, "text": "three"}'
    async with listening(tmp_path, clock) as (desk, _):
        told = await desk.send(
            lines, {**signed(lines, "a", clock.now()), "content-type": "application/x-ndjson"}
        )
        assert told == Delivered(taken=2, refused={"no_text": 1, "malformed": 1})
        assert (await desk.send(b"", signed(b"", "b", clock.now()))).refused == {"malformed": 1}
        assert desk.source.condition.state == "live"
        status = desk.intake.status_of("orders")
        assert status is not None
        assert status.refused == {"no_text": 1, "malformed": 2}


async def test_more_than_a_batch_in_one_delivery_is_taken_whole(
    tmp_path: Path, clock: FakeClock
) -> None:
    lines = b"\n".join(b'{"id": %d, "text": "line"}' % n for n in range(1200))
    headers = {**signed(lines, "a", clock.now()), "content-type": "application/x-ndjson"}
    async with listening(tmp_path, clock) as (desk, _):
        assert (await desk.send(lines, headers)).taken == 1200
        assert desk.log.counts().posts == 1200


async def test_while_the_disk_is_full_nobody_is_told_that_it_is_durable(
    tmp_path: Path, clock: FakeClock
) -> None:
    async with listening(tmp_path, clock, wait=0.3) as (desk, append):
        append.full = True
        with pytest.raises(Overloaded, match="not durable"):
            await desk.send(BODY, signed(BODY, "a", clock.now()))
        assert desk.text("1") is None
        flood = [
            desk.send(
                b'{"id": %d, "text": "t"}' % n, signed(b'{"id": %d, "text": "t"}' % n, f"{n}")
            )
            for n in range(2, 90)
        ]
        clock.set(datetime.now(UTC))
        outcomes = await asyncio.gather(*flood, return_exceptions=True)
        assert all(isinstance(one, Overloaded) for one in outcomes), outcomes
        assert any("too many" in str(one) for one in outcomes), "nothing bounds what waits"
        append.full = False
        async with asyncio.timeout(20):
            while (await _again(desk, clock)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert desk.text("1") == "The pump at gate 4 is dry."


async def _again(desk: Desk, clock: FakeClock) -> Delivered | None:
    try:
        return await desk.send(BODY, signed(BODY, "a", clock.now()))
    except Overloaded:
        return None


async def test_a_hook_without_a_secret_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    for secret, told in (("", "no access token in SIYAQ_WEBHOOK_SECRET"), ("short", "shorter")):
        source = WebhookSource(URL, credential(secret), clock=clock)
        assert told in source.lacks
        with pytest.raises(Overloaded):
            await source.receive(signed(BODY, "a", clock.now()), BODY)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("webhook://", "does not name a webhook"),
        ("webhook://A B", "does not name a webhook"),
        ("webhook://a/b", "does not name a webhook"),
        ("webhook://a?scheme=none", "'scheme' must be standard or body"),
        ("webhook://a?tolerance=2d", "from 1s to 1h"),
        ("webhook://a?mapp=x", "unknown option 'mapp' of webhook"),
        ("webhook://user:pw@a", "may hold no user or password"),
    ],
)
def test_an_address_that_cannot_be_says_so(url: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        WebhookSource(url, credential())
