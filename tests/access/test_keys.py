"""Keys: shown once, known again, revoked for ever; nothing at rest opens anything."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyaq.access import AuditLog, KeyRing, Role
from siyaq.access.secret import id_of, mint
from siyaq.access.store import FOLDER
from siyaq.core.errors import NotFound, StorageError, UsageError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[KeyRing]:
    with closing(KeyRing(tmp_path)) as ring:
        yield ring


def test_a_key_has_the_form_that_scanners_look_for() -> None:
    minted = mint()
    assert re.fullmatch(r"sq_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}", minted.key)
    assert id_of(minted.key) == minted.id
    assert mint().key != minted.key


@given(place=st.integers(0, 59), other=st.sampled_from("09AZaz_"))
def test_a_key_with_one_character_wrong_is_told_without_a_look_at_the_store(
    place: int, other: str
) -> None:
    key = "sq_0aZ9bY8c_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0uVw"
    from siyaq.access.secret import _checksum

    whole = key + _checksum(key)
    wrong = whole[:place] + other + whole[place + 1 :]
    assert id_of(whole) == "0aZ9bY8c"
    assert (id_of(wrong) is None) == (wrong != whole)


@given(st.text(max_size=80))
def test_whatever_is_offered_is_not_a_key(offered: str) -> None:
    assert id_of(offered) is None


def test_a_key_is_known_again_with_its_role(ring: KeyRing) -> None:
    kept, key = ring.create(Role.WRITER, name="the desk")
    found = ring.find(key)
    assert found == kept
    assert (found.role, found.name) == (Role.WRITER, "the desk")
    assert ring.find(mint().key) is None
    assert ring.find(key + "x") is None
    assert ring.find("") is None


def test_nothing_on_the_disk_holds_a_key_or_its_secret(tmp_path: Path, ring: KeyRing) -> None:
    keys = [ring.create(Role.READER)[1] for _ in range(20)]
    for path in (tmp_path / FOLDER).iterdir():
        held = path.read_bytes()
        for key in keys:
            assert key.encode() not in held
            assert key.split("_")[2][:16].encode() not in held
    assert (tmp_path / FOLDER).stat().st_mode & 0o077 == 0
    assert all(key not in repr(ring.listed()) for key in keys)
    assert all(kept.digest.hex() not in repr(kept) for kept in ring.listed())


def test_a_copy_of_the_database_elsewhere_opens_nothing(tmp_path: Path, ring: KeyRing) -> None:
    _, key = ring.create(Role.ADMIN)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / FOLDER).mkdir(parents=True)
    for name in ("keys.sqlite", "keys.sqlite-wal"):
        path = tmp_path / FOLDER / name
        (elsewhere / FOLDER / name).write_bytes(path.read_bytes() if path.exists() else b"")
    with closing(KeyRing(elsewhere)) as other:
        assert len(other.listed()) == 1
        assert other.find(key) is None


def test_a_revoked_key_is_refused_at_the_next_look_and_for_ever(
    tmp_path: Path, ring: KeyRing
) -> None:
    kept, key = ring.create(Role.READER)
    assert ring.find(key)
    with closing(KeyRing(tmp_path)) as other:
        other.revoke(kept.id)
    assert ring.find(key) is None
    assert not ring.stands(kept.id)
    first = ring.listed()[0].revoked_at
    ring.revoke(kept.id)
    assert ring.listed()[0].revoked_at == first
    with pytest.raises(NotFound, match="no key"):
        ring.revoke("nobody")


def test_a_revocation_in_another_process_is_seen_at_the_next_look(
    tmp_path: Path, ring: KeyRing
) -> None:
    kept, key = ring.create(Role.READER)
    assert ring.find(key)
    code = (
        "import sys; from pathlib import Path; from siyaq.access import KeyRing;"
        "KeyRing(Path(sys.argv[1])).revoke(sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path), kept.id], check=True, timeout=60)
    assert ring.find(key) is None


def test_a_key_expires(tmp_path: Path) -> None:
    moment = [NOW]
    with closing(KeyRing(tmp_path, now=lambda: moment[0])) as ring:
        _, key = ring.create(Role.READER, expires_at=NOW + timedelta(days=1))
        assert ring.find(key)
        moment[0] += timedelta(days=1)
        assert ring.find(key) is None
        assert not ring.opens()
        with pytest.raises(UsageError, match="expire before"):
            ring.create(Role.READER, expires_at=NOW)


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*.example", "example.org", "ftp://example.org", "https://example.org/page",
     "https://u@example.org", "null", "https://", "https://exa mple.org", "https://example.org:x"],
)  # fmt: skip
def test_what_is_not_an_origin_is_refused(ring: KeyRing, origin: str) -> None:
    with pytest.raises(UsageError, match="not an origin"):
        ring.create(Role.CARD_ONLY, origins=[origin])


def test_an_origin_is_kept_as_browsers_send_it(ring: KeyRing) -> None:
    asked = ["HTTPS://Example.org:443/", "http://localhost:3000", "https://example.org"]
    kept, _ = ring.create(Role.CARD_ONLY, origins=asked)
    assert kept.origins == ("https://example.org", "http://localhost:3000")
    assert ring.used_by_pages_of("https://example.org")
    assert not ring.used_by_pages_of("https://example.org.evil")
    ring.revoke(kept.id)
    assert not ring.used_by_pages_of("https://example.org")


def test_only_a_card_only_key_is_bound_to_pages_and_it_must_be(ring: KeyRing) -> None:
    with pytest.raises(UsageError, match="bound to the origins"):
        ring.create(Role.CARD_ONLY)
    with pytest.raises(UsageError, match="must not stand in a page"):
        ring.create(Role.READER, origins=["https://example.org"])
    assert ring.listed() == []


def test_a_look_takes_no_longer_than_a_tenth_of_a_millisecond_or_so(ring: KeyRing) -> None:
    keys = [ring.create(Role.READER)[1] for _ in range(50)]
    ring.find(keys[0])
    times = []
    for key in keys:
        started = time.thread_time()  # of this thread alone: others may be busy
        ring.find(key)
        times.append(time.thread_time() - started)
    assert sorted(times)[len(times) // 2] < 0.001


def test_a_damaged_pepper_is_told(tmp_path: Path, ring: KeyRing) -> None:
    ring.create(Role.READER)
    (tmp_path / FOLDER / "pepper").write_bytes(b"x")
    with pytest.raises(StorageError, match="damaged"):
        KeyRing(tmp_path)


def test_a_change_is_written_down_before_it_is_done(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path, now=lambda: NOW)
    place = audit.begin("k1", "POST /v1/posts")
    assert audit.newest()[0].status is None
    audit.end(place, 200)
    audit.begin("k2", "DELETE /v1/answers/a")
    newest = audit.newest()
    assert [(one.key_id, one.status) for one in newest] == [("k2", None), ("k1", 200)]
    assert newest[0].at == NOW
    assert audit.newest(1) == newest[:1]


def test_only_the_newest_changes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyaq.access.audit.KEPT", 3)
    audit = AuditLog(tmp_path)
    for number in range(5):
        audit.begin(f"k{number}", "POST /v1/posts")
    assert [one.key_id for one in audit.newest()] == ["k4", "k3", "k2"]
