"""Readings are stored once, counted in their minutes and hours, hashed, aged and erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siyaq.core.errors import StorageError
from siyaq.core.ids import split_post_id
from siyaq.core.observation import Observation, Property, Thing
from siyaq.telemetry import Change, Forgotten, Series, Taken, TelemetryStore, post_of

NOW = datetime(2026, 5, 4, 15, 0, tzinfo=UTC)
SERIAL = "UT01234567890"
DOWN = Property(name="downlink", unit="Mbit/s", label="download", label_ar="التنزيل")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TelemetryStore]:
    with closing(opened(tmp_path)) as made:
        yield made


def opened(directory: Path) -> TelemetryStore:
    return TelemetryStore(directory, raw=timedelta(hours=2), minutes=timedelta(days=1))


def take(store: TelemetryStore, readings: Sequence[Observation], now: datetime) -> Taken:
    """Take readings in as a log does that takes their cursor."""
    taken = store.stage(readings, now, lambda _: 0)
    store.settle(lambda _: taken.number)
    return taken


def counts(taken: Taken) -> tuple[int, int, int, int]:
    refused = {why: count for (_, why), count in taken.refused.items()}
    return taken.new, taken.known, refused.get("late", 0), refused.get("beyond", 0)


def reading(
    at: datetime, result: float | str, *, personal: bool = True, kind: Property = DOWN
) -> Observation:
    return Observation(
        source="dishes",
        thing=Thing(kind="dish", id=SERIAL, site="Qasr", personal=personal),
        property=kind,
        result=result,
        phenomenon_time=at,
        witnessed_at=NOW,
    )


def hour() -> list[Observation]:
    """180 Mbit/s for half an hour, then 3; six readings a minute."""
    start = NOW - timedelta(hours=1)
    return [
        reading(start + timedelta(seconds=10 * n), 180.0 if n < 180 else 3.0) for n in range(360)
    ]


def test_what_comes_again_is_counted_once(store: TelemetryStore) -> None:
    taken = take(store, hour(), NOW)
    assert counts(taken) == (360, 0, 0, 0)
    again = take(store, hour()[100:], NOW)
    assert (again.new, again.known) == (0, 260)
    (series,) = store.series()
    points = store.points(series, NOW - timedelta(hours=2), NOW)
    assert len(points) == 60
    assert {point.value for point in points} == {180.0, 3.0}
    assert points[0].until - points[0].at == timedelta(seconds=50)


def test_readings_out_of_order_make_the_same_minutes(tmp_path: Path) -> None:
    made = []
    for name, readings in (("a", hour()), ("b", hour()[::-1])):
        (tmp_path / name).mkdir()
        with closing(opened(tmp_path / name)) as store:
            take(store, readings, NOW)
            (series,) = store.series()
            made.append(store.points(series, NOW - timedelta(hours=2), NOW))
    assert made[0] == made[1]


def test_a_change_is_untold_until_it_is_told_also_after_a_restart(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        take(store, hour(), NOW)
        ((series, change),) = store.untold()
        assert (change.before, change.after) == (180.0, 3.0)
        assert store.untold(), "nobody said that it was told"
    with closing(opened(tmp_path)) as store:
        ((series, again),) = store.untold()
        assert again == change
        store.tell(series, change.until)
        assert not store.untold()
    with closing(opened(tmp_path)) as store:
        assert not store.untold()
        take(store, [reading(NOW - timedelta(seconds=n), 90.0) for n in range(0)], NOW)


def test_a_minute_that_is_not_over_tells_nothing(store: TelemetryStore) -> None:
    rows = [one for one in hour() if one.phenomenon_time < NOW - timedelta(minutes=27, seconds=30)]
    take(store, rows, NOW)
    assert not store.untold(), "the third minute of the new level is not over"
    take(store, hour(), NOW)
    assert store.untold()


def test_an_identifier_leaves_no_byte_unless_it_is_to_be_kept(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        take(store, hour(), NOW)
        (series,) = store.series()
        assert len(series.thing) == 12
    assert SERIAL.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    with closing(opened(tmp_path)) as store:
        take(store, hour(), NOW)
        assert len(store.series()) == 1, "the same thing has the same name after a restart"
        take(store, [reading(NOW, 1.0, personal=False)], NOW)
        assert {one.thing for one in store.series()} == {series.thing, SERIAL}
    other = tmp_path / "other"
    other.mkdir()
    with closing(opened(other)) as store:
        take(store, hour()[:1], NOW)
        assert store.series()[0].thing != series.thing, "each installation has a key of its own"


def test_readings_too_old_to_be_told_apart_or_from_the_future_are_not_taken(
    store: TelemetryStore,
) -> None:
    odd = [
        reading(NOW - timedelta(hours=2, seconds=1), 1.0),
        reading(NOW + timedelta(minutes=2), 1.0),
        reading(NOW, 1.0),
    ]
    taken = take(store, odd, NOW)
    assert counts(taken) == (1, 0, 2, 0)


def test_readings_age_into_minutes_and_minutes_into_hours(store: TelemetryStore) -> None:
    take(store, hour(), NOW)
    assert store.age(NOW + timedelta(hours=1, minutes=30)) == 180
    (series,) = store.series()
    assert len(store.points(series, NOW - timedelta(hours=2), NOW)) == 60
    store.age(NOW + timedelta(days=3))
    assert not store.points(series, NOW - timedelta(hours=2), NOW)
    with store._working() as database:
        assert database.execute("SELECT sum(count) FROM hours").fetchone() == (360,)


def test_one_series_too_many_is_counted_and_holds_up_nothing(tmp_path: Path) -> None:
    things = [Property(name=f"p{n}") for n in range(5)]
    with closing(TelemetryStore(tmp_path, most=3)) as store:
        taken = take(store, [reading(NOW, 1.0, kind=one) for one in things], NOW)
        assert counts(taken) == (3, 0, 0, 2)
        later = take(store, [reading(NOW - timedelta(seconds=1), 2.0, kind=things[0])], NOW)
        assert later.new == 1, "a series that is there goes on"


def test_a_source_is_forgotten_with_its_bytes(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        take(store, [reading(NOW, "UNUSUALSTATE", personal=False)], NOW)
        store.forget(Forgotten("dishes", "", 0, 1))
        assert not store.series()
        store.purge()
        take(store, [reading(NOW, "ANOTHER")], NOW)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"UNUSUALSTATE" not in content
    assert SERIAL.encode() not in content


def test_a_file_that_is_no_database_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "telemetry.sqlite").write_bytes(b"not a database at all" * 100)
    with closing(opened(tmp_path)) as store, pytest.raises(StorageError, match="cannot use"):
        take(store, hour(), NOW)


def test_a_disk_error_in_the_middle_leaves_nothing_half_counted(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        take(store, hour()[:10], NOW)
        with store._working() as database:
            database.execute("PRAGMA max_page_count = 30")
        with pytest.raises(StorageError):
            take(
                store,
                [reading(NOW - timedelta(seconds=n / 10), float(n)) for n in range(9000)],
                NOW,
            )
        with store._working() as database:
            database.execute("PRAGMA max_page_count = 1000000")
            assert database.execute("SELECT count(*) FROM readings").fetchone() == (10,)
            assert database.execute("SELECT sum(count) FROM minutes").fetchone() == (10,)


SERIES = Series(
    1, "dishes", "dish", "3f2a91c07b44", "downlink", "Mbit/s", "Qasr", "download", "التنزيل"
)


def test_a_change_is_told_in_both_languages() -> None:
    since = datetime(2026, 5, 4, 14, 2, tzinfo=UTC)
    change = Change(since, since + timedelta(minutes=7), 180.4, 3.14159)
    post = post_of(SERIES, change, [(since, 180.0)], NOW)
    english, arabic = post.text.split("\n\n")
    assert english == (
        "Download of dish 3f2a91c07b44 at Qasr fell from 180 to 3.14 Mbit/s "
        "between 14:02 and 14:09 UTC on 4 May 2026."
    )
    assert "انخفض من 180 إلى 3.14 Mbit/s بين 14:02 و14:09" in arabic
    assert "الطبق 3f2a91c07b44 في Qasr" in arabic
    assert split_post_id(post.id) == ("dishes", "dish:3f2a91c07b44/downlink/2026-05-04T14:09:00Z")
    assert post.placed_at == change.until
    told = post.extra["telemetry"]
    assert isinstance(told, dict)
    assert told["readings"] == [["2026-05-04T14:02:00Z", 180.0]]
    assert post_of(SERIES, change, [], NOW + timedelta(days=1)).id == post.id


def test_words_and_midnight_are_told_too() -> None:
    late = datetime(2026, 5, 4, 23, 58, tzinfo=UTC)
    change = Change(late, late + timedelta(minutes=4), "CONNECTED", "SEARCHING")
    text = post_of(SERIES, change, [], NOW).text
    assert (
        "went from CONNECTED to SEARCHING Mbit/s "
        "between 23:58 UTC on 4 May 2026 and 00:02 UTC on 5 May 2026." in text
    )


def test_what_is_staged_is_seen_once_the_log_has_its_number(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        taken = store.stage(hour(), NOW, lambda _: 0)
        assert (taken.new, taken.source, taken.number) == (360, "dishes", 1)
        store.settle(lambda _: 0)
        (series,) = store.series()
        assert not store.points(series, NOW - timedelta(hours=2), NOW), "it may be on its way"
    with closing(opened(tmp_path)) as store:  # of a process that was killed before it knew
        store.settle({"dishes": 1}.__getitem__)
        assert len(store.points(series, NOW - timedelta(hours=2), NOW)) == 60
        again = store.stage(hour(), NOW, {"dishes": 1}.__getitem__)
        assert (again.known, again.number) == (360, 0)


def test_what_the_log_did_not_take_is_let_go_of(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        store.stage([reading(NOW, 1.0)], NOW, lambda _: 0)
    with closing(opened(tmp_path)) as store:  # the log never had it; it comes again, a bit later
        later = [reading(NOW + timedelta(seconds=1), 1.0)]
        taken = store.stage(later, NOW, lambda _: 0)
        store.settle(lambda _: taken.number)
        (series,) = store.series()
        held = store.readings(series, NOW - timedelta(hours=1), NOW + timedelta(hours=1), 9)
        assert held == [(NOW + timedelta(seconds=1), 1.0)]


def test_what_is_old_of_one_source_goes_and_the_rest_stays(store: TelemetryStore) -> None:
    take(store, hour(), NOW)
    half = NOW - timedelta(minutes=30)
    assert store.retain("elsewhere", half) == 0
    assert store.retain("dishes", half) == 180 + 30 + 1  # the hour began before
    (series,) = store.series()
    assert {point.value for point in store.points(series, NOW - timedelta(hours=2), NOW)} == {3.0}


def test_a_thing_is_forgotten_and_others_are_not(store: TelemetryStore) -> None:
    take(store, [reading(NOW, 1.0), reading(NOW, 2.0, personal=False)], NOW)
    store.forget(Forgotten("dishes", f"dish:{SERIAL}", 0, 1))
    store.forget(Forgotten("dishes", "did:plc:a-person", 0, 2))
    (left,) = store.series()
    assert left.thing != SERIAL
    assert [one.thing for one in store.forgotten()] == [f"dish:{SERIAL}"], "others are not named"
