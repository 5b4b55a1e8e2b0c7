"""Readings of things: series beside the log, their changes told as sentences that can be cited.

Owns: the series, minutes and hours made of them, what stands for a thing's id, and when a change
of level is one. Refuses: knowing where readings come from, and writing the log: what it has to
tell is handed out as posts.
Concurrency: one store for each writer; its methods block and may be called from any thread.
"""

from siyaq.telemetry.changes import Change, Point
from siyaq.telemetry.schema import NAME as READINGS_NAME
from siyaq.telemetry.snapshot import ReadingsRestored, ReadingsSnapshot
from siyaq.telemetry.staging import PARTITION, Decided
from siyaq.telemetry.store import Forgotten, Refusal, Series, Taken, TelemetryStore
from siyaq.telemetry.telling import post_of

__all__ = [
    "PARTITION",
    "READINGS_NAME",
    "Change",
    "Decided",
    "Forgotten",
    "Point",
    "ReadingsRestored",
    "ReadingsSnapshot",
    "Refusal",
    "Series",
    "Taken",
    "TelemetryStore",
    "post_of",
]
