"""People who sign in: no guess is cheap, no session outlives its end, nothing at rest opens."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siyaq.access import HERE, KeyRing, Limits, People, Role, SignInFailed, TooManyTries, passwords
from siyaq.access.sessions import MOST_OF_ONE
from siyaq.access.store import FOLDER
from siyaq.access.tries import MOST, WINDOW_SECONDS
from siyaq.core.errors import NotFound, StorageError, UsageError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PASSWORD = "نخلة ونهر وقمران"
ISSUER = "https://id.example"


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept says what it cost, so that a cheap one works as a dear one does."""
    monkeypatch.setattr(passwords, "_COST_LOG2", 10)
    monkeypatch.setattr(passwords, "_NOBODYS", passwords._NOBODYS.replace("$15$", "$10$"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(tmp_path: Path, clock: Clock) -> Iterator[KeyRing]:
    with closing(KeyRing(tmp_path, now=clock)) as ring:
        yield ring


@pytest.fixture
def people(tmp_path: Path, ring: KeyRing, clock: Clock) -> Iterator[People]:
    with closing(People(tmp_path, ring, now=clock)) as people:
        yield people


def test_somebody_signs_in_by_name_and_password_and_is_a_key(people: People, ring: KeyRing) -> None:
    made = people.create("هدى Huda", PASSWORD, Role.WRITER, Limits(requests=5, weight=3))
    for name in ("هدى Huda", "  هدى HUDA ", "هدى Ｈuda"):
        key = people.sign_in(name, PASSWORD).key
        assert (key.id, key.role, key.limits.weight) == (made.key.id, Role.WRITER, 3)
    assert [one.id for one in ring.listed()] == [made.key.id]
    assert people.has_accounts()


def test_a_wrong_password_and_a_wrong_name_say_the_same(people: People) -> None:
    people.create("huda", PASSWORD, Role.READER)
    said = set()
    for name, password in (("huda", PASSWORD + "."), ("nobody", PASSWORD), ("", "x"), ("huda", "")):
        with pytest.raises(SignInFailed) as failed:
            people.sign_in(name, password)
        said.add(str(failed.value))
    assert len(said) == 1


def test_a_name_that_is_not_there_costs_as_much_as_one_that_is(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.create("huda", PASSWORD, Role.READER)
    costs: list[tuple[int, int, int]] = []
    real = passwords._digest

    def counted(
        password: str, pepper: bytes, salt: bytes, cost: int, block: int, parallel: int
    ) -> bytes:
        costs.append((cost, block, parallel))
        return real(password, pepper, salt, cost, block, parallel)

    monkeypatch.setattr(passwords, "_digest", counted)
    costs.clear()
    for name in ("huda", "nobody"):
        with pytest.raises(SignInFailed):
            people.sign_in(name, "not this one")
    assert len(costs) == 2
    assert costs[0] == costs[1]


def test_what_is_compared_with_nobodys_password_costs_what_real_ones_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    made = passwords.kept(PASSWORD, b"pepper")
    assert made.split("$")[:4] == passwords._NOBODYS.split("$")[:4] == ["scrypt", "15", "8", "3"]
    assert passwords.same(PASSWORD, made, b"pepper")
    assert not passwords.same(PASSWORD, made, b"another pepper")
    assert not passwords.same(PASSWORD, None, b"pepper")


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaaa", "hudahuda-hud", "x" * 2000])
def test_a_password_that_is_easy_to_guess_is_refused(people: People, password: str) -> None:
    with pytest.raises(UsageError):
        people.create("hudahuda", password, Role.READER)
    assert people.listed() == []


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a" * 101, "abc\u202etxt", "a\x00"])
def test_a_name_that_does_not_show_what_it_is_is_refused(people: People, name: str) -> None:
    with pytest.raises(UsageError):
        people.create(name, PASSWORD, Role.READER)


def test_nobody_signs_in_as_a_key_of_pages(people: People) -> None:
    with pytest.raises(UsageError):
        people.create("huda", PASSWORD, Role.CARD_ONLY)


def test_a_name_is_taken_until_its_account_is_closed(people: People) -> None:
    first = people.create("huda", PASSWORD, Role.READER)
    with pytest.raises(UsageError, match="there is an account"):
        people.create("HUDA", PASSWORD, Role.ADMIN)
    people.shut_out("huda")
    with pytest.raises(SignInFailed):
        people.sign_in("huda", PASSWORD)
    second = people.create("huda", PASSWORD, Role.READER)
    assert people.sign_in("huda", PASSWORD).key.id == second.key.id != first.key.id


def test_tries_are_counted_for_names_that_are_there_or_not(people: People, clock: Clock) -> None:
    people.create("huda", PASSWORD, Role.READER)
    people.create("salim", PASSWORD, Role.READER)
    for name in ("huda", "nobody"):
        for _ in range(MOST):
            with pytest.raises(SignInFailed):
                people.sign_in(name, "a wrong password")
        with pytest.raises(TooManyTries) as refused:
            people.sign_in(name.upper(), PASSWORD)
        assert 0 < refused.value.retry_after <= WINDOW_SECONDS
    assert people.sign_in("salim", PASSWORD)
    clock.now += timedelta(seconds=WINDOW_SECONDS + 1)
    assert people.sign_in("huda", PASSWORD)


def test_a_try_that_is_refused_makes_the_wait_no_longer(people: People, clock: Clock) -> None:
    people.create("huda", PASSWORD, Role.READER)
    for _ in range(MOST):
        with pytest.raises(SignInFailed):
            people.sign_in("huda", "a wrong password")
    clock.now += timedelta(seconds=WINDOW_SECONDS - 1)
    for _ in range(MOST):
        with pytest.raises(TooManyTries):
            people.sign_in("huda", "a wrong password")
    clock.now += timedelta(seconds=2)
    assert people.sign_in("huda", PASSWORD)


def test_many_tries_at_once_are_no_way_around(people: People) -> None:
    people.create("huda", PASSWORD, Role.READER)

    def try_one(number: int) -> type[Exception]:
        try:
            people.sign_in("huda", f"a wrong password {number}")
        except (SignInFailed, TooManyTries) as error:
            return type(error)
        raise AssertionError("it was let in")

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(try_one, range(3 * MOST)))
    assert outcomes.count(SignInFailed) == MOST
    assert outcomes.count(TooManyTries) == 2 * MOST


def test_signing_in_forgets_the_tries_before(people: People) -> None:
    people.create("huda", PASSWORD, Role.READER)
    for _ in range(3):
        for _ in range(MOST - 1):
            with pytest.raises(SignInFailed):
                people.sign_in("huda", "a wrong password")
        people.sign_in("huda", PASSWORD)


def test_a_session_stands_until_it_expires_or_is_ended(people: People, clock: Clock) -> None:
    key = people.create("huda", PASSWORD, Role.READER).key
    session, token = people.sessions.begin(key.id, 60)
    other, _ = people.sessions.begin(key.id, 3600)
    assert people.sessions.find(token) == session
    assert people.sessions.find(token + "x") is None
    assert people.sessions.find("") is None
    clock.now += timedelta(seconds=60)
    assert people.sessions.find(token) is None
    assert not people.sessions.stands(session.id)
    assert people.sessions.stands(other.id)
    people.sessions.end(other.id)
    assert not people.sessions.stands(other.id)


def test_another_process_ends_a_session(people: People, tmp_path: Path, clock: Clock) -> None:
    key = people.create("huda", PASSWORD, Role.READER).key
    session, token = people.sessions.begin(key.id, 60)
    with closing(KeyRing(tmp_path)) as ring, closing(People(tmp_path, ring, now=clock)) as other:
        assert other.sessions.find(token) == session
        other.set_password("huda", PASSWORD + " وبحر")
    assert people.sessions.find(token) is None
    with pytest.raises(SignInFailed):
        people.sign_in("huda", PASSWORD)
    assert people.sign_in("huda", PASSWORD + " وبحر").key.id == key.id


def test_a_password_that_is_replaced_while_it_is_looked_at_begins_no_session(
    people: People,
) -> None:
    people.create("huda", PASSWORD, Role.READER)
    before = people.sign_in("huda", PASSWORD)
    people.set_password("huda", PASSWORD + " وبحر")
    with pytest.raises(SignInFailed, match="no account has this name"):
        people.sessions.begin(before.key.id, 60, password=before.kept)
    assert people.sessions.count() == {}
    now = people.sign_in("huda", PASSWORD + " وبحر")
    assert people.sessions.begin(now.key.id, 60, password=now.kept)


def test_the_oldest_of_too_many_sessions_gives_way(people: People) -> None:
    key = people.create("huda", PASSWORD, Role.READER).key
    tokens = [people.sessions.begin(key.id, 60)[1] for _ in range(MOST_OF_ONE + 2)]
    assert [people.sessions.find(one) is None for one in tokens] == [True] * 2 + [False] * (
        MOST_OF_ONE
    )
    assert people.sessions.count() == {key.id: MOST_OF_ONE}


def test_one_sign_in_makes_one_session(people: People) -> None:
    key = people.create("huda", PASSWORD, Role.READER).key
    people.sessions.begin(key.id, 60, once="this flow")
    with pytest.raises(SignInFailed, match="already"):
        people.sessions.begin(key.id, 60, once="this flow")
    people.sessions.begin(key.id, 60, once="another flow")


def test_nothing_on_the_disk_opens_anything(people: People, tmp_path: Path) -> None:
    key = people.create("huda", PASSWORD, Role.READER).key
    _, token = people.sessions.begin(key.id, 60)
    with pytest.raises(SignInFailed):
        people.sign_in("typed-into-the-wrong-field", "x")
    for path in (tmp_path / FOLDER).iterdir():
        held = path.read_bytes()
        for secret in (token, PASSWORD, "typed-into-the-wrong-field"):
            assert secret.encode() not in held


def test_somebody_whom_a_provider_knows_is_the_same_key_each_time(people: People) -> None:
    first = people.arrived(ISSUER, "42", "Huda", Role.READER)
    again = people.arrived(ISSUER, "42", "Huda N.\u202e", Role.WRITER)
    assert (again.id, again.role, again.name) == (first.id, Role.WRITER, "Huda N.")
    assert people.arrived("https://other.example", "42", "Huda", Role.READER).id != first.id
    found = people.find(first.id)
    assert (found.key.role, found.issuer) == (Role.WRITER, ISSUER)
    with pytest.raises(SignInFailed):
        people.sign_in("42", "")  # no password here opens it
    with pytest.raises(UsageError):
        people.set_password(first.id, PASSWORD)


def test_who_was_shut_out_stays_out_until_readmitted(people: People) -> None:
    key = people.arrived(ISSUER, "42", "Huda", Role.READER)
    session, _ = people.sessions.begin(key.id, 60)
    people.shut_out(key.id)
    assert not people.sessions.stands(session.id)
    with pytest.raises(SignInFailed, match="closed"):
        people.arrived(ISSUER, "42", "Huda", Role.ADMIN)
    people.forget(key.id)
    assert people.arrived(ISSUER, "42", "Huda", Role.READER).id != key.id
    with pytest.raises(NotFound):
        people.find(key.id)


def test_an_account_is_no_identity_of_a_provider(people: People) -> None:
    people.create("42", PASSWORD, Role.ADMIN)
    key = people.arrived(ISSUER, "42", "42", Role.READER)
    assert key.role is Role.READER
    assert {one.issuer for one in people.listed()} == {HERE, ISSUER}


def test_two_first_arrivals_at_once_are_one_person(people: People, ring: KeyRing) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: people.arrived(ISSUER, "42", "Huda", Role.READER), range(8)))
    assert len({key.id for key in keys}) == 1
    assert len(people.listed()) == 1
    assert sum(key.revoked_at is None for key in ring.listed()) == 1


def test_a_file_of_a_newer_siyaq_is_not_touched(tmp_path: Path, ring: KeyRing) -> None:
    import sqlite3

    People(tmp_path, ring).close()
    path = tmp_path / FOLDER / "people.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="format 99"):
        People(tmp_path, ring)
