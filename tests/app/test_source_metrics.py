"""Metrics of followed sources: as Prometheus reads them, from a real log and a scripted stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from siyaq.app.opening import open_siyaq
from siyaq.config import Config
from siyaq.core.errors import SourceUnavailable
from siyaq.core.event import Gap, Rejected, RejectReason
from siyaq.core.ports import Batch
from siyaq.core.reports import SourceStatus
from siyaq.obs.sources import MOST_SOURCES, SourceMetrics

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GAP = Gap(source="bay", since=NOW - timedelta(hours=1), until=NOW, reason="disconnected")


class Stream:
    """Three refusals, a gap and posts; a connection that is lost; the rest; then silence."""

    source = "bay"

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self._times = 0

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        self._times += 1
        if self._times == 1:
            malformed = Rejected(reason=RejectReason.MALFORMED, detail="a line")
            late = Rejected(reason=RejectReason.BAD_TIME, detail="a line")
            yield Batch(rejected=(malformed, malformed, late), gaps=(GAP,), source="bay")
            raise SourceUnavailable("the line is cut")
        for _ in range(2):
            yield Batch(gaps=(GAP,), source="bay")
        self.told.set()
        await asyncio.Event().wait()


def values(registry: CollectorRegistry) -> dict[str, dict[str, float]]:
    """Return each metric of sources: by its labels, its value."""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            if sample.name.startswith("siyaq_source_"):
                labels = " ".join(
                    sample.labels[name] for name in sorted(sample.labels, reverse=True)
                )
                found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_a_followed_source_is_measured_and_one_that_is_left_no_more(config: Config) -> None:
    async def run() -> None:
        async with open_siyaq(config, write=True) as siyaq:
            registry = siyaq.metrics.registry
            assert values(registry) == {}
            stream = Stream()
            following = asyncio.create_task(siyaq.intake.follow(stream, "bay://x"))
            async with asyncio.timeout(60):
                await stream.told.wait()
            found = values(registry)
            assert found["siyaq_source_refused_total"] == {"bay malformed": 2, "bay bad_time": 1}
            assert found["siyaq_source_gaps_total"] == {"bay": 3}
            assert found["siyaq_source_reconnects_total"] == {"bay": 1}
            assert found["siyaq_source_live"] == {"bay": 1}
            assert "siyaq_source_last_event_timestamp_seconds" not in found
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            siyaq.intake.leave(stream, "bay://x")
            assert values(registry) == {}

    asyncio.run(run())


def status(source: str, **values: object) -> SourceStatus:
    told: dict[str, object] = {
        "url": "x://",
        "state": "live",
        "posts": 3,
        "posts_per_second": 0.5,
        "lag_seconds": None,
        "last_event_at": None,
        "refused": {},
        "gaps": (),
    }
    return SourceStatus(source=source, **(told | values))  # type: ignore[arg-type]


def measured(*followed: SourceStatus) -> dict[str, dict[str, float]]:
    registry = CollectorRegistry()
    metrics = SourceMetrics()
    metrics.watch(lambda: followed)
    registry.register(metrics)
    return values(registry)


def test_servers_under_one_name_are_measured_together() -> None:
    found = measured(
        status("m", lag_seconds=2.0, last_event_at=NOW, refused={"malformed": 1}, reconnects=1),
        status("m", lag_seconds=9.0, state="waiting", refused={"malformed": 2, "no_id": 1}),
    )
    assert found["siyaq_source_lag_seconds"] == {"m": 9.0}
    assert found["siyaq_source_last_event_timestamp_seconds"] == {"m": NOW.timestamp()}
    assert found["siyaq_source_events_per_second"] == {"m": 1.0}
    assert found["siyaq_source_posts_total"] == {"m": 6}
    assert found["siyaq_source_live"] == {"m": 1}
    assert found["siyaq_source_refused_total"] == {"m malformed": 3, "m no_id": 1}
    assert found["siyaq_source_reconnects_total"] == {"m": 1}


def test_of_very_many_sources_a_bounded_number_is_told_of() -> None:
    found = measured(*(status(f"s{n}") for n in range(2 * MOST_SOURCES)))
    assert len(found["siyaq_source_live"]) == MOST_SOURCES


def test_a_name_cannot_write_lines_of_its_own() -> None:
    hostile = 'x"} 1\nsiyaq_log_seq 9\n# سياق'
    assert measured(status(hostile))["siyaq_source_live"] == {hostile: 1}
