"""An answer in a terminal. What siyaq itself says of it is in the language of the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.text import Text

from siyaq.cli.present import in_words, quoted, tame, when, who
from siyaq.core.answer import (
    Answer,
    AnswerStatus,
    Changes,
    Conflict,
    Coverage,
    Evidence,
    Question,
    Sentence,
    Tally,
    Voices,
)
from siyaq.serve.strings import LANGUAGES, catalog
from siyaq.text.language import identify

SHOWN_POSTS = 5
"""How many posts of a count are named; --json names more."""


def language_of(question: Question) -> str:
    """Return the language that an answer is told in: that of the posts asked for, else its own."""
    langs = question.filters.langs
    wanted = langs[0] if len(langs) == 1 else identify(question.text)
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def show_sentence(console: Console, sentence: Sentence) -> None:
    """Print one checked sentence with its markers."""
    markers = _marks(citation.marker for citation in sentence.citations)
    console.print(quoted(sentence.text) + Text(f" {markers}", style="bold cyan"))


def show_closing(console: Console, question: Question, answer: Answer) -> None:
    """Print what an answer rests on, and what is missing."""
    language = language_of(question)
    markers = {one.id: one.marker for one in answer.references}
    if answer.reason is not None:
        console.print(Text(in_words(language, f"reason.{answer.reason}"), style="bold"))
    langs = question.filters.langs
    if langs and answer.status is AnswerStatus.ABSTAINED:
        console.print(in_words(language, "answer.only_in", langs=", ".join(map(tame, langs))))
    if answer.short_answer:
        label = Text(in_words(language, "answer.short"), style="bold")
        console.print(label + " " + quoted(answer.short_answer))
    for conflict in answer.conflicts:
        _show_conflict(console, conflict, markers, language)
    if answer.counts is not None:
        _show_counts(console, answer.counts, markers, language)
    if answer.changed is not None:
        console.print(Text(_changes(answer.changed, markers, language)))
    if answer.references and answer.status is not AnswerStatus.ABSTAINED:
        console.print()
        _show_references(console, answer.references, language)
    for line in _stamps(answer, language):
        console.print(Text(line, style="dim"))


def _marks(markers: Iterable[int]) -> str:
    return "".join(f"[{marker}]" for marker in markers)


def _show_conflict(
    console: Console, conflict: Conflict, markers: Mapping[str, int], language: str
) -> None:
    """Print every side of a conflict; what it is about is the question above it."""
    console.print(Text(in_words(language, "answer.conflict"), style="bold"))
    for side in conflict.sides:
        cited = _marks(markers[one] for one in side.evidence_ids if one in markers)
        console.print(Text("  ") + quoted(side.value) + Text(f" {cited}", style="bold cyan"))


def _show_counts(
    console: Console, counts: Tally, markers: Mapping[str, int], language: str
) -> None:
    """Print how many say it, and how many of them behind each quote."""
    total = Text(in_words(language, "tally.independent", counts.independent), style="bold")
    posts = in_words(language, "tally.posts", counts.posts)
    accounts = in_words(language, "tally.accounts", counts.accounts)
    console.print(total + f" ({in_words(language, 'tally.of', posts=posts, accounts=accounts)})")
    if not counts.complete:
        console.print(in_words(language, "tally.more"))
    for group in counts.groups:
        line = Text(f"{_marks([markers[group.evidence_id]])} ", style="bold cyan")
        line += f"{in_words(language, 'tally.independent', group.independent)}, "
        line += f"{in_words(language, 'tally.posts', group.posts)}: "
        line += Text(" ".join(map(tame, group.post_ids[:SHOWN_POSTS])), style="dim")
        console.print(line)


def _changes(changed: Changes, markers: Mapping[str, int], language: str) -> str:
    """Say in one line what is different from an earlier answer."""
    added = [marker for one in changed.added if (marker := markers.get(one))]
    says = [f"{in_words(language, 'answer.changed.added', len(added))} {_marks(added)}"] * bool(
        added
    )
    for what, count in Counter(one.why for one in changed.gone).items():
        says.append(in_words(language, f"answer.changed.{what}", count))
    since = in_words(language, "answer.changed", at=when(changed.since))
    return f"{since}: {'; '.join(says) or in_words(language, 'answer.changed.none')}"


def _show_references(console: Console, references: tuple[Evidence, ...], language: str) -> None:
    """Print who said each cited thing, when, and where it can be read."""
    for evidence in references:
        line = Text(f"{_marks([evidence.marker])} ", style="bold cyan")
        says = (
            who(evidence.author, language=language),
            when(evidence.placed_at),
            _behind(evidence.voices, language),
        )
        line += Text(", ".join(filter(None, says)))
        line += Text(f"  {tame(evidence.url or evidence.post_id)}", style="dim")
        console.print(line)


def _behind(voices: Voices | None, language: str) -> str:
    """Say how many stand behind a cited thing."""
    if voices is None:
        return ""
    if voices.sources > 1:
        return in_words(language, "voices.sources", voices.sources)
    if voices.accounts > 1:
        return in_words(language, "voices.together", voices.accounts)
    return in_words(language, "voices.one")


def _stamps(answer: Answer, language: str) -> Iterator[str]:
    """Say as of when the answer stands, of which posts, how to go on, and who phrased it."""
    held = _held(answer.covered, language)
    yield f"{in_words(language, 'answer.as_of', at=when(answer.as_of))} · {held}"
    yield in_words(language, "answer.go_on", option=f"--previous {answer.id}")
    if answer.model != "extractive":
        yield in_words(language, "answer.phrased", model=tame(answer.model))
    elif answer.unphrased is not None:
        yield in_words(language, f"answer.unphrased.{answer.unphrased}")
    for gap in answer.covered.gaps:
        key = f"gap.{gap.reason}"
        why = in_words(language, key if key in catalog(language) else "gap.upstream")
        span = f"{when(gap.since)} – {when(gap.until)}"
        yield in_words(language, "answer.gap", source=tame(gap.source), span=span, reason=why)


def _held(covered: Coverage, language: str) -> str:
    if covered.since is None:
        return in_words(language, "answer.nothing_held")
    span = f"{when(covered.since)} – {when(covered.until)}"
    return in_words(language, "answer.covered", span=span)
