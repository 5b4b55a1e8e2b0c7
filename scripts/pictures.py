"""Take the pictures of the documentation: the page, on the simulated network, in both languages.

`python scripts/pictures.py` writes docs/images/page.png and page-ar.png. Needs Chromium. The
world's clock stands at the end of its history, so that they show the same story each time.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
SEED = "8"  # a power cut, of which both languages tell
STILL = "0.000001"
QUESTIONS = {
    "page.png": "How many homes lost power in Hillbourne Quay?",
    "page-ar.png": "كم منزلاً انقطعت عنه الكهرباء في هيلبورن كي؟",
}


def main() -> None:
    """Start the demonstration, ask in each language, and take a picture of each answer."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, _demo(data) as process:
        assert process.stdout is not None
        url = next(
            found.group()
            for line in process.stdout
            if (found := re.search(r"http://[\w.:]+", line))
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1360, "height": 860})
            page.goto(url)
            _wait_for_vectors(url)
            for name, question in QUESTIONS.items():
                _picture(page, question, FOLDER / name)
            browser.close()
        process.terminate()


def _demo(data: str) -> subprocess.Popen[str]:
    siyaq = Path(sys.executable).with_name("siyaq")
    command = [str(siyaq), "demo", "--port", "0", "--data", data, "--seed", SEED, "--speed", STILL]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _wait_for_vectors(url: str) -> None:
    """Wait until the history can be found by its meaning too."""
    while True:
        with urllib.request.urlopen(f"{url}/v1/status") as response:  # noqa: S310 -- our own
            status = json.load(response)
        if status["embedded_seq"] == status["log_seq"]:
            return
        time.sleep(0.2)


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
