"""What a window of time covers, and what is missing in it, as it is sent."""

from __future__ import annotations

from siyaq.core.answer import Coverage
from siyaq.core.event import Gap
from siyaq.core.wire import rfc3339, rfc3339_if
from siyaq.serve import schema


def gap_json(gap: Gap) -> schema.GapJson:
    """Shape when nobody was listening to a source."""
    return {
        "source": gap.source,
        "since": rfc3339(gap.since),
        "until": rfc3339(gap.until),
        "reason": gap.reason,
    }


def coverage_json(covered: Coverage) -> schema.CoverageJson:
    """Shape a window and its gaps."""
    return {
        "since": rfc3339_if(covered.since),
        "until": rfc3339_if(covered.until),
        "gaps": [gap_json(gap) for gap in covered.gaps],
    }
