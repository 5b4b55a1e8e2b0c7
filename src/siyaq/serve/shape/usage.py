"""What one call used, as it is sent."""

from __future__ import annotations

from siyaq.core.answer import Usage
from siyaq.serve import schema


def usage_json(usage: Usage) -> schema.UsageJson:
    """Shape what a call used: seconds, tokens, joules, bytes and dollars."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "seconds": usage.seconds,
        "cpu_seconds": usage.cpu_seconds,
        "gpu_seconds": usage.gpu_seconds,
        "energy_joules": usage.energy_joules,
        "energy_source": usage.energy_source,
        "bytes": usage.bytes,
        "feed_usd": usage.feed_usd,
        "cost_usd": usage.cost_usd,
        "cost_in_usd_ticks": usage.cost_in_usd_ticks,
    }
