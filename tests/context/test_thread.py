"""The conversation around a post."""

from __future__ import annotations

import pytest

from siyaq.context import Unknown
from siyaq.context.thread import ANCESTORS_AT_MOST, REPLIES_AT_MOST
from siyaq.core.card import Thread
from tests.context.network import Network, name


def thread(network: Network, native_id: str) -> Thread:
    found = network.card(native_id).thread
    assert found is not None
    return found


def shown(found: Thread) -> list[tuple[str, str]]:
    return [(post.post_id.removeprefix("net:"), post.relation) for post in found.posts]


@pytest.fixture
def talk(network: Network) -> Network:
    network.say("root", "does anybody know why the bridge is closed", minutes=0)
    network.say("mid", "heavy rain they say", minutes=1, reply_to="root", root="root")
    network.say("me", "where did you read that", minutes=2, reply_to="mid", root="root")
    network.say("late", "on the radio", minutes=9, reply_to="me", root="root")
    network.say("early", "in the paper", minutes=5, reply_to="me", root="root")
    network.say("deep", "which radio station", minutes=20, reply_to="late", root="root")
    network.say("aside", "I walked across an hour ago", minutes=3, reply_to="root", root="root")
    network.say("quoted", "look at this question", minutes=4, quote_of="me")
    return network


def test_ancestors_come_from_the_root_down_then_replies_by_time_then_quotes(talk: Network) -> None:
    assert shown(thread(talk, "me")) == [
        ("root", "ancestor"),
        ("mid", "ancestor"),
        ("me", "self"),
        ("early", "reply"),
        ("late", "reply"),
        ("deep", "reply"),
        ("quoted", "quote"),
    ]
    assert thread(talk, "me").missing == ()


def test_a_root_shows_the_answers_to_answers(talk: Network) -> None:
    replies = [post for post, relation in shown(thread(talk, "root")) if relation == "reply"]
    assert replies == ["mid", "me", "aside", "early", "late", "deep"]


def test_a_parent_that_is_gone_is_named_and_the_root_still_shown(talk: Network) -> None:
    talk.delete("mid", minutes=30)
    card = talk.card("me")
    assert card.thread is not None
    assert shown(card.thread)[:2] == [("root", "ancestor"), ("me", "self")]
    assert card.thread.missing == (name("mid"),)
    assert Unknown.THREAD_INCOMPLETE in card.unknown


def test_a_thread_of_which_nothing_is_held_is_still_a_thread(network: Network) -> None:
    network.say("me", "I agree with that", minutes=0, reply_to="gone", root="gone")
    found = thread(network, "me")
    assert shown(found) == [("me", "self")]
    assert found.missing == (name("gone"),)


def test_what_a_post_quotes_is_what_it_answers(network: Network) -> None:
    network.say("said", "the bridge is closed", minutes=0)
    network.say("me", "is that so", minutes=1, quote_of="said")
    assert shown(thread(network, "me")) == [("said", "ancestor"), ("me", "self")]


@pytest.mark.parametrize("ring", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_loop_of_replies_ends(network: Network, ring: list[str]) -> None:
    for n, one in enumerate(ring):
        before = ring[n - 1]
        network.say(one, f"post {one}", minutes=n, reply_to=before, root=before, quote_of=before)
    card = network.card("a")
    posts = [] if card.thread is None else [post.post_id for post in card.thread.posts]
    assert len(posts) == len(set(posts))
    assert card.thread is None or set(posts) == {name(one) for one in ring}


def test_an_endless_chain_and_a_flood_of_replies_are_cut_and_it_is_said(network: Network) -> None:
    network.say("0", "the first of very many", minutes=0)
    for n in range(1, ANCESTORS_AT_MOST + 3):
        network.say(str(n), f"number {n}", minutes=n, reply_to=str(n - 1))
    last = str(ANCESTORS_AT_MOST + 2)
    for n in range(REPLIES_AT_MOST + 5):
        network.say(f"r{n:03}", f"answer {n}", minutes=200 + n, reply_to=last)
    card = network.card(last)
    assert card.thread is not None
    relations = [relation for _, relation in shown(card.thread)]
    assert relations.count("ancestor") == ANCESTORS_AT_MOST
    assert relations.count("reply") == REPLIES_AT_MOST
    assert Unknown.THREAD_INCOMPLETE in card.unknown


def test_a_post_alone_has_no_thread(network: Network) -> None:
    network.say("me", "nobody answers me", minutes=0)
    assert network.card("me").thread is None
