"""Asks chat models for the plans of runs, within their budgets and the limits of their keys."""

from __future__ import annotations

from collections.abc import Sequence

from siyaq.access import charging
from siyaq.agents import (
    PLANNING,
    Amounts,
    AnyTool,
    Journal,
    Plan,
    Planned,
    Run,
    model_plan,
    plain_plan,
    planning_cost,
)
from siyaq.agents.charging import Reserve
from siyaq.app.siyaq import Siyaq
from siyaq.core.errors import SiyaqError

SCRIPTED = "scripted:"
"""What a model's name begins with that is a file of tool calls."""


class Drafting:
    """Plans for the runs of one journal."""

    def __init__(self, siyaq: Siyaq, journal: Journal, reserve: Reserve) -> None:
        self._siyaq = siyaq
        self._journal = journal
        self._reserve = reserve

    async def within(self, run: Run, tools: Sequence[AnyTool]) -> Plan:
        """Plan a run within another, by its words and from its share."""
        if not run.model or run.model.startswith(SCRIPTED):
            return plain_plan(run.task, tools).plan
        return (await self.plan(run, run.task, tools, {})).plan

    async def plan(
        self, run: Run, words: str, tools: Sequence[AnyTool], day_caps: Amounts
    ) -> Planned:
        """Ask the model of a run for a plan, when it is the key's turn.

        Where it makes none, the cost is written down.

        Raises ModelUnavailable, BudgetSpent, QueryError for a model that is not known.
        """
        cost = planning_cost(words, tools)
        try:
            async with (
                charging(await self._reserve(run.key_id, "ask")) as account,
                self._siyaq.lending.lent(run.model) as model,
            ):
                if model is None:
                    return plain_plan(words, tools)
                granted = self._journal.begin(
                    run, PLANNING, PLANNING, {"model": run.model}, cost, day_caps
                )
                await account.begin("ask")
                with account.timed():
                    planned = await model_plan(words, tools, model, granted)
            self._journal.settle(run.id, PLANNING, "done", spent=planned.spent)
        except SiyaqError as error:
            if any(step.state == "begun" for step in self._journal.run(run.id).steps):
                self._journal.settle(
                    run.id, PLANNING, "failed", problem=str(error), spent={"model_calls": 1}
                )
            raise
        return planned
