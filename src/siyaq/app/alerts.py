"""Saved questions put to work: asked for their owners, their alerts on their ways out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager

from siyaq.access import Budget, KeyRing, Links, Owners, account_of
from siyaq.config import Config
from siyaq.core.clock import SystemClock
from siyaq.core.errors import ConfigError
from siyaq.core.product import Product
from siyaq.obs import Metrics
from siyaq.serve.alerts.told import Messages
from siyaq.serve.rationed import rationed
from siyaq.sources.fetch import Fetcher
from siyaq.watches import (
    Alert,
    Mailer,
    MailServer,
    Outbox,
    WatchDesk,
    Watcher,
    WatchStore,
    Way,
    Webhooks,
)
from siyaq.watches.outbox import Send
from siyaq.watches.watcher import stop_of_keys


@contextmanager
def open_desk(
    config: Config, ring: KeyRing | None = None
) -> Iterator[tuple[WatchStore, WatchDesk]]:
    """Open the saved questions of a data directory. `ring`: the keys they are saved with."""
    owners = Owners(ring, settings=bool(config.keys), collections=config.collections)
    with closing(WatchStore(config.data)) as store:
        mail_to = config.alert_mail_to if config.alert_smtp else ()
        gone = owners.gone if ring is not None else lambda _: ""
        reach = Fetcher(allowed_url=config.alert_own_webhook).addresses
        links = Links(config.data)
        yield store, WatchDesk(store, links, mail_to=mail_to, gone=gone, reach=reach)


@asynccontextmanager
async def alerting(
    config: Config,
    product: Product,
    metrics: Metrics,
    store: WatchStore,
    desk: WatchDesk,
    ring: KeyRing,
    budget: Budget | None,
) -> AsyncIterator[None]:
    """Ask saved questions and send alerts until the block ends.

    What a look costs is charged to the key that saved the question; once that stands no more, its
    looks are broken off and its alerts are not sent. Raises ConfigError for a mail server or a
    sender that cannot be.
    """
    clock = SystemClock()
    product = rationed(product)
    owners = Owners(ring, settings=bool(config.keys), collections=config.collections)
    messages = Messages(product, owners, config.public_url)

    @asynccontextmanager
    async def charged(owner: str) -> AsyncGenerator[None, None]:
        async with owners.standing(owner) as caller, account_of(budget, caller):
            yield

    def raised(alert: Alert) -> None:
        for change in alert.changes:
            metrics.alerts.labels(change).inc()

    async with Fetcher(allowed_url=config.alert_own_webhook) as fetcher:
        webhooks = Webhooks(fetcher, messages.webhook, desk.signing_secret, clock)
        ways: dict[Way, Send] = {"webhook": webhooks.send}
        if config.alert_smtp:
            if not config.alert_sender:
                raise ConfigError("alerts.smtp is set, and alerts.sender is not")
            server = MailServer.of(config.alert_smtp)
            ways["email"] = Mailer(server, config.alert_sender, messages.letter).send
        watcher = Watcher(store, product, clock, charged=charged, raised=raised)
        outbox = Outbox(
            store, ways, clock, outcome=lambda way, what: metrics.deliveries.labels(way, what).inc()
        )
        tasks = [
            asyncio.create_task(watcher.run(), name="watches"),
            asyncio.create_task(outbox.run(), name="outbox"),
            asyncio.create_task(stop_of_keys(store, owners), name="keys of watches"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
