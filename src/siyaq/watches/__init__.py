"""Saved questions that keep watching, and alerts when their answers change.

Owns: watches, what of an answer counts as a change, alerts, and the outbox that hands them to
webhooks and mail servers until they have them.
Refuses: holding a word of any post. A watch and an alert name kept answers, whose words are read
in the log anew each time; what is sent is written at the moment it is sent.
Concurrency: any number of processes share the file; one of them, the server, asks and sends.
"""

from siyaq.watches.desk import WatchDesk
from siyaq.watches.mail import Mailer, MailServer
from siyaq.watches.model import Alert, Change, Delivery, Draft, Watch, Way
from siyaq.watches.outbox import Outbox
from siyaq.watches.store import WatchStore
from siyaq.watches.watcher import Watcher
from siyaq.watches.webhook import Webhooks

__all__ = [
    "Alert",
    "Change",
    "Delivery",
    "Draft",
    "MailServer",
    "Mailer",
    "Outbox",
    "Watch",
    "WatchDesk",
    "WatchStore",
    "Watcher",
    "Way",
    "Webhooks",
]
