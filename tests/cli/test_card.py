"""A card in a terminal: all that it holds, in either language, each line where it belongs."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len
from rich.console import Console

from siyaq.cli.card import show_card
from siyaq.cli.columns import END, RIGHT_TO_LEFT
from siyaq.core.card import ContextCard, EarlierPicture, PictureCard, Sharer, Together
from siyaq.core.ids import AuthorId
from siyaq.core.post import Author, Post
from siyaq.testing.product import FakeProduct
from siyaq.testing.scripted import scripted_card
from siyaq.testing.story import story_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ISOLATES = re.compile("[\u2066-\u2069]")
LATIN_WORD = re.compile(r"(?<![\w@:/.%-])[A-Za-z]{2,}(?![\w@:/.%-])")


def full_card() -> tuple[Post, ContextCard]:
    """Return a card on which a picture was seen before and two accounts met again and again."""
    posts = FakeProduct(now=NOW).posts
    post = posts[story_id("changed")]
    earlier = EarlierPicture(
        post_id=story_id("open"),
        author_id="did:plc:1",
        handle="norra.example",
        name="Norra",
        at=NOW - timedelta(days=3),
        distance=2,
    )
    shown = PictureCard(url="https://pictures.example/1", alt="", checked=True, earlier=(earlier,))
    sharers = Sharer(author_id="1", handle="one"), Sharer(author_id="2", handle="two")
    together = Together(
        kind="link",
        accounts=sharers,
        times=7,
        seconds=10,
        chance=0.0,
        evidence=(story_id("open"),),
    )
    card = scripted_card(post, posts, NOW)
    return post, replace(card, media=(shown,), coordination=(together,))


def printed(post: Post | None, card: ContextCard, language: str, width: int = 100) -> str:
    """Return a card as a terminal of some width gets it."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    show_card(console, post, "a text met elsewhere", card, language)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_part_of_a_card_stands_in_the_terminal() -> None:
    told = printed(*full_card(), "en", width=300)
    for said in (
        "First seen",
        "2026-11-21 08:50 UTC · @civildefence.wadinoor.example · Medium confidence  bluesky:at://",
        "4 posts · 4 accounts",
        "Disputes it: Reports of a collapse are false.",
        ": -is closed +has collapsed",
        "klate_copy: +Stay safe!",
        "First report",
        "The same picture, earlier: 2026-11-18 12:00 UTC · @norra.example",
        "@one @two posted the same link within 10 seconds of each other 7 times;",
        "What is not known",
    ):
        assert said in told


def test_an_arabic_card_says_nothing_in_english_but_what_others_wrote() -> None:
    post, card = full_card()
    told = ISOLATES.sub("", printed(post, card, "ar", width=2_000))
    changed = " ".join(word for one in card.copies.changed for word in one.added)
    cited = " ".join(f"{one.text} {one.author.name} {one.fact_check}" for one in card.references)
    assert set(LATIN_WORD.findall(told)) - {"UTC"} <= set(
        re.findall("[A-Za-z]+", f"{post.text} {changed} {cited}")
    )
    assert "أول ظهور" in told
    assert "4 منشورات · 4 حسابات" in told


@pytest.mark.parametrize("width", [60, 100])
def test_an_arabic_card_ends_at_the_right_edge_line_by_line(width: int) -> None:
    lines = printed(*full_card(), "ar", width).splitlines()
    assert {cell_len(line) for line in lines} == {width}
    inner = [line for line in lines if line.startswith("│") and line.strip("│ ")]
    assert len(inner) > 10
    for line in inner:
        assert line.index(RIGHT_TO_LEFT) < line.rindex(END)
        opened = [1 if letter != END else -1 for letter in ISOLATES.findall(line)]
        assert min(sum(opened[: n + 1]) for n in range(len(opened) - 1)) > 0  # closed at its end
        assert sum(opened) == 0
    labels = [line for line in inner if line.rstrip("│ ").rpartition(END)[2]]
    ends = {cell_len(line.rstrip("│ ")) for line in labels}
    assert len(labels) >= 9
    assert ends == {width - 2}  # what it is about stands at the right


def test_a_text_that_is_no_post_says_why_there_is_nothing() -> None:
    _, card = full_card()
    bare = replace(card, post_id=None, status="abstained", references=(), points=(), claims=())
    nothing = replace(bare, timeline=(), coordination=(), media=(), reason=None)
    assert "No context can be given for this post." in printed(None, nothing, "en", 200)
    assert "لا يمكن تقديم سياق لهذا المنشور." in printed(None, nothing, "ar", 200)


def test_a_claimed_time_of_the_same_minute_is_told_to_the_second() -> None:
    post, card = full_card()
    assert card.first_seen is not None
    claim = card.first_seen.earlier_claims[0]
    seen_at = claim.witnessed_at + timedelta(seconds=3)
    claim = replace(claim, claimed_at=claim.witnessed_at, witnessed_at=seen_at)
    card = replace(card, first_seen=replace(card.first_seen, earlier_claims=(claim,)))
    told = f"we first saw it {seen_at:%Y-%m-%d %H:%M:%S} UTC"
    assert told in printed(post, card, "en", 300)


@pytest.mark.parametrize(
    ("language", "called"), [("en", "unnamed account k3fq"), ("ar", "حساب بلا اسم k3fq")]
)
def test_an_account_that_nobody_named_is_told_in_words(language: str, called: str) -> None:
    post, card = full_card()
    author = Author(id=AuthorId("did:plc:abcdefghijk3fq"))
    post = replace(post, author=author)
    references = tuple(replace(one, author=author) for one in card.references)
    told = ISOLATES.sub("", printed(post, replace(card, references=references), language, 300))
    assert told.count(called) > 2
