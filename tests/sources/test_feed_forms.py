"""JSON Feed, sitemaps and damaged documents, as the sandbox reads them."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from siyaq.sources.rss.known import ENTRIES_AT_MOST, Known
from siyaq.sources.rss.pages import merged
from siyaq.sources.rss.parse import SITEMAP_ENTRIES, parse_feed
from siyaq.sources.rss.values import ParsedEntry

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Bulletin",
    "language": "ar",
    "feed_url": "https://b.example/feed.json",
    "hubs": [{"type": "rssCloud", "url": "https://no"}, {"type": "WebSub", "url": "https://hub"}],
    "authors": [{"name": "The desk"}],
    "items": [
        {
            "id": "1",
            "url": "https://b.example/1",
            "title": "عنوان",
            "content_html": "<p>نص</p><p>ثان</p>",
            "summary": "x",
            "date_published": "2026-05-04T13:00:00+03:00",
            "tags": ["a", 7, "b"],
            "attachments": [{"url": "https://b.example/1.jpg", "mime_type": "image/jpeg"}],
        },
        {
            "id": 7,
            "external_url": "https://e.example",
            "content_text": "plain",
            "author": {"name": "N"},
        },
        "not an item",
        {"date_modified": "yesterday", "content_text": 5},
    ],
}


def test_a_json_feed_is_read() -> None:
    feed = parse_feed(json.dumps(JSON_FEED).encode())
    assert (feed.title, feed.lang, feed.hub) == ("Bulletin", "ar", "https://hub")
    assert feed.topic == "https://b.example/feed.json"
    first, second, third = feed.entries
    assert first == {
        "id": "1",
        "link": "https://b.example/1",
        "title": "عنوان",
        "text": "نص\nثان",
        "published": "2026-05-04T10:00:00+00:00",
        "author": "The desk",
        "lang": "",
        "license": "",
        "media": [{"type": "image", "url": "https://b.example/1.jpg"}],
        "tags": ["a", "b"],
    }
    assert (second["id"], second["link"], second["text"]) == ("7", "https://e.example", "plain")
    assert second["author"] == "N"
    assert (third["id"], third["published"], third["text"]) == ("", "", "")


@pytest.mark.parametrize("document", [b"{", b"[1, 2]", b'{"version": 1}', b"[" * 5_000, b'"x"'])
def test_json_that_is_no_feed_says_so(document: bytes) -> None:
    assert parse_feed(document).problem


def urlset(*urls: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"{''.join(urls)}</urlset>"
    ).encode()


def test_a_news_sitemap_is_read_newest_first() -> None:
    feed = parse_feed(
        urlset(
            "<url><loc>https://n.example/undated</loc></url>",
            "<url><loc> https://n.example/old </loc><lastmod>2026-05-01</lastmod></url>",
            "<url><loc>https://n.example/new</loc><news:news><news:publication><news:name>N</news:name>"
            "<news:language>ar</news:language></news:publication>"
            "<news:publication_date>2026-05-04T10:00:00Z</news:publication_date>"
            "<news:title>خبر</news:title></news:news></url>",
            "<url><lastmod>2026-05-09</lastmod></url>",
        )
    )
    assert (feed.sitemap, feed.damaged, feed.problem) == (True, False, "")
    assert [entry["link"].rpartition("/")[2] for entry in feed.entries] == ["new", "old", "undated"]
    assert (feed.entries[0]["title"], feed.entries[0]["lang"]) == ("خبر", "ar")
    assert feed.entries[0]["published"] == "2026-05-04T10:00:00+00:00"
    assert feed.entries[1].get("changed") == "2026-05-01"


def test_an_index_of_sitemaps_is_read() -> None:
    index = (
        b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap>"
        b"<loc>https://n.example/1.xml</loc><lastmod>2026-05-01</lastmod></sitemap>"
        b"<sitemap><loc>https://n.example/2.xml</loc></sitemap><sitemap/></sitemapindex>"
    )
    assert parse_feed(index).children == [
        ("https://n.example/1.xml", "2026-05-01"),
        ("https://n.example/2.xml", ""),
    ]


def test_a_sitemap_may_be_zipped_but_not_a_bomb() -> None:
    url = "<url><loc>https://n.example/{}</loc></url>"
    many = urlset(*(url.format(n) for n in range(SITEMAP_ENTRIES + 50)))
    assert len(parse_feed(gzip.compress(many)).entries) == SITEMAP_ENTRIES
    with pytest.raises(ValueError, match="grows beyond"):
        parse_feed(gzip.compress(bytes(60 * 2**20)))
    with pytest.raises(zlib.error):
        parse_feed(b"\x1f\x8bnot gzip")


def test_entities_of_a_sitemap_are_not_expanded() -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        b"<urlset><url><loc>https://n.example/&b;&f;</loc></url></urlset>"
    )
    assert [entry["link"] for entry in parse_feed(bomb).entries] == ["https://n.example/"]


RSS = (
    "<rss version='2.0'><channel><title>t</title>"
    "<skipHours><hour>3</hour><hour> 24 </hour></skipHours>"
    "<skipDays><day>Friday</day></skipDays>"
    "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='https://hub.example/'/>"
    "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='https://f.example/rss'/>"
    "<item><guid>1</guid><title>{title}</title></item></channel></rss>"
)


def test_what_a_feed_asks_for_is_read() -> None:
    feed = parse_feed(RSS.encode())
    assert (feed.skip_hours, feed.skip_days) == ([3, 24], ["Friday"])
    assert (feed.hub, feed.topic) == ("https://hub.example/", "https://f.example/rss")


def test_a_feed_in_another_encoding_than_it_says_is_read_as_what_it_is() -> None:
    told = RSS.format(title="انقطاع الكهرباء في المدينة منذ الصباح وحتى المساء")
    mislabelled = b'<?xml version="1.0" encoding="utf-8"?>' + told.encode("cp1256")
    honest = b'<?xml version="1.0" encoding="windows-1256"?>' + told.encode("cp1256")
    wide = ('<?xml version="1.0" encoding="utf-16"?>' + told).encode("utf-16")
    for document in (mislabelled, honest, told.encode("cp1256"), wide):
        (entry,) = parse_feed(document).entries
        assert entry["title"].startswith("انقطاع الكهرباء")


def test_half_a_feed_is_known_to_be_half() -> None:
    whole = RSS.replace("</channel>", "<item><guid>2</guid><title>u</title></item></channel>")
    assert not parse_feed(whole.encode()).damaged
    half = parse_feed(whole[: whole.index("<guid>2")].encode())
    assert half.damaged
    assert half.entries


def test_an_entry_that_was_cut_off_is_not_taken_for_a_whole_one() -> None:
    """Cut in the middle of its name it would be another entry, which nobody ever wrote."""
    item = "<item><title>t</title><guid>urn:%d</guid><description>d</description></item>"
    whole = f'<rss version="2.0"><channel>{item % 12}{item % 345}</channel></rss>'
    for at in range(whole.index("345"), whole.index("</rss>")):
        found = parse_feed(whole[:at].encode())
        assert found.damaged
        assert [entry["id"] for entry in found.entries] == ["urn:12"]
    odd = parse_feed(whole.replace("<title>t<", "<title>t & u<").encode())
    assert odd.damaged
    assert len(odd.entries) == 2, "it is not well-formed, and whole"


def test_an_address_that_was_cut_off_is_not_taken_for_a_whole_one() -> None:
    urls = "".join(f"<url><loc>https://x.example/{name}</loc></url>" for name in ("a", "bcd"))
    whole = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    for at in range(whole.index("bcd") + 1, whole.index("</urlset>")):
        found = parse_feed(whole[:at].encode())
        assert found.damaged
        assert [entry["link"] for entry in found.entries] == ["https://x.example/a"]


def an_entry(**more: object) -> ParsedEntry:
    entry = parse_feed(json.dumps(JSON_FEED).encode()).entries[0]
    entry.update(more)  # type: ignore[typeddict-item]  # the test's own
    return entry


def test_known_entries_survive_a_restart_and_are_bounded() -> None:
    known = Known()
    for number in range(ENTRIES_AT_MOST + 5):
        known.take(str(number), an_entry())
    known.settle(["x"], whole=False, children={})
    again = Known.read(known.position())
    assert len(again.entries) == ENTRIES_AT_MOST
    assert again.has("4003", an_entry())
    assert not again.has("4003", an_entry(text="edited"))
    assert not again.knows_any(["0", "4"])
    assert len(again.position()) < 120_000


@pytest.mark.parametrize(
    "position", ["", "{", "[]", '{"entries": 7}', '{"polled_at": "2026-05-04"}']
)
def test_a_cursor_that_cannot_be_read_knows_nothing(position: str) -> None:
    assert Known.read(position) == Known()


PAGE = {"text": "", "title": "", "published": "", "author": "", "lang": "", "claim_review": []}


def test_a_page_adds_to_its_entry_and_takes_nothing_away() -> None:
    entry = an_entry(text="summary", published="", lang="en")
    page = PAGE | {
        "text": "the whole of it\n4 May 2026",
        "title": "other",
        "author": "W",
        "lang": "ar",
    }
    made = merged(entry, page)
    assert made["text"] == page["text"]
    assert (made["title"], made["lang"]) == ("عنوان", "en")
    assert made["published"] == "2026-05-04T00:00:00Z"
    assert merged(entry, PAGE | {"text": "short"})["text"] == "summary"
    assert merged(entry, PAGE | {"text": "x" * 300_000})["text"] == "summary"
    review = {"@type": "ClaimReview", "claimReviewed": "x"}
    assert merged(entry, PAGE | {"claim_review": [review]})["claim_review"] == [review]
