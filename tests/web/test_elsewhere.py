"""`<siyaq-context>` and the frame on a page of another origin, with a key that is bound to it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from siyaq.access import KeyRing, Role
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served
from siyaq.testing.story import story_id

from .axe import serious
from .conftest import PATIENCE_MS, screenshot

pytestmark = pytest.mark.browser


class Site:
    """Another site: one page, whatever its path."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.origin = f"http://127.0.0.1:{server.server_port}"
        self.html = ""


@contextmanager
def a_site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(site.html.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(server)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def html_of(server: str, key: str) -> str:
    post = story_id("changed")
    frame = f"{server}/v1/posts/{quote(post, safe='')}/context.html?key={key}"
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Elsewhere</title>
<main><h1>Another site</h1><siyaq-context post="{post}" key="{key}"></siyaq-context>
<iframe title="plain" width="640" height="420" src="{frame}"></iframe></main>
<script type="module" src="{server}/siyaq.js"></script></html>"""


def look(browser: Browser, server: str, site: Site, key: str, *, shown: bool) -> None:
    context = browser.new_context(viewport={"width": 720, "height": 860})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    try:
        page = context.new_page()
        site.html = html_of(server, key)
        page.goto(site.origin)
        card = page.locator("siyaq-context article")
        if shown:
            expect(card.locator("dl > div")).to_have_count(5)
            frame = page.frame_locator("iframe")
            expect(frame.locator("li")).to_have_count(2)
            assert serious(page) == []
            screenshot(page, "elsewhere")
        else:
            expect(card.locator("[role=status]")).to_have_text("The context cannot be loaded now.")
            assert page.frame_locator("iframe").locator("li").count() == 0
    finally:
        context.close()


def test_a_page_shows_cards_with_a_key_of_its_own_and_no_other_page_does(
    browser: Browser, browser_thread: ThreadPoolExecutor, product: FakeProduct, tmp_path: Path
) -> None:
    with (
        a_site() as ours,
        a_site() as theirs,
        closing(KeyRing(tmp_path)) as ring,
        served(product, ServeSettings(port=0, key_ring=ring)) as server,
    ):
        _, made = ring.create(Role.CARD_ONLY, name="a page", origins=(ours.origin,))
        look(browser, server.url, ours, made, shown=True)
        look(browser, server.url, theirs, made, shown=False)
