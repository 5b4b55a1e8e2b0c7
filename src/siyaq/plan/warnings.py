"""What a plan must say aloud: where it does not hold together."""

from __future__ import annotations

import math

from siyaq.plan import asked
from siyaq.plan.plan import Plan

NO_ROOM = "no_room"
TOO_SLOW = "too_slow"
OVERLOADED = "overloaded"
NEVER_TRAINED = "never_trained"
CANNOT = "cannot"
WARNINGS = (NO_ROOM, TOO_SLOW, OVERLOADED, NEVER_TRAINED, CANNOT)


def warnings(plan: Plan) -> tuple[str, ...]:
    """Return the codes of what is wrong with a plan, most serious first."""
    found = []
    serving = plan.serving
    with_model = plan.inputs[asked.SIZE].value > 0
    if math.isinf(serving.needed.value):
        found.append(CANNOT)
    if with_model and not serving.fits:
        found.append(NO_ROOM)
    if with_model and serving.needed.value > serving.nodes.value * (1 + 1e-9):
        found.append(OVERLOADED)
    if with_model and not serving.measured and serving.fits and not serving.fast_enough:
        found.append(TOO_SLOW)
    if plan.training is not None and plan.training.goodput < 0.01:
        found.append(NEVER_TRAINED)
    return tuple(found)
