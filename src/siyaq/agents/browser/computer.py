"""Acts by coordinates, as models for computer use write them (OpenAI's `computer_call` items)."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec

from siyaq.agents.browser.targets import must_not_enter, must_not_submit_at
from siyaq.core.errors import UsageError

if TYPE_CHECKING:
    from playwright.async_api import Page

_MODIFIERS = r"(?:(?:Control|Shift|Alt|Meta|ControlOrMeta)\+)"
_NAMED = r"[A-Z][A-Za-z0-9]{1,20}"
KEY: Final = rf"^(?:{_MODIFIERS}*{_NAMED}|{_MODIFIERS}+.)$"
"""A key that has a name, or any with a modifier: letters alone are typed, where taint is seen."""

WAIT_SECONDS = 1.0
_NAMES = {
    "CTRL": "Control",
    "CMD": "Meta",
    "ESC": "Escape",
    "RETURN": "Enter",
    "SPACE": "Space",
    "DEL": "Delete",
    **{name.upper(): name for name in ("Control", "Shift", "Alt", "Meta", "Enter", "Tab")},
    **{name.upper(): name for name in ("Backspace", "Delete", "Escape", "Home", "End")},
    **{name.upper(): name for name in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight")},
    **{name.upper(): f"Arrow{name}" for name in ("Up", "Down", "Left", "Right")},
    **{name.upper(): name for name in ("PageUp", "PageDown")},
}
_BUTTONS: Final = {"left": "left", "right": "right", "wheel": "middle"}

_Key = Annotated[str, msgspec.Meta(max_length=30)]
Pixels = Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)]


class Point(msgspec.Struct, forbid_unknown_fields=True):
    """A place on the screen, in pixels from its upper left corner."""

    x: Pixels
    y: Pixels


class Action(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One act. `checks`: what the model's server wants a person to have seen first."""

    type: Literal[
        "click", "double_click", "drag", "keypress", "move", "screenshot", "scroll", "type", "wait"
    ]
    x: Pixels = 0
    y: Pixels = 0
    button: Literal["left", "right", "wheel", "back", "forward"] = "left"
    keys: Annotated[list[_Key], msgspec.Meta(max_length=8)] = []
    path: Annotated[list[Point], msgspec.Meta(max_length=500)] = []
    scroll_x: Pixels = 0
    scroll_y: Pixels = 0
    text: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    checks: Annotated[list[str], msgspec.Meta(max_length=20)] = []


def why_ask(asked: Action) -> str:
    """Say what the model's server wants a person to have seen, "" for nothing."""
    return f"the model's server asks: {'; '.join(asked.checks)[:500]}" if asked.checks else ""


async def do(page: Page, asked: Action) -> None:
    """Carry an act out. Raises UsageError for one that would send a form."""
    if asked.type in ("click", "double_click"):
        await _click(page, asked)
    elif asked.type == "drag":
        await _drag(page, asked.path)
    elif asked.type == "keypress":
        await _press(page, asked.keys)
    elif asked.type == "type":
        await _type(page, asked.text)
    elif asked.type == "scroll":
        await page.mouse.move(asked.x, asked.y)
        await page.mouse.wheel(asked.scroll_x, asked.scroll_y)
    elif asked.type == "move":
        await page.mouse.move(asked.x, asked.y)
    elif asked.type == "wait":
        await asyncio.sleep(WAIT_SECONDS)


async def _click(page: Page, asked: Action) -> None:
    if asked.button == "back":
        await page.go_back()
        return
    if asked.button == "forward":
        await page.go_forward()
        return
    await must_not_submit_at(page, asked.x, asked.y)
    button = _BUTTONS[asked.button]
    count = 2 if asked.type == "double_click" else 1
    async with AsyncExitStack() as stack:
        for key in asked.keys:
            await page.keyboard.down(_named(key))
            stack.push_async_callback(page.keyboard.up, _named(key))
        await page.mouse.click(asked.x, asked.y, button=button, click_count=count)  # type: ignore[arg-type]  # checked when it was read


async def _drag(page: Page, path: list[Point]) -> None:
    if len(path) < 2:
        raise UsageError("a drag has two points or more")
    await page.mouse.move(path[0].x, path[0].y)
    await page.mouse.down()
    try:
        for point in path[1:]:
            await page.mouse.move(point.x, point.y, steps=5)
    finally:
        await page.mouse.up()


async def _press(page: Page, keys: list[str]) -> None:
    chord = "+".join(map(_named, keys))
    try:
        msgspec.convert(chord, Annotated[str, msgspec.Meta(pattern=KEY)])
    except msgspec.ValidationError:
        raise UsageError(f"{keys!r} is no key with a name", hint="use 'type' for text") from None
    await must_not_enter(page, chord)
    await page.keyboard.press(chord)


async def _type(page: Page, text: str) -> None:
    """Type a text line by line: the end of a line is the Enter key."""
    for number, line in enumerate(text.split("\n")):
        if number:
            await _press(page, ["Enter"])
        await page.keyboard.type(line)


def _named(key: str) -> str:
    return _NAMES.get(key.upper(), key)
