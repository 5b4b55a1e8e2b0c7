import pytest
from playwright.sync_api import Page, expect

from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, wait_until
from siyaq.testing.story import story_id

from .conftest import OpenPage

pytestmark = pytest.mark.browser


def publish(server: Served, product: FakeProduct, text: str, lang: str = "en") -> str:
    post = product.made("layla", text, lang=lang)
    server.call(lambda: product.publish(post))
    return post.id


def watching(page: Page, product: FakeProduct) -> Page:
    """Wait until the stream is open and the first posts are there."""
    expect(page.locator(".post")).to_have_count(len(product.posts))
    wait_until(lambda: product.listeners == 1, "the stream is open")
    return page


def test_the_newest_post_is_on_top(page: Page, product: FakeProduct, server: Served) -> None:
    live = watching(page, product)
    expect(live.locator(".post .words").first).to_contain_text("<script>")
    publish(server, product, "first arrival")
    publish(server, product, "second arrival")
    expect(live.locator(".post > .words").nth(0)).to_have_text("second arrival")
    expect(live.locator(".post > .words").nth(1)).to_have_text("first arrival")


def test_a_deleted_post_vanishes(page: Page, product: FakeProduct, server: Served) -> None:
    live = watching(page, product)
    name = publish(server, product, "soon gone")
    expect(live.get_by_text("soon gone")).to_be_visible()
    server.call(lambda: product.delete(name))  # type: ignore[arg-type]  # it is a post id
    expect(live.get_by_text("soon gone")).to_have_count(0)


def test_a_new_version_takes_the_place_of_the_old(
    page: Page, product: FakeProduct, server: Served
) -> None:
    live = watching(page, product)
    publish(server, product, "on top")
    post = product.made(
        "civil", "a better word", native_id="at://did:plc:civildefence/app.bsky.feed.post/3kopen"
    )
    assert post.id == story_id("open")
    server.call(lambda: product.publish(post))
    expect(live.get_by_text("a better word")).to_be_attached()
    expect(live.get_by_text("reopened to cars")).to_have_count(0)
    expect(live.locator(".post > .words").first).to_have_text("on top")


def test_pausing_holds_new_posts_back_and_not_deletions(
    page: Page, product: FakeProduct, server: Served
) -> None:
    live = watching(page, product)
    live.clock.install()  # so that time passes when we say so
    live.get_by_role("button", name="Pause").click()
    expect(live.locator("#pause")).to_have_attribute("aria-pressed", "true")
    publish(server, product, "held back")
    gone = publish(server, product, "held back and gone")
    expect(live.locator("#fresh")).to_have_text("2 new posts")
    live.clock.run_for(2_000)
    server.call(lambda: product.delete(gone))  # type: ignore[arg-type]  # it is a post id
    server.call(lambda: product.delete(story_id("coffee")))
    expect(live.locator("#fresh")).to_have_text("1 new post")
    expect(live.get_by_text("قهوة الصباح")).to_have_count(0)
    expect(live.get_by_text("held back")).to_have_count(0)
    live.get_by_role("button", name="Resume").click()
    expect(live.locator(".post > .words").first).to_have_text("held back")
    expect(live.locator("#fresh")).to_be_hidden()


@pytest.mark.parametrize("by", ["pointer", "focus"])
def test_the_list_holds_still_while_it_is_read(
    page: Page, product: FakeProduct, server: Served, by: str
) -> None:
    live = watching(page, product)
    live.clock.install()
    if by == "pointer":
        live.locator(".post").first.hover()
    else:
        live.locator(".post").first.get_by_role("button").first.focus()
    publish(server, product, "while you read")
    expect(live.locator("#fresh")).to_have_text("1 new post")
    live.clock.run_for(2_000)
    expect(live.get_by_text("while you read")).to_have_count(0)
    if by == "pointer":
        live.locator(".brand").hover()
    else:
        live.locator("#question").focus()
    expect(live.locator(".post > .words").first).to_have_text("while you read")


def test_the_list_is_bounded(page: Page, product: FakeProduct, server: Served) -> None:
    live = watching(page, product)

    def flood() -> None:
        for number in range(150):
            product.publish(product.made("layla", f"post number {number}"))

    server.call(flood)
    expect(live.locator(".post > .words").first).to_have_text("post number 149")
    expect(live.locator(".post")).to_have_count(100)


def test_filters_choose_what_is_shown(page: Page, product: FakeProduct, server: Served) -> None:
    live = watching(page, product)
    live.get_by_label("Language of the posts", exact=True).select_option("ar")
    expect(live.locator(".post")).to_have_count(4)
    wait_until(lambda: product.listeners == 1, "the old stream is closed")
    publish(server, product, "not this one", "en")
    publish(server, product, "هذا نعم", "ar")
    expect(live.locator(".post > .words").first).to_have_text("هذا نعم")
    expect(live.get_by_text("not this one")).to_have_count(0)
    live.get_by_label("Filter by words").fill("النهر")
    expect(live.locator(".post")).to_have_count(3)
    live.get_by_label("Filter by words").fill("there is no such thing")
    expect(live.locator("#live-empty")).to_contain_text("Nothing here yet")


def test_a_lost_stream_is_told_and_found_again(
    open_page: OpenPage, product: FakeProduct, server: Served
) -> None:
    page = open_page(faults=True)
    state = page.locator("#state")
    expect(state).to_have_attribute("data-state", "live")
    expect(page.locator("#state-posts")).to_have_text(f"{len(product.posts)} posts")
    page.route("**/v1/stream*", lambda route: route.abort())
    wait_until(lambda: product.listeners == 1, "the stream is open")
    page.locator("#live-text").fill("river")  # asks for another stream, which fails
    expect(state).to_have_attribute("data-state", "offline")
    expect(page.locator("#state-text")).to_have_text("Reconnecting")
    page.unroute("**/v1/stream*")
    expect(state).to_have_attribute("data-state", "live")
    publish(server, product, "the river again")
    expect(page.get_by_text("the river again")).to_be_visible()
