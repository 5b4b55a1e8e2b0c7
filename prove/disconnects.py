"""G6: cut off from every platform in every way, nothing is missing, twice, or kept for too long.

Each source runs as in the product against a server that speaks its protocol, misbehaves on
command and knows the truth: connections torn, closed, cut inside a message, left half-open,
refused and swallowed; repetitions, garbage, frozen streams, server errors, rate limits; and the
source itself stopped and started from its cursors in between. Brokers are the real programs,
stopped and killed too; the short version of theirs is tests/sources/brokers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Protocol

from prove.campaign import Outcome, Trial
from siyaq.testing.brokered import kafka_platform, mqtt_platform, nats_platform
from siyaq.testing.disconnects import Platform, follow_through
from siyaq.testing.feed_platform import feed
from siyaq.testing.hooked import webhook_platform
from siyaq.testing.platforms import jetstream, mastodon, x

_TRIALS, _DISCONNECTS = 12, 25
_FULL = {"posts_per_second": 20.0, "speed": 10.0}
_SHORT = {"posts_per_second": 8.0, "speed": 8.0}


class _Opening(Protocol):
    def __call__(
        self, seed: int, *, posts_per_second: float, speed: float
    ) -> AbstractAsyncContextManager[Platform]: ...


_PLATFORMS: dict[str, _Opening] = {
    "jetstream v1": partial(jetstream, dialect="v1"),
    "jetstream v2": partial(jetstream, dialect="v2"),
    "mastodon ws": partial(mastodon, transport="ws"),
    "mastodon sse": partial(mastodon, transport="sse"),
    "x": x,
}
_FEEDS: dict[str, _Opening] = {
    "rss": partial(feed, form="xml"),
    "atom": partial(feed, form="atom"),
    "json feed": partial(feed, form="json"),
    "sitemap": partial(feed, form="sitemap"),
}
_QUICK_FEEDS: dict[str, _Opening] = {"rss": _FEEDS["rss"]}
_BROKERS: dict[str, _Opening] = {
    "nats": nats_platform,
    "mqtt": mqtt_platform,
    "kafka": kafka_platform,
    "webhook": webhook_platform,
}


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: 300 disconnects of each source in each of its dialects, and real brokers' too."""
    chosen = _PLATFORMS | (_FEEDS | _BROKERS if full else _QUICK_FEEDS)
    for number in range(_TRIALS if full else 1):
        for name, opening in chosen.items():
            trial = partial(_cut_off, opening, seed + number, full=full)
            yield Trial(f"{name} {number}", trial)


def _cut_off(opening: _Opening, seed: int, directory: Path, *, full: bool) -> Outcome:
    return asyncio.run(_through(opening, seed, directory / "data", full=full))


async def _through(opening: _Opening, seed: int, directory: Path, *, full: bool) -> Outcome:
    async with opening(seed, **(_FULL if full else _SHORT)) as platform:
        outcome = await follow_through(
            platform,
            directory,
            disconnects=_DISCONNECTS if full else len(platform.cuts()),
            seed=seed,
            restart_every=7,
            apart_seconds=0.1 if full else 0.03,
        )
    wrong = {
        "missing": len(outcome.missing),
        "duplicated": len(outcome.duplicated),
        "kept": len(outcome.kept),
        "unfired": outcome.ordered - outcome.fired,
    }
    return Outcome(
        outcome.fired,
        wrong,
        {
            "events": outcome.told,
            "posts": outcome.held,
            "restarts": outcome.restarts,
            "gaps": outcome.gaps,
        },
    )
