"""Which terms of a question are looked for, and which only ask."""

from __future__ import annotations

from functools import lru_cache

from siyaq.text.analyze import is_stop_word, terms

_ASKING = """
what who whom whose when where which why how many much did does do is are was were has have
happen happened happening happens occurred occur going latest newest recent last news new story
stories post posts posted update updates breaking headline headlines event events thing things tell
show give find know please now right said say says saying people anything something any about next
talk talks talking talked recently lately earlier moment moments ago
ما ماذا من متى أين كيف كم هل لماذا أي ماهو ماهي حدث يحدث جرى يجري حصل يحصل صار الأخبار أخبار خبر
الأنباء أنباء جديد الجديد آخر أحدث الآن قصة القصة قصص منشور منشورات
المنشورات تطورات التطورات مستجدات المستجدات أخبرني قل لي اعرض قال قيل يقول يقال الناس شيء هناك الذي
عم عما يتحدث يتحدثون يتكلم يتكلمون شو وش ايش إيه شنو اللي مؤخرا حديثا قليل
للتو هلق دلوقتي
"""
"""Words that ask rather than name. They still count in ranking; they make no topic."""


def query_terms(text: str) -> dict[str, float]:
    """Return the terms to look for, each with its weight.

    Stop words are left out, unless there is nothing else to look for.
    """
    found = dict.fromkeys(terms(text), 1.0)
    telling = {term: weight for term, weight in found.items() if not is_stop_word(term)}
    return telling or found


def content_terms(text: str) -> list[str]:
    """Return the terms of a question that name its topic, in order, each once."""
    return [
        term
        for term in dict.fromkeys(terms(text))
        if not is_stop_word(term) and term not in _asking_terms()
    ]


@lru_cache(maxsize=1)
def _asking_terms() -> frozenset[str]:
    return frozenset(terms(_ASKING))
