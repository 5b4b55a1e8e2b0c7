"""Takes signed deliveries, and answers each once what it brought is durable.

A delivery waits in a short queue until the pump takes it, with others that wait; the answer is
given when the pump comes back for more, which it does when the log has them. Where the queue is
full the sender is told to come again. A delivery that was taken before is answered the same way,
and changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from siyaq.core.clock import SystemClock
from siyaq.core.errors import Overloaded, SourceRefused
from siyaq.core.event import Rejected, RejectReason
from siyaq.core.ports import Batch, Clock
from siyaq.core.reports import Delivered
from siyaq.sources.condition import Condition
from siyaq.sources.credential import Credential
from siyaq.sources.limits import BATCH_EVENTS
from siyaq.sources.messages.batch import Verdict, batches_of
from siyaq.sources.messages.reader import open_reader
from siyaq.sources.option import operator_name
from siyaq.sources.webhook.address import Address
from siyaq.sources.webhook.seen import Seen
from siyaq.sources.webhook.signature import Signed, read_secrets, verify

WAITING = 64
"""Deliveries that may wait for the log; each of at most `serve`'s limit of a body."""

ANSWER_SECONDS = 15.0
"""How long a sender waits for its delivery to become durable before it is told to come again."""


@dataclass(slots=True)
class _Delivery:
    signed: Signed
    verdicts: tuple[Verdict, ...]
    done: asyncio.Future[Delivered]

    @property
    def outcome(self) -> Delivered:
        refused = Counter(one.reason.value for one in self.verdicts if isinstance(one, Rejected))
        return Delivered(taken=len(self.verdicts) - refused.total(), refused=dict(refused))


class WebhookSource:
    """The deliveries of one hook. Its secret is read anew for each, and held nowhere."""

    def __init__(
        self,
        url: str,
        credential: Credential,
        *,
        source: str | None = None,
        clock: Clock | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._address = Address.parse(url)
        self._reader = open_reader(self._address.mapping)
        self._credential = credential
        self._source = operator_name(source or self._address.name)
        self._clock: Clock = clock or SystemClock()
        self._answer_seconds = answer_seconds
        self._seen = Seen(self._source, self._address.name)
        self._waiting: asyncio.Queue[_Delivery] = asyncio.Queue()  # `_pending` has the limit
        self._pending: dict[str, asyncio.Future[Delivered]] = {}
        self._open = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for it."""
        return self._source

    @property
    def hook(self) -> str:
        """The last part of the path at which it is delivered to."""
        return self._address.name

    @property
    def lacks(self) -> str:
        """What has to be given before anything is taken; "" when nothing is missing."""
        try:
            read_secrets(self._credential.read())
        except SourceRefused as error:
            return str(error)
        return ""

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take one delivery, and return once it is durable. Raises NotAuthentic, Overloaded."""
        if not self._open:
            raise Overloaded(f"webhook {self.hook!r} does not take deliveries now")
        now = self._clock.now()
        signed = verify(
            self._address.scheme,
            read_secrets(self._credential.read()),
            headers,
            body,
            now=now,
            tolerance=self._address.tolerance,
        )
        done = self._pending.get(signed.key)  # first: what is remembered may not be durable yet
        repeated = done is not None
        if done is None and self._seen.knows(signed.key, now):
            return Delivered(repeated=True)
        if done is None:
            done = await self._queued(signed, headers, body, now)
        try:
            async with asyncio.timeout(self._answer_seconds):
                return replace(await asyncio.shield(done), repeated=repeated)
        except TimeoutError as error:
            raise Overloaded(
                f"not durable after {self._answer_seconds:g} seconds",
                hint="send it again: it does no harm",
            ) from error

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield what is delivered, for ever. Raises SourceRefused where there is no secret."""
        read_secrets(self._credential.read())
        self._seen.recall(resume, self._clock.now())
        self._open = True
        self.condition.live()
        taken: list[_Delivery] = []
        try:
            while True:
                taken = await self._take()
                verdicts = [verdict for delivery in taken for verdict in delivery.verdicts]
                keys = [(one.signed.key, one.signed.expires_at) for one in taken]
                cursor = self._seen.note(keys, self._clock.now())
                for batch in batches_of(verdicts, self._source, cursor):
                    yield batch
                for delivery in taken:
                    self._pending.pop(delivery.signed.key, None)
                    if not delivery.done.done():
                        delivery.done.set_result(delivery.outcome)
                taken = []
        finally:
            self._open = False
            self._turn_away(taken)

    async def _queued(
        self, signed: Signed, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> asyncio.Future[Delivered]:
        if len(self._pending) >= WAITING or self._seen.full:
            raise Overloaded("too many deliveries wait for the log", hint="send it again later")
        done: asyncio.Future[Delivered] = asyncio.get_running_loop().create_future()
        self._pending[signed.key] = done
        try:
            verdicts = await asyncio.to_thread(self._verdicts, _lines(headers, body), now)
        except BaseException:  # its sender left: the next attempt begins anew
            self._pending.pop(signed.key, None)
            raise
        self._waiting.put_nowait(_Delivery(signed, verdicts, done))
        return done

    def _verdicts(self, messages: list[bytes], now: datetime) -> tuple[Verdict, ...]:
        if not messages:  # a delivery always says something
            return (Rejected(reason=RejectReason.MALFORMED, detail="the delivery is empty"),)
        return tuple(
            verdict
            for message in messages
            for verdict in self._reader.read(message, source=self._source, now=now)
        )

    async def _take(self) -> list[_Delivery]:
        """Wait for a delivery, and take the others that wait, up to a batch."""
        taken = [await self._waiting.get()]
        count = len(taken[0].verdicts)
        while count < BATCH_EVENTS and not self._waiting.empty():
            taken.append(self._waiting.get_nowait())
            count += len(taken[-1].verdicts)
        return taken

    def _turn_away(self, taken: list[_Delivery]) -> None:
        """Tell whoever waits that nothing of theirs is known to be durable."""
        while not self._waiting.empty():
            taken.append(self._waiting.get_nowait())
        self._pending.clear()
        for delivery in taken:
            if not delivery.done.done():
                delivery.done.set_exception(Overloaded("siyaq stopped listening; send it again"))
                delivery.done.exception()  # whoever waited may have left


def _lines(headers: Mapping[str, str], body: bytes) -> list[bytes]:
    """Return the messages of a body: its lines where it says that it has lines, else the whole."""
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in ("application/x-ndjson", "application/ndjson", "application/jsonl"):
        return [line for line in body.split(b"\n") if line.strip()]
    return [body] if body.strip() else []
