import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served, wait_until

from .conftest import NOW
from .wire import Event, code_of, events_of


@pytest.fixture
def product() -> FakeProduct:
    return FakeProduct(now=NOW)


@contextmanager
def watching(server: Served, query: str = "") -> Iterator[Iterator[str]]:
    with httpx2.stream("GET", f"{server.url}/v1/stream?{query}", timeout=60) as response:
        assert response.status_code == 200
        yield response.iter_lines()


def next_event(lines: Iterator[str]) -> Event:
    name = next(line for line in lines if line.startswith("event: "))
    (event,) = events_of(f"{name}\n{next(lines)}")
    return event


def test_posts_and_deletions_arrive_as_they_happen(product: FakeProduct) -> None:
    with served(product) as server, watching(server) as lines:
        wait_until(lambda: product.listeners == 1, "the stream is open")
        post = product.made("layla", "something new")
        server.call(lambda: product.publish(post))
        event = next_event(lines)
        assert (event.name, event.data["post_id"]) == ("post", post.id)
        assert event.data["text"] == "something new"
        server.call(lambda: product.delete(post.id))
        assert next_event(lines) == ("delete", {"post_id": post.id})


def test_a_stream_holds_only_what_was_asked_for(product: FakeProduct) -> None:
    with served(product) as server, watching(server, "q=river&lang=ar") as lines:
        wait_until(lambda: product.listeners == 1, "the stream is open")
        texts = [("river", "en"), ("نهر", "ar"), ("river نهر", "ar")]
        for text, lang in texts:
            post = product.made("sami", text, lang=lang)
            server.call(lambda post=post: product.publish(post))  # type: ignore[misc]  # a default binds it now
        assert next_event(lines).data["text"] == "river نهر"


def test_work_stops_when_a_watcher_leaves(product: FakeProduct) -> None:
    with served(product) as server:
        with watching(server):
            wait_until(lambda: product.listeners == 1, "the stream is open")
        wait_until(lambda: product.listeners == 0, "the stream is closed")


def test_a_silent_stream_is_kept_alive(product: FakeProduct) -> None:
    settings = ServeSettings(port=0, keep_alive_seconds=0.05)
    with served(product, settings) as server, watching(server) as lines:
        comments = [next(lines) for _ in range(8)]
    assert comments.count(": keep-alive") == 4


def test_a_stream_too_many_is_told_to_come_back(product: FakeProduct) -> None:
    settings = ServeSettings(port=0, max_live_streams=1)
    with served(product, settings) as server:
        with watching(server):
            refused = httpx2.get(f"{server.url}/v1/stream")
            assert code_of(refused) == (503, "overloaded")
            assert int(refused.headers["retry-after"]) > 0
        wait_until(lambda: product.listeners == 0, "the place is free")
        with watching(server):
            wait_until(lambda: product.listeners == 1, "the place is taken again")


def test_a_client_that_takes_nothing_is_dropped(product: FakeProduct) -> None:
    settings = ServeSettings(port=0, slow_client_seconds=0.2)
    with served(product, settings) as server:
        host, port = server.url.removeprefix("http://").split(":")
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        with client:
            client.connect((host, int(port)))
            client.sendall(f"GET /v1/stream HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            wait_until(lambda: product.listeners == 1, "the stream is open")
            large = product.made("layla", "x" * 100_000)

            def flood() -> None:
                for _ in range(200):
                    product.publish(large)

            server.call(flood)
            wait_until(lambda: product.listeners == 0, "the client is dropped")
        dropped = settings.registry.get_sample_value(
            "siyaq_serve_dropped_clients_total", {"reason": "slow_client"}
        )
    assert dropped == 1


def test_watchers_are_told_when_the_server_goes(product: FakeProduct) -> None:
    with served(product) as server:
        opened = watching(server)
        lines = opened.__enter__()
        wait_until(lambda: product.listeners == 1, "the stream is open")
    event = next_event(lines)
    assert (event.name, event.data["code"]) == ("problem", "shutting_down")
    opened.__exit__(None, None, None)
    assert product.listeners == 0
