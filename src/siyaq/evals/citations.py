"""How well citations carry an answer, span by span; one that is made up ends the run.

A sentence is carried by spans where it is one of them, or where it brings in no word, number, name
or date that they lack and turns none of them around. Citation recall is the share of sentences
that their own spans carry; citation precision the share of citations that are needed: the span
carries the sentence alone, or the others do not carry it without (Gao et al. 2023, with rules in
the place of a model that judges).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siyaq.core.answer import Answer, Sentence
from siyaq.core.errors import NotFound, SiyaqError
from siyaq.core.ids import PostId
from siyaq.core.product import Product
from siyaq.evals.figures import Share
from siyaq.grounding.support import clashes
from siyaq.grounding.written.wording import missing, told_by, turned


async def require_real(product: Product, answer: Answer) -> None:
    """Raise SiyaqError for a citation whose quote is no exact part of a post that is held."""
    texts: dict[str, str] = {}
    for reference in answer.references:
        if reference.text not in await _text(product, reference.post_id):
            raise _made_up(reference.text, reference.post_id)
        texts[reference.id] = reference.text
    posts = {reference.id: reference.post_id for reference in answer.references}
    for sentence in answer.sentences:
        for one in sentence.citations:
            if not one.quote.strip() or one.quote not in texts.get(one.evidence_id, ""):
                raise _made_up(one.quote, posts.get(one.evidence_id, one.evidence_id))


async def _text(product: Product, post_id: PostId) -> str:
    try:
        post = await product.post(post_id)
    except NotFound:
        return ""
    return post.text


def _made_up(quote: str, post_id: str) -> SiyaqError:
    return SiyaqError(f"a fabricated citation: {quote[:80]!r} does not stand in {post_id!r}")


def citation_figures(sentences: Sequence[Sentence]) -> Mapping[str, Share]:
    """Return `citation_precision` and `citation_recall` of one answer; none without sentences."""
    if not sentences:
        return {}
    cited = sum(len(one.citations) for one in sentences)
    return {
        "citation_precision": Share(sum(map(_needed, sentences)), cited),
        "citation_recall": Share(sum(map(_carried, sentences)), len(sentences)),
    }


def _carried(sentence: Sentence) -> bool:
    return _carry([one.quote for one in sentence.citations], sentence.text)


def _needed(sentence: Sentence) -> int:
    """Return how many of a sentence's citations are needed; none of one that is not carried."""
    quotes = [one.quote for one in sentence.citations]
    if not _carry(quotes, sentence.text):
        return 0
    return sum(
        _carry([quote], sentence.text)
        or not _carry([*quotes[:at], *quotes[at + 1 :]], sentence.text)
        for at, quote in enumerate(quotes)
    )


def _carry(spans: Sequence[str], text: str) -> bool:
    if any(text in span for span in spans):
        return True
    if not (spans and told_by(text)):
        return False
    return not (missing(text, spans) or turned(text, spans) or clashes(text, spans))
