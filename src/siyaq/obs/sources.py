"""Metrics of each followed source, from what it says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from siyaq.core.reports import SourceStatus

MOST_SOURCES = 200
_Value = Callable[[list[SourceStatus]], float | None]
_OF_SOURCES: tuple[tuple[str, str, _Value], ...] = (
    (
        "siyaq_source_live",
        "Connections of a followed source that are well",
        lambda group: sum(one.state == "live" for one in group),
    ),
    (
        "siyaq_source_lag_seconds",
        "From when the newest event of a followed source was witnessed to its receipt",
        lambda group: max((s for one in group if (s := one.lag_seconds) is not None), default=None),
    ),
    (
        "siyaq_source_last_event_timestamp_seconds",
        "When the newest event of a followed source was witnessed, since 1970",
        lambda group: max(
            (t.timestamp() for one in group if (t := one.last_event_at)), default=None
        ),
    ),
    (
        "siyaq_source_events_per_second",
        "Changes that a followed source brought in the last minute",
        lambda group: sum(one.posts_per_second for one in group),
    ),
    (
        "siyaq_source_posts_total",
        "New posts of a followed source",
        lambda group: sum(one.posts for one in group),
    ),
    (
        "siyaq_source_gaps_total",
        "Times that a followed source was not listened to, as far as is known",
        lambda group: sum(one.gap_count for one in group),
    ),
    (
        "siyaq_source_reconnects_total",
        "Connections of a followed source that were made again",
        lambda group: sum(one.reconnects for one in group),
    ),
)


class SourceMetrics(Collector):
    """How each followed source is doing, read when somebody asks.

    What is no longer followed is told of no more. Of more sources than `MOST_SOURCES`, the first.
    """

    def __init__(self) -> None:
        self._followed: Callable[[], Sequence[SourceStatus]] = list

    def watch(self, followed: Callable[[], Sequence[SourceStatus]]) -> None:
        """Tell of what `followed` returns, from now on."""
        self._followed = followed

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without a value."""
        return self._families([])

    def collect(self) -> Iterable[Metric]:
        """Return the metrics: one value a source, and a reason of refusals."""
        return self._families(self._followed())

    def _families(self, followed: Sequence[SourceStatus]) -> Iterable[Metric]:
        by_name: dict[str, list[SourceStatus]] = {}
        for one in followed:  # several servers may be followed under one name
            if one.source in by_name or len(by_name) < MOST_SOURCES:
                by_name.setdefault(one.source, []).append(one)
        for name, told, value in _OF_SOURCES:
            family: Metric = (
                CounterMetricFamily(name.removesuffix("_total"), told, labels=["source"])
                if name.endswith("_total")
                else GaugeMetricFamily(name, told, labels=["source"])
            )
            for source, group in by_name.items():
                if (found := value(group)) is not None:
                    family.add_metric([source], found)  # type: ignore[attr-defined]
            yield family
        refused = CounterMetricFamily(
            "siyaq_source_refused",
            "What followed sources sent and was not taken, by reason",
            labels=["source", "reason"],
        )
        for source, group in by_name.items():
            sums = sum((Counter(one.refused) for one in group), Counter[str]())
            for reason, count in sums.items():
                refused.add_metric([source, str(reason)], count)
        yield refused
