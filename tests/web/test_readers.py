"""Readers rate a card and propose notes: without a mouse, in both languages."""

import pytest
from playwright.sync_api import Locator, Page, expect

from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served
from siyaq.testing.story import HOSTILE, story_id

from .axe import serious
from .conftest import OpenPage, ask, screenshot

pytestmark = pytest.mark.browser

WORDS = {
    "en": {
        "judge": "Readers’ judgement",
        "card": "Does this context help?",
        "helpful": "Helpful",
        "not": "Not helpful",
        "rated": "Your rating was taken.",
        "propose": "Propose a note",
        "text": "Your note",
        "fine": "It misleads nobody",
        "why": "It contains an error of fact",
        "send": "Send the note",
        "sent": "Your note was taken.",
        "notes": "Notes that readers proposed",
        "own": "Your own note",
    },
    "ar": {
        "judge": "حكم القراء",
        "card": "هل يفيدك هذا السياق؟",
        "helpful": "مفيد",
        "not": "غير مفيد",
        "rated": "سُجّل تقييمك",
        "propose": "اقترح ملاحظة",
        "text": "ملاحظتك",
        "fine": "لا يضلل أحدًا",
        "why": "فيه خطأ في الوقائع",
        "send": "أرسل الملاحظة",
        "sent": "سُجّلت ملاحظتك",
        "notes": "ملاحظات اقترحها القراء",
        "own": "هذه ملاحظتك",
    },
}


def open_card(page: Page, language: str) -> Locator:
    ask(page, "هل فُتح الجسر؟" if language == "ar" else "Is the bridge open?")
    page.locator(".sentence").nth(1).locator(".context-button").click()
    section = page.locator(".card-section", has_text=WORDS[language]["judge"])
    expect(section).to_be_attached()
    return section


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_reader_rates_and_proposes_without_a_mouse(
    open_page: OpenPage, product: FakeProduct, language: str
) -> None:
    page = open_page(locale=language)
    says = WORDS[language]
    section = open_card(page, language)

    group = section.get_by_role("group", name=says["card"])
    group.get_by_role("button", name=says["helpful"], exact=True).focus()
    page.keyboard.press("Enter")
    expect(section.get_by_role("status").first).to_contain_text(says["rated"])
    pressed = group.locator("[aria-pressed=true]")
    expect(pressed).to_have_text(says["helpful"])
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(pressed).to_have_text(says["not"])  # the last one counts

    page.keyboard.press("Tab")  # past the notes, which are closed
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    text = section.get_by_role("textbox", name=says["text"])
    page.keyboard.press("Tab")
    expect(text).to_be_focused()
    page.keyboard.type("The bridge is closed, not collapsed: see the office's own page")
    page.keyboard.press("Tab")
    section.get_by_role("checkbox", name=says["why"]).press("Space")
    section.get_by_role("button", name=says["send"]).press("Enter")
    expect(section.locator("form [role=status]")).to_contain_text(says["sent"])
    expect(section.get_by_role("button", name=says["send"])).to_be_focused()
    expect(section.get_by_role("radio").first).to_be_checked()  # ready for another
    expect(text).to_have_value("")
    assert serious(page) == []
    screenshot(page, f"readers-{language}")

    rated = [(name, helpful) for name, _, helpful in product.rated]
    post = story_id("closed_ar" if language == "ar" else "closed")
    assert rated == [(post, "helpful"), (post, "not_helpful")]
    ((name, note),) = product.proposed
    assert name == post
    assert note.text.startswith("The bridge is closed")
    assert note.classification == "misinformed_or_potentially_misleading"
    assert note.misleading_tags == ("factual_error",)


def test_a_reader_is_one_name_and_does_not_rate_their_own_note(
    page: Page, product: FakeProduct
) -> None:
    section = open_card(page, "en")
    section.get_by_text("Propose a note").click()
    section.get_by_label("Your note").fill(HOSTILE)
    section.get_by_label("It misleads nobody").check()
    expect(section.get_by_text("Why (as many as apply)")).to_be_hidden()
    section.get_by_role("button", name="Send the note").click()
    expect(section.locator("form [role=status]")).to_contain_text("Your note was taken.")
    section.get_by_text("Notes that readers proposed").click()
    listed = section.locator(".readers-notes > li")
    expect(listed.locator("blockquote")).to_have_text(HOSTILE.replace("\u202e", ""))
    expect(listed).to_contain_text("Your own note")
    expect(listed.get_by_role("button")).to_have_count(0)

    page.evaluate("localStorage.removeItem('siyaq.notes')")  # as somebody else would see it
    section.get_by_text("Notes that readers proposed").click()
    section.get_by_text("Notes that readers proposed").click()
    listed.get_by_role("button", name="Somewhat helpful").click()
    expect(listed.get_by_role("status")).to_contain_text("Your rating was taken.")
    section.get_by_role("group", name="Does this context help?").get_by_text(
        "Helpful"
    ).first.click()
    expect(section.get_by_role("status").first).to_contain_text("Your rating was taken.")
    names = {rater for _, rater, _ in product.rated}
    assert len(names) == 1
    assert names.pop().startswith("browser-")
    assert product.proposed[0][1].classification == "not_misleading"
    assert product.proposed[0][1].misleading_tags == ()


def test_what_goes_wrong_is_said_and_the_words_stay(
    open_page: OpenPage, product: FakeProduct, server: Served
) -> None:
    page = open_page(faults=True)
    section = open_card(page, "en")
    section.get_by_text("Propose a note").click()
    section.get_by_label("Your note").fill("too late")
    server.call(lambda: product.posts.pop(story_id("closed")))
    section.get_by_role("button", name="Send the note").click()
    expect(section.locator("form [role=status]")).to_have_text("Not in the record.")
    expect(section.get_by_label("Your note")).to_have_value("too late")
    expect(section.get_by_role("button", name="Send the note")).to_be_enabled()
