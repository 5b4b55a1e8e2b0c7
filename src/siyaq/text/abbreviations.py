"""Abbreviations that are written with a full stop, and words that begin sentences after one."""

from __future__ import annotations

from typing import Final

NEVER_LAST: Final = """
dr mr mrs ms prof st gen sen rep gov lt col sgt capt maj rev hon pres no nos fig vs vol pp ed op
art al mt ft cf ca e.g i.e jan feb mar apr jun jul aug sep sept oct nov dec
"""
"""A name or a number follows these."""
MAYBE_LAST: Final = """
etc inc ltd co corp jr sr dept est approx u.s u.k u.n e.u d.c a.m p.m b.c a.d ph.d m.d
"""
STARTERS: Final = """
The A An In It He She They This That These Those But And We I You On At For If When While As His
Her Their Its There Our My So No Not What Who How Why After Before Since However
"""
"""Words whose capital after an abbreviation means that a sentence begins."""
LETTERS_IN_ARABIC: Final = """
سي إس اس جي دبليو إتش اتش إكس اكس كيو إف اف زد كي كيه جيه واي يو دي تي آر ار
"""
"""Names of Latin letters, as Arabic writes initials: "سي. إس. لويس". None is a word."""
WORDS_AND_LETTERS: Final = """
بي بى إم ام أم إن ان أن إل ال أو او إي اي أي إيه ايه أيه في أ
"""
"""Those that are words too: initials only where another initial stands beside them."""
