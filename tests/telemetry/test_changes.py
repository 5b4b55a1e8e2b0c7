"""A change of level is told once, at the right minute, and noise is not one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.telemetry import Change, Point
from siyaq.telemetry.changes import changes_in

START = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)


def series(*values: float | str, start: datetime = START) -> list[Point]:
    at = [start + timedelta(minutes=n) for n in range(len(values))]
    return [
        Point(one, value, one + timedelta(seconds=50))
        for one, value in zip(at, values, strict=True)
    ]


def times(change: Change) -> tuple[str, str]:
    return f"{change.since:%H:%M}", f"{change.until:%H:%M}"


def noisy(rng: Random, level: float, minutes: int) -> list[float]:
    return [max(0.0, rng.gauss(level, level * 0.04)) for _ in range(minutes)]


@pytest.mark.parametrize("seed", range(20))
def test_a_fall_and_a_rise_are_told_where_they_are(seed: int) -> None:
    rng = Random(seed)
    values = [*noisy(rng, 180, 10), *noisy(rng, 3, 7), *noisy(rng, 175, 10)]
    fell, rose = changes_in(series(*values))
    assert times(fell) == ("14:09", "14:10")
    assert times(rose) == ("14:16", "14:17")
    assert isinstance(fell.before, float)
    assert isinstance(fell.after, float)
    assert fell.before == pytest.approx(180, rel=0.1)
    assert fell.after == pytest.approx(3, rel=0.2)
    assert rose.after == pytest.approx(175, rel=0.1)


def test_a_slow_fall_lies_between_the_last_minute_of_the_old_level_and_the_first_of_the_new() -> (
    None
):
    values = [180.0] * 3 + [120.0, 80.0, 50.0, 25.0, 10.0, 5.0] + [3.0, 3.1, 3.0, 3.0]
    (change,) = changes_in(series(*values))
    assert times(change) == ("14:02", "14:08")
    assert (change.before, change.after) == (180.0, 3.1)


@pytest.mark.parametrize("seed", range(20))
def test_noise_and_a_single_minute_are_no_change(seed: int) -> None:
    values = noisy(Random(seed), 100, 120)
    assert not list(changes_in(series(*values)))
    values[60] = 2.0
    assert not list(changes_in(series(*values)))


def test_a_level_of_zero_is_left_and_reached() -> None:
    down, up = changes_in(series(*[50.0] * 5, *[0.0] * 5, *[50.0] * 5))
    assert (down.after, up.before, up.after) == (0.0, 0.0, 50.0)


def test_a_word_that_stands_for_a_minute_is_a_change() -> None:
    values = ["on", "on", "off", "on", "on", "off", "off", "off"]
    (change,) = changes_in(series(*values))
    assert (change.before, change.after) == ("on", "off")
    assert times(change) == ("14:04", "14:05")


def test_going_on_from_a_change_finds_what_comes_after_and_not_it_again() -> None:
    rng = Random(3)
    points = series(*noisy(rng, 180, 10), *noisy(rng, 3, 7), *noisy(rng, 175, 10))
    whole = list(changes_in(points))
    after = [one for one in points if one.at >= whole[0].until]
    assert [one.until for one in changes_in(after)] == [one.until for one in whole[1:]]


@given(st.lists(st.floats(-1e12, 1e12) | st.sampled_from(["a", "b"]), max_size=60))
@settings(deadline=None)
def test_any_series_gives_changes_in_order(values: list[float | str]) -> None:
    found = list(changes_in(series(*values)))
    assert all(one.since <= one.until for one in found)
    assert [one.until for one in found] == sorted(one.until for one in found)
    assert all(one.before != one.after for one in found)
