"""The tools that drive a browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal

import msgspec

from siyaq.agents.amounts import Amounts
from siyaq.agents.browser import computer, forms
from siyaq.agents.browser.session import Session
from siyaq.agents.browser.shown import shown
from siyaq.agents.browser.targets import Target, found, must_not_enter, must_not_submit
from siyaq.agents.hosts import allows, plain_host, read_hosts
from siyaq.agents.tool import Act, AnyTool, Done, Tool, nothing_to_ask
from siyaq.core.errors import UsageError

BYTES_DOWN = 16 * 1024 * 1024
BYTES_UP = 1024 * 1024
SECONDS = 90.0

_Url = Annotated[str, msgspec.Meta(min_length=8, max_length=2000)]
_Text = Annotated[str, msgspec.Meta(max_length=20_000)]
_Key = Annotated[str, msgspec.Meta(pattern=computer.KEY, max_length=60)]


class Open(msgspec.Struct, forbid_unknown_fields=True):
    """A page, by its address."""

    url: _Url
    new_tab: bool = False


class Look(msgspec.Struct, forbid_unknown_fields=True):
    """The page in front, as it is now. `wait_for`: words that must be there first."""

    screenshot: bool = False
    wait_for: Annotated[str, msgspec.Meta(max_length=500)] = ""


_Times = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Click(Target, kw_only=True):
    """What to click, and how often in a row."""

    double: bool = False
    times: _Times = 1
    button: Literal["left", "right", "middle"] = "left"


class Type(Target, kw_only=True):
    """A field, and what it is to say; `add` keeps what it says already."""

    value: _Text
    add: bool = False


class Select(Target, kw_only=True):
    """A list, and what to choose in it: by what is shown or by value."""

    values: list[_Text]


class Press(msgspec.Struct, forbid_unknown_fields=True):
    """A key by its name, such as "ArrowDown" or "Control+a", and how often in a row."""

    key: _Key
    times: _Times = 1


class Scroll(msgspec.Struct, forbid_unknown_fields=True):
    """How far to scroll, in pixels: down and right are positive."""

    down: Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)] = 600
    right: Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)] = 0


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing to be said."""


class Tab(msgspec.Struct, forbid_unknown_fields=True):
    """A tab, counted from 0."""

    tab: Annotated[int, msgspec.Meta(ge=0, le=100)]
    close: bool = False


class Submit(msgspec.Struct, forbid_unknown_fields=True):
    """Exactly what a form is to say, by label or name of each field, and the host that gets it."""

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    fields: Annotated[dict[str, _Text | bool], msgspec.Meta(min_length=1, max_length=100)]
    button: Target | None = None


class _Acts:
    """What each tool does with the page in front."""

    def __init__(self, session: Session, hosts: frozenset[str]) -> None:
        self._session = session
        self._hosts = hosts

    def why_ask(self, asked: Open) -> str:
        if allows(self._hosts, asked.url):
            return ""
        return f"{plain_host(asked.url)!r} is not on the list of hosts it may visit"

    async def open(self, asked: Open, act: Act) -> Done:
        self._session.visit(plain_host(asked.url))
        async with self._session.acting(act):
            await self._session.open(asked.url, new_tab=asked.new_tab)
            done = await shown(self._session, act, keep=True)
        return Done(done.value, {**done.spent, "pages": 1})

    async def look(self, asked: Look, act: Act) -> Done:
        async with self._session.acting(act):
            if asked.wait_for:
                await self._session.page.get_by_text(asked.wait_for).first.wait_for()
            return await shown(self._session, act, picture=asked.screenshot, keep=True)

    async def click(self, asked: Click, act: Act) -> Done:
        async with self._session.acting(act):
            element = found(self._session.page, asked)
            for _ in range(asked.times):
                await must_not_submit(element)
                await element.click(button=asked.button, click_count=2 if asked.double else 1)
            return await shown(self._session, act)

    async def type(self, asked: Type, act: Act) -> Done:
        async with self._session.acting(act):
            element = found(self._session.page, asked)
            if asked.add and "\n" in asked.value:
                raise UsageError("a line cannot be ended while adding", hint="leave out 'add'")
            if asked.add:
                await element.press_sequentially(asked.value)
            else:
                await element.fill(asked.value)
            return await shown(self._session, act)

    async def select(self, asked: Select, act: Act) -> Done:
        async with self._session.acting(act):
            await found(self._session.page, asked).select_option(asked.values)
            return await shown(self._session, act)

    async def press(self, asked: Press, act: Act) -> Done:
        async with self._session.acting(act):
            for _ in range(asked.times):
                await must_not_enter(self._session.page, asked.key)
                await self._session.page.keyboard.press(asked.key)
            return await shown(self._session, act)

    async def scroll(self, asked: Scroll, act: Act) -> Done:
        async with self._session.acting(act):
            await self._session.page.mouse.wheel(asked.right, asked.down)
            return await shown(self._session, act)

    async def back(self, _: Nothing, act: Act) -> Done:
        async with self._session.acting(act):
            await self._session.page.go_back()
            return await shown(self._session, act)

    async def tab(self, asked: Tab, act: Act) -> Done:
        async with self._session.acting(act):
            await self._session.switch(asked.tab)
            if asked.close:
                await self._session.page.close()
            return await shown(self._session, act)

    async def submit(self, asked: Submit, act: Act) -> Done:
        async with self._session.acting(act, sends_to=asked.to):
            page = self._session.page
            last = await forms.fill(page, asked.fields)
            await forms.send(page, last, asked.button)
            return await shown(self._session, act, keep=True)

    async def computer(self, asked: computer.Action, act: Act) -> Done:
        async with self._session.acting(act):
            await computer.do(self._session.page, asked)
            return await shown(self._session, act, picture=True)


def browser_tools(session: Session, names: Sequence[str]) -> list[AnyTool]:
    """Return the tools of a browser. `names` are the hosts that need no asking."""
    acts = _Acts(session, read_hosts(names))
    return [
        _tool("browser_open", "Open a page: its tree.", Open, acts.open, "url", why=acts.why_ask),
        _tool("browser_look", "The page in front, as a tree.", Look, acts.look),
        _tool("browser_click", "Click something that sends no form.", Click, acts.click),
        _tool("browser_type", "Type into a field.", Type, acts.type, "value"),
        _tool("browser_select", "Choose in a list.", Select, acts.select, "values"),
        _tool("browser_press", "Press a key.", Press, acts.press),
        _tool("browser_scroll", "Scroll the page.", Scroll, acts.scroll),
        _tool("browser_back", "Go back to the page before.", Nothing, acts.back),
        _tool("browser_tab", "Bring a tab to the front, or close it.", Tab, acts.tab),
        _tool(
            "browser_submit",
            "Fill a form with exactly this and send it; the user is asked first.",
            Submit,
            acts.submit,
            "to",
            "fields",
            acts=True,
        ),
        _tool(
            "computer",
            "Act on the page by coordinates; answers with a screenshot.",
            computer.Action,
            acts.computer,
            "text",
            why=computer.why_ask,
        ),
    ]


def _tool(
    name: str,
    about: str,
    arguments: type[msgspec.Struct],
    run: Callable[[Any, Act], Awaitable[Done]],
    *sinks: str,
    acts: bool = False,
    why: Callable[[Any], str] = nothing_to_ask,
) -> AnyTool:
    reserve: Amounts = {"bytes_down": BYTES_DOWN, "bytes_up": BYTES_UP}
    return Tool(
        name=name,
        about=about,
        arguments=arguments,
        run=run,
        outside=True,
        acts=acts,
        again=not acts,
        alone=True,
        why_ask=why,
        sinks=frozenset(sinks),
        reserve={**reserve, "pages": 1} if name == "browser_open" else reserve,
        seconds=SECONDS,
    )
