"""From siyaq's records to the JSON it sends. Pure functions; times become text here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from siyaq.core.answer import Answer, Changes, Citation, Coverage, Evidence, Sentence, Tally, Usage
from siyaq.core.card import (
    CardChange,
    CardVersion,
    Copies,
    FirstSeen,
    Note,
    NoteScore,
    Thread,
    Together,
)
from siyaq.core.card import ContextCard as Card
from siyaq.core.event import Gap
from siyaq.core.post import Author, Post
from siyaq.core.product import IngestReport, SourceStatus, Status, Totals
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
    shaped: schema.EvidenceJson = {
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
        "cpu_seconds": usage.cpu_seconds,
        "gpu_seconds": usage.gpu_seconds,
        "energy_joules": usage.energy_joules,
        "energy_source": usage.energy_source,
        "bytes": usage.bytes,
        "feed_usd": usage.feed_usd,
        "cost_usd": usage.cost_usd,
        "cost_in_usd_ticks": usage.cost_in_usd_ticks,
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
        "counts": None if answer.counts is None else _tally_json(answer.counts),
        "previous_response_id": answer.previous or None,
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


def _first_seen_json(first: FirstSeen) -> schema.FirstSeenJson:
    return {
        "post_id": first.post_id,
        "at": rfc3339(first.at),
        "clock": first.clock.value,
        "sameness": first.sameness,
        "earlier_alike": first.earlier_alike,
        "earlier_retold": first.earlier_retold,
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
                "url": member.url,
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
        "retold": [
            {
                "post_id": one.post_id,
                "author_id": one.author_id,
                "handle": one.handle,
                "at": rfc3339(one.at),
                "how": one.how,
                "url": one.url,
            }
            for one in copies.retold
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


def _together_json(together: Together) -> schema.TogetherJson:
    a, b = together.accounts
    return {
        "kind": together.kind,
        "accounts": [
            {"author_id": a.author_id, "handle": a.handle},
            {"author_id": b.author_id, "handle": b.handle},
        ],
        "times": together.times,
        "seconds": together.seconds,
        "chance": together.chance,
        "evidence": list(together.evidence),
    }


def _change_json(change: CardChange) -> schema.CardChangeJson:
    return {
        "kind": change.kind,
        "revision": change.revision,
        "since": _maybe(change.since),
        "parts": list(change.parts),
    }


def card_version_json(version: CardVersion) -> schema.CardVersionJson:
    """Shape a kept version of a card."""
    return {
        "built_at": rfc3339(version.built_at),
        "change": _change_json(version.change),
        "first": version.first,
        "copies": version.copies,
        "accounts": version.accounts,
        "supports": list(version.supports),
        "refutes": list(version.refutes),
        "fact_checks": list(version.fact_checks),
        "turns": [{"turning": turning, "post_id": post} for turning, post in version.turns],
    }


def note_score_json(score: NoteScore) -> schema.NoteScoreJson:
    """Shape how helpful readers find something."""
    return {
        "status": score.status,
        "ratings": score.ratings,
        "intercept": score.intercept,
        "factor": score.factor,
    }


def note_json(note: Note) -> schema.NoteJson:
    """Shape a reader's note."""
    return {
        "id": note.id,
        "text": note.text,
        "classification": note.classification,
        "misleading_tags": list(note.misleading_tags),
        "trustworthy_sources": note.trustworthy_sources,
        "at": rfc3339(note.at),
        "score": note_score_json(note.score),
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
        "copied_how": card.copied_how,
        "copies": _copies_json(card.copies),
        "coordination": [_together_json(one) for one in card.coordination],
        "claims": [
            {
                "text": claim.text,
                "supports": list(claim.supports),
                "refutes": list(claim.refutes),
                "mentions": list(claim.mentions),
                "fact_checks": list(claim.fact_checks),
            }
            for claim in card.claims
        ],
        "thread": _thread_json(card.thread) if card.thread else None,
        "timeline": [
            {
                "at": rfc3339(moment.at),
                "post_id": moment.post_id,
                "evidence_id": moment.evidence_id,
                "turning": moment.turning,
                "official": moment.official,
            }
            for moment in card.timeline
        ],
        "demand": [
            {"kind": one.kind, "accounts": one.accounts, "evidence": list(one.evidence)}
            for one in card.demand
        ],
        "media": [
            {
                "url": picture.url,
                "alt": picture.alt,
                "checked": picture.checked,
                "earlier": [
                    {
                        "post_id": one.post_id,
                        "handle": one.handle,
                        "at": rfc3339(one.at),
                        "distance": one.distance,
                    }
                    for one in picture.earlier
                ],
            }
            for picture in card.media
        ],
        "unknown": list(card.unknown),
        "references": evidence_list(card.references),
        "notes": [note_json(note) for note in card.notes],
        "change": _change_json(card.change) if card.change else None,
        "model": card.model,
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
        "reconnects": source.reconnects,
    }


def _totals_json(totals: Totals) -> schema.TotalsJson:
    return {
        "calls": totals.calls,
        "seconds": totals.seconds,
        "cpu_seconds": totals.cpu_seconds,
        "gpu_seconds": totals.gpu_seconds,
        "joules": totals.joules,
        "input_tokens": totals.input_tokens,
        "output_tokens": totals.output_tokens,
        "bytes": totals.bytes,
        "feed_usd": totals.feed_usd,
        "usd": totals.usd,
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
        "approximate": status.approximate,
        "covered": coverage_json(status.covered),
        "sources": [_source_json(source) for source in status.sources],
        "embedder": status.embedder,
        "writing": status.writing,
        "disk_bytes": status.disk_bytes,
        "energy_source": status.energy_source,
        "bill": {kind: _totals_json(totals) for kind, totals in status.bill.items()},
    }
