"""Answers that stand in a thread: somebody has asked the same, and a reply says it.

"Since noon." says nothing by itself, and search does not find it by the words of the question.
Under a post that asks "Has the harbor bridge reopened?" it is an answer. It is looked for only
where no post answers by itself, and shown below the post that it replies to.
"""

from __future__ import annotations

from collections.abc import Iterator

from siyaq.core.ports import Searcher
from siyaq.core.query import Filters, Hit, Ranking
from siyaq.core.span import Span
from siyaq.grounding.askers import says_what_is_asked
from siyaq.grounding.cutting import WHOLE_POST_CHARS
from siyaq.grounding.draft import Draft
from siyaq.grounding.evidence import quote
from siyaq.grounding.judge import Judge
from siyaq.grounding.unit import Quote
from siyaq.log import LogReader
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.rarity import rarity
from siyaq.text.questions import asks

THREADS = 5
"""How many of the best hits that ask the same have their replies read."""

REPLIES = 20
"""How many replies to each are read, the first ones first."""

_BOTH = 2  # quotes: what asks, and what replies


def answer_in_thread(
    ranking: Ranking,
    searcher: Searcher,
    log: LogReader,
    alignment: WordAlignment,
    where: Filters,
    limit: int,
) -> Draft | None:
    """Quote the first hit that asks what is asked, and the replies that say it; None without any.

    `where` are the filters of the question, narrowed to its moment. At most `limit` quotes; with
    room for one, None: a reply tells nothing without what it replies to.
    """
    if limit < _BOTH:
        return None
    question = ranking.understood.text
    judge = Judge(ranking.understood, rarity(searcher, question), alignment, frozenset())
    asking = (hit for hit in ranking.hits if _asks_the_same(hit, judge, ranking.understood.lang))
    for hit, _ in zip(asking, range(THREADS), strict=False):
        replies = list(_replies(hit, searcher, log, where))
        found = [one for one in replies if _answers(question, one.post.text)][: limit - 1]
        if found:
            quotes = [_whole(one) for one in (hit, *found)]
            return Draft(tuple(quote(quotes, [1.0] * len(quotes))), None)
    return None


def _asks_the_same(hit: Hit, judge: Judge, lang: str) -> bool:
    text = hit.post.text
    if len(text) > WHOLE_POST_CHARS or not asks(text):
        return False
    return judge.told(text).says_all(across=hit.post.lang != lang)


def _replies(hit: Hit, searcher: Searcher, log: LogReader, where: Filters) -> Iterator[Hit]:
    seqs = searcher.linked("reply_to", hit.post.id, where=where, k=REPLIES, newest_first=False)
    posts = log.posts(seqs)
    for seq in seqs:
        if seq in posts and posts[seq].text.strip():
            yield Hit(rank=hit.rank, score=hit.score, seq=seq, post=posts[seq])


def _answers(question: str, reply: str) -> bool:
    if len(reply) > WHOLE_POST_CHARS or asks(reply):
        return False
    return says_what_is_asked(question, reply)


def _whole(hit: Hit) -> Quote:
    """Quote all of a short post."""
    text = hit.post.text
    start = len(text) - len(text.lstrip())
    return Quote(hit, Span(start, len(text.rstrip())), 0)
