"""How long a card takes to open where readers are, from the press of the button until it is read.

    python bench/card_open.py [--cards N] [--seed N]

Starts `siyaq demo` with its clock standing still, and presses the context button of N posts in
Chromium, each twice: the first time nobody has asked for that card, then it is remembered. The same
on a page of another site, whose button puts `<siyaq-context>` there, with a key. A third N of posts
is fetched from within the page, as what a reader would wait for were there nothing to draw. The
three go by turns, post by post, so that what else the machine does weighs on all alike.

"drawn" ends with the first frame in which the card stands in the document, "shown" once such a
frame is painted with the panel at rest. Both begin with the browser's own time of the press; a
frame comes every 16.7 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple
from urllib.parse import quote

from playwright.sync_api import CDPSession, Page, sync_playwright

from measured import figure, machine, report

SIYAQ = Path(sys.executable).with_name("siyaq")
STILL = "0.000001"  # an hour of ours is four of its milliseconds
WORDS = ("", "the", "في", "a", "من", "on", "is", "على")  # what the feed is narrowed to by turns
START_SECONDS, GIVE_UP_SECONDS = 600.0, 1_200.0
PATIENCE_MS = 30_000
TICKS = os.sysconf("SC_CLK_TCK")

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ELSEWHERE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Elsewhere</title>
<body><button type="button">Context</button><div id="place"></div>
<script type="module" src="{url}/siyaq.js"></script>
<script>document.querySelector("button").addEventListener("click", () => {{
  const card = document.createElement("siyaq-context");
  card.setAttribute("post", document.body.dataset.post);
  card.setAttribute("key", "{key}");
  document.querySelector("#place").replaceChildren(card);
}});</script></html>"""

PRESSED = """(mine) => {
  const embedded = () => document.querySelector("siyaq-context")?.shadowRoot;
  const card = mine
    ? () => document.querySelector("#panel-body[aria-busy=false] > article.card")
    : () => embedded()?.querySelector("article:not([aria-busy]) dl");
  const settled = () => !mine || document.querySelector("#panel").getAnimations().length === 0;
  window.opening = new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error("no card was shown")), PATIENCE);
    addEventListener("click", ({ timeStamp: began }) => {
      let drawn = 0;
      const look = () => {
        if (card()) drawn ||= performance.now() - began;
        if (!drawn || !settled()) return requestAnimationFrame(look);
        clearTimeout(late);
        setTimeout(() => done([drawn, performance.now() - began])); // after the frame's painting
      };
      requestAnimationFrame(look);
    }, { once: true, capture: true });
  });
  window.opening.catch(() => {});
}""".replace("PATIENCE", str(PATIENCE_MS))

FETCHED = """async ([path, key]) => {
  const headers = { Authorization: `Bearer ${key}` };
  const began = performance.now();
  await (await fetch(path, { headers, signal: AbortSignal.timeout(PATIENCE) })).json();
  return performance.now() - began;
}""".replace("PATIENCE", str(PATIENCE_MS))


class Demo(NamedTuple):
    """A demonstration that stands still, and the keys that it takes."""

    url: str
    process: subprocess.Popen[str]
    reader: str
    card_only: str

    def json(self, path: str) -> Any:
        asked = urllib.request.Request(self.url + path)
        asked.add_header("Authorization", f"Bearer {self.reader}")
        with urllib.request.urlopen(asked, timeout=PATIENCE_MS / 1e3) as response:
            return json.load(response)

    def processor_ms(self) -> float:
        """Return the processor time of the server, and of what it started."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = [self.process.pid, *(int(pid) for task in tasks for pid in task.read_text().split())]
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
        return 1e3 * sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICKS


class Cards:
    """Opens cards in a browser, and remembers how long each took, by what was done."""

    def __init__(self, demo: Demo, ours: Page, theirs: Page) -> None:
        self._demo = demo
        self._pages = {"page": ours, "component": theirs}
        self._probes = {name: _probe(page) for name, page in self._pages.items()}
        self.taken: dict[str, list[float]] = defaultdict(list)

    def feed(self, word: str, done: set[str]) -> list[str]:
        """Narrow the feed to a word and return the posts whose buttons now stand there."""
        page = self._pages["page"]
        if word:
            asked = f"?q={quote(word)}&"
            with page.expect_response(lambda said: asked in said.url):
                page.locator("#live-text").fill(word)
        page.locator("#posts > li").first.wait_for()
        names = page.locator("#posts > li").evaluate_all(
            "(all) => all.map((li) => li.dataset.post)"
        )
        return [name for name in names if name not in done]

    def opened(self, name: str, how: str, again: str) -> None:
        """Open a card, or fetch what is behind it, and keep how long that took."""
        before = self._demo.processor_ms()
        if how == "fetch":
            path = f"/v1/posts/{quote(name, safe='')}/context"
            told = {"fetch": self._pages["page"].evaluate(FETCHED, [path, self._demo.reader])}
        else:
            told = self._pressed(name, how)
        told["processor of the server"] = self._demo.processor_ms() - before
        for what, ms in told.items():
            self.taken[f"{how}, {again}, {what}" if what != how else f"{how}, {again}"].append(ms)

    def _pressed(self, name: str, how: str) -> dict[str, float]:
        page, probe = self._pages[how], self._probes[how]
        busy = _busy_ms(probe)
        page.bring_to_front()  # one behind another is drawn once a second
        page.evaluate(PRESSED, how == "page")
        if how == "page":
            row = page.locator(f"#posts > li[data-post={json.dumps(name)}]")
            row.locator(".context-button").last.click()
        else:
            page.evaluate("(name) => { document.body.dataset.post = name; }", name)
            page.locator("button").click()
        drawn, shown = page.evaluate("() => window.opening")
        busy = _busy_ms(probe) - busy
        if how == "page":
            page.keyboard.press("Escape")
            page.locator("#panel").wait_for(state="hidden")
        return {"drawn": drawn, "shown": shown, "processor of the page": busy}


def _probe(page: Page) -> CDPSession:
    probe = page.context.new_cdp_session(page)
    probe.send("Performance.enable", {"timeDomain": "threadTicks"})
    return probe


def _busy_ms(probe: CDPSession) -> float:
    """Return the processor time that the page's thread has used for tasks."""
    told = probe.send("Performance.getMetrics")["metrics"]
    return 1e3 * next(one["value"] for one in told if one["name"] == "TaskDuration")


def main() -> None:
    """Open the cards and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cards", type=int, default=60, help="of each kind")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with _site() as (origin, tell), _demo(asked.seed, origin) as demo, sync_playwright() as driver:
        tell(demo)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 820}, locale="en")
        context.set_default_timeout(PATIENCE_MS)
        ours, theirs = context.new_page(), context.new_page()
        ours.add_init_script(f"sessionStorage.setItem('siyaq.key', {json.dumps(demo.reader)})")
        ours.goto(demo.url)
        theirs.goto(origin)
        cards, done = Cards(demo, ours, theirs), set[str]()
        for word in WORDS:
            for name in cards.feed(word, done):
                how = ("page", "component", "fetch")[len(done) % 3]
                if len(done) == 3 * (asked.cards + 1):
                    break
                done.add(name)
                cards.opened(name, how, "cold")
                cards.opened(name, how, "cached")
        browser.close()
    report("card_open", _figures(cards.taken), machine=machine(), seed=asked.seed)


def _figures(taken: Mapping[str, list[float]]) -> list[dict[str, object]]:
    """Return p50 and p99 of each, beside that of the fetch; what is loaded once is left out."""
    figures = []
    for name, runs in taken.items():
        cuts = quantiles(runs[1:], n=100, method="inclusive")
        beside = taken[f"fetch, {name.split(', ')[1]}"] if name.endswith("shown") else []
        ratio = median(runs[1:]) / median(beside[1:]) if beside else None
        for cut, ms in (("p50", cuts[49]), ("p99", cuts[98])):
            one = figure(f"{name}, {cut}", [ms], "ms", peer="fetch" if beside else "")
            figures.append(one | {"ratio": (ratio and cut == "p50" and round(ratio, 2)) or None})
    return figures


@contextmanager
def _site() -> Iterator[tuple[str, Callable[[Demo], None]]]:
    """Lend the origin of another site, and who tells it where the cards are."""
    html = b""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            pass

    def tell(demo: Demo) -> None:
        nonlocal html
        html = ELSEWHERE.format(url=demo.url, key=demo.card_only).encode()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", tell
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _demo(seed: int, origin: str) -> Iterator[Demo]:
    """Lend a demonstration that has read all it holds; it is ended whatever happens."""
    with tempfile.TemporaryDirectory() as data:
        command = [SIYAQ, "demo", "--port", "0", "--data", data, "--speed", STILL]
        process = subprocess.Popen(
            [*map(str, command), "--seed", str(seed)], stdout=subprocess.PIPE, text=True
        )
        watchdog = threading.Timer(GIVE_UP_SECONDS, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            address = re.search(r"http://[\w.:]+", process.stdout.readline())
            assert address, "the demonstration did not start"
            reader = _key(data, "--role", "reader")
            card_only = _key(data, "--role", "card-only", "--origin", origin)
            demo = Demo(address.group(), process, reader, card_only)
            _wait_until_read(demo)
            yield demo
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()


def _key(data: str, *options: str) -> str:
    made = subprocess.run(
        [str(SIYAQ), "keys", "create", *options, "--data", data],
        capture_output=True,
        text=True,
        check=True,
    )
    key = re.search(r"sq_\w+", made.stdout)
    assert key, made.stdout
    return key.group()


def _wait_until_read(demo: Demo) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        status = demo.json("/v1/status")
        if status["posts"] and status["embedded_seq"] == status["log_seq"]:
            return
        assert time.monotonic() < deadline, "the history was not read in time"
        time.sleep(0.2)


if __name__ == "__main__":
    main()
