"""A model's time: who has it next, and on whose account it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import cast

from siyaq.access import Account, FairQueue, Turn, current
from siyaq.app.model_health import ModelHealth
from siyaq.core.errors import Overloaded
from siyaq.core.ports import CallsTools, Delta, Model, ToolCall
from siyaq.models import Shelf
from siyaq.obs import Metrics

CHARS_A_TOKEN = 3
"""What a prompt is taken for until the model says how many tokens it has."""

OUTPUT_WEIGHT = 2.0
"""What a token that is written counts beside one that is read, as in the VTC paper."""


class ModelTurns:
    """Lends each model to so many at a time, fairly by what they were served (`FairQueue`).

    Callers are the keys behind requests; those without one share a turn as one caller.
    """

    def __init__(self, *, parallel: int, wait_seconds: float, metrics: Metrics) -> None:
        self._parallel = parallel
        self._wait_seconds = wait_seconds
        self._metrics = metrics
        self.health = ModelHealth()
        self._queues: dict[str, FairQueue] = {}
        metrics.model_waiting.set_function(
            lambda: sum(queue.waiting for queue in self._queues.values())
        )

    @asynccontextmanager
    async def turn(self, model: Model) -> AsyncGenerator[Lent | None, None]:
        """Wait for a turn and lend the model; None where it has not come in time."""
        queue = self._queues.setdefault(model.name, FairQueue(self._parallel))
        account = current()
        caller = account.caller if account is not None else None
        waiting = queue.turn(
            caller.key_id if caller else "",
            weight=caller.limits.weight if caller else 1,
            within=self._wait_seconds,
        )
        clock = asyncio.get_running_loop().time
        since = clock()
        async with AsyncExitStack() as stack:
            try:
                turn = await stack.enter_async_context(waiting)
            except TimeoutError:
                self._metrics.model_gave_up.inc()
                yield None
                return
            self._metrics.model_wait.observe(clock() - since)
            yield Lent(model, turn, account, self.health)


class Lending:
    """Lends the models of a shelf by name, each in its turn. Safe to use from several tasks."""

    def __init__(self, shelf: Shelf, turns: ModelTurns) -> None:
        self._shelf = shelf
        self._turns = turns

    @asynccontextmanager
    async def lent(self, name: str) -> AsyncGenerator[Lent | None, None]:
        """Lend a model for one turn, "" being the default; None is the answer without one.

        Raises QueryError for an unknown name, Overloaded where its turn does not come,
        ModelUnavailable.
        """
        found = await asyncio.to_thread(self._shelf.named, name)
        if found is None:
            yield None
            return
        async with self._turns.turn(found) as lent:
            if lent is None:
                raise Overloaded(f"model {found.name!r} had no time")
            yield lent


class Lent:
    """A model during one turn: what it reads and writes is charged as it does."""

    def __init__(
        self, model: Model, turn: Turn, account: Account | None, health: ModelHealth
    ) -> None:
        self._health = health
        self._model = model
        self._turn = turn
        self._account = account

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    async def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_output_tokens: int,
        json_schema: Mapping[str, object] | None = None,
    ) -> AsyncIterator[Delta]:
        """Stream the model's reply, charged as it comes."""
        read = sum(len(message["content"]) for message in messages) // CHARS_A_TOKEN
        read += len(json.dumps(json_schema)) // CHARS_A_TOKEN if json_schema else 0
        written = 0
        self._charge(read, 0)
        stream = self._model.stream(
            messages, max_output_tokens=max_output_tokens, json_schema=json_schema
        )
        with self._health.asked(self.name):
            async with aclosing(cast("AsyncGenerator[Delta, None]", stream)) as deltas:
                async for delta in deltas:
                    self._health.well(self.name)
                    if delta.text:
                        written += 1
                        self._charge(0, 1)
                    if delta.input_tokens or delta.output_tokens:  # the sums, at the end
                        self._charge(delta.input_tokens - read, delta.output_tokens - written)
                        read, written = delta.input_tokens, delta.output_tokens
                    yield delta

    @property
    def calls_tools(self) -> bool:
        """Whether the model can say which tools it wants called."""
        return hasattr(self._model, "call_tools")

    async def call_tools(
        self,
        messages: Sequence[Mapping[str, object]],
        tools: Sequence[Mapping[str, object]],
        *,
        choice: object = "auto",
        max_output_tokens: int,
    ) -> tuple[Sequence[ToolCall], int, int]:
        """Return the calls that the model wants, charged as they come: of one that can."""
        asking = cast("CallsTools", self._model)
        with self._health.asked(self.name):
            calls, read, written = await asking.call_tools(
                messages, tools, choice=choice, max_output_tokens=max_output_tokens
            )
        self._health.well(self.name)
        self._charge(read or len(json.dumps([*messages, *tools])) // CHARS_A_TOKEN, written)
        return calls, read, written

    def _charge(self, read: int, written: int) -> None:
        self._turn.charge(read + OUTPUT_WEIGHT * written)
        if self._account is not None:
            self._account.tokens += read + written
