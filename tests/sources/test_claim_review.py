"""Published fact-checks come from pages, data feeds and lines of JSON; one form is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from siyaq.core.clock import Trust
from siyaq.core.event import PostEvent
from siyaq.core.post import Post
from siyaq.sources.admit import admit_line
from siyaq.sources.articles.page import read_page
from siyaq.sources.claim_review import as_post, read_data_feed, read_reviews
from siyaq.sources.rss.entry import read_entry
from siyaq.sources.rss.parse import parse_feed

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REVIEW: dict[str, object] = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "https://checks.example/ferry",
    "datePublished": "2026-02-27",
    "claimReviewed": "The ferry fare goes up to 40 dinars",
    "author": {"@type": "Organization", "name": "Karda Checks", "url": "https://checks.example"},
    "itemReviewed": {
        "@type": "Claim",
        "datePublished": "2026-02-26",
        "author": {"name": "somebody"},
        "firstAppearance": {"url": "https://social.example/1"},
        "appearance": [{"url": "https://social.example/2"}, {"url": "javascript:alert(1)"}],
    },
    "reviewRating": {
        "ratingValue": "1", "bestRating": 5, "worstRating": 1, "alternateName": "False",
    },
}  # fmt: skip
KEPT = {
    "claim": "The ferry fare goes up to 40 dinars",
    "rating": "False",
    "value": 1.0,
    "worst": 1.0,
    "best": 5.0,
    "by": "Karda Checks",
    "url": "https://checks.example/ferry",
    "claim_by": "somebody",
    "claim_at": "2026-02-26",
    "appearances": ["https://social.example/1", "https://social.example/2"],
}


def admitted(body: object) -> Post:
    line = json.dumps(body).encode()
    event = admit_line(line, source="checks", trust=Trust.PLATFORM, now=NOW)
    assert isinstance(event, PostEvent)
    assert event.post is not None
    return event.post


def test_a_bare_review_is_a_post_of_its_reviewer() -> None:
    post = admitted(REVIEW)
    assert post.extra["claim_review"] == [KEPT]
    assert post.text == "The ferry fare goes up to 40 dinars\nFalse"
    assert (post.native_id, post.url) == ("https://checks.example/ferry",) * 2
    assert (post.author.id, post.author.name) == ("checks.example", "Karda Checks")
    assert post.placed_at == datetime(2026, 2, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", [REVIEW, [REVIEW], {"@graph": [{"@type": "Thing"}, REVIEW]}, [KEPT]]
)
def test_a_post_may_bring_its_reviews_in_any_form(told: object) -> None:
    post = admitted({"id": 1, "text": "what we found", "claim_review": told})
    assert post.extra["claim_review"] == [KEPT]
    assert post.text == "what we found"


def test_a_page_brings_the_reviews_in_its_markup() -> None:
    page = f"""<html><body><p>{"We looked at the ferry fare. " * 20}</p>
      <script type="application/ld+json">{json.dumps({"@graph": [REVIEW]})}</script>"""
    found = read_page(page.encode())["claim_review"]
    assert read_reviews(found) == [KEPT]


def test_a_data_feed_is_a_feed_of_reviews() -> None:
    document = json.dumps({"@type": "DataFeed", "dataFeedElement": [{"item": [REVIEW]}]}).encode()
    assert len(read_data_feed(document)) == 1
    feed = parse_feed(b"\n " + document)
    assert feed.problem == ""
    entry = feed.entries[0]
    event = read_entry(entry, source="f", host="h.example", feed_title="", lang="", now=NOW)
    assert event.post is not None
    assert event.post.extra["claim_review"] == [KEPT]
    assert event.post.placed_at == datetime(2026, 2, 27, tzinfo=UTC)


HOSTILE: list[object] = [
    None, 7, "x", [], {}, [[[[[[[[[[REVIEW]]]]]]]]]], {"@type": "ClaimReview"}, [None, [None]],
    {"@type": ["ClaimReview"], "claimReviewed": 7}, {"claim": 7}, {"claim": ""}, [{"claim": None}],
    {**REVIEW, "claimReviewed": "\0\0"},
]  # fmt: skip


@pytest.mark.parametrize("told", HOSTILE)
def test_what_is_no_review_leaves_nothing_and_refuses_nothing(told: object) -> None:
    assert read_reviews(told) == []
    post = admitted({"id": 1, "text": "a post", "claim_review": told})
    assert "claim_review" not in post.extra


def test_odd_parts_of_a_review_are_left_out() -> None:
    odd = {
        **REVIEW,
        "author": "a string",
        "itemReviewed": [7],
        "reviewRating": {"ratingValue": "nan", "bestRating": True, "worstRating": 10**400},
        "url": "javascript:alert(1)",
    }
    assert read_reviews(odd) == [{"claim": "The ferry fare goes up to 40 dinars"}]
    assert as_post(odd)["claim_review"] == [{"claim": "The ferry fare goes up to 40 dinars"}]


def test_what_is_no_feed_is_still_no_feed() -> None:
    for document in (b"{}", b"[", b'{"version": "x"}'):
        assert parse_feed(document).problem != ""
