"""Looking at pictures: those handed in, and, where switched on, those that posts link to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from siyaq.app.live import LiveHub
from siyaq.app.remembering import Remembering
from siyaq.context import PictureShelf
from siyaq.core.errors import NotFound, SiyaqError
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.log import LogReader
from siyaq.sources.pictures import Pictures

logger = logging.getLogger("siyaq.app")


class Picturing:
    """Keeps the shelf of pictures. On the event loop."""

    def __init__(
        self,
        pictures: Pictures,
        shelf: PictureShelf,
        log: LogReader,
        remembered: Remembering | None,
        count: Callable[[str], None],
    ) -> None:
        self._pictures = pictures
        self._shelf = shelf
        self._log = log
        self._remembered = remembered
        self._count = count

    async def take(self, post_id: PostId, place: int, document: bytes) -> None:
        """Look at a picture of a post, of which these are the bytes.

        Raises NotFound for a post without a picture there, UnreadablePicture.
        """
        entry = (await asyncio.to_thread(self._log.find, (post_id,))).get(post_id)
        post = None if entry is None else entry.post
        if post is None or place >= len(post.media) or post.media[place].type != "image":
            raise NotFound(f"post {post_id!r} has no picture {place} here")
        await self._keep(post_id, place, await self._pictures.hash(document))
        self._count("given")

    async def follow(self, hub: LiveHub) -> None:
        """Fetch the pictures of posts as they come in, one after the other, for ever.

        A burst is not kept up with: the hub drops what waits too long.
        """
        async for item in hub.subscribe("", Filters()):
            if isinstance(item, Post):
                await self._fetch(item)
            else:
                await asyncio.to_thread(self._shelf.forget, item)

    async def _fetch(self, post: Post) -> None:
        for place, media in enumerate(post.media):
            if media.type != "image" or not media.url:
                continue
            try:
                await self._keep(post.id, place, await self._pictures.fetch(media.url))
            except SiyaqError:
                self._count("failed")
            else:
                self._count("fetched")

    async def _keep(self, post_id: PostId, place: int, digest: bytes) -> None:
        await asyncio.to_thread(self._shelf.put, post_id, place, digest)
        if self._remembered is not None:
            for seen in await asyncio.to_thread(self._shelf.alike, digest):
                self._remembered.forget(seen.post_id)
