"""The browser of a run: what it shows, what it does, and what it cannot be made to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from siyaq.agents import Act, AnyTool
from siyaq.agents.browser import Session, browser_tools
from siyaq.agents.browser import session as browser_session
from siyaq.core.errors import SiyaqError, SourceRefused, SourceUnavailable, UsageError
from tests.agents.site import Site, site

T = TypeVar("T")

pytestmark = pytest.mark.browser


class Driven:
    """A browser on a site, and a way to call its tools from tests that do not wait."""

    def __init__(self, where: Site, folder: Path, runner: asyncio.Runner) -> None:
        self.site = where
        self.folder = folder
        self._runner = runner
        self._granted: dict[Any, float] = {}
        self.session, self.tools = self._fresh()

    def _fresh(self) -> tuple[Session, dict[str, AnyTool]]:
        session = Session(["127.0.0.1"], allowed_url=self.site.url)
        return session, {tool.name: tool for tool in browser_tools(session, ["127.0.0.1"])}

    def __call__(self, name: str, /, **arguments: Any) -> Any:
        tool = self.tools[name]
        act = Act("run-1/s1", tool.reserve, self.folder)
        return self.run(tool.run(tool.read(arguments), act)).value

    def run(self, doing: Awaitable[T]) -> T:
        async def done() -> T:
            return await doing

        return self._runner.run(done())

    def open(self, path: str, **more: Any) -> Any:
        return self("browser_open", url=self.site.url + path, **more)

    def ends(self) -> None:
        self._runner.run(self.session.__aexit__(None, None, None))

    def restarts(self) -> None:
        self.ends()
        self.session, self.tools = self._fresh()


@pytest.fixture(scope="module")
def driven(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    folder = tmp_path_factory.mktemp("browser") / "run-1"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patient, site() as where, asyncio.Runner() as runner:
        patient.setattr(browser_session, "ACT_MS", 60_000.0)  # however busy the machine is
        patient.setattr(browser_session, "CALL_SECONDS", 240.0)
        browser = Driven(where, folder, runner)
        yield browser
        browser.ends()


@pytest.fixture(autouse=True)
def forgetful(driven: Driven) -> None:
    driven.site.asked.clear()


def test_a_page_is_a_tree_and_what_it_names_can_be_clicked(driven: Driven) -> None:
    told = driven.open("/")
    assert (told["title"], told["url"]) == ("Ministry", f"{driven.site.url}/")
    line = next(line for line in told["tree"].splitlines() if 'link "Permit form"' in line)
    assert (driven.folder / told["archived"]).read_text().count("Permit form") == 1
    told = driven("browser_click", ref=line.partition("[ref=")[2].partition("]")[0])
    assert told["title"] == "Permit"
    assert driven("browser_click", role="button", name="Count")["title"] == "pressed"
    assert driven("browser_back")["title"] == "Ministry"


def test_no_request_leaves_for_another_host_or_a_private_one(driven: Driven) -> None:
    told = driven.open("/")
    assert "tracker.example" in told["refused"]
    driven("browser_click", text="Elsewhere")
    with pytest.raises(SourceRefused, match=r"'elsewhere.example' may not"):
        driven.open("/away")  # a redirect
    driven.session.visit("localhost")
    for inside in ("http://localhost:1/", "http://localhost/", "http://[::1]/", "file:///etc/"):
        with pytest.raises((SourceUnavailable, SourceRefused)):
            driven("browser_open", url=inside)
    assert {path for _, path, _ in driven.site.asked} <= {"/", "/away", "/favicon.ico"}


def test_a_host_that_is_not_listed_is_asked_about(driven: Driven) -> None:
    tool = driven.tools["browser_open"]
    assert tool.why_ask(tool.read({"url": f"{driven.site.url}/x"})) == ""
    assert "'evil.example'" in tool.why_ask(tool.read({"url": "https://evil.example/"}))
    assert tool.sinks == {"url"}


def test_nothing_is_sent_by_a_click_a_key_or_a_page_of_its_own(driven: Driven) -> None:
    driven.open("/form")
    driven("browser_type", label="Name", value="Amal")
    for name, arguments in (
        ("browser_click", {"role": "button", "name": "Send it"}),
        ("browser_press", {"key": "Enter"}),
        ("computer", {"type": "keypress", "keys": ["ENTER"]}),
        ("computer", {"type": "type", "text": "a\nb"}),
        ("browser_type", {"label": "Name", "value": "a\n", "add": True}),
    ):
        with pytest.raises(UsageError, match=r"sends a form|line"):
            driven(name, **arguments)
    driven.open("/sly")
    told = driven("browser_click", role="button", name="Next page")
    assert told["title"] == "went"
    assert "POST 127.0.0.1" in told["held"]
    driven("browser_look")
    assert driven.site.sent() == []


def test_a_form_is_sent_as_it_was_shown_and_to_whom(driven: Driven) -> None:
    tool = driven.tools["browser_submit"]
    assert (tool.acts, tool.again) == (True, False)
    assert tool.sinks == {"to", "fields"}
    fields = {"Name": "أمل", "Town": "Selwin", "urgent": True}
    driven.open("/form")
    with pytest.raises(SiyaqError, match="'Nothing'"):
        driven("browser_submit", to="127.0.0.1", fields={"Nothing": "x"})
    driven("browser_type", label="Note", value="typed before")
    with pytest.raises(UsageError, match="the form also holds 'note'"):
        driven("browser_submit", to="127.0.0.1", fields=fields)
    driven.open("/form")
    told = driven("browser_submit", to="elsewhere.example", fields=fields)
    assert told["held"] == ["POST 127.0.0.1"]
    assert driven.site.sent() == []
    told = driven("browser_submit", to="127.0.0.1", fields=fields)
    (body,) = driven.site.sent()
    assert body == "name=%D8%A3%D9%85%D9%84&town=Selwin&urgent=on&note=&token=t0"
    assert "Got name=" in told["tree"]


def test_what_is_downloaded_lands_in_the_workspace_under_a_tame_name(driven: Driven) -> None:
    driven.open("/")
    told = driven("browser_click", role="link", name="The table")
    while not told["downloads"]:
        told = driven("browser_look")
    (one,) = told["downloads"]
    kept = driven.folder / one["path"]
    assert kept.read_text() == "town,posts\nOverlune,7\n"
    assert kept.resolve().parent == driven.folder.resolve() / "downloads"
    assert told["title"] == "Ministry"


def test_a_page_gets_no_more_bytes_than_the_call_was_granted(driven: Driven) -> None:
    tool = driven.tools["browser_open"]
    act = Act("run-1/s2", {"bytes_down": 100_000}, driven.folder)
    asked = tool.read({"url": f"{driven.site.url}/large"})
    with pytest.raises(SourceUnavailable, match="larger than what is left"):
        driven.run(tool.run(asked, act))
    assert 0 < act.so_far["bytes_down"] <= 100_000
    assert driven("browser_look")["url"].startswith(driven.site.url)  # and it goes on


def test_a_model_for_computers_acts_by_coordinates_and_gets_a_picture(driven: Driven) -> None:
    driven.open("/form")
    page = driven.session.page
    box = driven.run(page.get_by_label("Note").bounding_box())
    assert box is not None
    place = {"x": box["x"] + 5, "y": box["y"] + 5}
    driven("computer", type="click", **place)
    driven("computer", type="type", text="two\nlines")
    driven("computer", type="keypress", keys=["CTRL", "a"])
    told = driven("computer", type="keypress", keys=["Delete"])
    assert "two" not in told["tree"]
    picture = (driven.folder / told["screenshot"]).read_bytes()
    assert picture.startswith(b"\x89PNG")
    driven.open("/")
    driven("computer", type="scroll", x=5, y=5, scroll_y=900)
    assert driven.run(page.evaluate("scrollY")) > 0
    for keys in (["a"], ["Shift", "nothing at all"], []):
        with pytest.raises(UsageError):
            driven("computer", type="keypress", keys=keys)


def test_tabs_are_kept_through_a_restart(driven: Driven) -> None:
    driven.open("/")
    at = len(driven.session.tabs)
    driven("browser_click", text="In a new tab")
    told = driven("browser_tab", tab=at)
    assert (told["title"], told["url"]) == ("Permit", f"{driven.site.url}/form")
    urls = told["tabs"]
    driven.restarts()
    told = driven("browser_look")
    assert (told["tabs"], told["title"]) == (urls, "Permit")
    assert driven("browser_tab", tab=at, close=True)["tab"] == at - 1
