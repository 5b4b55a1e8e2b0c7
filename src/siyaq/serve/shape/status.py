"""How siyaq is doing, as it is sent."""

from __future__ import annotations

from siyaq.core.reports import SourceStatus, Status, Totals
from siyaq.core.wire import rfc3339_if
from siyaq.serve import schema
from siyaq.serve.shape.coverage import coverage_json, gap_json


def status_json(status: Status) -> schema.StatusJson:
    """Shape how siyaq is doing."""
    return {
        "version": status.version,
        "posts": status.posts,
        "deleted": status.deleted,
        "log_seq": status.log_seq,
        "indexed_seq": status.indexed_seq,
        "embedded_seq": status.embedded_seq,
        "approximate": status.approximate,
        "covered": coverage_json(status.covered),
        "sources": [_source_json(source) for source in status.sources],
        "embedder": status.embedder,
        "writing": status.writing,
        "disk_bytes": status.disk_bytes,
        "energy_source": status.energy_source,
        "bill": {kind: _totals_json(totals) for kind, totals in status.bill.items()},
    }


def _source_json(source: SourceStatus) -> schema.SourceStatusJson:
    return {
        "source": source.source,
        "url": source.url,
        "state": source.state,
        "posts": source.posts,
        "posts_per_second": source.posts_per_second,
        "lag_seconds": source.lag_seconds,
        "last_event_at": rfc3339_if(source.last_event_at),
        "refused": dict(source.refused),
        "gaps": [gap_json(gap) for gap in source.gaps],
        "problem": source.problem,
        "reconnects": source.reconnects,
    }


def _totals_json(totals: Totals) -> schema.TotalsJson:
    return {
        "calls": totals.calls,
        "seconds": totals.seconds,
        "cpu_seconds": totals.cpu_seconds,
        "gpu_seconds": totals.gpu_seconds,
        "joules": totals.joules,
        "input_tokens": totals.input_tokens,
        "output_tokens": totals.output_tokens,
        "bytes": totals.bytes,
        "feed_usd": totals.feed_usd,
        "usd": totals.usd,
    }
