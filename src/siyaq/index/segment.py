"""One vector segment: a file of fixed size that is filled from the front and never rewritten.

Each column lies at an offset of its own, so a row can be added without moving another, and the
part not yet written takes no disk. A reader maps the file once and sees as many rows as the
state says; what lies behind them is overwritten by the writer after a crash.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from siyaq.core.errors import CorruptionError
from siyaq.index.disk import Disk
from siyaq.index.state import Run, SegmentState, storing

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

ROW: Final = np.dtype(
    [
        ("seq", "<u8"),
        ("placed_us", "<i8"),
        ("lang", "<u8"),
        ("source", "<u8"),
        ("author", "<u8"),
        ("handle", "<u8"),
        ("start", "<u4"),
        ("end", "<u4"),
        ("whole", "u1"),  # the passage is all of its text
        ("title", "u1"),  # not of the text at all: the title of its post
    ]
)
"""What is kept of a passage besides its vector; names as 64-bit hashes (`name_hash`).

A title is kept like a passage, behind those of its post, and is no passage: nothing is found by it.
"""


@lru_cache(maxsize=2**16)
def name_hash(name: str) -> int:
    """Return 64 bits that stand for a language, source, author id or handle.

    Cryptographic, so that nobody can choose a handle that passes for someone else's.
    """
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a segment lie.

    A vector is kept twice: as the signs of its components, and as bytes times a scale of its own,
    which errs by about 0.0005 in a cosine and takes a quarter of the room of float32.
    """

    rows: int
    dimensions: int

    @property
    def code_bytes(self) -> int:
        """Bytes of one row of signs."""
        return (self.dimensions + 7) // 8

    def columns(self) -> dict[str, tuple[int, np.dtype[Any], int]]:
        """Return name to (offset, type, items a row), each column on a page of its own."""
        shapes: list[tuple[str, np.dtype[Any], int]] = [
            ("codes", np.dtype("u1"), self.code_bytes),
            *((name, ROW[name], 1) for name in ROW.names or ()),
            ("deleted", np.dtype("u1"), 1),
            ("scale", np.dtype("<f4"), 1),
            ("checksum", np.dtype("<u4"), 1),
            ("vectors", np.dtype("i1"), self.dimensions),
        ]
        placed, offset = {}, 0
        for name, kind, width in shapes:
            placed[name] = (offset, kind, width)
            offset += -(-self.rows * kind.itemsize * width // mmap.PAGESIZE) * mmap.PAGESIZE
        return placed

    @property
    def file_bytes(self) -> int:
        """Size of the file, most of it unwritten at first."""
        offset, kind, width = self.columns()["vectors"]
        return offset + self.rows * kind.itemsize * width


PREFIX: Final = "vectors-"


def segment_path(folder: Path, number: int) -> Path:
    """Return where a segment lies inside the home of its generation."""
    return folder / f"{PREFIX}{number:06d}"


class Segment:
    """The mapped file, whatever number of its rows may be valid."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Map the file. Raises FileNotFoundError, and CorruptionError for a wrong size."""
        if path.stat().st_size != layout.file_bytes:
            raise CorruptionError(
                f"segment {str(path)!r} has {path.stat().st_size} bytes, not {layout.file_bytes}"
            )
        raw = np.memmap(path, mode="r")
        self.layout = layout
        self._columns = {
            name: _column(raw, layout.rows, *place) for name, place in layout.columns().items()
        }

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name]

    def rows_of(self, seqs: Iterable[int], rows: int) -> Rows:
        """Return the places, among the first `rows`, of the passages of these posts.

        An array has to be one that `ordered` returned, or a part of it.
        """
        wanted = seqs if isinstance(seqs, np.ndarray) else ordered(seqs)
        column = self["seq"][:rows]
        first = np.searchsorted(column, wanted, side="left")
        counts = np.searchsorted(column, wanted, side="right") - first
        shifts = np.cumsum(counts) - counts
        return np.repeat(first - shifts, counts) + np.arange(counts.sum(), dtype=np.intp)


def ordered(seqs: Iterable[int]) -> npt.NDArray[np.uint64]:
    """Return places in the log as columns hold them, in order, each once."""
    return np.unique(np.fromiter(seqs, dtype="<u8"))


class SegmentView:
    """The rows of a segment that one published state names."""

    def __init__(self, segment: Segment, state: SegmentState, runs: Sequence[Run] = ()) -> None:
        """`runs` are the posts whose vectors the writer may be replacing."""
        self.segment = segment
        self.state = state
        self._runs = _inside(runs, state)
        self.rows = state.rows
        # A copy, so that the view stays as it was while the writer goes on deleting.
        self.deleted: Mask = segment["deleted"][: state.rows].astype(bool)
        title = segment["title"][: state.rows].astype(bool)
        self.hidden: Mask = self.deleted | title
        self.shown: Mask | None = ~self.hidden if self.hidden.any() else None  # None: all are
        self.titled = bool(title.any())

    def moved_to(self, state: SegmentState, runs: Sequence[Run]) -> SegmentView:
        """Return the view of a later state, this one where nothing has changed."""
        if state == self.state and _inside(runs, state) == self._runs:
            return self
        return SegmentView(self.segment, state, runs)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self.segment[name][: self.rows]

    def vectors(self, rows: Rows) -> npt.NDArray[np.float32]:
        """Return the vectors at these places, one a row."""
        scale: npt.NDArray[np.float32] = self["scale"][rows]
        return self["vectors"][rows].astype(np.float32) * scale[:, None]

    def cosines(self, rows: Rows, vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return how near the vectors at these places are to `vector`."""
        # Not by BLAS, whose threads wait for one another on a busy machine.
        raw = np.einsum("ij,j->i", self["vectors"][rows].astype(np.float32), vector)
        return np.asarray(raw * self["scale"][rows])

    def damaged(self, rows: Rows) -> Rows:
        """Return which of these places do not hold what was written there.

        A deleted one may be half wiped, by a writer at work or one that was killed over it; it is
        wiped again then, and nobody finds it meanwhile. Just so an approximate one may be half
        replaced: of it the vector that is near, or that is exact, or some of each is read.
        """
        columns = {name: self[name][rows] for name in self.segment.layout.columns()}
        suspects = rows[_checksums(columns) != columns["checksum"]]
        live: Rows = suspects[self["deleted"][suspects] != 1]
        seqs = self["seq"][live]
        settled = np.ones(live.size, dtype=bool)
        for first, last in self._runs:
            settled &= (seqs < first) | (seqs > last)
        return live[settled]

    def require_sound(self, rows: Rows) -> None:
        """Raise CorruptionError if any of these places holds anything else than was written."""
        damaged = self.damaged(rows) if rows.size else rows
        if damaged.size:
            raise CorruptionError(
                f"vector segment {self.state.number} is damaged at row {int(damaged[0])}:"
                " its checksum does not match"
            )

    def live_rows_of(self, seqs: Iterable[int]) -> Rows:
        """Return the places of the passages of these posts, in text order within a post."""
        rows = self.segment.rows_of(seqs, self.rows)
        return rows[~self.hidden[rows]]

    def title_rows_of(self, seqs: Iterable[int]) -> Rows:
        """Return the places of the titles of these posts."""
        rows = self.segment.rows_of(seqs, self.rows)
        return rows[self.hidden[rows] & ~self.deleted[rows]]


def _inside(runs: Sequence[Run], state: SegmentState) -> list[Run]:
    """Return what of these runs lies inside a segment."""
    cut = ((max(first, state.first_seq), min(last, state.last_seq)) for first, last in runs)
    return [(first, last) for first, last in cut if first <= last]


_WIPED: Final = ("codes", "scale", "vectors")

_LEAST_SCALE: Final = 1e-30  # so that a vector of zeros can be divided by it


class SegmentWriter:
    """Adds rows to a segment and marks rows deleted. Not safe for threads."""

    def __init__(self, path: Path, layout: Layout, disk: Disk, *, create: bool) -> None:
        self._path = path
        self._places = layout.columns()
        self._disk = disk
        with storing(path):
            self._file = disk.create(path, layout.file_bytes) if create else disk.open(path)
        self.segment = Segment(path, layout)

    def write(self, first: int, rows: npt.NDArray[Any], vectors: npt.NDArray[np.float32]) -> None:
        """Write rows (of type ROW) and their vectors from place `first` on."""
        count = len(rows)
        columns: dict[str, npt.NDArray[Any]] = {name: rows[name] for name in ROW.names or ()}
        columns |= _packed(vectors)
        columns["deleted"] = np.zeros(count, dtype="u1")
        self._write(first, columns)

    def replace(self, first: int, vectors: npt.NDArray[np.float32]) -> None:
        """Write other vectors into rows that are there, from place `first` on.

        A reader may meet a row half written, and so may whoever opens the file after a crash: the
        state must say that they are approximate until the new ones are durable.
        """
        rows = slice(first, first + len(vectors))
        self._write(
            first, {name: self.segment[name][rows] for name in self._places} | _packed(vectors)
        )

    def _write(self, first: int, columns: dict[str, npt.NDArray[Any]]) -> None:
        columns = {
            name: np.ascontiguousarray(values, dtype=self._places[name][1])
            for name, values in columns.items()
        }
        columns["checksum"] = _checksums(columns)
        with storing(self._path):
            for name, values in columns.items():
                offset, kind, width = self._places[name]
                place = offset + first * kind.itemsize * width
                self._disk.write(self._file, values.tobytes(), place)

    def delete(self, rows: Rows) -> None:
        """Mark rows deleted and wipe their vectors, from which text might be guessed.

        Again is harmless. A view of an older state may find such a row, with a cosine of 0. The
        mark comes first, so that whoever reads a row half wiped can see why it is.
        """
        with storing(self._path):
            for row in rows.tolist():
                for name, value in (("deleted", b"\x01"), *((name, b"") for name in _WIPED)):
                    self._put(name, row, value)
                columns = {name: self.segment[name][row : row + 1] for name in self._places}
                self._put("checksum", row, _checksums(columns).tobytes())

    def sync(self) -> None:
        """Make everything written survive a power cut."""
        with storing(self._path):
            self._disk.sync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        self._disk.close(self._file)

    def _put(self, name: str, row: int, value: bytes) -> None:
        """Write one row of a column; what `value` leaves of it is 0."""
        offset, kind, width = self._places[name]
        row_bytes = kind.itemsize * width
        self._disk.write(self._file, value.ljust(row_bytes, b"\x00"), offset + row * row_bytes)


def _packed(vectors: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[Any]]:
    """Return the columns that keep these vectors."""
    scale = np.maximum(np.abs(vectors).max(axis=1), _LEAST_SCALE) / 127
    return {
        "codes": np.packbits(vectors > 0, axis=1),
        "scale": scale,
        "vectors": np.rint(vectors / scale[:, None]),
    }


def _column(
    raw: npt.NDArray[np.uint8], rows: int, offset: int, kind: np.dtype[Any], width: int
) -> npt.NDArray[Any]:
    column = raw[offset : offset + rows * kind.itemsize * width].view(kind)
    return np.asarray(column if width == 1 else column.reshape(rows, width))


def _checksums(columns: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.uint32]:
    """Return the CRC-32 of each row, over all columns but their checksum."""
    names = sorted(columns.keys() - {"checksum"})
    table = np.concatenate([_as_bytes(columns[name]) for name in names], axis=1)
    return np.fromiter(map(crc32, table), dtype="<u4", count=len(table))


def _as_bytes(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(values).view("u1").reshape(len(values), -1)
