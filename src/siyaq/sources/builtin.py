"""The sources that come with siyaq, and the URL schemes they speak."""

from __future__ import annotations

import os

from siyaq.core.ports import SourceAdapter
from siyaq.plugins import Register, SourceFactory
from siyaq.sources.courtesy import Courtesy
from siyaq.sources.credential import Credential, variable_for

X_TOKEN = "SIYAQ_X_BEARER_TOKEN"  # noqa: S105  # the name of a variable
NATS_LOGIN = "SIYAQ_NATS_LOGIN"
MQTT_LOGIN = "SIYAQ_MQTT_LOGIN"
KAFKA_LOGIN = "SIYAQ_KAFKA_LOGIN"
WEBHOOK_SECRET = "SIYAQ_WEBHOOK_SECRET"  # noqa: S105  # the name of a variable
MASTODON_TOKEN = "SIYAQ_MASTODON_TOKEN"  # noqa: S105  # the name of a variable


def register_sources(register: Register) -> None:
    """Call `register` once for each scheme that siyaq itself can follow."""
    for scheme in ("jetstream", "jetstream+ws", "jetstream+wss"):
        register(scheme, _jetstream)
    feed = _feeds()
    for scheme in (
        "rss+https",
        "rss+http",
        "sitemap+https",
        "sitemap+http",
        "site+https",
        "site+http",
    ):
        register(scheme, feed)
    for scheme in ("mastodon", "mastodon+http"):
        register(scheme, _mastodon)
    for scheme in ("x", "x+http"):
        register(scheme, _x)
    register("webhook", _webhook)
    register("starlink", _starlink)
    for scheme in ("nats", "nats+tls"):
        register(scheme, _nats)
    for scheme in ("mqtt", "mqtts"):
        register(scheme, _mqtt)
    for scheme in ("kafka", "kafka+tls"):
        register(scheme, _kafka)


# Imported where they are used: a command that follows nothing need not load web libraries.


def _jetstream(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.jetstream import JetstreamSource

    return JetstreamSource(url, source=name or "bluesky")


def _feeds() -> SourceFactory:
    """Return what makes feeds that take turns at one host, however many of them follow it."""
    shared = Courtesy()

    def feed(url: str, name: str | None) -> SourceAdapter:
        from siyaq.sources.rss import FeedSource

        return FeedSource(url, source=name, courtesy=shared)

    return feed


def _mastodon(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.mastodon import MastodonSource
    from siyaq.sources.mastodon.address import Address

    address = Address.parse(url)
    credential = Credential(
        [variable_for(MASTODON_TOKEN, address.server), MASTODON_TOKEN],
        file=address.token_file,
        environ=os.environ,
    )
    return MastodonSource(url, credential, source=name or "mastodon")


def _x(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.x import XSource
    from siyaq.sources.x.address import Address

    file = Address.parse(url).token_file
    return XSource(url, Credential([X_TOKEN], file=file, environ=os.environ), source=name or "x")


def _webhook(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.webhook import WebhookSource
    from siyaq.sources.webhook.address import Address

    address = Address.parse(url)
    credential = Credential(
        [variable_for(WEBHOOK_SECRET, address.name), WEBHOOK_SECRET],
        file=address.secret_file,
        environ=os.environ,
    )
    return WebhookSource(url, credential, source=name)


def _nats(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.nats import Address, NatsSource

    login = _login(NATS_LOGIN, Address.parse(url).login_file)
    return NatsSource(url, login, source=name)


def _mqtt(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.mqtt import Address, MqttSource

    login = _login(MQTT_LOGIN, Address.parse(url).login_file)
    return MqttSource(url, login, source=name)


def _kafka(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.kafka import Address, KafkaSource

    login = _login(KAFKA_LOGIN, Address.parse(url).login_file)
    return KafkaSource(url, login, source=name)


def _starlink(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.starlink import StarlinkSource

    return StarlinkSource(url, source=name or "starlink")


def _login(variable: str, file: str) -> Credential:
    """Return where a user and a password stand, `user:password`."""
    return Credential([variable], file=file, environ=os.environ)
