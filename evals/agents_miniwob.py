"""MiniWoB++ through the browser of agents: how many of its task types our tools can do.

    python3 -m venv evals/.venv-miniwob
    evals/.venv-miniwob/bin/pip install --no-deps -r evals/requirements-miniwob.txt
    .venv/bin/python evals/agents_miniwob.py \
        evals/.venv-miniwob/lib/python3*/site-packages/miniwob/html [--seeds 3] [--task NAME]

A scripted oracle knows each task; every act is one of the browser's tools, on the pages as they
are served from this machine. What is measured is the browser and not a model: a type counts only
where the reward of every seed is above 0, as the benchmark's authors count. Oracles read the page
itself to know what to do; the reward is the page's own.

The benchmark: Liu et al., 2018; Farama Foundation (PyPI `miniwob`, static pages).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from siyaq.agents import Act
from siyaq.agents.browser import Session, browser_tools
from siyaq.core.errors import SiyaqError

FOR_EVER_MS = 10_000_000
START = f"""(seed) => {{
  Math.seedrandom(seed);
  core.EPISODE_MAX_TIME = {FOR_EVER_MS};
  core.startEpisodeReal();
}}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Page:
    """A task that has begun, and the tools to do it with."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._tools = {tool.name: tool for tool in browser_tools(session, ["127.0.0.1"])}
        self.query = ""

    async def use(self, name: str, **arguments: Any) -> Any:
        """Call one of the browser's tools."""
        tool = self._tools[name]
        act = Act("run/s1", tool.reserve, self._folder)
        return (await tool.run(tool.read(arguments), act)).value

    async def begin(self, url: str, seed: str) -> None:
        """Open a task."""
        await self.use("browser_open", url=url)
        await self.js(START, seed)
        self.query = " ".join((await self._session.page.inner_text("#query")).split())

    async def js(self, text: str, *given: Any) -> Any:
        """Look at the page as only an oracle may."""
        return await self._session.page.evaluate(text, *given)

    async def reward(self) -> float:
        """Return what the page gives, 0 where it has not ended."""
        return float(await self.js("core.EP_TIMER === null ? WOB_RAW_REWARD_GLOBAL : 0") or 0)

    async def click(self, css: str, nth: int = 0) -> None:
        """Click an element."""
        await self.use("browser_click", css=css, nth=nth)

    async def text(self, words: str, within: str = "#area") -> None:
        """Click the innermost element that says exactly this."""
        quoted = words.replace("\\", "\\\\").replace('"', '\\"')
        await self.click(f'{within} :text-is("{quoted}")')

    async def type(self, css: str, value: str, nth: int = 0) -> None:
        """Fill a field."""
        await self.use("browser_type", css=css, value=value, nth=nth)

    async def submit(self) -> None:
        """Press the button that ends the task."""
        css = "#subbtn" if await self.js("!!document.querySelector('#subbtn')") else "#area button"
        await self.click(css)

    async def at(self, css: str, x: float, y: float) -> None:
        """Click a place within an element."""
        left, top = await self.corner(css)
        await self.use("computer", type="click", x=left + x, y=top + y)

    async def corner(self, css: str) -> tuple[float, float]:
        """Return where an element begins."""
        box = await self.js(
            "(css) => { const b = document.querySelector(css).getBoundingClientRect();"
            " return [b.left, b.top] }",
            css,
        )
        return float(box[0]), float(box[1])

    async def drag(self, *points: tuple[float, float]) -> None:
        """Drag from place to place."""
        await self.use("computer", type="drag", path=[{"x": x, "y": y} for x, y in points])

    def quoted(self) -> list[str]:
        """Return what the task names in quotation marks."""
        return re.findall(r'"([^"]*)"', self.query)


Oracle = Callable[[Page], Awaitable[None]]
ORACLES: dict[str, Oracle] = {}


def oracle(*names: str) -> Callable[[Oracle], Oracle]:
    """Have a function do these tasks."""

    def kept(function: Oracle) -> Oracle:
        ORACLES.update(dict.fromkeys(names, function))
        return function

    return kept


@oracle("click-test")
async def _(page: Page) -> None:
    await page.submit()


@oracle("click-test-2", "click-test-transfer")
async def _(page: Page) -> None:
    await page.text(page.query.rstrip(".").split()[-1])


@oracle("click-button", "unicode-test")
async def _(page: Page) -> None:
    (name,) = page.quoted()
    await page.text(name)


@oracle("click-button-sequence")
async def _(page: Page) -> None:
    await page.text("ONE")
    await page.text("TWO")


@oracle("button-delay")
async def _(page: Page) -> None:
    seconds = int(re.findall(r"wait (\d+)", page.query)[0])
    await page.text("ONE")
    for _ in range(seconds + 1):
        await page.use("computer", type="wait")
    await page.text("TWO")


@oracle("click-link")
async def _(page: Page) -> None:
    (name,) = page.quoted()
    await page.text(name)


@oracle("click-option")
async def _(page: Page) -> None:
    name = re.findall(r"Select (.*) and click", page.query)[0]
    await page.use("browser_click", label=name, exact=True)
    await page.submit()


@oracle("click-checkboxes", "click-checkboxes-large", "click-checkboxes-transfer")
async def _(page: Page) -> None:
    names = re.findall(r"Select (.*) and click", page.query)[0]
    for name in names.split(", ") if names != "nothing" else ():
        await page.use("browser_click", label=name, exact=True)
    await page.submit()


@oracle("click-dialog")
async def _(page: Page) -> None:
    await page.click(".ui-dialog-titlebar-close")


@oracle("click-dialog-2")
async def _(page: Page) -> None:
    (name,) = page.quoted()
    if name == "x":
        await page.click(".ui-dialog-titlebar-close")
    else:
        await page.text(name, ".ui-dialog-buttonset")


@oracle("click-tab")
async def _(page: Page) -> None:
    await page.text(re.findall(r"Tab #\d", page.query)[0])


@oracle("click-tab-2", "click-tab-2-easy", "click-tab-2-medium", "click-tab-2-hard")
async def _(page: Page) -> None:
    (name,) = page.quoted()
    tabs = await page.js("document.querySelectorAll('#area a.ui-tabs-anchor').length")
    for tab in range(tabs):
        await page.click("#area a.ui-tabs-anchor", tab)
        if await _has_link(page, name):
            await page.click(f'.alink:visible:text-is("{name}")')
            return


@oracle("click-collapsible-2", "click-collapsible-2-nodelay")
async def _(page: Page) -> None:
    (name,) = page.quoted()
    heads = await page.js("document.querySelectorAll('#area h3').length")
    for head in range(heads):
        await page.click("#area h3", head)
        if await _has_link(page, name):
            await page.click(f'.alink:text-is("{name}"):visible')
            return


async def _has_link(page: Page, name: str) -> bool:
    return bool(
        await page.js(
            "(name) => [...document.querySelectorAll('.alink')].some("
            "(one) => one.textContent === name && one.offsetParent)",
            name,
        )
    )


@oracle("click-collapsible", "click-collapsible-nodelay")
async def _(page: Page) -> None:
    await page.click("#area h3")
    await page.click("#subbtn")


@oracle("click-widget")
async def _(page: Page) -> None:
    (kind,) = page.quoted()
    await page.click(f"[data-type={kind}]")


@oracle("click-color")
async def _(page: Page) -> None:
    colors = await page.js(
        "[...document.querySelectorAll('#area .color')].map((one) => one.dataset.color)"
    )
    shown = await page.js(
        "document.querySelector('#query [style*=background]')?.style.backgroundColor || ''"
    )
    wanted = next(one for one in colors if one in page.query.split() or one == shown)
    await page.click("#area .color", colors.index(wanted))


@oracle("enter-text", "enter-text-dynamic", "enter-password")
async def _(page: Page) -> None:
    (word,) = page.quoted()
    fields = await page.js("document.querySelectorAll('#area input').length")
    for field in range(fields):
        await page.type("#area input", word, field)
    await page.submit()


@oracle("enter-text-2")
async def _(page: Page) -> None:
    (word,) = page.quoted()
    await page.type("#tt", word.upper() if "upper" in page.query else word.lower())
    await page.submit()


@oracle("enter-date")
async def _(page: Page) -> None:
    month, day, year = re.findall(r"(\d+)/(\d+)/(\d+)", page.query)[0]
    await page.type("#tt", f"{year}-{month:0>2}-{day:0>2}")
    await page.submit()


@oracle("enter-time")
async def _(page: Page) -> None:
    hour, minute, half = re.findall(r"(\d+):(\d+) (AM|PM)", page.query)[0]
    await page.type("#tt", f"{int(hour) % 12 + 12 * (half == 'PM'):02}:{minute}")
    await page.submit()


@oracle("focus-text")
async def _(page: Page) -> None:
    await page.click("#tt")


@oracle("focus-text-2")
async def _(page: Page) -> None:
    place = re.findall(r"(\d)", page.query)[0]
    await page.click(f"#tt{place}")


@oracle("login-user")
async def _(page: Page) -> None:
    await _log_in(page)


async def _log_in(page: Page) -> None:
    user, password = page.quoted()
    await page.type("#username", user)
    await page.type("#password", password)
    await page.submit()


@oracle("choose-list", "click-scroll-list")
async def _(page: Page) -> None:
    names = re.findall(r"Select (.*) from the", page.query)[0]
    await page.use("browser_select", css="#options", values=names.split(", "))
    await page.submit()


@oracle("scroll-text")
async def _(page: Page) -> None:
    words = re.findall(r"\w+", await page.js("document.querySelector('#text-area').value"))
    await page.type("#answer-input", words[-1])
    await page.submit()


@oracle("scroll-text-2")
async def _(page: Page) -> None:
    await _scroll_to_end(page, bottom="bottom" in page.query)
    await page.submit()


async def _scroll_to_end(page: Page, *, bottom: bool) -> None:
    left, top = await page.corner("#text-area")
    far = 5000 if bottom else -5000
    await page.use("computer", type="scroll", x=left + 20, y=top + 10, scroll_y=far)
    await page.use("computer", type="wait")


@oracle("sign-agreement")
async def _(page: Page) -> None:
    name, button = page.quoted()
    await _scroll_to_end(page, bottom=True)
    await page.type("#area input[type=text]", name)
    await page.text(button)


@oracle("copy-paste", "copy-paste-2")
async def _(page: Page) -> None:
    place = re.findall(r"from the (\d)", page.query)
    css = f"#text-{place[0]}" if place else "#to-copy"
    await page.type("#answer-input", await page.js(f"document.querySelector('{css}').value"))
    await page.submit()


@oracle("simple-arithmetic")
async def _(page: Page) -> None:
    told = await page.js("document.querySelector('#math-problem').textContent")
    one, sign, two = re.findall(r"(-?\d+) *([-+x]) *(-?\d+)", told)[0]
    ways = {"+": int(one) + int(two), "-": int(one) - int(two), "x": int(one) * int(two)}
    await page.type("#math-answer", str(ways[sign]))
    await page.submit()


@oracle("simple-algebra")
async def _(page: Page) -> None:
    told = (await page.js("document.querySelector('#math-problem').textContent")).replace(" ", "")
    left, right = told.split("=")
    found = next(x for x in range(-200, 201) if _value(left, x) == _value(right, x))
    await page.type("#math-answer", str(found))
    await page.submit()


def _value(side: str, x: int) -> int:
    return sum(
        (-1 if sign == "-" else 1) * (x if part == "x" else int(part))
        for sign, part in re.findall(r"([-+]?)(x|\d+)", side)
    )


@oracle("read-table")
async def _(page: Page) -> None:
    key = re.findall(r"value of (.*) into", page.query)[0]
    await page.type("#tt", (await _table(page))[key])
    await page.submit()


@oracle("read-table-2")
async def _(page: Page) -> None:
    table = await _table(page)
    for place in (1, 2):
        key = await page.js(f"document.querySelector('#ll{place}').dataset.key")
        await page.type(f"#tt{place}", table[key])
    await page.submit()


async def _table(page: Page) -> dict[str, str]:
    return dict(
        await page.js(
            "[...document.querySelectorAll('#tab tr')].map("
            "(row) => [row.cells[0].textContent, row.cells[1].textContent])"
        )
    )


@oracle("find-word")
async def _(page: Page) -> None:
    place = int(re.findall(r"(\d+)", page.query)[0])
    words = re.findall(r"\w+", await page.js("document.querySelector('#area p').textContent"))
    await page.type("#answer-input", words[place - 1])
    await page.submit()


@oracle("text-transform")
async def _(page: Page) -> None:
    await page.type("#tt", await page.js("document.querySelector('#captcha').textContent"))
    await page.submit()


@oracle("use-spinner")
async def _(page: Page) -> None:
    wanted = int(re.findall(r"Select (-?\d+)", page.query)[0])
    way = ".ui-spinner-up" if wanted > 0 else ".ui-spinner-down"
    for _ in range(abs(wanted)):
        await page.click(way)
    await page.submit()


@oracle("use-slider")
async def _(page: Page) -> None:
    wanted = int(re.findall(r"Select (-?\d+)", page.query)[0])
    await page.click("#slider .ui-slider-handle")
    await _slide(page, wanted)
    await page.submit()


async def _slide(page: Page, wanted: int) -> None:
    for _ in range(400):
        now = int(await page.js("$('#slider').slider('value')"))
        if now == wanted:
            return
        await page.use("browser_press", key="ArrowRight" if now < wanted else "ArrowLeft")


@oracle("form-sequence")
async def _(page: Page) -> None:
    wanted, place = re.findall(r"Select (-?\d+) with the slider, click the (\d)", page.query)[0]
    await page.click("#slider .ui-slider-handle")
    await _slide(page, int(wanted))
    await page.click("#area input[type=checkbox]", int(place) - 1)
    await page.submit()


@oracle("form-sequence-3")
async def _(page: Page) -> None:
    choice = re.findall(r"Choose (.*) from the dropdown", page.query)[0]
    await page.use("browser_select", css="#area select", values=[choice])
    await page.text(page.quoted()[0])


@oracle("circle-center")
async def _(page: Page) -> None:
    x, y = await page.js(
        "['cx', 'cy'].map((a) => +document.querySelector('circle').getAttribute(a))"
    )
    await page.at("#svg-grid", x, y)
    await page.submit()


@oracle("find-midpoint")
async def _(page: Page) -> None:
    (x1, y1), (x2, y2) = await page.js(
        "[...document.querySelectorAll('circle')].map("
        "(one) => ['cx', 'cy'].map((a) => +one.getAttribute(a)))"
    )
    await page.at("#svg-grid", (x1 + x2) / 2, (y1 + y2) / 2)
    await page.submit()


@oracle("find-greatest")
async def _(page: Page) -> None:
    values = await page.js(
        "[...document.querySelectorAll('.card-value')].map((one) => Number(one.textContent))"
    )
    await page.click(".card", values.index(max(values)))
    await page.click("#submit")


@oracle("navigate-tree")
async def _(page: Page) -> None:
    (name,) = page.quoted()
    path = await page.js(
        "(name) => { const all = [...document.querySelectorAll('#tree span')];"
        " const one = all.find((s) => s.textContent === name); const path = [];"
        " for (let li = one.closest('li'); li; li = li.parentElement.closest('li'))"
        "   path.unshift(all.indexOf(li.querySelector('span'))); return path }",
        name,
    )
    for place in path:
        await page.click("#tree span", place)


@oracle("email-inbox-delete", "email-inbox-important", "email-inbox-noscroll")
async def _(page: Page) -> None:
    if not re.search(r"trash|star", page.query):
        return
    sender = re.findall(r"email by (\w+)", page.query)[0]
    senders = await page.js(
        "[...document.querySelectorAll('.email-thread .email-sender')].map((o) => o.textContent)"
    )
    kind = "trash" if "trash" in page.query else "star"
    await page.click(f".email-thread .{kind}", senders.index(sender))


@oracle("multi-layouts", "multi-orderings")
async def _(page: Page) -> None:
    genre, director, year = re.findall(
        r"for (\w+) movies directed by (\w+) from year (\d+)", page.query
    )[0]
    labels = await page.js(
        "[...document.querySelectorAll('#area input[type=text]')].map((one) =>"
        " one.closest('tr, .row, div, li, p').textContent + one.placeholder)"
    )
    for place, label in enumerate(labels):
        kinds = {"irector": director, "ear": year, "enre": genre}
        value = next(value for key, value in kinds.items() if key in label)
        await page.type("#area input[type=text]", value, place)
    await page.click("#area button, #area .final, #area input[type=submit]")


@oracle("buy-ticket")
async def _(page: Page) -> None:
    cheap = "cheapest" in page.query
    attribute = "price" if re.search(r"cost|price|cheap|expensive", page.query) else "duration"
    css = "button.buy-ticket" if attribute == "price" else ".time-duration"
    values = await page.js(
        f"[...document.querySelectorAll('{css}')].map((one) => Number(one.dataset.{attribute}))"
    )
    best = min(values) if cheap or "shortest" in page.query else max(values)
    await page.click("button.buy-ticket", values.index(best))


@oracle("search-engine")
async def _(page: Page) -> None:
    word, place = page.quoted()[0], int(re.findall(r"(\d+)\w\w search result", page.query)[0])
    await page.type("#search-text", word)
    await page.click("#search")
    await page.text(str((place - 1) // 3 + 1), "#pagination")
    await page.click("#page-content a", (place - 1) % 3)


@oracle("drag-circle")
async def _(page: Page) -> None:
    way = re.findall(r"circle (\w+)", page.query)[0]
    moves = {"left": (-30, 0), "right": (30, 0), "up": (0, -30), "down": (0, 30)}
    left, top = await page.corner("circle")
    x, y = moves[way]
    await page.drag((left + 10, top + 10), (left + 10 + x, top + 10 + y))
    await page.submit()


@oracle("drag-box")
async def _(page: Page) -> None:
    left, top = await page.corner("#draggableSmall")
    x, y = await page.corner("#draggableLarge")
    await page.drag((left + 5, top + 5), (x + 12, y + 12))
    await page.submit()


@oracle("highlight-text")
async def _(page: Page) -> None:
    box = await page.js(
        "(() => { const r = document.createRange();"
        " r.selectNodeContents(document.querySelector('#randomText'));"
        " const b = [...r.getClientRects()]; const l = b.at(-1);"
        " return [b[0].left, b[0].top + 5, l.right, l.bottom - 5] })()"
    )
    await page.drag((box[0] - 1, box[1]), (box[2] + 3, box[3]))
    await page.submit()


@oracle("resize-textarea")
async def _(page: Page) -> None:
    box = await page.js(
        "(() => { const b = document.querySelector('#area textarea').getBoundingClientRect();"
        " return [b.right, b.bottom] })()"
    )
    more = 25 if re.search(r"larger|bigger|greater|longer|taller|wider", page.query) else -25
    wide = "width" in page.query
    start = (box[0] - 4, box[1] - 4)
    await page.drag(start, (start[0] + more * wide, start[1] + more * (not wide)))
    await page.submit()


@oracle("phone-book")
async def _(page: Page) -> None:
    name, kind = re.findall(r"Find (.*) in .* their (\w+)", page.query)[0]
    for _ in range(12):
        if await page.js("document.querySelector('#contact h2').textContent") == name:
            await page.click(f"#contact a.{kind.split()[0]}")
            return
        await page.click("#pagination .next a, #pagination .next")


@oracle("choose-date-easy", "choose-date-medium", "choose-date", "choose-date-nodelay")
async def _(page: Page) -> None:
    month, day, year = map(int, re.findall(r"(\d+)/(\d+)/(\d+)", page.query)[0])
    await page.click("#datepicker")
    for _ in range(14):
        now = await page.js(
            "(() => { const i = $('#datepicker').data('datepicker');"
            " return [i.drawYear, i.drawMonth + 1] })()"
        )
        if now == [year, month]:
            break
        way = "prev" if (year, month) < tuple(now) else "next"
        await page.click(f".ui-datepicker-{way}")
    await page.text(str(day), ".ui-datepicker-calendar")
    await page.submit()


@oracle("use-autocomplete", "use-autocomplete-nodelay")
async def _(page: Page) -> None:
    parts = page.quoted()
    await page.use("browser_type", css="#tags", value=parts[0], add=True)
    await page.use("computer", type="wait")
    names = await page.js(
        "[...document.querySelectorAll('.ui-menu-item')].map((one) => one.textContent)"
    )
    ends = parts[1] if len(parts) > 1 else ""
    await page.click(".ui-menu-item", [one.endswith(ends) for one in names].index(True))
    await page.submit()


@oracle("stock-market")
async def _(page: Page) -> None:
    below = float(re.findall(r"less than \$(\d+\.\d+)", page.query)[0])
    for _ in range(400):
        price = await page.js("Number(document.querySelector('#stock-price').textContent.slice(1))")
        if price < below:
            await page.click("#buy")
            return


async def attempt(page: Page, url: str, task: str, seed: int) -> float:
    """Do a task once and return its reward."""
    try:
        await page.begin(f"{url}/miniwob/{task}.html", str(seed))
        await ORACLES[task](page)
    except (SiyaqError, LookupError, ValueError, StopIteration) as error:
        print(f"  {task} {seed}: {type(error).__name__} {error}"[:200], flush=True)
    for _ in range(30):
        reward = await page.reward()
        if reward:
            return reward
        await asyncio.sleep(0.1)
    return 0.0


async def run(html: Path, tasks: Sequence[str], seeds: int) -> dict[str, list[float]]:
    """Do every task with every seed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(html)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "run"
        workspace.mkdir()
        async with Session(["127.0.0.1"], allowed_url=url) as session:
            page = Page(session, workspace)
            for task in tasks:
                found[task] = [await attempt(page, url, task, seed) for seed in range(seeds)]
                print(task, found[task], flush=True)
    server.shutdown()
    server.server_close()
    return found


def main() -> None:
    """Print each type's rewards, then one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("html", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--task", action="append", default=[])
    told = parser.parse_args()
    types = sorted(path.stem for path in (told.html / "miniwob").glob("*.html"))
    tasks = told.task or [one for one in types if one in ORACLES]
    found = asyncio.run(run(told.html, tasks, told.seeds))
    done = sorted(task for task, rewards in found.items() if min(rewards) > 0)
    print(
        json.dumps(
            {
                "benchmark": "miniwob 1.1.0",
                "types": len(types),
                "tried": len(found),
                "done": len(done),
                "not_done": sorted(set(found) - set(done)),
                "seeds": told.seeds,
            }
        )
    )


if __name__ == "__main__":
    main()
