"""Finds streams that stand still while their connection lives.

A server can lose touch with what feeds its streams and notice nothing; its timelines go on. So a
stream that is quiet is compared with its timeline, and one that does not bring what stands there
is frozen.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from siyaq.sources.mastodon.address import Stream
from siyaq.sources.mastodon.bookmark import Bookmark, snowflake
from siyaq.sources.mastodon.rest import Api
from siyaq.sources.trouble import Answered, Lost


class Watch:
    """Watches the streams of one connection. A quiet one costs one request a `quiet_seconds`."""

    def __init__(
        self, streams: Sequence[Stream], marks: Mapping[str, Bookmark], quiet_seconds: float
    ) -> None:
        now = time.monotonic()
        self._streams = streams
        self._marks = marks
        self._quiet_seconds = quiet_seconds
        self._heard_at = {stream.key: now for stream in streams}
        self._owed_since: dict[str, float] = {}  # the timeline has what the stream has not brought

    def heard(self, key: str) -> None:
        """Note that a stream has said something."""
        self._heard_at[key] = time.monotonic()
        self._owed_since.pop(key, None)

    async def compare(self, api: Api) -> None:
        """Compare each quiet stream with its timeline. Raises Lost for one that is frozen."""
        now = time.monotonic()
        for stream in self._streams:
            owed_since = self._owed_since.get(stream.key)
            if owed_since is not None and now - owed_since >= self._quiet_seconds / 3:
                raise Lost(f"the stream {stream.key!r} is frozen: its timeline has newer posts")
            if owed_since is None and now - self._heard_at[stream.key] >= self._quiet_seconds:
                await self._look(api, stream)

    async def _look(self, api: Api, stream: Stream) -> None:
        mark = self._marks[stream.key]
        after = mark.newest or (snowflake(mark.heard_at) if mark.heard_at else "")
        try:
            owed = bool(after) and await api.first_after(stream, after) != ""
        except Answered as answer:
            if answer.status == 429 or answer.status >= 500:
                raise
            owed = False  # no such timeline here: nothing to compare with
        if owed:
            self._owed_since[stream.key] = time.monotonic()
        else:
            self._heard_at[stream.key] = time.monotonic()
