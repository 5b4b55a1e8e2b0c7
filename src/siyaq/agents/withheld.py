"""What is shown of a run that holds words of posts which were deleted since: none of them.

Words travel from call to call, so all that it holds is withheld with the first of them, at once;
the bytes go with the next purge (`Journal.forget`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from siyaq.agents.journal import WITHDRAWN, Run

_OUR_WORDS = re.compile(r"|cancelled|(budget|key|quota|loop): .*", re.DOTALL)


def holds_words(run: Run) -> bool:
    """Say whether what stopped a run may quote what it read: what it asks, why it failed."""
    return _OUR_WORDS.fullmatch(run.stopped_by) is None


def withheld(run: Run) -> Run:
    """Return a run without a word that it read."""
    steps = [replace(step, arguments={}, value=None, problem=WITHDRAWN) for step in run.steps]
    return replace(
        run,
        steps=tuple(steps),
        result=None if run.result is None else WITHDRAWN,
        stopped_by=WITHDRAWN if holds_words(run) else run.stopped_by,
        withheld=True,
    )
