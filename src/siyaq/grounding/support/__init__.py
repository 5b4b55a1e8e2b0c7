"""Whether evidence says what a claim says.

Owns: the checks by rule (numbers, units, dates, names, negation, opposites), the fitted score,
and the verdict made of both. Refuses: choosing evidence, and judging whether the evidence is true.
"""

from siyaq.grounding.support.checker import SupportChecker
from siyaq.grounding.support.features import Read, reading
from siyaq.grounding.support.hard import clashes, rival_number
from siyaq.grounding.support.names import missing_names
from siyaq.grounding.support.pieces import Piece
from siyaq.grounding.support.quantities import Quantity, same
from siyaq.grounding.support.verdict import Clash, Verdict

__all__ = [
    "Clash",
    "Piece",
    "Quantity",
    "Read",
    "SupportChecker",
    "Verdict",
    "clashes",
    "missing_names",
    "reading",
    "rival_number",
    "same",
]
