"""What a question asks for, told by its words: its kind, and the noun it names.

Kinds are few and coarse on purpose: they stand in the names of the features of a learned scorer,
which must have seen enough questions of each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from siyaq.retrieval.alignment import words_of
from siyaq.retrieval.folded import fold_words
from siyaq.retrieval.terms import content_terms
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fold import fold

_KINDS = (
    (
        "open",  # a story answers, no few words of it
        r"\bwhat(?:['’]?s)?(?: has| have| had| is| was| just)* (?:happen(?:s|ed|ing)?|going on)\b"
        r"|\bwhat (?:do|does|did|can|is) (?:(?:we|you|people|anyone) )?(?:know|known|hear|tell)\b"
        r"|\b(?:what|how)(?:['’]?s| is| are| was| were) (?:the )?(?:latest|newest|news?|situation"
        r"|status|story|state of|updates?|details|background|context)\b"
        r"|\b(?:ماذا|ما الذي) (?:عن|حدث|جري|حصل|يحدث|يجري|يحصل|صار|يصير|تعرف|نعرف|تعلم|نعلم)\b"
        r"|\bما (?:هي |هو )?(?:اخر )?(?:ال)?(?:اخبار|خبر|جديد|مستجدات|تفاصيل|وضع|اوضاع|حاله|قصه)\b"
        r"|\bكيف (?:هو |هي )?(?:ال)?(?:حال|وضع|اوضاع|امور)\b",
    ),
    (
        "count",
        r"\bhow (?:many|much)\b"
        r"|\b(?:what|which) (?:(?:is|was|are|were) )?(?:the )?(?:\w+ )?(?:percentage|percent|number"
        r"|fraction|proportion|score|price|fare|fee|bill|attendance|amount|total|temperature|age)\b"
        r"|\b(?:ما|كم) (?:هو |هي )?(?:عدد|نسبه|مقدار|مساحه|طول|ارتفاع|سعر|ثمن|تكلفه|قيمه"
        r"|النتيجه)\b|\bب?كم\b",
    ),
    ("long", r"\bhow (?:long|old|far|high|tall|big|large|deep|fast|often|wide|heavy|hot|cold)\b"),
    (
        "when",
        r"\bwhen\b|\b(?:what|which) (?:year|day|date|month|century|decade|time|season)\b"
        r"|\bمتي\b|\b(?:اي|ما) (?:عام|سنه|يوم|تاريخ|شهر|قرن|ساعه)\b|\bما (?:هو )?تاريخ\b",
    ),
    (
        "where",
        r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|country|place|town|state|location|island"
        r"|continent|region|village|province|county|stadium|building|school|university)\b"
        r"|\b(?:اين|باين|اينما)\b|\b(?:اي|ما) (?:مدينه|دوله|بلد|مكان|قاره|منطقه|عاصمه)\b"
        r"|\bما (?:هي )?عاصمه\b",
    ),
    (
        "who",
        r"\b(?:who|whom|whose|who's)\b|\b(?:what|which) (?:\w+ )?(?:person|man|woman|actor"
        r"|actress|singer|player|president|politician|athlete|celebrity|name|king|queen|leader)\b"
        r"|^(?:و)?(?:من|مين) |\bمن (?:هو|هي|هم|كان|الذي|التي)\b|\b(?:ما|ماهو) (?:هو )?اسم\b",
    ),
    ("why", r"\bwhy\b|\b(?:لماذا|ليش|لم)\b|\bما (?:هو |هي )?(?:سبب|اسباب)\b"),
    ("how", r"\bhow\b|\bكيف\b"),
    ("which", r"\b(?:which|what (?:type|kind|sort)(?: of)?)\b|\b(?:اي|ايه|ما نوع)\b"),
    ("what", r"\bwhat\b|\b(?:ما|ماذا|ماهو|ماهي|مما|بماذا)\b"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_ASKED_NOUN = re.compile(
    r"\b(?:what|which|whose|how many|how much)(?:(?: type| kind| sort| name| number)s? of)?"
    r" (?:(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|should)\b)?"
    r"((?: ?\w+){0,3})"
    r"|\b(?:اي|ما اسم|ما نوع|ما عدد|ما هو|ما هي|ماهو|ماهي|كم عدد|كم)((?: \w+){1,2})"
)
_VERBS_NEXT = re.compile(
    r"\b(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|should|of|to|in|for|that)\b"
)


_BEING = frozenset(terms("is are was were be هو هي هم كان كانت يكون تكون"))
_DOING = frozenset(terms("did does do has have had can could will would should may might"))


_SORTS = frozenset(
    terms(
        "time date year day month number name long according"
        " عدد تاريخ ساعة اسم عام سنة يوم شهر بحسب"
    )
)
"""Words that name the sort of thing asked for: "what time", "in which year", "ما عدد"."""


_LACKING = frozenset(terms("without بلا بدون دون"))
"""Words that say what is not there: "homes without power" are told of by "power is down"."""


_PROPERTIES = _SORTS | frozenset(
    terms(
        "price cost fare fee bill length height width depth weight age size distance speed"
        " temperature percentage amount total duration population salary reason cause"
        " سعر ثمن تكلفة يكلف تكلف رسوم قيمة طول ارتفاع عرض عمق وزن عمر حجم مسافة سرعة حرارة نسبة"
        " كمية مقدار مدة موعد وقت مساحة سكان راتب سبب"
    )
)
"""Words that name a property of a thing, never the thing: the next question may ask for another."""


@dataclass(frozen=True, slots=True)
class Focus:
    """What a question asks for. Terms are as `text.analyze.terms` gives them."""

    kind: str  # open, count, long, when, where, who, why, how, which, what or none
    frame: str  # the kind, and whether "is", "did" or a word of its own follows: who-is, who-did
    noun: str | None  # the head of what is asked for: "city" of "what city"
    telling: frozenset[str]
    first: str | None  # the first and the last of the telling terms, in the question's order
    last: str | None
    arabic: bool


@lru_cache(maxsize=256)
def focus_of(question: str) -> Focus:
    """Return what `question` asks for."""
    folded = fold_words(question).text
    kind, after = _kind(folded)
    telling = [term for term in terms(question) if not is_stop_word(term)]
    return Focus(
        kind=kind,
        frame=f"{kind}-{_frame(after)}",
        noun=_noun(folded),
        telling=frozenset(telling),
        first=telling[0] if telling else None,
        last=telling[-1] if telling else None,
        arabic=any("\u0600" <= letter <= "\u06ff" for letter in question),
    )


_WHETHER = re.compile(
    r"^(?:(?:and|so|but) )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would"
    r"|should)(?:n't)?\b|^و?(?:هل|اليس)\b"
)


def asks_whether(question: str) -> bool:
    """Say whether yes or no would answer `question`: "is the bridge open?", "هل الجسر مفتوح؟"."""
    return focus_of(question).kind == "none" and bool(_WHETHER.search(fold_words(question).text))


def topic_words(question: str) -> list[str]:
    """Return the words of a question that say what it is about, not what kind of thing it asks."""
    telling = frozenset(content_terms(question)) - _SORTS - _LACKING
    return [word for word in words_of(question) if not telling.isdisjoint(terms(word))]


def is_property(word: str) -> bool:
    """Say whether a word names only a property that is asked for: "price", "موعد"."""
    stems = terms(word)
    return bool(stems) and _PROPERTIES.issuperset(stems)


_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w%])")
_NAMED_NUMBER = re.compile(rf"([^\W\d_]{{2,}})[ -]({_NUMBER.pattern})")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def topic_numbers(question: str) -> frozenset[str]:
    """Return the numbers that a question names its matter by: "Boeing 747", "طرفاء 27".

    They follow a word that tells something: "in 3 days" names nothing. A year is none either: what
    was posted in that year seldom says so.
    """
    found = _NAMED_NUMBER.findall(fold(question))
    return frozenset(
        number
        for word, number in found
        if not _YEAR.fullmatch(number) and not all(map(is_stop_word, terms(word)))
    )


def numbers_in(text: str) -> frozenset[str]:
    """Return every number of a text, in European digits."""
    return frozenset(_NUMBER.findall(fold(text)))


def _kind(folded: str) -> tuple[str, str]:
    """Return the kind whose words come first, and the word after them."""
    found = [
        (match.start(), order, kind, folded[match.end() :].split(maxsplit=1))
        for order, (kind, pattern) in enumerate(_PATTERNS)
        if (match := pattern.search(folded))
    ]
    if not found:
        return "none", ""
    _, _, kind, rest = min(found)
    return kind, rest[0] if rest else ""


def _frame(word: str) -> str:
    stems = terms(word)
    if not _BEING.isdisjoint(stems):
        return "is"
    return "own" if _DOING.isdisjoint(stems) else "did"


def _noun(folded: str) -> str | None:
    found = _ASKED_NOUN.search(folded)
    if found is None:
        return None
    words = (found[1] or found[2] or "").strip()
    cut = _VERBS_NEXT.search(words)
    words = words[: cut.start()] if cut else words
    stems = [term for term in terms(words) if not is_stop_word(term)]
    if not stems:
        return None
    return stems[0] if found[2] else stems[-1] if cut else stems[0]
