"""An answer as a page of plain HTML, for readers who have no key and run no script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element

from siyaq.core.answer import Answer, AnswerStatus, Conflict, Evidence, Sentence
from siyaq.serve.markup import html_page, node, web_address
from siyaq.serve.strings import moment, told
from siyaq.serve.summary import called

_SHEETS = ("/static/embed.css", "/static/share.css")


def answer_page(
    question: str, answer: Answer, language: str, *, expires_at: datetime, bundle: str
) -> bytes:
    """Return the page. `bundle` is where the answer can be had as a file to check."""
    head = [
        node("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        node("meta", {"name": "robots", "content": "noindex, nofollow, noarchive"}),
        node("meta", {"name": "referrer", "content": "no-referrer"}),
        node("title", {}, f"{question[:80]} · siyaq"),
        node("link", {"rel": "icon", "href": "/static/icon.svg", "type": "image/svg+xml"}),
        *(node("link", {"rel": "stylesheet", "href": sheet}) for sheet in _SHEETS),
    ]
    cited = {one.id: one for one in answer.references}
    short = answer.short_answer
    body = node(
        "body",
        {"class": "shared"},
        node(
            "main",
            {},
            node("p", {"class": "soft"}, told(language, "share.intro")),
            node("h1", {"dir": "auto"}, question),
            *_verdict(answer, language),
            node("p", {"class": "short", "dir": "auto"}, short) if short else None,
            node("ol", {}, *(_sentence(one, cited, language) for one in answer.sentences)),
            *(_conflict(one, language) for one in answer.conflicts),
            *_posts(answer, language),
            node("p", {"class": "soft"}, _stamps(answer, expires_at, language)),
            node(
                "p",
                {"class": "soft"},
                node("a", {"href": bundle, "download": ""}, told(language, "share.bundle")),
                " ",
                told(language, "share.bundle_hint"),
            ),
        ),
    )
    return html_page(language, head, body)


def _verdict(answer: Answer, language: str) -> Iterator[Element]:
    if answer.status is not AnswerStatus.ANSWERED:
        yield node("p", {"class": "side"}, told(language, f"answer.{answer.status}"))
        if answer.reason is not None:
            yield node("p", {}, told(language, f"reason.{answer.reason}"))


def _sentence(sentence: Sentence, cited: dict[str, Evidence], language: str) -> Element:
    said = [cited[one.evidence_id] for one in sentence.citations if one.evidence_id in cited]
    return node(
        "li",
        {},
        node("blockquote", {"dir": "auto"}, sentence.text),
        _by(said[0], language) if said else None,
    )


def _by(evidence: Evidence, language: str) -> Element:
    who = node("bdi", {}, called(evidence.author, language))
    link = {"href": f"#{evidence.id}"}
    mark = node("a", link, f"[{evidence.marker}]")
    at = node("bdi", {}, moment(language, evidence.placed_at))
    return node("p", {"class": "soft"}, who, " · ", at, " ", mark)


def _conflict(conflict: Conflict, language: str) -> Element:
    sides = (node("li", {}, node("bdi", {"class": "side"}, side.value)) for side in conflict.sides)
    return node(
        "section",
        {"class": "conflict"},
        node("h2", {}, told(language, "answer.conflict")),
        node("ul", {}, *sides),
    )


def _posts(answer: Answer, language: str) -> Iterator[Element]:
    if not answer.references:
        return
    count = len(answer.references)
    yield node("h2", {}, told(language, "answer.evidence", count))
    yield node("ol", {}, *(_post(one, language) for one in answer.references))


def _post(evidence: Evidence, language: str) -> Element:
    address = web_address(evidence.url)
    opened = None
    if address:
        link = {"href": address, "rel": "noopener noreferrer nofollow", "target": "_blank"}
        opened = node("a", link, told(language, "post.open"))
    return node(
        "li",
        {"id": evidence.id},
        node("blockquote", {"dir": "auto"}, evidence.text),
        node(
            "p",
            {"class": "soft"},
            f"[{evidence.marker}] ",
            node("bdi", {}, called(evidence.author, language)),
            " · ",
            node("bdi", {}, moment(language, evidence.placed_at)),
            " " if opened is not None else None,
            opened,
        ),
    )


def _stamps(answer: Answer, expires_at: datetime, language: str) -> str:
    as_of = told(language, "answer.as_of", at=moment(language, answer.as_of))
    expires = told(language, "share.expires", at=moment(language, expires_at))
    return f"{as_of} · {expires}"
