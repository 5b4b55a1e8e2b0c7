"""Published reviews of claims among the posts found, and whether they review this claim.

A post carries its reviews as its source marked them up (schema.org/ClaimReview), in the field
`claim_review`; the shape is `siyaq.sources.claim_review`'s. Nothing in it is trusted further than
to be quoted: what it says is what its publisher says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from siyaq.context.across import is_arabic
from siyaq.core.answer import FactCheck, Rating, Stance
from siyaq.core.post import Post
from siyaq.grounding.support import Read, rival_number
from siyaq.text.fold import fold

FIELD: Final = "claim_review"
_REVIEWS_READ: Final = 10
SHOWN: Final = 0.9
"""Likeness from which a review is shown beside a claim, with the claim that it reviewed."""
SURE: Final = 1.1
"""Likeness from which what a review says of its claim counts as said of this one."""
_ACROSS: Final = 0.72  # cosine from which claims in two scripts are alike, and are sure at 0.8
_ACROSS_SURE: Final = 0.8

_FALSE: Final = re.compile(
    r"\b(?:false|fake|hoax|incorrect|wrong|untrue|fabricated|debunked|pants on fire|misleading"
    r"|scam|altered|manipulated|mostly false|not true|no evidence|unfounded|miscaptioned)\b"
    r"|(?:^|(?<=\s))(?:خاطي|خاطيه|خطا|كاذب|كاذبه|زايف|زايفه|مزيف|مفبرك|مضلل|مضلله|غير صحيح"
    r"|غير صحيحه|شايعه|اشاعه|ملفق|لا اساس)(?=\W|$)"
)
_MIXED: Final = re.compile(
    r"\b(?:mixture|mixed|half[- ]true|partly|partially|missing context|needs context|outdated"
    r"|exaggerated|unproven)\b"
    r"|(?:^|(?<=\s))(?:صحيح جزييا|جزييا|نصف صحيح|ناقص|سياق ناقص|غير مثبت)(?=\W|$)"
)
_TRUE: Final = re.compile(
    r"\b(?:true|correct|accurate|confirmed|legit|correct attribution)\b"
    r"|(?:^|(?<=\s))(?:صحيح|صحيحه|دقيق|حقيقي|حقيقيه|موكد)(?=\W|$)"
)

Alike = Callable[[str, str], float]
"""The cosine of two texts."""


def reviews_of(post: Post) -> list[FactCheck]:
    """Return the reviews that a post publishes, in their order."""
    told = post.extra.get(FIELD)
    items = told if isinstance(told, list | tuple) else []
    return [
        _review(item, post)
        for item in items[:_REVIEWS_READ]
        if isinstance(item, Mapping) and _text(item, "claim")
    ]


def matching_review(claim: Read, post: Post, alike: Alike) -> tuple[float, FactCheck] | None:
    """Return the review of `post` that is most like this claim, and how like; None below SHOWN."""
    scored = [(likeness(claim, Read(one.claim), alike), one) for one in reviews_of(post)]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best if best is not None and best[0] >= SHOWN else None


def stance_of(score: float, check: FactCheck) -> Stance:
    """Return what a review of that likeness says to a claim: nothing where it may be another."""
    sides: dict[Rating, Stance] = {"true": Stance.SUPPORTS, "false": Stance.REFUTES}
    return sides.get(check.rating, Stance.MENTIONS) if score >= SURE else Stance.MENTIONS


def publishing(posts: Iterable[Post]) -> list[Post]:
    """Return the posts that publish a review."""
    return [one for one in posts if FIELD in one.extra]


def likeness(claim: Read, reviewed: Read, alike: Alike) -> float:
    """Return how alike two claims are: their cosine, and half of each of two shares of words.

    The shares are that of the reviewed claim, which is the shorter as a rule, and the geometric
    mean of both. A rival number makes it another claim. Across scripts only the cosine can tell.
    """
    if rival_number(claim.numbers, reviewed.numbers):
        return 0.0
    cosine = alike(claim.text, reviewed.text)
    if is_arabic(claim.text) != is_arabic(reviewed.text):
        return SURE if cosine >= _ACROSS_SURE else SHOWN if cosine >= _ACROSS else 0.0
    if not claim.topic or not reviewed.topic:
        return 0.0
    shared = len(claim.topic & reviewed.topic)
    of_claim, of_reviewed = shared / len(claim.topic), shared / len(reviewed.topic)
    return cosine + 0.5 * of_reviewed + 0.5 * math.sqrt(of_claim * of_reviewed)


def _review(item: Mapping[str, object], post: Post) -> FactCheck:
    label = _text(item, "rating")
    return FactCheck(
        claim=_text(item, "claim"),
        rating=_rating(label, item),
        label=label,
        publisher=_text(item, "by") or post.author.name or post.author.handle or post.author.id,
        url=_text(item, "url") or post.url,
    )


def _rating(label: str, item: Mapping[str, object]) -> Rating:
    """Read a rating by its words, which every publisher gives; failing them by its number."""
    folded = fold(label)
    said: tuple[tuple[re.Pattern[str], Rating], ...] = (
        (_MIXED, "mixed"),
        (_FALSE, "false"),
        (_TRUE, "true"),
    )
    for words, rating in said:
        if words.search(folded):
            return rating
    value, worst, best = (_number(item, name) for name in ("value", "worst", "best"))
    if value is None or worst is None or best is None or best <= worst:
        return "unrated"
    place = (value - worst) / (best - worst)
    if not 0 <= place <= 1:
        return "unrated"
    return "false" if place <= 1 / 3 else "true" if place >= 2 / 3 else "mixed"


def _text(item: Mapping[str, object], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _number(item: Mapping[str, object], name: str) -> float | None:
    value = item.get(name)
    return float(value) if isinstance(value, int | float) else None
