"""Questions about who says what: "how many people reported …", "what are people saying about …".

They are answered by counting, never by a number that some post gives: how many posts say it, how
many accounts, and how many of those independently, with a quote for each thing that is said.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from siyaq.core.answer import MOST_OPENED, Group, Tally
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import Searcher
from siyaq.core.post import Post
from siyaq.core.query import Hit, Ranking
from siyaq.grounding.cutting import pieces
from siyaq.grounding.focus import topic_words
from siyaq.grounding.unit import Quote
from siyaq.grounding.weigh import Told
from siyaq.log import LogReader
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.folded import fold_words
from siyaq.retrieval.terms import content_terms
from siyaq.text.analyze import terms

COUNTED_HITS = 200
"""How many hits are read for those who speak of something; each may stand for many copies."""

RELEVANT = 0.5
"""Share of the best score from which a hit is read at all."""

SAYS_IT = 0.8
"""How much of what is asked about a post must say, in its words or ones near them, to count."""

ALIKE = 0.6
"""Cosine from which two posts are of one thing that is said."""

_PEOPLE = (
    r"(?:different |other |separate )?(?:people|persons|users|accounts|residents|witnesses|locals"
    r"|passengers|neighbou?rs|readers|customers|posts|posters)"
)
_SAY = (
    r"(?:report(?:s|ed|ing)?|say(?:s|ing)?|said|post(?:s|ed|ing)?|mention(?:s|ed|ing)?"
    r"|complain(?:s|ed|ing)?|claim(?:s|ed|ing)?|talk(?:s|ed|ing)?|speak(?:s|ing)?|wrote|writing"
    r"|tweet(?:s|ed|ing)?|shar(?:es?|ed|ing)|confirm(?:s|ed|ing)?|describ(?:es?|ed|ing))\b"
)
_HOW_MANY = re.compile(
    rf"^how many {_PEOPLE} (?:who |that )?(?:(?:have|are|has|had|been) )*{_SAY}"
    r"(?! (?:missing|injured|dead|killed|hurt|wounded|sick|infected|arrested)\b)"
    r"(?: (?:about|of|on|that|to|seeing|hearing|having))*"
    r"|^كم (?:عدد )?(?:ال)?(?:شخصا?|اشخاص|ناس|حسابا?|حسابات|شاهدا?|شهود|مواطنا?|مواطنين|منشورا?"
    r"|منشورات|مستخدما?|مستخدمين|الذين|من) (?:الذين )?(?:ابلغ|ابلغوا|بلغ|قال|قالوا|ذكر|ذكروا|كتب"
    r"|كتبوا|نشر|نشروا|اشتكي|اشتكوا|تحدث|تحدثوا|راي|راوا|شاهد|شاهدوا|اكد|اكدوا|يقول|يقولون|يتحدث"
    r"|يتحدثون|يشتكي|يشتكون)\b(?: (?:عن|من|ان|حول|في شان))?"
)
_WHAT = re.compile(
    rf"^what (?:(?:are|is|do|does|did|have|has) )+(?:the )?(?:{_PEOPLE}|everyone|everybody|they"
    r"|public|twitter|mastodon|bluesky)(?: (?:been|all))* (?:say(?:ing)?|said|think(?:ing)?"
    r"|post(?:ing|ed)?|writ(?:e|ing)|talk(?:ing)?|report(?:ing|ed)?|complain(?:ing)?)"
    r"(?: (?:about|of|on|regarding))+"
    r"|^what is being (?:said|posted|reported) (?:about|of|on)|^how do people feel about"
    r"|^(?:ماذا|ما الذي|بماذا|عم|ما) (?:يقول|يقوله|يقال|قال|قاله|يكتب|يكتبه|يتحدث|يتداول|يتداوله)"
    r"(?: (?:الناس|المستخدمون|الجمهور|السكان|الاهالي|المواطنون|الجميع))? (?:عن|حول|في|بشان)"
    r"|^ما (?:راي|اراء|ردود فعل) (?:الناس|المستخدمين|الجمهور|السكان|الاهالي|المواطنين)"
    r" (?:في|عن|حول|علي)"
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One post that says it, and who posted it; copies of one wording share a `wording`."""

    seq: Seq
    post_id: PostId
    author: str
    wording: int


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said: a quote of it, and every post that says it."""

    lead: Quote
    voices: tuple[Voice, ...]


def asked_about(question: str) -> str | None:
    """Return what a question asks the voices about, None for any other question."""
    folded = fold_words(question)
    found = _HOW_MANY.search(folded.text) or _WHAT.search(folded.text)
    if found is None:
        return None
    rest = question[folded.source_span(found).end :].strip(" ?؟？!.,،")
    return rest if content_terms(rest) else None


def gather(
    ranking: Ranking, searcher: Searcher, log: LogReader, alignment: WordAlignment
) -> list[Said]:
    """Return what is said of the matter; what the most independent voices say comes first."""
    hits = _saying_it(ranking, alignment)
    vectors = _vectors(hits, searcher)
    themes: list[list[int]] = []
    for at in range(len(hits)):
        near = [theme for theme in themes if vectors[theme[0]] @ vectors[at] >= ALIKE]
        if near:
            max(near, key=lambda theme: float(vectors[theme[0]] @ vectors[at])).append(at)
        else:
            themes.append([at])
    copies = log.find({name for hit in hits for name in hit.copies})
    topic = frozenset(terms(ranking.understood.text))
    said = [
        Said(
            _quote(hits[theme[0]], topic),
            tuple(voice for at in theme for voice in voices_of(hits[at], at, copies)),
        )
        for theme in themes
    ]
    return sorted(said, key=lambda one: -independent(one.voices))


def tally(
    about: str, said: Sequence[Said], quoted: Mapping[Seq, str], live: Container[Seq], *, full: bool
) -> Tally:
    """Count the voices that are live; `quoted` gives the evidence id of each post quoted.

    `full` says that as many posts were found as were looked for.
    """
    standing = [(one.lead.hit.seq, [v for v in one.voices if v.seq in live]) for one in said]
    every = [voice for _, voices in standing for voice in voices]
    groups = [
        Group(
            evidence_id=quoted[lead],
            posts=len(voices),
            accounts=accounts(voices),
            independent=independent(voices),
            post_ids=tuple(voice.post_id for voice in voices[:MOST_OPENED]),
        )
        for lead, voices in standing
        if lead in quoted and voices
    ]
    return Tally(
        about=about,
        posts=len(every),
        accounts=accounts(every),
        independent=independent(every),
        complete=not full,
        groups=tuple(groups),
    )


def accounts(voices: Iterable[Voice]) -> int:
    """Return how many people these are; all that have no name count as one."""
    return len({voice.author for voice in voices})


def independent(voices: Sequence[Voice]) -> int:
    """Return how many speak independently: whoever copies another counts with them."""
    return len(clusters(voices))


def clusters(voices: Sequence[Voice]) -> list[list[Voice]]:
    """Return the voices that hang together by author and by wording, in their order."""
    parent: dict[object, object] = {}

    def root(one: object) -> object:
        while parent.setdefault(one, one) != one:
            one = parent[one]
        return one

    for voice in voices:
        parent[root(("author", voice.author))] = root(("wording", voice.wording))
    found: dict[object, list[Voice]] = {}
    for voice in voices:
        found.setdefault(root(("wording", voice.wording)), []).append(voice)
    return list(found.values())


def _saying_it(ranking: Ranking, alignment: WordAlignment) -> list[Hit]:
    """Return the hits whose post says what is asked about, the best first."""
    best = ranking.hits[0].score if ranking.hits else 0.0
    topic = topic_words(ranking.understood.text)
    return [
        hit
        for hit in ranking.hits
        if hit.score >= RELEVANT * best
        and Told.of(alignment.told(topic, f"{hit.post.title} {hit.post.text}")).share >= SAYS_IT
    ]


def _vectors(hits: Sequence[Hit], searcher: Searcher) -> npt.NDArray[np.float32]:
    """Return the vector of each hit's first passage, zeros while it has none."""
    held = searcher.passages([hit.seq for hit in hits])
    width = next((len(found[0].vector) for found in held.values() if found), 1)
    rows = np.zeros((len(hits), width), np.float32)
    for row, hit in zip(rows, hits, strict=True):
        if held.get(hit.seq):
            row[:] = held[hit.seq][0].vector
    return rows


def _quote(hit: Hit, topic: frozenset[str]) -> Quote:
    """Quote the piece of a post that holds most of the topic."""
    found = pieces(hit.post.text)
    held = [len(topic.intersection(terms(piece.span.of(hit.post.text)))) for piece in found]
    at = held.index(max(held))
    return Quote(hit, found[at].span, at)


def voices_of(hit: Hit, wording: int, copies: Mapping[PostId, LogEntry]) -> list[Voice]:
    """Return those who say it in the words of a hit; `copies` holds its copies that are live."""
    others = [copies[name] for name in hit.copies if name in copies]
    own = Voice(hit.seq, hit.post.id, _author(hit.post), wording)
    return [
        own,
        *(Voice(one.seq, one.post_id, _author(one.post), wording) for one in others if one.post),
    ]


def _author(post: Post) -> str:
    return f"{post.source}:{post.author.id}"
