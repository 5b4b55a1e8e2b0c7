"""One open connection of the Jetstream server: it sends, and misbehaves on order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from random import Random

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode, Frame, Opcode

from siyaq.testing.world import wire
from siyaq.testing.world.event import WorldEvent
from siyaq.testing.world.faults import Fault, Faults
from siyaq.testing.world.garbage import variants
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.subscription import Refused, Subscription
from siyaq.testing.world.world import World
from siyaq.testing.world.zdict import Compressor

_REMEMBERED = 1000


class Ended(Exception):
    """The stream was ended by a fault."""


class Stream:
    """Sends events from `seq` on, inclusive, each when its time has come."""

    def __init__(
        self,
        connection: ServerConnection,
        subscription: Subscription,
        *,
        world: World,
        pace: Pace,
        faults: Faults,
        v1_cursor: bool,
        compressor: Compressor | None = None,
    ) -> None:
        self._connection = connection
        self._subscription = subscription
        self._world = world
        self._pace = pace
        self._faults = faults
        self._v1_cursor = v1_cursor
        wanted = subscription.compress or subscription.dictionary is not None
        self._compressor = compressor if wanted else None
        self._sent: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._held: list[bytes] = []
        self._reordering: Fault | None = None
        self._repeating: Fault | None = None  # as soon as there is something to repeat
        self._greeted = asyncio.Event()
        self._strikes: dict[str, Callable[[Fault, WorldEvent], Awaitable[None]]] = {
            "disconnect": self._disconnect,
            "close": self._close,
            "half_frame": self._half_frame,
            "stall": self._stall,
            "duplicate": self._duplicate,
            "reorder": self._reorder,
            "garbage": self._garbage,
            "too_slow": self._too_slow,
        }

    async def listen(self) -> None:
        """Take what the client says until it hangs up; only v1 clients may say anything."""
        async for message in self._connection:
            try:
                self._subscription = self._subscription.updated(message)
            except Refused as refused:
                await self._connection.close(CloseCode.POLICY_VIOLATION, refused.error)
                return
            self._greeted.set()

    async def send(self, seq: int, preface: bytes | None) -> None:
        """Send for ever, or until a fault ends the stream."""
        if self._subscription.says_hello:
            await self._greeted.wait()
        if preface is not None:
            await self._say(preface)
        try:
            for event in self._world.from_seq(seq):
                await self._until(event)
                await self._pass_on(event)
        except Ended:
            return
        finally:
            for unfinished in filter(None, (self._reordering, self._repeating)):
                self._faults.order(unfinished)

    async def _until(self, event: WorldEvent) -> None:
        """Wait for the event's time, carrying out the faults that are ordered meanwhile."""
        while True:
            fault = self._faults.take("stream", self._subscription.dialect)
            if fault is not None:
                await self._strikes[fault.name](fault, event)
            elif event.at <= self._pace.now():
                return
            else:
                await self._pace.wait(event.at)

    async def _pass_on(self, event: WorldEvent) -> None:
        if not self._subscription.wants(event):
            return
        message = wire.encode(event, self._subscription.dialect, v1_cursor=self._v1_cursor)
        if message is None or not self._subscription.fits(message):
            return
        if self._reordering is None:
            await self._deliver(message)
            if self._repeating is not None:
                await self._duplicate(self._repeating, event)
            return
        self._held.append(message)
        if len(self._held) >= self._reordering.count:
            await self._release(self._reordering)

    async def _say(self, message: bytes) -> None:
        if self._compressor is None:
            await self._connection.send(message, text=True)
        else:
            await self._connection.send(self._compressor.frame(message), text=False)

    async def _deliver(self, message: bytes) -> None:
        await self._say(message)
        self._sent.append(message)

    async def _disconnect(self, fault: Fault, _: WorldEvent) -> None:
        self._faults.count(fault)
        self._connection.transport.abort()
        raise Ended

    async def _close(self, fault: Fault, _: WorldEvent) -> None:
        self._faults.count(fault)
        await self._connection.close(CloseCode.GOING_AWAY)
        raise Ended

    async def _half_frame(self, fault: Fault, event: WorldEvent) -> None:
        message = wire.encode(event, self._subscription.dialect) or b'{"did":"did:plc:half"}'
        frame = Frame(Opcode.TEXT, message).serialize(mask=False)
        self._faults.count(fault)
        self._connection.transport.write(frame[: len(frame) // 2])
        self._connection.transport.close()  # what was written still goes out
        raise Ended

    async def _stall(self, fault: Fault, _: WorldEvent) -> None:
        self._faults.count(fault)
        transport = self._connection.transport
        if fault.deaf:
            transport.pause_reading()
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            if fault.deaf and not transport.is_closing():
                transport.resume_reading()

    async def _duplicate(self, fault: Fault, _: WorldEvent) -> None:
        if not self._sent:
            self._repeating = fault
            return
        self._repeating = None
        for message in list(self._sent)[-fault.count :]:
            await self._say(message)
        self._faults.count(fault)

    async def _reorder(self, fault: Fault, _: WorldEvent) -> None:
        if self._reordering is None:
            self._reordering = fault

    async def _release(self, fault: Fault) -> None:
        """Send what was held back in another order, and see that all of it has arrived.

        A cut in the middle would lose events for good: no cursor can say "7 but not 5".
        """
        held, self._held, self._reordering = self._held, [], None
        shuffled = list(held)
        Random(len(held)).shuffle(shuffled)
        for message in shuffled if shuffled != held else reversed(held):
            await self._deliver(message)
        self._faults.count(fault)
        await (await self._connection.ping())

    async def _garbage(self, fault: Fault, event: WorldEvent) -> None:
        every = variants(event, self._subscription.dialect)
        chosen = [every[fault.variant]] if fault.variant in every else list(every.values())
        for message in chosen:
            await self._say(message)
        if not fault.variant:
            await self._connection.send(b"\x00\x01\x02 binary", text=False)
        self._faults.count(fault)

    async def _too_slow(self, fault: Fault, _: WorldEvent) -> None:
        self._faults.count(fault)
        if self._subscription.dialect == "v2":
            last = wire.error("ConsumerTooSlow", "the consumer does not keep up")
            await self._say(last)
        await self._connection.close(CloseCode.POLICY_VIOLATION, "ConsumerTooSlow")
        raise Ended
