from urllib.parse import quote

import httpx2
import pytest

from siyaq.core.errors import AlreadyWriting, CorruptionError, DiskFull
from siyaq.core.ids import PostId
from siyaq.core.reports import ModelAtHand
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.story import CLOSED, story_id

from .conftest import client_of
from .wire import code_of

pytestmark = pytest.mark.anyio

CARD_FIELDS = {
    "model", "phraser",
    "post_id", "status", "reason", "points", "first_seen", "copied_from", "copied_how", "copies",
    "coordination", "claims", "thread", "timeline", "demand", "media", "unknown", "references",
    "notes", "change", "version", "as_of", "usage",
}  # fmt: skip
NDJSON = {"Content-Type": "application/x-ndjson"}


def path_of(post_id: PostId, suffix: str = "") -> str:
    return f"/v1/posts/{quote(post_id, safe='')}{suffix}"


async def test_a_post_is_found_by_its_encoded_id(client: httpx2.AsyncClient) -> None:
    name = story_id("closed")
    assert "/" in name
    post = (await client.get(path_of(name))).json()
    assert post["post_id"] == name
    assert post["id"] == "at://did:plc:civildefence/app.bsky.feed.post/3kclosed"
    assert post["text"] == CLOSED
    assert post["created_at"] == post["placed_at"] == "2026-11-21T08:50:00Z"
    assert post["witnessed_at"] == "2026-11-21T08:50:02Z"
    assert post["author"].keys() == {"id", "handle", "name", "followers"}


async def test_an_id_that_was_not_encoded_is_found_too(client: httpx2.AsyncClient) -> None:
    name = story_id("closed")
    assert (await client.get(f"/v1/posts/{name}")).json()["post_id"] == name
    assert (await client.get(f"/v1/posts/{name}/context")).json()["post_id"] == name


async def test_an_id_that_ends_like_a_route_is_still_an_id(client: httpx2.AsyncClient) -> None:
    name = story_id("article")
    assert name.endswith("/context")
    assert "text" in (await client.get(path_of(name))).json()
    assert "copies" in (await client.get(path_of(name, "/context"))).json()


async def test_a_text_has_a_card_of_its_own(client: httpx2.AsyncClient) -> None:
    text = (await client.get(path_of(story_id("copy")))).json()["text"]
    card = (await client.post("/v1/context", json={"text": text})).json()
    assert card.keys() == CARD_FIELDS
    assert card["post_id"] is None
    assert card["copies"]["count"] > 1


async def test_an_address_has_the_card_of_its_post(client: httpx2.AsyncClient) -> None:
    url = "https://social.example/post/3kclosed"
    card = (await client.post("/v1/context", json={"url": url})).json()
    assert card["post_id"] == story_id("closed")
    gone = await client.post("/v1/context", json={"url": "https://social.example/none"})
    assert code_of(gone) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x", "url": "https://a.example"},
        {"text": ""},
        {"text": "x" * 10_001},
        {"text": "x", "as_of": "soon"},
        {"txt": "x"},
    ],
)
async def test_a_text_that_cannot_be_asked_about_is_refused(
    client: httpx2.AsyncClient, body: dict[str, str]
) -> None:
    assert (await client.post("/v1/context", json=body)).status_code == 422


async def test_a_card_can_be_had_in_a_models_words(client: httpx2.AsyncClient) -> None:
    plain = (await client.get(path_of(story_id("changed"), "/context"))).json()
    assert plain["model"] == "extractive"
    path = path_of(story_id("changed"), "/context/phrased")
    said = (await client.get(path, params={"model": "server:m"})).json()
    assert said.get("model") == "server:m", said
    assert [one["text"] for one in said["points"]] == [
        one["text"].upper() for one in plain["points"]
    ]
    gone = await client.get("/v1/posts/bluesky%3Anobody/context/phrased")
    assert code_of(gone) == (404, "not_found")


async def test_a_card_names_the_model_that_may_phrase_it(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    path = path_of(story_id("changed"), "/context")
    address = {"url": product.posts[story_id("changed")].url}
    assert (await client.get(path)).json()["phraser"] is None  # answers quote
    product.model = "server:m"
    assert (await client.get(path)).json()["phraser"] == "server:m"
    assert (await client.get(f"{path}/phrased")).json()["phraser"] == "server:m"
    assert (await client.post("/v1/context", json=address)).json()["phraser"] == "server:m"
    text = {"text": product.posts[story_id("changed")].text}
    assert (await client.post("/v1/context", json=text)).json()["phraser"] is None  # no such route
    silent = (await client.get(path_of(story_id("match"), "/context"))).json()
    assert (silent["points"], silent["phraser"]) == ([], None)


async def test_a_list_of_models_that_cannot_be_read_costs_no_card(
    client: httpx2.AsyncClient, product: FakeProduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def damaged() -> list[ModelAtHand]:
        raise CorruptionError("cannot read 'models.json'")

    monkeypatch.setattr(product, "models", damaged)
    card = await client.get(path_of(story_id("changed"), "/context"))
    assert (card.status_code, card.json()["phraser"]) == (200, None)


async def test_a_card_has_the_fields_of_the_contract(client: httpx2.AsyncClient) -> None:
    card = (await client.get(path_of(story_id("copy"), "/context"))).json()
    assert card.keys() == CARD_FIELDS
    assert card["first_seen"].keys() >= {
        "post_id", "at", "clock", "window", "confidence", "earlier_claims",
    }  # fmt: skip
    assert card["first_seen"]["post_id"] == card["copied_from"] == story_id("closed")
    assert card["copies"].keys() == {
        "count", "accounts", "histogram", "members", "changed", "retold",
    }  # fmt: skip
    assert (card["copies"]["count"], card["copies"]["accounts"]) == (4, 4)
    assert sum(bar["n"] for bar in card["copies"]["histogram"]) == 4
    assert card["copies"]["histogram"][0].keys() == {"t", "n"}
    assert card["copies"]["changed"][0]["added"] == ["has", "collapsed"]
    assert [one["turning"] for one in card["timeline"]] == ["first_report", "correction"]
    assert card["timeline"][0].keys() == {"at", "post_id", "evidence_id", "turning", "official"}
    assert card["demand"] == [
        {"kind": "provenance", "accounts": 1, "evidence": [story_id("ask_road")]}
    ]
    (claim,) = card["claims"]
    (check,) = [one for one in card["references"] if one["id"] == claim["fact_checks"][0]]
    assert check["fact_check"]["rating"] == "false"
    for empty in ("coordination", "media"):
        assert card[empty] == []


@pytest.mark.parametrize("suffix", ["", "/context"])
@pytest.mark.parametrize(
    "segment", ["bluesky%3Anobody", "nocolon", "%3A", "%00", "%ff%fe", "a" * 9_000, "bluesky%3A%0A"]
)
async def test_what_is_not_held_is_not_found(
    client: httpx2.AsyncClient, segment: str, suffix: str
) -> None:
    response = await client.get(f"/v1/posts/{segment}{suffix}")
    assert code_of(response) == (404, "not_found")


async def test_a_deleted_post_is_gone_from_every_route(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    name = story_id("closed")
    product.delete(name)
    assert code_of(await client.get(path_of(name))) == (404, "not_found")
    assert code_of(await client.get(path_of(name, "/context"))) == (404, "not_found")
    hits = (await client.get("/v1/search", params={"k": 100})).json()["hits"]
    assert len(hits) == len(product.posts) > 10
    assert name not in {hit["post"]["post_id"] for hit in hits}


async def test_search_gives_posts_in_order(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    asked = "q=northern+road&k=3&lang=en&source=bluesky"
    found = (await client.get(f"/v1/search?{asked}")).json()
    assert found.keys() == {"hits", "understood"}
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]
    assert found["hits"][0].keys() == {"rank", "score", "post", "span", "copies", "copy_count"}
    assert found["understood"]["filters"]["lang"] == ["en"]
    (query,) = product.searched
    assert (query.text, query.k, query.filters.sources) == ("northern road", 3, ("bluesky",))


async def test_an_empty_query_gives_the_newest(client: httpx2.AsyncClient) -> None:
    hits = (await client.get("/v1/search", params={"k": 2})).json()["hits"]
    assert [hit["post"]["post_id"] for hit in hits] == [story_id("hostile"), story_id("match")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("k=0", (422, "out_of_range")),
        ("k=101", (422, "out_of_range")),
        ("k=ten", (422, "bad_field")),
        ("since=now", (422, "bad_time")),
        ("since=2026-02-02&until=2026-02-02", (422, "bad_time")),
        ("langs=ar", (422, "unknown_field")),
        ("q=" + "x" * 2_001, (422, "out_of_range")),
        ("lang=", (422, "out_of_range")),
    ],
)
async def test_bad_parameters_are_refused_with_their_code(
    client: httpx2.AsyncClient, query: str, expected: tuple[int, str]
) -> None:
    assert code_of(await client.get(f"/v1/search?{query}")) == expected


async def test_posts_are_taken_in_and_counted(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    lines = b'{"id": "n1", "text": "one"}\nnonsense\n{"id": "n2", "text": "two"}\n'
    response = await client.post("/v1/posts", content=lines, headers=NDJSON)
    report = response.json()
    assert report.keys() == {
        "created", "updated", "deleted", "unchanged", "stale", "posts", "refused",
        "refused_examples",
    }  # fmt: skip
    assert (report["created"], report["posts"]) == (2, 2)
    assert report["refused"] == {"malformed": 1}
    assert report["refused_examples"][0].startswith("line 2: malformed")
    assert product.posts[PostId("bluesky:n1")].placed_by == "created"


async def test_the_caller_may_vouch_for_an_archive(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    lines = b'{"id": "n1", "text": "one"}\n'
    await client.post("/v1/posts?imported=true", content=lines, headers=NDJSON)
    assert product.posts[PostId("bluesky:n1")].placed_by == "imported"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {**NDJSON, "Content-Encoding": "gzip"},
    ],
)
async def test_posts_in_another_dress_are_refused(
    client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    response = await client.post("/v1/posts", content=b"{}", headers=headers)
    assert code_of(response) == (415, "unsupported_media_type")


async def test_an_ingest_beyond_its_cap_is_refused_announced_or_not(product: FakeProduct) -> None:
    async def pieces() -> object:
        for _ in range(3):
            yield b"x" * 400

    async with client_of(product, ServeSettings(max_ingest_bytes=1_000)) as client:
        announced = await client.post("/v1/posts", content=b"x" * 1_001, headers=NDJSON)
        assert code_of(announced) == (413, "too_large")
        streamed = await client.post("/v1/posts", content=pieces(), headers=NDJSON)  # type: ignore[arg-type]  # an async iterator of bytes
        assert code_of(streamed) == (413, "too_large")
        fits = await client.post("/v1/posts", content=b'{"id":"a","text":"b"}', headers=NDJSON)
        assert fits.status_code == 200


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (AlreadyWriting("opened for reading only"), (409, "already_writing")),
        (DiskFull("no room"), (507, "disk_full")),
    ],
)
async def test_what_keeps_posts_out_is_said(
    client: httpx2.AsyncClient, product: FakeProduct, failure: Exception, expected: tuple[int, str]
) -> None:
    product.failure = failure
    response = await client.post("/v1/posts", content=b"{}", headers=NDJSON)
    assert code_of(response) == expected
    assert response.json()["hint"]
