"""Follows X within a budget: the filtered stream, mentions, and what has to be taken out again.

Off until it is configured: it needs a token and a cap on what a month may cost. Its terms
(`core.terms`) allow neither training nor, unless the operator says so, labels of coordination.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from datetime import datetime

from siyaq.core.clock import SystemClock
from siyaq.core.errors import SourceRefused
from siyaq.core.event import Cursor, Gap, PostEvent, Rejected
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff, Patience
from siyaq.sources.condition import Condition
from siyaq.sources.credential import Credential
from siyaq.sources.decode import decode_object
from siyaq.sources.fetch import TIMEOUT_SECONDS, Fetcher
from siyaq.sources.option import operator_name
from siyaq.sources.recall import Held
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Answered, Lost
from siyaq.sources.x.address import Address
from siyaq.sources.x.api import Api
from siyaq.sources.x.budget import Budget
from siyaq.sources.x.compliance import ASKED_POSTS, JOB_POSTS, ask_about, read_compliance
from siyaq.sources.x.post import made_at, read_posts
from siyaq.sources.x.posts import PARTITION, CapReached, PostStream
from siyaq.sources.x.search import Found, mentions
from siyaq.sources.x.stream import Line, read_lines

SILENCE_SECONDS = 20.0
"""X sends an empty line at least this often."""

SEARCH_DELAY_SECONDS = 35.0
"""Recent search does not answer for the last thirty seconds."""

SEARCH_RETRY_SECONDS = 60.0
POLL_SECONDS = 60.0
JOB_SECONDS = 86_400.0
_COMPLIANCE_STREAM = "/2/tweets/compliance/stream"
_PARTS = 4
_NAP_SECONDS = 3600.0

Sleep = Callable[[float], Awaitable[object]]


class XSource:
    """What one account of X's API may read. Waits between attempts are those X asks for.

    Network errors: 0.25 s, longer by as much each time, up to 16 s. HTTP errors: 5 s, doubled up
    to 320 s. 429: 60 s, doubled up to 16 minutes, and no less than X says.
    """

    def __init__(
        self,
        url: str,
        credential: Credential,
        *,
        source: str = "x",
        clock: Clock | None = None,
        sleep: Sleep = asyncio.sleep,
        silence_seconds: float = SILENCE_SECONDS,
        search_delay_seconds: float = SEARCH_DELAY_SECONDS,
        search_retry_seconds: float = SEARCH_RETRY_SECONDS,
        job_seconds: float = JOB_SECONDS,
        rng: random.Random | None = None,
    ) -> None:
        self._address = Address.parse(url)
        self._credential = credential
        self._source = operator_name(source)
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._silence_seconds = silence_seconds
        self._search_delay_seconds = search_delay_seconds
        self._search_retry_seconds = search_retry_seconds
        self._job_seconds = job_seconds
        self._rng = rng
        self._held: Held = lambda _: ()
        self._ever_live = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for it."""
        return self._source

    @property
    def lacks(self) -> str:
        """What has to be given before anything is read; "" when nothing is missing."""
        if self._address.cap_usd is None:
            return "no cap on what a month may cost: add cap_usd=20 to the URL"
        try:
            self._credential.read()
        except SourceRefused as error:
            return str(error)
        return ""

    def recall(self, held: Held) -> None:
        """Take note of how to learn which posts are held, so as to ask X about them."""
        self._held = held

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield batches for ever. Raises SourceRefused where something is missing or X says no."""
        if self.lacks or self._address.cap_usd is None:
            raise SourceRefused(f"x is off: {self.lacks}", hint=f"put it into {self._where}")
        budget = Budget(self._address.cap_usd, self._address.price_usd, self._clock)
        budget.recall({name: place.partition("@")[2] for name, place in resume.items()})
        came: asyncio.Queue[Batch | Exception] = asyncio.Queue(4)
        timeout_seconds = min(TIMEOUT_SECONDS, self._silence_seconds)
        async with Fetcher(
            allowed_url=self._address.base, timeout_seconds=timeout_seconds
        ) as fetcher:
            work = [
                asyncio.create_task(self._guarded(one, came))
                for one in self._work(fetcher, budget, resume, came)
            ]
            try:
                while True:
                    batch = await came.get()
                    if isinstance(batch, Exception):
                        raise batch
                    yield batch
            finally:
                for task in work:
                    task.cancel()
                await asyncio.wait(work)

    @property
    def _where(self) -> str:
        return f"{self._credential.place} and the URL"

    def _work(
        self,
        fetcher: Fetcher,
        budget: Budget,
        resume: Mapping[str, str],
        came: asyncio.Queue[Batch | Exception],
    ) -> list[Awaitable[None]]:
        work: list[Awaitable[None]] = []
        if self._address.rules or not self._address.mentions:
            work.append(self._follow(fetcher, budget, resume.get(PARTITION, ""), came))
        for user in self._address.mentions:
            place = resume.get(f"mentions/{user}", "")
            work.append(self._poll(fetcher, budget, user, place.partition("@")[0], came))
        if self._address.compliance == "jobs":
            work.append(self._ask_daily(fetcher, came))
        elif self._address.compliance == "stream":
            work += [self._obey(fetcher, part, came) for part in range(1, _PARTS + 1)]
        return work

    async def _guarded(self, work: Awaitable[None], came: asyncio.Queue[Batch | Exception]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 -- raised again where batches are taken
            await came.put(error)

    def _api(self, fetcher: Fetcher) -> Api:
        return Api(fetcher, self._address.base, self._credential.read(), self._clock)

    def _patience(self) -> Patience:
        return Patience(
            network=Backoff(0.25, 16.0, linear=True, rng=self._rng),
            trouble=Backoff(5.0, 320.0, rng=self._rng),
            limited=Backoff(60.0, 960.0, rng=self._rng),
        )

    async def _follow(
        self,
        fetcher: Fetcher,
        budget: Budget,
        position: str,
        came: asyncio.Queue[Batch | Exception],
    ) -> None:
        """Keep the filtered stream open."""
        patience = self._patience()
        stream = PostStream(
            self._address,
            self._source,
            budget,
            self.condition,
            self._clock,
            position,
            silence_seconds=self._silence_seconds,
            search_delay_seconds=self._search_delay_seconds,
            search_retry_seconds=self._search_retry_seconds,
        )
        while True:
            self.condition.connecting()
            try:
                async with aclosing(stream.listen(self._api(fetcher))) as heard:
                    async for batch in heard:
                        self._ever_live = True
                        if batch.events:
                            patience.calm()
                        await came.put(batch)
            except CapReached:
                await self._wait_for_month(budget)
                continue
            except Lost as lost:
                problem, wait_seconds = str(lost), patience.after_loss()
            except Answered as answer:
                problem, wait_seconds = str(answer), self._after(answer, patience)
            self.condition.waiting(problem)
            await self._sleep(wait_seconds)

    def _after(self, answer: Answered, patience: Patience) -> float:
        """Return how long to wait after a refusal. Raises SourceRefused for good ones."""
        if answer.status == 429 or answer.status >= 500 or self._ever_live:
            return patience.after_status(answer.status, answer.retry_after_seconds)
        hint = f"check the token in {self._credential.place}, your plan and the rules"
        raise SourceRefused(f"X will not have us: {answer}", hint=hint) from answer

    async def _wait_for_month(self, budget: Budget) -> None:
        """Wait until there is money again."""
        until = budget.next_month()
        self.condition.waiting(
            f"the cap of {self._address.cap_usd:.2f} USD a month is reached; "
            f"going on {until:%Y-%m-%d}"
        )
        while budget.left == 0:
            left = (until - self._clock.now()).total_seconds()
            await self._sleep(min(max(left, 1.0), _NAP_SECONDS))

    async def _poll(
        self,
        fetcher: Fetcher,
        budget: Budget,
        user: str,
        newest: str,
        came: asyncio.Queue[Batch | Exception],
    ) -> None:
        """Ask for mentions of an account, again and again."""
        partition = f"mentions/{user}"
        patience = self._patience()
        while True:
            wait_seconds = POLL_SECONDS
            try:
                found = await mentions(self._api(fetcher), user, newest, budget, partition)
                patience.calm()
                if not self._address.rules:
                    self.condition.live()
            except Lost:
                wait_seconds = max(POLL_SECONDS, patience.after_loss())
            except Answered as answer:
                self.condition.problem = f"mentions: {answer}"
                asked_for = answer.retry_after_seconds
                wait_seconds = max(POLL_SECONDS, patience.after_status(answer.status, asked_for))
            else:
                batch, newest = self._mentioned(found, newest, partition, budget)
                if batch is not None:
                    await came.put(batch)
            await self._sleep(wait_seconds)

    def _mentioned(
        self, found: Found, newest: str, partition: str, budget: Budget
    ) -> tuple[Batch | None, str]:
        """Return a poll's posts as a batch, and the newest id there is now.

        The next poll asks for what follows that one: what lies between the last and the oldest
        that was had, where there was more than a poll takes, is a gap.
        """
        if not found.lines:
            return None, newest
        now = self._clock.now()
        events: list[PostEvent] = []
        rejected: list[Rejected] = []
        gaps = () if found.whole else self._passed_over(newest, found.oldest)
        for line in found.lines:
            try:
                message = decode_object(line) if isinstance(line, bytes) else {}
                events += read_posts(message, source=self._source, now=now)
            except Refusal as refusal:
                rejected.append(refusal.rejected())
            else:
                number = events[-1].alias or events[-1].post_id
                newest = number.removeprefix(f"{self._source}:")
        position = f"{newest}@{budget.note(partition)}"
        batch = Batch(
            events=tuple(events),
            rejected=tuple(rejected),
            gaps=gaps,
            cursor=Cursor(source=self._source, partition=partition, position=position),
        )
        return batch, newest

    def _passed_over(self, newest: str, oldest: datetime | None) -> tuple[Gap, ...]:
        since = made_at(newest)
        if since is None or oldest is None or oldest <= since:
            return ()
        return (Gap(source=self._source, since=since, until=oldest, reason="upstream"),)

    async def _ask_daily(self, fetcher: Fetcher, came: asyncio.Queue[Batch | Exception]) -> None:
        """Ask X once a day which of the posts that are held have to go."""
        patience = self._patience()
        while True:
            held = await asyncio.to_thread(self._held, ASKED_POSTS)
            numbers = [name.removeprefix(f"{self._source}:") for name in held]
            wait_seconds = self._job_seconds
            try:
                for begin in range(0, len(numbers), JOB_POSTS):
                    events = await ask_about(
                        self._api(fetcher),
                        numbers[begin : begin + JOB_POSTS],
                        source=self._source,
                        now=self._clock.now,
                        sleep=self._sleep,
                    )
                    if events:
                        await came.put(Batch(events=tuple(events), source=self._source))
                patience.calm()
            except Lost:
                wait_seconds = min(self._job_seconds, max(60.0, patience.after_loss()))
            except Answered as answer:
                self.condition.problem = f"compliance job: {answer}"
                waited = patience.after_status(answer.status, answer.retry_after_seconds)
                wait_seconds = min(self._job_seconds, max(60.0, waited))
            await self._sleep(wait_seconds)

    async def _obey(
        self, fetcher: Fetcher, part: int, came: asyncio.Queue[Batch | Exception]
    ) -> None:
        """Keep one part of the compliance stream open, where the plan has it."""
        patience = self._patience()
        query = {"partition": str(part), "backfill_minutes": "5"}
        while True:
            try:
                async with aclosing(
                    read_lines(
                        self._api(fetcher),
                        _COMPLIANCE_STREAM,
                        query,
                        silence_seconds=self._silence_seconds,
                    )
                ) as pieces:
                    async for lines in pieces:
                        batch = self._obeyed(lines)
                        if batch.events or batch.rejected:
                            patience.calm()
                            await came.put(batch)
            except Lost:
                wait_seconds = patience.after_loss()
            except Answered as answer:
                self.condition.problem = f"compliance stream: {answer}"
                wait_seconds = patience.after_status(answer.status, answer.retry_after_seconds)
            await self._sleep(wait_seconds)

    def _obeyed(self, lines: list[Line]) -> Batch:
        now = self._clock.now()
        batch = Batch(source=self._source)
        for line in lines:
            with suppress(Refusal):
                if isinstance(line, bytes):
                    found = read_compliance(decode_object(line), source=self._source, now=now)
                    batch = Batch(events=(*batch.events, *found), source=self._source)
        return batch
