"""Whom a text was taken from: evidence first, then wording to the letter, then the latest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyaq.context.origin import verbatim
from siyaq.core.card import ContextCard
from siyaq.core.ids import PostId
from tests.context.network import Network, name

NEWS = "The old bridge over the Tigris was closed this morning after heavy rain"


def origin(card: ContextCard) -> tuple[PostId | None, str | None]:
    return card.copied_from, card.copied_how


@pytest.mark.parametrize(
    "text",
    [
        f"RT @second.example: {NEWS}",
        f"{NEWS} (via @second)",
        f"{NEWS} عبر @Second.Example",
    ],
)
def test_a_credit_names_whom_it_was_taken_from(network: Network, text: str) -> None:
    network.say("a", NEWS, minutes=0, by="first")
    network.say("draft", NEWS, minutes=4, by="second")
    network.say("b", NEWS, minutes=5, by="second")
    network.say("other", NEWS, minutes=8, by="third")
    network.say("later", NEWS, minutes=20, by="second")
    network.say("c", text, minutes=10)
    card = network.card("c")
    assert origin(card) == (name("b"), "credit")
    assert card.first_seen is not None
    assert card.first_seen.post_id == name("a")


def test_a_repost_a_quote_and_a_reply_name_their_original(network: Network) -> None:
    network.say("a", NEWS, minutes=0)
    network.say("b", NEWS, minutes=5)
    network.say("repost", NEWS, minutes=10, repost_of="b")
    network.say("quote", NEWS, minutes=10, quote_of="a")
    network.say("reply", NEWS, minutes=10, reply_to="a")
    assert origin(network.card("repost")) == (name("b"), "repost")
    assert origin(network.card("quote")) == (name("a"), "quote")
    assert origin(network.card("reply")) == (name("a"), "reply")


def test_the_latest_of_the_closest_wordings_is_likeliest(network: Network) -> None:
    network.say("a", f"{NEWS}! https://t.co/first", minutes=0)
    network.say("b", f"{NEWS}. https://t.co/second", minutes=5)
    network.say("again", f"{NEWS}. https://t.co/second", minutes=7)
    network.say("c", f"{NEWS.upper()}. https://t.co/second", minutes=8)
    network.say("d", f"{NEWS}. https://t.co/second", minutes=10)
    assert origin(network.card("d")) == (name("again"), "wording")


def test_what_passes_something_on_is_no_source_while_an_original_is_there(network: Network) -> None:
    network.say("a", NEWS, minutes=0)
    network.say("b", f"RT @other: {NEWS}", minutes=5)
    network.say("c", f"RT @nobody: {NEWS}", minutes=10)
    assert origin(network.card("c")) == (name("a"), "wording")


def test_the_latest_before_is_found_among_more_copies_than_are_counted(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.context.cluster.COUNTED_AT_MOST", 5)
    monkeypatch.setattr("siyaq.context.cluster.CANDIDATES", 1)
    monkeypatch.setattr("siyaq.context.cluster._OF_VARIANT", 3)
    for n in range(30):
        network.say(str(n), NEWS, minutes=n)
    assert origin(network.card("20")) == (name("19"), "wording")


def test_a_cut_copy_is_from_the_version_that_it_begins_like(network: Network) -> None:
    network.say("a", f"{NEWS}, and so was the harbor", minutes=0)
    network.say("b", f"{NEWS} - and so was the port", minutes=5)
    network.say("c", f"RT @x: {NEWS}, and so…", minutes=10)
    assert origin(network.card("c")) == (name("a"), "wording")


def test_a_changed_copy_is_from_somewhere_too(network: Network) -> None:
    network.say("a", f"{NEWS} for 12 days", minutes=0)
    network.say("b", f"{NEWS} for 99 days", minutes=10)
    card = network.card("b")
    assert origin(card) == (name("a"), "wording")
    assert card.first_seen is not None
    assert card.first_seen.post_id == name("b")
    assert [(change.removed, change.added) for change in card.copies.changed] == [
        (("99",), ("12",))
    ]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Good morning, world", None),
        ("Good morning https://t.co/abcdef", "wording"),
        (NEWS, "wording"),
    ],
)
def test_a_short_text_shows_nothing_unless_it_carries_a_link(
    network: Network, text: str, how: str | None
) -> None:
    network.say("a", text, minutes=0)
    network.say("b", text, minutes=5)
    assert origin(network.card("b")) == (name("a") if how else None, how)


def test_a_long_disguised_copy_is_from_what_it_disguises(network: Network) -> None:
    text = "أعلنت وزارة الصحة اليوم إصابة 1200 شخص بالكوليرا في بغداد وضواحيها"
    network.say("a", text, minutes=0)
    network.say(
        "b", "أعـلنت وزارةُ الصّحة اليوم إصابة ١٢٠٠ شخص بالكوليرا في بغداد وضواحيها", minutes=5
    )
    assert origin(network.card("b")) == (name("a"), "wording")


def test_nobody_copies_themselves_or_the_future(network: Network) -> None:
    network.say("a", f"{NEWS} @me @later", minutes=0, by="me")
    network.say("b", f"{NEWS} @me @later", minutes=5, by="me")
    network.say("c", NEWS, minutes=50, by="later")
    assert origin(network.card("b")) == (None, None)


def test_of_two_at_the_same_moment_the_one_that_came_first_is_the_source(network: Network) -> None:
    network.say("a", NEWS, minutes=5)
    network.say("b", NEWS, minutes=5)
    assert origin(network.card("a")) == (None, None)
    assert origin(network.card("b")) == (name("a"), "wording")


def test_what_was_deleted_is_nobody_s_origin(network: Network) -> None:
    network.say("a", NEWS, minutes=0)
    network.say("b", NEWS, minutes=5)
    network.say("c", NEWS, minutes=9)
    network.delete("b", minutes=10)
    assert origin(network.card("c")) == (name("a"), "wording")


@pytest.mark.parametrize(
    ("copy", "source", "taken"),
    [
        ("abc", "abcd", 3),
        ("abc…", "abcd", 3),
        ("abc ...", "abcd", 3),
        ("RT @x: abc", "abcd", 3),
        ("“@x.example: abc", "RT @y: abcd", 3),
        ("abX", "abcd", 2),
        ("", "abcd", 0),
        ("…", "…", 0),
        ("abc", "", 0),
        ("\0", "", 0),
    ],
)
def test_verbatim_counts_what_was_taken_over(copy: str, source: str, taken: int) -> None:
    assert verbatim(copy, source) == taken


@given(st.text(max_size=40), st.text(max_size=40))
def test_verbatim_is_never_more_than_there_is(copy: str, source: str) -> None:
    assert 0 <= verbatim(copy, source) <= min(len(copy), len(source))


@pytest.mark.parametrize("front", ["@a" * 20_000, '"' * 40_000, "@a: " * 10_000, "RT " * 10_000])
def test_a_hostile_front_is_read_in_time(front: str) -> None:
    assert verbatim(front, front) <= len(front)
