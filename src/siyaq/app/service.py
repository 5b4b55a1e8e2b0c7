"""Everything in one process: sources followed, questions answered, the page shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from siyaq.app.opening import open_siyaq, source_registry
from siyaq.config import Config, FollowSetting
from siyaq.serve import ServeSettings, create_app, run


async def serve_forever(
    config: Config, sources: Sequence[FollowSetting], *, on_ready: Callable[[str], None]
) -> None:
    """Serve until interrupted. `on_ready` is told the URL once requests are taken.

    Raises ConfigError before anything starts: an unknown source, no key where one is needed.
    """
    registry = source_registry()
    adapters = [(registry.open_source(s.url, s.name), s.url) for s in sources]
    async with open_siyaq(config, write=True) as siyaq:
        settings = ServeSettings(
            host=config.host,
            port=config.port,
            keys=config.keys,
            allowed_hosts=config.allowed_hosts,
            registry=siyaq.metrics.registry,
        )
        app = create_app(siyaq, settings)
        following = [
            asyncio.create_task(siyaq.intake.follow(adapter, url), name=f"follow {url}")
            for adapter, url in adapters
        ]
        try:
            await run(app, config.host, config.port, on_ready)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)
