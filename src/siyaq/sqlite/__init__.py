"""Small SQLite files beside the log: opened, brought to their newest format, lent, closed.

Owns: how such a file is opened (write-ahead log, how long a lock is waited for, what a commit
survives, erased bytes overwritten), the check and the steps of its format, transactions, and what
SQLite says as our own errors. The standard library's `sqlite3` is used here and nowhere else.
Refuses: knowing what is in a file; that is the business of the room whose file it is. The log of
record has its own door, in `log`, with another SQLite.
"""

from siyaq.sqlite.database import Database
from siyaq.sqlite.file import Connect, Connection, File, IntegrityError, connect, transaction
from siyaq.sqlite.layout import Layout

__all__ = [
    "Connect",
    "Connection",
    "Database",
    "File",
    "IntegrityError",
    "Layout",
    "connect",
    "transaction",
]
