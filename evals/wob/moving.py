"""Task types that are done by places: scrolling, dragging, clicking at coordinates."""

from __future__ import annotations

import re

from wob.page import Page, oracle


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
