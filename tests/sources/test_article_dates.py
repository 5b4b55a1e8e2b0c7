"""Dates are read as people and pages write them, and nothing else is taken for one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from siyaq.sources.articles.date import leading_date, machine_date, written_date


@pytest.mark.parametrize(
    "line",
    [
        "2026-05-04",
        "2026/5/4",
        "4 May 2026",
        "4th of May, 2026",
        "Monday, 4 May 2026",
        "May 4, 2026",
        "MAY 4TH 2026",
        "Published on May 04, 2026 by the desk",
        "4 مايو 2026",
        "الاثنين ٤ مايو ٢٠٢٦",
        "٤ أيار / مايو ٢٠٢٦",
        "نشر في: 4 ماي، 2026",
        "۴ مايو ۲۰۲۶",
    ],
)
def test_a_day_is_read_in_english_and_arabic(line: str) -> None:
    assert written_date(line) == datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("month", "number"),
    [
        ("كانون الثاني", 1),
        ("شباط", 2),
        ("أغسطس", 8),
        ("اغسطس", 8),
        ("تشرين الثاني", 11),
        ("كانون الأول", 12),
        ("جانفي", 1),
        ("غشت", 8),
        ("Sept.", 9),
        ("Dec", 12),
    ],
)
def test_months_have_many_names(month: str, number: int) -> None:
    assert written_date(f"3 {month} 2025") == datetime(2025, number, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "hour", "minute"),
    [("4 May 2026, 14:30", 14, 30), ("2026-05-04 09:05:59", 9, 5), ("May 4, 2026 at 7:15", 7, 15)],
)
def test_a_time_beside_the_day_is_read_too(line: str, hour: int, minute: int) -> None:
    assert written_date(line) == datetime(2026, 5, 4, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "in 2026",
        "May 2026",
        "31 February 2026",
        "4 Mayhem 2026",
        "phone 2026-05-0412",
        "04/05/26",
    ],
)
def test_what_is_no_full_date_is_none(line: str) -> None:
    assert written_date(line) is None


def test_only_the_first_short_lines_count() -> None:
    assert leading_date("Title\n\nBy A\n\n4 May 2026\n\nBody") is not None
    assert leading_date("line\n" * 9 + "4 May 2026") is None
    assert leading_date("On 4 May 2026 " + "a long paragraph began " * 9) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-05-04T10:00:00+02:00", datetime(2026, 5, 4, 8, tzinfo=UTC)),
        ("2026-05-04T10:00:00.123Z", datetime(2026, 5, 4, 10, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-05-04T10:00:00", datetime(2026, 5, 4, 10, tzinfo=UTC)),
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
        ("Mon, 04 May 2026 10:00:00 +0200", datetime(2026, 5, 4, 8, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("9" * 5000, None),
    ],
)
def test_dates_of_markup_are_read_in_both_standards(value: str, expected: datetime | None) -> None:
    assert machine_date(value) == expected
