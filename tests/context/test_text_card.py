"""The card of a text that nobody here posted."""

from __future__ import annotations

import pytest

from siyaq.context import Cards, Unknown
from siyaq.context.cards import TEXT_AT_MOST
from siyaq.core.card import ContextCard
from siyaq.core.errors import QueryError
from tests.context.network import Network, at, name

NEWS = "The old bridge over the Tigris was closed this morning after heavy rain"


def card_of(network: Network, text: str, minutes: float | None = None) -> ContextCard:
    network.refresh()
    cards = Cards(network.searcher, network.log, network.clock)
    return cards.card_of_text(text, None if minutes is None else at(minutes))


def test_a_pasted_text_has_the_context_of_the_posts_that_say_it(network: Network) -> None:
    network.say("a", NEWS, minutes=0)
    network.say("b", NEWS.upper(), minutes=5)
    card = card_of(network, f"{NEWS} 🙂")
    assert (card.post_id, card.status, card.copies.count) == (None, "shown", 2)
    assert card.first_seen is not None
    assert (card.first_seen.post_id, card.first_seen.sameness) == (name("a"), "normalized")
    assert [member.post_id for member in card.copies.members] == [name("a"), name("b")]
    assert [reference.post_id for reference in card.references] == [name("a")]


def test_only_what_stood_then_is_seen_as_of_then(network: Network) -> None:
    network.say("a", NEWS, minutes=0)
    network.say("b", NEWS, minutes=5)
    network.say("c", NEWS + " again", minutes=6)
    assert card_of(network, NEWS, 5.1).copies.count == 2
    assert card_of(network, NEWS, 5.1).copied_from == name("b")
    assert card_of(network, NEWS, 5).copied_from == name("a")
    assert card_of(network, NEWS, -1).copies.count == 0


def test_a_text_that_nobody_posted_gets_no_invented_context(network: Network) -> None:
    network.say("a", NEWS, minutes=0)
    card = card_of(network, "Nothing like this was ever said by anyone in this place")
    assert (card.status, card.reason, card.first_seen) == ("abstained", "no_evidence", None)
    assert (card.copied_from, card.copies.count, card.points) == (None, 0, ())
    assert Unknown.NO_EARLIER_RECORD in card.unknown


def test_a_deleted_post_is_gone_from_the_card_of_its_text(network: Network) -> None:
    network.say("a", NEWS, minutes=0)
    assert card_of(network, NEWS).copies.count == 1
    network.delete("a", minutes=1)
    assert card_of(network, NEWS).status == "abstained"


@pytest.mark.parametrize("text", ["", " \n\t", "x" * (TEXT_AT_MOST + 1)])
def test_a_text_that_is_none_is_refused(network: Network, text: str) -> None:
    with pytest.raises(QueryError, match="the text is"):
        card_of(network, text)


@pytest.mark.parametrize("text", ["\u202e\u2066\u200f", "https://t.co/a", "🙂", "\0\0", "@a @b"])
def test_a_text_without_words_is_taken_calmly(network: Network, text: str) -> None:
    network.say("a", NEWS, minutes=0)
    network.say("b", text or " ", minutes=0)
    assert card_of(network, text).status in ("shown", "abstained")


def test_a_post_of_a_source_with_a_strange_name_is_still_a_post(network: Network) -> None:
    post_id = network.say("text", NEWS, minutes=0, source="unposted")
    network.refresh()
    card = Cards(network.searcher, network.log, network.clock).card(post_id)
    assert (card.post_id, card.status) == (post_id, "not_needed")
