"""Languages of short posts."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.text.language import identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("انفجار في بغداد", "ar"),
        ("عاجل", "ar"),
        ("#قطر_تستضيف_كأس_العالم", "ar"),
        ("RT @user: مبروك 🎉 https://t.co/abc", "ar"),
        ("ما هو iPhone 15 Pro Max الجديد؟", "ar"),
        ("گلبي چان وياك يا بعد روحي", "ar"),
        ("این کتاب را از کجا خریدی", "fa"),
        ("یہ کتاب بہت اچھی ہے اور سستی بھی", "ur"),
        ("لڑکے گئے", "ur"),
        ("ښځه ډوډۍ پخوي", "ps"),
        ("Breaking news", "en"),
        ("Explosion in Baghdad, police say", "en"),
        ("I can't believe it 😂😂 @friend", "en"),
        ("who won the match?", "en"),
        ("#NeverForget the victims", "en"),
        ("Das ist nicht gut für uns", "de"),
        ("Je ne sais pas pourquoi il est parti", "fr"),
        ("No sé por qué se fue de la casa", "es"),
        ("Não sei por que ele foi embora", "pt"),
        ("Bugün hava çok güzel ama soğuk", "tr"),
        ("Hava durumu nasıl olacak yarın İstanbul", "tr"),
        ("Власти закрыли мост после дождя", "ru"),
        ("Влада закрила міст через дощ, її не чули", "uk"),
        ("今日は雨です", "ja"),
        ("今天下雨了", "zh"),
        ("오늘 비가 온다", "ko"),
        ("วันนี้ฝนตก", "th"),
        ("היום יורד גשם", "he"),
        ("आज बारिश हो रही है", "hi"),
        ("", ""),
        ("😀 https://t.co/abc @friend 123", ""),
        ("Waffles", ""),
    ],
)
def test_a_short_text_is_recognized(text: str, language: str) -> None:
    assert identify(text) == language


def test_a_hint_decides_where_the_text_leaves_it_open() -> None:
    assert identify("Waffles", "nl") == "nl"
    assert identify("😀 https://t.co/abc", "ar") == "ar"
    assert identify("Breaking", "en-GB") == "en"
    assert identify("سلام", "fa") == "fa"


def test_a_hint_that_the_script_contradicts_is_not_believed() -> None:
    assert identify("انفجار في بغداد", "en") == "ar"
    assert identify("Explosion in Baghdad, police say", "ar") == "en"
    assert identify("Власти закрыли мост", "en") == "ru"
    assert identify("Baghdad", "ar") != "ar"


@given(st.text(max_size=80), st.sampled_from(["", "en", "ar", "fa", "xx"]))
@settings(deadline=None, max_examples=200)
def test_any_text_gets_a_tag_or_none(text: str, hint: str) -> None:
    assert identify(text, hint) == "" or 2 <= len(identify(text, hint)) <= 3


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw:
        reader = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(raw)
        for line in io.TextIOWrapper(reader, encoding="utf-8"):
            yield json.loads(line)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "least"), [("arabic_2018.jsonl.zst", 0.99), ("clef22.jsonl.zst", 0.995)]
)
def test_real_posts_get_the_language_they_were_labeled_with(
    shared_data: Path, name: str, least: float
) -> None:
    posts = list(lines(shared_data / "posts" / name))
    right = sum(identify(post["text"]) == post["lang"] for post in posts)
    assert right / len(posts) >= least


@pytest.mark.data
@pytest.mark.parametrize(("folder", "language"), [("xquad-ar-ar", "ar"), ("xquad-en-en", "en")])
def test_questions_are_recognized(shared_data: Path, folder: str, language: str) -> None:
    with gzip.open(shared_data / "eval/retrieval" / folder / "queries.jsonl.gz", "rt") as raw:
        questions = [json.loads(line)["text"] for line in raw]
    assert sum(identify(text) == language for text in questions) / len(questions) >= 0.99
