"""Agents of one data directory: begun, carried on, shown, cancelled."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from siyaq.agents import (
    USUAL,
    Amounts,
    AnyTool,
    Approve,
    Gone,
    Journal,
    Planned,
    Run,
    Runner,
    Told,
    delegate,
    finish,
    nobody,
    plain_plan,
    read_caps,
    scripted_plan,
    shell,
    workspace,
)
from siyaq.agents.agency import Task
from siyaq.agents.browser import Session
from siyaq.agents.charging import Reserve, charged_to, charged_to_nobody
from siyaq.agents.crew import LOOK_SECONDS, Came, Crew
from siyaq.agents.desk import Desk, Live
from siyaq.agents.remote import Servers, read_servers
from siyaq.agents.rhythm import Rhythm, has, said_in, schedule
from siyaq.app import acting, keys
from siyaq.app.drafting import SCRIPTED, Drafting
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.app.views import as_seen
from siyaq.app.visiting import browsing, page_tools
from siyaq.config import Config
from siyaq.core.errors import ModelUnavailable, NotFound, SiyaqError, Unreadable, UsageError
from siyaq.core.ids import PostId
from siyaq.core.product import Product
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.log import LogReader

MAX_SCRIPT_BYTES = 4 * 1024 * 1024


class Agents:
    """The agents of an opened siyaq, for one user.

    `product` is what runs meet: siyaq as the key of each may see it.
    """

    def __init__(
        self,
        config: Config,
        siyaq: Siyaq,
        product: Product,
        journal: Journal,
        tools: Sequence[AnyTool],
        *,
        user: str,
        key_id: str = "",
        gone: Gone = lambda _: "",
        reserve: Reserve = charged_to_nobody,
    ) -> None:
        self._siyaq = siyaq
        self._product = product
        self._journal = journal
        self._tools = tools
        self._user = user
        self._key_id = key_id
        self._gone = gone
        self._reserve = reserve
        self._day_caps = read_caps(config.agents_day_budget, {})
        self._drafting = Drafting(siyaq, journal, reserve)

    @property
    def journal(self) -> Journal:
        """Where their runs are written down."""
        return self._journal

    async def begin(self, task: Task) -> str:
        """Write a task down, plan it, and return the id of its run.

        Raises QueryError and Unreadable for a plan that cannot be; a model that makes none fails
        the run, and ModelUnavailable says so.
        """
        if not task.words.strip():
            raise UsageError("the task is empty", hint='siyaq agent "what happened in the story?"')
        again, words = task.rhythm, task.words
        if again is None:
            every, words = said_in(task.words)
            again = Rhythm(every=every) if every else None
        script = task.plan or _script(task.model)
        planned = None
        if script is not None:
            planned = scripted_plan(script, self._tools)
        elif not task.model:
            planned = plain_plan(words, self._tools)
        run_id = self._journal.begin_run(
            user=self._user,
            task=task.words,
            model=task.model,
            caps=task.caps,
            allowed=task.allowed,
            key_id=self._key_id,
        )
        if planned is None:
            planned = await self._plan(run_id, words)
        self._journal.fix_plan(run_id, planned.plan)
        if again is not None:
            schedule(self._journal, run_id, again, datetime.now(UTC))
        return run_id

    async def _plan(self, run_id: str, words: str) -> Planned:
        """Ask the task's model for a plan, within the budget; one that makes none fails the run."""
        run = self._journal.run(run_id)
        try:
            return await self._drafting.plan(run, words, self._tools, self._day_caps)
        except SiyaqError as error:
            self._journal.close_run(run_id, "failed", str(error))
            raise

    async def go(
        self, run_id: str, *, approve: Approve = nobody, told: Told = lambda _word, _run: None
    ) -> Run:
        """Carry a run on to its end, or to where it must wait."""
        run = self._journal.run(run_id)
        if not run.plan:
            raise ModelUnavailable(f"run {run_id!r} has no plan", hint="begin it again")
        if has(self._journal, run_id):
            if run.status not in ("done", "scheduled"):
                self._journal.close_run(run_id, "scheduled")
            return await self._again(run_id, told=told)
        runner = Runner(
            self._journal,
            self._tools,
            day_caps=self._day_caps,
            approve=approve,
            told=told,
            gone=self._gone,
            reserve=self._reserve,
            tracer=self._siyaq.tracer,
            plans=self._drafting.within,
        )
        return await runner.go(run_id)

    async def _again(self, run_id: str, *, told: Told = lambda _word, _run: None) -> Run:
        """Make the runs of a scheduled one as they come due, until it is over."""

        @asynccontextmanager
        async def lend(_: Run) -> AsyncGenerator[Sequence[AnyTool], None]:
            yield self._tools

        crew = Crew(
            self._journal,
            lend,
            came_in(self._product),
            day_caps=self._day_caps,
            parallel=1,
            family=run_id,
            told=told,
            gone=self._gone,
            reserve=self._reserve,
            tracer=self._siyaq.tracer,
            plans=self._drafting.within,
        )
        working = asyncio.create_task(crew.keep())
        try:
            while (run := self._journal.run(run_id)).status == "scheduled":
                await asyncio.wait([working], timeout=LOOK_SECONDS)
                if working.done():
                    await working
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        return run


def read_budget(text: str, usual: Amounts = USUAL) -> Amounts:
    """Read the caps of a run, over the usual ones. Raises QueryError."""
    return read_caps(text, usual)


@contextmanager
def open_desk(config: Config) -> Iterator[Desk]:
    """Lend the runs of a data directory, to be looked after."""
    with closing(Journal(config.data)) as journal, ExitStack() as stack:
        try:
            live = live_in(stack.enter_context(LogReader.open(config.data)))
        except NotFound:  # nothing was ever followed here, so nothing cited is held
            live = _none
        yield Desk(journal, live=live)


def live_in(log: LogReader) -> Live:
    """Return what says which posts a log holds, neither deleted nor hidden."""
    return lambda names: log.find(map(PostId, names))


def _none(_: Collection[str]) -> Collection[str]:
    return ()


def came_in(product: Product) -> Came:
    """Return what says whether a post with some words has come since a moment."""

    async def came(words: str, since: datetime) -> bool:
        where = Filters(placed=TimeRange(since, None))
        return bool((await acting.matching(product, words, where))["hits"])

    return came


@asynccontextmanager
async def lend_tools(
    siyaq: Product,
    model: str,
    allowed: Sequence[str],
    *,
    servers: Servers,
    lookout: acting.Lookout | None = None,
    session: Session | None = None,
    allowed_url: str = "",
) -> AsyncGenerator[Sequence[AnyTool], None]:
    """Lend the tools of one run. `allowed` are the hosts that it may visit unasked.

    `servers` and `lookout` are this process's: MCP servers, and what looks for posts. `session`: a
    browser that is open already; `allowed_url`: a host and port of this machine for `read_page`.

    Raises QueryError for a name of none.
    """
    phrased_by = "" if model.startswith(SCRIPTED) else model
    async with (
        page_tools(allowed, allowed_url=allowed_url) as pages,
        browsing(allowed, session) as browser,
        servers.lend() as remote,
    ):
        yield [
            *acting.tools(siyaq, model=phrased_by, lookout=lookout),
            *pages,
            *browser,
            *workspace.tools(),
            *shell.tools(),
            *remote,
            *delegate.tools(),
            *finish.tools(),
        ]


@asynccontextmanager
async def open_agents(
    config: Config, model: str, allowed: Sequence[str]
) -> AsyncGenerator[Agents, None]:
    """Open siyaq for reading and give its agents their tools.

    `allowed` are the hosts whose pages they may read unasked. Raises QueryError for a name of none,
    ConfigError for a file of MCP servers that cannot be.
    """
    servers = Servers(read_servers(config.agents_mcp))
    async with (
        open_siyaq(config, write=False) as siyaq,  # runs of a server's keys are carried on here too
        lend_tools(
            product := as_seen(siyaq, config.collections), model, allowed, servers=servers
        ) as tools,
    ):
        with (
            closing(Journal(config.data)) as journal,
            keys.owners(config) as owners,
            closing(keys.budget(config)) as budget,
        ):
            yield Agents(
                config,
                siyaq,
                product,
                journal,
                tools,
                user=getpass.getuser(),
                gone=owners.gone,
                reserve=charged_to(owners, budget),
            )


def _script(model: str) -> str | None:
    """Return the text of a scripted model, None for one that is not. Raises Unreadable."""
    if not model.startswith(SCRIPTED):
        return None
    path = Path(model.removeprefix(SCRIPTED))
    try:
        if path.stat().st_size > MAX_SCRIPT_BYTES:
            raise Unreadable(f"{str(path)!r} has more than {MAX_SCRIPT_BYTES} bytes")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error}") from error
