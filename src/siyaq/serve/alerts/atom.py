"""The alerts of one saved question as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.etree.ElementTree import Element, tostring

from siyaq.core.answer import Answer
from siyaq.core.wire import rfc3339
from siyaq.serve.alerts.told import headline, quotes
from siyaq.serve.markup import node
from siyaq.serve.strings import told
from siyaq.watches import Alert, Watch

NAMESPACE = "http://www.w3.org/2005/Atom"


def feed(
    watch: Watch, alerts: Iterable[tuple[Alert, Answer | None]], *, address: str, home: str
) -> bytes:
    """Return the feed; `alerts` come newest first, with their answers as they stand now."""
    entries = list(alerts)
    language = watch.draft.language
    updated: datetime = entries[0][0].at if entries else watch.created_at
    root = Element("feed", {"xmlns": NAMESPACE, "xml:lang": language})
    root.extend(
        [
            node("id", {}, f"urn:siyaq:watch:{watch.id}"),
            node("title", {}, told(language, "alert.feed", question=watch.draft.question)),
            node("updated", {}, rfc3339(updated)),
            node("link", {"rel": "self", "type": "application/atom+xml", "href": address}),
            node("link", {"rel": "alternate", "type": "text/html", "href": home}),
            node("author", {}, node("name", {}, "siyaq")),
            *(_entry(alert, answer, home) for alert, answer in entries),
        ]
    )
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _entry(alert: Alert, answer: Answer | None, home: str) -> Element:
    return node(
        "entry",
        {},
        node("id", {}, f"urn:siyaq:alert:{alert.id}"),
        node("title", {}, headline(alert)),
        node("updated", {}, rfc3339(alert.at)),
        node("link", {"rel": "alternate", "type": "text/html", "href": home}),
        node("content", {"type": "text"}, "\n".join(quotes(alert, answer))),
    )
