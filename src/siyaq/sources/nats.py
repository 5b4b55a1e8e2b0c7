"""Reads a stream of NATS JetStream through a durable consumer; acknowledges what is committed.

`nats://HOST[:PORT]/STREAM[?…]`, or `nats+tls://…`. Options: `subject=orders.>` (of the stream;
all by default), `durable=siyaq` (the consumer's name on the server), `map=FILE`,
`login_file=PATH`, `ca_file=PATH`. A user and password come
from SIYAQ_NATS_LOGIN, `user:password`, or a token alone; a server that asks for none needs none.

A message is witnessed when the server stored it, and that moment orders the versions of a post:
what is delivered again, in any order, changes nothing.
"""

from __future__ import annotations

import asyncio
import random
import re
import ssl
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from siyaq.core.clock import SystemClock, from_microseconds, to_microseconds
from siyaq.core.errors import ConfigError, SourceRefused
from siyaq.core.event import Cursor, Gap
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff
from siyaq.sources.condition import Condition
from siyaq.sources.credential import Credential
from siyaq.sources.messages.batch import Verdict, batches_of, ordered
from siyaq.sources.messages.client import optional
from siyaq.sources.messages.options import address_of, read_options, tls_context
from siyaq.sources.messages.reader import open_reader
from siyaq.sources.option import operator_name
from siyaq.sources.trouble import Lost

PULLED = 200
"""Messages asked for at once; a server hands out no more until they are acknowledged."""

WAIT_SECONDS = 2.0
ACK_WAIT_SECONDS = 10.0
"""After which a server sends again what we did not acknowledge: when we were killed."""

TIMEOUT_SECONDS = 5.0
_GATHER_SECONDS = 0.02
_PORT = 4222
_OPTIONS = frozenset({"subject", "durable", "map", "login_file", "ca_file"})
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SUBJECT = re.compile(r"[\x21-\x7e]{1,256}", re.ASCII)
_POSITION = re.compile(r"(\d{1,20})@(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One consumer of one stream."""

    server: str
    stream: str
    subject: str
    durable: str
    mapping: str
    login_file: str
    ca_file: str
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a `nats` URL. Raises ConfigError, naming what is wrong with it."""
        parts, options = read_options(url, _OPTIONS)
        host, port = address_of(parts, url, _PORT)
        stream, durable = parts.path.strip("/"), options.get("durable", "siyaq")
        for name, what in ((stream, "a stream, as nats://HOST/STREAM"), (durable, "'durable'")):
            if _NAME.fullmatch(name) is None:
                raise ConfigError(f"{what} must be 1 to 64 of A-Z a-z 0-9 _ -, got {name!r}")
        subject = options.get("subject", ">")
        if _SUBJECT.fullmatch(subject) is None:
            raise ConfigError(f"'subject' of {url!r} is not a subject of NATS")
        return cls(
            server=f"nats://{host}:{port}",
            stream=stream,
            subject=subject,
            durable=durable,
            mapping=options.get("map", ""),
            login_file=options.get("login_file", ""),
            ca_file=options.get("ca_file", ""),
            tls=parts.scheme.endswith("+tls"),
        )


class _Consumer(NamedTuple):
    """A bound consumer, and what it hangs on."""

    connection: Any
    stream: Any
    pull: Any


class _Place(NamedTuple):
    """A message that is committed: its number in the stream, and when the server stored it."""

    seq: int
    at: datetime


class NatsSource:
    """The messages of one stream, each acknowledged once the log has it."""

    def __init__(
        self,
        url: str,
        credential: Credential,
        *,
        source: str | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timeout_seconds: float = TIMEOUT_SECONDS,
        pulled: int = PULLED,
        rng: random.Random | None = None,
    ) -> None:
        self._address = Address.parse(url)
        self._reader = open_reader(self._address.mapping)
        self._client = optional(_load, "nats")
        self._credential = credential
        self._source = operator_name(source or self._address.stream)
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._timeout_seconds = timeout_seconds
        self._pulled = pulled
        self._backoff = Backoff(0.25, 16.0, rng=rng)
        self._partition = f"{self._address.stream}/{self._address.durable}"
        self._ever_live = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for it."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield batches for ever. Raises SourceRefused where the server will never have us."""
        place = _place(resume.get(self._partition, ""))
        while True:
            self.condition.connecting()
            try:
                async with self._consuming() as consumer:
                    gaps = await self._missed(consumer, place)
                    self._ever_live = True
                    self.condition.live()
                    while True:
                        messages = await self._pull(consumer)
                        if not messages and not gaps:
                            continue
                        async with _settled(messages):
                            place = _Place(*_meta(messages[-1])) if messages else place
                            verdicts = await asyncio.to_thread(self._read, messages)
                            cursor = self._cursor(place)
                            for batch in batches_of(verdicts, self._source, cursor, gaps):
                                yield batch
                        gaps = ()
                        self._backoff.reset()
            except Lost as lost:
                self.condition.waiting(str(lost))
            await self._sleep(self._backoff.next_seconds())

    @asynccontextmanager
    async def _consuming(self) -> AsyncIterator[_Consumer]:
        """Connect and bind to the consumer; everything of NATS that goes wrong is Lost."""
        errors, js_errors = self._client.errors, self._client.js.errors
        connection = self._client.NATS()
        try:
            await _to_its_end(self._connect(connection))
            stream = connection.jetstream(timeout=self._timeout_seconds)
            config = self._client.js.api.ConsumerConfig(ack_wait=ACK_WAIT_SECONDS)
            try:
                pull = await stream.pull_subscribe(
                    self._address.subject,
                    durable=self._address.durable,
                    stream=self._address.stream,
                    config=config,
                )
            except js_errors.NotFoundError as error:
                raise self._refusal(f"there is no stream {self._address.stream!r}") from error
            except js_errors.BadRequestError as error:
                raise self._refusal(f"the server says no: {error.description}") from error
            yield _Consumer(connection, stream, pull)
        except (errors.Error, OSError, ssl.SSLError, TimeoutError) as error:
            if "authorization" in str(error).lower():
                raise self._refusal("the server wants other credentials") from error
            told = f"{self._address.server}: {error or type(error).__name__}"
            raise Lost(told) from error
        finally:
            await _closed(connection)

    async def _connect(self, connection: Any) -> None:
        failures: list[Exception] = []

        async def note(error: Exception) -> None:
            failures.append(error)

        try:
            await connection.connect(
                self._address.server,
                name="siyaq",
                connect_timeout=self._timeout_seconds,
                allow_reconnect=False,
                max_reconnect_attempts=1,  # of the first connection, which is tried twice
                reconnect_time_wait=0.05,
                error_cb=note,
                ping_interval=self._timeout_seconds,
                max_outstanding_pings=2,
                tls=tls_context(self._address.ca_file) if self._address.tls else None,
                **self._login(),
            )
        except self._client.errors.NoServersError as error:
            raise failures[-1] if failures else error from error

    def _login(self) -> dict[str, str]:
        try:
            secret = self._credential.read()
        except SourceRefused:
            if self._address.login_file:
                raise
            return {}
        user, colon, password = secret.partition(":")
        return {"user": user, "password": password} if colon else {"token": secret}

    def _refusal(self, told: str) -> Exception:
        """Return what to raise for a refusal: for good, unless the server once had us."""
        if self._ever_live:
            return Lost(told)
        hint = f"check the stream, the subject and the credentials in {self._credential.place}"
        return SourceRefused(told, hint=hint)

    async def _missed(self, consumer: _Consumer, place: _Place | None) -> tuple[Gap, ...]:
        """Say what the stream dropped before we read it."""
        if place is None:
            return ()
        state = (await consumer.stream.stream_info(self._address.stream)).state
        if state.first_seq <= place.seq + 1:
            return ()
        until = max(place.at, self._clock.now())
        return (Gap(source=self._source, since=place.at, until=until, reason="cursor_too_old"),)

    async def _pull(self, consumer: _Consumer) -> Sequence[Any]:
        """Wait a while for messages, and take those that are there. Proves that somebody is."""
        try:
            messages = list(await consumer.pull.fetch(1, timeout=WAIT_SECONDS))
        except TimeoutError:
            await consumer.connection.flush(timeout=self._timeout_seconds)  # a ping
            return ()
        if self._pulled == 1:
            return messages
        with suppress(TimeoutError):
            messages += await consumer.pull.fetch(self._pulled - 1, timeout=_GATHER_SECONDS)
        return messages

    def _read(self, messages: Sequence[Any]) -> list[Verdict]:
        now = self._clock.now()
        verdicts: list[Verdict] = []
        for message in messages:
            place = _Place(*_meta(message))
            found = self._reader.read(
                message.data,
                source=self._source,
                now=min(now, place.at),
                topic=message.subject,
            )
            rev = f"{to_microseconds(place.at):018d}.{place.seq:020d}"
            verdicts += [ordered(one, rev) for one in found]
        return verdicts

    def _cursor(self, place: _Place | None) -> Cursor | None:
        if place is None:
            return None
        position = f"{place.seq}@{to_microseconds(place.at)}"
        return Cursor(source=self._source, partition=self._partition, position=position)


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that leaks a socket when it is cancelled; its own time limit ends it."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        with suppress(Exception):
            task.result()
        raise


async def _closed(connection: Any) -> None:
    """End a connection, also one that is broken or was never made."""
    with suppress(Exception):
        await connection.close()
    with suppress(Exception):  # the client leaves its socket open where its last words fail
        connection._transport.close()  # noqa: SLF001


@asynccontextmanager
async def _settled(messages: Sequence[Any]) -> AsyncIterator[None]:
    """Acknowledge messages once the log has them; where it has not, have them sent again soon."""
    try:
        yield
    except BaseException:
        with suppress(Exception):  # else the server waits for its own time to be over
            for message in messages:
                await message.nak()
        raise
    for message in messages:
        await message.ack()


def _meta(message: Any) -> tuple[int, datetime]:
    meta = message.metadata
    return meta.sequence.stream, meta.timestamp


def _place(position: str) -> _Place | None:
    match = _POSITION.fullmatch(position)
    return _Place(int(match[1]), from_microseconds(int(match[2]))) if match else None


def _load() -> Any:
    import nats  # an optional extra
    import nats.js

    return nats
