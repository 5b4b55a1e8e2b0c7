"""From siyaq's records to the JSON it sends. Pure functions; times become text here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from siyaq.core.answer import Answer, Citation, Coverage, Evidence, Sentence, Usage
from siyaq.core.card import ContextCard as Card
from siyaq.core.card import Copies, FirstSeen, Thread
from siyaq.core.event import Gap
from siyaq.core.post import Author, Post
from siyaq.core.product import IngestReport, SourceStatus, Status
from siyaq.core.query import Filters, Hit, Ranking
from siyaq.core.wire import rfc3339, to_wire
from siyaq.serve import schema


def _maybe(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def author_json(author: Author) -> schema.AuthorJson:
    """Shape an author."""
    return {
        "id": author.id,
        "handle": author.handle,
        "name": author.name,
        "followers": author.followers,
    }


def post_json(post: Post) -> schema.PostJson:
    """Shape a post: the Post format, its author in the same shape as everywhere else."""
    return cast("schema.PostJson", {**to_wire(post), "author": author_json(post.author)})


def evidence_json(evidence: Evidence) -> schema.EvidenceJson:
    """Shape a passage."""
    return {
        "id": evidence.id,
        "marker": evidence.marker,
        "post_id": evidence.post_id,
        "author": author_json(evidence.author),
        "created_at": _maybe(evidence.created_at),
        "witnessed_at": rfc3339(evidence.witnessed_at),
        "placed_at": rfc3339(evidence.placed_at),
        "url": evidence.url,
        "text": evidence.text,
        "stance": evidence.stance.value,
    }


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


def _gap_json(gap: Gap) -> schema.GapJson:
    return {
        "source": gap.source,
        "since": rfc3339(gap.since),
        "until": rfc3339(gap.until),
        "reason": gap.reason,
    }


def coverage_json(covered: Coverage) -> schema.CoverageJson:
    """Shape a window and its gaps."""
    return {
        "since": _maybe(covered.since),
        "until": _maybe(covered.until),
        "gaps": [_gap_json(gap) for gap in covered.gaps],
    }


def _usage_json(usage: Usage) -> schema.UsageJson:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "seconds": usage.seconds,
        "energy_joules": usage.energy_joules,
        "energy_source": usage.energy_source,
    }


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
                        "created_at": _maybe(side.created_at),
                    }
                    for side in conflict.sides
                ],
            }
            for conflict in answer.conflicts
        ],
        "as_of": rfc3339(answer.as_of),
        "covered": coverage_json(answer.covered),
        "usage": _usage_json(answer.usage),
        "model": answer.model,
    }


def _first_seen_json(first: FirstSeen) -> schema.FirstSeenJson:
    return {
        "post_id": first.post_id,
        "at": rfc3339(first.at),
        "clock": first.clock.value,
        "sameness": first.sameness,
        "window": coverage_json(first.window),
        "confidence": first.confidence,
        "earlier_claims": [
            {
                "post_id": claim.post_id,
                "claimed_at": rfc3339(claim.claimed_at),
                "witnessed_at": rfc3339(claim.witnessed_at),
            }
            for claim in first.earlier_claims
        ],
    }


def _copies_json(copies: Copies) -> schema.CopiesJson:
    return {
        "count": copies.count,
        "accounts": copies.accounts,
        "histogram": [{"t": rfc3339(bar.t), "n": bar.n} for bar in copies.histogram],
        "members": [
            {
                "post_id": member.post_id,
                "author_id": member.author_id,
                "handle": member.handle,
                "at": rfc3339(member.at),
                "sameness": member.sameness,
            }
            for member in copies.members
        ],
        "changed": [
            {
                "post_id": change.post_id,
                "removed": list(change.removed),
                "added": list(change.added),
            }
            for change in copies.changed
        ],
    }


def _thread_json(thread: Thread) -> schema.ThreadJson:
    return {
        "posts": [
            {
                "post_id": post.post_id,
                "handle": post.handle,
                "at": rfc3339(post.at),
                "text": post.text,
                "relation": post.relation,
            }
            for post in thread.posts
        ],
        "missing": list(thread.missing),
    }


def card_json(card: Card) -> schema.CardJson:
    """Shape a card. What the contract names and no room makes yet is present and empty."""
    return {
        "post_id": card.post_id,
        "status": card.status,
        "reason": card.reason.value if card.reason else None,
        "points": [sentence_json(point) for point in card.points],
        "first_seen": _first_seen_json(card.first_seen) if card.first_seen else None,
        "copied_from": card.copied_from,
        "copies": _copies_json(card.copies),
        "coordination": [],
        "claims": [],
        "thread": _thread_json(card.thread) if card.thread else None,
        "timeline": [],
        "media": [],
        "unknown": list(card.unknown),
        "references": evidence_list(card.references),
        "version": card.version,
        "as_of": rfc3339(card.as_of),
        "usage": _usage_json(card.usage),
    }


def _hit_json(hit: Hit) -> schema.HitJson:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "post": post_json(hit.post),
        "span": {"start": hit.span.start, "end": hit.span.end} if hit.span else None,
        "copies": list(hit.copies),
        "copy_count": hit.copy_count,
    }


def _filters_json(filters: Filters) -> schema.FiltersJson:
    return {
        "since": _maybe(filters.placed.since),
        "until": _maybe(filters.placed.until),
        "lang": list(filters.langs),
        "source": list(filters.sources),
        "author": list(filters.authors),
    }


def ranking_json(ranking: Ranking) -> schema.SearchJson:
    """Shape a ranking, and how its query was read."""
    understood = ranking.understood
    return {
        "hits": [_hit_json(hit) for hit in ranking.hits],
        "understood": {
            "text": understood.text,
            "lang": understood.lang,
            "wants": understood.wants,
            "filters": _filters_json(understood.filters),
        },
    }


def report_json(report: IngestReport) -> schema.IngestReportJson:
    """Shape what became of an ingest."""
    return {
        "created": report.created,
        "updated": report.updated,
        "deleted": report.deleted,
        "unchanged": report.unchanged,
        "stale": report.stale,
        "posts": report.posts,
        "refused": dict(report.refused),
        "refused_examples": list(report.refused_examples),
    }


def _source_json(source: SourceStatus) -> schema.SourceStatusJson:
    return {
        "source": source.source,
        "url": source.url,
        "state": source.state,
        "posts": source.posts,
        "posts_per_second": source.posts_per_second,
        "lag_seconds": source.lag_seconds,
        "last_event_at": _maybe(source.last_event_at),
        "refused": dict(source.refused),
        "gaps": [_gap_json(gap) for gap in source.gaps],
        "problem": source.problem,
    }


def status_json(status: Status) -> schema.StatusJson:
    """Shape how siyaq is doing."""
    return {
        "version": status.version,
        "posts": status.posts,
        "deleted": status.deleted,
        "log_seq": status.log_seq,
        "indexed_seq": status.indexed_seq,
        "embedded_seq": status.embedded_seq,
        "covered": coverage_json(status.covered),
        "sources": [_source_json(source) for source in status.sources],
        "embedder": status.embedder,
        "writing": status.writing,
        "disk_bytes": status.disk_bytes,
    }
