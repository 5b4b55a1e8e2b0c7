"""The caller's own tools: which of them a model wants called. Nothing is called here.

The model sees what the caller has sent and no post, so that no post can have a tool called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from siyaq.app.turns import Lending
from siyaq.core.errors import QueryError
from siyaq.core.ports import ToolCall

MAX_OUTPUT_TOKENS = 1_000


class ToolCalls:
    """Asks models for tool calls, each in its turn. Safe to use from several tasks."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending

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
        async with self._lending.lent(model) as lent:
            if lent is None or not lent.calls_tools:
                raise QueryError(
                    "no model that can call tools answers here",
                    hint="name a server's: 'siyaq models use URL --model NAME', then 'siyaq/NAME'",
                )
            calls, _, _ = await lent.call_tools(
                messages, tools, choice=choice, max_output_tokens=MAX_OUTPUT_TOKENS
            )
        known = {str(cast("Mapping[str, object]", one["function"])["name"]) for one in tools}
        return [call for call in calls if call.name in known]
