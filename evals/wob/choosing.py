"""Task types that are done by choosing: in lists, calendars, sliders, tables."""

from __future__ import annotations

import re

from wob.page import Page, oracle


@oracle("choose-list", "click-scroll-list")
async def _(page: Page) -> None:
    names = re.findall(r"Select (.*) from the", page.query)[0]
    await page.use("browser_select", css="#options", values=names.split(", "))
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


@oracle("find-greatest")
async def _(page: Page) -> None:
    values = await page.js(
        "[...document.querySelectorAll('.card-value')].map((one) => Number(one.textContent))"
    )
    await page.click(".card", values.index(max(values)))
    await page.click("#submit")


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
