"""Whether an account speaks for an office, and what that rests on.

A handle that is a government's domain was checked by its platform or is the publisher's own
address. A name is only what an account calls itself, and is shown as no more than that.
"""

from __future__ import annotations

import re
from typing import Final

from siyaq.core.card import OfficialBy
from siyaq.core.post import Author
from siyaq.text.fold import fold

_DOMAIN: Final = re.compile(
    r"(?:^|\.)(?:gov|mil|gob|gouv|govt|int)(?:\.[a-z]{2})?$"
    r"|\.(?:europa\.eu|admin\.ch|gc\.ca|bund\.de|gov\.[a-z]{2,3})$",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"\b(?:ministry|ministers?|municipality|council|city hall|town hall|police|prosecutors?"
    r"|civil defen[cs]e|coast ?guard|fire (?:department|service|brigade)|authority|department"
    r"|directorate|government|governorate|governor|mayor|office of|embassy|presidency|parliament"
    r"|commission|agency|(?:port|press|health|met|roads) office|red (?:cross|crescent)"
    r"|world health organi[sz]ation|united nations)\b"
    r"|(?:^|(?<=\s))(?:ال)?(?:وزاره|وزير|بلديه|مجلس|شرطه|دفاع المدني|نيابه|محافظه|محافظ|هييه|مديريه"
    r"|دايره|اداره|حكومه|رياسه|سفاره|برلمان|امانه|خفر السواحل|هلال الاحمر|صليب الاحمر|ارصاد"
    r"|متحدث الرسمي|الناطق الرسمي)(?=\W|$)"
)
_HANDLE: Final = re.compile(
    r"(?:^|[.\-_])(?:ministry|municipality|council|police|civildefen[cs]e|coastguard|authority"
    r"|department|government|embassy|office|mayor|governor)(?=[.\-_]|$)"
)


def official_by(author: Author) -> OfficialBy | None:
    """Return what says that an account is an office's, None for everybody else."""
    for address in (author.handle, author.id):
        if _DOMAIN.search(address):
            return "domain"
    if _NAME.search(fold(author.name)) or _HANDLE.search(author.handle.lower()):
        return "name"
    return None
