"""The journal of runs, and the purse they spend from: `agents/journal.sqlite`.

Every call is written down before it is made, with what is set aside for it, and again after it,
with what it cost, each in one transaction that is durable when it returns. So a crash can lose
no step, and neither a crash nor any number of calls side by side can spend what is not there.
"""

from siyaq.agents.journal.citing import Citing
from siyaq.agents.journal.purse import BudgetSpent
from siyaq.agents.journal.records import BROKEN_OFF, OVER, WITHDRAWN, Run, State, Status, Step
from siyaq.agents.journal.runs import Runs
from siyaq.agents.journal.steps import Steps

__all__ = [
    "BROKEN_OFF",
    "OVER",
    "WITHDRAWN",
    "BudgetSpent",
    "Journal",
    "Run",
    "State",
    "Status",
    "Step",
]


class Journal(Runs, Steps, Citing):
    """The runs of one data directory. Safe to use from several threads and processes."""
