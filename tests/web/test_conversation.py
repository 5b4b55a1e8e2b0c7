import asyncio

import pytest
from playwright.sync_api import Page, expect

from siyaq.core.answer import Changes, Gone, Turn
from siyaq.core.errors import ModelUnavailable
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, wait_until
from siyaq.testing.story import story_id

from .conftest import OpenPage, ask, screenshot

pytestmark = pytest.mark.browser


def test_a_question_in_english_is_answered_in_cited_quotations(page: Page) -> None:
    ask(page, "Is the bridge open?")
    expect(page.locator(".asked")).to_have_text("Is the bridge open?")
    expect(page.locator(".short")).to_have_text("reopened to cars at 11:40")
    sentences = page.locator(".sentence")
    expect(sentences).to_have_count(3)
    first = sentences.first
    expect(first.locator("blockquote")).to_have_text("Wadi Noor bridge reopened to cars at 11:40.")
    expect(first.locator(".who")).to_have_text("Wadi Noor Civil Defence")
    expect(first.locator("time")).to_have_text("35 min. ago")
    expect(first.locator(".marker")).to_have_text("[1]")
    expect(page.locator(".covered")).to_contain_text("As of ")
    expect(page.locator(".covered")).to_contain_text("Not listening to")
    expect(page.locator("#announcer")).to_contain_text("The answer has 3 sentences.")


def test_a_question_in_arabic_is_answered_in_arabic(open_page: OpenPage) -> None:
    page = open_page(locale="ar")
    ask(page, "هل فُتح الجسر؟")
    first = page.locator(".sentence").first
    expect(first.locator("blockquote")).to_contain_text("أُعيد فتح جسر وادي النور")
    expect(first.locator(".context-button")).to_have_text("السياق")
    expect(page.locator(".covered")).to_contain_text("حتى")
    assert first.locator("blockquote").evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_post_text_keeps_its_own_direction_in_either_interface(open_page: OpenPage) -> None:
    for locale in ("en", "ar"):
        page = open_page(locale=locale)
        ask(page, "How many families?")
        directions = page.locator(".sentence blockquote").evaluate_all(
            "nodes => nodes.map(node => getComputedStyle(node).direction)"
        )
        assert directions == ["ltr", "rtl"]
        isolation = page.locator(".sentence blockquote").first.evaluate(
            "node => getComputedStyle(node).unicodeBidi"
        )
        assert isolation == "isolate"


def test_sentences_are_shown_as_they_come(page: Page, product: FakeProduct, server: Served) -> None:
    taken = [None] * 2
    gate = asyncio.Event()

    async def pace() -> None:
        if taken:
            taken.pop()
        else:
            await gate.wait()

    product.pace = pace
    page.locator("#question").fill("Is the bridge open?")
    page.locator("#question").press("Enter")
    expect(page.locator(".sentence")).to_have_count(1)
    expect(page.locator(".reply")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".step")).to_have_text("Checking every sentence")
    expect(page.locator("#announcer")).to_have_text("Checking every sentence")
    expect(page.locator("#send")).to_have_text("Stop")
    server.call(gate.set)
    expect(page.locator(".sentence")).to_have_count(3)
    expect(page.locator("#send")).to_have_text("Ask")


def test_an_answer_can_be_stopped_and_the_server_stops_too(
    page: Page, product: FakeProduct
) -> None:
    product.pace = asyncio.Event().wait  # type: ignore[assignment]  # it never comes
    page.locator("#question").fill("Is the bridge open?")
    page.locator("#question").press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".step")).to_contain_text("Stopped")
    expect(page.locator("#send")).to_have_text("Ask")
    wait_until(lambda: product.abandoned == 1, "the answer is abandoned")


def test_a_follow_up_knows_what_was_said(page: Page, product: FakeProduct) -> None:
    ask(page, "Is the bridge open?")
    ask(page, "and the trucks?")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".asked").first).to_be_attached()
    first, second = product.asked
    assert first.history == ()
    assert second.history[0] == Turn(role="user", content="Is the bridge open?")
    assert second.history[1].role == "assistant"
    assert second.history[1].content.startswith("Wadi Noor bridge reopened")


def test_an_example_asks_itself(page: Page, product: FakeProduct) -> None:
    page.get_by_role("button", name="What happened in the latest story?").click()
    expect(page.locator(".sentence")).to_have_count(3)
    assert product.asked[0].text == "What happened in the latest story?"
    expect(page.locator("#welcome")).to_be_hidden()


def test_examples_are_in_the_language_of_the_page(page: Page, product: FakeProduct) -> None:
    page.locator("#language").click()
    expect(page.locator(".examples button")).to_have_text(
        ["ما آخر ما حدث؟", "عمّ يتحدث الناس الآن؟"]
    )
    page.get_by_role("button", name="ما آخر ما حدث؟").click()
    expect(page.locator(".sentence")).to_have_count(3)
    assert product.asked[0].text == "ما آخر ما حدث؟"


def test_not_knowing_is_said_plainly_with_the_window_searched(page: Page) -> None:
    ask(page, "Who won the cup?")
    notice = page.locator(".notice.abstained")
    expect(notice).to_contain_text("I don’t know")
    expect(notice).to_contain_text("Nothing in the posts I hold speaks to this.")
    expect(page.locator(".covered")).to_contain_text("Searched posts of")
    ask(page, "What was said last night?")
    expect(page.locator(".notice").last).to_contain_text("I was not listening")


@pytest.mark.parametrize(
    ("locale", "by_model", "refused", "failed"),
    [
        ("en", "Phrased by \u2068gguf:small\u2069", "did not pass the checks", "took too long"),
        ("ar", "صاغه \u2068gguf:small\u2069", "لم يجتز التحقّق", "طال انتظاره"),
    ],
)
def test_what_a_model_had_to_do_with_it_is_said(
    open_page: OpenPage,
    product: FakeProduct,
    locale: str,
    by_model: str,
    refused: str,
    failed: str,
) -> None:
    page = open_page(locale=locale)
    ask(page, "Is the bridge open?")
    product.unphrased = "refused"
    ask(page, "Is the bridge open?")
    product.unphrased = "failed"
    ask(page, "Is the bridge open?")
    product.model, product.unphrased = "gguf:small", None
    ask(page, "Is the bridge open?")
    quoted, unphrased, unreached, phrased = (page.locator(".covered").nth(at) for at in range(4))
    expect(phrased).to_contain_text(by_model)
    expect(unphrased).to_contain_text(refused)
    expect(unphrased).not_to_contain_text("gguf")
    expect(unreached).to_contain_text(failed)
    expect(quoted).not_to_contain_text(refused)


def test_sources_that_disagree_stand_side_by_side(page: Page) -> None:
    ask(page, "How many families?")
    expect(page.locator(".notice.partial")).to_contain_text("The sources do not agree")
    sides = page.locator(".sides > li")
    expect(sides).to_have_count(2)
    expect(sides.nth(0)).to_contain_text("12")
    expect(sides.nth(1)).to_contain_text("20")
    boxes = [sides.nth(place).bounding_box() for place in range(2)]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", ["one source", "5 accounts, one source", "3 sources"]),
        ("ar", ["مصدر واحد", "5 حسابات، مصدر واحد", "3 مصادر"]),
    ],
)
def test_each_sentence_says_how_many_stand_behind_it(
    open_page: OpenPage, locale: str, told: list[str]
) -> None:
    page = open_page(locale=locale)
    ask(page, "Is the bridge open?")
    expect(page.locator(".sentence .voices")).to_have_text(told)


def test_the_evidence_can_be_read_in_full(page: Page) -> None:
    ask(page, "Is the bridge open?")
    page.locator(".evidence summary").click()
    expect(page.locator(".evidence li")).to_have_count(3)
    expect(page.locator(".evidence li").first).to_contain_text("Trucks must still use")


def test_a_failure_is_told_and_can_be_tried_again(
    open_page: OpenPage, product: FakeProduct
) -> None:
    page = open_page(faults=True)
    product.failure = ModelUnavailable("cannot reach model 'm'", hint="start it")
    ask(page, "Is the bridge open?")
    failed = page.locator(".notice.failed")
    expect(failed).to_contain_text("The model cannot be reached.")
    expect(failed).to_contain_text("cannot reach model 'm'; start it")
    product.failure = None
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sentence")).to_have_count(3)


def test_being_offline_is_told(open_page: OpenPage) -> None:
    page = open_page(faults=True)
    expect(page.locator("#state")).to_have_attribute("data-state", "live")
    page.context.set_offline(True)
    ask(page, "Is the bridge open?")
    expect(page.locator(".notice.failed")).to_contain_text("The server cannot be reached.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sentence")).to_have_count(3)


def test_words_of_a_post_that_was_deleted_are_taken_back(
    page: Page, product: FakeProduct, server: Served
) -> None:
    ask(page, "Is the bridge open?")
    expect(page.locator("#state")).to_have_attribute("data-state", "live")
    wait_until(lambda: product.listeners == 1, "the stream is open")
    server.call(lambda: product.delete(story_id("open")))
    expect(page.locator(".sentence").first).to_have_text(
        "This post was deleted by its author. Its words are no longer shown."
    )
    assert "reopened to cars" not in page.content()
    ask(page, "and the boats?")
    assert "reopened" not in product.asked[-1].history[1].content


def test_figures_alone_begin_where_the_page_does(open_page: OpenPage) -> None:
    page = open_page(locale="ar")
    ask(page, "في أي ساعة فُتح الجسر؟")
    short = page.locator(".short")
    expect(short).to_have_text("11:40")
    expect(short).to_have_css("direction", "rtl")


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_counts_can_be_opened_down_to_each_post(open_page: OpenPage, locale: str) -> None:
    page = open_page(locale=locale)
    question = {"en": "What are people saying about the bridge?", "ar": "ماذا يقول الناس عن الجسر؟"}
    ask(page, question[locale])
    tally = page.locator(".tally")
    told = {"en": "2 independent accounts", "ar": "حسابان مستقلان"}
    expect(tally.locator(".short")).to_have_text(told[locale])
    groups = tally.locator(".tally-groups > li")
    expect(groups).to_have_count(2)
    groups.first.locator("summary").click()
    screenshot(page, f"tally-{locale}")
    groups.first.locator(".tally-posts button").first.click()
    expect(page.locator(".panel-post")).to_contain_text(
        {"en": "Wadi Noor", "ar": "وادي النور"}[locale]
    )


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_what_changed_since_the_same_was_asked_is_told(
    open_page: OpenPage, product: FakeProduct, server: Served, locale: str
) -> None:
    page = open_page(locale=locale)
    ask(page, "Is the bridge open?")
    expect(page.locator(".turn").last.locator(".sentence")).to_have_count(3)
    changed = Changes(
        answer_id="a1",
        since=product.now,
        added=("e1",),
        gone=(Gone(post_id=story_id("closed"), why="deleted"),),
        short_answer_before="still closed",
        short_answer_post=story_id("open"),
    )
    product.changed = changed
    ask(page, "Is the bridge open?")
    lines = page.locator(".turn").last.locator(".changed li")
    expect(lines).to_have_count(3)
    first = {"en": "1 post is new", "ar": "منشور جديد واحد"}
    expect(lines.first).to_have_text(first[locale])
    expect(lines.last).to_contain_text("still closed")
    assert product.asked[-1].previous == "a1"
    screenshot(page, f"changed-{locale}")
    server.call(lambda: product.delete(story_id("open")))
    expect(lines).to_have_count(2)


def test_an_answer_that_is_no_longer_kept_does_not_end_the_conversation(
    open_page: OpenPage, product: FakeProduct
) -> None:
    page = open_page(faults=True)
    ask(page, "Is the bridge open?")
    expect(page.locator(".sentence")).to_have_count(3)
    product.kept.clear()
    ask(page, "and the trucks?")
    expect(page.locator(".turn").last.locator(".sentence")).to_have_count(1)
    assert product.asked[-1].previous == ""
    assert product.asked[-1].history[0] == Turn(role="user", content="Is the bridge open?")
