"""A siyaq on posts of a public stream and of a private one, and a client for each of its keys."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx2

from siyaq.access import KeyRing, Links, Role, Shares
from siyaq.access.collections import SEES_ALL
from siyaq.access.owners import principal_of
from siyaq.access.roles import Principal
from siyaq.app.alerts import open_desk
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.app.views import as_seen
from siyaq.config import Config, load
from siyaq.core.answer import Finished, Question
from siyaq.core.errors import NotFound
from siyaq.core.ids import PostId
from siyaq.core.note import NoteDraft
from siyaq.core.product import Product
from siyaq.serve import ServeSettings, create_app
from siyaq.watches import Draft, WatchStore
from tests.app.conftest import send

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

REFUSED = {"id": "bad", "source": "qzxtips"}  # it says nothing

SETTINGS = '[collections]\ndesk = ["qzx*"]\n'

ASKED = "When does the night ferry to Port Selwin leave?"


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
