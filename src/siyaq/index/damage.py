"""Finds bytes of an index that are not what was written, by their checksums.

tantivy ends each of its files with a CRC-32 of what comes before: the content, then
`{"version": …, "crc": …}` as JSON, the length of that JSON, and a magic number, both as 32 bits
little-endian (its `directory/footer.rs`). It looks at them only when it is asked to, which its
Python package cannot do, so they are read here.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np

from siyaq.index.segment import Layout, Segment, SegmentView, segment_path
from siyaq.index.state import State

_MAGIC: Final = 1337
_TAIL: Final = struct.Struct("<II")  # length of the JSON, magic number
_LONGEST_FOOTER_BYTES: Final = 4096
_ROWS_AT_ONCE: Final = 4096


def damaged(folder: Path, state: State) -> Iterator[str]:
    """Yield what is damaged of one generation, in words. Reads every byte that the state names."""
    for partition in state.partitions:
        yield from _damaged_words(folder / partition.name)
    layout = Layout(state.segment_rows, state.dimensions)
    for each in state.segments:
        view = SegmentView(Segment(segment_path(folder, each.number), layout), each, state.runs())
        for first in range(0, view.rows, _ROWS_AT_ONCE):
            rows = np.arange(first, min(first + _ROWS_AT_ONCE, view.rows), dtype=np.intp)
            for row in view.damaged(rows)[:1].tolist():
                yield f"vector segment {each.number} is damaged at row {row}"


def _damaged_words(folder: Path) -> Iterator[str]:
    """Yield the files of a partition that are damaged. One that a merge removes is none.

    'meta.json' has no checksum, and the number of documents that it tells weighs every word: it is
    held against the files that tell which are deleted. Where none is, posts would be too many.
    """
    try:
        held = _read(folder / "meta.json")["segments"]
        segments = {str(each["segment_id"]).replace("-", ""): each for each in held}
        counted = {
            f"{name}.{each['deletes']['opstamp']}.del": each["max_doc"]
            for name, each in segments.items()
            if each["deletes"]
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        yield f"partition {folder.name!r} is damaged: its 'meta.json' cannot be read"
        return
    for path in sorted(folder.iterdir()):
        if path.name.partition(".")[0] not in segments:
            continue  # nothing that is read
        try:
            if not _is_whole(path):
                yield f"partition {folder.name!r} is damaged: {path.name!r} fails its checksum"
            elif path.name in counted and _documents(path) != counted[path.name]:
                yield f"partition {folder.name!r} is damaged: its 'meta.json' miscounts its posts"
        except FileNotFoundError:
            continue


def _read(path: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(path.read_bytes())
    return held


def _documents(deletes: Path) -> int:
    """Return of how many documents a file tells which are deleted: its first 32 bits."""
    with deletes.open("rb") as file:
        return int.from_bytes(file.read(4), "little")


def _is_whole(path: Path) -> bool:
    """Say whether a file of tantivy's has the checksum that its footer tells."""
    with path.open("rb") as file:
        size = path.stat().st_size
        if size < _TAIL.size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            length, magic = _TAIL.unpack(content[-_TAIL.size :])
            end = size - _TAIL.size - length
            if magic != _MAGIC or length > _LONGEST_FOOTER_BYTES or end < 0:
                return False
            try:
                told = json.loads(content[end : end + length])["crc"]
            except (ValueError, KeyError, TypeError):
                return False
            with memoryview(content) as whole, whole[:end] as body:
                return bool(crc32(body) == told)
