"""Agents at work in a server: a crew that carries runs on, and the desk that people come to."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing

from siyaq.agents import AnyTool, Journal, Run, read_caps
from siyaq.agents.agency import Agency, Task
from siyaq.agents.crew import Crew
from siyaq.agents.desk import Desk
from siyaq.app.agents import SCRIPTED, Agents, came_in, lend_tools
from siyaq.config import Config
from siyaq.core.errors import QueryError
from siyaq.core.product import Product


@asynccontextmanager
async def agents_at_work(config: Config, siyaq: Product) -> AsyncIterator[Agency]:
    """Carry on what waits until the block ends, and take tasks meanwhile."""

    def lend(run: Run) -> AbstractAsyncContextManager[Sequence[AnyTool]]:
        return lend_tools(siyaq, run.model, run.allowed)

    with closing(Journal(config.data)) as journal:
        day_caps = read_caps(config.agents_day_budget, {})
        crew = Crew(journal, lend, came_in(siyaq), day_caps=day_caps)
        desk = Desk(journal, crew)

        async def begin(task: Task, user: str) -> str:
            if task.model.startswith(SCRIPTED):  # it would read files of this machine
                raise QueryError("a scripted model is for the terminal", hint="send its 'plan'")
            async with lend_tools(siyaq, task.model, task.allowed) as tools:
                agents = Agents(config, journal, tools, user=user or getpass.getuser())
                run_id = await agents.begin(task)
            if journal.run(run_id).status != "scheduled":
                desk.queue(run_id)
            return run_id

        async def tools_of(run: Run) -> Sequence[str]:
            async with lend(run) as tools:
                return [tool.name for tool in tools]

        working = asyncio.create_task(crew.keep(), name="agents")
        try:
            yield Agency(desk=desk, begin=begin, tools=tools_of)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
