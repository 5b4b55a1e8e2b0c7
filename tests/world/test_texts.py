"""What the world says is varied, in two clean languages, and free of the machinery behind it."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.testing.world import WorldEvent
from siyaq.testing.world.arabic import Noun, counted
from siyaq.testing.world.stories.campaign import disguise
from siyaq.testing.world.words import Lines, Word, say
from tests.world.reading import START, world_of

LATIN = re.compile(r"[A-Za-z]")
ARABIC = re.compile(r"[\u0600-\u06ff]")
ADDRESS = re.compile(r"https?://\S+")
A_WHILE = timedelta(minutes=25)


def written(seed: int, length: timedelta = A_WHILE) -> list[WorldEvent]:
    events = world_of(seed).events(START, START + length)
    return [event for event in events if event.is_post and event.record is not None]


def text_of(event: WorldEvent) -> str:
    assert event.record is not None
    return str(event.record["text"])


def harmless(events: list[WorldEvent]) -> list[WorldEvent]:
    return [event for event in events if not event.story.endswith("hostile")]


def test_two_worlds_share_few_texts(seed: int) -> None:
    ours = {text_of(event) for event in written(seed)}
    theirs = {text_of(event) for event in written(seed + 7919)}
    assert len(ours & theirs) < 0.2 * min(len(ours), len(theirs))


def test_a_world_rarely_repeats_itself(seed: int) -> None:
    texts = [text_of(event) for event in harmless(written(seed))]
    assert len(set(texts)) > 0.9 * len(texts)


def test_no_template_is_left_unfilled(seed: int) -> None:
    events = harmless(written(seed))
    world = world_of(seed)
    articles = world.articles(START, START + A_WHILE)
    truth = world.truth(START + A_WHILE)
    texts = [text_of(event) for event in events]
    texts += [article.title + article.text for article in articles]
    texts += [question.text for question in truth.questions]
    assert [text for text in texts if re.search(r"[{}\[\]|]", text)] == []
    assert [text for text in texts if "  " in text and "http" not in text and len(text) < 90] == []


def test_arabic_holds_no_latin_and_english_no_arabic(seed: int) -> None:
    for event in harmless(written(seed)):
        text = ADDRESS.sub("", text_of(event))
        debris = LATIN if event.lang == "ar" else ARABIC
        assert not debris.search(text), text
    for article in world_of(seed).articles(START, START + A_WHILE):
        debris = LATIN if article.paper == "ar" else ARABIC
        assert not debris.search(article.title + article.text)


def test_posts_keep_within_the_lexicons_bounds(seed: int) -> None:
    for event in written(seed):
        assert len(text_of(event).encode()) <= 3000
    for event in harmless(written(seed)):
        assert len(text_of(event)) <= 300


def test_hostile_posts_show_every_trick(seed: int) -> None:
    hostile = [event for event in written(seed) if event.story.endswith("hostile")]
    texts = "\n".join(text_of(event) for event in hostile)
    for mark in ("\u202e", "\u200b", "\x1b", "\U000e006f"):
        assert mark in texts, f"nothing holds {mark!r}"
    assert re.search(r"instruction|SYSTEM|Assistant|تعليمات|النظام|المساعد|سياسة|قاعدة", texts)
    assert re.search(r"<script|onerror|javascript|DROP TABLE|onload", texts)
    assert re.search(r"\S{1000}", texts)
    assert re.search("[\u0301\u0651]", texts)
    records = [event.record or {} for event in hostile]
    assert any(str(record["createdAt"]).startswith("2001-") for record in records)
    facets = [record.get("facets") for record in records]
    assert any(isinstance(held, list) and len(held) == 10_000 for held in facets)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "كتاب"),
        (2, "كتابان"),
        (3, "3 كتب"),
        (10, "10 كتب"),
        (11, "11 كتاباً"),
        (99, "99 كتاباً"),
        (100, "100 كتاب"),
        (105, "105 كتب"),
        (1250, "1250 كتاباً"),
    ],
)
def test_arabic_nouns_agree_with_their_number(count: int, expected: str) -> None:
    assert counted(count, Noun("كتاب", "كتابان", "كتب", "كتاباً")) == expected


def test_one_is_said_of_one_alone() -> None:
    homes = Noun("منزل واحد", "منزلان", "منازل", "منزلاً")
    assert [counted(count, homes) for count in (1, 5900)] == ["منزل واحد", "5900 منزل"]


@given(st.integers(0, 10_000), st.sampled_from(("ar", "en")))
@settings(deadline=None, max_examples=60)
def test_a_disguise_leaves_the_words_readable(seed: int, lang: str) -> None:
    text = "يغلقون السوق بعد سنة." if lang == "ar" else "They close the market after a year."
    worn = disguise(text, "ar" if lang == "ar" else "en", Random(seed))
    undressed = re.sub(r"https?://\S+|[\u064b-\u0652\u0640\u200b]|[^\w ]", "", worn).casefold()
    assert re.sub(r"[^\w]", "", text).casefold() == undressed.replace(" ", "")


def test_an_unknown_slot_is_an_error_and_not_debris() -> None:
    lines = Lines(en=("in {place}",), ar=("في {place}",))
    assert say(lines, {"place": Word("Oldmere", "أولدمير")}, "ar", Random(1))[1] == {"place"}
    with pytest.raises(KeyError):
        say(lines, {}, "en", Random(1))
