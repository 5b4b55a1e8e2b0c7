"""The page of plans: levers by mouse and keyboard, both languages, any width, a report to keep."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from siyaq.testing.serving import Served

from .conftest import OpenPage, screenshot
from .test_interface import ARABIC, NAMELESS, OVERFLOWING, POOR_CONTRAST

pytestmark = pytest.mark.browser


def planned(page: Page, server: Served, name: str = "one-million") -> Page:
    """Open the page of plans on a scenario, and wait for its first result."""
    page.goto(f"{server.url}/plan#{name}")
    expect(page.locator("html")).not_to_have_class("booting")
    expect(page.locator("#scenario")).to_have_value(name)
    expect(page.locator(f"#result[data-scenario={name}]")).to_have_count(1)
    settled(page)
    return page


def settled(page: Page) -> None:
    expect(page.locator("#result")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".headlines li").first).to_be_visible()


def headline(page: Page, label: str) -> str:
    found = page.locator(".headlines li").filter(has_text=label).locator("b")
    return found.inner_text()


@pytest.fixture
def plan(page: Page, server: Served, browser_thread: ThreadPoolExecutor) -> Page:
    return browser_thread.submit(planned, page, server).result()


def test_a_lever_moves_the_result(plan: Page) -> None:
    before = headline(plan, "graphics cards")
    users = plan.get_by_label("people who use it in a week")
    users.focus()
    expect(users).to_have_attribute("aria-valuetext", "1 million people")
    for _ in range(3):
        users.press("PageUp")
    expect(plan.locator(".headlines li").first.locator("b")).not_to_have_text(before)
    settled(plan)
    expect(users).to_have_attribute("aria-valuetext", re.compile("million people"))
    plan.get_by_role("button", name="As the scenario says").click()
    expect(plan.locator(".headlines li").first.locator("b")).to_have_text(before)


def test_another_scenario_model_and_mix_are_chosen_by_name(plan: Page) -> None:
    plan.get_by_label("Scenario", exact=True).select_option("mastodon-50k")
    expect(plan.locator("#plan-title")).to_have_text("A Mastodon server of 50,000")
    settled(plan)
    expect(plan.locator(".headlines")).not_to_contain_text("graphics cards")
    plan.get_by_label("Model", exact=True).select_option("llama-3-8b")
    expect(plan.locator(".headlines")).to_contain_text("graphics cards")
    settled(plan)
    carbon = headline(plan, "carbon of one request")
    plan.get_by_label("Energy", exact=True).select_option("nuclear")
    expect(plan.locator(".headlines b").last).not_to_have_text(carbon)


def test_what_is_shown_is_what_the_server_computes(plan: Page, server: Served) -> None:
    planned(plan, server, "one-million-weekly")
    told = plan.evaluate(
        "async () => (await fetch('/v1/plan/one-million-weekly?samples=0')).json()"
    )
    assert told["results"]["nodes"]["value"] == 3
    assert [check["ok"] for check in told["checks"]] == [True] * 4
    assert headline(plan, "graphics cards") == "24 GPUs"
    assert headline(plan, "power at full load") == "31.6 kW"
    expect(plan.locator(".lines").first).to_contain_text("✓ cost of a day: 1,152 USD/day")


def test_a_plan_that_does_not_hold_together_warns(plan: Page, server: Served) -> None:
    planned(plan, server, "newsroom")
    speed = plan.get_by_label("tokens a second that one reader must get")
    speed.focus()
    speed.press("End")
    expect(plan.locator(".warning")).to_contain_text("Readers wait longer")


def test_the_page_speaks_arabic_from_right_to_left(plan: Page, server: Served) -> None:
    plan.get_by_role("button", name="العربية").click()
    expect(plan.locator("html")).to_have_attribute("dir", "rtl")
    expect(plan.locator("#plan-title")).to_have_text("مليون مستخدم أسبوعيًا")
    settled(plan)
    for place in (".levers label", ".headlines .what", "#told h2", "#told caption", "option"):
        for text in plan.locator(place).all_inner_texts():
            if re.search(r"[a-z]-|\bnone\b|h[128]00|laptop|workstation|frontier|gb200|a100", text):
                continue  # names of models and cards
            assert ARABIC.search(text), (place, text)
    first = plan.locator(".chart rect").first.bounding_box()
    chart = plan.locator(".chart").first.bounding_box()
    assert first
    assert chart
    assert first["x"] + first["width"] < chart["x"] + chart["width"] * 0.65  # from the right
    screenshot(plan, "plan-ar")
    assert plan.evaluate(POOR_CONTRAST) == []
    assert plan.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_and_has_a_name(
    open_page: OpenPage, server: Served, scheme: str
) -> None:
    plan = planned(open_page(scheme=scheme), server)
    assert plan.evaluate(NAMELESS) == []
    assert plan.evaluate(POOR_CONTRAST) == []
    assert plan.evaluate(OVERFLOWING) == []
    screenshot(plan, f"plan-{scheme}")


@pytest.mark.parametrize("width", [360, 768, 1600])
def test_nothing_hangs_over_the_edge(open_page: OpenPage, server: Served, width: int) -> None:
    plan = planned(open_page(size=(width, 800)), server, "four-hundred-million")
    assert plan.evaluate(OVERFLOWING) == []


def test_all_of_it_is_reached_by_keyboard_and_said_aloud(plan: Page) -> None:
    plan.keyboard.press("Tab")
    plan.keyboard.press("Enter")
    expect(plan.locator("#result")).to_be_focused()
    reached = set()
    plan.locator("#scenario").focus()
    for _ in range(30):
        reached.add(plan.evaluate("document.activeElement.id || document.activeElement.tagName"))
        plan.keyboard.press("Tab")
    levers = plan.locator(".lever input").count()
    assert levers >= 12
    assert len([one for one in reached if one.startswith("lever-")]) == levers
    assert reached >= {"scenario", "model", "hardware", "asked", "energy", "reset", "report"}
    expect(plan.locator("#announcer")).to_contain_text("graphics cards")
    for chart in plan.locator(".chart").all():
        assert len(chart.get_attribute("aria-label") or "") > 40


def test_the_report_is_kept_as_a_file_of_its_own(plan: Page, tmp_path: Path) -> None:
    with plan.expect_download() as waiting:
        plan.locator("#report").click()
    kept = tmp_path / "report.html"
    waiting.value.save_as(kept)
    assert waiting.value.suggested_filename == "siyaq-plan-one-million.html"
    text = kept.read_text(encoding="utf-8")
    assert "A million weekly users" in text
    assert 'dir="rtl"' in text


def test_a_server_that_is_gone_is_said(
    open_page: OpenPage, server: Served, browser_thread: ThreadPoolExecutor
) -> None:
    plan = planned(open_page(faults=True), server)
    plan.route("**/v1/plan/**", lambda route: route.abort())
    plan.get_by_label("Model", exact=True).select_option("none")
    expect(plan.get_by_role("alert")).to_be_visible()


def test_the_kept_report_turns_its_language_without_a_script(
    plan: Page, server: Served, tmp_path: Path
) -> None:
    text = plan.evaluate("async () => (await fetch('/v1/plan/programme-30b/report')).text()")
    kept = tmp_path / "report.html"
    kept.write_text(text, encoding="utf-8")
    browser = plan.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=True, viewport={"width": 1000, "height": 900})
    try:
        page = context.new_page()
        page.goto(kept.as_uri())
        expect(page.locator("article:lang(en)")).to_be_visible()
        expect(page.locator("article:lang(ar)")).to_be_hidden()
        page.locator("label[for=ar]").click()
        expect(page.locator("article:lang(ar)")).to_be_visible()
        expect(page.locator("article:lang(en)")).to_be_hidden()
        page.locator("#ar").press("ArrowLeft")
        expect(page.locator("article:lang(en)")).to_be_visible()
        for language in ("en", "ar"):
            page.locator(f"label[for={language}]").click()
            screenshot(page, f"plan-report-{language}")
            assert page.evaluate(POOR_CONTRAST) == []
            assert page.evaluate(OVERFLOWING) == []
        assert json.dumps(page.evaluate("document.scripts.length")) == "0"
    finally:
        context.close()
