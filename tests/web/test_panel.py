import re
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from siyaq.core.card import ContextCard
from siyaq.core.ids import AuthorId
from siyaq.core.post import Author, Media
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, wait_until
from siyaq.testing.story import HOSTILE, story_id

from .axe import serious
from .conftest import AlterCards, OpenPage, ask, screenshot

pytestmark = pytest.mark.browser


def open_card(page: Page) -> Locator:
    """Open the card of the post that says that the bridge is closed."""
    ask(page, "Is the bridge open?")
    page.locator(".sentence").nth(1).get_by_role("button", name="Context").click()
    return page.locator(".card")


def test_a_citation_opens_its_post_with_the_quoted_words_marked(page: Page) -> None:
    ask(page, "Is the bridge open?")
    page.get_by_role("button", name="Citation 3").click()
    panel = page.get_by_role("dialog")
    expect(panel.locator("mark")).to_have_text(
        "Engineers inspected the bridge at ten and found no damage to its piers."
    )
    expect(panel.locator(".panel-text")).to_contain_text("The river at Wadi Noor rose")
    expect(panel.locator(".who")).to_have_text("The Noor Paper")
    expect(panel.locator(".clocks dt")).to_have_count(3)
    expect(panel.locator(".clocks")).to_contain_text("On the author’s clock")


def test_a_link_out_is_a_name_and_a_step_of_its_own(page: Page) -> None:
    ask(page, "Is the bridge open?")
    page.get_by_role("button", name="Citation 1").click()
    original = page.locator(".original")
    expect(original.locator(".host")).to_have_text("social.example")
    link = original.get_by_role("link", name="Open")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(link).to_have_attribute("href", "https://social.example/post/3kopen")


def test_the_panel_is_there_at_once_and_moves_for_nobody_who_wants_it_still(page: Page) -> None:
    ask(page, "Is the bridge open?")
    page.get_by_role("button", name="Citation 1").click()
    expect(page.locator("mark")).to_be_visible()
    moves = """() => {
      const style = getComputedStyle(document.querySelector("#panel"));
      return [style.animationName, parseFloat(style.animationDuration)];
    }"""
    assert page.evaluate(moves)[0] == "none"  # the tests' browser wants it still
    page.emulate_media(reduced_motion="no-preference")
    name, seconds = page.evaluate(moves)
    assert (name, seconds <= 0.1) == ("slide", True)
    page.emulate_media(reduced_motion="reduce")


def test_closing_the_panel_gives_the_focus_back(page: Page) -> None:
    ask(page, "Is the bridge open?")
    marker = page.get_by_role("button", name="Citation 2")
    for close in ("Escape", "button"):
        marker.focus()
        marker.press("Enter")
        expect(page.locator("mark")).to_be_visible()
        expect(page.locator("#panel-title")).to_be_focused()
        if close == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(marker).to_be_focused()


def test_a_card_tells_first_seen_spread_changes_thread_and_what_is_unknown(page: Page) -> None:
    card = open_card(page)
    expect(card.locator(".lead").first).to_contain_text("@civildefence.wadinoor.example")
    expect(card.locator(".lead time")).to_have_text("3 hr. ago")
    expect(card).to_contain_text("This post is the earliest we hold that says this.")
    expect(card).to_contain_text("Medium confidence")
    expect(card).to_contain_text("Our record covers ")
    expect(card).to_contain_text("@riveraid.example claims")
    expect(card.locator(".counts")).to_have_text("4 posts 4 accounts")
    expect(card.locator(".chart rect")).to_have_count(8)
    rows = card.locator(".chart tbody tr td:last-child").all_text_contents()
    assert rows == ["1", "1", "0", "1", "0", "1", "0", "0"]
    expect(card.locator("del")).to_have_text(["is", "closed"])
    expect(card.locator("ins")).to_have_text(["has", "collapsed", "Stay", "safe!"])
    expect(card.locator(".thread > li")).to_have_count(3)
    expect(card.locator(".thread .self")).to_contain_text("closed in both directions")
    expect(card).to_contain_text("1 post of the conversation is not in the record.")
    expect(card.locator(".points li")).to_have_count(1)  # the other stands under the claim
    expect(card.locator("details.refutes summary")).to_have_text("1 post refutes it")
    expect(card.locator(".bearings .refutes")).to_contain_text("Reports of a collapse are false.")
    expect(card.locator(".timeline .relation")).to_have_text(["First report", "Correction"])
    expect(card.locator(".timeline .correction")).to_contain_text("calls itself an office")
    expect(card.locator(".checks [data-rating=false]")).to_contain_text(
        "reviewed “\u2068The bridge of Wadi Noor has collapsed\u2069”: \u2068False\u2069"
    )
    expect(card).to_contain_text("1 account asks where it comes from")
    expect(card.locator(".unknown li")).to_have_text(
        [
            "Whether it was said before our record begins.",
            "Whether it was said while we were not listening.",
            "Whether what it claims is true.",
        ]
    )


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("size", [(1280, 820), (360, 800)])
def test_what_a_reader_asks_first_is_seen_without_scrolling(
    open_page: OpenPage, locale: str, size: tuple[int, int]
) -> None:
    page = open_page(locale=locale, size=size)
    ask(page, "Is the bridge open?")
    page.locator(".sentence").nth(1).locator(".context-button").click()
    card = page.locator("#panel-body[aria-busy=false] .card")
    expect(card.locator(".stances .refutes dd")).to_contain_text("@civildefence.wadinoor.example")
    nobody = "لا أحد غيره" if locale == "ar" else "Nobody else in our record says so."
    expect(card.locator(".stances dd").last).to_contain_text(nobody)
    for part in (".lead", ".chart", ".stances dd >> nth=0", ".stances dd >> nth=1"):
        expect(card.locator(part).first).to_be_in_viewport(ratio=1)
    expect(card.locator(".unknown li").first).to_be_in_viewport(ratio=1)
    assert serious(page) == []
    screenshot(page, f"card-{locale}-{size[0]}")


def test_a_copy_that_is_deleted_while_its_card_is_read_is_counted_no_more(
    page: Page, product: FakeProduct, server: Served
) -> None:
    ask(page, "Is the bridge open?")
    wait_until(lambda: product.listeners == 1, "the stream is open")
    page.locator(".sentence").nth(1).get_by_role("button", name="Context").click()
    card = page.locator(".card")
    expect(card.locator(".counts")).to_have_text("4 posts 4 accounts")
    card.locator("summary", has_text="All 4 posts").click()
    card.locator("summary", has_text="1 post refutes it").click()
    card.locator("summary", has_text="Propose a note").click()
    note = card.get_by_label("Your note")
    note.fill("half a sent")
    server.call(lambda: product.delete(story_id("late_copy")))
    expect(card.locator(".counts")).to_have_text("3 posts 3 accounts")
    expect(card.locator(".members li")).to_have_count(3)
    expect(card.locator(".members")).to_be_visible()  # what was open stays so,
    expect(card.locator("details.refutes .bearings")).to_be_hidden()
    expect(note).to_have_value("half a sent")  # and what is being written stands,
    expect(note).to_be_focused()  # where it was
    server.call(lambda: product.delete(story_id("denial")))
    expect(card.locator(".stances .refutes")).to_have_count(0)


def test_a_card_leads_to_other_posts_and_back(page: Page) -> None:
    open_card(page)
    page.locator(".changes").get_by_role("button").first.click()
    expect(page.locator(".panel-text")).to_contain_text("has collapsed")
    page.locator(".panel-post").get_by_role("button", name="Context").click()
    expect(page.locator(".verdict")).to_have_text("An earlier post says the same.")
    for _ in range(2):
        page.get_by_role("button", name="Back").click()
    expect(page.locator(".verdict")).to_contain_text("the earliest we hold")
    expect(page.get_by_role("button", name="Back")).to_be_hidden()


def test_a_post_alone_says_so(page: Page) -> None:
    page.locator(".post").last.scroll_into_view_if_needed()
    post = page.locator(".post", has_text="Tonight's match")
    post.get_by_role("button", name="Context").click()
    expect(page.locator(".card")).to_contain_text("No other post we hold says the same.")
    expect(page.locator(".chart")).to_have_count(0)


def test_a_picture_that_was_used_before_leads_to_its_earlier_post(page: Page) -> None:
    ask(page, "How many families moved?")
    page.locator(".sentence").nth(1).get_by_role("button", name="Context").click()
    section = page.locator(".card-section", has_text="The same picture, earlier")
    expect(section.get_by_role("button")).to_have_text("River Aid Weekly")  # and no "@host"
    section.get_by_role("button").click()
    expect(page.locator(".panel-text")).to_contain_text("Our teams moved 12 families")


def test_a_post_deleted_while_it_is_read_vanishes(
    page: Page, product: FakeProduct, server: Served
) -> None:
    ask(page, "Is the bridge open?")
    wait_until(lambda: product.listeners == 1, "the stream is open")
    page.get_by_role("button", name="Citation 1").click()
    expect(page.locator("mark")).to_be_visible()
    server.call(lambda: product.delete(story_id("open")))
    expect(page.locator(".panel-body .notice")).to_contain_text("deleted by its author")
    expect(page.locator("mark")).to_have_count(0)


def test_a_post_deleted_before_it_is_opened_is_told(
    open_page: OpenPage, product: FakeProduct, server: Served
) -> None:
    page = open_page(faults=True)
    ask(page, "Is the bridge open?")
    server.call(lambda: product.posts.pop(story_id("open")))
    page.get_by_role("button", name="Citation 1").click()
    expect(page.locator(".panel-body")).to_have_text(
        "This post is not in the record, or was deleted."
    )


def test_a_post_that_was_changed_since_says_so(
    page: Page, product: FakeProduct, server: Served
) -> None:
    ask(page, "Is the bridge open?")
    post = product.made("civil", "Wadi Noor bridge reopened to everybody.", native_id="x")

    def change() -> None:
        product.posts[story_id("open")] = post

    server.call(change)
    page.get_by_role("button", name="Citation 1").click()
    expect(page.locator(".panel-post")).to_contain_text("changed after it was quoted")


def test_hostile_text_is_only_ever_text(page: Page, product: FakeProduct, server: Served) -> None:
    title = page.title()
    wait_until(lambda: product.listeners == 1, "the stream is open")
    hostile = product.made("mallory", HOSTILE * 3, url="javascript:document.title='owned'")
    server.call(lambda: product.publish(hostile))
    expect(page.locator(".post", has_text="<script>")).to_have_count(2)
    ask(page, "show me the markup")
    shown = page.locator(".sentence blockquote").inner_text()
    assert shown == HOSTILE.replace("\u202e", "")
    page.locator(".sentence .marker").click()
    expect(page.locator("mark")).to_contain_text("<img src=https://evil.example/x.png")
    expect(page.locator(".panel-author .who")).to_contain_text("<b onmouseover=")
    expect(page.locator(".original")).to_have_count(0)  # its URL is no place to go
    assert page.locator("img, script:not([src]), iframe, a[href^=javascript]").count() == 0
    assert page.title() == title
    # that nothing else was asked for is checked when the page closes


def test_media_are_told_and_never_fetched(page: Page, product: FakeProduct, server: Served) -> None:
    assert product.posts[story_id("families")].media == (
        Media(type="image", alt="Two buses in front of a school, in the rain"),
    )
    ask(page, "How many families?")
    page.locator(".sentence .marker").first.click()
    expect(page.locator(".media")).to_contain_text("Picture: ")
    expect(page.locator(".media")).to_contain_text("Two buses in front of a school")


def test_markup_from_text_is_refused_by_the_browser_itself(open_page: OpenPage) -> None:
    page = open_page(faults=True)
    refused = page.evaluate(
        """() => {
          try { document.body.innerHTML = "<b>x</b>"; return ""; }
          catch (error) { return error.name; }
        }"""
    )
    assert refused == "TypeError"
    assert "require-trusted-types-for" in page.evaluate("window.violations.join()")


def test_an_earlier_claim_of_the_same_minute_is_told_to_the_second(
    page: Page, alter_cards: AlterCards
) -> None:
    def close(card: ContextCard) -> ContextCard:
        assert card.first_seen is not None
        claim = card.first_seen.earlier_claims[0]
        seen = claim.witnessed_at.replace(second=40)
        near = replace(claim, claimed_at=seen.replace(second=10), witnessed_at=seen)
        return replace(card, first_seen=replace(card.first_seen, earlier_claims=(near,)))

    alter_cards(close)
    told = open_card(page).locator(".claim", has_text="claims")
    expect(told).to_contain_text(re.compile(r":10\s.*first saw it.*:40\s"))


def test_of_many_changed_copies_three_are_shown_and_the_others_open(
    page: Page, alter_cards: AlterCards
) -> None:
    alter_cards(
        lambda card: replace(card, copies=replace(card.copies, changed=card.copies.changed[:1] * 8))
    )
    open_card(page)
    section = page.locator(".card-section", has_text="8 copies changed words")
    expect(section.locator(".changes > li").first).to_be_visible()
    expect(section.locator(".changes > li:visible")).to_have_count(3)
    section.locator("summary", has_text="5 more").press("Enter")
    expect(section.locator(".changes > li:visible")).to_have_count(8)


def test_an_account_that_nobody_named_is_told_apart_in_the_readers_language(
    page: Page, product: FakeProduct, server: Served
) -> None:
    for key in ("closed", "denial", "changed"):
        post = product.posts[story_id(key)]
        author = Author(id=AuthorId("did:plc:abcdefghijk3fq"))
        product.posts[post.id] = replace(post, author=author)
    page.reload()
    page.locator(".post", has_text="unnamed account").first.wait_for()
    open_card(page)
    button = page.locator("#panel .card .lead .link").first
    expect(button).to_have_text("unnamed account \u2068k3fq\u2069")
    expect(button).to_have_attribute("aria-label", re.compile("unnamed account .k3fq"))
    page.keyboard.press("Escape")
    page.locator("#language").click()
    expect(page.locator("#posts")).to_contain_text("حساب بلا اسم")
    page.locator(".sentence").nth(1).locator(".context-button").click()
    expect(button).to_have_text("حساب بلا اسم \u2068k3fq\u2069")
    expect(page.locator("#panel .card")).not_to_contain_text("did:plc")


def test_whoever_only_asks_is_answered_and_not_disputed(
    page: Page, alter_cards: AlterCards
) -> None:
    alter_cards(
        lambda card: replace(card, claims=tuple(replace(one, asked=True) for one in card.claims))
    )
    card = open_card(page)
    expect(card.locator("summary", has_text="1 post says that it is not so")).to_be_visible()
    expect(card).to_contain_text("What it asks")
    expect(card).not_to_contain_text("Disputes it")
