"""The loop: turn after turn of a fixed plan, each call checked, paid for, written down, made.

What was read can fill an argument or choose a branch that the plan foresees. It can add no call,
and where it would decide what leaves and to whom, a person is asked.
"""

from siyaq.agents.runner.alone import is_held
from siyaq.agents.runner.asking import Approve, Asked, Told, nobody
from siyaq.agents.runner.calls import LOOK_SECONDS
from siyaq.agents.runner.loop import Gone, Runner
from siyaq.agents.runner.progress import act_of

__all__ = [
    "LOOK_SECONDS",
    "Approve",
    "Asked",
    "Gone",
    "Runner",
    "Told",
    "act_of",
    "is_held",
    "nobody",
]
