"""The article behind an entry: its page, read in the sandbox, and looked at again while young.

Newspapers correct what they have published without telling their feed, and withdraw it. A page
that says that it is gone, or twice that it is not there, was withdrawn. Any other that cannot be
had takes nothing away: the entry keeps its own text; where it has none, the page is tried again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from siyaq.core.ports import Clock
from siyaq.core.wire import rfc3339
from siyaq.sources.articles.date import leading_date, machine_date
from siyaq.sources.articles.encoding import decoded
from siyaq.sources.articles.limits import PAGE_CPU_SECONDS, PAGE_DEADLINE_SECONDS
from siyaq.sources.fetch import Fetched
from siyaq.sources.limits import TEXT_CHARS
from siyaq.sources.manners import validators_of
from siyaq.sources.rss.values import ParsedEntry
from siyaq.sources.sandbox import Sandbox, SandboxFailed
from siyaq.sources.visitor import Forbidden, Unread, Visitor, host_of

LOOKED_AT_AGAIN = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=2),
)
"""How old a page is when it is looked at again."""

MISSING_AGAIN = timedelta(minutes=10)
"""How long after a page was not there it is looked at once more."""

TRIED_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))
"""How long to wait between attempts at a page without which there is no text at all."""

WATCHED_AT_MOST = 300
_NOT_THERE, _GONE = 404, 410
_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)


class Withdrawn(Exception):
    """The page is gone: its publisher took it away."""


class _Missing(Unread):
    """The page is not there, which may pass; with `gone`, it will not."""

    def __init__(self, message: str, *, gone: bool) -> None:
        super().__init__(message)
        self.gone = gone


@dataclass(slots=True)
class _Watched:
    """A page that is still young, and the entry it belongs to, as its feed has it."""

    entry: ParsedEntry
    since: datetime
    validators: dict[str, str] = field(default_factory=dict[str, str])
    looks: int = 0  # of LOOKED_AT_AGAIN, those that are over
    again_at: datetime | None = None  # a look out of turn
    attempts: int = 0  # of TRIED_AGAIN, those that were in vain
    missing: bool = False  # at the last look
    listed: bool = True  # in the feed, when that was last read whole

    def due(self, now: datetime) -> bool:
        """Say whether a look is due."""
        return self._out_of_turn(now) or self._in_turn(now)

    def pass_over(self, now: datetime) -> None:
        """Take the looks that are due by now for done."""
        if self._out_of_turn(now):
            self.again_at = None
        while self._in_turn(now):
            self.looks += 1

    @property
    def old(self) -> bool:
        """Whether there is no look left."""
        return self.again_at is None and self.looks == len(LOOKED_AT_AGAIN)

    @property
    def awaited(self) -> bool:
        """Whether there is no text without the page, and it is still tried for."""
        return self.attempts > 0

    def _in_turn(self, now: datetime) -> bool:
        left = LOOKED_AT_AGAIN[self.looks :]
        return bool(left) and now - self.since >= left[0]

    def _out_of_turn(self, now: datetime) -> bool:
        return self.again_at is not None and now >= self.again_at


class Pages:
    """The pages behind one feed's entries. Use from one event loop.

    `problems` is told of each page that could not be had. `visitor` gets them.
    """

    def __init__(
        self,
        visitor: Visitor,
        sandbox: Sandbox,
        clock: Clock,
        problems: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.visitor = visitor
        self._sandbox = sandbox
        self._clock = clock
        self._problems = problems
        self._watched: dict[str, _Watched] = {}

    async def complete(self, name: str, entry: ParsedEntry) -> ParsedEntry | None:
        """Return the entry with what its page says, and watch the page. The entry if it has none.

        None where there is no text without the page, and it is tried again: `look_again` has it
        then. Raises nothing for a page that cannot be had.
        """
        if not entry["link"]:
            return entry
        watched = self.watch(name, entry)
        try:
            return await self._read(watched) or entry
        except Unread as problem:
            self._problems(str(problem))
            return None if self._tried_again(name, watched, problem) else entry

    def watch(self, name: str, entry: ParsedEntry) -> _Watched:
        """Have the page of an entry looked at again while it is young."""
        now = self._clock.now()
        published = machine_date(entry["published"])
        watched = _Watched(entry, now if published is None else min(published, now))
        watched.pass_over(now)
        self._watched.pop(name, None)
        if not watched.old and entry["link"]:
            self._watched[name] = watched
        while len(self._watched) > WATCHED_AT_MOST:
            del self._watched[next(iter(self._watched))]
        return watched

    def watches(self, name: str) -> bool:
        """Say whether the page of an entry is being watched."""
        return name in self._watched

    def awaited(self, name: str) -> ParsedEntry | None:
        """Return an entry of which nothing was taken yet, because its page is still tried for."""
        watched = self._watched.get(name)
        return watched.entry if watched is not None and watched.awaited else None

    def hurry(self, seen: Collection[str]) -> None:
        """Look at the pages of entries that have left their feed: they may be withdrawn."""
        now = self._clock.now()
        for name, watched in self._watched.items():
            if watched.listed and name not in seen:
                watched.again_at = min(now, watched.again_at or now)
            watched.listed = name in seen

    def due(self) -> list[str]:
        """Return the names of entries whose pages are to be looked at again by now."""
        now = self._clock.now()
        return [name for name, watched in self._watched.items() if watched.due(now)]

    async def look_again(self, name: str) -> ParsedEntry | None:
        """Return the entry as its page has it now; None where that is unchanged or not to be had.

        What is not to be had changes nothing: the better text is the one that we have. Raises
        Withdrawn for a page that is gone.
        """
        watched = self._watched[name]
        watched.pass_over(self._clock.now())
        if watched.old:
            del self._watched[name]
        awaited = watched.awaited
        try:
            return await self._read(watched)
        except _Missing as problem:
            if problem.gone or watched.missing:
                self._watched.pop(name, None)
                raise Withdrawn from problem
            watched.missing = True
            self._again(name, watched, MISSING_AGAIN)
            return None
        except Unread as problem:
            self._problems(str(problem))
            if not awaited or self._tried_again(name, watched, problem):
                return None
            return watched.entry

    def _tried_again(self, name: str, watched: _Watched, problem: Unread) -> bool:
        """Have a page tried again without which there is no text; False where that is over."""
        over = watched.attempts == len(TRIED_AGAIN) or isinstance(problem, _Missing | Forbidden)
        if watched.entry["text"] or over:
            watched.attempts = 0
            return False
        self._again(name, watched, TRIED_AGAIN[watched.attempts])
        watched.attempts += 1
        return True

    def _again(self, name: str, watched: _Watched, wait: timedelta) -> None:
        watched.again_at = self._clock.now() + wait
        self._watched[name] = watched

    async def _read(self, watched: _Watched) -> ParsedEntry | None:
        """Fetch and read a page; None where it has not changed. Raises Unread."""
        answer = await self.visitor.get(watched.entry["link"], watched.validators)
        if answer.status == 304:
            watched.missing = False
            return None
        if answer.status in (_NOT_THERE, _GONE):
            told = f"a page of {host_of(answer.url)!r} is gone"
            raise _Missing(told, gone=answer.status == _GONE)
        if answer.status != 200:
            raise Unread(f"a page of {host_of(answer.url)!r} answered {answer.status}")
        kind = answer.headers.get("content-type", _TYPES[0]).partition(";")[0].strip().lower()
        if kind not in _TYPES:
            raise Unread(f"a page of {host_of(answer.url)!r} is not a page but {kind[:40]!r}")
        made = merged(watched.entry, await self._parsed(answer))
        if not made["text"]:
            raise Unread(f"no text was found in a page of {host_of(answer.url)!r}")
        watched.validators = validators_of(answer.headers)
        watched.attempts, watched.missing = 0, False
        return made

    async def _parsed(self, answer: Fetched) -> dict[str, object]:
        try:
            return await self._sandbox.ask(
                "page",
                _in_utf8(answer),
                cpu_seconds=PAGE_CPU_SECONDS,
                deadline_seconds=PAGE_DEADLINE_SECONDS,
            )
        except SandboxFailed as error:
            raise Unread(f"a page of {host_of(answer.url)!r} cannot be parsed: {error}") from error


def merged(entry: ParsedEntry, page: Mapping[str, object]) -> ParsedEntry:
    """Return an entry with its page's words: the longer text, and what the entry does not say.

    A page that has less to say than its entry is a teaser, or was not understood.
    """
    text = str(page["text"]).strip()
    if not len(entry["text"]) <= len(text) <= TEXT_CHARS:
        text = entry["text"]
    told = machine_date(str(page["published"])) or leading_date(text)
    made: ParsedEntry = {
        **entry,
        "text": text,
        "title": entry["title"] or str(page["title"]),
        "published": entry["published"] or ("" if told is None else rfc3339(told)),
        "author": entry["author"] or str(page["author"]),
        "lang": entry["lang"] or str(page["lang"]),
    }
    reviews = page["claim_review"]
    if isinstance(reviews, list) and reviews:
        made["claim_review"] = reviews
    return made


def _in_utf8(answer: Fetched) -> bytes:
    """Return a page as its server says it is encoded, which outranks what the page says."""
    told = _CHARSET.search(answer.headers.get("content-type", ""))
    return decoded(answer.body, declared=told[1]).encode() if told else answer.body
