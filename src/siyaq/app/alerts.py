"""Saved questions put to work: asked for their owners, their alerts on their ways out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime

from siyaq.access import Budget, KeyRing, Links, Principal, Role, account_of
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config
from siyaq.core.clock import SystemClock
from siyaq.core.errors import ConfigError, NotFound
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


@contextmanager
def open_desk(config: Config) -> Iterator[tuple[WatchStore, WatchDesk]]:
    """Open the saved questions of a data directory."""
    with closing(WatchStore(config.data)) as store:
        mail_to = config.alert_mail_to if config.alert_smtp else ()
        yield store, WatchDesk(store, Links(config.data), mail_to=mail_to)


@asynccontextmanager
async def alerting(
    config: Config,
    siyaq: Siyaq,
    store: WatchStore,
    desk: WatchDesk,
    ring: KeyRing,
    budget: Budget | None,
) -> AsyncIterator[None]:
    """Ask saved questions and send alerts until the block ends.

    What a look costs is charged to the key that saved the question; a key that stands no more asks
    nothing. Raises ConfigError for a mail server or a sender that cannot be.
    """
    clock = SystemClock()
    metrics = siyaq.metrics
    product = rationed(siyaq)
    messages = Messages(siyaq, config.public_url)

    @asynccontextmanager
    async def charged(owner: str) -> AsyncGenerator[None, None]:
        async with account_of(budget, _principal(ring, owner)):
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
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _principal(ring: KeyRing, owner: str) -> Principal:
    """Return who saved a question. Raises NotFound for a key that stands no more."""
    if owner in ("", "settings"):  # everyone on this machine, or a key of the settings
        return Principal(owner, Role.ADMIN)
    now = datetime.now(UTC)
    for key in ring.listed():
        if key.id == owner and key.stands(now):
            return Principal(key.id, key.role, key.name, key.origins, key.limits)
    raise NotFound("the key that saved this question stands no more", hint="save it again")
