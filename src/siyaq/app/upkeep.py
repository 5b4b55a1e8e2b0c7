"""Looking after a data directory: verifying it, and making its index anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from siyaq import log
from siyaq.config import Config
from siyaq.core.clock import SystemClock
from siyaq.core.errors import StorageError
from siyaq.core.event import Op, PostEvent
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch
from siyaq.index import Indexer, check
from siyaq.index import rebuild as rebuild_index
from siyaq.log import LogReader, LogWriter, Verification
from siyaq.models import BuiltinEmbedder

PURGE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class ModelAtHand:
    """A model that can be used now."""

    name: str
    role: str
    about: str


def verify(config: Config) -> Verification:
    """Check every byte of the log, then that the index holds what the log says."""
    found = log.verify(config.data)
    if found.problems:
        return found
    with LogReader.open(config.data) as reader:
        return replace(found, problems=check(reader, config.data))


def purge(config: Config, post_ids: Sequence[PostId]) -> int:
    """Erase posts, then every byte that deleted posts have left in the log and in the index.

    Returns how many of `post_ids` were held. Raises NotFound where there is no log,
    AlreadyWriting beside a running writer, and StorageError where the index could not be
    cleared in time.
    """
    _require_log(config)
    now = SystemClock().now()
    events = tuple(
        PostEvent(op=Op.DELETE, post_id=post_id, post=None, witnessed_at=now)
        for post_id in post_ids
    )
    with (
        LogWriter.open(config.data) as writer,
        LogReader.open(config.data) as reader,
        BuiltinEmbedder(processes=config.embed_processes) as embedder,
    ):
        held = sum(reader.state(post_id) in ("live", "hidden") for post_id in set(post_ids))
        writer.append([Batch(events=events)])
        writer.purge()
        indexer = Indexer(reader, config.data, embedder)
        indexer.start()
        try:
            caught_up = indexer.wait_embedded(reader.head(), PURGE_SECONDS)
            if not (caught_up and indexer.purge(PURGE_SECONDS)):
                raise StorageError(
                    f"the index was not cleared within {PURGE_SECONDS:.0f} seconds",
                    hint="run 'siyaq rebuild', which makes it anew",
                )
        finally:
            indexer.stop()
    return held


def rebuild(config: Config, on_progress: Callable[[int, int], None]) -> None:
    """Make every index anew from the log.

    Raises NotFound where there is no log, and AlreadyWriting beside a running writer.
    """
    _require_log(config)
    with (
        LogWriter.open(config.data),
        LogReader.open(config.data) as reader,
        BuiltinEmbedder(processes=config.embed_processes) as embedder,
    ):
        rebuild_index(reader, config.data, embedder, on_progress)


def _require_log(config: Config) -> None:
    """Raise NotFound where there is nothing to look after: a writer would begin a log there."""
    LogReader.open(config.data).close()


def models() -> list[ModelAtHand]:
    """List the models at hand."""
    return [
        ModelAtHand("extractive", "answers", "quotes what posts say; no model is involved"),
        ModelAtHand(BuiltinEmbedder().name, "vectors", "built in; 16 languages in one space"),
    ]
