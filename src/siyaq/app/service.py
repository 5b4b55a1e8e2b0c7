"""Everything in one process: sources followed, questions answered, the page shown."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress

from siyaq.access import AuditLog, Budget, KeyRing, Links, People, Shares
from siyaq.app import keys, login
from siyaq.app.agency import agents_at_work
from siyaq.app.alerts import alerting, open_desk
from siyaq.app.following import Following
from siyaq.app.opening import open_siyaq, source_registry
from siyaq.app.resident import resident
from siyaq.app.views import as_seen
from siyaq.config import Config, FollowSetting
from siyaq.core.errors import ConfigError
from siyaq.core.product import Product
from siyaq.obs import Metrics
from siyaq.serve import ServeSettings

logger = logging.getLogger("siyaq.app")

CATCH_UP_SECONDS = 60.0
"""Longest that `on_ready` waits for what was posted before the start."""

LAG_SECONDS = 2.0
QUIET_SECONDS = 3.0


async def serve_forever(
    config: Config,
    sources: Sequence[FollowSetting],
    *,
    on_ready: Callable[[str], None],
    caught_up: bool = False,
) -> None:
    """Serve until interrupted. `on_ready` is told the URL once requests are taken.

    With `caught_up`, it is told once what the sources held before the start can be found too.
    Raises ConfigError before anything starts: an unknown source, no key where one is needed.
    """
    from siyaq.serve import create_app, run  # loaded where it serves

    roster = Following(config.data, source_registry(), sources)
    async with AsyncExitStack() as stack:
        siyaq = await stack.enter_async_context(open_siyaq(config, write=True))
        product = as_seen(siyaq, config.collections)
        ring, people, budget = await stack.enter_async_context(_keys(config, siyaq.metrics))
        watches, desk = stack.enter_context(open_desk(config, ring))
        settings = ServeSettings(
            host=config.host,
            port=config.port,
            keys=config.keys,
            key_ring=ring,
            people=people,
            provider=await stack.enter_async_context(login.provider_of(config)),
            session_seconds=config.session_seconds,
            collections=config.collections,
            audit=AuditLog(config.data),
            budget=budget,
            watches=desk,
            roster=roster,
            shown=config.shown,
            agency=await stack.enter_async_context(
                agents_at_work(config, siyaq, product, ring, budget)
            ),
            shares=Shares(config.data, Links(config.data)),
            allowed_hosts=config.allowed_hosts,
            registry=siyaq.metrics.registry,
            tracer=siyaq.tracer,
        )
        app = create_app(product, settings)
        telling: list[asyncio.Task[None]] = []

        def tell(url: str) -> None:
            if caught_up:
                telling.append(asyncio.create_task(_tell_later(siyaq, url, on_ready)))
            else:
                on_ready(url)

        try:
            async with (
                roster.running(siyaq.intake),
                _grpc(product, settings, config),
                alerting(config, product, siyaq.metrics, watches, desk, ring, budget),
            ):
                stack.enter_context(resident())
                await run(app, config.host, config.port, tell)
        finally:
            for task in telling:
                task.cancel()
            await asyncio.gather(*telling, return_exceptions=True)


@asynccontextmanager
async def _keys(config: Config, metrics: Metrics) -> AsyncIterator[tuple[KeyRing, People, Budget]]:
    def counted(outcome: str) -> None:
        metrics.quotas.labels(outcome).inc()

    with (
        closing(await asyncio.to_thread(KeyRing, config.data)) as ring,
        closing(await asyncio.to_thread(People, config.data, ring)) as people,
        closing(await asyncio.to_thread(keys.budget, config, counted)) as budget,
    ):
        keys.require_collections(ring, config)
        yield ring, people, budget


@asynccontextmanager
async def _grpc(product: Product, settings: ServeSettings, config: Config) -> AsyncIterator[None]:
    """Serve gRPC too. Where nobody chose its port and that is taken, go on without."""
    from siyaq.serve.grpc import grpc_serving  # loaded where it serves

    async with AsyncExitStack() as stack:
        try:
            serving = grpc_serving(product, settings, config.grpc_port)
            port = await stack.enter_async_context(serving)
            logger.info("gRPC is ready", extra={"port": port})
        except ConfigError as error:
            if config.origins["serve.grpc_port"] != "default":
                raise
            logger.warning("going on without gRPC", extra={"why": str(error)})
        yield


async def _tell_later(siyaq: Product, url: str, on_ready: Callable[[str], None]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(CATCH_UP_SECONDS):
            await _caught_up(siyaq)
    on_ready(url)


async def _caught_up(siyaq: Product) -> None:
    """Wait until every source is at the present, and all that it sent can be found.

    It is there when what it sends is new, or when it has nothing more to send.
    """
    log_seq, grown_at = -1, time.monotonic()
    while True:
        status = await siyaq.status()
        if status.log_seq != log_seq:
            log_seq, grown_at = status.log_seq, time.monotonic()
        quiet = time.monotonic() - grown_at > QUIET_SECONDS
        present = all(
            source.state == "live" and (quiet or (source.lag_seconds or 0.0) < LAG_SECONDS)
            for source in status.sources
            if source.state != "idle"
        )
        if present and 0 < log_seq <= status.embedded_seq:
            return
        await asyncio.sleep(0.2)
