"""One lexical partition, written: tantivy's writer, and the state that it is published under."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from tantivy import FieldType, Index, IndexWriter, Query

from siyaq.core.ids import Seq
from siyaq.index.disk import Disk
from siyaq.index.document import Told, schema
from siyaq.index.state import PartitionState, storing

PREFIX: Final = "words-"


def unused_state(number: int) -> PartitionState:
    """Return the state of a partition without posts, under a name never used before."""
    name = f"{PREFIX}{number:06d}-{os.urandom(4).hex()}"
    return PartitionState(number=number, name=name, commit=0, since_us=2**62, until_us=-(2**62))


class Partition:
    """Takes posts and deletes; holds tantivy's lock on its folder for as long as it lives."""

    def __init__(self, folder: Path, state: PartitionState, memory_bytes: int, disk: Disk) -> None:
        """Open the partition in its folder inside `folder`; without a commit, make it."""
        self.state = state
        self.touched = False  # since the last commit
        self._path = folder / state.name
        self._disk = disk
        with storing(self._path):
            if state.commit:
                index = Index.open(str(self._path))
            else:
                disk.make_folder(self._path)
                disk.sync_folder(folder)
                index = Index(schema(), str(self._path))
            self._writer: IndexWriter = index.writer(memory_bytes, 1)
            if state.commit:
                # A commit that was cut short may have left a file under the name of the next's.
                self._writer.garbage_collect_files()

    def add(self, posts: Iterable[Told]) -> None:
        """Add posts."""
        since, until = self.state.since_us, self.state.until_us
        add = self._writer.add_json
        with storing(self._path):
            for _, placed, document in posts:
                add(document)
                if placed < since:
                    since = placed
                if placed > until:
                    until = placed
        self.state = msgspec.structs.replace(self.state, since_us=since, until_us=until)
        self.touched = True

    def delete(self, seqs: Sequence[Seq]) -> None:
        """Take posts out; those not in it do no harm."""
        # By query: tantivy-py's delete by term takes every integer for a signed one.
        gone = Query.term_set_query(schema(), "seq", list(seqs))
        with storing(self._path):
            self._writer.delete_documents_by_query(gone)
        self.touched = True

    def delete_beyond(self, seq: Seq) -> None:
        """Take out everything after this place in the log."""
        beyond = Query.range_query(schema(), "seq", FieldType.Unsigned, lower_bound=seq + 1)
        with storing(self._path):
            self._writer.delete_documents_by_query(beyond)
        self.touched = True

    def commit(self) -> PartitionState:
        """Make everything durable, and return the state that stands for it."""
        if self.touched:
            with storing(self._path):
                stamp = self._disk.settle(self._path, self._writer.commit)
            self.state = msgspec.structs.replace(self.state, commit=stamp)
            self.touched = False
        return self.state


def holds_deleted_text(path: Path) -> bool:
    """Say whether the words of a deleted post may still be in a partition's files."""
    segments = json.loads((path / "meta.json").read_bytes())["segments"]
    return any(segment["deletes"] for segment in segments)
