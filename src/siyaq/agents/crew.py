"""Carries on what waits: runs that were queued, and those that are due, fairly between users.

The journal is the queue, so nothing that waits is lost when the process ends, and what was under
way goes on when it is there again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial

from siyaq.access import KeyGone, charging
from siyaq.access.owners import LOOK_SECONDS as KEYS_SECONDS
from siyaq.agents import rhythm
from siyaq.agents.amounts import NOTHING, Amounts
from siyaq.agents.charging import Reserve, charged_to_nobody
from siyaq.agents.journal import Journal, Run
from siyaq.agents.places import Places
from siyaq.agents.runner import Gone, Runner, Told, is_held
from siyaq.agents.subruns import Plans, plainly
from siyaq.agents.tool import AnyTool
from siyaq.core.clock import utc_now
from siyaq.core.errors import QuotaExhausted, SiyaqError, UsageError
from siyaq.traces import Tracer

logger = logging.getLogger("siyaq.agents")

LOOK_SECONDS = 0.5
QUEUED = 1000
RESTING = 20
"""How many runs of one user may wait, each keeping what it has open, before others of it begin."""

Lend = Callable[[Run], AbstractAsyncContextManager[Sequence[AnyTool]]]
Came = Callable[[str, datetime], Awaitable[bool]]
"""Says whether a post that holds these words has come since a moment. Who looks is charged."""


class Crew:
    """Works on the runs of one journal, `parallel` at a time; those that only wait do not count.

    `lend` gives a run its tools, `reserve` sets its work aside in the limits of its key, `plans`
    plans the runs within it.
    """

    def __init__(
        self,
        journal: Journal,
        lend: Lend,
        came: Came,
        *,
        day_caps: Amounts = NOTHING,
        parallel: int = 2,
        family: str = "",
        told: Told = lambda _word, _run: None,
        gone: Gone = lambda _: "",
        reserve: Reserve = charged_to_nobody,
        plans: Plans = plainly,
        now: Callable[[], datetime] = utc_now,
        tracer: Tracer | None = None,
    ) -> None:
        self.journal = journal
        self._lend = lend
        self._came = came
        self._day_caps = day_caps
        self._family = family  # the one run, with its children, that it works on; "": all
        self._told = told
        self._gone = gone
        self._reserve = reserve
        self._plans = plans
        self._places = Places(parallel)
        self._ending = False
        self._dropped: set[str] = set()
        self._now = now
        self._tracer = tracer
        self._working: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._served: Counter[str] = Counter()
        self._wanted = asyncio.Event()

    async def keep(self) -> None:
        """Work until cancelled: first what was under way when the last crew ended."""
        for run in self.journal.runs(QUEUED, status="running"):
            if self._mine(run) and not is_held(self.journal, run.id):
                self.journal.close_run(run.id, "queued")
        self._ending = False
        minding = asyncio.create_task(self._mind_keys(), name="keys of runs")
        try:
            while True:
                try:
                    await self.look()
                except SiyaqError as error:  # a full disk, say: it is tried again
                    logger.warning("agents wait", extra={"why": str(error)})
                self._wanted.clear()
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wanted.wait()
                except TimeoutError:
                    continue
        finally:
            self._ending = True
            tasks = [minding, *(task for _, task in self._working.values())]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Say that something was queued."""
        self._wanted.set()

    def drop(self, run_id: str) -> None:
        """End the work on a run at once, wherever it stands."""
        if run_id in self._working:
            self._dropped.add(run_id)
            self._working[run_id][1].cancel()

    async def _mind_keys(self) -> None:
        while True:
            try:
                self.mind()
            except SiyaqError as error:
                logger.warning("keys of runs are not looked at", extra={"why": str(error)})
            await asyncio.sleep(KEYS_SECONDS)

    def mind(self) -> None:
        """End what was begun with keys that stand no more: what waits, and what is to come.

        A run that is being carried on ends by itself, wherever that is.
        """
        for key_id in self.journal.keys_at_work():
            if why := self._gone(key_id):
                self.journal.stop_key(key_id, f"key: {why}")

    async def look(self) -> None:
        """Queue what is due, and begin what there are hands for."""
        for due in rhythm.rhythms(self.journal):
            if self._family not in ("", due.run_id):
                continue
            try:
                await self._attend(due)
            except SiyaqError as error:
                logger.warning("a rhythm waits", extra={"run": due.run_id, "why": str(error)})
        while self._places.free:
            run = self._next()
            if run is None:
                return
            self._places.take(run.id)
            task = asyncio.create_task(self._work(run), name=run.id)
            self._working[run.id] = run.user, task
            self._served[run.user] += 1
            task.add_done_callback(partial(self._ended, run.id))

    async def _attend(self, due: rhythm.Due) -> None:
        parent = self.journal.run(due.run_id)
        children = self.journal.runs(1, parent=parent.id)
        if children and children[0].status in ("queued", "running"):
            return  # one after the other
        rhythm.settle(self.journal, parent, due.rhythm.times, due.made)
        if self.journal.run(due.run_id).status != "scheduled":
            return
        if due.rhythm.times and due.made >= due.rhythm.times:
            return  # the last one waits for its user
        now = self._now()
        if due.rhythm.words:
            ripe = await self._looked(due, parent.key_id)
        else:
            ripe = now >= due.next_at
        if ripe and self.journal.standing(parent.id)[0] == "scheduled":  # it took time to look
            rhythm.fire(self.journal, due, now)

    async def _looked(self, due: rhythm.Due, key_id: str) -> bool:
        """Look for the post that sets a rhythm off; the time it takes is its key's.

        Where that has no room left, nothing is seen for now: it is looked for since the same
        moment once there is.
        """
        try:
            account = await self._reserve(key_id, "act")
        except (QuotaExhausted, KeyGone):
            return False
        async with charging(account):
            await account.begin("act")
            with account.timed():
                return await self._came(due.rhythm.words, due.next_at)

    def _next(self) -> Run | None:
        """Return the oldest run of whoever has the fewest under way, and has had the least."""
        rests = Counter(self._working[name][0] for name in self._places.resting)
        queued = [
            (run_id, user)
            for run_id, user, parent in self.journal.queued()
            if run_id not in self._working
            and self._family in ("", run_id, parent)
            and rests[user] < RESTING
        ]
        if not queued:
            return None
        busy = Counter(user for user, _ in self._working.values())
        busy.subtract(rests)
        _, first = min(queued, key=lambda one: (busy[one[1]], self._served[one[1]]))
        return self.journal.run(next(run_id for run_id, user in queued if user == first))

    def _mine(self, run: Run) -> bool:
        return self._family in ("", run.id, run.parent)

    async def _work(self, run: Run) -> None:
        try:
            async with self._lend(run) as tools:
                if self.journal.standing(run.id)[0] != "queued":
                    return  # somebody has ended or paused it while its tools were fetched
                runner = Runner(
                    self.journal,
                    tools,
                    day_caps=self._day_caps,
                    told=self._told,
                    gone=self._gone,
                    reserve=self._reserve,
                    plans=self._plans,
                    rests=partial(self._rest, run.id),
                    tracer=self._tracer,
                )
                await runner.go(run.id)
        except UsageError as error:
            logger.warning("a run cannot go on", extra={"run": run.id, "why": str(error)})
            if self.journal.run(run.id).status == "queued":
                self.journal.close_run(run.id, "failed", str(error))
        except SiyaqError as error:
            self.journal.close_run(run.id, "failed", str(error))
        except Exception as error:  # a fault of ours: the run would be begun again and again
            logger.exception("a run broke down", extra={"run": run.id})
            self.journal.close_run(run.id, "failed", f"it broke down ({type(error).__name__})")
        except asyncio.CancelledError:
            cancelled = self.journal.standing(run.id) == ("stopped", "cancelled")
            if self._ending and cancelled and run.id not in self._dropped:
                self.journal.close_run(run.id, "queued")  # it goes on with the next crew
            raise

    @asynccontextmanager
    async def _rest(self, run_id: str) -> AsyncGenerator[None, None]:
        """Let somebody else have a run's place for as long as it only waits."""
        async with self._places.given_up(run_id):
            self.wake()
            yield

    def _ended(self, run_id: str, _: asyncio.Task[None]) -> None:
        self._places.leave(run_id)
        del self._working[run_id]
        self._dropped.discard(run_id)
        self.wake()
