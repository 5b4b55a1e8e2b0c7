"""Files of text, Markdown and HTML become one article each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from siyaq.core.clock import PlacedBy
from siyaq.core.errors import Unreadable
from siyaq.core.event import PostEvent, Rejected, RejectReason
from siyaq.core.post import Post
from siyaq.sources import ArticleSource
from siyaq.sources.articles.encoding import decoded
from siyaq.sources.articles.page import read_page
from siyaq.testing.clock import FakeClock

pytestmark = pytest.mark.anyio


async def take(
    *paths: Path, date: datetime | None = None, clock: FakeClock | None = None
) -> tuple[list[Post], list[Rejected]]:
    posts: list[Post] = []
    rejected: list[Rejected] = []
    async for batch in ArticleSource(paths, date=date, clock=clock).batches({}):
        rejected.extend(batch.rejected)
        for event in batch.events:
            assert isinstance(event, PostEvent)
            assert event.post is not None
            posts.append(event.post)
    return posts, rejected


async def article(tmp_path: Path, name: str, content: str | bytes) -> Post:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    posts, rejected = await take(path)
    assert not rejected, rejected
    return posts[0]


async def test_a_text_file_is_titled_by_its_first_line(tmp_path: Path) -> None:
    text = "Storm over the coast\n\n4 May 2026, 14:30\n\nThe storm reached the coast at noon."
    post = await article(tmp_path, "storm.txt", text)
    assert post.title == "Storm over the coast"
    assert post.text == text
    assert post.created_at == datetime(2026, 5, 4, 14, 30, tzinfo=UTC)
    assert (post.source, post.placed_by, post.lang) == ("file", PlacedBy.IMPORTED, "en")
    assert post.placed_at == post.created_at


async def test_a_long_first_line_is_no_title(tmp_path: Path) -> None:
    assert (await article(tmp_path, "a.txt", "word " * 60)).title == ""


async def test_an_arabic_text_is_read_with_its_date(tmp_path: Path) -> None:
    text = "عاصفة على الساحل\nالاثنين ٤ مايو ٢٠٢٦\n\nوصلت العاصفة إلى الساحل ظهر اليوم."
    post = await article(tmp_path, "عاصفة.txt", text)
    assert post.created_at == datetime(2026, 5, 4, tzinfo=UTC)
    assert post.lang == "ar"
    assert post.native_id.startswith("عاصفة.txt-")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
async def test_arabic_is_read_in_any_encoding_it_comes_in(tmp_path: Path, encoding: str) -> None:
    text = "وصلت العاصفة إلى الساحل، ظهر اليوم."
    assert (await article(tmp_path, "a.txt", text.encode(encoding))).text == text


def test_western_text_of_old_windows_is_read_as_such() -> None:
    text = "Le café était fermé — “demain”, dit-il."
    assert decoded(text.encode("cp1252")) == text
    assert decoded("Привет".encode("koi8-r"), declared="koi8-r") == "Привет"
    assert decoded(b"r\xe9sum\xe9", declared="no-such-code") == "résumé"
    assert decoded(b"r\xe9sum\xe9", declared="hex") == "résumé"
    assert decoded(b"\xff\xfe\x00") != ""


async def test_markdown_is_read_without_its_signs(tmp_path: Path) -> None:
    content = (
        "---\ntitle: 'From the front'\ndate: 2026-05-01T10:00:00+03:00\nauthor: Mona\n"
        "canonical: https://x.example/front\n---\n"
        "# Heading *one*\n\nA **bold** [link](https://y.example) and `code`.\n\n"
        "- first\n- second\n\n```\nx = 1\n```\n"
    )
    post = await article(tmp_path, "a.md", content)
    assert post.text == "Heading one\n\nA bold link and code.\n\nfirst\n\nsecond\n\nx = 1"
    assert post.title == "From the front"
    assert post.author.name == "Mona"
    assert post.url == "https://x.example/front"
    assert post.created_at == datetime(2026, 5, 1, 7, tzinfo=UTC)


async def test_markdown_without_front_matter_is_titled_by_its_heading(tmp_path: Path) -> None:
    post = await article(tmp_path, "a.md", "Intro.\n\n## The heading\n\nBody of 1 May 2026.")
    assert post.title == "The heading"


PAGE = """<!doctype html><html lang="en-GB"><head>
<meta charset="utf-8"><title>Storm - Example News</title>
<meta property="og:title" content="Storm over the coast">
<meta property="article:published_time" content="2026-05-04T10:30:00+02:00">
<meta name="author" content="A. Writer">
<link rel="canonical" href="https://news.example/storm">
<script>alert("never shown")</script>
</head><body><nav>Home | World</nav><article><h1>Storm over the coast</h1>
<p>The storm reached the coast at noon on Monday, and the harbor was closed for the day.</p>
<p>Nobody was hurt, the mayor said in the evening, and the harbor will open again tomorrow.</p>
</article><footer>Terms and conditions apply.</footer></body></html>"""


async def test_a_page_gives_its_text_and_what_its_markup_says(tmp_path: Path) -> None:
    post = await article(tmp_path, "storm.html", PAGE)
    assert post.title == "Storm over the coast"
    assert post.created_at == datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
    assert post.url == "https://news.example/storm"
    assert post.author.name == "A. Writer"
    assert "reached the coast at noon" in post.text
    assert "Nobody was hurt" in post.text
    for furniture in ("never shown", "Terms and conditions", "Home | World"):
        assert furniture not in post.text


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ('<meta itemprop="datePublished" content="2026-05-01">', "2026-05-01"),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "WebPage"},'
            ' {"@type": "NewsArticle", "datePublished": "2026-05-02T01:02:03Z"}]}</script>',
            "2026-05-02T01:02:03Z",
        ),
        ('<script type="application/ld+json">{broken</script>', "2026-05-03"),
        ("", "2026-05-03"),
    ],
)
def test_the_date_is_found_wherever_pages_keep_it(head: str, published: str) -> None:
    html = f"<html><head>{head}</head><body><time datetime='2026-05-03'>x</time><p>y</p></body>"
    assert read_page(html.encode())["published"] == published


def test_a_relative_canonical_address_is_no_address(tmp_path: Path) -> None:
    page = read_page(PAGE.replace("https://news.example/storm", "/storm").encode())
    assert page["url"] == "/storm"  # admission drops it


async def test_a_date_from_the_operator_wins(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Title\n1 May 2026\nBody")
    date = datetime(2020, 1, 2, tzinfo=UTC)
    posts, _ = await take(path, date=date)
    assert posts[0].created_at == posts[0].placed_at == date


async def test_a_date_of_the_future_is_a_claim(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Title\n1 May 2030\nBody")
    posts, _ = await take(path, clock=clock)
    assert posts[0].created_at == datetime(2030, 5, 1, tzinfo=UTC)
    assert (posts[0].placed_at, posts[0].placed_by) == (clock.now(), PlacedBy.WITNESSED)


async def test_an_edited_file_keeps_its_id_and_another_place_makes_another(tmp_path: Path) -> None:
    first = await article(tmp_path, "a.txt", "one")
    second = await article(tmp_path, "a.txt", "two")
    (tmp_path / "other").mkdir()
    third = await article(tmp_path / "other", "a.txt", "two")
    assert first.id == second.id != third.id


async def test_files_that_cannot_be_used_are_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("empty.txt", "huge.txt", "none.html", "good.txt")]
    paths[0].write_text(" \n")
    paths[1].write_bytes(b"x" * (5 * 2**20 + 1))
    paths[2].write_text("")
    paths[3].write_text("good")
    posts, rejected = await take(*paths)
    assert [post.text for post in posts] == ["good"]
    reasons = [one.reason for one in rejected]
    assert reasons == [RejectReason.NO_TEXT, RejectReason.TOO_LARGE, RejectReason.MALFORMED]
    assert "'huge.txt'" in rejected[1].detail


async def test_a_missing_file_is_an_error_after_the_others_were_taken(tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("good")
    taken: list[int] = []
    with pytest.raises(Unreadable, match=r"cannot read 1 of 2 files: .*none.txt'"):
        await _count(ArticleSource([tmp_path / "none.txt", good]), taken)
    assert taken == [1]


async def _count(source: ArticleSource, taken: list[int]) -> None:
    async for batch in source.batches({}):
        taken.append(len(batch.events))  # noqa: PERF401 -- kept although it raises in the end


@pytest.mark.parametrize(
    "html",
    [
        b"<div>" * 200_000,
        b"<a" * 500_000,
        b"<table><tr><td>" * 30_000 + b"x",
        b"&#xFFFFFFFF;" * 1000 + b"\0" * 1000,
        bytes(range(256)) * 500,
    ],
    ids=["deep", "unclosed", "tables", "entities", "bytes"],
)
async def test_hostile_pages_cost_one_file(tmp_path: Path, html: bytes) -> None:
    hostile, good = tmp_path / "hostile.html", tmp_path / "good.html"
    hostile.write_bytes(html)
    good.write_text(PAGE)
    posts, rejected = await take(hostile, good)
    assert posts[-1].title == "Storm over the coast"
    assert len(posts) + len(rejected) == 2


@pytest.mark.data
def test_real_pages_give_their_text(shared_data: Path) -> None:
    path = shared_data / "fixtures" / "article_extraction.jsonl.zst"
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for _, line in zip(range(12), lines, strict=False)]
    found = []
    for page in pages:
        words = set(str(read_page(page["html"].encode())["text"]).split())
        expected = set(page["articleBody"].split())
        found.append(len(words & expected) / len(expected))
    assert sum(found) / len(found) > 0.9
