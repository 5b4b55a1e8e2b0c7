"""Pages for agents: of the hosts they may visit, redirects included, with a copy and its hash."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from siyaq.agents import Act, Done
from siyaq.agents.hosts import allows, read_hosts
from siyaq.app.visiting import page_tools
from siyaq.core.errors import QueryError, SourceUnavailable

PAGE = (
    "<html lang='en'><head><title>Harbor notice</title></head><body><article><h1>Harbor notice</h1>"
    "<p>The ministry says that the harbor of Overlune stays closed until Friday evening, and that "
    "ships are sent to the northern port meanwhile.</p></article></body></html>"
)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        places = {"/away": "http://elsewhere.example/", "/inside": "http://127.0.0.1:9/"}
        if self.path in places:
            self.send_response(302)
            self.send_header("Location", places[self.path])
            self.end_headers()
            return
        found = self.path == "/notice"
        body = PAGE.encode() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def read(site: str, path: str, workspace: Path) -> Done:
    async def run() -> Done:
        async with page_tools([], allowed_url=site) as (tool,):
            return await tool.run(tool.read({"url": site + path}), Act("k", {}, workspace))

    return asyncio.run(run())


def test_a_page_is_read_and_kept_by_its_hash(site: str, tmp_path: Path) -> None:
    done = read(site, "/notice", tmp_path)
    told = done.value
    assert isinstance(told, dict)
    assert "stays closed until Friday" in told["text"]
    assert (told["title"], told["lang"], told["url"]) == ("Harbor notice", "en", f"{site}/notice")
    kept = (tmp_path / told["archived"]).read_bytes()
    assert sha256(kept).hexdigest() == told["sha256"]
    assert done.spent == {"bytes_down": len(PAGE), "pages": 1}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/away", "'elsewhere.example' is not among the hosts"),
        ("/inside", "port 9"),
        ("/nothing", "answered 404"),
    ],
)
def test_what_cannot_be_read_is_said(site: str, path: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=said):
        read(site, path, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_is_not_listed_is_asked_about(tmp_path: Path) -> None:
    async def why(url: str) -> str:
        async with page_tools(["example.org"]) as (tool,):
            return tool.why_ask(tool.read({"url": url}))

    assert asyncio.run(why("https://example.org/x")) == ""
    assert asyncio.run(why("https://news.example.org/x")) == ""
    assert "'evil-example.org'" in asyncio.run(why("https://evil-example.org/x"))
    assert "'example.org.evil'" in asyncio.run(why("https://example.org.evil/x"))


def test_hosts_are_names() -> None:
    assert read_hosts(["Example.ORG."]) == {"example.org"}
    for wrong in ("https://example.org", "a b", "example.org:80", "u@example.org", "[", ""):
        with pytest.raises(QueryError):
            read_hosts([wrong])
    assert not allows(read_hosts(["example.org"]), "https://[broken")
