"""A small network whose cards look at claims, and the rumor that is told there."""

from __future__ import annotations

from pathlib import Path

from siyaq.context import Cards, Claims
from siyaq.core.card import ContextCard
from siyaq.grounding.support import SupportChecker
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval import Retriever
from tests.context.network import Network, name

RUMOR = "The ferry fare in Karda goes up to 40 dinars from Monday!"
RUMOR_AR = "سترتفع أجرة العبّارة في كردة إلى 40 ديناراً من يوم الاثنين!"
ASKED = "Is it right that a loaf goes to 26 dinars in Karda? Shelves near the harbor are empty."
ASKED_AR = "هل صحيح أنّ سعر الرغيف في كفر لماز سيصير 26 ديناراً؟ الرفوف قرب الميناء فرغت"


class Story:
    """A network whose cards look at claims."""

    def __init__(self, directory: Path, embedder: BuiltinEmbedder) -> None:
        self.network = Network(directory)
        self.network.listen(since=-100)
        log, clock = self.network.log, self.network.clock
        retriever = Retriever(self.network.searcher, log, embedder, clock)
        claims = Claims(retriever, SupportChecker(embedder))
        self.cards = Cards(self.network.searcher, log, clock, claims)

    def card(self, native_id: str) -> ContextCard:
        self.network.refresh()
        return self.cards.card(name(native_id))

    def sides(self, native_id: str) -> dict[str, list[str]]:
        card = self.card(native_id)
        posts = {one.id: one.post_id for one in card.references}
        (claim,) = card.claims
        return {
            "supports": [posts[one] for one in claim.supports],
            "refutes": [posts[one] for one in claim.refutes],
            "mentions": [posts[one] for one in claim.mentions],
        }
