"""A newspaper in a hurry, behind a wire that can be cut: what campaigns against feeds read.

Articles come at a steady rate; every third is corrected, and every seventh is withdrawn. All of it
follows from the time alone.
"""

from __future__ import annotations

from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from siyaq.testing.world.event import Article
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.proxy import FaultProxy
from siyaq.testing.world.web import FeedServer
from siyaq.testing.world.words import Lang
from siyaq.testing.world.world import World

LISTED = 300
"""Articles in a feed: enough for an outage of many seconds."""

_CORRECTED_AFTER, _WITHDRAWN_AFTER = 4, 9  # articles later
_CORRECTED, _WITHDRAWN = 3, 7  # one of so many


class Newsroom(FeedServer):
    """Serves the English paper, with an article every `every` of its time. Async context manager.

    Readers come through `wire`, which can be cut; pages and feeds name its address.
    """

    def __init__(self, world: World, pace: Pace, every: timedelta, **how: Any) -> None:
        super().__init__(world, pace, **how)
        self._every = every
        self.wire = FaultProxy(0, [])

    async def __aenter__(self) -> Self:
        self.start()
        self.wire = FaultProxy(self._server.port, [b"GET /news/"], at_once=True)
        await self.wire.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.wire.__aexit__(kind, error, trace)
        await self.stop()

    @property
    def base(self) -> str:
        """The address of the wire."""
        return f"http://127.0.0.1:{self.wire.port}"

    @property
    def count(self) -> int:
        """How many articles were ever published."""
        return max(0, (self.pace.now() - self.world.start) // self._every)

    def written(self) -> dict[str, Article]:
        """Return the latest version of every article that was not withdrawn, the oldest first."""
        count = self.count
        made = (self._made(number, count) for number in range(count))
        return {article.guid: article for article in made if article.guid not in self.withdrawn}

    def articles(self, paper: Lang, *, first_versions: bool = False) -> list[Article]:
        """Return the newest articles, the newest first."""
        self.withdraw()
        return list(self.written().values())[::-1][:LISTED]

    def withdraw(self) -> None:
        """Withdraw what is to be withdrawn by now."""
        for number in range(_WITHDRAWN - 1, self.count - _WITHDRAWN_AFTER, _WITHDRAWN):
            self.withdrawn[self._guid(number)] = 410

    def _made(self, number: int, count: int) -> Article:
        published = self.world.start + number * self._every
        corrected = number % _CORRECTED == 0 and count - number > _CORRECTED_AFTER
        updated = published + _CORRECTED_AFTER * self._every if corrected else published
        version = "corrected since" if corrected else "as it was first told"
        return Article(
            guid=self._guid(number),
            paper="en",
            title=f"Bulletin {number}",
            paragraphs=(
                f"The harbour office counted {number} ships this morning, {version}.",
                f"It says that the count of bulletin {number} will be told again tomorrow.",
            ),
            author="The desk",
            published_at=published,
            updated_at=updated,
            story="",
        )

    def _guid(self, number: int) -> str:
        return f"tag:{self.world.papers['en'].domain},2026:bulletin-{number}"
