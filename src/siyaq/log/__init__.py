"""The log of record: events, cursors, gaps, refusals and tombstones, in SQLite. The only truth.

Owns: bytes on our disk, their order and their durability. What `append` has returned from is
never lost; what was deleted is gone from the bytes; everything else siyaq holds is a fold of it.
Refuses: knowing platforms, knowing indexes, timers, an event loop.
One process writes (`LogWriter` holds the lock of the data directory); any number read.
"""

from siyaq.log.directory import sync_directory
from siyaq.log.faults import CrashPoint, Faults
from siyaq.log.reader import LogReader
from siyaq.log.records import Appended, Counts, PostState, SourceRecord, Verification
from siyaq.log.row import EventRow, post_of
from siyaq.log.verification import verify
from siyaq.log.within import LogWithin
from siyaq.log.writer import LogWriter

__all__ = [
    "Appended",
    "Counts",
    "CrashPoint",
    "EventRow",
    "Faults",
    "LogReader",
    "LogWithin",
    "LogWriter",
    "PostState",
    "SourceRecord",
    "Verification",
    "post_of",
    "sync_directory",
    "verify",
]
