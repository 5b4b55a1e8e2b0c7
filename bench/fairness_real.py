"""Two keys at a served siyaq whose model is a stub with a fixed rate, on the wall clock."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx2

from siyaq.access import Amount, Budget, Key, KeyRing, Limits, Role
from siyaq.app import models
from siyaq.app.opening import open_siyaq
from siyaq.config import Config, load
from siyaq.serve import ServeSettings, create_app, run
from siyaq.testing.model_server import ModelServer, Reply

SECONDS = 60.0
QUESTION = "When does the night ferry to Port Selwin leave?"
POSTS = [
    {"id": "a:1", "text": "The night ferry to Port Selwin leaves pier four at 23:15."},
    {"id": "a:2", "text": "The market of Sidon opens at nine on Fridays."},
]
SILENT = json.dumps({"sentences": [], "said": " ".join(map(str, range(90)))})  # nothing to show


def slow(_: object) -> Reply:
    whole = Reply.of(SILENT, 7)
    return Reply(pieces=whole.pieces, seconds_a_piece=0.04)


async def _lines() -> AsyncIterator[bytes]:
    yield "".join(json.dumps(post) + "\n" for post in POSTS).encode()


async def _ask(client: httpx2.AsyncClient, url: str, key: str) -> httpx2.Response:
    return await client.post(
        f"{url}/v1/chat/completions",
        json={"model": "siyaq", "messages": [{"role": "user", "content": QUESTION}]},
        headers={"authorization": f"Bearer {key}"},
        timeout=300,
    )


async def _crowd(url: str, key: str, size: int, seconds: float) -> None:
    """Let `size` clients ask one question after the other."""
    end = time.monotonic() + seconds

    async def one(client: httpx2.AsyncClient) -> None:
        while time.monotonic() < end:
            await _ask(client, url, key)

    async with httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None)) as client:
        work = [asyncio.ensure_future(one(client)) for _ in range(size)]
        await asyncio.sleep(max(0.0, end - time.monotonic()))
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def _measured(folder: Path) -> dict:
    flags = {"data": str(folder), "embed.processes": 0, "models.parallel": 4, "serve.port": 0}
    config: Config = load(environ={}, flags=flags)
    with ModelServer(slow) as stub:
        models.use(config, stub.url, model="stub", key_env="")
        async with open_siyaq(config, write=True) as siyaq:
            await siyaq.ingest(_lines(), imported=True)
            await asyncio.to_thread(siyaq.indexer.wait_embedded, siyaq.log.head(), 60)
            with (
                closing(KeyRing(folder)) as ring,
                closing(Budget(folder, defaults=Limits())) as book,
            ):
                settings = ServeSettings(
                    key_ring=ring, budget=book, registry=siyaq.metrics.registry
                )
                ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
                serving = asyncio.ensure_future(
                    run(create_app(siyaq, settings), "127.0.0.1", 0, ready.set_result)
                )
                try:
                    return await _figures(await ready, ring, book)
                finally:
                    serving.cancel()
                    await asyncio.gather(serving, return_exceptions=True)


async def _figures(url: str, ring: KeyRing, book: Budget) -> dict:
    many = Limits(tokens=10**9)
    (few, few_key), (lots, lots_key) = (ring.create(Role.READER, limits=many) for _ in range(2))
    await asyncio.gather(_crowd(url, few_key, 6, SECONDS), _crowd(url, lots_key, 30, SECONDS))
    served = [await _settled(book, key) for key in (few, lots)]
    limit = 3_000
    tight, tight_key = ring.create(Role.READER, limits=Limits(tokens=limit))
    async with httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None)) as client:
        replies = await asyncio.gather(*(_ask(client, url, tight_key) for _ in range(200)))
    used = await _settled(book, tight)
    statuses = [reply.status_code for reply in replies]
    return {
        "clients": [6, 30],
        "tokens_served": [one.tokens for one in served],
        "ratio": round(max(one.tokens for one in served) / min(one.tokens for one in served), 3),
        "quota_tokens": limit,
        "quota_used": used.tokens,
        "overshoot": round(max(0, used.tokens - limit) / limit, 4),
        "of_200_at_once": {str(code): statuses.count(code) for code in sorted(set(statuses))},
    }


async def _settled(book: Budget, key: Key) -> Amount:
    """Return what a key has used, once nothing of it is under way."""
    before = None
    while before != (used := book.used(key.id)):
        before = used
        await asyncio.sleep(1.5)
    return used


def measured() -> dict:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))
