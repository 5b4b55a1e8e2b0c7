"""Which posts carried the same picture: perceptual hashes, kept beside the log.

A small SQLite file holds a hash of 256 bits for each picture that was looked at; all of them are
compared at once in memory. Losing the file loses which pictures were seen, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from siyaq.core.card import EarlierPicture, PictureCard
from siyaq.core.errors import StorageError
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.log import LogReader
from siyaq.sqlite import Connection, Database, File, Layout, transaction

NAME: Final = "pictures.sqlite"
SAME: Final = 31
"""Bits of 256 by which two hashes of one picture differ at most, as PDQ's makers advise."""
SHOWN_AT_MOST: Final = 10
_READ_AT_MOST: Final = 200
_WORDS: Final = 4  # of 64 bits

_LOST: Final = "moving the file away loses which pictures were seen, and nothing else"
_TABLES = """
    CREATE TABLE IF NOT EXISTS pictures (
        post_id TEXT NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL,
        PRIMARY KEY (post_id, place)
    ) WITHOUT ROWID;
"""


class Seen(NamedTuple):
    """A picture of a post, and by how many bits it differs."""

    post_id: PostId
    distance: int


class PictureShelf:
    """The hashes of one data directory. Safe to use from several threads.

    The file is opened when it is first needed. Raises StorageError where it cannot be used. What
    another process adds is seen from the next opening on.
    """

    def __init__(self, directory: Path) -> None:
        self._database = Database(
            File(
                directory / NAME,
                Layout((_TABLES,)),
                "the pictures",
                _LOST,
            ),
            begun=self._load,
        )
        self._names: list[PostId] = []
        self._fresh: list[tuple[PostId, bytes]] = []  # kept, and not among the rest yet
        self._hashes: npt.NDArray[np.uint64] = np.zeros((0, _WORDS), np.uint64)

    def put(self, post_id: PostId, place: int, digest: bytes) -> None:
        """Keep the hash of one picture of a post, in place of an earlier one."""
        with self._database.lent() as database:
            known = database.execute(
                "SELECT 1 FROM pictures WHERE post_id = ? AND place = ?", (post_id, place)
            ).fetchone()
            with transaction(database):
                database.execute(
                    "INSERT OR REPLACE INTO pictures (post_id, place, hash) VALUES (?, ?, ?)",
                    (post_id, place, digest),
                )
            if known:
                self._load(database)
            else:
                self._fresh.append((post_id, digest))

    def of(self, post_id: PostId) -> dict[int, bytes]:
        """Return the hashes of a post's pictures by their places."""
        with self._database.lent() as database:
            rows = database.execute(
                "SELECT place, hash FROM pictures WHERE post_id = ?", (post_id,)
            ).fetchall()
        return dict(rows)

    def alike(self, digest: bytes, shown: Callable[[PostId], bool] = lambda _: True) -> list[Seen]:
        """Return the posts that carry the same picture, the most alike first, of those shown."""
        with self._database.lent():
            self._take_in_fresh()
            names, hashes = self._names, self._hashes
        if not names:
            return []
        wanted = np.frombuffer(digest, np.uint64)
        distances = np.bitwise_count(hashes ^ wanted).sum(axis=1)
        near = np.flatnonzero(distances <= SAME)
        found = sorted(
            Seen(names[place], int(distances[place])) for place in near if shown(names[place])
        )
        return sorted(found, key=lambda one: one.distance)[:_READ_AT_MOST]

    def forget(self, post_id: PostId) -> None:
        """Erase the hashes of a post that is gone."""
        with self._database.lent() as database:
            with transaction(database):
                database.execute("DELETE FROM pictures WHERE post_id = ?", (post_id,))
            self._load(database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _take_in_fresh(self) -> None:
        if not self._fresh:
            return
        self._names = [*self._names, *(name for name, _ in self._fresh)]
        joined = b"".join(digest for _, digest in self._fresh)
        fresh = np.frombuffer(joined, np.uint64).reshape(-1, _WORDS)
        self._hashes = np.concatenate([self._hashes, fresh])
        self._fresh = []

    def _load(self, database: Connection) -> None:
        rows = database.execute("SELECT post_id, hash FROM pictures ORDER BY post_id").fetchall()
        self._fresh = []
        self._names = [row[0] for row in rows]
        joined = b"".join(row[1] for row in rows)
        if len(joined) != 8 * _WORDS * len(rows):
            raise StorageError("a picture's hash does not have its 256 bits", hint=_LOST)
        self._hashes = np.frombuffer(joined, np.uint64).reshape(-1, _WORDS)


def picture_cards(post: Post, shelf: PictureShelf, log: LogReader) -> tuple[PictureCard, ...]:
    """Return the pictures of a post, each with earlier posts that carried it, by time."""
    try:
        hashes = shelf.of(post.id)
        seen = {place: shelf.alike(digest, log.shows_post) for place, digest in hashes.items()}
    except StorageError:
        seen = {}
    cards = []
    for place, media in enumerate(post.media):
        if media.type != "image":
            continue
        alike = {one.post_id: one.distance for one in seen.get(place, ())}
        alike.pop(post.id, None)
        live = [entry.post for entry in log.find(alike).values() if entry.post is not None]
        _forget_deleted(alike.keys() - {one.id for one in live}, shelf, log)
        earlier = sorted(
            (one for one in live if one.placed_at < post.placed_at),
            key=lambda one: (one.placed_at, one.id),
        )
        cards.append(
            PictureCard(
                url=media.url,
                alt=media.alt,
                checked=place in seen,
                earlier=tuple(
                    EarlierPicture(
                        post_id=one.id,
                        author_id=one.author.id,
                        handle=one.author.handle,
                        name=one.author.name,
                        at=one.placed_at,
                        distance=alike[one.id],
                    )
                    for one in earlier[:SHOWN_AT_MOST]
                ),
            )
        )
    return tuple(cards)


def _forget_deleted(names: set[PostId], shelf: PictureShelf, log: LogReader) -> None:
    for name in names:
        if log.state(name) == "deleted":
            shelf.forget(name)
