"""The same cards from the index that ships as from the searcher that is obviously right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from siyaq.context import Cards
from siyaq.core.answer import Usage
from siyaq.core.card import ContextCard
from siyaq.index import Indexer, IndexReader
from siyaq.testing.embedder import FakeEmbedder
from tests.context.network import Network, name

NEWS = "The old bridge over the Tigris was closed this morning after heavy rain"
DEADLINE_SECONDS = 60.0


def timeless(card: ContextCard) -> ContextCard:
    return replace(card, usage=Usage())


def test_cards_of_the_shipped_index_equal_those_of_the_oracle(tmp_path: Path) -> None:
    network = Network(tmp_path)
    network.listen(since=-100)
    network.say("a", NEWS, minutes=0, by="first")
    network.say("b", f"{NEWS.upper()}!", minutes=3)
    network.say("c", NEWS.replace("closed", "opened"), minutes=5)
    network.say("r", "That is false, I was there", minutes=6, reply_to="a", root="a")
    network.say("rr", "me too", minutes=7, reply_to="r", root="a")
    network.say("q", "look at this", minutes=8, quote_of="a")
    network.say("d", f"RT @first.example: {NEWS}", minutes=9)
    index = tmp_path / "index"
    indexer = Indexer(network.log, index, FakeEmbedder(dimensions=64))
    try:
        indexer.start()
        assert indexer.wait_indexed(network.log.head(), DEADLINE_SECONDS)
        reader = IndexReader.open(index)
        cards = Cards(reader, network.log, network.clock)
        for native_id in ("a", "b", "c", "r", "rr", "q", "d"):
            expected = network.card(native_id)
            assert timeless(cards.card(name(native_id))) == timeless(expected), native_id
        assert cards.card(name("d")).copies.count == 4
        reader.close()
    finally:
        indexer.stop()
        network.close()
