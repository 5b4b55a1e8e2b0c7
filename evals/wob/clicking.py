"""Task types that are done by clicking."""

from __future__ import annotations

import re

from wob.page import Page, oracle


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


@oracle("focus-text")
async def _(page: Page) -> None:
    await page.click("#tt")


@oracle("focus-text-2")
async def _(page: Page) -> None:
    place = re.findall(r"(\d)", page.query)[0]
    await page.click(f"#tt{place}")


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


@oracle("stock-market")
async def _(page: Page) -> None:
    below = float(re.findall(r"less than \$(\d+\.\d+)", page.query)[0])
    for _ in range(400):
        price = await page.js("Number(document.querySelector('#stock-price').textContent.slice(1))")
        if price < below:
            await page.click("#buy")
            return
