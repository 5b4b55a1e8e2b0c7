"""A picture that is used again is found with its earlier posts; hostile bytes are refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PIL import Image

from siyaq.app.opening import open_siyaq
from siyaq.config import Config, load
from siyaq.context import PictureShelf
from siyaq.context.unknown import Unknown
from siyaq.core.errors import NotFound, SourceRefused
from siyaq.core.ids import PostId
from siyaq.sources.pictures import Pictures, UnreadablePicture
from tests.app.conftest import send
from tests.app.test_siyaq import run_async
from tests.drawn import saved, scene

OLD, NEW, OTHER = (PostId(f"bay:{name}") for name in ("old", "new", "other"))


def post(name: str, minute: int) -> dict[str, object]:
    return {
        "id": name,
        "source": "bay",
        "author": {"id": f"u-{name}", "handle": f"{name}.example", "name": f"Name of {name}"},
        "text": f"What is this picture number {minute} of, says {name}",
        "created_at": f"2026-11-20T10:{minute:02}:00Z",
        "media": [{"type": "image", "url": f"https://pictures.example/{name}.jpg"}],
    }


@run_async
async def test_an_old_picture_that_is_used_again_is_found_with_its_earlier_post(
    config: Config,
) -> None:
    picture = scene(1)
    again = picture.resize((410, 307)).crop((4, 3, 406, 304))
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, post("old", 1), post("other", 2), post("new", 3))
        before = await siyaq.context(NEW)
        assert [one.checked for one in before.media] == [False]
        assert Unknown.NOT_CHECKED_MEDIA in before.unknown
        await siyaq.take_picture(OLD, 0, saved(picture, "PNG"))
        await siyaq.take_picture(OTHER, 0, saved(scene(2), "PNG"))
        await siyaq.take_picture(NEW, 0, saved(again, "JPEG", quality=40))
        card = await siyaq.context(NEW)
        (found,) = card.media
        (earlier,) = found.earlier
        assert (earlier.post_id, earlier.author_id, earlier.name) == (OLD, "u-old", "Name of old")
        assert found.checked
        assert card.status == "shown"
        assert Unknown.NOT_CHECKED_MEDIA not in card.unknown
        assert (await siyaq.context(OLD)).media[0].earlier == ()
        await send(siyaq, {"op": "delete", "id": "old", "source": "bay"})
        assert (await siyaq.context(NEW)).media[0].earlier == ()
        shelf = PictureShelf(siyaq.directory)
        assert shelf.of(OLD) == {}
        assert shelf.of(NEW).keys() == {0}
        shelf.close()


@run_async
async def test_a_picture_that_no_post_has_is_not_taken(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, post("old", 1))
        for name, place in ((OLD, 1), (PostId("bay:none"), 0)):
            with pytest.raises(NotFound):
                await siyaq.take_picture(name, place, saved(scene(1), "PNG"))


BOMB = saved(Image.new("1", (20_000, 20_000)), "PNG")


@pytest.mark.parametrize(
    "document",
    [
        b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", BOMB,
        saved(scene(1), "PNG")[:500], saved(scene(1), "BMP"),
        saved(Image.new("RGB", (64, 64)), "PNG"),
        b"\xff\xd8\xff" + b"\0" * 6_000_000,
    ],
    ids=["empty", "text", "svg", "bomb", "cut", "format", "blank", "large"],
)  # fmt: skip
def test_bytes_that_are_no_picture_are_refused(document: bytes) -> None:
    async def look() -> None:
        async with Pictures() as pictures:
            with pytest.raises(UnreadablePicture) as refused:
                await pictures.hash(document)
            assert " at 0x" not in str(refused.value)  # an object of ours

    asyncio.run(look())


@asynccontextmanager
async def a_host_of_pictures(document: bytes) -> AsyncIterator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(document)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + document)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/picture.png"


def test_pictures_are_fetched_through_the_guarded_fetcher_alone() -> None:
    async def look() -> None:
        async with a_host_of_pictures(saved(scene(1), "PNG")) as url:
            async with Pictures(allowed_url=url) as pictures:
                assert await pictures.fetch(url) == await pictures.hash(saved(scene(1), "PNG"))
            async with Pictures() as pictures:
                with pytest.raises(SourceRefused):
                    await pictures.fetch(url)

    asyncio.run(look())


def test_nothing_is_fetched_unless_switched_on() -> None:
    assert not load(environ={}, flags={}).fetch_pictures
    assert load(environ={}, flags={"context.fetch_pictures": "on"}).fetch_pictures
