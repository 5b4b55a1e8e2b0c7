"""Checks a claim against its evidence: what is certain by rule, the rest by a fitted score."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from siyaq.core.answer import Stance
from siyaq.core.ports import Embedder
from siyaq.grounding.support.features import compare, reading
from siyaq.grounding.support.hard import clashes
from siyaq.grounding.support.scorer import Scorer, load_scorer
from siyaq.grounding.support.verdict import Clash, Verdict
from siyaq.retrieval.vectors import Vectors

SUPPORTED = 0.5
FITTED_DIMENSIONS = 512  # of the built-in embedder
REFUTED = 0.7
"""How likely refutation must be to be said: a wrong "refutes" is worse than a "mentions"."""


class SupportChecker:
    """Safe to use from several threads. Loads its weights at the first use."""

    def __init__(self, embedder: Embedder) -> None:
        """Raise ValueError for an embedder whose vectors cannot be those it was fitted on."""
        if embedder.dimensions != FITTED_DIMENSIONS:
            raise ValueError(
                f"the scorer reads vectors of {FITTED_DIMENSIONS}, not {embedder.dimensions}"
            )
        self._vectors = Vectors.over(embedder)

    @cached_property
    def _scorer(self) -> Scorer:
        return load_scorer()

    def check(self, claim: str, evidence: Sequence[str]) -> Verdict:
        """Weigh a claim against sentences of evidence. No evidence supports nothing."""
        if not claim.strip() or not any(text.strip() for text in evidence):
            return Verdict(stance=Stance.MENTIONS, supports=0.0, refutes=0.0)
        reads = [reading(text) for text in evidence if text.strip()]
        supports, refutes = self._scorer.shares(compare(reading(claim), reads, self._vectors))
        stance = Stance.MENTIONS
        if supports >= SUPPORTED:
            stance = Stance.SUPPORTS
        elif refutes >= REFUTED:
            stance = Stance.REFUTES
        return Verdict(stance=stance, supports=supports, refutes=refutes)

    def alike(self, a: str, b: str) -> float:
        """Return the cosine of two texts, in whatever languages."""
        found = self._vectors.of((a, b))
        return float(found[a] @ found[b])

    def check_sentence(self, claim: str, spans: Sequence[str]) -> Verdict:
        """Decide whether a sentence may be shown on these spans, and name what is against it.

        `Verdict.passes` says whether it may. A sentence that is a span, word for word and whole,
        needs no score; a part of one does, because what was left out may turn it around.
        """
        if claim.strip() and claim.strip() in {span.strip() for span in spans}:
            return Verdict(stance=Stance.SUPPORTS, supports=1.0, refutes=0.0)
        judged = self.check(claim, spans)
        reasons = clashes(claim, spans)
        if judged.supports < SUPPORTED:
            reasons = (*reasons, Clash.LOW_SUPPORT)
        return Verdict(
            stance=judged.stance,
            supports=judged.supports,
            refutes=judged.refutes,
            reasons=reasons,
        )
