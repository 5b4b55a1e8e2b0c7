"""Questions whose answer can be told by its look: money, a length, a time, so many of a thing.

Few posts state such a thing, so one that is about the right matter and states it answers, even
where it says so in other words than the question: "what is the price", "it costs 620 dinars".
"""

from __future__ import annotations

import re

from siyaq.grounding.asked_for import Asked, asked_for, tells_when
from siyaq.grounding.focus import focus_of
from siyaq.grounding.support.pieces import pieces
from siyaq.grounding.support.quantities import quantities
from siyaq.retrieval.folded import fold_words

_MONEY = frozenset(
    {"dollar", "euro", "pound", "yen", "dinar", "dirham", "riyal", "lira", "crown", "yuan"}
    | {"rupee", "ruble", "shekel", "franc"}
)
_TIME = frozenset({"second", "minute", "hour", "day", "week", "month", "year", "decade", "century"})
_LENGTH = frozenset({"millimeter", "centimeter", "meter", "kilometer", "mile", "foot", "inch"})
_WEIGHT = frozenset({"gram", "kilogram", "ton", "ounce"})

_MEASURES = (
    (
        re.compile(
            r"\bhow much\b.*\b(?:cost|costs|pay|paid|charge|sell)\b"
            r"|\b(?:price|prices|cost|costs|fare|fares|fee|fees)\b"
            r"|\bب?كم (?:ال)?(?:سعر|ثمن|تكلفه|رسوم)"
            r"|\b(?:ما|كم) (?:هو |هي )?(?:ال)?(?:سعر|ثمن|تكلفه|رسوم)"
            r"|\bبكم\b|\bكم (?:ي|ت)كلف"
        ),
        _MONEY,
    ),
    (re.compile(r"\bhow long\b(?! is the)|\b(?:كم (?:يستغرق|تستغرق|استغرق)|ما مده)"), _TIME),
    (re.compile(r"\bhow (?:far|tall|high|deep|wide)\b|\bما (?:طول|ارتفاع|عرض|عمق)\b"), _LENGTH),
    (re.compile(r"\bhow heavy\b|\b(?:what|ما|كم) (?:\w+ )?(?:weigh|وزن|يزن|تزن)"), _WEIGHT),
)


def states_what_is_asked(question: str, text: str) -> bool:
    """Say whether `question` asks for a time or a measure, and `text` states one of that kind."""
    if asked_for(question) is Asked.TIME:
        return tells_when(text)
    units = _units(question)
    focus = focus_of(question)
    counted = focus.noun if focus.kind == "count" else None
    if not units and counted is None:
        return False
    return any(
        one.unit in units or (counted is not None and one.noun == counted)
        for one in quantities(pieces(text))
    )


def asks_for_measure(question: str) -> bool:
    """Say whether a question asks for money, a length, a weight, or how long something takes."""
    return bool(_units(question))


def _units(question: str) -> frozenset[str]:
    folded = fold_words(question).text
    return next((units for asked, units in _MEASURES if asked.search(folded)), frozenset())
