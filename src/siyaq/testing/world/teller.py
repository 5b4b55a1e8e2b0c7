"""The teller of one story: it lets accounts post, reply, quote, edit and delete, at set times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from siyaq.testing.world.arabic import indic_digits
from siyaq.testing.world.atproto import POST, at_uri, cid, tid
from siyaq.testing.world.event import AccountState, Article, WorldEvent
from siyaq.testing.world.moment import microseconds
from siyaq.testing.world.papers import Paper
from siyaq.testing.world.people import Account, People
from siyaq.testing.world.question import Ask, Forms
from siyaq.testing.world.record import Reference, facets_of, post_record
from siyaq.testing.world.story import LONGEST_STORY, Campaign, Story, word_forms
from siyaq.testing.world.words import Lang, Lines, Word, say

_LATIN = re.compile(r"https?://\S+|@[a-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Told:
    """A post of the story that others may answer, quote, or take back."""

    author: Account
    after: float  # seconds from the start of the story
    rkey: str
    reference: Reference


class Teller:
    """Collects what happens in one story. Times are seconds after its start."""

    def __init__(
        self,
        story_id: str,
        kind: str,
        *,
        start: datetime,
        rng: Random,
        people: People,
        papers: Mapping[Lang, Paper],
        towns: Sequence[Word],
        crowd_size: int,
    ) -> None:
        self.id = story_id
        self.kind = kind
        self.rng = rng
        self.people = people
        self.papers = papers
        self.crowd_size = crowd_size
        self.words: dict[str, Word] = {}
        self.told: list[Told] = []
        self._start = start
        self._towns = list(towns)
        self._facts: dict[str, Forms] = {}
        self._stands_for: dict[str, str] = {}
        self._events: list[WorldEvent] = []
        self._articles: list[Article] = []
        self._asks: list[Ask] = []
        self._newcomers: set[str] = set()
        self._used: set[str] = set()

    def word(self, name: str, word: Word) -> Word:
        """Name a slot that is not a fact by itself."""
        self.words[name] = word
        return word

    def fact(self, name: str, word: Word, forms: Forms = ()) -> None:
        """Name a slot whose value is a fact: every post that uses it states the fact."""
        self.words[name] = word
        self._facts[name] = forms or word_forms(word)

    def let(self, slot: str, fact: str) -> None:
        """From now on `slot` says what `fact` is: "the scorer" is the scorer of this goal."""
        self.words[slot] = self.words[fact]
        self._stands_for[slot] = fact

    def town(self) -> Word:
        """Take a town for the story; stories told at the same time do not share any."""
        return self._towns.pop()

    def ask(self, ask: Ask) -> None:
        """Raise a question about the story."""
        self._asks.append(ask)

    def clock_time(self, after: float) -> str:
        """Return what a clock on the wall shows then, as 14:05; the world lives in UTC."""
        return f"{self._start + timedelta(seconds=after):%H:%M}"

    def phrase(self, lines: Lines, lang: Lang) -> str:
        """Return one way of saying `lines`, for use inside a post."""
        return say(lines, self.words, lang, self.rng)[0]

    def written_at(self, after: float) -> datetime:
        """Return when a client that posts then would claim to have written."""
        return self._start + timedelta(seconds=after, milliseconds=-self.rng.randint(40, 900))

    def newcomer(self, lang: Lang, purpose: str, handle: str = "") -> Account:
        """Bring an account that only this story uses; it is announced before its first post."""
        account = self.people.fresh(self.rng, lang, f"{self.id}:{purpose}", handle)
        self._newcomers.add(account.did)
        return account

    def post(
        self,
        after: float,
        author: Account,
        lines: Lines,
        *,
        reply_to: Told | None = None,
        quote: Told | None = None,
        tag: Word | None = None,
        link: str = "",
    ) -> Told:
        """Let an account say `lines` in its own language."""
        text, slots = self._worded(author, lines)
        if tag is not None:
            text += " #" + tag.to(author.lang).replace(" ", "_")
        if link:
            text += f" {link}"
        return self.post_text(
            after, author, text, states=self._stated(slots), reply_to=reply_to, quote=quote
        )

    def post_text(
        self,
        after: float,
        author: Account,
        text: str,
        *,
        states: frozenset[str] = frozenset(),
        reply_to: Told | None = None,
        quote: Told | None = None,
        record: dict[str, object] | None = None,
        refusable: bool = False,
    ) -> Told:
        """Let an account post exactly `text`; or exactly `record`, for what no client writes."""
        self._announce(author, after)
        at = self._moment(after)
        created_at = self.written_at(after)
        body = record or post_record(
            text,
            created_at,
            langs=self._declared(author.lang),
            facets=facets_of(text, {}),
            reply_to=reply_to.reference if reply_to else None,
            quote=quote.reference if quote else None,
        )
        rkey = tid(microseconds(created_at), self.rng.randrange(1024))
        event = WorldEvent(
            at=at,
            did=author.did,
            kind="commit",
            rev=tid(microseconds(at), self.rng.randrange(1024)),
            operation="create",
            collection=POST,
            rkey=rkey,
            cid=cid(body),
            record=body,
            story=self.id,
            lang=author.lang,
            states=states,
            refusable=refusable,
        )
        self._events.append(event)
        root = reply_to.reference.root if reply_to else None
        reference = Reference(
            event.uri, event.cid, root.uri if root else "", root.cid if root else ""
        )
        told = Told(author, after, rkey, reference)
        self.told.append(told)
        return told

    def edit(self, told: Told, after: float, lines: Lines) -> None:
        """Replace the text of a post; what it stated before, it no longer states."""
        text, slots = say(lines, self.words, told.author.lang, self.rng)
        before = self._latest(told)
        assert before.record is not None
        body = {**before.record, "text": text, "facets": facets_of(text, {})}
        at = self._moment(after)
        self._events.append(
            replace(
                before,
                at=at,
                rev=tid(microseconds(at), self.rng.randrange(1024)),
                operation="update",
                cid=cid(body),
                record=body,
                states=self._stated(slots),
            )
        )

    def delete(self, told: Told, after: float) -> None:
        """Take a post back."""
        at = self._moment(after)
        self._events.append(
            WorldEvent(
                at=at,
                did=told.author.did,
                kind="commit",
                rev=tid(microseconds(at), self.rng.randrange(1024)),
                operation="delete",
                collection=POST,
                rkey=told.rkey,
                story=self.id,
            )
        )
        self.told = [other for other in self.told if other is not told]

    def account(self, account: Account, after: float, status: AccountState) -> None:
        """Change what the network says of an account; "" makes it active again."""
        at = self._moment(after)
        self._events.append(
            WorldEvent(at=at, did=account.did, kind="account", status=status, story=self.id)
        )

    def identity(self, account: Account, after: float, handle: str) -> None:
        """Let an account go by a handle from now on."""
        at = self._moment(after)
        self._events.append(
            WorldEvent(at=at, did=account.did, kind="identity", handle=handle, story=self.id)
        )

    def crowd(
        self, since: float, until: float, count: int, lines: Lines, *, tag: Word | None = None
    ) -> None:
        """Let passers-by react: alone, in reply to what was told before, or quoting it."""
        for after in sorted(self.rng.uniform(since, until) for _ in range(count)):
            earlier = [told for told in self.told if told.after < after]
            author = self.people.anyone(self.rng)
            dice = self.rng.random()
            about = self.rng.choice(earlier) if earlier else None
            self.post(
                after,
                author,
                lines,
                reply_to=about if dice < 0.35 else None,
                quote=about if 0.35 <= dice < 0.5 else None,
                tag=tag if dice > 0.8 else None,
            )

    def article(self, after: float, lang: Lang, title: Lines, body: Sequence[Lines]) -> Article:
        """Publish an article in one of the papers, and announce it on the network."""
        at = self._moment(after)
        guid = f"tag:{self.papers[lang].domain},{at:%Y-%m-%d}:{self.id}-{len(self._articles)}"
        article = self._version(guid, lang, title, body, published_at=at, updated_at=at)
        self.post(after + 2, self.papers[lang].account, title, link=self._address(article))
        return article

    def correct(
        self, article: Article, after: float, title: Lines, body: Sequence[Lines]
    ) -> Article:
        """Publish a corrected version of an article under the same guid."""
        return self._version(
            article.guid,
            article.paper,
            title,
            body,
            published_at=article.published_at,
            updated_at=self._moment(after),
        )

    def finish(
        self,
        *,
        names: Sequence[Word],
        headline: bool = True,
        campaign: Campaign | None = None,
        same_picture: tuple[str, ...] = (),
    ) -> Story:
        """Close the story and return it."""
        events = tuple(sorted(self._events, key=lambda event: event.at))
        if events and events[-1].at - self._start > LONGEST_STORY:
            raise ValueError(f"story {self.id!r} lasts longer than {LONGEST_STORY}")
        return Story(
            id=self.id,
            kind=self.kind,
            headline=headline,
            started_at=events[0].at if events else self._start,
            names=tuple(dict.fromkeys(form for word in names for form in word_forms(word))),
            words=self.words,
            facts=self._facts,
            events=events,
            articles=tuple(sorted(self._articles, key=lambda article: article.updated_at)),
            asks=tuple(self._asks),
            campaign=campaign,
            same_picture=same_picture,
        )

    def _worded(self, author: Account, lines: Lines) -> tuple[str, frozenset[str]]:
        """Say `lines` as this author would, in words not yet used in the story if any are left."""
        for _ in range(6):
            text, slots = say(lines, self.words, author.lang, self.rng)
            if author.lang == "ar" and author.indic_digits:
                text = indic_digits(text)
            if text not in self._used:
                break
        self._used.add(text)
        return text, slots

    def _stated(self, slots: frozenset[str]) -> frozenset[str]:
        """Return the facts that a text states which used these slots."""
        return frozenset(self._stands_for.get(slot, slot) for slot in slots) & self._facts.keys()

    def _moment(self, after: float) -> datetime:
        return self._start + timedelta(seconds=after, microseconds=self.rng.randrange(1000))

    def _declared(self, lang: Lang) -> tuple[str, ...]:
        """Return the languages that a client declares: mostly right, sometimes none or wrong."""
        dice = self.rng.random()
        if dice < 0.05:
            return ()
        if dice < 0.07:
            return ("en",) if lang == "ar" else ("de",)
        return (lang,)

    def _announce(self, account: Account, before: float) -> None:
        if account.did in self._newcomers:
            self._newcomers.remove(account.did)
            self.identity(account, max(0.0, before - 2), account.handle)
            self.account(account, max(0.0, before - 1.9), "")

    def _latest(self, told: Told) -> WorldEvent:
        uri = at_uri(told.author.did, POST, told.rkey)
        versions = [event for event in self._events if event.uri == uri]
        return max(versions, key=lambda event: event.at)

    def _address(self, article: Article) -> str:
        return f"https://{self.papers[article.paper].domain}/{article.slug}"

    def _version(
        self,
        guid: str,
        lang: Lang,
        title: Lines,
        body: Sequence[Lines],
        *,
        published_at: datetime,
        updated_at: datetime,
    ) -> Article:
        headline, slots = say(title, self.words, lang, self.rng)
        paragraphs: list[str] = []
        for lines in body:
            paragraph, used = say(lines, self.words, lang, self.rng)
            paragraphs.append(paragraph)
            slots |= used
        article = Article(
            guid=guid,
            paper=lang,
            title=headline,
            paragraphs=tuple(paragraphs),
            author=self.papers[lang].name,
            published_at=published_at,
            updated_at=updated_at,
            story=self.id,
            states=self._stated(slots),
        )
        self._articles.append(article)
        return article
