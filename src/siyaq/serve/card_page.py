"""A card as a page of plain HTML: for frames, for readers without scripts, for archives."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from siyaq.core.answer import Evidence
from siyaq.core.card import Bar, ContextCard
from siyaq.serve.markup import html_page, node, web_address
from siyaq.serve.strings import moment, told
from siyaq.serve.summary import Fact, called, facts, stance_key

QUOTES_AT_MOST = 12
_BAR, _HEIGHT = 6, 28


def card_page(card: ContextCard, language: str, *, oembed: str, image: str, sheet: str) -> bytes:
    """Return the page of a card. The other arguments are addresses of ours."""
    title = told(language, "panel.card")
    head = [
        node("meta", {"name": "viewport", "content": "width=device-width"}),
        node("meta", {"name": "robots", "content": "noindex"}),
        node("title", {}, title),
        node("meta", {"property": "og:title", "content": title}),
        node("meta", {"property": "og:image", "content": image}),
        node("link", {"rel": "stylesheet", "href": sheet}),
        node("link", {"rel": "alternate", "type": "application/json+oembed", "href": oembed}),
    ]
    rows = [_row(fact, card.copies.histogram) for fact in facts(card, language)]
    stamp = told(language, "answer.as_of", at=moment(language, card.as_of))
    body = node(
        "body",
        {},
        node(
            "main",
            {},
            node("h1", {}, title),
            node("dl", {}, *rows),
            _quotes(card, language),
            node(
                "p",
                {"class": "soft"},
                stamp,
            ),
        ),
    )
    return html_page(language, head, body)


def _row(fact: Fact, bars: tuple[Bar, ...]) -> Element:
    drawn = chart(bars) if fact.kind == "spread" and len(bars) > 1 else None
    return node(
        "div",
        {"class": f"fact {fact.kind}".strip()},
        node("dt", {}, fact.label),
        node("dd", {"dir": "auto"}, fact.text, drawn),
    )


def chart(bars: tuple[Bar, ...]) -> Element:
    """Draw how many copies appeared when. The counts stand in the text beside it."""
    most = max(3, *(bar.n for bar in bars))
    boxes = []
    for place, bar in enumerate(bars):
        height = max(2.0, bar.n / most * _HEIGHT) if bar.n else 0.5
        size = {"x": place * _BAR, "y": _HEIGHT - height, "width": _BAR - 2, "height": height}
        boxes.append(node("rect", {name: f"{value:g}" for name, value in size.items()}))
    shape = {"viewBox": f"0 0 {len(bars) * _BAR} {_HEIGHT}", "class": "bars", "aria-hidden": "true"}
    shape["preserveAspectRatio"] = "none"
    return node("svg", shape, *boxes)


def _quotes(card: ContextCard, language: str) -> Element | None:
    cited = card.references[:QUOTES_AT_MOST]
    if not cited:
        return None
    return node("ol", {}, *(_quote(card, one, language) for one in cited))


def _side(card: ContextCard, evidence: Evidence) -> str:
    """Return the key of what a piece of evidence is: who said it first takes no side."""
    first = card.first_seen
    if first is not None and first.post_id == evidence.post_id:
        return "card.first"
    return stance_key(card, evidence.stance)


def _quote(card: ContextCard, evidence: Evidence, language: str) -> Element:
    who = node("bdi", {}, called(evidence.author, language))
    address = web_address(evidence.url)
    if address:
        link = {"href": address, "rel": "noopener noreferrer nofollow", "target": "_blank"}
        who = node("a", link, who)
    check = evidence.fact_check
    told_check = None
    if check is not None:
        text = told(language, "card.check", claim=check.claim, label=check.label or check.rating)
        told_check = node("p", {}, node("bdi", {}, check.publisher), " ", text)
    return node(
        "li",
        {"class": evidence.stance.value},
        node("p", {"class": "side"}, told(language, _side(card, evidence))),
        node("blockquote", {"dir": "auto"}, evidence.text),
        told_check,
        node("p", {"class": "soft"}, who, " · ", moment(language, evidence.placed_at)),
    )
