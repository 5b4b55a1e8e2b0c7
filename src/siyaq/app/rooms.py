"""The rooms that answer, over the whole of a data directory or over a part of it.

There is one way to put them together. A part differs by the log and the searcher that its rooms
are handed, which hold the posts of some sources and nothing of the others; so nothing in these
rooms has to know that anything is kept from somebody, and nothing in them can forget it.
"""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.app import models as models_at_hand
from siyaq.app.held import HeldPosts
from siyaq.app.intake import Intake
from siyaq.app.live import LiveHub
from siyaq.app.metering import Metering
from siyaq.app.noting import Noting
from siyaq.app.picturing import Picturing
from siyaq.app.remembering import Remembering
from siyaq.app.shown_cards import ShownCards
from siyaq.app.siyaq import Siyaq
from siyaq.app.stocktaking import Stocktaking
from siyaq.app.turns import Lending, ModelTurns
from siyaq.config import Config
from siyaq.context import (
    CardDesk,
    CardHistory,
    Cards,
    Claims,
    OtherLanguage,
    PhrasedPoints,
    PictureShelf,
    ReadersNotes,
    RememberedCards,
)
from siyaq.core.ports import Clock, Embedder
from siyaq.core.query import Shows
from siyaq.grounding import Answerer, AnswerShelf, KeptAnswers, WrittenAnswers
from siyaq.grounding.support import SupportChecker
from siyaq.index import Indexer, IndexReader, IndexWithin
from siyaq.log import LogReader, LogWithin
from siyaq.models.shelf import Shelf
from siyaq.obs import Metrics
from siyaq.retrieval import Reranker, Retriever, Vectors
from siyaq.traces import Tracer

CARDS_OF_A_PART = 500
"""Cards remembered for each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What every part shares: files, models, and what they cost."""

    config: Config
    clock: Clock
    log: LogReader
    searcher: IndexReader
    embedder: Embedder
    vectors: Vectors
    reranker: Reranker | None
    hub: LiveHub
    metrics: Metrics
    tracer: Tracer
    metering: Metering
    models: Shelf
    turns: ModelTurns
    kept: AnswerShelf
    versions: CardHistory
    notes: ReadersNotes
    pictures: PictureShelf
    picturing: Picturing | None
    intake: Intake | None
    indexer: Indexer | None
    remembering: Remembering | None

    def whole(self) -> Siyaq:
        """Return siyaq over everything."""
        cards = self.remembering.whole if self.remembering is not None else None
        return self._siyaq(self.log, self.searcher, cards, None, None)

    def part(self, seen: tuple[str, ...], shows: Shows) -> Siyaq:
        """Return siyaq over the sources that `shows` names: those of the collections `seen`."""
        log = LogWithin(self.log, shows)
        cards = None
        if self.remembering is not None:
            cards = RememberedCards(
                log, self.clock, room=CARDS_OF_A_PART, whole=self.log, shows=shows
            )
        return self._siyaq(log, IndexWithin(self.searcher, log.names), cards, seen, shows)

    def _siyaq(
        self,
        log: LogReader,
        searcher: IndexReader | IndexWithin,
        remembered: RememberedCards | None,
        seen: tuple[str, ...] | None,
        shows: Shows | None,
    ) -> Siyaq:
        retriever = Retriever(searcher, log, self.vectors, self.clock, self.reranker)
        support = SupportChecker(self.vectors)
        abroad = OtherLanguage(searcher, log, retriever.vector)
        if remembered is not None and self.remembering is not None:
            remembered.understand(abroad)
            if seen is not None:
                self.remembering.add(remembered)
        posts = HeldPosts(log, searcher)
        notes = Noting(self.notes, log, posts, part=shows is not None)
        answers = self._written(retriever, searcher, log, support)
        claims = Claims(retriever, support, abroad)
        return Siyaq(
            directory=self.config.data,
            log=log,
            searcher=searcher,
            embedder=self.embedder,
            retriever=retriever,
            answers=KeptAnswers(
                answers, self.kept, log, unkept=self.metrics.unkept_answers.inc, within=seen
            ),
            posts=posts,
            cards=ShownCards(
                self._desk(claims, searcher, log, remembered, seen),
                PhrasedPoints(answers),
                notes,
                metering=self.metering,
                metrics=self.metrics,
                tracer=self.tracer,
            ),
            notes=notes,
            stock=self._stock(searcher, log, shows),
            picturing=self.picturing,
            hub=self.hub,
            metrics=self.metrics,
            tracer=self.tracer,
            metering=self.metering,
            intake=self.intake,
            indexer=self.indexer,
            models=lambda: self.turns.health.told(models_at_hand.listed(self.config)),
            lending=Lending(self.models, self.turns),
            shows=shows,
            within=self.part if shows is None else None,
        )

    def _written(
        self,
        retriever: Retriever,
        searcher: IndexReader | IndexWithin,
        log: LogReader,
        support: SupportChecker,
    ) -> WrittenAnswers:
        return WrittenAnswers(
            Answerer(retriever, searcher, log, self.vectors, self.clock),
            log,
            self.models,
            seconds=self.config.model_seconds,
            stall_seconds=self.config.model_stall_seconds,
            support=support.check_sentence,
            outcome=lambda what: self.metrics.model_sentences.labels(what).inc(),
            turns=self.turns,
        )

    def _desk(
        self,
        claims: Claims,
        searcher: IndexReader | IndexWithin,
        log: LogReader,
        remembered: RememberedCards | None,
        seen: tuple[str, ...] | None,
    ) -> CardDesk:
        cards = Cards(
            searcher,
            log,
            self.clock,
            claims,
            coordination_of=self.config.coordination_of,
            pictures=self.pictures,
        )
        return CardDesk(
            cards,
            log,
            searcher,
            self.versions,
            remembered,
            asked=lambda how: self.metrics.cards.labels(how).inc(),
            lost=self.metrics.lost_card_versions.inc,
            part=",".join(seen or ()),
        )

    def _stock(
        self, searcher: IndexReader | IndexWithin, log: LogReader, shows: Shows | None
    ) -> Stocktaking:
        return Stocktaking(
            self.config.data,
            log,
            searcher,
            self.embedder,
            self.metering,
            intake=self.intake,
            shows=shows,
        )
