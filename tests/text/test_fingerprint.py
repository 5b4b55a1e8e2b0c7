"""Which texts say the same."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.text.fingerprint import (
    NEAR,
    Wording,
    changes,
    fingerprint,
    normalize,
    sameness,
    similarity,
)

POST = "أعلنت وزارة الصحّة، اليوم، إصابة 1200 شخص في بغداد"


@pytest.mark.parametrize(
    "disguised",
    [
        "اعلنت وزاره الصحة اليوم اصابه 1200 شخص في بغداد",
        "أَعْلَنَتْ وِزارةُ الصِّحّةِ، اليومَ، إصابةَ 1200 شخصٍ في بغدادَ",
        "أعـــلنت وزارة الصـحة اليوم إصابة 1200 شخص في بغداد",
        "أعلنت\u200b وزا\u200fرة الصحة\u202b اليوم إصابة 1200 شخص في بغد\u2066اد",
        "أعلنت وزارة الصحة اليوم إصابة ١٢٠٠ شخص في بغداد",
        "أعلنت وزارة الصحة اليوم إصابة 1,200 شخص في بغداد",
        "أعلنت وزارة الصحة اليوم إصابة 1200 شخص في بغداد 😢👇 https://t.co/abc",
        "@someone RT @news_iq: أعلنت وزارة الصحة اليوم إصابة 1200 شخص في بغداد",
        "أعلنت  وزارة الصحة\nاليوم... إصابة 1200 شخص في بغداد!!",
        "#أعلنت وزارة #الصحة اليوم إصابة 1200 شخص في #بغداد htt\u200bps://t.co/x",
    ],
)
def test_a_disguise_makes_no_other_text(disguised: str) -> None:
    assert sameness(POST, disguised) == "normalized"
    assert fingerprint(POST) == fingerprint(disguised)
    assert changes(POST, disguised) == ((), ())


def test_case_accents_and_apostrophes_are_a_disguise() -> None:
    assert sameness("The Mayor’s CAFÉ reopened", "the mayors cafe reopened") == "normalized"


@pytest.mark.parametrize(
    ("a", "b", "removed", "added"),
    [
        ("The mayor will resign today", "The mayor will NOT resign today", (), ("NOT",)),
        ("Killed 5 people in Mosul", "killed 15 people in Mosul", ("5",), ("15",)),
        (
            "أعلنت الوزارة مقتل ٥ أشخاص أمس",
            "RT @x: اعلنت الوزارةُ مقتل خمسة أشخاص أمس 😀",
            ("٥",),
            ("خمسة",),
        ),
        ("لن يستقيل الوزير غدا", "يستقيل الوزير غدا", ("لن",), ()),
        ("prices rose 3.5% this May", "prices rose 35% this May", ("3.5%",), ("35%",)),
        ("thanks @alice for the photo", "thanks @bob for the photo", ("@alice",), ("@bob",)),
    ],
)
def test_a_number_a_negation_or_a_name_is_a_change(
    a: str, b: str, removed: tuple[str, ...], added: tuple[str, ...]
) -> None:
    assert sameness(a, b) == "near"
    assert fingerprint(a) != fingerprint(b)
    got_removed, got_added = changes(a, b)
    assert tuple(word.strip("@") for word in got_removed) == tuple(w.strip("@") for w in removed)
    assert tuple(word.strip("@") for word in got_added) == tuple(w.strip("@") for w in added)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The bridge closed after rain in Mosul", "Rain in Baghdad closed two schools today"),
        ("أغلق الجسر بسبب الأمطار في الموصل", "أمطار في بغداد تغلق مدرستين اليوم"),
        ("https://t.co/a", "https://t.co/b"),
        ("😀", "😢"),
        ("", "word"),
    ],
)
def test_another_text_is_no_copy(a: str, b: str) -> None:
    assert sameness(a, b) is None


def test_texts_without_words_share_no_fingerprint() -> None:
    for text in ("", "  ", "https://t.co/a", "@alice @bob", "😀 !!"):
        assert fingerprint(text) == ""
    assert sameness("@alice @bob", "@alice  @bob https://t.co/x") == "normalized"


def test_a_fingerprint_is_sixteen_hex_characters_for_ever() -> None:
    assert normalize("Hello, WORLD!") == "hello world"
    assert fingerprint("Hello, WORLD!") == "878633aa32a3b150"


def test_one_changed_word_in_four_is_near_and_one_in_two_is_not() -> None:
    assert similarity("the bridge reopened today", "the bridge closed today") >= NEAR - 0.05
    assert similarity("bridge reopened", "bridge closed") < NEAR


VOTE = "the mayor will resign today after a long vote of 20 members"
VOTE_AR = "سيستقيل رئيس البلدية اليوم بعد تصويت طويل في المجلس"


@pytest.mark.parametrize(
    ("a", "b", "repeated"),
    [
        (VOTE, VOTE.replace("a long ", "the "), False),
        (VOTE, VOTE.replace("will", "will not"), False),
        (VOTE, VOTE.replace("20", "21"), False),
        (VOTE_AR, VOTE_AR.replace("سيستقيل", "لن يستقيل"), False),
        (VOTE, "the mayor will resign today aft… https://t.co/x", True),
        (VOTE, "the mayor will resign today aft", False),
        (VOTE, "the mayor will…", False),
        (VOTE, "the mayor will resign today but only...", False),
    ],
)
def test_a_repetition_may_be_cut_short_but_says_the_same(a: str, b: str, *, repeated: bool) -> None:
    assert Wording(a).repeats(Wording(b)) == repeated
    assert Wording(b).repeats(Wording(a)) == repeated


@pytest.mark.parametrize(
    ("b", "reworded"),
    [
        (VOTE.replace("a long ", "the "), True),
        (VOTE.replace("will", "will not"), False),
        (VOTE.replace("20", "21"), False),
    ],
)
def test_a_rewording_changes_no_number_and_no_negation(b: str, *, reworded: bool) -> None:
    assert Wording(VOTE).rewords(Wording(b)) == reworded
    assert Wording(b).rewords(Wording(VOTE)) == reworded


def test_long_texts_are_compared_and_diffed_in_proportion() -> None:
    long = " ".join(f"word{n % 977} again" for n in range(50_000))
    edited = long.replace("word500 ", "sword500 ", 1)
    started = perf_counter()
    assert sameness(long, edited) == "near"
    assert changes(long, edited) == (("word500",), ("sword500",))
    assert perf_counter() - started < 10


texts = st.text(
    st.sampled_from("aB ك1,.%@#'\u200b\u064e!\n😀éRT: ") | st.characters(exclude_categories=["Cs"])
)


@given(st.text(st.sampled_from("rt09a'’,.:%_-h @"), max_size=30))
@settings(deadline=None, max_examples=400)
def test_ascii_is_cut_like_any_other_text(text: str) -> None:
    """A letter that is not ASCII, at the end and apart, sends a text the general way."""
    assert normalize(f"{text} é").split() == [*normalize(f"{text} e").split()[:-1], "e"]


@given(texts, texts)
@settings(deadline=None, max_examples=300)
def test_sameness_is_mutual_and_agrees_with_the_fingerprint(a: str, b: str) -> None:
    assert sameness(a, b) == sameness(b, a)
    assert 0 <= similarity(a, b) == similarity(b, a) <= 1
    assert sameness(a, a) == "exact"
    if fingerprint(a) and fingerprint(a) == fingerprint(b):
        assert sameness(a, b) in {"exact", "normalized"}
        assert changes(a, b) == ((), ())


@given(texts)
@settings(deadline=None, max_examples=200)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once or once.split()[0] in {"rt", "mt", "www"} or "http" in once


@pytest.mark.data
def test_disguised_and_changed_copies_are_told_apart(shared_data: Path) -> None:
    labels = {"exact": "same", "normalized": "same", "near": "changed", None: "different"}
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    with gzip.open(shared_data / "eval/copies/disguised/pairs.jsonl.gz", "rt") as lines:
        for line in lines:
            pair = json.loads(line)
            seen[pair["lang"]] += 1
            right[pair["lang"]] += labels[sameness(pair["a"], pair["b"])] == pair["label"]
    assert seen["ar"] > 100
    assert seen["en"] > 100
    for lang, count in seen.items():
        assert right[lang] / count >= 0.98, lang


def test_one_wording_can_be_compared_with_many() -> None:
    post = Wording(POST)
    assert [post.sameness(Wording(text)) for text in (POST, POST + "!", "other")] == [
        "exact",
        "normalized",
        None,
    ]
