"""A context card in a terminal, under the rules of `present`, in a language of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from siyaq.cli.columns import Line, block, columns, is_turned
from siyaq.cli.present import in_words, isolated, tame, when, who
from siyaq.core.answer import Evidence
from siyaq.core.card import Claim, ContextCard, Moment
from siyaq.core.ids import AuthorId, PostId
from siyaq.core.post import Author, Post
from siyaq.serve.strings import catalog

BLOCKS = " ▁▂▃▄▅▆▇█"
SHOWN_CHARS = 160
"""How much is shown of what somebody else said; --json gives all of it."""

_EDGES = 4  # of the panel


def show_card(
    console: Console, post: Post | None, text: str, card: ContextCard, language: str = "en"
) -> None:
    """Print the context of one post, or of a text that is none of ours."""
    told = _Told(card, language)
    width = console.width - _EDGES
    head = [told.apart(post.text if post else text)]
    if post is not None:
        by = told.facts(told.who(post.author), told.at(post.placed_at))
        head.append(by + Text(f" · {told.say(f'clock.{post.placed_by}')}"))
        head[-1].stylize("dim")
    parts = (
        block(console, head, width, language),
        Text(),
        columns(console, list(told.lines()), width, language),
    )
    title = Text(tame(card.post_id or told.say("panel.card")))
    panel = Panel(
        Group(*parts), title=title, title_align="right" if is_turned(language) else "left"
    )
    console.print(panel)


class _Told:
    """Says what is on a card, in one language."""

    def __init__(self, card: ContextCard, language: str) -> None:
        self._card = card
        self._language = language
        self._cited = {one.id: one for one in card.references}
        self._authors = dict(_authors(card))

    def lines(self) -> Iterator[Line]:
        """Yield what a reader wants to know, in the order in which they ask for it."""
        yield from self._beside("panel.card", self._notices())
        yield from self._beside("card.first", self._first())
        yield from self._beside("card.copied", self._copied())
        yield from self._beside("card.spread", self._spread())
        yield from self._beside("card.points", self._points())
        for claim in self._card.claims:
            yield from self._beside(
                "card.asked" if claim.asked else "card.claims", self._claim(claim)
            )
        yield from self._beside("card.timeline", map(self._moment, self._card.timeline))
        yield from self._beside("card.demand", self._demand())
        yield from self._beside("card.media", self._pictures())
        yield from self._beside("card.notes", (self.apart(one.text) for one in self._card.notes))
        yield from self._beside("card.together", self._together())
        yield from self._beside("card.thread", self._thread())
        yield from self._beside("card.unknown", self._unknown())

    def say(self, key: str, n: int = 0, **params: str) -> str:
        """Return a text of the catalog."""
        return in_words(self._language, key, n, **params)

    def apart(self, text: str, most: int | None = None) -> Text:
        """Return what a stranger wrote, or a time, so that it stands in a line of ours as it is."""
        shown = tame(text if most is None or len(text) <= most else text[:most] + "…")
        return Text(isolated(shown) if is_turned(self._language) else shown)

    def who(self, author: Author) -> Text:
        """Return what an author is called."""
        return self.apart(who(author, language=self._language))

    def at(self, moment: datetime) -> Text:
        """Return a time."""
        return self.apart(when(moment))

    def facts(self, *parts: Text) -> Text:
        """Join what is told in one line."""
        return Text(" · ").join(parts)

    def _beside(self, key: str, said: Iterable[Text]) -> Iterator[Line]:
        for place, text in enumerate(said):
            yield Line("" if place else self.say(key), text)

    def _by(self, post_id: PostId) -> Text:
        """Say whose a post is, and which."""
        author = self._authors.get(post_id)
        return self.who(author) + "  " + self._id(post_id) if author else self._id(post_id)

    def _id(self, post_id: PostId) -> Text:
        name = self.apart(post_id)
        name.stylize("dim")
        return name

    def _notices(self) -> Iterator[Text]:
        card = self._card
        if card.status != "shown":
            yield Text(
                self.say(f"card.reason.{card.reason}" if card.reason else f"card.{card.status}")
            )
        if card.change is not None and card.change.kind in ("corrected", "reversed"):
            yield Text(self.say(f"card.change.{card.change.kind}"), style="bold")

    def _first(self) -> Iterator[Text]:
        first = self._card.first_seen
        if first is None:
            return
        confidence = Text(self.say(f"confidence.{first.confidence}"))
        author = self._authors.get(first.post_id)
        by = [self.who(author)] if author else []
        yield self.facts(self.at(first.at), *by, confidence) + "  " + self._id(first.post_id)
        own = "own" if first.post_id == self._card.post_id else "other"
        yield Text(self.say(f"card.first.{own}"))
        yield Text(self.say(f"clock.{first.clock}"), style="dim")
        if first.earlier_alike is not None:
            yield self._by(first.earlier_alike) + f": {self.say('card.alike')}"
        if first.earlier_retold is not None:
            yield self._by(first.earlier_retold) + f": {self.say('card.retold.earlier')}"
        for claim in first.earlier_claims:
            claimed, seen = when(claim.claimed_at), when(claim.witnessed_at)
            if claimed == seen:  # only seconds tell them apart
                claimed, seen = (
                    when(at, "%H:%M:%S") for at in (claim.claimed_at, claim.witnessed_at)
                )
            told = self.say("card.claim", claimed=claimed, seen=seen)
            yield self._by(claim.post_id) + f": {told}"

    def _copied(self) -> Iterator[Text]:
        card = self._card
        if card.copied_from is not None and card.copied_how is not None:
            yield self._by(card.copied_from) + f" ({self.say(f'copied.{card.copied_how}')})"

    def _spread(self) -> Iterator[Text]:
        copies = self._card.copies
        if copies.count < 2:
            yield Text(self.say("card.alone"))
        else:
            yield self.facts(
                Text(self.say("card.posts", copies.count)),
                Text(self.say("card.accounts", copies.accounts)),
                Text(_bars([bar.n for bar in copies.histogram])),
            )
        for change in copies.changed:
            yield self._by(change.post_id) + ": " + self._changed(change.removed, change.added)
        if copies.retold:
            yield Text(self.say("card.retold", len(copies.retold)))
        for one in copies.retold:
            yield self._by(one.post_id) + f" ({self.say(f'retold.{one.how}')})"

    def _changed(self, removed: tuple[str, ...], added: tuple[str, ...]) -> Text:
        marked = {"-": removed, "+": added}
        parts = [Text(sign) + self.apart(" ".join(said)) for sign, said in marked.items() if said]
        return Text(" ").join(parts)

    def _points(self) -> Iterator[Text]:
        """Yield what others say, but for what stands under a claim, on its side."""
        weighed = {one for c in self._card.claims for one in (*c.refutes, *c.supports)}
        for point in self._card.points:
            if point.citations[0].evidence_id not in weighed:
                evidence = self._cited[point.citations[0].evidence_id]
                yield self.apart(point.text) + self._source(evidence)

    def _claim(self, claim: Claim) -> Iterator[Text]:
        """Say what bears on a claim: who refutes it first. Nothing where nothing was found."""
        kind = "asked." if claim.asked else ""
        sides = {"refutes": claim.refutes, "supports": claim.supports, "mentions": claim.mentions}
        if not any((claim.fact_checks, *sides.values())):
            return
        yield self.apart(claim.text)
        for one in claim.fact_checks:
            check = self._cited[one].fact_check
            if check is not None:
                label = check.label or check.rating
                told = self.say("card.check", claim=tame(check.claim), label=tame(label))
                yield self.apart(check.publisher) + f" {told}" + self._marked(self._cited[one])
        for side, ids in sides.items():
            for one in ids:
                said = self.apart(self._cited[one].text, SHOWN_CHARS)
                stance = Text(f"{self.say(f'stance.{kind}{side}')}: ")
                yield stance + said + self._source(self._cited[one])

    def _moment(self, moment: Moment) -> Text:
        evidence = self._cited[moment.evidence_id]
        turn = self.say(f"turning.{moment.turning or 'other'}")
        if moment.official is not None:
            turn += f" ({self.say(f'official.{moment.official}')})"
        said = self.apart(evidence.text, SHOWN_CHARS) + self._marked(evidence)
        return self.at(moment.at) + f"  {turn}: " + said

    def _demand(self) -> Iterator[Text]:
        for asked in self._card.demand:
            yield Text(self.say(f"demand.{asked.kind}", asked.accounts))

    def _pictures(self) -> Iterator[Text]:
        looked = [one for one in self._card.media if one.checked]
        earlier = [one for picture in looked for one in picture.earlier]
        if looked and not earlier:
            yield Text(self.say("card.media.new"))
        for one in earlier:
            told = f"{self.say('card.media.earlier')}: "
            yield Text(told) + self.facts(self.at(one.at), self._by(one.post_id))

    def _together(self) -> Iterator[Text]:
        for one in self._card.coordination:
            accounts = (Author(id=AuthorId(a.author_id), handle=a.handle) for a in one.accounts)
            times = self.say(f"together.{one.kind}", one.times, seconds=str(one.seconds))
            by = Text(" ").join(map(self.who, accounts))
            yield by + f" {times} " + self._by(one.evidence[0])

    def _thread(self) -> Iterator[Text]:
        thread = self._card.thread
        if thread is None or len(thread.posts) < 2:
            return
        for post in thread.posts:
            if post.relation != "self":
                relation = Text(f"{self.say(f'relation.{post.relation}')}, ")
                by = self.who(self._authors[post.post_id])
                yield relation + by + ": " + self.apart(post.text, SHOWN_CHARS)
        if thread.missing:
            yield Text(self.say("card.missing", len(thread.missing)), style="dim")

    def _unknown(self) -> Iterator[Text]:
        known = catalog(self._language)
        for code in self._card.unknown:
            key = f"unknown.{code}"
            yield Text(self.say(key if key in known else "unknown.other"), style="dim")

    def _source(self, evidence: Evidence) -> Text:
        by = self.facts(self.who(evidence.author), self.at(evidence.placed_at))
        by.stylize("dim")
        return self._marked(evidence) + " " + by

    def _marked(self, evidence: Evidence) -> Text:
        return Text(f" [{evidence.marker}]", style="bold cyan")


def _authors(card: ContextCard) -> Iterator[tuple[PostId, Author]]:
    """Yield who wrote the posts on a card; what is known best comes last."""
    for post in card.thread.posts if card.thread else ():
        handle = "" if post.handle.startswith("did:") else post.handle  # an id where none is known
        yield post.post_id, Author(id=AuthorId(post.handle), handle=handle)
    for change in card.copies.changed:
        yield change.post_id, Author(id=AuthorId(change.author_id), handle=change.handle)
    for one in card.copies.members:
        yield one.post_id, Author(id=AuthorId(one.author_id), handle=one.handle)
    for told in card.copies.retold:
        yield told.post_id, Author(id=AuthorId(told.author_id), handle=told.handle)
    for picture in card.media:
        for shown in picture.earlier:
            author = Author(id=AuthorId(shown.author_id), handle=shown.handle, name=shown.name)
            yield shown.post_id, author
    for evidence in card.references:
        yield evidence.post_id, evidence.author


def _bars(counts: list[int]) -> str:
    top = max(counts, default=0) or 1
    return "".join(BLOCKS[-(-n * (len(BLOCKS) - 1) // top)] for n in counts)
