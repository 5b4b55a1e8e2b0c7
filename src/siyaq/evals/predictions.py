"""The files in which others find what was scored."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from siyaq.core.errors import StorageError

RUN_DEPTH = 100
RUN_TAG = "siyaq"

_SPACE = re.compile(r"\s")


def write_run(path: Path, rankings: Mapping[str, Sequence[str]]) -> None:
    """Write rankings as a TREC run: `query Q0 document rank score tag`, to RUN_DEPTH.

    trec_eval orders by score alone and breaks ties by document id, so the score written is one
    that falls with the rank. White space in an id is percent-encoded.
    """
    _write(
        path,
        (
            f"{_word(query)} Q0 {_word(document)} {rank} {score} {RUN_TAG}\n".encode()
            for query, ranking in rankings.items()
            for rank, score, document in zip(
                range(1, RUN_DEPTH + 1), range(RUN_DEPTH, 0, -1), ranking, strict=False
            )
        ),
    )


def write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    """Write records as JSON lines."""
    _write(path, (msgspec.json.encode(record) + b"\n" for record in records))


def write_text(path: Path, text: str) -> None:
    """Write a text, all of it or none. Raises StorageError."""
    _write(path, [text.encode()])


def _word(name: str) -> str:
    return _SPACE.sub(lambda space: quote(space.group()), name)


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Put the lines into the file, all of them or none. Raises StorageError."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as stream:
            stream.writelines(lines)
        unfinished.replace(path)
    except OSError as error:
        raise StorageError(f"cannot write {str(path)!r}: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
