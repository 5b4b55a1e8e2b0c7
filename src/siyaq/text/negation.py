"""Words that turn what a text says around, as `fold` leaves them without apostrophes."""

from __future__ import annotations

from typing import Final

_WORDS: Final = """
not no never none nobody nothing nor neither without cannot cant dont doesnt didnt wont wouldnt isnt
arent wasnt werent hasnt havent hadnt shouldnt couldnt
لا لم لن ليس ليست ليسوا لست ما غير بدون دون بلا مش مو مب موب ماكو
не нет ни никогда без
"""

NEGATIONS: Final = frozenset(_WORDS.split())
