"""Citations are weighed span by span, and one that is made up ends the run."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest

from siyaq.core.answer import Citation, Question, Sentence
from siyaq.core.errors import SiyaqError
from siyaq.evals.citations import citation_figures
from siyaq.evals.corpus import Names
from siyaq.evals.figures import Share
from siyaq.evals.tasks.answers import Outcome, ask

from .canned import CannedProduct, answer

BURNED = "The fire burned 14 boats on Monday."
HURT = "Nobody was hurt at the quay."


def said(text: str, *quotes: str) -> Sentence:
    """Return a sentence that cites each quote."""
    cited = enumerate(quotes, 1)
    return Sentence(
        text=text,
        citations=tuple(
            Citation(marker=n, evidence_id=f"e{n}", quote=quote, support=1.0) for n, quote in cited
        ),
    )


@pytest.mark.parametrize(
    ("sentence", "precision", "recall"),
    [
        (said(BURNED, BURNED), (1, 1), (1, 1)),
        (
            said("According to the port, 14 boats burned.", BURNED + " Says the port."),
            (1, 1),
            (1, 1),
        ),
        (said("14 boats burned on Monday and nobody was hurt.", BURNED, HURT), (2, 2), (1, 1)),
        (said("14 boats burned on Monday.", BURNED, HURT), (1, 2), (1, 1)),
        (said("14 boats burned on Monday.", "14 boats"), (0, 1), (0, 1)),
        (said("15 boats burned on Monday.", BURNED), (0, 1), (0, 1)),
        (said("14 boats were not burned on Monday.", BURNED), (0, 1), (0, 1)),
        (said("احترق ١٤ قاربا يوم الاثنين.", "احترق 14 قاربا يوم الاثنين في صور."), (1, 1), (1, 1)),
        (said("احترق ١٥ قاربا يوم الاثنين.", "احترق 14 قاربا يوم الاثنين في صور."), (0, 1), (0, 1)),
    ],
)
def test_what_spans_carry_is_told_from_what_they_do_not(
    sentence: Sentence, precision: tuple[int, int], recall: tuple[int, int]
) -> None:
    figures = citation_figures([sentence])
    assert figures["citation_precision"] == Share(*precision)
    assert figures["citation_recall"] == Share(*recall)


def test_where_nothing_is_said_nothing_is_weighed() -> None:
    assert citation_figures([]) == {}


def test_a_sentence_that_tells_nothing_is_carried_by_nothing() -> None:
    assert citation_figures([said("And so it was.", BURNED)])["citation_recall"] == Share(0, 1)


@pytest.mark.parametrize(
    ("stored", "quote"),
    [
        ("the evidence as it stands", "evidence"),
        ("evidense", "evidence"),
        ("evidence", "evidenc."),
        ("evidence", " "),
    ],
    ids=["real", "not in the post", "not in the reference", "blank"],
)
def test_a_citation_that_is_made_up_ends_the_run(stored: str, quote: str) -> None:
    canned = answer(("It burned.", ["corpus:d1"]))
    (sentence,) = canned.sentences
    (cited,) = sentence.citations
    cited = replace(cited, quote=quote)
    canned = replace(canned, sentences=(replace(sentence, citations=(cited,)),))
    product = CannedProduct(answers={"what?": canned}, texts={"corpus:d1": stored})

    async def asking() -> Outcome:
        return await ask(product, Question(text="what?"), Names(()))

    if stored.startswith("the "):
        assert anyio.run(asking).said == canned.sentences
    else:
        with pytest.raises(SiyaqError, match="fabricated citation"):
            anyio.run(asking)
