"""Posts that are held: by their names, and by the addresses that lead to them."""

from __future__ import annotations

import asyncio

from siyaq.context import posts_at
from siyaq.core.errors import NotFound
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.index import IndexReader, IndexWithin
from siyaq.log import LogReader


class HeldPosts:
    """The live posts of a log, as `core.product.Product` hands them out."""

    def __init__(self, log: LogReader, searcher: IndexReader | IndexWithin) -> None:
        self._log = log
        self._searcher = searcher

    async def post(self, post_id: PostId) -> Post:
        """Return the live version of a post. Raises NotFound: unknown, deleted or hidden."""
        entry = (await asyncio.to_thread(self._log.find, (post_id,))).get(post_id)
        if entry is None or entry.post is None:
            state = await asyncio.to_thread(self._log.state, post_id)
            raise NotFound(f"post {post_id!r} is {state} here")
        return entry.post

    async def post_at(self, address: str) -> PostId:
        """Return the live post that an address leads to, without fetching it. Raises NotFound."""
        return await asyncio.to_thread(self._post_at, address)

    def _post_at(self, address: str) -> PostId:
        likely = posts_at(address, [one.source for one in self._log.sources()])
        held = self._log.find(likely)
        for name in likely:
            if name in held:
                return name
        self._searcher.refresh()
        where = Filters()
        seqs = self._searcher.linked("url", address, where=where, k=1, newest_first=False)
        for post in self._log.posts(seqs).values():
            return post.id
        raise NotFound(
            "no post that is held here is at this address",
            hint="paste its text instead: the posts that say the same have a card",
        )
