"""The task `answers`: answer a question from the corpus, or say that it cannot be answered.

Asks with the defaults of `siyaq ask`. Over answerable questions: `answer_hit` (a gold string
stands in what is shown first), `em` and `f1` of the short answer, `false_abstain`; over the
others `abstain_recall`; over all citations of answered questions whose gold documents are known
`cited_right`; over answered questions `shown_chars`. A figure over nothing is null. Of what is
shown, `citation_precision` and `citation_recall` by span (`evals.citations`); a citation that is
made up ends the run with an error.

What it cost stands beside that: `answer_seconds` over all questions and, with a model, tokens
over all and `written`, the share of answered questions that it phrased rather than quotes.

When a question says when it was asked, that is its `as_of`, with two exceptions that keep the
clock from hiding what was there to be read: documents given with the question (`docs`) were
found when it was asked, so a later date among them moves `as_of` to that date; and a document
without a date stands at the time it was ingested, so where one may be searched there is no
`as_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from siyaq.core.answer import Answer, AnswerStatus, Finished, Question, Sentence, Usage
from siyaq.core.errors import QueryError, SiyaqError
from siyaq.core.product import Product
from siyaq.core.query import Filters
from siyaq.evals import folder, match
from siyaq.evals.citations import citation_figures, require_real
from siyaq.evals.corpus import Names
from siyaq.evals.figures import Scores, Share, spaced, summarize
from siyaq.evals.gallery import Failure, gallery
from siyaq.evals.predictions import write_lines, write_text
from siyaq.evals.work import Work

METRICS = (
    "answer_hit",
    "cited_right",
    "em",
    "f1",
    "abstain_recall",
    "false_abstain",
    "shown_chars",
    "citation_precision",
    "citation_recall",
    "answer_seconds",
)
OF_MODELS = ("written", "input_tokens", "output_tokens")
SHOWN_SENTENCES = 3
SHOWN_CHARS = 400
"""How much of an answer counts as shown first: more text does not help."""

Dates = Mapping[str, datetime | None]
"""Of each document of the corpus, the time it claims."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question: everything that is scored, and that is written."""

    status: str
    reason: str | None
    sentences: tuple[str, ...] = ()
    short_answer: str | None = None
    cited: tuple[str, ...] = ()  # a document for each citation, in order
    said: tuple[Sentence, ...] = ()  # the sentences, with what they cite
    model: str = ""
    usage: Usage = Usage()

    @property
    def abstained(self) -> bool:
        """Whether the question was left unanswered."""
        return self.status == AnswerStatus.ABSTAINED


REFUSED = Outcome(AnswerStatus.ABSTAINED.value, None)
"""The outcome of a question that siyaq will not take."""


async def score(work: Work) -> Scores:
    """Ask every question and compare with what is known of it."""
    documents = folder.read_corpus(work.directory)
    every = folder.read_all(work.directory, "questions.jsonl", folder.Asked)
    questions = spaced(every, work.limit)
    names = Names(documents)
    dates = {document.id: document.created_at for document in documents}
    outcomes: list[Outcome] = []
    async with work.loaded(documents) as (product, counts):
        for done, asked in enumerate(questions):
            work.on_progress(done, len(questions), "asking")
            question = replace(question_of(asked, names, dates), model=work.model)
            outcomes.append(await ask(product, question, names))
        work.on_progress(len(questions), len(questions), "asking")
    pairs = list(zip(questions, outcomes, strict=True))
    if work.predictions is not None:
        write_lines(work.predictions, (_prediction(*pair) for pair in pairs))
    counts.update(
        questions=len(questions),
        answerable=sum(asked.answerable for asked in questions),
        answered=sum(not outcome.abstained for outcome in outcomes),
    )
    if work.limit is not None:
        counts["questions_in_set"] = len(every)
    rows = [{**figures(*pair), **costs(pair[1], work.model)} for pair in pairs]
    phrased = work.model not in ("", "extractive")
    shown = METRICS + (OF_MODELS if phrased else ())
    scores = summarize(rows, [asked.lang for asked in questions], shown, counts)
    if work.gallery is not None:
        failures = [one for pair in pairs if (one := failure(*pair))]
        write_text(work.gallery, gallery(work.directory.name, scores, failures))
    return scores


def costs(outcome: Outcome, model: str) -> dict[str, Share]:
    """Return what one answer cost, and whether `model` phrased it."""
    row = {"answer_seconds": Share(outcome.usage.seconds)}
    if model:
        row["input_tokens"] = Share(outcome.usage.input_tokens)
        row["output_tokens"] = Share(outcome.usage.output_tokens)
        if not outcome.abstained:
            row["written"] = Share(outcome.model == model)
    return row


def question_of(asked: folder.Asked, names: Names, dates: Dates) -> Question:
    """Return the question as a user would put it to siyaq."""
    only = None if asked.docs is None else names.posts(asked.docs)
    return Question(text=asked.question, filters=Filters(only=only), as_of=_as_of(asked, dates))


def _as_of(asked: folder.Asked, dates: Dates) -> datetime | None:
    if asked.moment is None:
        return None
    if asked.docs is None:
        return None if None in dates.values() else asked.moment
    given = [dates[document] for document in asked.docs if document in dates]
    dated = [moment for moment in given if moment is not None]
    return None if len(dated) < len(given) else max([asked.moment, *dated])


async def ask(product: Product, question: Question, names: Names) -> Outcome:
    """Return what siyaq answers. Raises SiyaqError where it ends early or makes up a quote."""
    answer: Answer | None = None
    try:
        async for event in product.ask(question):
            if isinstance(event, Finished):
                answer = event.answer
    except QueryError:
        return REFUSED
    if answer is None:
        raise SiyaqError("an answer ended before it was finished")
    await require_real(product, answer)
    documents = {one.id: names.document(one.post_id) for one in answer.references}
    return Outcome(
        status=answer.status.value,
        reason=None if answer.reason is None else answer.reason.value,
        sentences=tuple(sentence.text for sentence in answer.sentences),
        short_answer=answer.short_answer,
        model=answer.model,
        usage=answer.usage,
        said=answer.sentences,
        cited=tuple(
            documents[citation.evidence_id]
            for sentence in answer.sentences
            for citation in sentence.citations
        ),
    )


def figures(asked: folder.Asked, outcome: Outcome) -> dict[str, Share]:
    """Return the figures of one question."""
    row: dict[str, Share] = {}
    if asked.answerable:
        shown = () if outcome.abstained else outcome.sentences[:SHOWN_SENTENCES]
        short = None if outcome.abstained else outcome.short_answer
        row["answer_hit"] = Share(match.contains(" ".join(shown)[:SHOWN_CHARS], asked.answers))
        row["em"] = Share(0.0 if short is None else match.exact_match(short, asked.answers))
        row["f1"] = Share(0.0 if short is None else match.f1(short, asked.answers))
        row["false_abstain"] = Share(outcome.abstained)
    else:
        row["abstain_recall"] = Share(outcome.abstained)
    if not outcome.abstained:
        row["shown_chars"] = Share(sum(map(len, outcome.sentences)))
        row.update(citation_figures(outcome.said))
        if asked.gold_docs and outcome.cited:
            gold = frozenset(asked.gold_docs)
            right = sum(document in gold for document in outcome.cited)
            row["cited_right"] = Share(right, len(outcome.cited))
    return row


def failure(asked: folder.Asked, outcome: Outcome) -> Failure | None:
    """Return what went wrong with one question, None where nothing did."""
    row = figures(asked, outcome)
    if asked.answerable and row["answer_hit"].part:
        return None
    if not asked.answerable and outcome.abstained:
        return None
    kind = "invented" if not asked.answerable else "refused" if outcome.abstained else "wrong"
    return Failure(
        kind=kind,
        id=asked.id,
        question=asked.question,
        lang=asked.lang,
        shown=outcome.sentences,
        short_answer=outcome.short_answer,
        reason=outcome.reason,
        right=asked.answers if asked.answerable else (),
    )


def _prediction(asked: folder.Asked, outcome: Outcome) -> dict[str, object]:
    return {
        "_id": asked.id,
        "status": outcome.status,
        "reason": outcome.reason,
        "sentences": outcome.sentences,
        "short_answer": outcome.short_answer,
        "cited": outcome.cited,
    }
