"""Reading evaluation folders: JSON lines and relevance judgments, plain or compressed.

Whatever is wrong with a file is an Unreadable that names the file and the line: a set that is
read in part would give figures of another set. Lines are capped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from siyaq.core.errors import Unreadable
from siyaq.sources.lines import Line, Lines
from siyaq.sources.unpack import unpacked

MAX_LINE_BYTES = 16 * 2**20
_SUFFIXES = ("", ".gz", ".zst")
_POINTER_BYTES = 250  # a name this short can be looked up on every file system
_HOPS = 8

_Record = TypeVar("_Record")


class DocumentFacts(msgspec.Struct, frozen=True):
    """What is known of a document besides its text."""

    lang: str = ""
    created_at: str | None = None  # RFC 3339
    author: str | None = None
    url: str | None = None


class Document(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    """One line of `corpus.jsonl`."""

    id: str
    text: str = ""
    title: str = ""
    metadata: DocumentFacts = DocumentFacts()

    @property
    def created_at(self) -> datetime | None:
        """The time that the document claims. Raises Unreadable where it is none."""
        return _moment(self.metadata.created_at, self.id)


class TextQuery(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    """One line of `queries.jsonl`."""

    id: str
    text: str
    metadata: DocumentFacts = DocumentFacts()


class Candidates(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    """One line of `candidates.jsonl`: the only documents to rank for a query."""

    id: str
    candidates: list[str]


class Asked(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    """One line of `questions.jsonl`."""

    id: str
    question: str
    answers: list[str]
    answerable: bool
    lang: str = ""
    gold_docs: list[str] = []
    docs: list[str] | None = None  # search these alone
    asked_at: str | None = None  # RFC 3339

    @property
    def moment(self) -> datetime | None:
        """When it was asked. Raises Unreadable where `asked_at` is not a time."""
        return _moment(self.asked_at, self.id)


class Pair(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    """One line of `pairs.jsonl`: two texts, and how the second relates to the first."""

    id: str
    a: str
    b: str
    label: Literal["same", "changed", "different"]
    lang: str = ""


class Group(msgspec.Struct, frozen=True):
    """One line of `clusters.jsonl`: posts that say the same."""

    cluster: str
    ids: list[str]


class Taken(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    """One line of the `queries.jsonl` of first-seen: a text, and where it is known to be from."""

    id: str
    text: str
    created_at: datetime
    earliest: str | None = None
    copied_from: str | None = None


class Shared(msgspec.Struct, frozen=True):
    """One line of `shares.jsonl`: an account's content that carries an object, in seconds."""

    object_id: str
    account_id: str
    content_id: str
    t: float


class KnownPair(msgspec.Struct, frozen=True):
    """What counts of one line of an expected file: two contents on one object."""

    object_id: str
    content_id: str
    content_id_y: str


class Poster(msgspec.Struct, frozen=True):
    """Who wrote a post."""

    id: str = ""


class Written(msgspec.Struct, frozen=True):
    """What copies are told by, of one line of `posts.jsonl`. Some have no text."""

    id: str
    created_at: datetime
    author: Poster = Poster()
    text: str = ""


def _moment(text: str | None, owner: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(f"{owner!r} has a time that is not RFC 3339: {text[:40]!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find_file(directory: Path, name: str) -> Path | None:
    """Return the file of this name in the folder, compressed or not; None without one."""
    paths = (directory / f"{name}{suffix}" for suffix in _SUFFIXES)
    path = next((path for path in paths if path.is_file()), None)
    return None if path is None else _followed(path)


def _followed(path: Path) -> Path:
    """Return the file that `path` stands for: a file may hold the relative path of another.

    That is what a symbolic link becomes where a copy or an archive cannot hold links.
    """
    for _ in range(_HOPS):
        if path.stat().st_size > _POINTER_BYTES:
            break
        try:
            named = path.read_bytes().decode().strip()
        except UnicodeDecodeError:
            break
        if not named.isprintable() or named.startswith("/") or not (path.parent / named).is_file():
            break
        path = path.parent / named
    return path


def require_file(directory: Path, name: str) -> Path:
    """Return the file of this name in the folder. Raises Unreadable without one."""
    path = find_file(directory, name)
    if path is None:
        raise Unreadable(f"folder {str(directory)!r} has no {name!r}, {name}.gz or {name}.zst")
    return path


def read_pieces(path: Path) -> Iterator[bytes]:
    """Read a file in pieces, decompressed. Raises Unreadable, at its end if it was cut off."""
    try:
        with path.open("rb") as stream:
            yield from unpacked(stream.read, str(path))
    except OSError as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error.strerror}") from error


def read_records(path: Path, kind: type[_Record]) -> Iterator[_Record]:
    """Read a file of JSON lines, each a `kind`. Raises Unreadable at the first that is not."""
    decode = msgspec.json.Decoder(kind).decode
    for number, line in _lines(path):
        try:
            yield decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreadable(f"{str(path)!r}, line {number}: {error}") from error


def read_all(directory: Path, name: str, kind: type[_Record]) -> list[_Record]:
    """Read a whole file of the folder, found by its name without a suffix."""
    return list(read_records(require_file(directory, name), kind))


def read_corpus(directory: Path) -> list[Document]:
    """Read `corpus.jsonl`. Raises Unreadable where two documents have one name."""
    documents = read_all(directory, "corpus.jsonl", Document)
    names = Counter(document.id for document in documents)
    name, count = names.most_common(1)[0] if names else ("", 0)
    if count > 1:
        raise Unreadable(f"the corpus in {str(directory)!r} has {count} documents {name!r}")
    return documents


def read_judgments(path: Path) -> dict[str, dict[str, int]]:
    """Read `qrels.tsv` (query-id, corpus-id, score): query to document to grade."""
    judgments: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        if number == 1 and line.startswith(b"query-id"):
            continue
        try:
            query, document, grade = line.decode().rstrip("\r\n").split("\t")
            judgments.setdefault(query, {})[document] = int(grade)
        except ValueError as error:
            raise Unreadable(
                f"{str(path)!r}, line {number}: not query-id, corpus-id and score between tabs"
            ) from error
    return judgments


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read the lines that are not blank, and their numbers from 1."""
    lines = Lines(limit=MAX_LINE_BYTES)
    for line in chain.from_iterable(_cut(lines, path)):
        if line.body is None:
            raise Unreadable(f"{str(path)!r}, line {line.number}: over {MAX_LINE_BYTES} bytes")
        if line.body.strip():
            yield line.number, line.body


def _cut(lines: Lines, path: Path) -> Iterator[Iterator[Line]]:
    for piece in read_pieces(path):
        yield lines.feed(piece)
    yield lines.last()
