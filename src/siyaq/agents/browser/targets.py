"""What on a page an act is meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from siyaq.core.errors import UsageError

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

Words = Annotated[str, msgspec.Meta(max_length=500)]

_SUBMITS = """(element) => {
  const control = element.closest("button, input, label");
  const one = control instanceof HTMLLabelElement ? control.control : control;
  return Boolean(one && one.form && ["submit", "image"].includes(one.type));
}"""
_KEY_SUBMITS = """(key) => {
  const one = document.activeElement;
  if (!one || !one.form) return false;
  const enters = one.tagName === "INPUT" && !["button", "reset"].includes(one.type);
  return ["submit", "image"].includes(one.type) || (key !== "Space" && enters);
}"""
_SUBMITS_AT = f"""([x, y]) => {{
  const element = document.elementFromPoint(x, y);
  return Boolean(element) && ({_SUBMITS})(element);
}}"""
SAY_SUBMIT = "call browser_submit, which shows its user what will be sent"


class Target(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An element: by its reference in the page's tree, or as people would name it.

    `ref` is "e12"; `role` and `name` are those of the tree; `label` is a field's; `text` is what
    it says; `css` is a selector. `nth` chooses among several, from 0.
    """

    ref: Annotated[str, msgspec.Meta(pattern=r"^(f\d+)?e\d+$|^$")] = ""
    role: Annotated[str, msgspec.Meta(pattern=r"^[a-z]*$", max_length=30)] = ""
    name: Words = ""
    label: Words = ""
    text: Words = ""
    css: Words = ""
    exact: bool = False
    nth: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


def found(page: Page, target: Target) -> Locator:
    """Return the element that is meant. Raises UsageError where nothing says which."""
    if target.ref:
        return page.locator(f"aria-ref={target.ref}")
    if target.role:
        named = target.name or None
        all_of_them = page.get_by_role(target.role, name=named, exact=target.exact)  # type: ignore[arg-type]  # a role it told us of
    elif target.label:
        all_of_them = page.get_by_label(target.label, exact=target.exact)
    elif target.text:
        all_of_them = page.get_by_text(target.text, exact=target.exact)
    elif target.css:
        all_of_them = page.locator(f"css={target.css}")
    else:
        raise UsageError("nothing says which element", hint='{"role": "button", "name": "Next"}')
    return all_of_them.nth(target.nth)


async def must_not_submit(element: Locator) -> None:
    """Raise UsageError for a control that would send a form."""
    if await element.evaluate(_SUBMITS):
        raise UsageError("this sends a form", hint=SAY_SUBMIT)


async def must_not_submit_at(page: Page, x: float, y: float) -> None:
    """Raise UsageError for a place at which a click would send a form."""
    if await page.evaluate(_SUBMITS_AT, [x, y]):
        raise UsageError("a click there sends a form", hint=SAY_SUBMIT)


async def must_not_enter(page: Page, keys: str) -> None:
    """Raise UsageError where the Enter key, or the space bar, would send a form."""
    key = keys.rpartition("+")[2]
    if key in ("Enter", "NumpadEnter", "Space") and await page.evaluate(_KEY_SUBMITS, key):
        raise UsageError(f"{keys} sends a form here", hint=SAY_SUBMIT)
