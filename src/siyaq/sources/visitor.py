"""Asks other people's hosts for pages, and behaves: robots.txt, turns, redirects one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.core.ports import Clock
from siyaq.sources.courtesy import Courtesy
from siyaq.sources.fetch import REDIRECT_STATUSES, REDIRECTS, Fetched, Fetcher
from siyaq.sources.manners import retry_after_seconds
from siyaq.sources.robots import ALL, NOTHING, READ_BYTES, Rules, read_robots

ROBOTS_KEPT = timedelta(hours=24)
_ROBOTS_TRIED_AGAIN = timedelta(minutes=10)
_HOSTS = 200


class Unread(Exception):
    """The page could not be had; the message says why, naming the host and not the page."""


class Forbidden(Unread):
    """Its host wants no program to read the page, which will not change by asking again."""


class Visitor:
    """Gets pages of any public host. Keeps the rules of each for a day; use from one event loop."""

    def __init__(self, fetcher: Fetcher, courtesy: Courtesy, clock: Clock) -> None:
        self._fetcher = fetcher
        self._courtesy = courtesy
        self._clock = clock
        self._rules: dict[str, tuple[Rules, datetime]] = {}

    async def get(self, url: str, headers: Mapping[str, str]) -> Fetched:
        """Ask for a page, following redirects one by one: each host has rules of its own.

        `headers` go to the first host only. Raises Unread where the page is not allowed, would
        have to be waited for too long, or cannot be reached. Any other status is an answer.
        """
        sent = dict(headers)
        for _ in range(REDIRECTS + 1):
            rules = await self._rules_of(url)
            if rules is NOTHING:
                raise Unread(f"{host_of(url)!r} does not say what its robots.txt allows")
            if not rules.allows(url):
                raise Forbidden(f"robots.txt of {host_of(url)!r} does not allow a page")
            if not await self._courtesy.turn(url, between_seconds=rules.delay_seconds):
                raise Unread(f"{host_of(url)!r} wants to be left alone for now")
            answer = await self._ask(url, sent)
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECT_STATUSES or not location:
                self._leave_alone(answer)
                return answer
            url, sent = _joined(url, location), {}
        raise Unread(f"more than {REDIRECTS} redirects, the last to {host_of(url)!r}")

    async def _ask(self, url: str, headers: Mapping[str, str]) -> Fetched:
        try:
            return await self._fetcher.send("GET", url, headers=headers)
        except (SourceUnavailable, SourceRefused) as error:
            raise Unread(str(error)) from error

    async def _rules_of(self, url: str) -> Rules:
        """Return the rules of a URL's host. Raises Unread for what is no URL or not public."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise Unread("a link that is not a URL") from error
        site = f"{parts.scheme}://{parts.netloc}"
        now = self._clock.now()
        known = self._rules.get(site)
        if known is not None and now < known[1]:
            return known[0]
        rules, kept = await self._asked_rules(f"{site}/robots.txt")
        self._rules[site] = rules, now + kept
        while len(self._rules) > _HOSTS:
            del self._rules[next(iter(self._rules))]
        return rules

    async def _asked_rules(self, url: str) -> tuple[Rules, timedelta]:
        """Ask for a robots.txt. None means all, an unwell server means nothing (RFC 9309, 2.3)."""
        try:
            answer = await self._fetcher.get(url)
        except SourceUnavailable:
            return NOTHING, _ROBOTS_TRIED_AGAIN
        except SourceRefused as error:
            raise Unread(str(error)) from error
        if answer.status == 200:
            return read_robots(answer.body[:READ_BYTES]), ROBOTS_KEPT
        if 400 <= answer.status < 500 and answer.status != 429:
            return ALL, ROBOTS_KEPT
        return NOTHING, _ROBOTS_TRIED_AGAIN

    def _leave_alone(self, answer: Fetched) -> None:
        """Do as a host asks that is asked too much."""
        seconds = retry_after_seconds(answer.headers, self._clock.now())
        if answer.status in (429, 503) and seconds:
            self._courtesy.rest(answer.url, seconds)


def host_of(url: str) -> str:
    """Return the host of a URL for a message, "" for what is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise Unread(f"{host_of(url)!r} redirects to what is not a URL") from error
