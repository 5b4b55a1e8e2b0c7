"""A card as ClaimReview JSON-LD (schema.org), for those who read the web by machine.

What others reviewed is passed on as their review. Of our own there is one for each claim that has
evidence: who said it first and where it appeared are facts of the record; the rating is only what
the record holds for and against, in words, and never a verdict of ours. What a post only asks it
does not claim: of that there is none, and it appeared nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from siyaq.core.answer import Evidence, FactCheck
from siyaq.core.card import Claim, ContextCard
from siyaq.core.ids import PostId
from siyaq.core.wire import rfc3339
from siyaq.serve.markup import web_address

APPEARANCES_AT_MOST = 20
_SCALE: Mapping[str, int] = {"false": 1, "mixed": 3, "true": 5}

Json = dict[str, object]


def claim_reviews(
    card: ContextCard, *, text: str, home: str, page: str, urls: Mapping[PostId, str]
) -> Json:
    """Return the graph of a card. `urls` are the public addresses of posts by post id.

    `text` is the post's own; `home` and `page` are addresses of this server and of the card.
    """
    cited = {one.id: one for one in card.references}
    item = _claimed(card, urls)
    graph: list[Json] = []
    for claim in card.claims:
        said = {"@type": "Claim", **({} if claim.asked else item), "text": claim.text}
        graph += [
            _published(check, said) for one in claim.fact_checks if (check := _check(cited, one))
        ]
        if (claim.supports or claim.refutes) and not claim.asked:
            graph.append(_ours(card, claim, said, home, page))
    if not graph:
        graph.append({**item, "@type": "Claim", "text": text[:500]})
    return {"@context": "https://schema.org", "@graph": graph}


def _claimed(card: ContextCard, urls: Mapping[PostId, str]) -> Json:
    first = card.first_seen
    item: Json = {"@type": "Claim"}
    if first is not None:
        item["datePublished"] = rfc3339(first.at)
        if address := web_address(urls.get(first.post_id, "")):
            item["firstAppearance"] = {"@type": "CreativeWork", "url": address}
    seen = list(_appearances(card, urls))
    if seen:
        item["appearance"] = seen
    return item


def _appearances(card: ContextCard, urls: Mapping[PostId, str]) -> Iterator[Json]:
    for member in card.copies.members[:APPEARANCES_AT_MOST]:
        if address := web_address(urls.get(member.post_id, "")):
            yield {"@type": "CreativeWork", "url": address}


def _check(cited: Mapping[str, Evidence], evidence_id: str) -> FactCheck | None:
    evidence = cited.get(evidence_id)
    return None if evidence is None else evidence.fact_check


def _published(check: FactCheck, said: Json) -> Json:
    rating: Json = {"@type": "Rating", "alternateName": check.label or check.rating}
    if check.rating in _SCALE:
        rating |= {"ratingValue": _SCALE[check.rating], "bestRating": 5, "worstRating": 1}
    review: Json = {
        "@type": "ClaimReview",
        "claimReviewed": check.claim,
        "author": {"@type": "Organization", "name": check.publisher},
        "itemReviewed": said,
        "reviewRating": rating,
    }
    address = web_address(check.url)
    return review | ({"url": address} if address else {})


def _ours(card: ContextCard, claim: Claim, said: Json, home: str, page: str) -> Json:
    against, for_it = len(claim.refutes), len(claim.supports)
    counts = f"posts that refute it: {against}; that support it: {for_it}"
    return {
        "@type": "ClaimReview",
        "url": page,
        "datePublished": rfc3339(card.as_of),
        "claimReviewed": claim.text,
        "author": {"@type": "Organization", "name": "siyaq", "url": home},
        "itemReviewed": said,
        "reviewRating": {"@type": "Rating", "alternateName": f"No verdict: {counts}"},
    }
