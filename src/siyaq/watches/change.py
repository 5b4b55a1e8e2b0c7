"""What of an answer has changed, so that somebody should hear of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from siyaq.core.answer import Answer
from siyaq.core.ids import PostId
from siyaq.watches.model import Change, Scope


@dataclass(frozen=True, slots=True)
class News:
    """What is different from the answer before, and the posts quoted for the first time."""

    changes: tuple[Change, ...]
    added: tuple[PostId, ...]
    withdrawn: int


def quoted(answer: Answer) -> list[PostId]:
    """Return the posts that the sentences of an answer quote, each once, in order."""
    posts = {one.id: one.post_id for one in answer.references}
    names = (one.evidence_id for sentence in answer.sentences for one in sentence.citations)
    return list(dict.fromkeys(posts[name] for name in names if name in posts))


def news(answer: Answer, known: Collection[PostId], scope: Scope) -> News:
    """Compare an answer with the one it goes on from (`answer.changed`).

    `known` are the posts that were quoted at any time before: an answer which goes back and forth
    between two posts is no news, and neither is the end of a post that was never quoted.
    """
    before = answer.changed
    added = tuple(name for name in quoted(answer) if name not in known)
    if before is None:  # the first look, or the answer before is kept no longer
        fresh = bool(known) and bool(added) and scope == "anything"
        return News(("new_evidence",) if fresh else (), added if fresh else (), 0)
    gone = sum(one.why != "replaced" and one.post_id in known for one in before.gone)
    withdrawn_short = before.short_answer_post is None and gone > 0  # told as withdrawn
    found: dict[Change, bool] = {
        "status": answer.status is not before.status_before,
        "short_answer": not withdrawn_short and answer.short_answer != before.short_answer_before,
        "withdrawn": gone > 0,
        "new_evidence": bool(added) and scope == "anything",
    }
    return News(tuple(kind for kind, holds in found.items() if holds), added, gone)
