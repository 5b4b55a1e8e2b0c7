"""Compares an index with the log it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from tantivy import Query

from siyaq.core.errors import ConfigError, CorruptionError
from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.index.damage import damaged
from siyaq.index.lexical import PartitionView, reading
from siyaq.index.segment import Layout, Segment, SegmentView, segment_path
from siyaq.index.state import FOLDER, NAME, State, home, read_state
from siyaq.log import LogReader
from siyaq.text.sentences import passages

_AT_ONCE: Final = 5000  # entries of the log


def check(log: LogReader, directory: Path) -> tuple[str, ...]:
    """Return what is wrong with the index in a data directory, in words; nothing if all is well.

    Reads the whole log and both halves of the index. What the index has not come to yet is not
    wrong, and neither is a directory without an index. Post texts are never named, only places.
    """
    try:
        index = directory / FOLDER
        state = read_state(index / NAME)
        if state is None:
            return ()
        if state.indexed > log.head():
            return (f"index knows log entry {state.indexed}, the log ends at {log.head()}",)
        folder = home(index, state.generation)
        damage = tuple(damaged(folder, state))
        if damage:
            return damage
        with reading(f"index {str(index)!r}"):
            words = _words(folder, state)
        embedded = _embedded(folder, state)
    except FileNotFoundError as error:
        return (f"index lacks the file {error.filename or error}",)
    except (ConfigError, CorruptionError, ValueError) as error:  # ValueError is tantivy's own
        return (str(error),)
    return tuple(_differences(log, state, words, embedded))


def _words(folder: Path, state: State) -> list[int]:
    """Return the places of all posts that the partitions hold, in order."""
    found: list[int] = []
    for each in state.partitions:
        view = PartitionView.open(folder / each.name, each)
        if view.searcher.num_docs:
            query = Query.all_query()
            hits = view.searcher.search(query, view.searcher.num_docs, count=False).hits
            found.extend(view.seqs([address for _, address in hits]))
    return sorted(found)


def _embedded(folder: Path, state: State) -> set[int]:
    """Return the places of all posts that have a passage. Raises CorruptionError."""
    layout = Layout(state.segment_rows, state.dimensions)
    found: set[int] = set()
    last = 0
    for each in state.segments:
        view = SegmentView(Segment(segment_path(folder, each.number), layout), each)
        seqs = view["seq"].astype(np.int64)
        if seqs.size and (seqs[0] < last or np.any(np.diff(seqs) < 0)):
            raise CorruptionError(f"segment {each.number} is not in log order")
        last = int(seqs[-1]) if seqs.size else last
        found.update(seqs[~view.hidden].tolist())
    return found


def _differences(
    log: LogReader, state: State, words: list[int], embedded: set[int]
) -> Iterator[str]:
    held = {seq for seq in words if seq <= state.indexed}
    if len(set(words)) < len(words):
        yield f"{len(words) - len(set(words))} posts are indexed twice"
    live: set[int] = set()
    # The log erases a text when its post is superseded; each half follows when it gets there.
    unsettled_words: set[int] = set()
    unsettled_vectors: set[int] = set()
    for entry in _entries(log):
        if entry.replaces is not None and entry.seq > state.indexed:
            unsettled_words.add(entry.replaces)
        if entry.replaces is not None and entry.seq > state.embedded:
            unsettled_vectors.add(entry.replaces)
        if entry.post is None or entry.seq > state.indexed:
            continue
        live.add(entry.seq)
        if entry.seq not in embedded and (
            entry.seq > state.embedded or not passages(entry.post.text)
        ):
            unsettled_vectors.add(entry.seq)
    yield from _compared("indexed by word", live, held, unsettled_words)
    seen = {seq for seq in embedded if seq <= state.embedded}
    yield from _compared("embedded", live, seen, unsettled_vectors)


def _compared(what: str, expected: set[int], found: set[int], unsettled: set[int]) -> Iterator[str]:
    missing, extra = expected - found - unsettled, found - expected - unsettled
    if missing:
        yield f"{len(missing)} posts are not {what}, the first at log entry {min(missing)}"
    if extra:
        yield f"{len(extra)} posts not in the log are {what}, the first at log entry {min(extra)}"


def _entries(log: LogReader) -> Iterator[LogEntry]:
    after = Seq(0)
    while entries := log.entries(after, _AT_ONCE):
        yield from entries
        after = entries[-1].seq
