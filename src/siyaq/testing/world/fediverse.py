"""The world as a federation of Mastodon servers: who lives where, what each server hears when.

An account lives on one server, and every server hears of every post, its own at once, those of
others a moment later. Some accounts do not want to be searched, and some posts are not for all;
both are here so that a careful reader can be seen to leave them out.
"""

from __future__ import annotations

import hashlib
import heapq
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from siyaq.testing.world.event import WorldEvent
from siyaq.testing.world.moment import microseconds, to_milliseconds_text
from siyaq.testing.world.world import World

Kind = Literal["update", "status.update", "delete"]

_LATEST = timedelta(seconds=4)
_LINK = re.compile(r"https?://[^\s<>'\"()]+")
_TAG = re.compile(r"(?<!\w)#(\w+)")


@dataclass(frozen=True, slots=True)
class Resident:
    """An account on its server, and what it has agreed to."""

    did: str
    home: str
    name: str
    indexable: bool
    discoverable: bool | None

    @property
    def searchable(self) -> bool:
        """Whether its public posts may be searched."""
        return self.indexable and self.discoverable is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Toot:
    """One version of a post. `number` is its id on its own server."""

    uri: str
    author: Resident
    text: str
    lang: str
    visibility: str
    number: int
    created_at: datetime
    edited_at: datetime | None = None
    reply_to: str = ""  # uri
    refusable: bool = False

    @property
    def wanted(self) -> bool:
        """Whether a careful reader keeps it."""
        return self.visibility == "public" and self.author.searchable


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one server has to tell at `at`: of a delete, only the version that is gone."""

    at: datetime
    kind: Kind
    toot: Toot


class Fediverse:
    """All servers of one world. Grows as time passes; ask in order of time."""

    def __init__(self, world: World, servers: Sequence[str]) -> None:
        self.world = world
        self.servers = tuple(servers)
        self._told = world.start
        self._toots: dict[str, Toot] = {}  # by at-uri: the live ones
        self._by_did: dict[str, set[str]] = {}
        self._by_uri: dict[str, Toot] = {}
        self._residents: dict[str, Resident] = {}
        self._coming: dict[str, list[tuple[datetime, int, Change]]] = {s: [] for s in servers}
        self.changes: dict[str, list[Change]] = {server: [] for server in servers}
        self._count = 0

    def advance(self, now: datetime) -> None:
        """Let the world go on to `now`."""
        if now <= self._told:
            return
        for event in self.world.events(self._told, now):
            self._take(event)
        self._told = now
        for server, coming in self._coming.items():
            while coming and coming[0][0] < now:
                self.changes[server].append(heapq.heappop(coming)[2])

    def truth(self, server: str) -> dict[str, Toot]:
        """Return what a faithful and careful reader of `server` holds now, by uri."""
        held: dict[str, Toot] = {}
        for change in self.changes[server]:
            if change.kind == "delete":
                held.pop(change.toot.uri, None)
            elif change.toot.wanted:
                held[change.toot.uri] = change.toot
        return held

    def number_on(self, server: str, toot: Toot) -> str:
        """Return a post's id on a server: its own there, another one elsewhere."""
        return str(toot.number ^ (1 + self.servers.index(server)))

    def settled(self) -> timedelta:
        """Return how long it takes until every server has heard of everything."""
        return _LATEST

    def _take(self, event: WorldEvent) -> None:
        if event.kind == "account" and event.status:
            for uri in sorted(self._by_did.pop(event.did, set())):
                self._forget(uri, event.at)
        if not event.is_post:
            return
        before = self._toots.get(event.uri)
        if event.record is None:
            if before is not None:
                self._by_did[event.did].discard(event.uri)
                self._forget(event.uri, event.at)
            return
        text = event.record.get("text")
        toot = self._toot(event, text if isinstance(text, str) else "")
        if before is not None:
            toot = replace(
                before,
                text=toot.text,
                lang=toot.lang,
                edited_at=event.at,
                refusable=event.refusable,
            )
        self._toots[event.uri] = self._by_uri[toot.uri] = toot
        self._by_did.setdefault(event.did, set()).add(event.uri)
        self._tell("update" if before is None else "status.update", toot, event.at)

    def _forget(self, uri: str, at: datetime) -> None:
        toot = self._toots.pop(uri)
        del self._by_uri[toot.uri]
        self._tell("delete", toot, at)

    def _toot(self, event: WorldEvent, text: str) -> Toot:
        author = self._resident(event.did)
        milliseconds = microseconds(event.at) // 1000
        number = milliseconds << 16 | (event.seq << 3) & 0xFFF8
        digest = _digest(event.uri)
        return Toot(
            uri=f"https://{author.home}/users/{author.name}/statuses/{number}",
            author=author,
            text=text.replace("\r", ""),
            lang=event.lang or "en",
            visibility="unlisted" if digest % 20 == 0 else "public",
            number=number,
            created_at=event.at,
            reply_to=self._uri_of(event.record),
            refusable=event.refusable,
        )

    def _uri_of(self, record: Mapping[str, object] | None) -> str:
        reply = (record or {}).get("reply")
        parent = reply.get("parent") if isinstance(reply, dict) else None
        uri = parent.get("uri") if isinstance(parent, dict) else None
        toot = self._toots.get(uri) if isinstance(uri, str) else None
        return toot.uri if toot is not None else ""

    def toot_of(self, uri: str) -> Toot | None:
        """Return the live post of an ActivityPub uri."""
        return self._by_uri.get(uri)

    def _resident(self, did: str) -> Resident:
        if did not in self._residents:
            digest = _digest(did)
            self._residents[did] = Resident(
                did=did,
                home=self.servers[digest % len(self.servers)],
                name=f"u{did[-10:]}",
                indexable=digest // 7 % 10 != 0,
                discoverable=(None, True, True, True, False)[digest // 77 % 5],
            )
        return self._residents[did]

    def _tell(self, kind: Kind, toot: Toot, at: datetime) -> None:
        self._count += 1
        for server in self.servers:
            late = timedelta()
            if server != toot.author.home:  # always the same for one post, so that order is kept
                late = _LATEST * (_digest(f"{server} {toot.uri}") % 1000 / 1001)
            change = Change(at=at + late, kind=kind, toot=toot)
            heapq.heappush(self._coming[server], (change.at, self._count, change))


def status_json(fediverse: Fediverse, server: str, toot: Toot) -> dict[str, object]:
    """Return a post as `server` tells of it, in Mastodon's own shape."""
    author = toot.author
    acct = author.name if author.home == server else f"{author.name}@{author.home}"
    parent = fediverse.toot_of(toot.reply_to) if toot.reply_to else None
    page = f"https://{author.home}/@{author.name}"
    return {
        "id": fediverse.number_on(server, toot),
        "uri": toot.uri,
        "url": f"{page}/{toot.number}",
        "created_at": to_milliseconds_text(toot.created_at),
        "edited_at": to_milliseconds_text(toot.edited_at) if toot.edited_at else None,
        "in_reply_to_id": None if parent is None else fediverse.number_on(server, parent),
        "in_reply_to_account_id": None if parent is None else str(_digest(parent.author.did)),
        "sensitive": False,
        "spoiler_text": "",
        "visibility": toot.visibility,
        "language": toot.lang,
        "content": content(toot.text, author.home),
        "reblog": None,
        "account": {
            "id": str(_digest(author.did)),
            "username": author.name,
            "acct": acct,
            "display_name": author.name,
            "bot": False,
            "discoverable": author.discoverable,
            "indexable": author.indexable,
            "noindex": False,
            "url": page,
            "uri": f"https://{author.home}/users/{author.name}",
            "followers_count": _digest(author.did) % 5000,
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "card": None,
        "poll": None,
        "quote": None,
    }


def content(text: str, home: str) -> str:
    """Return a text as the HTML that Mastodon makes of it, long addresses shortened by style."""
    pieces: list[str] = []
    end = 0
    for found in _LINK.finditer(text):
        pieces += [_tagged(text[end : found.start()], home), _anchor(found[0])]
        end = found.end()
    pieces.append(_tagged(text[end:], home))
    paragraphs = "".join(pieces).split("\n\n")
    return "".join(f"<p>{one.replace(chr(10), '<br />')}</p>" for one in paragraphs)


def _tagged(text: str, home: str) -> str:
    def tag(found: re.Match[str]) -> str:
        name = found[1]
        href = html.escape(f"https://{home}/tags/{name}")
        return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'

    return _TAG.sub(tag, html.escape(text, quote=False))


def _anchor(url: str) -> str:
    scheme, _, rest = url.partition("://")
    shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener">'
        f'<span class="invisible">{scheme}://</span>'
        f'<span class="{"ellipsis" if hidden else ""}">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
