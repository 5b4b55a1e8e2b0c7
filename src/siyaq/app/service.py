"""Everything in one process: sources followed, questions answered, the page shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress

from siyaq.access import AuditLog, KeyRing
from siyaq.app.opening import open_siyaq, source_registry
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config, FollowSetting
from siyaq.core.errors import ConfigError
from siyaq.serve import ServeSettings, create_app, run

logger = logging.getLogger("siyaq.app")

CATCH_UP_SECONDS = 60.0
"""Longest that `on_ready` waits for what was posted before the start."""


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
    registry = source_registry()
    adapters = [(registry.open_source(s.url, s.name), s.url) for s in sources]
    async with open_siyaq(config, write=True) as siyaq, _keys(config) as ring:
        settings = ServeSettings(
            host=config.host,
            port=config.port,
            keys=config.keys,
            key_ring=ring,
            audit=AuditLog(config.data),
            allowed_hosts=config.allowed_hosts,
            registry=siyaq.metrics.registry,
        )
        app = create_app(siyaq, settings)
        following = [
            asyncio.create_task(siyaq.intake.follow(adapter, url), name=f"follow {url}")
            for adapter, url in adapters
        ]

        def tell(url: str) -> None:
            if caught_up:
                following.append(asyncio.create_task(_tell_later(siyaq, url, on_ready)))
            else:
                on_ready(url)

        try:
            async with _grpc(siyaq, settings, config):
                await run(app, config.host, config.port, tell)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)


@asynccontextmanager
async def _keys(config: Config) -> AsyncIterator[KeyRing]:
    with closing(await asyncio.to_thread(KeyRing, config.data)) as ring:
        yield ring


@asynccontextmanager
async def _grpc(siyaq: Siyaq, settings: ServeSettings, config: Config) -> AsyncIterator[None]:
    """Serve gRPC too. Where nobody chose its port and that is taken, go on without."""
    from siyaq.serve.grpc import grpc_serving  # loaded where it serves

    async with AsyncExitStack() as stack:
        try:
            serving = grpc_serving(siyaq, settings, config.grpc_port)
            port = await stack.enter_async_context(serving)
            logger.info("gRPC is ready", extra={"port": port})
        except ConfigError as error:
            if config.origins["serve.grpc_port"] != "default":
                raise
            logger.warning("going on without gRPC", extra={"why": str(error)})
        yield


async def _tell_later(siyaq: Siyaq, url: str, on_ready: Callable[[str], None]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(CATCH_UP_SECONDS):
            while not await _has_caught_up(siyaq):  # noqa: ASYNC110  # no one event tells it
                await asyncio.sleep(0.2)
    on_ready(url)


async def _has_caught_up(siyaq: Siyaq) -> bool:
    """Say whether every source is at the present, and all of it can be found."""
    status = await siyaq.status()
    present = all(
        source.state == "live" and (source.lag_seconds or 0.0) < 2.0
        for source in status.sources
        if source.state != "idle"
    )
    return present and 0 < status.log_seq <= status.embedded_seq
