"""The check that every sentence of a model's passes before anybody sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from siyaq.core.answer import Sentence
from siyaq.grounding.written.offer import Offer
from siyaq.grounding.written.prompt import rules
from siyaq.grounding.written.reply import Proposed
from siyaq.grounding.written.tree import Refused, Tree, understand
from siyaq.grounding.written.wording import missing, speaks_for_itself, tells, turned
from siyaq.text.fingerprint import normalize, similarity

REPEATS = 0.8
"""Similarity from which a sentence says nothing that was not said already."""

LEAKED_WORDS = 5
"""Words in a row that a sentence may not share with the rules that a model is given."""

_KEY: Final = re.compile(
    r"\b(?:sk|pk|ghp|gho|xai|hf|AKIA|AIza|xox[bap])[-_]?[A-Za-z0-9_-]{12,}"
    r"|\b(?=\w*\d)(?=\w*[A-Za-z])\w{24,}\b|\b[A-Za-z0-9+/]{40,}={0,2}"
)


class Verdict(Protocol):
    """What a support checker says of a claim: `supports` is 0..1."""

    @property
    def passes(self) -> bool:
        """Whether the claim may be shown with these spans."""
        ...

    @property
    def supports(self) -> float:
        """How sure it is that the spans say what the claim says."""
        ...


class SupportCheck(Protocol):
    """Says whether spans support a claim, in a few milliseconds."""

    def __call__(self, claim: str, spans: Sequence[str], /) -> Verdict:
        """Judge one claim."""
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """A sentence that may be shown."""

    sentence: Sentence
    tree: Tree


def judge(
    proposed: Proposed,
    offered: Mapping[str, Offer],
    said: Sequence[str],
    support: SupportCheck | None,
) -> Accepted | Refused:
    """Check one proposed sentence against the evidence it names, and what was `said` before it."""
    tree = understand(proposed, offered)
    if isinstance(tree, Refused):
        return tree
    text = tree.text
    if not tells(text):
        return Refused.EMPTY
    if _KEY.search(text) or _leaks_rules(text):
        return Refused.LEAK
    if speaks_for_itself(tree.own_words):
        return Refused.PERSON
    spans = [span for cite in tree.cites for span in cite.offer.spans]
    if any(char.isalnum() for char in tree.own_words):
        wrong = _wrong_wording(text, spans, [cite.offer for cite in tree.cites])
        if wrong is not None:
            return wrong
    if any(similarity(text, other) >= REPEATS for other in said):
        return Refused.REPEATED
    verdict = None if support is None else support(text, spans)
    if verdict is not None and not verdict.passes:
        return Refused.UNSUPPORTED
    sure = 1.0 if verdict is None else verdict.supports
    return Accepted(tree.sentence(max(0.0, min(1.0, sure))), tree)


def _wrong_wording(text: str, spans: Sequence[str], cited: Sequence[Offer]) -> Refused | None:
    authors = [offer.reference.author.handle for offer in cited]
    lacking = missing(text, [*spans, *authors])
    if any(char.isdigit() for term in lacking for char in term):
        return Refused.NUMBER
    if lacking:
        return Refused.WORDING
    return Refused.TURNED if turned(text, spans) else None


def _leaks_rules(text: str) -> bool:
    """Say whether a sentence repeats the rules that the model was given."""
    words, secret = normalize(text).split(), f" {normalize(rules())} "
    runs = (words[at : at + LEAKED_WORDS] for at in range(len(words) - LEAKED_WORDS + 1))
    return any(f" {' '.join(run)} " in secret for run in runs)
