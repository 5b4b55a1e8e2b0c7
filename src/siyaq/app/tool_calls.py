"""The caller's own tools: which of them a model wants called. Nothing is called here.

The model sees what the caller has sent and no post, so that no post can have a tool called.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import cast

from siyaq.app.turns import ModelTurns
from siyaq.core.errors import Overloaded, QueryError
from siyaq.core.ports import CallsTools, ToolCall
from siyaq.models import Shelf

MAX_OUTPUT_TOKENS = 1_000


class ToolCalls:
    """Asks models for tool calls, each in its turn. Safe to use from several tasks."""

    def __init__(self, shelf: Shelf, turns: ModelTurns) -> None:
        self._shelf = shelf
        self._turns = turns

    async def wanted(
        self,
        messages: Sequence[Mapping[str, object]],
        tools: Sequence[Mapping[str, object]],
        *,
        choice: object,
        model: str,
    ) -> Sequence[ToolCall]:
        """Return the calls a model wants of the tools it was given, and of no other.

        Raises QueryError for a model that calls none, Overloaded where its turn does not come,
        ModelUnavailable.
        """
        found = await asyncio.to_thread(self._shelf.named, model)
        if found is None or not hasattr(found, "call_tools"):
            raise QueryError(
                "no model that can call tools answers here",
                hint="name a server's: 'siyaq models use URL --model NAME', then 'siyaq/NAME'",
            )
        asking = cast("CallsTools", found)
        read = len(json.dumps([*messages, *tools]))
        async with self._turns.turn(found) as lent:
            if lent is None:
                raise Overloaded(f"model {found.name!r} had no time")
            with lent.asked():
                calls, tokens_in, tokens_out = await asking.call_tools(
                    messages, tools, choice=choice, max_output_tokens=MAX_OUTPUT_TOKENS
                )
            lent.charge_for(read, tokens_in, tokens_out)
        known = {str(cast("Mapping[str, object]", one["function"])["name"]) for one in tools}
        return [call for call in calls if call.name in known]
