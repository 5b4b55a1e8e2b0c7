"""What an alert says, in the language of whoever saved the question, at the moment it is sent.

The words of an answer are read anew: what was deleted since is not sent to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from siyaq.access import Owners, account_of
from siyaq.core.answer import Answer
from siyaq.core.errors import NotFound
from siyaq.core.product import Product
from siyaq.serve.alerts.shapes import alert_json
from siyaq.serve.markup import shown, web_address
from siyaq.serve.shape.answer import answer_json
from siyaq.serve.strings import moment, told
from siyaq.serve.summary import called
from siyaq.watches import Alert
from siyaq.watches.mail import Letter


class Messages:
    """Writes alerts out. `page` is where people reach the page, "" where nobody has said."""

    def __init__(self, product: Product, owners: Owners, page: str = "") -> None:
        self._product = product
        self._owners = owners
        self._page = page.rstrip("/")

    async def webhook(self, alert: Alert) -> dict[str, object]:
        """Return what is posted: the alert, and its answer as it stands now."""
        answer = await self.answer(alert)
        said = {name: value for name, value in alert_json(alert, []).items() if name != "seen"}
        del said["deliveries"]
        return {
            "type": "alert",
            "alert": said,
            "told": headline(alert),
            "page": self._page or None,
            "answer": None if answer is None else answer_json(answer),
        }

    async def letter(self, alert: Alert) -> Letter:
        """Return what is mailed."""
        language = alert.language
        answer = await self.answer(alert)
        lines = [headline(alert), told(language, "alert.at", at=moment(language, alert.at)), ""]
        lines += list(quotes(alert, answer))
        if self._page:
            lines += ["", f"{self._page}/"]
        subject = told(language, "alert.subject", question=alert.question[:200])
        return Letter(shown(subject), "\n".join(map(shown, lines)) + "\n")

    async def answer(self, alert: Alert) -> Answer | None:
        """Return the answer of an alert as it stands now, None where it is kept no longer.

        It is read as by the key that saved the question: what that cannot see is not sent.
        """
        try:
            async with account_of(None, self._owners.reading_for(alert.owner)):
                return await self._product.answer(alert.answer_id)
        except NotFound:
            return None


def headline(alert: Alert) -> str:
    """Say in one line what changed."""
    language = alert.language
    counts = {"new_evidence": alert.added, "withdrawn": alert.withdrawn}
    changes = [told(language, f"change.{one}", counts.get(one, 0)) for one in alert.changes]
    return " · ".join(changes)


def quotes(alert: Alert, answer: Answer | None) -> Iterator[str]:
    """Yield the answer in plain lines: its short form, and each sentence with who said it."""
    language = alert.language
    if answer is None:
        yield told(language, "alert.not_kept")
        return
    if answer.short_answer:
        yield told(language, "alert.short", text=answer.short_answer)
    if not answer.sentences:
        yield told(language, f"answer.{answer.status}")
    cited = {one.id: one for one in answer.references}
    for sentence in answer.sentences:
        said = cited.get(sentence.citations[0].evidence_id)
        yield f"“{sentence.text}”"
        if said is not None:
            by = f"— {called(said.author, language)}, {moment(language, said.placed_at)}"
            yield f"{by} {web_address(said.url)}".rstrip()
