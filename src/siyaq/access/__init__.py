"""Who is asking, and what they may do.

Owns: roles, keys and what is kept of them, and the record of what keys have changed.
Refuses: knowing of any protocol. A gate in `serve` asks here; nothing here reads a request.
Concurrency: any number of processes share the files of one data directory; what one of them
changes, the others see at their next question.
"""

from siyaq.access.audit import AuditEntry, AuditLog
from siyaq.access.keyring import Key, KeyRing
from siyaq.access.roles import MAY, Need, Principal, Role

__all__ = ["MAY", "AuditEntry", "AuditLog", "Key", "KeyRing", "Need", "Principal", "Role"]
