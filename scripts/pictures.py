"""Take the pictures of the documentation: the page, on the simulated network, in both languages.

`python scripts/pictures.py` writes page.png and page-ar.png (an answer), card.png and card-ar.png
(the context of a post that is disputed) into docs/images; with `page` or `card`, only those. Needs
Chromium. The world's clock stands at the end of its history, so that they show the same story each
time.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
SEED = "8"  # a power cut, of which both languages tell
RUMOR_SEED = "1"  # a bear in town, which both languages report and an office denies
RUMOR = ("دب", "ar")  # the post of it that most is held against: in Arabic, denied in English
CARDS = ("card.png", "card-ar.png")
OPEN = "async (id) => new (await import('/static/panel.js')).Panel().openCard(id)"
STILL = "0.000001"
PATIENCE_MS = 240_000
QUESTIONS = {
    "page.png": "How many homes lost power in Hillbourne Quay?",
    "page-ar.png": "كم منزلاً انقطعت عنه الكهرباء في هيلبورن كي؟",
}


def main() -> None:
    """Take the pictures that are asked for."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:] or ["page", "card"]
    if "page" in wanted:
        with _opened(SEED) as (page, _):
            for name, question in QUESTIONS.items():
                _picture(page, question, FOLDER / name)
    if "card" in wanted:
        with _opened(RUMOR_SEED) as (page, url):
            disputed = _most_disputed(url, *RUMOR)
            for name in CARDS:
                _card(page, disputed, FOLDER / name)


@contextmanager
def _opened(seed: str) -> Iterator[tuple[Page, str]]:
    """Start the demonstration, and open its page once its whole history can be found."""
    with (
        tempfile.TemporaryDirectory() as data,
        _demo(data, seed) as process,
        sync_playwright() as playwright,
    ):
        assert process.stdout is not None
        url = next(
            found.group()
            for line in process.stdout
            if (found := re.search(r"http://[\w.:]+", line))
        )
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1360, "height": 860})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url)
        _wait_for_vectors(url)
        yield page, url
        browser.close()
        process.terminate()


def _demo(data: str, seed: str) -> subprocess.Popen[str]:
    siyaq = Path(sys.executable).with_name("siyaq")
    command = [str(siyaq), "demo", "--port", "0", "--data", data, "--seed", seed, "--speed", STILL]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _wait_for_vectors(url: str) -> None:
    """Wait until the history can be found by its meaning too."""
    while True:
        status = _json(f"{url}/v1/status")
        if status["embedded_seq"] == status["log_seq"]:
            return
        time.sleep(0.2)


def _most_disputed(url: str, words: str, language: str) -> str:
    """Return the post about some words whose card holds most against it, then most turns."""
    found = _json(f"{url}/v1/search?{urlencode({'q': words, 'lang': language, 'k': 50})}")
    posts = (hit["post"] for hit in found["hits"])
    names = [post["post_id"] for post in posts if words in post["text"]]

    def weight(name: str) -> tuple[int, int, int]:
        card = _json(f"{url}/v1/posts/{quote(name, safe='')}/context")
        against = sum(len(claim["refutes"]) for claim in card["claims"])
        turns = sum(moment["turning"] is not None for moment in card["timeline"])
        return against, turns, card["copies"]["count"]

    return max(names, key=weight)


def _json(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(address) as response:  # noqa: S310 -- our own
        found: dict[str, Any] = json.load(response)
    return found


def _card(page: Page, post_id: str, path: Path) -> None:
    page.reload()  # which closes what is open
    page.locator("html:not(.booting)").wait_for()
    if path.stem.endswith("ar"):
        page.get_by_role("button", name="العربية").click()
        page.locator("html[lang=ar]").wait_for()
    page.evaluate(OPEN, post_id)
    page.locator("#panel-body[aria-busy=false] .card").wait_for()
    page.mouse.move(5, 5)
    page.wait_for_timeout(1_000)
    page.screenshot(path=path)


def _picture(page: Page, question: str, path: Path) -> None:
    if path.stem.endswith("ar"):
        page.get_by_role("button", name="العربية").click()
    page.reload()
    box = page.locator("#question")
    box.fill(question)
    box.press("Enter")
    page.locator(".sentences li").first.wait_for()
    page.wait_for_timeout(4_000)
    page.mouse.move(5, 5)
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
