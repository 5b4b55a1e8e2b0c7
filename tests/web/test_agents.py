"""The page of agents, on the simulated network: a brief again and again, and a run that asks.

The story is an outage that the world knows the truth of; nothing is scripted but plans that their
user writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from siyaq.testing.world import Question

from .axe import serious
from .conftest import screenshot, watched
from .demonstration import SOURCE, Demonstration, demonstration
from .test_interface import ARABIC

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstration(tmp_path_factory.mktemp("agents") / "data") as running:
        yield running


def outage(running: Demonstration, lang: str) -> Question:
    """Return a question about an outage whose right answer is known."""
    truth = running.truth()
    outages = {story.id for story in truth.stories if story.kind == "outage"}
    return next(
        one
        for one in truth.questions
        if one.story in outages and (one.lang, one.kind) == (lang, "answerable")
    )


def telling(running: Demonstration, story: str) -> set[str]:
    """Return the names of what tells of a story: posts and articles."""
    truth = running.truth()
    posts = {f"{SOURCE}:{uri}" for uri, one in truth.posts.items() if one.story == story}
    articles = (one for one in truth.articles.values() if one.story == story)
    return posts | {f"paper-{one.paper}:{one.guid}" for one in articles}


def begin(page: Page, running: Demonstration, task: str, *lines: object, steps: int = 20) -> None:
    page.goto(f"{running.url}/agents")
    expect(page.locator("html")).not_to_have_class("booting")
    page.locator("#task").fill(task)
    page.locator("#task-form summary").click()
    page.locator("#cap-steps").fill(str(steps))
    page.locator("#lines").fill("\n".join(map(json.dumps, lines)))
    page.locator("#task-form button.primary").click()
    expect(page.locator("#run-title")).to_have_text(task)


def shown(running: Demonstration, page: Page) -> dict[str, object]:
    name = page.url.partition("#")[2]
    told: dict[str, object] = httpx2.get(f"{running.url}/v1/runs/{name}").raise_for_status().json()
    return told


def test_a_brief_of_the_outage_in_arabic_every_second_until_its_budget_is_spent(
    running: Demonstration, browser: Browser, browser_thread: object
) -> None:
    question = outage(running, "ar")
    with watched(browser, running.url, locale="ar", size=(1360, 900)) as page:
        begin(page, running, f"{question.text} كل 1 ثانية", steps=4)
        expect(page.locator(".standing .status")).to_have_attribute("data-status", "stopped")
        expect(page.locator(".standing .by")).to_contain_text("نفدت الميزانية")
        told = shown(running, page)
        result = told["result"]
        assert isinstance(result, dict)
        assert result["status"] in ("answered", "partial")
        said = " ".join(one["text"] for one in result["sentences"])
        assert all(any(form in said for form in forms) for forms in question.must_contain)
        cited = {one["post_id"] for one in result["references"]}
        assert cited & telling(running, question.story)
        assert told["usage"]["steps"] == 4  # type: ignore[index]
        children = told["children"]
        assert isinstance(children, list)
        assert [one["status"] for one in children].count("done") == 2
        expect(page.locator(".cited > p").first).to_have_text(result["sentences"][0]["text"])
        for place in ("h2:visible", "#run .status", ".purse .what", "#runs .status"):
            for text in page.locator(place).all_inner_texts():
                assert ARABIC.search(text), (place, text)
        screenshot(page, "agents-ar")


def test_a_run_asks_on_the_page_is_planned_anew_and_goes_on(
    running: Demonstration, browser: Browser, browser_thread: object
) -> None:
    question = outage(running, "en")
    posts = {"tool": "search", "id": "found", "arguments": {"text": question.text, "k": 3}}
    name = {"$from": "found", "at": "/hits/0/post/author/handle"}
    note = {"tool": "write_file", "id": "note", "arguments": {"path": name, "text": "noted"}}
    files = {"tool": "list_files", "id": "files", "arguments": {}}
    with watched(browser, running.url, size=(1360, 900)) as page:
        begin(page, running, "Note who said it", posts, note, files)
        expect(page.locator(".approve")).to_contain_text("its path holds words from outside")
        expect(page.locator(".approve .pairs")).to_contain_text("noted")
        screenshot(page, "agents")
        assert serious(page) == []
        page.locator("#plan-of-run summary").click()
        lines = page.locator("#plan-of-run textarea")
        lines.fill(lines.input_value().replace("noted", "noted again"))
        page.get_by_role("button", name="Use this plan").click()
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".approve .pairs")).to_contain_text("noted again")
        page.get_by_role("button", name="Allow").click()
        expect(page.locator(".standing .status")).to_have_attribute("data-status", "done")
        expect(page.locator(".cited")).to_contain_text(re.compile('"bytes": 11'))
        expect(page.locator(".step")).to_have_count(3)


def test_a_run_within_a_run_is_shown_in_its_step_and_asks_there(
    running: Demonstration, browser: Browser, browser_thread: object
) -> None:
    question = outage(running, "ar")
    name = {"$from": "found", "at": "/hits/0/post/author/handle"}
    within = [
        {"tool": "search", "id": "found", "arguments": {"text": question.text, "k": 3}},
        {"tool": "write_file", "id": "note", "arguments": {"path": name, "text": "noted"}},
    ]
    told = {"task": "Note who said it", "plan": [json.dumps(one) for one in within]}
    with watched(browser, running.url, size=(1360, 900)) as page:
        begin(page, running, "Have it noted", {"tool": "delegate", "id": "d", "arguments": told})
        expect(page.locator(".approve")).to_contain_text("its path holds words from outside")
        expect(page.locator(".step .step")).to_have_count(2)
        page.get_by_role("button", name="Allow").click()
        expect(page.locator(".standing .status")).to_have_attribute("data-status", "done")
        expect(page.locator(".step .step .status").last).to_have_attribute("data-status", "done")
        assert serious(page) == []
