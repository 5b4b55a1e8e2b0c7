"""Who is asking, and what they may do.

Owns: roles, keys and what is kept of them, what each may use and has used, whose turn it is, and
the record of what keys have changed.
Refuses: knowing of any protocol. A gate in `serve` asks here; nothing here reads a request.
Concurrency: any number of processes share the files of one data directory; what one of them
changes, the others see at their next question.
"""

from siyaq.access.account import Account, account_of, charging, current
from siyaq.access.audit import AuditEntry, AuditLog
from siyaq.access.budget import Budget
from siyaq.access.fair_queue import FairQueue, Turn
from siyaq.access.keyring import Key, KeyRing
from siyaq.access.limits import Amount, Limits
from siyaq.access.links import Links
from siyaq.access.owners import BrokenOff, KeyGone, Owners, breaking_off
from siyaq.access.roles import MAY, Need, Principal, Role
from siyaq.access.shares import Share, Shares

__all__ = [
    "MAY",
    "Account",
    "Amount",
    "AuditEntry",
    "AuditLog",
    "BrokenOff",
    "Budget",
    "FairQueue",
    "Key",
    "KeyGone",
    "KeyRing",
    "Limits",
    "Links",
    "Need",
    "Owners",
    "Principal",
    "Role",
    "Share",
    "Shares",
    "Turn",
    "account_of",
    "breaking_off",
    "charging",
    "current",
]
