"""Looking after a data directory: verifying it, and making its index anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from siyaq import log
from siyaq.config import Config
from siyaq.core.clock import SystemClock
from siyaq.core.event import Op, PostEvent
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch
from siyaq.index import check
from siyaq.index import rebuild as rebuild_index
from siyaq.log import LogReader, LogWriter
from siyaq.models import BuiltinEmbedder


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of log and index found; no problems means that all is well."""

    entries: int
    posts: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelAtHand:
    """A model that can be used now."""

    name: str
    role: str
    about: str


def verify(config: Config) -> Verified:
    """Check every byte of the log, then that the index holds what the log says."""
    found = log.verify(config.data)
    problems = found.problems
    if not problems:
        reader = LogReader.open(config.data)
        try:
            problems = check(reader, config.data)
        finally:
            reader.close()
    return Verified(found.entries, found.posts, problems)


def purge(
    config: Config, post_ids: Sequence[PostId], on_progress: Callable[[int, int], None]
) -> int:
    """Erase posts, then every byte that deleted posts have left in the log and in the index.

    The index is made anew, because its segments keep the words of deleted posts until they are
    merged. Returns how many of `post_ids` were held. Raises AlreadyWriting beside a writer.
    """
    now = SystemClock().now()
    events = tuple(
        PostEvent(op=Op.DELETE, post_id=post_id, post=None, witnessed_at=now)
        for post_id in post_ids
    )
    with LogWriter.open(config.data) as writer:
        (appended,) = writer.append([Batch(events=events)])
        writer.purge()
    rebuild(config, on_progress)
    return appended.deleted


def rebuild(config: Config, on_progress: Callable[[int, int], None]) -> None:
    """Make every index anew from the log. Raises AlreadyWriting beside a running writer."""
    with (
        LogWriter.open(config.data),
        BuiltinEmbedder(processes=config.embed_processes) as embedder,
    ):
        reader = LogReader.open(config.data)
        try:
            rebuild_index(reader, config.data, embedder, on_progress)
        finally:
            reader.close()


def models() -> list[ModelAtHand]:
    """List the models at hand."""
    return [
        ModelAtHand("extractive", "answers", "quotes what posts say; no model is involved"),
        ModelAtHand(BuiltinEmbedder().name, "vectors", "built in; 16 languages in one space"),
    ]
