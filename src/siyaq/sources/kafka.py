"""Reads every partition of one Kafka topic; the offsets stand in our log, with the data.

`kafka://HOST[:PORT][,HOST2…]/TOPIC[?…]`, or `kafka+tls://…`. Options: `from=earliest` or `latest`
(where a partition begins that was never read), `sasl=plain`, `scram-256` or `scram-512`,
`map=FILE`, `login_file=PATH`, `ca_file=PATH`. A user and password come from SIYAQ_KAFKA_LOGIN,
`user:password`.

Partitions are assigned, not subscribed to: there is no consumer group to commit offsets to, and
so no second record of the place that could disagree with ours.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from siyaq.core.clock import SystemClock, from_microseconds, to_microseconds
from siyaq.core.errors import ConfigError, SourceRefused
from siyaq.core.event import Cursor, Gap
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff
from siyaq.sources.closing import closed
from siyaq.sources.condition import Condition
from siyaq.sources.credential import Credential
from siyaq.sources.messages.batch import Verdict, batches_of
from siyaq.sources.messages.client import optional
from siyaq.sources.messages.options import read_options
from siyaq.sources.messages.reader import open_reader
from siyaq.sources.option import operator_name
from siyaq.sources.trouble import Lost

TAKEN = 500
POLL_SECONDS = 0.5
TIMEOUT_SECONDS = 10.0
LOOK_SECONDS = 60.0
"""How often it is looked for partitions that were added."""

QUEUED_KIB = 32_768
"""What librdkafka may fetch ahead of us."""

_OPTIONS = frozenset({"from", "sasl", "map", "login_file", "ca_file"})
_HOSTS = re.compile(r"[A-Za-z0-9._-]+(?::\d{1,5})?(?:,[A-Za-z0-9._-]+(?::\d{1,5})?){0,15}")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}", re.ASCII)
_SASL = {"plain": "PLAIN", "scram-256": "SCRAM-SHA-256", "scram-512": "SCRAM-SHA-512"}
_POSITION = re.compile(r"(\d{1,18})@(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One topic of one cluster."""

    servers: str
    topic: str
    begins: Literal["earliest", "latest"]
    tls: bool
    sasl: str
    mapping: str
    login_file: str
    ca_file: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a `kafka` URL. Raises ConfigError, naming what is wrong with it."""
        parts, options = read_options(url, _OPTIONS)
        if _HOSTS.fullmatch(parts.netloc) is None:
            raise ConfigError(f"{url!r} names no broker", hint="kafka://HOST:9092/TOPIC")
        topic = parts.path.strip("/")
        if _TOPIC.fullmatch(topic) is None:
            raise ConfigError(f"{url!r} names no topic", hint="kafka://HOST:9092/TOPIC")
        sasl, begins = options.get("sasl", ""), options.get("from", "earliest")
        if sasl and sasl not in _SASL:
            raise ConfigError(f"'sasl' must be one of {', '.join(_SASL)}, got {sasl!r}")
        if begins not in ("earliest", "latest"):
            raise ConfigError(f"'from' must be earliest or latest, got {begins!r}")
        return cls(
            servers=parts.netloc,
            topic=topic,
            begins="latest" if begins == "latest" else "earliest",
            tls=parts.scheme.endswith("+tls"),
            sasl=_SASL.get(sasl, ""),
            mapping=options.get("map", ""),
            login_file=options.get("login_file", ""),
            ca_file=options.get("ca_file", ""),
        )


@dataclass(slots=True)
class _Place:
    """How far a partition is in the log: the offset to read next, and when it was read."""

    offset: int
    at: datetime


class KafkaSource:
    """The messages of one topic. librdkafka reconnects by itself; we notice, and say so."""

    def __init__(
        self,
        url: str,
        credential: Credential,
        *,
        source: str | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timeout_seconds: float = TIMEOUT_SECONDS,
        taken: int = TAKEN,
        rng: random.Random | None = None,
    ) -> None:
        self._address = Address.parse(url)
        self._reader = open_reader(self._address.mapping)
        self._kafka = optional(_load, "kafka")
        self._credential = credential
        self._source = operator_name(source or "kafka")
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._timeout_seconds = timeout_seconds
        self._taken = taken
        self._backoff = Backoff(0.5, 30.0, rng=rng)
        self._places: dict[int, _Place] = {}
        self._trouble: Exception | None = None
        self._ever_live = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for it."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield batches for ever. Raises SourceRefused where the cluster will never have us."""
        self._places = self._recalled(resume)
        while True:
            self.condition.connecting()
            consumer = self._kafka.Consumer(self._settings())
            working: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            working.set_result(None)
            try:
                working = _in_thread(self._assign, consumer)
                for batch in await asyncio.shield(working):
                    yield batch
                self._ever_live = True
                self.condition.live()
                looked_at = time.monotonic()
                while time.monotonic() - looked_at < LOOK_SECONDS:
                    working = _in_thread(self._poll, consumer)
                    for partition, messages in (await asyncio.shield(working)).items():
                        verdicts = await asyncio.to_thread(self._read, messages)
                        for batch in self._batches(partition, messages, verdicts):
                            yield batch
                        self._backoff.reset()
                continue
            except Lost as lost:
                self.condition.waiting(str(lost))
            finally:
                await asyncio.wait([working])
                working.exception()  # nobody waits for it any more
                # librdkafka can wait for ever for a broker that went away meanwhile
                await asyncio.shield(closed(consumer.close, "a Kafka consumer"))
            await self._sleep(self._backoff.next_seconds())

    def _settings(self) -> dict[str, object]:
        sasl = bool(self._address.sasl)
        protocol = ("SASL_" if sasl else "") + ("SSL" if self._address.tls else "PLAINTEXT")
        settings: dict[str, object] = {
            "bootstrap.servers": self._address.servers,
            "client.id": "siyaq",
            "group.id": "siyaq",  # required, and never used: partitions are assigned
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "queued.max.messages.kbytes": QUEUED_KIB,
            "socket.timeout.ms": max(2_000, int(self._timeout_seconds * 1_000)),  # half-open ones
            "socket.connection.setup.timeout.ms": max(1_000, int(self._timeout_seconds * 1_000)),
            "security.protocol": protocol,
            "error_cb": self._heard_error,
            "log_level": 0,
        }
        if self._address.ca_file:
            settings["ssl.ca.location"] = self._address.ca_file
        if sasl:
            user, _, password = self._credential.read().partition(":")
            settings |= {
                "sasl.mechanism": self._address.sasl,
                "sasl.username": user,
                "sasl.password": password,
            }
        return settings

    def _heard_error(self, error: Any) -> None:
        """Take note of what librdkafka says, in the thread that polls."""
        codes = self._kafka.KafkaError
        if error.code() in (codes._AUTHENTICATION, codes.SASL_AUTHENTICATION_FAILED):  # noqa: SLF001
            told = f"the cluster will not have us: {error.str()}"
            hint = f"check the login in {self._credential.place} and 'sasl'"
            self._trouble = Lost(told) if self._ever_live else SourceRefused(told, hint=hint)
        elif error.code() == codes._SSL:  # noqa: SLF001
            told = f"TLS with the cluster fails ('ca_file' says whom to trust): {error.str()}"
            self._trouble = Lost(told)
        elif self._trouble is not None:
            return  # the first says why
        elif error.fatal() or error.code() == codes._ALL_BROKERS_DOWN:  # noqa: SLF001
            self._trouble = Lost(f"no broker can be reached: {error.str()}")

    def _assign(self, consumer: Any) -> list[Batch]:
        """Begin each partition where the log left it, and return what the log should know.

        That is where a partition begins that was never read, and what one no longer holds. Blocks.
        """
        self._trouble = None
        now = self._clock.now()
        news: list[Batch] = []
        begun: list[Any] = []
        for partition in self._partitions(consumer):
            named = self._kafka.TopicPartition(self._address.topic, partition)
            first, end = self._asked(consumer, "get_watermark_offsets", named)
            place = self._places.get(partition)
            if place is None:
                place = _Place(first if self._address.begins == "earliest" else end, now)
                news.append(Batch(cursor=self._cursor(partition, place), source=self._source))
            elif not first <= place.offset <= end:  # kept too briefly, or made anew
                gap = Gap(
                    source=self._source,
                    since=place.at,
                    until=max(now, place.at),
                    reason="cursor_too_old",
                )
                place = _Place(first, now)
                cursor = self._cursor(partition, place)
                news.append(Batch(gaps=(gap,), cursor=cursor, source=self._source))
            self._places[partition] = place
            begun.append(self._kafka.TopicPartition(self._address.topic, partition, place.offset))
        consumer.assign(begun)
        return news

    def _partitions(self, consumer: Any) -> list[int]:
        found = self._asked(consumer, "list_topics", self._address.topic)
        topic = found.topics[self._address.topic]
        if topic.error is not None or not topic.partitions:
            raise Lost(f"topic {self._address.topic!r} cannot be read: {topic.error}")
        return sorted(topic.partitions)

    def _asked(self, consumer: Any, question: str, about: object) -> Any:
        try:
            return getattr(consumer, question)(about, timeout=self._timeout_seconds)
        except self._kafka.KafkaException as error:
            consumer.poll(0)  # only here is it heard why
            if self._trouble is not None:
                raise self._trouble from error
            raise Lost(f"the cluster does not answer: {error.args[0].str()}") from error

    def _poll(self, consumer: Any) -> dict[int, list[Any]]:
        """Wait a while for messages, and take those that are there, by partition. Blocks."""
        first = consumer.poll(POLL_SECONDS)
        messages = [] if first is None else [first]
        if messages and self._taken > 1:
            messages += consumer.consume(self._taken - 1, 0.0)
        taken: dict[int, list[Any]] = {}
        for message in messages:
            if message.error() is None:
                taken.setdefault(message.partition(), []).append(message)
            elif not message.error().retriable():
                raise Lost(f"the cluster says: {message.error().str()}")
        if taken:
            self._trouble = None
        elif self._trouble is not None:
            raise self._trouble
        return taken

    def _read(self, messages: Sequence[Any]) -> list[Verdict]:
        now = self._clock.now()
        return [
            verdict
            for message in messages
            for verdict in self._reader.read(
                message.value() or b"",
                source=self._source,
                now=self._witness(message, now),
                topic=self._address.topic,
            )
        ]

    def _witness(self, message: Any, now: datetime) -> datetime:
        """Return when the broker took a message, where it says so and not its producer."""
        kind, milliseconds = message.timestamp()
        if kind != self._kafka.TIMESTAMP_LOG_APPEND_TIME:
            return now
        return min(now, datetime.fromtimestamp(milliseconds / 1000, UTC))

    def _batches(
        self, partition: int, messages: Sequence[Any], verdicts: list[Verdict]
    ) -> list[Batch]:
        place = self._places[partition] = _Place(messages[-1].offset() + 1, self._clock.now())
        return list(batches_of(verdicts, self._source, self._cursor(partition, place)))

    def _cursor(self, partition: int, place: _Place) -> Cursor:
        position = f"{place.offset}@{to_microseconds(place.at)}"
        name = f"{self._address.topic}/{partition}"
        return Cursor(source=self._source, partition=name, position=position)

    def _recalled(self, resume: Mapping[str, str]) -> dict[int, _Place]:
        places: dict[int, _Place] = {}
        for name, position in resume.items():
            topic, _, partition = name.rpartition("/")
            match = _POSITION.fullmatch(position)
            if topic == self._address.topic and partition.isdigit() and match is not None:
                places[int(partition)] = _Place(int(match[1]), from_microseconds(int(match[2])))
        return places


def _in_thread(work: Callable[..., Any], *given: object) -> asyncio.Future[Any]:
    return asyncio.get_running_loop().run_in_executor(None, work, *given)


def _load() -> Any:
    import confluent_kafka  # an optional extra

    return confluent_kafka
