"""The task `support`: does the evidence given support a claim, refute it, or neither?

Judged by the checker that siyaq shows sentences by, with its defaults. Which labels there are to
choose from is read from the folder's own file:

- supports and refutes: the likelier of the two;
- supports, refutes and not_enough_info: the likeliest of the three;
- supports and not_supported: supported from ONE_THIRD up. F1 is best at half of the F1 that can
  be reached (Lipton, Elkan and Naryanaswamy 2014), which for long evidence is about two thirds.

Figures: `accuracy`, `macro_f1`, the F1 of each label as `f1_LABEL`, and `ms_per_pair`, processor
time of the checker alone, on one thread, words that it has not met before included.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
import numpy as np

from siyaq.core.errors import Unreadable
from siyaq.evals import folder
from siyaq.evals.figures import SEED, Scores
from siyaq.evals.predictions import write_lines
from siyaq.evals.work import Work
from siyaq.grounding.support import SupportChecker, Verdict
from siyaq.models import BuiltinEmbedder

SUPPORTS, REFUTES, UNKNOWN, UNSUPPORTED = "supports", "refutes", "not_enough_info", "not_supported"
CHOICES = (
    frozenset((SUPPORTS, REFUTES)),
    frozenset((SUPPORTS, REFUTES, UNKNOWN)),
    frozenset((SUPPORTS, UNSUPPORTED)),
)
ONE_THIRD = 1 / 3
_RESAMPLES = 1000
_BOUNDS = (2.5, 97.5)


class Pair(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    """A claim, its evidence in sentences, and what the one says to the other."""

    id: str
    lang: str
    claim: str
    evidence: tuple[str, ...]
    label: str


async def score(work: Work) -> Scores:
    """Check every pair and compare with its label."""
    pairs = folder.read_all(work.directory, "pairs.jsonl", Pair)
    labels = frozenset(pair.label for pair in pairs)
    if labels not in CHOICES:
        raise Unreadable(
            f"{str(work.directory)!r} has the labels {sorted(labels)}",
            hint="known are: " + "; ".join(", ".join(sorted(one)) for one in CHOICES),
        )
    with BuiltinEmbedder() as embedder:
        embedder.load()
        checker = SupportChecker(embedder)
        seconds = 0.0
        verdicts: list[Verdict] = []
        for done, pair in enumerate(pairs):
            work.on_progress(done, len(pairs), "checking")
            began = time.thread_time()
            verdicts.append(checker.check(pair.claim, pair.evidence))
            seconds += time.thread_time() - began
    said = [label_of(verdict, labels) for verdict in verdicts]
    if work.predictions is not None:
        write_lines(
            work.predictions,
            (
                {"_id": pair.id, "label": label, "score": round(verdict.supports, 6)}
                for pair, label, verdict in zip(pairs, said, verdicts, strict=True)
            ),
        )
    return _scores(pairs, said, sorted(labels), 1000 * seconds / len(pairs))


def label_of(verdict: Verdict, labels: frozenset[str]) -> str:
    """Return the likeliest of `labels`."""
    supports, refutes = verdict.supports, verdict.refutes
    if UNSUPPORTED in labels:
        return SUPPORTS if supports >= ONE_THIRD else UNSUPPORTED
    likely = {SUPPORTS: supports, REFUTES: refutes, UNKNOWN: 1.0 - supports - refutes}
    return max(labels, key=lambda label: (likely[label], label))


def _scores(pairs: Sequence[Pair], said: list[str], labels: list[str], each: float) -> Scores:
    langs = sorted({pair.lang for pair in pairs})
    so = np.array([labels.index(pair.label) for pair in pairs])
    told = np.array([labels.index(label) for label in said])
    figures = _figures(so, told, labels)
    rng = np.random.default_rng(SEED)
    draws = [rng.integers(0, len(so), len(so)) for _ in range(_RESAMPLES)]
    samples = [_figures(so[rows], told[rows], labels) for rows in draws]
    own = {lang: np.array([pair.lang == lang for pair in pairs]) for lang in langs}
    return Scores(
        metrics={**figures, "ms_per_pair": round(each, 3)},
        counts={
            "pairs": len(pairs),
            **{label: int((so == at).sum()) for at, label in enumerate(labels)},
        },
        ci95={
            name: [
                round(float(bound), 6)
                for bound in np.percentile([one[name] for one in samples], _BOUNDS)
            ]
            for name in figures
        },
        by_lang={
            lang: dict(_figures(so[rows], told[rows], labels)) if len(langs) > 1 else {}
            for lang, rows in own.items()
            if len(langs) > 1
        },
    )


def _figures(
    so: np.ndarray[tuple[int], np.dtype[np.int64]],
    told: np.ndarray[tuple[int], np.dtype[np.int64]],
    labels: list[str],
) -> dict[str, float]:
    right = (so == told).mean()
    each: dict[str, float] = {}
    for at, label in enumerate(labels):
        both = int(((so == at) & (told == at)).sum())
        total = int((so == at).sum() + (told == at).sum())
        each[f"f1_{label}"] = round(2 * both / total if total else 0.0, 6)
    macro = sum(each.values()) / len(each)
    return {"accuracy": round(float(right), 6), "macro_f1": round(macro, 6), **each}
