"""Operators narrow, handles do not, and a question for the newest is told from others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.ids import post_id
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.retrieval import understand
from siyaq.retrieval.terms import content_terms

NOW = datetime(2026, 5, 6, 15, 30, tzinfo=UTC)

ARABIC, ENGLISH = Filters(langs=("ar",)), Filters(langs=("en",))
BY_ANN = Filters(authors=("ann.example",))
ON_WIRE, ON_BLUESKY = Filters(sources=("wire-1",)), Filters(sources=("bluesky",))


def test_operators_leave_the_text_and_become_filters() -> None:
    understood = understand(
        "from:@Ann.example since:2h lang:AR source:wire flood until:2026-05-06T15:00:00Z",
        filters=Filters(),
        now=NOW,
    )
    assert understood.text == "flood"
    assert understood.filters == Filters(
        placed=TimeRange(NOW - timedelta(hours=2), NOW - timedelta(minutes=30)),
        langs=("ar",),
        sources=("wire",),
        authors=("ann.example",),
    )


def test_several_values_of_one_operator_are_alternatives() -> None:
    understood = understand("lang:ar lang:en rain", filters=Filters(), now=NOW)
    assert understood.filters.langs == ("ar", "en")


def test_a_date_begins_at_midnight_and_until_excludes_it() -> None:
    understood = understand("rain since:2026-05-01 until:2026-05-03", filters=Filters(), now=NOW)
    assert understood.filters.placed == TimeRange(
        datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "text",
    [
        "what did @ann.example say",
        "since:soon rain",
        "note:this rain",
        "lang:!! rain",
        'source:"" rain',
        "10:30 rain",
    ],
)
def test_what_is_no_operator_stays_in_the_question(text: str) -> None:
    understood = understand(text, filters=Filters(), now=NOW)
    assert understood.text == text
    assert understood.filters == Filters()


@pytest.mark.parametrize(
    "text",
    [
        "What happened in the latest story?",
        "What is the latest news?",
        "What are people talking about now?",
        "عمّ يتحدث الناس الآن؟",
        "what's new?",
        "What is happening right now?",
        "what happened?",
        "most recent posts about the port",
        "what happened in the last hour?",
        "ما آخر الأخبار؟",
        "ما آخر ما حدث؟",
        "ماذا يحدث الآن؟",
        "أحدث المنشورات عن الميناء",
        "ما الجديد؟",
        "what happened recently?",
        "ماذا حدث مؤخرًا؟",
        "شو صار؟",
        "ماذا حدث قبل قليل؟",
        "what happened just now?",
        "إيه اللي حصل؟",
    ],
)
def test_a_question_for_the_newest_is_understood(text: str) -> None:
    assert understand(text, filters=Filters(), now=NOW).wants == "latest"


@pytest.mark.parametrize(
    "text",
    [
        "Who was the last king of France?",
        "Where is the fire?",
        "من هو آخر ملك لفرنسا؟",
        "أين الحريق؟",
        "why did the bridge collapse yesterday?",
        "Which state is the latest target of the storm?",
        "when did this happen?",
        "what did she say about it?",
        "where will people be going?",
    ],
)
def test_other_questions_want_what_is_relevant(text: str) -> None:
    assert understand(text, filters=Filters(), now=NOW).wants == "relevant"


def test_where_the_posts_are_named_words_of_time_are_part_of_the_question() -> None:
    given_posts = Filters(only=frozenset({post_id("wire", "p1")}))
    understood = understand("who played last night?", filters=given_posts, now=NOW)
    assert understood.filters == given_posts
    assert understood.text == "who played last night?"


@pytest.mark.parametrize(
    ("text", "rest", "expected"),
    [
        ("what do posts in Arabic say about rain", "what do say about rain", ARABIC),
        ("Arabic posts about rain", "about rain", ARABIC),
        ("what was said in English about rain", "what was said about rain", ENGLISH),
        ("ماذا تقول المنشورات العربية عن المطر", "ماذا تقول عن المطر", ARABIC),
        ("منشورات باللغة الإنجليزية عن المطر", "عن المطر", ENGLISH),
        ("ماذا قيل بالإنجليزية عن المطر", "ماذا قيل عن المطر", ENGLISH),
        ("posts by @Ann.example about rain", "about rain", BY_ANN),
        ("posts by @ann@wire.example", "", Filters(authors=("ann@wire.example",))),
        ("منشورات من @ann.example عن المطر", "عن المطر", BY_ANN),
        ("posts on Wire-1 about rain", "about rain", ON_WIRE),
        ("news from wire-1 about rain", "about rain", ON_WIRE),
        ("what is said on Wire-1 about rain", "what is said about rain", ON_WIRE),
        ("ماذا يقول الناس على بلوسكاي عن المطر", "ماذا يقول الناس عن المطر", ON_BLUESKY),
    ],
)
def test_plain_words_restrict_as_operators_do(text: str, rest: str, expected: Filters) -> None:
    understood = understand(text, filters=Filters(), now=NOW, sources=lambda: ["wire-1", "bluesky"])
    assert understood.text == rest
    assert understood.filters == expected


@pytest.mark.parametrize(
    "text",
    [
        "how is rain said in Arabic?",
        "كيف تقال كلمة مطر بالإنجليزية؟",
        "what is said on the bridge",
        "posts on mastodon about rain",  # there is no such source
        "the Arabic word for rain",
        "rain in the English Channel",
        "what was reported in Turkish cities",
        "articles in German newspapers",
        "Russian messages to Kyiv",
        "posts by @ann.example or @bob.example",
        "posts in English and Arabic about rain",
        "Arabic and English posts about rain",
        "posts on wire-1 or bluesky about rain",
        "ماذا قيل بالإنجليزية والفرنسية عن المطر",
        "ماذا يقول الناس على wire-1 وماستودون",
        "رسائل تركية إلى دمشق",
        "ماذا قيل في الجسر",
        "A tweet from @ann made the rounds, and everybody at the office laughed all day long",
    ],
)
def test_words_that_speak_of_no_posts_restrict_nothing(text: str) -> None:
    understood = understand(text, filters=Filters(), now=NOW, sources=lambda: ["wire-1"])
    assert understood.text == text
    assert understood.filters == Filters()


@pytest.mark.parametrize(
    "text", ["ماذا حدث قبل قليل؟", "شو صار هلق؟", "what happened a moment ago?"]
)
def test_words_for_just_now_name_no_topic(text: str) -> None:
    assert content_terms(understand(text, filters=Filters(), now=NOW).text) == []


@pytest.mark.parametrize("text", ["posts by @ann.example", "منشورات @ann.example", "posts"])
def test_posts_of_somebody_are_the_newest(text: str) -> None:
    assert understand(text, filters=Filters(), now=NOW).wants == "latest"


def test_plain_words_never_widen_what_an_operator_says() -> None:
    understood = understand("lang:en Arabic posts about rain", filters=Filters(), now=NOW)
    assert understood.filters == ENGLISH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since:yesterday rain", Filters(placed=TimeRange(datetime(2026, 5, 5, tzinfo=UTC)))),
        ("since:أمس rain", Filters(placed=TimeRange(datetime(2026, 5, 5, tzinfo=UTC)))),
        ("since:٢٠٢٦-٠٥-٠٥ rain", Filters(placed=TimeRange(datetime(2026, 5, 5, tzinfo=UTC)))),
        ("until:today rain", Filters(placed=TimeRange(None, datetime(2026, 5, 6, tzinfo=UTC)))),
        (
            'since:"2026-05-05 10:00" rain',
            Filters(placed=TimeRange(datetime(2026, 5, 5, 10, tzinfo=UTC))),
        ),
        ("lang:Arabic rain", ARABIC),
        ("lang:العربية rain", ARABIC),
        ("lang:ar,en rain", Filters(langs=("ar", "en"))),
        ("from:@Ann,bob rain", Filters(authors=("ann", "bob"))),
    ],
)
def test_an_operator_takes_what_people_write_after_it(text: str, expected: Filters) -> None:
    understood = understand(text, filters=Filters(), now=NOW)
    assert understood.text == "rain"
    assert understood.filters == expected


def test_the_language_of_a_question_is_told() -> None:
    assert understand("أين الحريق في الميناء؟", filters=Filters(), now=NOW).lang == "ar"
    assert understand("Where is the fire at the port?", filters=Filters(), now=NOW).lang == "en"


@settings(deadline=None, max_examples=150)
@given(
    st.text(max_size=60),
    st.sampled_from(["", "since:", 'since:"', "until:", "from:", "lang:", "source:", "posts on "]),
)
def test_no_text_breaks_understanding(text: str, operator: str) -> None:
    understood = understand(f"{operator}{text}", filters=Filters(), now=NOW)
    assert understood.wants in ("relevant", "latest")


@pytest.mark.parametrize(
    "text", ["yesterday", "last 5 days", "الأسبوع الماضي", "since the morning"]
)
def test_words_of_time_at_the_beginning_of_time_break_nothing(text: str) -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    read = understand(f"rain {text}", filters=Filters(), now=first)
    assert read.filters.placed.since is None or read.filters.placed.since > first
