"""How long a card takes to open on the page, from the click to the first frame that shows it.

`python bench/card_open.py [--posts N] [--url URL]` opens the cards of N posts in Chromium, each
twice: as nobody has asked for it, and once more. Without a URL it starts the demonstration, its
clock standing still; with one, it reads a siyaq that runs.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 60_000
TIMED = """async (id) => {
  const { Panel } = await import('/static/panel.js');
  const panel = window.benched ??= new Panel();
  const body = () => document.querySelector('dialog[open] [aria-busy]');
  const began = performance.now();
  panel.openCard(id);
  while (!document.querySelector('dialog[open] article.card')
      || body()?.getAttribute('aria-busy') !== 'false') {
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
  const took = performance.now() - began;
  document.querySelector('dialog[open]').close();
  document.querySelectorAll('article.card').forEach((card) => card.remove());
  return took;
}"""


def main() -> None:
    """Open every card twice, and print both in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100)
    parser.add_argument("--url")
    asked = parser.parse_args()
    with _siyaq(asked.url) as url, sync_playwright() as playwright:
        names = _posts(url, asked.posts + 1)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url)
        page.locator("html:not(.booting)").wait_for()
        _opened(page, names[0])  # what is loaded once is no part of it
        pairs = [(_opened(page, name), _opened(page, name)) for name in names[1:]]
        browser.close()
    for name, times in zip(("first", "again"), zip(*pairs, strict=True), strict=True):
        cuts = statistics.quantiles(times, n=100)
        print(f"{name:6} p50 {cuts[49]:6.1f} ms  p99 {cuts[98]:6.1f} ms  of {len(times)} cards")


def _opened(page: Page, post_id: str) -> float:
    return float(page.evaluate(TIMED, post_id))


def _posts(url: str, count: int) -> list[str]:
    """Return posts of the newest stories, answers' evidence first."""
    found: dict[str, None] = {}
    for word in ("the", "في", "a", "من", "is"):
        hits = _json(f"{url}/v1/search?q={quote(word)}&k=100")["hits"]
        found |= dict.fromkeys(hit["post"]["post_id"] for hit in hits)
    return list(found)[:count]


def _json(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(address) as response:
        held: dict[str, Any] = json.load(response)
    return held


@contextmanager
def _siyaq(url: str | None) -> Iterator[str]:
    """Lend the address of a siyaq that has read all it holds."""
    if url is not None:
        yield url
        return
    program = Path(sys.executable).with_name("siyaq")
    with tempfile.TemporaryDirectory() as data:
        command = [str(program), "demo", "--port", "0", "--data", data, "--speed", "0.000001"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            yield _ready(next(filter(None, map(_address, process.stdout))))
        finally:
            process.terminate()
            process.wait(30)


def _address(line: str) -> str:
    found = re.search(r"http://[\w.:]+", line)
    return found.group() if found else ""


def _ready(url: str) -> str:
    while True:
        status = _json(f"{url}/v1/status")
        if status["embedded_seq"] == status["log_seq"]:
            return url
        time.sleep(0.2)


if __name__ == "__main__":
    main()
