"""Forms: filled with exactly what was shown to whoever allowed it, and sent to one host."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from siyaq.agents.browser.targets import Target, found
from siyaq.core.errors import NotFound, UsageError

if TYPE_CHECKING:
    from playwright.async_api import Frame, Locator, Page, Request

Value = str | bool
Fields = Mapping[str, Value]

LEAVE_SECONDS = 5.0
"""How long a form that was sent may take until its answer begins to come."""

_ROLES: Final = ("textbox", "combobox", "checkbox", "radio", "listbox", "spinbutton", "searchbox")

_CHANGED = """(element) => {
  const form = element.form || element.closest("form");
  if (!form) return [];
  const changed = (one) =>
    one.type === "checkbox" || one.type === "radio" ? one.checked !== one.defaultChecked
    : one.options ? [...one.options].some((o) => o.selected !== o.defaultSelected)
      && !(one.selectedIndex === 0 && ![...one.options].some((o) => o.defaultSelected))
    : one.value !== one.defaultValue;
  return [...form.elements]
    .filter((one) => one.name && one.type !== "hidden" && one.type !== "submit" && changed(one))
    .map((one) => one.name);
}"""
_NAME = "(element) => element.name || ''"
_SEND = """(element) => {
  const form = element.form || element.closest("form");
  if (!form) return "no form";
  let goes = false;
  const heard = (event) => { goes = event.target === form && !event.defaultPrevented; };
  addEventListener("submit", heard);  // after the page's own
  form.requestSubmit();
  removeEventListener("submit", heard);
  return goes && ["", "_self"].includes(form.target) ? "leaves the page" : "stays";
}"""


async def fill(page: Page, fields: Fields) -> Locator:
    """Fill fields, named by their labels or their names, and return the last one.

    Raises NotFound for a field that is not there, UsageError where the form holds something else
    that was put into it: nothing is sent that its user was not shown.
    """
    named = [(await _field(page, name), value) for name, value in fields.items()]
    filled = {await element.evaluate(_NAME) for element, _ in named}
    last = named[-1][0]
    other = [name for name in await last.evaluate(_CHANGED) if name not in filled]
    if other:
        raise UsageError(f"the form also holds {', '.join(map(repr, other))}", hint="name them too")
    for element, value in named:
        await _put(element, value)
    return last


async def send(page: Page, last: Locator, button: Target | None) -> None:
    """Press the button, or send the form of a field. Raises UsageError where there is none."""
    if button is not None:
        await found(page, button).click()
        return
    with _leaving(page) as left:
        did = await last.evaluate(_SEND)
        if did == "no form":
            raise UsageError("these fields are in no form", hint="say which 'button' sends them")
        if did == "leaves the page":
            with suppress(TimeoutError):
                await asyncio.wait_for(left.wait(), LEAVE_SECONDS)


@contextmanager
def _leaving(page: Page) -> Generator[asyncio.Event, None, None]:
    """An event that is set once the page has gone elsewhere, or could not.

    A click of Playwright's waits for the navigation that it begins; a script's act does not.
    """
    left = asyncio.Event()

    def gone(frame: Frame) -> None:
        if frame == page.main_frame:
            left.set()

    def stayed(request: Request) -> None:  # held back, or answered with nothing to show
        if request.is_navigation_request():
            left.set()

    page.on("framenavigated", gone)
    page.on("requestfailed", stayed)
    try:
        yield left
    finally:
        page.remove_listener("framenavigated", gone)
        page.remove_listener("requestfailed", stayed)


async def _field(page: Page, name: str) -> Locator:
    """Return a field by what people are shown as its name, else by the form's own name for it."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    ways = [page.get_by_label(name, exact=True)]
    ways += [page.get_by_role(role, name=name, exact=True) for role in _ROLES]
    for way in (*ways, page.locator(f'[name="{quoted}"]')):
        if await way.count():
            return way.first
    raise NotFound(f"the page has no field {name!r}")


async def _put(element: Locator, value: Value) -> None:
    tag = await element.evaluate("(element) => element.tagName")
    if isinstance(value, bool):
        await element.set_checked(value)
    elif tag == "SELECT":
        await element.select_option(value)
    else:
        await element.fill(value)
