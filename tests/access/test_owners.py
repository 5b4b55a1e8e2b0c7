"""Work that outlives its request goes on as long as its key stands, and is told why it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siyaq.access import BrokenOff, KeyGone, KeyRing, Owners, Role, breaking_off

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[KeyRing]:
    with closing(KeyRing(tmp_path, now=lambda: NOW)) as ring:
        yield ring


def test_a_key_is_gone_when_it_is_revoked_has_expired_or_is_not_there(ring: KeyRing) -> None:
    moment = [NOW]
    owners = Owners(ring, now=lambda: moment[0])
    key, _ = ring.create(Role.WRITER, name="desk", expires_at=NOW + timedelta(days=1))
    assert (owners.of(key.id).name, owners.gone(key.id)) == ("desk", "")
    moment[0] = NOW + timedelta(days=1)
    assert owners.gone(key.id) == "expired"
    ring.revoke(key.id)
    assert owners.gone(key.id) == "revoked"
    assert owners.gone("AAAAAAAA") == "deleted"
    assert Owners(None).gone(key.id) == "deleted"


def test_whoever_is_at_the_machine_stands_and_a_key_of_the_settings_while_there_is_one(
    ring: KeyRing,
) -> None:
    assert [Owners(ring).gone(name) for name in ("", "settings")] == ["", ""]
    assert Owners(ring, settings=False).gone("settings") == "deleted"
    assert Owners(ring, settings=False).of("").role is Role.ADMIN


def test_work_is_broken_off_when_another_process_revokes_its_key(
    ring: KeyRing, tmp_path: Path
) -> None:
    key, _ = ring.create(Role.WRITER)
    owners = Owners(ring, now=lambda: NOW)

    async def work() -> None:
        async with owners.standing(key.id) as caller:
            assert caller.key_id == key.id
            with closing(KeyRing(tmp_path)) as elsewhere:
                elsewhere.revoke(key.id)
            await asyncio.Event().wait()

    with pytest.raises(KeyGone, match="is revoked"):
        asyncio.run(work())


def test_a_block_that_is_not_broken_off_keeps_its_own_time_limits_and_errors() -> None:
    async def work(why: str, *, fails: bool) -> None:
        async with breaking_off(lambda: why):
            if fails:
                async with asyncio.timeout(0):
                    await asyncio.Event().wait()
            await asyncio.sleep(60 if why else 0)

    asyncio.run(work("", fails=False))
    with pytest.raises(TimeoutError):
        asyncio.run(work("", fails=True))
    with pytest.raises(BrokenOff, match="enough"):
        asyncio.run(work("enough", fails=False))
