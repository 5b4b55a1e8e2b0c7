"""A task that has begun, the tools to do it with, and what was done, written down as a plan."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from siyaq.agents import Act
from siyaq.agents.browser import Session, browser_tools

FOR_EVER_MS = 10_000_000
START = f"""(() => {{
  Math.seedrandom("{{seed}}");
  core.EPISODE_MAX_TIME = {FOR_EVER_MS};
  core.startEpisodeReal();
}})()"""
REWARD = "core.EP_TIMER === null ? WOB_RAW_REWARD_GLOBAL : 0"
_REPEATED = ("browser_click", "browser_press")


def start_of(seed: int) -> str:
    """Return the script that begins a task: the same one for the same seed."""
    return START.replace("{seed}", str(seed))


class Page:
    """A task that has begun, and the tools to do it with. `plan`: the calls that were made."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._tools = {tool.name: tool for tool in browser_tools(session, ["127.0.0.1"])}
        self.query = ""
        self.plan: list[dict[str, Any]] = []

    async def use(self, name: str, **arguments: Any) -> Any:
        """Call one of the browser's tools, and write it down."""
        tool = self._tools[name]
        act = Act("run/s1", tool.reserve, self._folder)
        value = (await tool.run(tool.read(arguments), act)).value
        self._note(name, arguments)
        return value

    def _note(self, name: str, arguments: dict[str, Any]) -> None:
        last = self.plan[-1] if self.plan else {"tool": ""}
        if last["tool"] == name and name in _REPEATED:
            before = {key: value for key, value in last["arguments"].items() if key != "times"}
            if before == arguments:
                last["arguments"] = {**before, "times": last["arguments"].get("times", 1) + 1}
                return
        self.plan.append({"tool": name, "arguments": arguments})

    async def begin(self, url: str, seed: int) -> None:
        """Open a task, and read what it asks for."""
        await self.use("browser_open", url=url)
        await self.js(start_of(seed))
        self.query = " ".join((await self._session.page.inner_text("#query")).split())
        self.plan = []

    async def js(self, text: str, *given: Any) -> Any:
        """Look at the page as only an oracle may."""
        return await self._session.page.evaluate(text, *given)

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
