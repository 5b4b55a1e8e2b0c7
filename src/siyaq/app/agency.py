"""Agents at work in a server: a crew that carries runs on, and the desk that people come to."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from functools import partial

from siyaq.access import Budget, KeyRing, Owners
from siyaq.access.owners import SETTINGS
from siyaq.agents import AnyTool, Journal, Run, read_caps
from siyaq.agents.agency import Agency, Task
from siyaq.agents.charging import charged_to
from siyaq.agents.crew import Crew
from siyaq.agents.desk import Desk
from siyaq.agents.remote import Servers, read_servers
from siyaq.app.acting import Lookout
from siyaq.app.agents import Agents, came_in, lend_tools, live_in
from siyaq.app.drafting import SCRIPTED, Drafting
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config
from siyaq.core.errors import QueryError
from siyaq.core.product import Product


@asynccontextmanager
async def agents_at_work(
    config: Config, siyaq: Siyaq, product: Product, ring: KeyRing, budget: Budget
) -> AsyncIterator[Agency]:
    """Carry on what waits until the block ends, and take tasks meanwhile.

    `product` is what runs meet: siyaq as the key of each may see it.
    Raises ConfigError for a file of MCP servers that cannot be.
    """
    owners = Owners(ring, settings=bool(config.keys), collections=config.collections)
    reserve = charged_to(owners, budget)
    lent = partial(
        lend_tools,
        product,
        servers=Servers(read_servers(config.agents_mcp)),
        lookout=Lookout(product),
    )

    def lend(run: Run) -> AbstractAsyncContextManager[Sequence[AnyTool]]:
        return lent(run.model, run.allowed)

    with closing(Journal(config.data)) as journal:
        journal.adopt([SETTINGS, *(key.id for key in ring.listed())])
        day_caps = read_caps(config.agents_day_budget, {})
        crew = Crew(
            journal,
            lend,
            came_in(product),
            day_caps=day_caps,
            gone=owners.gone,
            reserve=reserve,
            tracer=siyaq.tracer,
            plans=Drafting(siyaq, journal, reserve).within,
        )
        desk = Desk(journal, crew, live=live_in(siyaq.log))

        async def begin(task: Task, key_id: str) -> str:
            if task.model.startswith(SCRIPTED):  # it would read files of this machine
                raise QueryError("a scripted model is for the terminal", hint="send its 'plan'")
            async with lent(task.model, task.allowed) as tools:
                user = key_id or getpass.getuser()
                agents = Agents(
                    config,
                    siyaq,
                    product,
                    journal,
                    tools,
                    user=user,
                    key_id=key_id,
                    gone=owners.gone,
                    reserve=reserve,
                )
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
