"""Who is asking, and what they may do.

Owns: roles, keys and what is kept of them, people who sign in and their sessions, what each may
use and has used, whose turn it is, and the record of what keys have changed.
Refuses: knowing of any protocol. A gate in `serve` asks here; nothing here reads a request.
Concurrency: any number of processes share the files of one data directory; what one of them
changes, the others see at their next question.
"""

from siyaq.access.account import Account, account_of, charging, current
from siyaq.access.audit import AuditEntry, AuditLog
from siyaq.access.budget import Budget
from siyaq.access.collections import Collections
from siyaq.access.fair_queue import FairQueue, Turn
from siyaq.access.keyring import Key, KeyRing
from siyaq.access.limits import Amount, Limits
from siyaq.access.links import Links
from siyaq.access.owners import BrokenOff, KeyGone, Owners, breaking_off
from siyaq.access.people import HERE, People, Person
from siyaq.access.roles import MAY, Need, Principal, Role
from siyaq.access.sessions import Session, Sessions, SignInFailed
from siyaq.access.shares import Share, Shares
from siyaq.access.tries import TooManyTries

__all__ = [
    "HERE",
    "MAY",
    "Account",
    "Amount",
    "AuditEntry",
    "AuditLog",
    "BrokenOff",
    "Budget",
    "Collections",
    "FairQueue",
    "Key",
    "KeyGone",
    "KeyRing",
    "Limits",
    "Links",
    "Need",
    "Owners",
    "People",
    "Person",
    "Principal",
    "Role",
    "Session",
    "Sessions",
    "Share",
    "Shares",
    "SignInFailed",
    "TooManyTries",
    "Turn",
    "account_of",
    "breaking_off",
    "charging",
    "current",
]
