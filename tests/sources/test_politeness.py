"""Hosts are asked no more than they want: rhythm, rest, turns, headers and robots.txt."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.sources.courtesy import Courtesy
from siyaq.sources.manners import fresh_seconds, retry_after_seconds
from siyaq.sources.robots import Rules, matches, read_robots
from siyaq.sources.rss.rhythm import CEILING_SECONDS, FLOOR_SECONDS, rest_seconds, usual_seconds

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday


def every(minutes: float, *, silent_minutes: float = 0.0, count: int = 12) -> list[datetime]:
    newest = NOW - timedelta(minutes=silent_minutes)
    return [newest - timedelta(minutes=minutes * n) for n in range(count)]


@pytest.mark.parametrize(
    ("moments", "seconds"),
    [
        (every(10), 300),
        (every(0.5), FLOOR_SECONDS),
        (every(60), 1800),
        (every(60 * 24), CEILING_SECONDS),
        (every(10, silent_minutes=600), 3600),
        (every(10, silent_minutes=60 * 24 * 30), CEILING_SECONDS),
    ],
    ids=["often", "very often", "hourly", "daily", "a night's silence", "asleep"],
)
def test_a_feed_is_asked_as_often_as_it_speaks(moments: list[datetime], seconds: float) -> None:
    assert usual_seconds(moments, NOW) == pytest.approx(seconds)


def test_a_rhythm_is_made_of_what_can_be_believed() -> None:
    future = [NOW + timedelta(minutes=n) for n in range(1, 9)]
    assert usual_seconds(future, NOW) is None
    assert usual_seconds([NOW] * 50, NOW) is None
    assert usual_seconds([*every(10), *future], NOW) == pytest.approx(300)


@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=60))
@settings(deadline=None, max_examples=60)
def test_whatever_a_feed_claims_it_is_asked_within_bounds(told: list[datetime]) -> None:
    seconds = usual_seconds(told, NOW)
    assert seconds is None or FLOOR_SECONDS <= seconds <= CEILING_SECONDS


@pytest.mark.parametrize(
    ("hours", "days", "seconds"),
    [
        ([], [], 0),
        ([3], ["Sunday"], 0),
        ([12, 13], [], 2 * 3600 - 300),
        ([], ["Monday"], 12 * 3600 - 300),
        ([0, 24], ["monday"], 13 * 3600 - 300),
        (list(range(24)), [], 0),
        ([99, -4], ["Someday"], 0),
    ],
)
def test_a_feed_rests_when_it_wants_to(hours: list[int], days: list[str], seconds: float) -> None:
    assert rest_seconds(NOW + timedelta(minutes=5), hours, days) == seconds


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        ("Mon, 04 May 2026 12:10:00 GMT", 600),
        ("Mon, 04 May 2026 11:00:00 GMT", 0),
        ("999999999", 86_400),
        ("99999999999999999999", 0),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_retry_after_is_understood(told: str, seconds: float) -> None:
    assert retry_after_seconds({"retry-after": told}, NOW) == seconds


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("max-age=900", 900),
        ("public, max-age=60, must-revalidate", 60),
        ("s-maxage=900", 0),
        ('Max-Age="30"', 30),
        ("max-age=31536000", 86_400),
        ("no-store", 0),
        ("", 0),
    ],
)
def test_cache_control_is_understood(told: str, seconds: float) -> None:
    assert fresh_seconds({"cache-control": told}) == seconds


class Turns:
    """A clock that moves only while somebody waits."""

    def __init__(self) -> None:
        self.at = 0.0
        self.asked: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.at += seconds

    def monotonic(self) -> float:
        return self.at


@pytest.mark.anyio
async def test_one_host_is_asked_once_a_second_and_others_meanwhile() -> None:
    turns = Turns()
    courtesy = Courtesy(seconds=1.0, monotonic=turns.monotonic, sleep=turns.sleep)
    asked: list[float] = []
    for _ in range(4):
        assert await courtesy.turn("https://news.example/a")
        asked.append(turns.at)
        assert await courtesy.turn("https://other.example/")
    assert [after - before for before, after in pairwise(asked)] == [1.0, 1.0, 1.0]


@pytest.mark.anyio
async def test_a_host_that_wants_rest_is_not_asked() -> None:
    turns = Turns()
    courtesy = Courtesy(seconds=1.0, monotonic=turns.monotonic, sleep=turns.sleep)
    courtesy.rest("http://127.0.0.1/", 600.0)
    assert not await courtesy.turn("http://127.0.0.1:81/x", within_seconds=120.0)
    turns.at = 550.0
    assert await courtesy.turn("http://127.0.0.1/")
    assert turns.at == 600.0


ROBOTS = b"""\xef\xbb\xbfUser-agent: *
Disallow: /private/
Allow: /private/open
Disallow: /*.pdf$
Crawl-delay: 5

User-Agent: badbot
User-Agent: worse
Disallow: /

user-agent: Siyaq/1.0
Disallow: /not-for-siyaq # a comment
Crawl-delay: 9999
"""


def test_a_robots_txt_speaks_to_us_by_name_or_to_everybody() -> None:
    ours = read_robots(ROBOTS)
    assert not ours.allows("https://h.example/not-for-siyaq/1")
    assert ours.allows("https://h.example/private/1")
    assert ours.delay_seconds == 60
    general = read_robots(ROBOTS.replace(b"Siyaq", b"other"))
    assert general.delay_seconds == 5
    assert not general.allows("https://h.example/private/1")
    assert general.allows("https://h.example/private/open/1")
    assert not general.allows("https://h.example/a/b.pdf")
    assert general.allows("https://h.example/a/b.pdf?x")
    assert general.allows("https://h.example")


@pytest.mark.parametrize(
    ("pattern", "path", "match"),
    [
        ("/", "/x", True),
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish", False),
        ("/fish*", "/fish/salmon", True),
        ("/*.php", "/a/b.php?x", True),
        ("/*.php$", "/a/b.php5", False),
        ("/*.php$", "/a.php/b.php", True),
        ("/a*b$", "/ab", True),
        ("/ab*ba$", "/aba", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("*", "/", True),
        ("/**a", "/ba", True),
    ],
)
def test_patterns_match_as_the_standard_says(pattern: str, path: str, match: bool) -> None:
    assert matches(pattern, path) is match


def test_one_spelling_of_an_address_is_as_good_as_another() -> None:
    rules = read_robots("User-agent: *\nDisallow: /أخبار/\nDisallow: /a%7Eb".encode())
    assert not rules.allows("https://h.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1")
    assert not rules.allows("https://h.example/a~b")


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=100)
def test_no_robots_txt_is_refused(document: bytes) -> None:
    assert read_robots(document).allows("https://h.example/robots.txt")


def test_a_pattern_made_to_hang_does_not() -> None:
    rules = Rules(paths=(("/" + "*a" * 900 + "$", False),))
    before = time.process_time()
    assert rules.allows("https://h.example/" + "a" * 2_000 + "b")
    assert time.process_time() - before < 5
