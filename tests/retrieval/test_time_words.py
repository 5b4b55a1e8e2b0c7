"""Words of time narrow a question, in both languages, and only where they clearly do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.retrieval import understand
from siyaq.retrieval.time_words import asks_lately, find_period

NOW = datetime(2026, 5, 6, 15, 30, tzinfo=UTC)  # a Wednesday
TODAY = datetime(2026, 5, 6, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def since(ago: timedelta) -> TimeRange:
    return TimeRange(since=NOW - ago)


def days(first: int, last: int) -> TimeRange:
    return TimeRange(TODAY + first * DAY, TODAY + (last + 1) * DAY)


APRIL = TimeRange(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
NARROWED = {
    "what happened in the last two hours?": since(2 * HOUR),
    "fires in the past 10 minutes": since(10 * MINUTE),
    "Fires over the last 24 hours": since(24 * HOUR),
    "reports during the past half an hour": since(HOUR / 2),
    "floods in the last hour": since(HOUR),
    "any news in the past week": since(7 * DAY),
    "what did people say since two hours ago": since(2 * HOUR),
    "a couple of days is the past couple of days": since(2 * DAY),
    "what is the news today": TimeRange(TODAY, TODAY + DAY),
    "what did the mayor say yesterday?": days(-1, -1),
    "yesterday's floods": days(-1, -1),
    "what happened the day before yesterday": days(-2, -2),
    "fires since yesterday": TimeRange(TODAY - DAY),
    "what happened since the morning": TimeRange(TODAY + 5 * HOUR),
    "protests this morning": TimeRange(TODAY, TODAY + 12 * HOUR),
    "match last night": TimeRange(TODAY - 7 * HOUR, TODAY + 5 * HOUR),
    "what happened last week": days(-9, -3),
    "the strike last month": TimeRange(
        datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    ),
    "floods since 3 May 2026": TimeRange(TODAY - 3 * DAY),
    "floods since May 3": TimeRange(TODAY - 3 * DAY),
    "floods before 2026-05-03": TimeRange(until=TODAY - 3 * DAY),
    "floods until 2026-05-03": TimeRange(until=TODAY - 2 * DAY),
    "floods after 3 May": TimeRange(TODAY - 2 * DAY),
    "floods between 3 May and 4 May": days(-3, -2),
    "what happened on 3 May?": days(-3, -3),
    "floods since 2026/5/3": TimeRange(TODAY - 3 * DAY),
    "what happened in April": APRIL,
    "what happened in March 2026": TimeRange(
        datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    ),
    "What happened this month?": TimeRange(
        datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    ),
    "What happened on Monday?": days(-2, -2),
    "What was said on Wednesday about the bridge?": days(0, 0),
    "what did people say about the strike on Tuesday?": days(-1, -1),
    "what happened last Wednesday": days(-7, -7),
    "who won the match last Friday": days(-5, -5),
    "what did the mayor say since Monday?": TimeRange(TODAY - 2 * DAY),
    "what happened after last Monday": TimeRange(TODAY - DAY),
    "what happened before Monday": TimeRange(until=TODAY - 2 * DAY),
    "what happened since last week": TimeRange(TODAY - 9 * DAY),
    "what happened since last night": TimeRange(TODAY - 7 * HOUR),
    "what did people say before yesterday": TimeRange(until=TODAY - DAY),
    "what was known as of yesterday": TimeRange(until=TODAY),
    "what did the mayor say before today?": TimeRange(until=TODAY),
    "did the bridge close after yesterday's storm": TimeRange(TODAY - DAY),
    "what happened before last week's vote": TimeRange(until=TODAY - 2 * DAY),
    "what happened after Monday's vote": TimeRange(TODAY - 2 * DAY),
    "what happened after Monday morning": TimeRange(TODAY - 1.5 * DAY),
    "what happened before yesterday evening": TimeRange(until=TODAY - 7 * HOUR),
    "what happened on Sunday 19 April": days(-17, -17),
    "what happened since Monday, 20 April": TimeRange(TODAY - 16 * DAY),
    "what happened yesterday at noon": days(-1, -1),
    "what happened yesterday and today": days(-1, 0),
    "ماذا حدث بين أمس واليوم": days(-1, 0),
    "what happened on Monday last week": days(-9, -3),
    "ماذا حدث يوم الاثنين من الأسبوع الماضي": days(-9, -3),
    "what happened at 9 am on 3 May": days(-3, -3),
    "what was reported after 8 pm on Sunday": TimeRange(TODAY - 52 * HOUR),
    "what happened between 3 and 5 pm": TimeRange(TODAY + 15 * HOUR, TODAY + 17 * HOUR),
    "what happened yesterday morning": TimeRange(TODAY - DAY, TODAY - DAY / 2),
    "what happened yesterday afternoon": TimeRange(TODAY - DAY / 2, TODAY - 7 * HOUR),
    "what happened yesterday evening": TimeRange(TODAY - 7 * HOUR, TODAY + 5 * HOUR),
    "what was said since noon": TimeRange(TODAY + 12 * HOUR),
    "what was said since 9 am": TimeRange(TODAY + 9 * HOUR),
    "what was said since 4:30 p.m.": TimeRange(TODAY - 7.5 * HOUR),  # half past four is to come
    "what happened after 14:00": TimeRange(TODAY + 14 * HOUR),
    "what happened before 3 pm yesterday": TimeRange(until=TODAY - 9 * HOUR),
    "What do people say about the fire 3 days ago?": days(-3, -3),
    "What do people say happened on Monday?": days(-2, -2),
    "What happened an hour ago?": TimeRange(NOW - 1.5 * HOUR, NOW - HOUR / 2),
    "what was posted 20 minutes ago": TimeRange(NOW - 20.5 * MINUTE, NOW - 19.5 * MINUTE),
    "what happened 3 days ago": days(-3, -3),
    "what happened a few days ago": since(6 * DAY),
    "fires in the last half hour": since(HOUR / 2),
    "any news this past week": since(7 * DAY),
    "floods from 3 to 5 May": days(-3, -1),
    "what happened since the beginning of the week": TimeRange(TODAY - 2 * DAY),
    "what happened on Sunday morning": TimeRange(TODAY - 3 * DAY, TODAY - 2.5 * DAY),
    "what did she say last Monday night": TimeRange(TODAY - 31 * HOUR, TODAY - 19 * HOUR),
    "what happened between 12:00 and 12:30": TimeRange(TODAY + 12 * HOUR, TODAY + 12.5 * HOUR),
    "what happened between 9 and 11 am": TimeRange(TODAY + 9 * HOUR, TODAY + 11 * HOUR),
    "What happened at 12:30?": TimeRange(TODAY + 12 * HOUR, TODAY + 13 * HOUR),
    "what was posted around noon": TimeRange(TODAY + 11.5 * HOUR, TODAY + 12.5 * HOUR),
    "ماذا حدث الساعة 12:30؟": TimeRange(TODAY + 12 * HOUR, TODAY + 13 * HOUR),
    "ماذا حدث بين الساعة 12 والساعة 14": TimeRange(TODAY + 12 * HOUR, TODAY + 14 * HOUR),
    "الفيضانات بين ٣ و٥ مايو": days(-3, -1),
    "ماذا حدث منذ بداية الشهر": TimeRange(datetime(2026, 5, 1, tzinfo=UTC)),
    "ماذا حدث صباح الأحد؟": TimeRange(TODAY - 3 * DAY, TODAY - 2.5 * DAY),
    "ماذا حدث مساء يوم الاثنين الماضي": TimeRange(TODAY - 31 * HOUR, TODAY - 19 * HOUR),
    "ماذا حدث في أبريل؟": APRIL,
    "ماذا حدث في شهر نيسان ٢٠٢٦؟": APRIL,
    "ماذا حدث هذا الشهر؟": TimeRange(
        datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    ),
    "ماذا حدث يوم الاثنين؟": days(-2, -2),
    "ماذا قيل يوم الثلاثاء عن الجسر؟": days(-1, -1),
    "ماذا حدث الجمعة الماضية؟": days(-5, -5),
    "ماذا قال العمدة منذ يوم الاثنين؟": TimeRange(TODAY - 2 * DAY),
    "ماذا حدث منذ يوم أمس": TimeRange(TODAY - DAY),
    "ماذا حدث منذ يوم 4 مايو": TimeRange(TODAY - 2 * DAY),
    "ماذا حدث منذ الأسبوع الماضي؟": TimeRange(TODAY - 9 * DAY),
    "ماذا حدث قبل أمس؟": days(-2, -2),
    "ماذا حدث منذ مساء أمس؟": TimeRange(TODAY - 7 * HOUR),
    "ماذا حدث بعد صباح الاثنين؟": TimeRange(TODAY - 1.5 * DAY),
    "ماذا حدث قبل ظهر اليوم؟": TimeRange(until=TODAY + 12 * HOUR),
    "ماذا حدث بعد ظهر أمس؟": TimeRange(TODAY - DAY / 2, TODAY - 7 * HOUR),
    "ماذا حدث يوم الأحد 19 أبريل؟": days(-17, -17),
    "ماذا حدث الساعة ١١ ليلا؟": TimeRange(TODAY - 1.5 * HOUR, TODAY - HOUR / 2),
    "ماذا حدث الساعة الثانية؟": TimeRange(TODAY + 13.5 * HOUR, TODAY + 14.5 * HOUR),
    "ماذا حدث الساعة الثانية أمس؟": days(-1, -1),
    "ماذا حدث قبل ساعتين من الآن؟": TimeRange(NOW - 2.5 * HOUR, NOW - 1.5 * HOUR),
    "ماذا حدث صباح أمس؟": TimeRange(TODAY - DAY, TODAY - DAY / 2),
    "ماذا حدث مساء أمس؟": TimeRange(TODAY - 7 * HOUR, TODAY + 5 * HOUR),
    "ماذا حدث منذ الظهر؟": TimeRange(TODAY + 12 * HOUR),
    "ماذا حدث بعد الساعة الثالثة عصرا؟": TimeRange(TODAY + 15 * HOUR),
    "ماذا قيل منذ الساعة ٩ صباحا": TimeRange(TODAY + 9 * HOUR),
    "ماذا حدث قبل ساعتين؟": TimeRange(NOW - 2.5 * HOUR, NOW - 1.5 * HOUR),
    "ماذا حدث قبل يومين؟": days(-2, -2),
    "ماذا حدث قبل ثلاثة أيام؟": days(-3, -3),
    "ماذا حدث قبل أيام؟": since(6 * DAY),
    "ماذا حدث في الأيام القليلة الماضية": since(6 * DAY),
    "ماذا حدث منذ ساعتين إلى الآن": since(2 * HOUR),
    "ماذا حدث في آخر ساعتين؟": since(2 * HOUR),
    "الحرائق في آخر ١٠ دقائق": since(10 * MINUTE),
    "الحرائق آخر عشر دقائق": since(10 * MINUTE),
    "ما الذي جرى خلال الساعتين الماضيتين": since(2 * HOUR),
    "ما الذي جرى في الساعات الثلاث الأخيرة": since(3 * HOUR),
    "في الـ 24 ساعة الماضية": since(24 * HOUR),
    "ماذا حدث منذ ساعة": since(HOUR),
    "ماذا حدث منذ ٣ أيام": since(3 * DAY),
    "حرائق الساعة الماضية": since(HOUR),
    "ما أخبار اليوم؟": TimeRange(TODAY, TODAY + DAY),
    "ماذا حدث أمس؟": days(-1, -1),
    "ماذا حدث أَمْسِ في الميناء؟": days(-1, -1),
    "ماذا حدث البارحة": days(-1, -1),
    "ماذا حدث أول أمس": days(-2, -2),
    "ما الجديد منذ أمس": TimeRange(TODAY - DAY),
    "ماذا حدث منذ الصباح؟": TimeRange(TODAY + 5 * HOUR),
    "حوادث هذا الصباح": TimeRange(TODAY, TODAY + 12 * HOUR),
    "ماذا حدث الأسبوع الماضي": days(-9, -3),
    "الفيضانات منذ 3 مايو": TimeRange(TODAY - 3 * DAY),
    "الفيضانات بين 3 مايو و4 مايو": days(-3, -2),
}

LEFT_ALONE = (
    "What is the city known as today?",
    "How much lower was the sea than it is today?",
    "Whose wall has fragments visible in places even today?",
    "the last two minutes of the match",
    "Who ruled in the last ten years of the empire?",
    "Who won the battle in May 1940?",
    "When was the treaty of 12 October 1960 signed?",
    "What happened on 12 October 1960?",
    "Which film won the award this week?",
    "Who was the last king?",
    "how long is a day on Mars",
    "متى اليوم الوطني؟",
    "من هو آخر ملك لفرنسا؟",
    "كم ساعة في اليوم الواحد؟",
    "ماذا حدث في اليوم التالي؟",
    "ما هي عاصمة لبنان؟",
    "Will the bridge be closed until Friday?",
    "Is the museum open on Friday?",
    "When does the shop open after 3 pm?",
    "Who was born in May 1940?",
    "What opens at 9 am?",
    "How far is it from 3 to 5 km?",
    "When is the meeting between 9 and 11 am?",
    "ماذا حدث بين الساعة 12 و 13",
    "What happened in April 1940?",
    "Which watch is coming in October, what do people say?",
    "How long ago was the bridge built?",
    "What was the tower used for two centuries ago?",
    "What remains until today?",
    "Who gave the speech two days ago?",
    "what happened after 25:00",
    "What happened on Monday and Tuesday?",
    "What happened on the last Monday of the festival?",
    "What happened in March and April?",
    "What will be announced on Monday?",
    "What do people say about the bridge closing on Monday?",
    "What is to be published at 9 am?",
    "ماذا حدث في مارس وأبريل؟",
    "ماذا حدث قبل أيام من الانتخابات؟",
    "ماذا حدث قبل يوم واحد من الزلزال؟",
    "ماذا حدث في آخر يوم من الحرب؟",
    "ماذا حدث في الأيام الأخيرة من الحرب؟",
    "ماذا حدث منذ شهر رمضان؟",
    "هل المتحف مفتوح يوم الجمعة؟",
    "هل يغلق الجسر حتى الجمعة؟",
    "ما الذي بقي حتى اليوم؟",
)


@pytest.mark.parametrize("text", NARROWED)
def test_a_restriction_in_time_is_understood(text: str) -> None:
    understood = understand(text, filters=Filters(), now=NOW)
    expected = NARROWED[text]
    if expected == TimeRange(TODAY, TODAY + DAY):
        assert understood.filters.placed in (expected, TimeRange(TODAY))
    else:
        assert understood.filters.placed == expected


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_words_of_time_that_are_part_of_the_question_narrow_nothing(text: str) -> None:
    understood = understand(text, filters=Filters(), now=NOW)
    assert understood.filters == Filters()
    assert understood.text == text


@pytest.mark.parametrize("text", ["what happened this week", "قبل 0 أيام", "said an hour ago"])
@pytest.mark.parametrize("year", [1, 9999])
def test_a_question_of_any_time_is_read(text: str, year: int) -> None:
    understand(text, filters=Filters(), now=datetime(year, 12, 31, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["what was said since 9 am on 3 May", "what was said since Monday last week"]
)
def test_a_time_of_another_day_bounds_nothing(text: str) -> None:
    assert understand(text, filters=Filters(), now=NOW).filters == Filters()


def test_the_words_of_time_leave_the_text() -> None:
    understood = understand("fires in the last two hours near the port", filters=Filters(), now=NOW)
    assert understood.text == "fires near the port"


def test_a_filter_given_beside_the_question_is_never_widened() -> None:
    given_range = TimeRange(NOW - HOUR, NOW - HOUR / 2)
    understood = understand("fires yesterday", filters=Filters(placed=given_range), now=NOW)
    placed = understood.filters.placed
    assert placed.since == NOW - HOUR
    assert placed.until == TODAY
    assert (NOW - HOUR) not in placed


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([*NARROWED, "since", "between", "31 February", "منذ", "آخر", "0 days"]),
            st.text(max_size=12),
        ),
        max_size=4,
    )
)
def test_any_text_is_read_and_a_period_names_real_words(parts: list[str]) -> None:
    text = " ".join(parts)
    period = find_period(text, NOW)
    assert period is None or period.words.of(text).strip()
    understand(text, filters=Filters(), now=NOW)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which film won the award this week?", True),
        ("Which team recently changed its coach?", True),
        ("Who is hosting this year’s ceremony?", True),
        ("ما المدينة التي ضربها الزلزال مؤخرًا؟", True),
        ("من المدرب الحالي للفريق؟", True),
        ("Which film won the very first award?", False),
        ("Who designed the first bridge of New York?", False),
        ("Who is the new mayor of New York?", True),
        ("Where was the treaty signed in 1960?", False),
        ("من هو أول رئيس للجمهورية؟", False),
    ],
)
def test_what_is_asked_of_these_days(question: str, *, expected: bool) -> None:
    assert asks_lately(question) is expected
