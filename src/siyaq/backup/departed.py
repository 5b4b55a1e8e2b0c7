"""What was deleted since the first backup, so that no restored log brings it back.

A list in the folder of the keys, which outlives the data: a line for each deleted post, each
deleted account and each order to forget readings, appended as they are deleted. Each has a
checksum: a restore refuses a list that is damaged. It holds no name, only HMAC-SHA-256 of names
under a secret of the folder, so it tells nothing to whoever finds it; and it is enough to know a
post again that comes out of a backup.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import msgspec

from siyaq.backup.keys import Keys
from siyaq.core.clock import from_microseconds
from siyaq.core.errors import CorruptionError, StorageError
from siyaq.core.event import AccountEvent, AccountStatus, Event, Op, PostEvent
from siyaq.core.ids import AuthorId, PostId, Seq, split_post_id
from siyaq.core.ports import Batch
from siyaq.core.post import Post
from siyaq.log import LogReader, LogWriter
from siyaq.log.snapshot import read_departures
from siyaq.telemetry import Forgotten, TelemetryStore

_NAME = "departed.jsonl"
_AT_ONCE = 500
_LONGEST_LINE_BYTES = 4096


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One deletion. `seq` is how far the log had been read when it was written."""

    seq: int
    post: str = ""
    account: str = ""
    rev: str = ""
    series: str = ""  # of a source, or of one thing of it
    before: int = 0
    at: int = 0  # when an account was deleted, or series forgotten; microseconds since 1970
    crc: int = 0  # CRC-32 of the line as it is without it

    def sealed(self) -> bytes:
        """Return the line as it is written."""
        bare = msgspec.structs.replace(self, crc=0)
        crc = crc32(msgspec.json.encode(bare))
        return msgspec.json.encode(msgspec.structs.replace(self, crc=crc)) + b"\n"

    @classmethod
    def read(cls, line: bytes) -> _Line | None:
        """Return what was written, None where a line is not as it was."""
        try:
            found = msgspec.json.decode(line, type=cls)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return msgspec.structs.replace(found, crc=0) if found.sealed() == line + b"\n" else None


@dataclass(frozen=True, slots=True)
class _Known:
    posts: dict[str, str]  # name to revision
    accounts: dict[str, int]  # name to the moment
    readings: set[_Line]
    damaged: int


class Departed:
    """The list in one folder of keys."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._path = keys.folder / _NAME
        self._position: int | None = None
        self._noted_readings = 0

    def note(self, directory: Path) -> int:
        """Append what the log in `directory` has deleted since the last time; return how many.

        Durable on return. Cheap where there is nothing new.
        """
        if self._position is None:
            self._position = self._last_position()
        head, posts, accounts = read_departures(directory, Seq(self._position))
        if head == self._position:
            return 0
        if head < self._position:  # another log than the last time: all of it is news
            head, posts, accounts = read_departures(directory, Seq(0))
        secret = self._keys.secret()
        known = self._known().accounts if accounts else {}
        lines = [_Line(head, post=_hidden(secret, post_id), rev=rev) for post_id, rev in posts]
        for source, author_id, at in accounts:
            name = _hidden(secret, source, author_id)
            if known.get(name) != at:
                lines.append(_Line(head, account=name, at=at))
        self._append([*lines, _Line(head)] if lines else [])
        self._position = head
        return len(lines)

    def note_readings(self, store: TelemetryStore) -> int:
        """Append what was ordered to be forgotten of readings since the last time; return how many.

        Durable on return. Cheap where there is nothing new.
        """
        forgotten = store.forgotten() if store.exists else []
        if len(forgotten) == self._noted_readings:
            return 0
        secret = self._keys.secret()
        known = self._known().readings
        lines = [line for line in _of_readings(forgotten, secret) if line not in known]
        self._append(lines)
        self._noted_readings = len(forgotten)
        return len(lines)

    def bury_readings(self, store: TelemetryStore) -> None:
        """Erase from restored readings all that was forgotten since the backup.

        Raises CorruptionError where the list is damaged.
        """
        if not store.exists:
            return
        secret = self._keys.secret()
        done = set(_of_readings(store.forgotten(), secret))
        for line in self._sound().readings - done:
            for one in store.series():
                thing = f"{one.kind}:{one.thing}"
                if line.series == _hidden(secret, one.source, ""):
                    store.forget(Forgotten(one.source, "", line.before, line.at))
                elif line.series == _hidden(secret, one.source, thing):
                    store.forget(Forgotten(one.source, thing, line.before, line.at))
        store.purge()

    def bury(self, writer: LogWriter, log: LogReader) -> int:
        """Delete from a restored log all that is on the list; return how many posts that were.

        Raises CorruptionError where the list is damaged.
        """
        known, secret = self._sound(), self._keys.secret()
        buried = 0
        after = Seq(0)
        while entries := log.entries(after, _AT_ONCE):
            after = entries[-1].seq
            posts = [entry.post for entry in entries if entry.post is not None]
            events = [event for post in posts for event in _judged(post, known, secret)]
            if events:
                (appended,) = writer.append([Batch(events=tuple(events))])
                buried += appended.deleted
        writer.purge()
        return buried

    def _append(self, lines: list[_Line]) -> None:
        if not lines:
            return
        try:
            with self._path.open("a+b") as out:
                out.truncate(_end_of_lines(out))
                out.write(b"".join(line.sealed() for line in lines))
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            raise StorageError(f"cannot write {str(self._path)!r}: {error.strerror}") from error

    def _lines(self) -> Iterator[_Line | None]:
        """Yield each line, None for one that is damaged. One that was cut short is none."""
        try:
            whole = self._path.read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return
        yield from map(_Line.read, whole)

    def _sound(self) -> _Known:
        known = self._known()
        if known.damaged:
            raise CorruptionError(
                f"{known.damaged} lines of {str(self._path)!r} are damaged: "
                "what was deleted since the backup could come back",
                hint="put an undamaged copy in its place, or take those lines out to go without",
            )
        return known

    def _last_position(self) -> int:
        return max((line.seq for line in self._lines() if line is not None), default=0)

    def _known(self) -> _Known:
        lines = list(self._lines())
        known = _Known({}, {}, set(), damaged=lines.count(None))
        for line in filter(None, lines):
            if line.series:
                known.readings.add(line)
            if line.post:
                known.posts[line.post] = line.rev
            if line.account:
                known.accounts[line.account] = line.at
        return known


def _judged(post: Post, known: _Known, secret: bytes) -> Iterator[Event]:
    account = known.accounts.get(_hidden(secret, post.source, post.author.id))
    if account is not None:
        yield AccountEvent(
            source=post.source,
            author_id=AuthorId(post.author.id),
            status=AccountStatus.DELETED,
            witnessed_at=from_microseconds(account),
        )
    rev = known.posts.get(_hidden(secret, *split_post_id(post.id)))
    if rev is not None:
        yield PostEvent(
            op=Op.DELETE,
            post_id=PostId(post.id),
            post=None,
            witnessed_at=post.witnessed_at,
            rev=rev,
        )


def _of_readings(forgotten: Iterable[Forgotten], secret: bytes) -> Iterator[_Line]:
    for one in forgotten:
        name = _hidden(secret, one.source, one.thing)
        yield _Line(0, series=name, before=one.before, at=one.at)


def _end_of_lines(file: BinaryIO) -> int:
    """Return where the last whole line ends: what follows was cut short, and is written anew."""
    begin = max(0, file.seek(0, os.SEEK_END) - _LONGEST_LINE_BYTES)
    file.seek(begin)
    return begin + file.read().rfind(b"\n") + 1


def _hidden(secret: bytes, *names: str) -> str:
    told = "\0".join(names)
    if len(names) == 1:
        told = "\0".join(split_post_id(PostId(told)))
    return hmac.new(secret, told.encode(), hashlib.sha256).hexdigest()
