"""Task types that are done by typing: what the words say, or what must be read first."""

from __future__ import annotations

import re

from wob.page import Page, oracle


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


@oracle("login-user")
async def _(page: Page) -> None:
    await _log_in(page)


async def _log_in(page: Page) -> None:
    user, password = page.quoted()
    await page.type("#username", user)
    await page.type("#password", password)
    await page.submit()


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


@oracle("search-engine")
async def _(page: Page) -> None:
    word, place = page.quoted()[0], int(re.findall(r"(\d+)\w\w search result", page.query)[0])
    await page.type("#search-text", word)
    await page.click("#search")
    await page.text(str((place - 1) // 3 + 1), "#pagination")
    await page.click("#page-content a", (place - 1) % 3)
