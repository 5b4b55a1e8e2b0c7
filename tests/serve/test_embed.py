"""The card in other forms: plain HTML, SVG, oEmbed, ClaimReview JSON-LD."""

from __future__ import annotations

import io
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from urllib.parse import quote
from xml.etree import ElementTree

import httpx2
import lxml.html
import pytest
from PIL import Image

from siyaq.core.card import ContextCard
from siyaq.core.ids import PostId
from siyaq.serve import card_png
from siyaq.serve.markup import html_fragment, node, shown, svg_image, web_address
from siyaq.testing.product import FakeProduct
from siyaq.testing.story import HOSTILE, story_id

from .wire import code_of

pytestmark = pytest.mark.anyio
drawn = pytest.mark.skipif(find_spec("typst") is None, reason="the extra 'png' is not installed")

SVG = "{http://www.w3.org/2000/svg}"


def path_of(name: PostId, suffix: str) -> str:
    return f"/v1/posts/{quote(name, safe='')}/context{suffix}"


async def test_the_plain_card_says_what_the_card_says_without_a_script(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.get(path_of(story_id("changed"), ".html"))
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = response.text
    assert page.startswith('<!doctype html>\n<html lang="en" dir="ltr">')
    assert "<script" not in page
    assert "4 posts" in page
    assert "Reports of a collapse are false." in page
    assert "The Noor Paper" in page
    assert 'type="application/json+oembed"' in page
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "x-frame-options" not in response.headers


async def test_the_plain_card_says_who_was_first_and_draws_the_spread_beside_it(
    client: httpx2.AsyncClient,
) -> None:
    copy = lxml.html.fromstring((await client.get(path_of(story_id("changed"), ".html"))).content)
    (first,) = copy.xpath("//div[@class='fact first']/dd")
    assert "civildefence.wadinoor.example" in first.text_content()
    assert len(copy.xpath("//div[@class='fact spread']/dd/svg/rect")) == 8
    own = lxml.html.fromstring((await client.get(path_of(story_id("closed"), ".html"))).content)
    assert "this post itself" in own.text_content()


async def test_every_form_names_the_earliest_of_those_who_dispute(
    client: httpx2.AsyncClient, product: FakeProduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await product.context(story_id("changed"))
    assert card.first_seen is not None
    denial, check = card.references
    first = replace(check, id="e7", marker=7, post_id=card.first_seen.post_id, fact_check=None)
    late = replace(denial, id="e8", marker=8, author=replace(denial.author, name="Late"))
    claims = tuple(replace(one, refutes=(denial.id, "e8")) for one in card.claims)
    card = replace(card, references=(first, late, denial, check), claims=claims)

    async def context(_: PostId) -> ContextCard:
        return card

    monkeypatch.setattr(product, "context", context)
    page = lxml.html.fromstring((await client.get(path_of(story_id("changed"), ".html"))).content)
    (told,) = page.xpath("//div[@class='fact refutes']/dd")
    assert "Wadi Noor Civil Defence" in told.text_content()
    sides = [one.text_content() for one in page.xpath("//li/p[@class='side']")]
    assert sides == ["First seen", "Disputes it", "Disputes it", "Mentions it"]


async def test_the_plain_card_speaks_arabic_from_right_to_left(client: httpx2.AsyncClient) -> None:
    name = story_id("changed")
    for asked in (
        client.get(path_of(name, ".html"), params={"lang": "ar"}),
        client.get(path_of(name, ".html"), headers={"Accept-Language": "ar-EG"}),
    ):
        page = (await asked).text
        assert '<html lang="ar" dir="rtl">' in page
        assert "4 منشورات" in page


async def test_the_image_is_one_valid_svg_that_loads_nothing(client: httpx2.AsyncClient) -> None:
    for lang in ("en", "ar"):
        response = await client.get(path_of(story_id("changed"), ".svg"), params={"lang": lang})
        assert response.headers["content-type"] == "image/svg+xml"
        image = ElementTree.fromstring(response.content)
        assert image.tag == f"{SVG}svg"
        tags = {one.tag.removeprefix(SVG) for one in image.iter()}
        assert tags == {"svg", "title", "rect", "text"}
        assert image.get("direction") == ("rtl" if lang == "ar" else "ltr")
        words = [one.text for one in image.iter(f"{SVG}text")]
        assert not [one for one in words if one and one.endswith(".…")]
        assert ("ما لا نعرفه" if lang == "ar" else "What is not known") in words
        assert "http" not in response.text.replace("http://www.w3.org/2000/svg", "")


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> list[bool]:
    """Say of each column of a box whether anything is drawn in it."""
    part = image.crop(box).convert("L")
    return [min(part.crop((x, 0, x + 1, part.height)).tobytes()) < 128 for x in range(part.width)]


@drawn
@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_the_picture_is_a_png_with_its_letters_joined_and_in_order(
    client: httpx2.AsyncClient, lang: str
) -> None:
    response = await client.get(path_of(story_id("changed"), ".png"), params={"lang": lang})
    assert response.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(response.content)) as image:
        assert (image.format, image.size) == ("PNG", (1200, 630))
        title = ink(image, (0, 40, 1200, 110))
    left, right = title.index(True), 1200 - title[::-1].index(True)
    pieces = sum(now and not before for before, now in pairwise([False, *title]))
    if lang == "ar":
        assert 1_120 <= right <= 1_140
        assert left > 600
        assert pieces <= 4  # "السياق" falls into six where its letters are not joined
    else:
        assert 60 <= left <= 80
        assert right < 600


@drawn
async def test_no_picture_is_drawn_without_a_font_that_holds_the_letters(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_png, "_fonts", lambda: None)
    found = await client.get(path_of(story_id("changed"), ".png"))
    assert code_of(found) == (501, "unsupported_format")
    assert "font" in found.json()["detail"]
    page = (await client.get(path_of(story_id("changed"), ".html"))).text
    assert "context.svg" in page
    assert "context.png" not in page


async def test_no_picture_is_drawn_without_what_draws_it(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_png, "find_spec", lambda _: None)
    found = await client.get(path_of(story_id("changed"), ".png"))
    assert code_of(found) == (501, "unsupported_format")
    assert "siyaq[png]" in found.json()["hint"]


@drawn
async def test_what_a_post_says_is_never_markup_of_the_picture(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    post = product.posts[story_id("article")]
    name = '#panic() #read("/etc/passwd") $x$ *b* \\ \ud800 \x00' + HOSTILE
    product.posts[post.id] = replace(post, author=replace(post.author, name=name))
    response = await client.get(path_of(story_id("changed"), ".png"))
    assert response.status_code == 200


async def test_oembed_gives_a_frame_with_the_card(client: httpx2.AsyncClient) -> None:
    home = "http://127.0.0.1:8000"
    url = home + path_of(story_id("changed"), ".html")
    found = (await client.get("/oembed", params={"url": url, "maxwidth": 400})).json()
    assert (found["version"], found["type"], found["width"]) == ("1.0", "rich", 400)
    frame = ElementTree.fromstring(found["html"])
    assert frame.tag == "iframe"
    assert frame.get("src") == f"{url}?lang=en"
    assert frame.get("sandbox") == "allow-popups"


@pytest.mark.parametrize(
    "url", ["", "x", "https://[", "http://127.0.0.1/", "http://h/v1/posts/bluesky%3Anone/context"]
)
async def test_there_is_no_frame_around_nothing(client: httpx2.AsyncClient, url: str) -> None:
    assert code_of(await client.get("/oembed", params={"url": url})) == (404, "not_found")


async def test_oembed_takes_the_address_of_a_post_too(client: httpx2.AsyncClient) -> None:
    url = "https://social.example/post/3kclosed"
    frame = ElementTree.fromstring(
        (await client.get("/oembed", params={"url": url})).json()["html"]
    )
    home = "http://127.0.0.1:8000"
    assert frame.get("src") == f"{home}{path_of(story_id('closed'), '.html')}?lang=en"


@pytest.mark.parametrize(
    "suffix", ["", ".html", ".svg", pytest.param(".png", marks=drawn), ".jsonld", "/phrased"]
)
async def test_an_address_has_the_card_of_its_post_in_every_form(
    client: httpx2.AsyncClient, suffix: str
) -> None:
    page = PostId("https://social.example/post/3kclosed")
    found = await client.get(path_of(page, suffix))
    assert found.status_code == 200
    if suffix in ("", "/phrased"):
        assert found.json()["post_id"] == story_id("closed")
    for nowhere in ("https://social.example/none", "https://[", "http://a.example/\n"):
        gone = await client.get(path_of(PostId(nowhere), suffix))
        assert code_of(gone) == (404, "not_found")


async def test_oembed_is_json_only(client: httpx2.AsyncClient) -> None:
    asked = {"url": path_of(story_id("changed"), ""), "format": "xml"}
    found = await client.get("/oembed", params=asked)
    assert code_of(found) == (501, "unsupported_format")


async def test_the_card_is_exported_as_reviews_and_passes_no_verdict(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.get(path_of(story_id("changed"), ".jsonld"))
    assert response.headers["content-type"] == "application/ld+json"
    data = response.json()
    assert data["@context"] == "https://schema.org"
    theirs, ours = data["@graph"]
    assert theirs["@type"] == ours["@type"] == "ClaimReview"
    assert theirs["author"]["name"] == "The Noor Paper"
    assert theirs["reviewRating"] == {
        "@type": "Rating", "alternateName": "False", "ratingValue": 1, "bestRating": 5,
        "worstRating": 1,
    }  # fmt: skip
    assert "ratingValue" not in ours["reviewRating"]
    assert ours["reviewRating"]["alternateName"].startswith("No verdict: posts that refute it: 1;")
    item = ours["itemReviewed"]
    assert item["firstAppearance"]["url"] == "https://social.example/post/3kclosed"
    assert len(item["appearance"]) == 4


async def test_whoever_only_asks_is_answered_in_every_form(
    client: httpx2.AsyncClient, product: FakeProduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await product.context(story_id("changed"))
    asked = replace(card, claims=tuple(replace(one, asked=True) for one in card.claims))

    async def context(_: PostId) -> ContextCard:
        return asked

    monkeypatch.setattr(product, "context", context)
    name = story_id("changed")
    page = (await client.get(path_of(name, ".html"))).text
    assert "Says no" in page
    assert "1 post says that it is not so" in page
    assert "Disputes it" not in page
    arabic = (await client.get(path_of(name, ".svg"), params={"lang": "ar"})).text
    assert "يقول: لا" in arabic
    assert "ينفيه" not in arabic
    (theirs,) = (await client.get(path_of(name, ".jsonld"))).json()["@graph"]
    assert theirs["author"]["name"] == "The Noor Paper"
    assert theirs["itemReviewed"].keys() == {"@type", "text"}
    assert (await client.get(path_of(name, ""))).json()["claims"][0]["asked"] is True


async def test_a_post_without_evidence_is_exported_as_a_claim(client: httpx2.AsyncClient) -> None:
    data = (await client.get(path_of(story_id("match"), ".jsonld"))).json()
    (claim,) = data["@graph"]
    assert claim["@type"] == "Claim"
    assert claim["text"].startswith("Tonight's match")


@pytest.mark.parametrize("suffix", [".html", ".svg", pytest.param(".png", marks=drawn), ".jsonld"])
async def test_a_deleted_post_has_no_card_in_any_form(
    client: httpx2.AsyncClient, product: FakeProduct, suffix: str
) -> None:
    name = story_id("changed")
    assert (await client.get(path_of(name, suffix))).status_code == 200
    product.delete(name)
    assert code_of(await client.get(path_of(name, suffix))) == (404, "not_found")


@pytest.mark.parametrize("suffix", [".html", ".svg", ".jsonld"])
async def test_hostile_text_stays_text(
    client: httpx2.AsyncClient, product: FakeProduct, suffix: str
) -> None:
    for key in ("article", "denial"):
        post = product.posts[story_id(key)]
        author = replace(post.author, name=HOSTILE)
        product.posts[post.id] = replace(
            post, text=HOSTILE, author=author, url="javascript:alert(1)"
        )
    response = await client.get(path_of(story_id("changed"), suffix))
    assert response.status_code == 200
    assert "<script" not in response.text
    assert "<img" not in response.text
    assert 'href="javascript:' not in response.text
    assert '"url":"javascript:' not in response.text


ODD = ["<b>&\"'", "\x00\x1b[31m", "a\ud800b", "\u202ereversed", "]]>", "--><script>"]


@pytest.mark.parametrize("text", ODD)
def test_any_text_can_be_written_and_read_again(text: str) -> None:
    image = ElementTree.fromstring(svg_image(node("text", {"id": text}, text)))
    page = lxml.html.fragment_fromstring(html_fragment(node("p", {"title": text}, text)))
    for parsed in (image, page):
        assert parsed.text == shown(text)
        assert len(list(parsed.iter())) == 1
    assert page.get("title") == shown(text)


def test_isolates_that_we_put_around_names_stay() -> None:
    assert shown("by \u2068x\u202ey\u2069") == "by \u2068xy\u2069"


@pytest.mark.parametrize(
    ("url", "opens"),
    [
        ("https://a.example/x", True), ("http://a.example", True), ("javascript:alert(1)", False),
        ("https://user:pass@a.example/", False), ("//a.example", False), ("https://[", False),
        ("https://a.example/\n", False), ("", False),
    ],
)  # fmt: skip
def test_only_web_addresses_are_opened(url: str, opens: bool) -> None:
    assert web_address(url) == (url if opens else "")
