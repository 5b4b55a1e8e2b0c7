"""Agents for whoever opens a siyaq for them: with a browser that is open already, for one user."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

from siyaq.agents import Journal
from siyaq.agents.browser import Session
from siyaq.agents.hosts import plain_host
from siyaq.agents.remote import Servers
from siyaq.app.agents import Agents, lend_tools
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config


@dataclass(frozen=True, slots=True)
class Hiring:
    """A siyaq, and agents that work with it."""

    config: Config
    product: Siyaq

    @asynccontextmanager
    async def agents(
        self, session: Session, url: str, model: str, user: str
    ) -> AsyncGenerator[Agents, None]:
        """Lend agents with a browser. `url` is a host and port of this machine to be visited."""
        tools = lend_tools(
            self.product,
            model,
            [plain_host(url)],
            servers=Servers({}),
            session=session,
            allowed_url=url,
        )
        async with tools as lent:
            with closing(Journal(self.config.data)) as journal:
                yield Agents(self.config, self.product, self.product, journal, lent, user=user)


@asynccontextmanager
async def hiring(config: Config) -> AsyncGenerator[Hiring, None]:
    """Open a siyaq as its writer. Raises as `open_siyaq` does."""
    async with open_siyaq(config, write=True) as siyaq:
        yield Hiring(config, siyaq)
