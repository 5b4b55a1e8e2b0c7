"""What the messages of a connection mean for the record, in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from siyaq.core.event import Op, PostEvent, Rejected
from siyaq.sources import fields
from siyaq.sources.decode import decode_object
from siyaq.sources.mastodon.link import Told
from siyaq.sources.mastodon.rest import Page, order
from siyaq.sources.mastodon.status import Reader
from siyaq.sources.refusal import Refusal

_OPS = {"update": Op.CREATE, "status.update": Op.UPDATE}


@dataclass(slots=True)
class Heard:
    """What one stream said without another in between. Ids are those of the server."""

    stream: str
    events: list[PostEvent] = field(default_factory=list[PostEvent])
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    newest: str = ""
    told: list[str] = field(default_factory=list[str])  # of new posts, refused ones too
    came: list[str] = field(default_factory=list[str])
    went: list[str] = field(default_factory=list[str])

    def take(self, reader: Reader, status: dict[str, object], op: Op, now: datetime) -> None:
        """Add the changes that a status stands for, or the reason why it is refused."""
        number = status.get("id")
        if isinstance(number, str | int) and op is Op.CREATE:
            self.newest = max(self.newest, str(number), key=order)
            self.told.append(str(number))
        try:
            events = reader.read(status, now, op=op)
        except Refusal as refusal:
            self.rejected.append(refusal.rejected())
        else:
            self.events += events
            self.came.append(str(number))


def hear(messages: Iterable[Told | Rejected], reader: Reader, now: datetime) -> list[Heard]:
    """Read messages in order. Blocks, so it runs in a thread."""
    runs: list[Heard] = []
    for message in messages:
        if isinstance(message, Rejected):
            if not runs:
                runs.append(Heard(""))
            runs[-1].rejected.append(message)
            continue
        if not runs or runs[-1].stream != message.stream:
            runs.append(Heard(message.stream))
        try:
            _read(message, reader, runs[-1], now)
        except Refusal as refusal:
            runs[-1].rejected.append(refusal.rejected())
    return runs


def read_page(page: Page, stream: str, reader: Reader, op: Op, now: datetime) -> Heard:
    """Read a page of a timeline. Blocks, so it runs in a thread."""
    heard = Heard(stream)
    for status in page:
        heard.take(reader, status, op, now)
    return heard


def _read(message: Told, reader: Reader, heard: Heard, now: datetime) -> None:
    """Add what one message tells. Raises Refusal. What is no concern of ours adds nothing."""
    match message.event:
        case "update" | "status.update":
            status = decode_object(message.payload)
            heard.take(reader, status, _OPS[message.event], now)
        case "delete":
            number = message.payload.decode("utf-8", "replace").strip().strip('"')
            heard.events.append(reader.delete(number, now))
            heard.went.append(number)
        case "notification":
            notice = decode_object(message.payload)
            status = fields.mapping(notice.get("status"), "status")
            if notice.get("type") == "mention" and status:
                # Not part of the stream's own sequence: its id moves no cursor.
                aside = Heard(heard.stream)
                aside.take(reader, status, Op.CREATE, now)
                heard.events += aside.events
                heard.rejected += aside.rejected
