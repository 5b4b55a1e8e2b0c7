"""Connections that are idle, slow or many: closed in time, while others are served."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from siyaq.access import KeyRing, Role
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served

from .conftest import NOW

CONNECTIONS = 8
PATIENCE = 60.0  # of the test; the server is to be done long before


@pytest.fixture
def server() -> Iterator[Served]:
    hasty = ServeSettings(
        port=0,
        head_seconds=1.0,
        body_seconds=1.0,
        ingest_stall_seconds=1.0,
        slow_client_seconds=1.0,
        max_connections=CONNECTIONS,
    )
    with served(FakeProduct(now=NOW), hasty) as server:
        yield server


def connected(server: Served) -> socket.socket:
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)


def closed(client: socket.socket) -> bytes:
    """Return what the server sends until it hangs up. Raises TimeoutError where it does not."""
    found = b""
    try:
        while piece := client.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def drip_until_closed(client: socket.socket, drop: bytes) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            client.sendall(drop)
        except OSError:  # it was closed under our hands
            return
        time.sleep(0.1)
    raise AssertionError("it is still open")


def dropped(server: Served, reason: str) -> float:
    text = httpx2.get(f"{server.url}/metrics", timeout=PATIENCE).text
    line = f'siyaq_serve_dropped_clients_total{{reason="{reason}"}} '
    return next((float(one[len(line) :]) for one in text.splitlines() if one.startswith(line)), 0.0)


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"GET /hea"],
    ids=["nothing", "half a head", "half a line"],
)
def test_a_head_that_does_not_come_is_not_waited_for(server: Served, sent: bytes) -> None:
    with connected(server) as client:
        client.sendall(sent)
        assert closed(client) == b""
    assert dropped(server, "slow_head") == 1


def test_a_head_that_comes_drop_by_drop_does_not_keep_a_connection(server: Served) -> None:
    with connected(server) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        drip_until_closed(client, b"X-Drop: 1\r\n")
    assert dropped(server, "slow_head") == 1


def test_drops_after_a_reply_do_not_keep_a_connection_either(server: Served) -> None:
    with connected(server) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200 OK" in client.recv(65_536)
        drip_until_closed(client, b"G")


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/posts"])
def test_a_body_that_stops_is_answered_and_ended(server: Served, path: str) -> None:
    with connected(server) as client:
        client.sendall(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{{".encode()
        )
        found = closed(client)
    assert found.startswith(b"HTTP/1.1 408 ")
    assert b"request_timeout" in found


def test_whoever_does_not_take_a_reply_is_cut_off(server: Served) -> None:
    with connected(server) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        page = b"GET /static/plan_charts.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        deadline = time.monotonic() + PATIENCE
        while not dropped(server, "slow_client"):
            assert time.monotonic() < deadline
            try:
                client.settimeout(0.2)
                client.sendall(page * 50)
            except (TimeoutError, ConnectionError):
                time.sleep(0.1)


def test_too_many_connections_are_refused_and_others_go_on(server: Served) -> None:
    held = [connected(server) for _ in range(CONNECTIONS)]
    try:
        with connected(server) as one_more:
            assert closed(one_more) == b""
    finally:
        for client in held:
            client.close()
    assert dropped(server, "too_many_connections") >= 1


def test_one_key_cannot_take_every_stream(tmp_path: Path) -> None:
    with closing(KeyRing(tmp_path)) as ring:
        headers = [{"authorization": f"Bearer {ring.create(Role.READER)[1]}"} for _ in range(2)]
        settings = ServeSettings(port=0, key_ring=ring, max_live_streams=4)
        with (
            served(FakeProduct(now=NOW), settings) as server,
            httpx2.Client(base_url=server.url, timeout=PATIENCE) as client,
            client.stream("GET", "/v1/stream", headers=headers[0]) as first,
        ):
            assert first.status_code == 200
            refused = client.get("/v1/stream", headers=headers[0])
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
            with client.stream("GET", "/v1/stream", headers=headers[1]) as other:
                assert other.status_code == 200
