"""What a claim is about beyond its common words: where it was, who is named, how many.

Many things happen in the same words: bread gets dearer in two towns, two phones have batteries.
So a post that shares a claim's words must not be taken for one about the same thing where it names
another place or other names, or agrees with none of several numbers and dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from siyaq.grounding.support import Read, missing_names, same

_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """What a claim says it is about. One that names nothing is about what its whole post names."""

    claim: Read
    post: Read

    def met_by(self, other: Read) -> bool:
        """Say whether a post in the same language speaks of the same place and the same names.

        One place is enough, and half of the names: a denial need not repeat who was quoted.
        """
        named = self.claim if self.claim.places or self.claim.names else self.post
        if named.places and named.places.isdisjoint(other.terms):
            return False
        lost = missing_names(named.names, other.spelled) if named.names else []
        return 2 * len(lost) <= len(named.names)

    def counted_by(self, other: Read) -> bool:
        """Say whether a post agrees with some number of the claim, if both state any."""
        mine, theirs = self.claim.numbers, other.numbers
        return not mine or not theirs or _same_number(self.claim, other)

    def recounted_by(self, other: Read) -> bool:
        """Say whether a post may count the same thing anew: of several figures it keeps one."""
        claim, dates = self.claim, self.claim.dates
        figures = len(claim.numbers) + len(dates.moments) + len(dates.weekdays)
        return figures < _SEVERAL or _same_number(claim, other) or _same_date(claim, other)


def _same_number(one: Read, other: Read) -> bool:
    return any(same(mine.value, theirs.value) for mine in one.numbers for theirs in other.numbers)


def _same_date(one: Read, other: Read) -> bool:
    mine, theirs = one.dates, other.dates
    moments = any(this.agrees(that) for this in mine.moments for that in theirs.moments)
    return moments or not mine.weekdays.isdisjoint(theirs.weekdays)
