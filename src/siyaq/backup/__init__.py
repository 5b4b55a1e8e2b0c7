"""Backups of log and readings: files to be read with a key only, and keys that can be shredded.

Owns: the format of a backup, the keys of its days, and the list of what was deleted since, by
which a restored log does not bring it back. Refuses: knowing tables (that is the log's), timers.
"""

from siyaq.backup.archive import ArchiveReport, restore, write
from siyaq.backup.departed import Departed
from siyaq.backup.keys import Keys

__all__ = ["ArchiveReport", "Departed", "Keys", "restore", "write"]
