"""Which part of a message is which part of a post: a file of TOML, checked when it is read.

    time = "unix_ms"                        # of numbers that are times: unix (seconds), unix_ms
    trust = "platform"                      # or "client": whose word created_at is
    items = "/events"                       # where a message holds several; each is read by itself

    [post]                                  # JSON pointers into the message
    id = "/ticket/number"
    text = ["/ticket/subject", "/ticket/body"]   # joined by a line break
    created_at = "/ticket/opened"
    "author.handle" = "/reporter/login"
    op = "/event"
    rev = "/ticket/version"                 # orders versions: a number, or text that sorts
    "extra.severity" = "/ticket/severity"   # kept with the post

    [op]                                    # what values of `op` mean
    closed = "delete"

Without a file a message is what `siyaq ingest` reads: an object of the Post format.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from siyaq.core.clock import Trust
from siyaq.core.errors import ConfigError
from siyaq.core.event import PostEvent, Rejected, RejectReason
from siyaq.core.wire import FIELDS, rfc3339
from siyaq.sources.admit import admit_object
from siyaq.sources.decode import decode_value
from siyaq.sources.messages.pointer import Pointer
from siyaq.sources.refusal import Refusal

FILE_BYTES = 64 * 1024
MOST_ITEMS = 10_000
REV_CHARS = 64

_PLAIN = frozenset(
    {"id", "text", "title", "created_at", "lang", "url", "reply_to", "root", "quote_of"}
    | {"repost_of", "is_repost", "links", "media", "license", "op", "rev"}
    | {"author.id", "author.handle", "author.name", "author.followers"}
)
_JOINED = frozenset({"text", "title"})
_EXTRA = "extra."
TIME_UNITS = {"rfc3339": 0.0, "unix": 1.0, "unix_ms": 1e-3}
"""Seconds in one unit of a time that is a number; 0 where times are text."""

_TABLES = frozenset({"post", "op", "items", "time", "trust"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMapping:
    """How messages become posts. The default reads the Post format."""

    fields: Mapping[str, tuple[Pointer, ...]] = field(default_factory=dict)  # empty: as it is
    ops: Mapping[str, str] = field(default_factory=dict[str, str])
    items: Pointer | None = None
    second: float = 0.0  # of one unit of a time that is a number; 0: times are text
    trust: Trust = Trust.CLIENT

    def read(
        self, message: bytes, *, source: str, now: datetime, topic: str = ""
    ) -> Iterator[PostEvent | Rejected]:
        """Yield what a message says, witnessed at `now`: changes, and what is of no use. Total."""
        try:
            items = items_of(decode_value(message), self.items)
        except Refusal as refusal:
            yield refusal.rejected()
            return
        for item in items:
            try:
                yield self._event(item, source, now)
            except Refusal as refusal:
                yield refusal.rejected()

    def _event(self, item: object, source: str, now: datetime) -> PostEvent:
        if not isinstance(item, dict):
            raise Refusal(RejectReason.MALFORMED, f"not an object but {type(item).__name__}")
        body: Mapping[str, object] = self._mapped(item) if self.fields else item
        if body.get("source") not in (None, source):
            raise Refusal(RejectReason.BAD_FIELD, "'source' is that of another source")
        event = admit_object(body, source=source, trust=self.trust, now=now)
        return replace(event, rev=self._rev(item)) if "rev" in self.fields else event

    def _mapped(self, item: Mapping[str, object]) -> dict[str, object]:
        body: dict[str, object] = {}
        author: dict[str, object] = {}
        for name, pointers in self.fields.items():
            if name == "rev":
                continue
            values = [value for one in pointers if (value := one.of(item)) is not None]
            value = _joined(values) if name in _JOINED else next(iter(values), None)
            if name == "created_at":
                value = self._moment(value)
            elif name == "op":
                value = self._op(value)
            if name.startswith("author."):
                author[name.removeprefix("author.")] = value
            else:
                body[name.removeprefix(_EXTRA)] = value
        return body | ({"author": author} if any(author.values()) else {})

    def _op(self, value: object) -> object:
        return self.ops.get(str(value), value) if isinstance(value, str | int) else value

    def _moment(self, value: object) -> object:
        if not self.second or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        try:
            return rfc3339(datetime.fromtimestamp(value * self.second, UTC))
        except (ValueError, OverflowError, OSError):
            return None  # no time that anybody lives in

    def _rev(self, item: object) -> str:
        value = next(filter(None, (one.of(item) for one in self.fields["rev"])), "")
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**20:
            return f"{value:020d}"
        if isinstance(value, str) and len(value) <= REV_CHARS and (value.isprintable()):
            return value
        detail = f"'rev' must be a whole number or text of at most {REV_CHARS} characters"
        raise Refusal(RejectReason.BAD_FIELD, detail)


def items_of(body: object, at: Pointer | None) -> list[object]:
    """Return what a message holds several of, or the one thing it is. Raises Refusal."""
    found = body if at is None else at.of(body)
    items = found if isinstance(found, list) else [found]
    if len(items) > MOST_ITEMS:
        detail = f"{len(items)} items in one message, limit {MOST_ITEMS}"
        raise Refusal(RejectReason.TOO_LARGE, detail)
    return items


def posts_of(document: Mapping[str, object], file: str) -> PostMapping:
    """Check a mapping of posts. Raises ConfigError, naming the key."""
    unknown_key(document, _TABLES, file)
    post = document.get("post")
    if not isinstance(post, dict) or not post:
        raise ConfigError(f"'post' in {file!r} must be a table of JSON pointers")
    fields = {name: _pointers(name, value, file) for name, value in post.items()}
    for needed in ("id", "text"):
        if needed not in fields:
            raise ConfigError(f"'post.{needed}' is missing in {file!r}", hint="name its pointer")
    return PostMapping(
        fields=fields,
        ops=_ops(document.get("op", {}), file),
        items=None
        if "items" not in document
        else Pointer.parse(document["items"], f"'items' in {file!r}"),
        second=TIME_UNITS[
            one_of(document.get("time", "rfc3339"), TIME_UNITS, f"'time' in {file!r}")
        ],
        trust=Trust(
            one_of(document.get("trust", "client"), ("client", "platform"), f"'trust' in {file!r}")
        ),
    )


def read_toml(file: str) -> dict[str, object]:
    """Read a small file of TOML. Raises ConfigError."""
    try:
        with Path(file).expanduser().open("rb") as opened:
            return tomllib.loads(opened.read(FILE_BYTES).decode())
    except OSError as error:
        raise ConfigError(f"cannot read the mapping {file!r}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"the mapping {file!r} is not TOML: {error}") from error


def unknown_key(table: Mapping[str, object], known: frozenset[str], where: str) -> None:
    """Raise ConfigError for the first key that is not `known`, with the nearest that is."""
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"one of: {', '.join(sorted(known))}"
            raise ConfigError(f"unknown key {key!r} in {where!r}", hint=hint)


def one_of(value: object, allowed: Mapping[str, object] | tuple[str, ...], key: str) -> str:
    """Return a text that is one of those `allowed`. Raises ConfigError, naming the `key`."""
    if not isinstance(value, str) or value not in allowed:
        raise ConfigError(f"{key} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def _pointers(name: str, value: object, file: str) -> tuple[Pointer, ...]:
    key = f"'post.{name}' in {file!r}"
    own = name.removeprefix(_EXTRA) if name.startswith(_EXTRA) else ""
    if name not in _PLAIN and (not own or own in FIELDS):
        near = difflib.get_close_matches(name, _PLAIN, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "fields of your own begin with 'extra.'"
        raise ConfigError(f"unknown field {key}", hint=hint)
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise ConfigError(f"{key} names no pointer")
    return tuple(Pointer.parse(one, key) for one in listed)


def _ops(table: object, file: str) -> dict[str, str]:
    if not isinstance(table, dict):
        raise ConfigError(f"'op' in {file!r} must be a table: closed = \"delete\"")
    return {
        name: one_of(value, ("create", "update", "delete"), f"'op.{name}' in {file!r}")
        for name, value in table.items()
    }


def _joined(values: list[object]) -> object:
    """Join texts and numbers; whatever else there is is left to be refused by its type."""
    if not values:
        return None
    if not all(isinstance(value, str | int | float) for value in values):
        return values if len(values) > 1 else values[0]
    return "\n".join(text for value in values if (text := str(value).strip()))
