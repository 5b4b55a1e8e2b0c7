"""What the check of a claim against its evidence says, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from siyaq.core.answer import Stance


class Clash(StrEnum):
    """One named reason why evidence does not say what a claim says."""

    NUMBER = "number_differs"
    UNIT = "unit_differs"
    DATE = "date_differs"
    NAME = "name_missing"
    NEGATION = "negation_flipped"
    ANTONYM = "antonym"
    LOW_SUPPORT = "low_support"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of one check.

    `stance` is MENTIONS where the evidence is not enough to tell. The two shares, 0..1, are how
    likely it is that the evidence supports and that it refutes; the rest of 1 is neither.
    """

    stance: Stance
    supports: float
    refutes: float
    reasons: tuple[Clash, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether a sentence may be shown with this evidence: supported, and nothing clashes."""
        return self.stance is Stance.SUPPORTS and not self.reasons
