"""Reads topics of an MQTT 5 broker in a session that outlives us; acknowledges what is committed.

`mqtt://HOST[:PORT]/TOPIC[?…]`, or `mqtts://…`. TOPIC may be a filter: `plant/+/state`, `cars/#`.
Options: `client=siyaq` (our name; one session belongs to it), `session=7d` (how long the broker
keeps it while we are away), `map=FILE`, `login_file=PATH`, `ca_file=PATH`. A user and password
come from SIYAQ_MQTT_LOGIN, `user:password`; a broker that asks for none needs none.

Only what is published with QoS 1 or 2 is kept for us by a broker. Each such message is
acknowledged by hand, after the log has it; until then the broker sends no more than a hundred.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from siyaq.core.clock import SystemClock, from_microseconds, to_microseconds
from siyaq.core.errors import ConfigError, SourceRefused
from siyaq.core.event import Cursor, Gap
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff
from siyaq.sources.condition import Condition
from siyaq.sources.credential import Credential
from siyaq.sources.messages.batch import Verdict, batches_of
from siyaq.sources.messages.client import optional
from siyaq.sources.messages.options import address_of, read_options, tls_context
from siyaq.sources.messages.reader import open_reader
from siyaq.sources.option import duration, operator_name
from siyaq.sources.trouble import Lost

IN_FLIGHT = 100
"""Messages that the broker may have sent and not seen acknowledged."""

UNKEPT = 2_000
"""Messages of QoS 0 that may wait here; a broker cannot be asked to hold them back."""

KEEPALIVE_SECONDS = 15
TIMEOUT_SECONDS = 5.0
PACKET_BYTES = 2 * 2**20
_OPTIONS = frozenset({"client", "session", "map", "login_file", "ca_file"})
_CLIENT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_WRONG_LOGIN = frozenset({0x86, 0x87})
_WRONG_PROTOCOL = 0x84
_DROPPED = "messages of QoS 0 were dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One subscription at one broker."""

    host: str
    port: int
    tls: bool
    topic: str
    client: str
    session_seconds: int
    mapping: str
    login_file: str
    ca_file: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read an `mqtt` URL. Raises ConfigError, naming what is wrong with it."""
        parts, options = read_options(url.replace("/#", "/%23", 1), _OPTIONS)
        tls = parts.scheme == "mqtts"
        host, port = address_of(parts, url, 8883 if tls else 1883)
        topic = unquote(parts.path.removeprefix("/"))
        if not _is_filter(topic):
            raise ConfigError(
                f"{url!r} names no topic", hint="mqtt://HOST/TOPIC; + is one level, /# all below"
            )
        client = options.get("client", "siyaq")
        if _CLIENT.fullmatch(client) is None:
            raise ConfigError(f"'client' must be 1 to 64 of A-Z a-z 0-9 _ -, got {client!r}")
        return cls(
            host=host,
            port=port,
            tls=tls,
            topic=topic,
            client=client,
            session_seconds=int(duration(options.get("session", "7d"), "session").total_seconds()),
            mapping=options.get("map", ""),
            login_file=options.get("login_file", ""),
            ca_file=options.get("ca_file", ""),
        )


@dataclass(frozen=True, slots=True)
class _Accepted:
    """The broker has us; `kept`: with the session that we had."""

    kept: bool


class _Session:
    """One connection, with paho's thread behind it. What it hears comes out of `heard`."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.dropped = 0
        self._loop = asyncio.get_running_loop()

    def tell(self, what: object) -> None:
        """Pass something on, from paho's thread."""
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._take, what)

    def _take(self, what: Any) -> None:
        unkept = getattr(what, "qos", None) == 0
        if unkept and self.heard.qsize() >= UNKEPT:
            self.dropped += 1
        else:
            self.heard.put_nowait(what)


class MqttSource:
    """The messages of one topic or filter, each acknowledged once the log has it."""

    def __init__(
        self,
        url: str,
        credential: Credential,
        *,
        source: str | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timeout_seconds: float = TIMEOUT_SECONDS,
        keepalive_seconds: int = KEEPALIVE_SECONDS,
        taken: int = IN_FLIGHT,
        rng: random.Random | None = None,
    ) -> None:
        self._address = Address.parse(url)
        self._reader = open_reader(self._address.mapping)
        self._paho = optional(_load, "mqtt")
        self._credential = credential
        self._source = operator_name(source or "mqtt")
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._timeout_seconds = timeout_seconds
        self._taken = taken
        self._keepalive_seconds = keepalive_seconds
        self._backoff = Backoff(0.25, 16.0, rng=rng)
        self._partition = f"{self._address.client}/{self._address.topic}"
        self._heard_at: datetime | None = None
        self._ever_live = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for it."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield batches for ever. Raises SourceRefused where the broker will never have us."""
        position = resume.get(self._partition, "")
        self._heard_at = from_microseconds(int(position)) if position.isdigit() else None
        while True:
            self.condition.connecting()
            session = _Session()
            client = self._made(session)
            try:
                await self._connect(client)
                accepted = await self._accepted(session)
                gaps = self._missed(kept=accepted.kept)
                self._ever_live = True
                self.condition.live()
                while True:
                    messages = await self._take(session)
                    gaps += self._dropped(session)
                    verdicts = await asyncio.to_thread(self._read, messages)
                    for batch in batches_of(verdicts, self._source, self._cursor(), gaps):
                        yield batch
                    gaps = ()
                    for message in messages:  # the log has them
                        client.ack(message.mid, message.qos)
                    self._backoff.reset()
            except Lost as lost:
                self.condition.waiting(str(lost))
            finally:
                await asyncio.shield(asyncio.to_thread(_leave, client))
            await self._sleep(self._backoff.next_seconds())

    def _made(self, session: _Session) -> Any:
        """Make the client of one connection: what it acknowledges belongs to that alone."""
        paho = self._paho
        client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id=self._address.client,
            protocol=paho.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = self._timeout_seconds
        if login := self._login():
            client.username_pw_set(*login)
        if self._address.tls:
            client.tls_set_context(tls_context(self._address.ca_file))

        def on_connect(client: Any, _data: Any, flags: Any, reason: Any, _props: Any) -> None:
            if reason.is_failure:
                session.tell(reason)
                return
            options = paho.SubscribeOptions(
                qos=1, retainHandling=paho.SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
            )
            client.subscribe(self._address.topic, options=options)
            session.tell(_Accepted(kept=flags.session_present))

        def on_subscribe(_c: Any, _data: Any, _mid: int, reasons: Any, _props: Any) -> None:
            for reason in reasons:
                if reason.is_failure:
                    session.tell(reason)

        def on_disconnect(_c: Any, _data: Any, _flags: Any, reason: Any, _props: Any) -> None:
            session.tell(Lost(f"the broker is gone: {reason}"))

        client.on_connect = on_connect
        client.on_subscribe = on_subscribe
        client.on_disconnect = on_disconnect
        client.on_message = lambda _client, _data, message: session.tell(message)
        return client

    async def _connect(self, client: Any) -> None:
        properties = self._paho.Properties(self._paho.PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self._address.session_seconds
        properties.ReceiveMaximum = IN_FLIGHT
        properties.MaximumPacketSize = PACKET_BYTES
        try:
            await asyncio.to_thread(
                client.connect,
                self._address.host,
                self._address.port,
                keepalive=self._keepalive_seconds,
                clean_start=False,
                properties=properties,
            )
        except (OSError, ValueError) as error:
            told = f"cannot reach {self._address.host}:{self._address.port}: {error}"
            raise Lost(told) from error
        client.loop_start()

    def _login(self) -> tuple[str, str] | None:
        try:
            user, _, password = self._credential.read().partition(":")
        except SourceRefused:
            if self._address.login_file:
                raise
            return None
        return user, password

    async def _accepted(self, session: _Session) -> _Accepted:
        """Wait for the broker's word. Raises Lost, or SourceRefused for a refusal for good."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                word = await session.heard.get()
        except TimeoutError as error:
            raise Lost("the broker does not answer") from error
        if isinstance(word, _Accepted):
            return word
        raise self._trouble(word)

    def _trouble(self, word: Any) -> Exception:
        """Return what to raise for a word that is no message."""
        if isinstance(word, Lost):
            return word
        told = f"the broker refuses us: {word}"
        if self._ever_live or word.value not in _WRONG_LOGIN | {_WRONG_PROTOCOL}:
            return Lost(told)
        if word.value == _WRONG_PROTOCOL:
            return SourceRefused(told, hint="siyaq speaks MQTT 5; set the broker up for it")
        return SourceRefused(told, hint=f"check the login in {self._credential.place}")

    async def _take(self, session: _Session) -> list[Any]:
        """Wait for a message, and take those that are there with it. Raises Lost."""
        messages: list[Any] = []
        while not messages or (len(messages) < self._taken and not session.heard.empty()):
            if messages:
                heard = session.heard.get_nowait()
            else:
                heard = await session.heard.get()
            if not isinstance(heard, self._paho.MQTTMessage):
                raise self._trouble(heard)  # what was not acknowledged comes again
            messages.append(heard)
        return messages

    def _read(self, messages: list[Any]) -> list[Verdict]:
        self._heard_at = now = self._clock.now()
        return [
            verdict
            for message in messages
            for verdict in self._reader.read(
                bytes(message.payload), source=self._source, now=now, topic=_topic(message)
            )
        ]

    def _cursor(self) -> Cursor:
        assert self._heard_at is not None
        position = str(to_microseconds(self._heard_at))
        return Cursor(source=self._source, partition=self._partition, position=position)

    def _missed(self, *, kept: bool) -> tuple[Gap, ...]:
        """Say what we missed, where the broker no longer has our session."""
        if kept or self._heard_at is None:
            return ()
        until = max(self._clock.now(), self._heard_at)
        missed = Gap(
            source=self._source, since=self._heard_at, until=until, reason="cursor_too_old"
        )
        return (missed,)

    def _dropped(self, session: _Session) -> tuple[Gap, ...]:
        """Say what we could not hold of messages that nobody holds back."""
        if not session.dropped:
            return ()
        session.dropped = 0
        now = self._clock.now()
        since = min(self._heard_at or now, now)
        return (Gap(source=self._source, since=since, until=now, reason="upstream"),)


def _topic(message: Any) -> str:
    try:
        return str(message.topic)
    except UnicodeDecodeError:
        return ""


def _is_filter(topic: str) -> bool:
    """Say whether a text may be subscribed to."""
    levels = topic.split("/")
    whole = all(level in ("+", "#") or not set(level) & set("+#") for level in levels)
    size = len(topic.encode())
    return 0 < size <= 1024 and "\0" not in topic and whole and "#" not in levels[:-1]


def _leave(client: Any) -> None:
    """End a connection and its thread. The session stays at the broker."""
    client.disconnect()
    client.loop_stop()


def _load() -> Any:
    import paho.mqtt.client  # an optional extra

    return paho.mqtt.client
