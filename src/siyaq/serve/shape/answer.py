"""An answer, as it is sent."""

from __future__ import annotations

from siyaq.core.answer import Answer, Changes, Tally
from siyaq.core.wire import rfc3339, rfc3339_if
from siyaq.serve import schema
from siyaq.serve.shape.coverage import coverage_json
from siyaq.serve.shape.evidence import evidence_list, sentence_json
from siyaq.serve.shape.usage import usage_json


def answer_json(answer: Answer) -> schema.AnswerJson:
    """Shape an answer."""
    return {
        "id": answer.id,
        "status": answer.status.value,
        "reason": answer.reason.value if answer.reason else None,
        "sentences": [sentence_json(sentence) for sentence in answer.sentences],
        "references": evidence_list(answer.references),
        "short_answer": answer.short_answer,
        "conflicts": [
            {
                "about": conflict.about,
                "sides": [
                    {
                        "value": side.value,
                        "evidence_ids": list(side.evidence_ids),
                        "created_at": rfc3339_if(side.created_at),
                    }
                    for side in conflict.sides
                ],
            }
            for conflict in answer.conflicts
        ],
        "as_of": rfc3339(answer.as_of),
        "covered": coverage_json(answer.covered),
        "usage": usage_json(answer.usage),
        "model": answer.model,
        "counts": None if answer.counts is None else _tally_json(answer.counts),
        "previous_response_id": answer.previous or None,
        "unphrased": answer.unphrased,
        "changed": None if answer.changed is None else _changes_json(answer.changed),
    }


def _tally_json(counts: Tally) -> schema.TallyJson:
    return {
        "about": counts.about,
        "posts": counts.posts,
        "accounts": counts.accounts,
        "independent": counts.independent,
        "complete": counts.complete,
        "groups": [
            {
                "evidence_id": group.evidence_id,
                "posts": group.posts,
                "accounts": group.accounts,
                "independent": group.independent,
                "post_ids": list(group.post_ids),
            }
            for group in counts.groups
        ],
    }


def _changes_json(changed: Changes) -> schema.ChangesJson:
    return {
        "answer_id": changed.answer_id,
        "since": rfc3339(changed.since),
        "added": list(changed.added),
        "gone": [{"post_id": one.post_id, "why": one.why} for one in changed.gone],
        "status_before": changed.status_before.value,
        "short_answer_before": changed.short_answer_before,
        "short_answer_post_id": changed.short_answer_post,
    }
