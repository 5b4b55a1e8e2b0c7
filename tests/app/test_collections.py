"""Nothing of a private collection reaches a key that does not name it, by any way there is.

A siyaq that holds a private stream is asked beside one that never had it: what the two answer to
a key that sees what is public must not differ, in any route.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx2
import pytest

from siyaq.access import Collections, KeyRing, Links, Role, Shares, account_of
from siyaq.access.collections import SEES_ALL
from siyaq.access.owners import principal_of
from siyaq.access.roles import Principal
from siyaq.agents import USUAL
from siyaq.agents.agency import Task
from siyaq.agents.plan import read_plan
from siyaq.app.agency import agents_at_work
from siyaq.app.agents import open_agents
from siyaq.app.alerts import alerting, open_desk
from siyaq.app.keys import budget, require_collections
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.app.views import as_seen
from siyaq.config import Config, load
from siyaq.core.answer import Finished, Question
from siyaq.core.card import NoteDraft
from siyaq.core.errors import ConfigError, NotFound, UsageError
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.core.product import Product
from siyaq.core.query import Filters
from siyaq.serve import ServeSettings, create_app
from siyaq.serve.grpc import grpc_serving
from siyaq.serve.grpc.messages import CLASSES, PACKAGE, USER
from siyaq.serve.needs import NEEDS
from siyaq.watches import Draft, WatchStore
from tests.app.conftest import send

pytestmark = pytest.mark.anyio

FERRY = "The night ferry to Port Selwin leaves pier four at 23:15 on every day of the week."
ICE = "Sandholm's ferry is cancelled until Monday because of the ice in the northern bay."
PICTURE = {"type": "image", "url": "https://wire.example/1.png", "alt": "a ferry"}
CANARY = "qzx"
"""Stands in the name of the private source and so in every id, in texts, authors and addresses."""


def post(name: str, by: str, text: str, at: str, **more: object) -> dict[str, object]:
    """Return a post of the stream that the first part of its name names, placed on one day."""
    source, _, native_id = name.partition(":")
    moment = f"2026-11-20T{at}Z"
    author = {"id": by, "handle": by}
    told = {"id": native_id, "source": source, "author": author, "text": text, "lang": "en"}
    return {**told, "created_at": moment, "witnessed_at": moment, **more}


PUBLIC = (
    post("wire:1", "harbor", FERRY, "08:00:00", url="https://wire.example/1", media=[PICTURE]),
    post("wire:2", "desk", FERRY, "09:00:00", url="https://wire.example/2"),
    post(
        "wire:3",
        "norra",
        "That is true, I was on it.",
        "10:00:00",
        reply_to="wire:1",
        root="wire:1",
    ),
    post("wire:4", "bay", ICE, "11:00:00", url="https://wire.example/4"),
)
# a copy that came first, with the same picture; a denial in the same thread; the other side of a
# fact, in a quotation; and a crowd that says the same within a minute
PRIVATE = (
    post("qzxtips:1", "qzxmole", FERRY, "06:00:00", url="https://qzx.example/1", media=[PICTURE]),
    post(
        "qzxtips:2",
        "qzxmole",
        "This is false: the qzxcaptain told me the night ferry to Port Selwin sank.",
        "12:00:00",
        reply_to="wire:1",
        root="wire:1",
    ),
    post(
        "qzxtips:3",
        "qzxmate",
        "The night ferry to Port Selwin leaves pier nine at 21:40, says qzxmate.",
        "12:30:00",
        quote_of="wire:1",
    ),
    *(
        post(f"qzxtips:c{n}", f"qzxbot{n}", FERRY, f"13:00:{n:02}", links=["https://qzx.example/x"])
        for n in range(12)
    ),
)
SETTINGS = '[collections]\ndesk = ["qzx*"]\n'
ASKED = "When does the night ferry to Port Selwin leave?"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class World:
    """A siyaq, its keys, and clients that send one each."""

    siyaq: Siyaq
    product: Product
    ring: KeyRing
    settings: ServeSettings
    clients: Mapping[str, httpx2.AsyncClient]
    config: Config
    store: WatchStore
    keys: Mapping[str, str]
    names: Mapping[str, str]  # what stands for the parameters of paths

    def caller(self, name: str) -> Principal:
        """Return who is behind a key."""
        key = next(key for key in self.ring.listed() if key.name == name)
        return principal_of(key, self.config.collections)


@asynccontextmanager
async def world(data: Path, *lines: Mapping[str, object]) -> AsyncGenerator[World, None]:
    """Open a siyaq on some posts: `all` has asked, watched, shared and noted over all of them."""
    file = data.with_suffix(".toml")
    file.write_text(SETTINGS)
    config = load(file, environ={}, flags={"data": str(data), "embed.processes": 0})
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, *lines)
        product = as_seen(siyaq, config.collections)
        with closing(KeyRing(data)) as ring, open_desk(config, ring) as (store, desk):
            made = {
                "all": ring.create(Role.WRITER, name="all", collections=SEES_ALL),
                "desk": ring.create(Role.WRITER, name="desk", collections=("desk",)),
                "public": ring.create(Role.WRITER, name="public"),
                "chief": ring.create(Role.ADMIN, name="chief"),
            }
            settings = ServeSettings(
                key_ring=ring,
                collections=config.collections,
                watches=desk,
                shares=Shares(data, Links(data)),
                registry=siyaq.metrics.registry,
            )
            app = create_app(product, settings)
            clients = {
                name: httpx2.AsyncClient(
                    transport=httpx2.ASGITransport(app),
                    base_url="http://127.0.0.1:8000",
                    headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"},
                )
                for name, (_, key) in made.items()
            }
            answer_id = await _answered(siyaq, ASKED)
            note_id = await _noted(siyaq)
            watch = desk.save(made["all"][0].id, Draft(question=f"{CANARY} ferry?"))
            assert settings.shares is not None
            share = settings.shares.make(made["all"][0].id, answer_id, 7)
            names = {
                "answer_id": answer_id,
                "response_id": "resp_" + answer_id.removeprefix("answer-"),
                "note_id": note_id,
                "watch_id": watch.id,
                "share_id": share.id,
            }
            try:
                keys = {name: key for name, (_, key) in made.items()}
                yield World(siyaq, product, ring, settings, clients, config, store, keys, names)
            finally:
                for client in clients.values():
                    await client.aclose()


async def _answered(product: Product, question: str, answer_id: str = "") -> str:
    asked = Question(text=question, answer_id=answer_id)
    async with aclosing(product.ask(asked)) as events:
        async for event in events:
            if isinstance(event, Finished):
                return event.answer.id
    raise AssertionError("it ends")


async def _noted(product: Product) -> str:
    """Return the id of a note on a private post, some id where there is none."""
    draft = NoteDraft(text=f"{CANARY} note", author="reader", classification="not_misleading")
    try:
        return (await product.propose_note(PostId("qzxtips:1"), draft)).id
    except NotFound:
        return "0123456789abcdef"


@pytest.fixture
async def worlds(tmp_path: Path) -> AsyncIterator[tuple[World, World]]:
    """A siyaq that holds the private stream too, and one that never did."""
    async with (
        world(tmp_path / "both", *PUBLIC, *PRIVATE) as both,
        world(tmp_path / "one", *PUBLIC) as one,
    ):
        yield both, one


OF_POSTS = ("wire:1", "wire:4", "qzxtips:1", "qzxtips:never")
NOT_READ = {
    "GET /v1/stream": "it never ends: below",
    "GET /v1/posts/{post_id}/context/changes": "it never ends: below",
}
QUERIES: Mapping[str, tuple[dict[str, str], ...]] = {
    "GET /v1/search": (
        {"q": "night ferry to Port Selwin"},
        {"q": "qzxcaptain"},
        {"q": "ferry", "source": "qzxtips"},
        {"q": "ferry", "author": "qzxmole"},
        {"q": "source:qzxtips ferry"},
        {"q": "what is the latest story about the ferry"},
    ),
    "GET /oembed": tuple(
        {"url": f"http://127.0.0.1:8000/v1/posts/{name.replace(':', '%3A')}/context.html"}
        for name in OF_POSTS
    ),
}
_MCP = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
_QUESTIONS = (ASKED, "Who told of the qzxcaptain?", "What did qzxmole say?", "Did the ferry sink?")
BODIES: Mapping[str, tuple[object, ...]] = {
    "POST /v1/ask": (
        *({"question": question} for question in _QUESTIONS),
        {"question": ASKED, "filters": {"source": ["qzxtips"]}},
        {"question": "ferry", "previous_response_id": "{answer_id}"},
    ),
    "POST /v1/context": ({"text": FERRY}, {"url": "https://qzx.example/1"}, {"url": "qzxtips:1"}),
    "POST /v1/chat/completions": tuple(
        {"model": "siyaq", "messages": [{"role": "user", "content": question}]}
        for question in _QUESTIONS
    ),
    "POST /v1/responses": (
        *({"model": "siyaq", "input": question} for question in _QUESTIONS),
        *(
            {"model": "siyaq", "input": ASKED,
             "tools": [{"type": "collections_search", "collection_ids": [name]}]}
            for name in ("desk", "qzxtips", "public")
        ),
        {"model": "siyaq", "input": "what changed?", "previous_response_id": "{response_id}"},
    ),
    "POST /v1/embeddings": ({"model": "siyaq", "input": "ferry"},),
    "POST /mcp": tuple(
        {**_MCP, "params": {"name": name, "arguments": arguments}}
        for name, arguments in (
            ("search", {"query": "night ferry"}),
            ("ask", {"question": ASKED}),
            ("context", {"post_id": "qzxtips:1"}),
            ("context", {"post_id": "wire:1"}),
            ("thread", {"post_id": "wire:1"}),
            ("thread", {"post_id": "qzxtips:2"}),
        )
    ),
    "POST /v1/posts/{post_id}/notes": (
        {"text": "a note", "author": "me", "classification": "not_misleading"},
    ),
    "POST /v1/posts/{post_id}/context/ratings": ({"rater": "me", "helpful": "helpful"},),
    "POST /v1/notes/{note_id}/ratings": ({"rater": "me", "helpful": "helpful"},),
    "POST /v1/answers/{answer_id}/shares": ({"days": 1},),
    "POST /v1/watches": ({"question": ASKED},),
    "PATCH /v1/watches/{watch_id}": ({"paused": True},),
}  # fmt: skip
VOLATILE = frozenset(
    {"usage", "seconds", "created", "id", "answer_id", "posts_per_second", "lag_seconds", "feed"}
    | {"path", "previous", "item_id", "response_id", "previous_response_id", "trace_id"}
    | {"embedding", "score"}
)
"""Fields that differ between two calls of one siyaq, durations and fresh names; and the scores of
a search, since the mean length of posts is of all of them (docs/concepts/limits). Ranks are not."""
_FRESH = re.compile(r"[0-9a-f]{16,}|0x[0-9a-f]+|(?!2026-11-20)\d{4}-\d\d-\d\d(T[\d:.]+Z)?")
"""Ids, and moments of the test itself: posts are of another day."""


def asked_of(route: str, names: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each request that a route is tried with: its path, and what else it takes."""
    path = route.partition(" ")[2]
    for post in OF_POSTS if "{post_id}" in path else ("",):
        there = path.replace("{post_id}", post.replace(":", "%3A")).replace("{place}", "0")
        for name, value in names.items():
            there = there.replace(f"{{{name}}}", value)
        there = re.sub(r"\{[a-z_]+(:path)?\}", "none", there)
        for query in QUERIES.get(route, ({},)):
            for body in BODIES.get(route, (None,)):
                content = json.dumps(body) if body is not None else "{}"
                for name, value in names.items():
                    content = content.replace(f"{{{name}}}", value)
                yield there, {"params": query, "content": content}


def plain(response: httpx2.Response) -> object:
    """Return what an answer says, without what differs from call to call."""
    if "json" in response.headers.get("content-type", ""):
        said = response.json()
        if isinstance(said, dict) and said.get("code") == "unreadable_picture":
            return response.status_code, said["code"]  # why: on a loaded machine, for its time
        return response.status_code, _steady(said)
    if response.headers.get("content-type") == "image/png":
        return response.status_code  # the SVG, which is compared, drawn at another moment
    text = _FRESH.sub("#", response.text)
    return response.status_code, re.sub(r"\d[\d:.,TZ+\-/ ]*", "#", text)


def _steady(value: object) -> object:
    if isinstance(value, dict):
        return {k: _steady(v) for k, v in value.items() if k not in VOLATILE}
    if isinstance(value, int) and value > 1_700_000_000:
        return "#"  # a moment of the test, in seconds
    if isinstance(value, list):
        return [_steady(one) for one in value]
    if isinstance(value, str) and value[:1] in "{[":  # JSON in a text, as of MCP's tools
        try:
            return _steady(json.loads(value))
        except ValueError:
            pass
    return _FRESH.sub("#", value) if isinstance(value, str) else value


def readable() -> list[str]:
    """Return every route that does not need an admin, from the table that routes are opened by."""
    return [f"{method} {path}" for (method, path) in NEEDS if f"{method} {path}" not in NOT_READ]


async def test_no_route_tells_a_key_of_what_it_may_not_see(worlds: tuple[World, World]) -> None:
    both, one = worlds
    told: list[object] = []
    for route in readable():
        for caller in ("public", "chief"):
            for asked, other in zip(
                asked_of(route, both.names), asked_of(route, one.names), strict=True
            ):
                response = await _sent(both.clients[caller], route, asked)
                never = await _sent(one.clients[caller], route, other)
                if CANARY in _without(response.text, asked):
                    told.append((route, caller, asked, response.text[:300]))
                elif plain(response) != plain(never):
                    told.append((route, caller, asked, plain(response), plain(never)))
    assert told == []


async def _sent(
    client: httpx2.AsyncClient, route: str, asked: tuple[str, dict[str, Any]]
) -> httpx2.Response:
    path, rest = asked
    accept = "application/json, text/event-stream" if path == "/mcp" else "application/json"
    accepted = {"content-type": "application/json", "accept": accept}
    return await client.request(route.partition(" ")[0], path, headers=accepted, **rest)


def _without(said: str, asked: tuple[str, dict[str, Any]]) -> str:
    """Return what is said without the words that the request itself brought."""
    path, rest = asked
    for known in (path.replace("%3A", ":"), *rest["params"].values(), rest["content"]):
        for word in re.findall(r"[\w:.-]*qzx[\w:.-]*", known):
            for form in (word, word.replace(":", "%3A"), word.partition(":")[2] or word):
                said = said.replace(form, "")
    return said


async def test_the_key_of_the_collection_sees_it_and_nothing_of_the_rest(tmp_path: Path) -> None:
    async with world(tmp_path / "both", *PUBLIC, *PRIVATE) as both:
        desk, every, public = (both.clients[name] for name in ("desk", "all", "public"))
        assert CANARY in (await desk.get("/v1/search", params={"q": "the qzxcaptain"})).text
        assert (await desk.get("/v1/posts/wire%3A1")).status_code == 404
        seen = (await desk.get("/v1/status")).json()
        assert [one["source"] for one in seen["sources"]] == ["qzxtips"]
        assert seen["posts"] == len(PRIVATE)
        card = (await every.get("/v1/posts/wire%3A1/context")).json()
        assert card["first_seen"]["post_id"] == "qzxtips:1"
        assert card["copies"]["count"] == 15
        card = (await public.get("/v1/posts/wire%3A1/context")).json()
        assert card["first_seen"]["post_id"] == "wire:1"
        assert card["copies"]["count"] == 2
        again = (await public.get("/v1/posts/wire%3A1/context")).json()  # a remembered one
        assert (again["copies"], again["change"]["kind"]) == (card["copies"], "same")
        assert (await every.get("/metrics")).status_code == 200
        refused = await public.get("/metrics")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        await _searches_collections(desk, public)
        await _writes_nothing_there(both)
        await _share_and_feed(both)


async def _searches_collections(desk: httpx2.AsyncClient, public: httpx2.AsyncClient) -> None:
    async def found(client: httpx2.AsyncClient, name: str) -> list[str]:
        tool = {"type": "collections_search", "collection_ids": [name]}
        body = {"model": "siyaq", "input": "What sank, by the qzxcaptain?", "tools": [tool]}
        response = (await client.post("/v1/responses", json=body)).json()
        return [str(one) for one in response["citations"]]

    assert await found(desk, "desk") == await found(desk, "qzxtips") != []
    assert await found(desk, "public") == await found(public, "desk") == []


async def _writes_nothing_there(both: World) -> None:
    """Ways to learn of what is there by changing it, and to destroy it."""
    public, every = both.clients["public"], both.clients["all"]
    lines = [
        {"op": "delete", "source": "qzxtips", "id": "1"},
        PRIVATE[1],
        PRIVATE[2] | {"id": "new"},
    ]
    body = "\n".join(map(json.dumps, lines)).encode()
    report = (await public.post("/v1/posts", content=body)).json()
    assert report["refused"] == {"not_yours": 3}
    assert (report["created"], report["deleted"], report["unchanged"]) == (0, 0, 0)
    notes = "/v1/posts/qzxtips%3A1/notes"
    for path in (notes, "/v1/posts/qzxtips%3A1/context"):
        assert (await public.get(path)).status_code == 404
        assert (await every.get(path)).status_code == 200
    assert len((await every.get(notes)).json()["notes"]) == 1
    note = both.names["note_id"]
    assert (await public.delete(f"/v1/notes/{note}")).status_code == 404
    assert (await every.delete(f"/v1/notes/{note}")).status_code == 204


async def _share_and_feed(both: World) -> None:
    """What is opened to strangers shows what the key behind it sees, and no more."""
    public, every = both.clients["public"], both.clients["all"]
    answer_id = (await public.post("/v1/ask", json={"question": ASKED})).json()["id"]
    assert (await every.get(f"/v1/answers/{answer_id}")).status_code == 200
    same = {"question": "Why is Sandholm's ferry cancelled?", "as_of": "2026-11-21T00:00:00Z"}
    ids = [(await client.post("/v1/ask", json=same)).json()["id"] for client in (public, every)]
    assert len({*ids}) == 2  # else the one would take the other's place
    assert (await public.get(f"/v1/answers/{ids[0]}")).status_code == 200
    share = (await public.post(f"/v1/answers/{answer_id}/shares", json={})).json()
    nobody = httpx2.AsyncClient(
        transport=public._transport, base_url="http://127.0.0.1:8000", headers={}
    )
    async with nobody:
        page = await nobody.get(share["path"])
        assert page.status_code == 200
        assert "pier four" in page.text
        assert CANARY not in page.text
        shared = await nobody.get(share["path"] + "/bundle")
        assert CANARY not in shared.text
        ours = (await every.get("/v1/shares")).json()["shares"][-1]
        assert (await nobody.get(ours["path"])).status_code == 200  # as its maker sees it


async def test_what_goes_on_by_itself_goes_by_what_its_key_sees(tmp_path: Path) -> None:
    async with world(tmp_path / "both", *PUBLIC, *PRIVATE) as both:
        for number, caller in enumerate(("public", "nobody", "all")):
            heard = await _heard(both, caller, f"n{number}")
            private = [f"qzxtips:n{number}"] if caller == "all" else []
            public = [f"wire:n{number}"]
            assert sorted(heard) == sorted(2 * private + 2 * public)  # told, and withdrawn
        for caller in ("public", "all"):
            told = CANARY in await _spoken(both, caller)
            assert told == (caller == "all")
            for run in (_run, _run_at_a_terminal):
                told = CANARY in await run(both, caller)
                assert told == (caller == "all")
        await _watched(both)


async def _heard(both: World, name: str, fresh: str) -> list[str]:
    """Return the posts that a stream tells of: one new one of each source, then their ends."""
    heard: list[str] = []
    told = 2 if name == "all" else 1

    async def listen() -> None:
        async with aclosing(both.product.live("", Filters())) as items:
            async for item in items:
                heard.append(item.id if isinstance(item, Post) else item)
                if len(heard) == 2 * told:
                    return

    if name == "nobody":
        listening = asyncio.create_task(listen())
    else:
        async with account_of(None, both.caller(name)):
            listening = asyncio.create_task(listen())
    await asyncio.sleep(0)  # it has asked by now
    names = (f"qzxtips:{fresh}", f"wire:{fresh}")
    await send(both.siyaq, *(post(one, "new", "Fog at sea.", "15:00:00") for one in names))
    async with asyncio.timeout(300):
        while len(heard) < told:  # noqa: ASYNC110  # and whatever else comes
            await asyncio.sleep(0.01)
        await send(both.siyaq, *({"op": "delete", **_named(one)} for one in names))
        await listening
    return heard


def _named(name: str) -> dict[str, str]:
    source, _, native_id = name.partition(":")
    return {"source": source, "id": native_id}


async def _spoken(both: World, name: str) -> str:
    """Return what is answered over gRPC."""
    said = CLASSES["Content"](text="What sank, by the qzxcaptain?")
    request = CLASSES["GetCompletionsRequest"](
        model="siyaq", messages=[CLASSES["Message"](role=USER, content=[said])]
    )
    metadata = (("authorization", f"Bearer {both.keys[name]}"),)
    async with (
        grpc_serving(both.product, both.settings, 0) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        call = channel.unary_unary(
            f"/{PACKAGE}.Chat/GetCompletion",
            request_serializer=lambda sent: sent.SerializeToString(),
            response_deserializer=CLASSES["GetChatCompletionResponse"].FromString,
        )
        return str((await call(request, metadata=metadata)).outputs)


PLAN = "\n".join(
    map(
        json.dumps,
        (
            {"tool": "search", "id": "s", "arguments": {"text": "night ferry"}},
            {"tool": "context", "id": "c", "arguments": {"post_id": "wire:1"}},
            {"tool": "finish", "arguments": {"result": {"$from": "s"}}},
        ),
    )
)


async def _run(both: World, name: str) -> str:
    """Return what a run of an agent has read and come to."""
    config, ring = both.config, both.ring
    with closing(budget(config)) as book:
        async with agents_at_work(config, both.siyaq, both.product, ring, book) as agency:
            task = Task(words="ferry", plan=PLAN, caps={})
            run_id = await agency.begin(task, both.caller(name).key_id)
            journal = agency.desk.journal
            async with asyncio.timeout(300):
                while journal.standing(run_id)[0] != "done":  # noqa: ASYNC110  # it is a file
                    await asyncio.sleep(0.05)
            return str(agency.desk.run(run_id))


async def _run_at_a_terminal(both: World, name: str) -> str:
    """Return the same of a run of the key that whoever is at the machine carries on."""
    async with open_agents(both.config, "", ()) as terminal:
        journal, key_id = terminal.journal, both.caller(name).key_id
        run_id = journal.begin_run(
            user=key_id, task="ferry", model="", caps=USUAL, allowed=(), key_id=key_id
        )
        tools = ("search", "context", "finish")
        journal.fix_plan(run_id, read_plan(PLAN.splitlines(), tools))
        run = await terminal.go(run_id)
        assert run.status == "done"
        return str(run)


async def _watched(both: World) -> None:
    """A saved question is answered from what its key sees, and so is its alert."""
    desk, public = both.settings.watches, both.caller("public")
    assert desk is not None
    watch = desk.save(public.key_id, Draft(question="What sank, by the qzxcaptain?"))
    arguments = (both.config, both.product, both.siyaq.metrics, both.store, desk, both.ring, None)
    async with alerting(*arguments), asyncio.timeout(300):
        while not desk.find(public, watch.id).answer_id:  # noqa: ASYNC110  # it is a file
            await asyncio.sleep(0.05)
        answer_id = desk.find(public, watch.id).answer_id
        told = await both.clients["public"].get(f"/v1/answers/{answer_id}")
        assert (told.status_code, told.json()["references"]) == (200, [])
        token = desk.feed_token(watch)
        feed = await both.clients["public"].get(f"/v1/feeds/{token}")
        assert (feed.status_code, feed.text.count(CANARY)) == (200, 1)  # its own question


def test_what_a_key_sees_is_kept_with_it_and_checked(tmp_path: Path) -> None:
    collections = Collections({"desk": ["tips", "wire-*"], "archive": ["wire-1"]})
    assert collections.of("tips") == {"desk"}
    assert collections.of("wire-1") == {"desk", "archive"}
    assert collections.of("wire") == {"public"}
    seen = {
        (): (),
        ("public",): ("wire",),
        ("desk",): ("tips", "wire-1", "wire-2"),
        ("archive", "public"): ("wire", "wire-1"),
        ("gone",): (),
    }
    for named, expected in seen.items():
        shows = collections.shows(named)
        assert shows is not None
        assert tuple(filter(shows, ("tips", "wire", "wire-1", "wire-2"))) == expected
    assert collections.shows(("all", "desk")) is None
    assert Collections().shows(("public",)) is None
    shows = Collections().shows(("desk",))
    assert shows is not None
    assert not shows("tips")
    assert collections.checked([]) == ("public",)
    with pytest.raises(UsageError, match="no collection 'dsek'"):
        collections.checked(["dsek"])
    with closing(KeyRing(tmp_path)) as ring:
        kept, key = ring.create(Role.READER, collections=("desk", "public"))
        assert kept.collections == ("desk", "public")
        assert ring.find(key) == kept


def test_a_server_does_not_start_without_a_collection_that_a_key_sees(tmp_path: Path) -> None:
    file = tmp_path / "siyaq.toml"
    file.write_text('[collections]\ndesk = ["tips"]\n')
    flags = {"data": str(tmp_path / "data")}
    settings = load(file, environ={}, flags=flags)
    with closing(KeyRing(settings.data)) as ring:
        kept, _ = ring.create(Role.READER, collections=("desk",))
        require_collections(ring, settings)
        with pytest.raises(ConfigError, match=f"key {kept.id} sees the collection 'desk'"):
            require_collections(ring, load(environ={}, flags=flags))
        ring.revoke(kept.id)
        require_collections(ring, load(environ={}, flags=flags))


@pytest.mark.parametrize(
    "table",
    ["collections = 3", '[collections]\nall = ["x"]', '[collections]\ndesk = "tips"',
     '[collections]\ndesk = ["nats:x"]', '[collections]\n"De sk" = ["x"]'],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused(table: str, tmp_path: Path) -> None:
    file = tmp_path / "siyaq.toml"
    file.write_text(table)
    with pytest.raises(ConfigError, match=r"\[collections\] in 'siyaq.toml'"):
        load(file, environ={})
