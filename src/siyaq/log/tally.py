"""What one transaction adds to the counters of each source."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

_ADD = """
    UPDATE sources SET
        posts = posts + ?2,
        deleted = deleted + ?3,
        placed_since = min(coalesce(placed_since, ?4), coalesce(?4, placed_since)),
        placed_until = max(coalesce(placed_until, ?5), coalesce(?5, placed_until)),
        last_witnessed = max(coalesce(last_witnessed, ?6), coalesce(?6, last_witnessed))
    WHERE id = ?1
"""


@dataclass(slots=True)
class Tally:
    """The changes of one source's counters. Times are in microseconds since 1970."""

    id: int
    posts: int = 0
    deleted: int = 0
    placed_since: int | None = None
    placed_until: int | None = None
    last_witnessed: int | None = None

    def place(self, placed: int) -> None:
        """Widen the window of placed time to hold `placed`."""
        if self.placed_since is None or placed < self.placed_since:
            self.placed_since = placed
        if self.placed_until is None or placed > self.placed_until:
            self.placed_until = placed

    def witness(self, witnessed: int) -> None:
        """Remember the newest moment at which anything of the source was seen."""
        if self.last_witnessed is None or witnessed > self.last_witnessed:
            self.last_witnessed = witnessed


class Tallies:
    """The tallies of one transaction, by source."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._by_source: dict[str, Tally] = {}

    def of(self, source: str) -> Tally:
        """Return the tally of `source`, which is listed from now on."""
        tally = self._by_source.get(source)
        if tally is None:
            self._connection.execute(
                "INSERT INTO sources (source) VALUES (?) ON CONFLICT DO NOTHING", (source,)
            )
            found = self._connection.execute("SELECT id FROM sources WHERE source = ?", (source,))
            tally = self._by_source[source] = Tally(id=found.get)
        return tally

    def write(self) -> None:
        """Add every tally to the counters."""
        self._connection.executemany(
            _ADD,
            [
                (t.id, t.posts, t.deleted, t.placed_since, t.placed_until, t.last_witnessed)
                for t in self._by_source.values()
            ],
        )
