"""Readers' notes on the posts that are held here, and how helpful readers find them and cards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from siyaq.app.held import HeldPosts
from siyaq.context import ReadersNotes
from siyaq.core.errors import NotFound, StorageError
from siyaq.core.ids import PostId
from siyaq.core.note import Helpfulness, Note, NoteDraft, NoteScore
from siyaq.log import LogReader


class Noting:
    """Readers' notes, as `core.product.Product` takes and tells them.

    `part`: only some sources are shown here, so a post that is not found may still be held.
    """

    def __init__(
        self, notes: ReadersNotes, log: LogReader, posts: HeldPosts, *, part: bool
    ) -> None:
        self._notes = notes
        self._log = log
        self._posts = posts
        self._part = part

    async def of(self, post_id: PostId) -> tuple[NoteScore, Sequence[Note]]:
        """Return how readers find the card of a post, and their notes, best first: NotFound."""
        await self._require(post_id)
        card = await asyncio.to_thread(self._notes.of_card, post_id)
        return card, await asyncio.to_thread(self._notes.of, post_id)

    async def helpful(self, post_id: PostId) -> tuple[Note, ...]:
        """Return the notes that a card shows; none where they cannot be had."""
        try:
            found = await asyncio.to_thread(self._notes.of, post_id)
        except StorageError:
            return ()
        return tuple(one for one in found if one.score.status == "helpful")

    async def propose(self, post_id: PostId, draft: NoteDraft) -> Note:
        """Keep a reader's note on a post. Raises NotFound, UsageError."""
        await self._require(post_id)
        return await asyncio.to_thread(self._notes.propose, post_id, draft, datetime.now(UTC))

    async def rate(self, note_id: str, rater: str, helpful: Helpfulness) -> None:
        """Take a reader's rating of a note, in place of their last. Raises NotFound, UsageError."""
        await self._require_note(note_id)
        await asyncio.to_thread(self._notes.rate, note_id, rater, helpful, datetime.now(UTC))

    async def rate_card(self, post_id: PostId, rater: str, helpful: Helpfulness) -> None:
        """Take a reader's rating of a card, in place of their last. Raises NotFound, UsageError."""
        await self._require(post_id)
        await asyncio.to_thread(self._notes.rate_card, post_id, rater, helpful, datetime.now(UTC))

    async def forget(self, note_id: str) -> None:
        """Erase a note and its ratings. Raises NotFound."""
        await self._require_note(note_id)
        await asyncio.to_thread(self._notes.forget, note_id)

    async def _require(self, post_id: PostId) -> None:
        """Raise NotFound for a post that is not live, and erase what readers said of it."""
        try:
            await self._posts.post(post_id)
        except NotFound:
            if not self._part:  # a part cannot tell what is gone from what is kept from it
                await asyncio.to_thread(self._notes.forget_post, post_id)
            raise

    async def _require_note(self, note_id: str) -> None:
        """Raise NotFound for a note on a post that is kept from here, as for one that is not."""
        if self._part:
            post_id = await asyncio.to_thread(self._notes.post_of, note_id)
            if not self._log.shows_post(post_id):
                raise NotFound(f"no note {note_id[:40]!r} is kept")
