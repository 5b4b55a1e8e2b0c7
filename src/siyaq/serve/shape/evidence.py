"""Passages and the sentences that cite them, as they are sent in answers and cards."""

from __future__ import annotations

from collections.abc import Iterable

from siyaq.core.answer import Citation, Evidence, Sentence
from siyaq.core.wire import rfc3339, rfc3339_if
from siyaq.serve import schema
from siyaq.serve.shape.post import author_json


def evidence_json(evidence: Evidence) -> schema.EvidenceJson:
    """Shape a passage."""
    shaped: schema.EvidenceJson = {
        "id": evidence.id,
        "marker": evidence.marker,
        "post_id": evidence.post_id,
        "author": author_json(evidence.author),
        "created_at": rfc3339_if(evidence.created_at),
        "witnessed_at": rfc3339(evidence.witnessed_at),
        "placed_at": rfc3339(evidence.placed_at),
        "url": evidence.url,
        "text": evidence.text,
        "stance": evidence.stance.value,
    }
    if evidence.voices is not None:
        shaped["voices"] = {
            "posts": evidence.voices.posts,
            "accounts": evidence.voices.accounts,
            "sources": evidence.voices.sources,
        }
    check = evidence.fact_check
    if check is not None:
        shaped["fact_check"] = {
            "claim": check.claim,
            "rating": check.rating,
            "label": check.label,
            "publisher": check.publisher,
            "url": check.url,
        }
    return shaped


def evidence_list(references: Iterable[Evidence]) -> list[schema.EvidenceJson]:
    """Shape passages in their order."""
    return [evidence_json(evidence) for evidence in references]


def _citation_json(citation: Citation) -> schema.CitationJson:
    return {
        "marker": citation.marker,
        "evidence_id": citation.evidence_id,
        "quote": citation.quote,
        "support": citation.support,
    }


def sentence_json(sentence: Sentence) -> schema.SentenceJson:
    """Shape a checked sentence."""
    return {
        "text": sentence.text,
        "citations": [_citation_json(citation) for citation in sentence.citations],
    }
