"""Filters in plain words: "posts in Arabic", "posts by @ann", "on Bluesky", "منشورات بالعربية".

They say what the operators `lang:`, `from:` and `source:` say, and are read only where they clearly
speak of posts: "how is bridge said in Arabic" asks about a word, and "on Bluesky" names a source
only where there is one of that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace

from siyaq.core.query import Filters
from siyaq.core.span import Span
from siyaq.retrieval.folded import fold_words
from siyaq.text.fold import fold

LANGUAGES = {
    "arabic": "ar",
    "العربيه": "ar",
    "عربيه": "ar",
    "عربي": "ar",
    "العربي": "ar",
    "english": "en",
    "الانجليزيه": "en",
    "الانكليزيه": "en",
    "انجليزيه": "en",
    "انكليزيه": "en",
    "french": "fr",
    "الفرنسيه": "fr",
    "فرنسيه": "fr",
    "spanish": "es",
    "الاسبانيه": "es",
    "اسبانيه": "es",
    "german": "de",
    "الالمانيه": "de",
    "المانيه": "de",
    "turkish": "tr",
    "التركيه": "tr",
    "تركيه": "tr",
    "persian": "fa",
    "farsi": "fa",
    "الفارسيه": "fa",
    "فارسيه": "fa",
    "russian": "ru",
    "الروسيه": "ru",
    "روسيه": "ru",
    "hebrew": "he",
    "العبريه": "he",
    "عبريه": "he",
}
"""What languages are called, as `fold` leaves it, and their BCP 47 tags."""

_PLATFORMS = {
    "بلوسكاي": "bluesky",
    "ماستودون": "mastodon",
    "اكس": "x",
    "تويتر": "x",
    "twitter": "x",
}
"""What platforms are called besides the name that their source mostly has."""


def _one_of(words: Collection[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_LATIN = _one_of([name for name in LANGUAGES if name.isascii()])
_ARABIC = _one_of([name for name in LANGUAGES if not name.isascii()])
_POSTS = r"(?:posts?|tweets?|toots?|messages|articles?)"
_POSTS_IN_ARABIC = r"(?:(?:ال)?(?:منشور|منشورات|تغريدات|تغريده|رسائل|رسايل|مقالات))"
_SAY = r"(?:said|says?|posted|written|wrote|writes?|reported)"
_SAY_IN_ARABIC = r"(?:قيل|يقال|قال|قالت|كتب|كتبت|نشر|نشرت|يكتب|تكتب|يقول|تقول)"

_NOUNS = rf"(?:the |all )?{_POSTS}"
_NO_MORE = (
    r"(?= (?:about|on|by|from|of|to|that|with|for|in|at|since|after|before|until|say|said"
    r"|regarding|concerning|yesterday|today|recently|lately|now)\b|$)"
)
"""What may follow "in Spanish" where it names a language: "in Spanish cities" does not."""
_ONE = r"(?!\w)(?! (?:and|or|او)\b| و)"
"""No second one follows: "on Bluesky or Mastodon" is not on Bluesky alone."""
_ONE_AUTHOR = r"(?!,? ?(?:and|or|و|أو|او)? ?@)"

_LANGUAGE = (
    re.compile(
        rf"(?<!and )(?<!or )\b(?P<said>(?P<lang>{_LATIN})(?:-language)?"
        r" (?:posts?|tweets?|toots?|articles?))\b"
    ),
    re.compile(rf"\b(?P<said>{_NOUNS} in (?P<lang>{_LATIN})){_NO_MORE}"),
    re.compile(rf"\b{_SAY} (?P<said>in (?P<lang>{_LATIN})){_NO_MORE}"),
    re.compile(
        rf"\b(?P<said>(?:{_POSTS_IN_ARABIC} (?:باللغه |بلغه |ب)|(?!\w*رسا){_POSTS_IN_ARABIC} )"
        rf"(?P<lang>{_ARABIC})){_ONE}"
    ),
    re.compile(rf"\b{_SAY_IN_ARABIC} (?P<said>(?:باللغه |ب)(?P<lang>{_ARABIC})){_ONE}"),
)
_AUTHOR = (
    re.compile(
        rf"\b(?P<said>{_NOUNS} (?:by|from|of) @(?P<who>(?>[\w.@-]+\w))){_ONE_AUTHOR}",
        re.IGNORECASE,
    ),
    re.compile(
        re.compile(
            rf"\b(?P<said>{_POSTS_IN_ARABIC} (?:من |من حساب |حساب )?"
            rf"@(?P<who>(?>[\w.@-]+\w))){_ONE_AUTHOR}"
        ),
    ),
)
_NAME = rf"(?P<name>(?>[\w.-]*\w)){_ONE}"
_ON = (
    re.compile(rf"\b(?P<said>(?:{_NOUNS}|(?:the )?news) (?:on|from) {_NAME})"),
    re.compile(rf"\b(?:{_SAY}|people|users|accounts) (?P<said>on {_NAME})"),
    re.compile(rf"\b(?P<said>{_POSTS_IN_ARABIC} (?:علي|في|من) {_NAME})"),
    re.compile(rf"\b(?:{_SAY_IN_ARABIC}|الناس) (?P<said>(?:علي|في) {_NAME})"),
)
"""The words that leave a question: "posts" go along with what restricts them, and name no topic."""

_HOW = re.compile(r"^(?:how (?:is|are|do|does|would|can|to)|كيف)\b")
"""Begins a question about words: "how is bridge said in Arabic?"."""


def pull_spoken(
    text: str, filters: Filters, sources: Callable[[], Collection[str]]
) -> tuple[str, Filters]:
    """Return a question without what restricts it in plain words, and `filters` narrowed by that.

    Where `filters` name languages, authors or sources already, words name no others. `sources`
    gives the names that there are; it is called only where the text may name one.
    """
    if not filters.langs and (found := _language(text)) is not None:
        text, filters = _without(text, found[0]), replace(filters, langs=(found[1],))
    if not filters.authors and (found := _author(text)) is not None:
        text, filters = _without(text, found[0]), replace(filters, authors=(found[1],))
    if not filters.sources and (found := _source(text, sources)) is not None:
        text, filters = _without(text, found[0]), replace(filters, sources=(found[1],))
    return text, filters


def _language(text: str) -> tuple[Span, str] | None:
    folded = fold_words(text)
    if _HOW.search(folded.text):
        return None
    found = next(filter(None, (one.search(folded.text) for one in _LANGUAGE)), None)
    return None if found is None else (folded.source_span(found, "said"), LANGUAGES[found["lang"]])


def _author(text: str) -> tuple[Span, str] | None:
    found = next(filter(None, (one.search(text) for one in _AUTHOR)), None)
    return None if found is None else (Span(*found.span("said")), found["who"].lower())


def _source(text: str, sources: Callable[[], Collection[str]]) -> tuple[Span, str] | None:
    folded = fold_words(text)
    matches = list(filter(None, (one.search(folded.text) for one in _ON)))
    known = {fold(name): name for name in sources()} if matches else {}
    for found in matches:
        said = found["name"]
        name = known.get(said) or known.get(_PLATFORMS.get(said, ""))
        if name is not None:
            return folded.source_span(found, "said"), name
    return None


def _without(text: str, words: Span) -> str:
    return " ".join(f"{text[: words.start]} {text[words.end :]}".split())
