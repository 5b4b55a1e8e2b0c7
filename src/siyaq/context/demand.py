"""What the readers of a post ask for, in what they answer and quote.

The three kinds are those for which Community Notes' published code looks for a note: a statement
that is disputed, context that is missing, and where a thing comes from. Counted by account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from siyaq.core.card import Demand, DemandKind
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.grounding.support import Read
from siyaq.text.fold import fold

EVIDENCE_AT_MOST: Final = 10
_CHARS_READ: Final = 1_000

_PROVENANCE: Final = re.compile(
    r"\b(?:source\s*\?|sources\s*\?|(?:any|what(?:'s| is)|where(?:'s| is)) (?:the |your |a )?"
    r"(?:source|link|proof)|link\s*\?|proof\s*\?|says who|who (?:said|says|took|filmed)"
    r"|where (?:is|was) (?:this|that|it)(?: \w+)? (?:from|taken|filmed)|where does this come from"
    r"|(?:is|was) (?:this|it|that)(?: \w+)? (?:ai|real|photoshop\w*|generated|edited|staged)"
    r"|(?:deep)?fake\s*\?|reverse image)\b"
    r"|\b(?:source|sources|link|proof|fake)\s*\?"
    r"|(?:^|(?<=\s))(?:المصدر|مصدرك|مصدر الخبر|ما مصدر|ما المصدر|وين المصدر|اين المصدر"
    r"|الرابط|الدليل|من قال|من صور|من وين|من اين (?:هذ|الصور|الخبر|جي)\w*"
    r"|هل (?:هذه |هذا |الصوره |الفيديو )*"
    r"(?:حقيقي|حقيقيه|مفبرك|مفبركه|ذكاء اصطناعي)|ذكاء اصطناعي)(?=\W|$)"
)
_CONTEXT: Final = re.compile(
    r"\b(?:(?:out of|missing|more|full|any|the|without|lacks?|needs?) context|context\s*\?"
    r"|when (?:was|is|did) (?:this|that|it)|what (?:happened|came) before|(?:full|whole) (?:video"
    r"|clip|story|quote|speech)|cherry.?pick\w*|old (?:video|photo|picture|news|clip)"
    r"|(?:this|it|that) is (?:from|of) (?:19|20)\d\d|clipped|cut off)\b"
    r"|(?:^|(?<=\s))(?:السياق|سياق الكلام|خارج السياق|خارج سياقه|مجتزا|مجتزاه"
    r"|مقتطع|مقتطعه|القصه كامله|الفيديو كامل|الفيديو كاملا|متي (?:كان|حدث|صور|هذ)\w*"
    r"|فيديو قديم|صوره قديمه|خبر قديم|قديم)(?=\W|$)"
)
_DOUBT: Final = re.compile(
    r"\b(?:is (?:this|that|it) (?:true|so|right|correct|accurate)|really\s*\?|not true|that's wrong"
    r"|this is wrong|misleading|misinformation|inaccurate|lies?|lying|fact.?check)\b"
    r"|\breally\s*\?"
    r"|(?:^|(?<=\s))(?:هل هذا صحيح|هل صحيح|صحيح هذا|معقول|مضلل|مضلله|غير دقيق|ليس صحيحا|مو صحيح"
    r"|مش صحيح|غلط|خطا|كلام فاضي)(?=\W|$)"
)


def find_demand(post: Post, answers: Iterable[Post]) -> tuple[Demand, ...]:
    """Return what is asked for in answers by other accounts, what most ask for first."""
    asked: dict[DemandKind, dict[tuple[str, str], PostId]] = {}
    for answer in answers:
        account = (answer.source, answer.author.id)
        if account == (post.source, post.author.id):
            continue
        for kind in _kinds(answer.text[:_CHARS_READ]):
            asked.setdefault(kind, {}).setdefault(account, answer.id)
    order = sorted(asked, key=lambda kind: (-len(asked[kind]), kind))
    return tuple(
        Demand(
            kind=kind,
            accounts=len(asked[kind]),
            evidence=tuple(asked[kind].values())[:EVIDENCE_AT_MOST],
        )
        for kind in order
    )


def _kinds(text: str) -> list[DemandKind]:
    folded = fold(text).replace("’", "'")
    kinds: list[DemandKind] = []
    if _DOUBT.search(folded) or Read(text).denies:
        kinds.append("accuracy")
    if _CONTEXT.search(folded):
        kinds.append("context")
    if _PROVENANCE.search(folded):
        kinds.append("provenance")
    return kinds
