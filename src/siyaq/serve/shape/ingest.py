"""What became of an ingest, as it is sent."""

from __future__ import annotations

from siyaq.core.reports import IngestReport
from siyaq.serve import schema


def report_json(report: IngestReport) -> schema.IngestReportJson:
    """Shape what became of an ingest."""
    return {
        "created": report.created,
        "updated": report.updated,
        "deleted": report.deleted,
        "unchanged": report.unchanged,
        "stale": report.stale,
        "posts": report.posts,
        "refused": dict(report.refused),
        "refused_examples": list(report.refused_examples),
    }
