"""An answer as the text of a chat: sentences, each with its sources as links inside the text.

This is what clients of other people's protocols show. Texts of posts are data there too: what a
chat client would read as a link, an image or HTML is escaped, so that the only links are those to
the posts that are cited, built here. Offsets count code points, ends excluded.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import quote

from siyaq.core.answer import (
    Answer,
    AnswerStatus,
    Evidence,
    EvidenceFound,
    Finished,
    Question,
    Sentence,
    SentenceChecked,
)
from siyaq.core.product import Product
from siyaq.serve.strings import told
from siyaq.text.language import identify

_MARKUP = re.compile(r"[\[\]<`\\]")
_WEB = re.compile(r"https?://[^\s<>()\"'\[\]{}|\\^`]{1,2000}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cited:
    """One link in the text: `text[start:end]` is its marker, `[[1]](https://…)`."""

    marker: int
    url: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What one sentence adds to the text."""

    text: str
    citations: tuple[Cited, ...]


class Prose:
    """Grows sentence by sentence. `home` is the address of this server, for posts without one.

    Without `inline`, markers are left out and a citation spans the sentence that it is for.
    """

    def __init__(self, home: str, *, inline: bool = True) -> None:
        self._home = home
        self._inline = inline
        self._references: Mapping[str, Evidence] = {}
        self.text = ""
        self.citations: list[Cited] = []

    def know(self, references: Iterable[Evidence]) -> None:
        """Take in the evidence that sentences will cite."""
        self._references = {one.id: one for one in references}

    def add(self, sentence: Sentence) -> Piece:
        """Add a checked sentence; return what it adds."""
        start = len(self.text)
        added = ("\n\n" if self.text else "") + plain(sentence.text)
        begun = start + (2 if self.text else 0)
        cited: list[Cited] = []
        for evidence in self._of(sentence):
            url = self.address(evidence)
            title = evidence.author.name or evidence.author.handle or evidence.author.id
            if self._inline:
                mark = f"[[{evidence.marker}]]({url})"
                place = start + len(added) + (0 if cited else 1)
                added += ("" if cited else " ") + mark
                cited.append(Cited(evidence.marker, url, title, place, place + len(mark)))
            else:
                cited.append(Cited(evidence.marker, url, title, begun, start + len(added)))
        return self._grow(added, tuple(cited))

    def close(self, answer: Answer) -> Piece | None:
        """Say why nothing, or not everything, could be said; None where there is nothing to say."""
        if answer.status is AnswerStatus.ANSWERED or answer.reason is None:
            return None
        language = "ar" if identify(self._asked).startswith("ar") else "en"
        reason = told(language, f"reason.{answer.reason}")
        return self._grow(("\n\n" if self.text else "") + reason, ())

    def asked(self, question: str) -> None:
        """Note what was asked: its language is the one that is answered in."""
        self._asked = question

    _asked = ""

    def sources(self) -> list[str]:
        """Return the addresses of what is cited, each once, in order."""
        return list(dict.fromkeys(one.url for one in self.citations))

    def address(self, evidence: Evidence) -> str:
        """Return a web address of a post: its own, else ours."""
        if _WEB.fullmatch(evidence.url):
            return evidence.url
        return f"{self._home}/v1/posts/{quote(evidence.post_id, safe='')}"

    def _of(self, sentence: Sentence) -> Iterator[Evidence]:
        seen = set()
        for citation in sentence.citations:
            evidence = self._references.get(citation.evidence_id)
            if evidence is not None and evidence.id not in seen:
                seen.add(evidence.id)
                yield evidence

    def _grow(self, added: str, cited: tuple[Cited, ...]) -> Piece:
        self.text += added
        self.citations += cited
        return Piece(added, cited)


async def tell(
    product: Product, question: Question, prose: Prose
) -> AsyncGenerator[Piece | Answer, None]:
    """Ask, and yield what each sentence adds to `prose` as it comes, and at last the answer."""
    prose.asked(question.text)
    async with aclosing(product.ask(question)) as events:
        async for event in events:
            match event:
                case EvidenceFound(references):
                    prose.know(references)
                case SentenceChecked(sentence):
                    yield prose.add(sentence)
                case Finished(answer):
                    if (last := prose.close(answer)) is not None:
                        yield last
                    yield answer


def plain(text: str) -> str:
    """Return a text of a post so that Markdown shows it as it is."""
    return _MARKUP.sub(lambda found: "\\" + found[0], text)
