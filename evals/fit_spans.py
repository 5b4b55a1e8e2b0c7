"""Fit the weights of the short answer: `python evals/fit_spans.py OUT FOLDER...`.

FOLDERs are of the task `answers`, their licences ones under which weights may be released (XQuAD
and TweetQA: CC BY-SA 4.0, ARCD: MIT). Each answerable question gives one list: the stretches of
the piece of its document that holds the answer and most of the question. The fit maximizes the
likelihood of the right stretch among them (ridge, L-BFGS after Nocedal 1980). Prints how many are
found exactly in each folder by a fit on the other half of every folder, then writes OUT.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from siyaq.evals import folder, match
from siyaq.grounding.cutting import pieces
from siyaq.grounding.focus import focus_of
from siyaq.grounding.span_features import Features
from siyaq.grounding.spans import candidates, span_of, tokenize
from siyaq.text.analyze import terms

RIDGE = 4.0
SEEN_IN = 4
"""Questions in which a feature must be seen to have a weight."""

SMALLEST = 0.02
"""A smaller weight is left out."""

ROUNDS = 80
Floats = npt.NDArray[np.float64]


class Case(NamedTuple):
    """A question's stretches: the features of each, which are right, and the gold answers."""

    features: list[list[str]]
    right: Floats
    texts: list[str]
    answers: list[str]


def cases(directory: Path) -> Iterator[Case]:
    """Yield a case for each answerable question whose document holds an answer."""
    texts = {document.id: document.text for document in folder.read_corpus(directory)}
    for asked in folder.read_all(directory, "questions.jsonl", folder.Asked):
        held = [texts[one] for one in asked.gold_docs if one in texts] if asked.answerable else []
        found = [
            piece
            for text in held
            for piece in (one.span.of(text) for one in pieces(text))
            if match.contains(piece, asked.answers)
        ]
        if found:
            wanted = set(terms(asked.question))
            yield _case(asked, max(found, key=lambda piece: len(wanted & set(terms(piece)))))


def _case(asked: folder.Asked, text: str) -> Case:
    focus = focus_of(asked.question)
    tokens = tokenize(text, focus)
    features = Features(tokens, focus)
    stretches = list(candidates(tokens))
    shown = [span_of(tokens, *stretch).of(text) for stretch in stretches]
    return Case(
        [features.of(*stretch) for stretch in stretches],
        np.array([match.exact_match(one, asked.answers) for one in shown], dtype=float),
        shown,
        asked.answers,
    )


def fit(given: Sequence[Case]) -> dict[str, float]:
    """Return a weight for each feature."""
    known = [case for case in given if case.right.any()]
    seen = Counter(name for case in known for name in {n for row in case.features for n in row})
    index = {name: at for at, name in enumerate(n for n, count in seen.items() if count >= SEEN_IN)}
    rows = [[index[n] for n in row if n in index] for case in known for row in case.features]
    columns = np.array([at for row in rows for at in row], dtype=np.int32)
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    right = np.concatenate([case.right for case in known])
    starts = np.cumsum([0, *(len(case.right) for case in known)])[:-1]
    lists = np.repeat(np.arange(len(known)), [len(case.right) for case in known])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = np.bincount(owners, weights=weights[columns], minlength=len(rows))
        powers = np.exp(scores - np.maximum.reduceat(scores, starts)[lists])
        every, hits = np.add.reduceat(powers, starts), np.add.reduceat(powers * right, starts)
        wrong = powers / every[lists] - powers * right / hits[lists]
        slope = np.bincount(columns, weights=wrong[owners], minlength=len(index))
        value = float(np.log(every / hits).sum() + 0.5 * RIDGE * weights @ weights)
        return value, slope + RIDGE * weights

    weights = descend(loss, len(index))
    return {name: float(weights[at]) for name, at in index.items()}


def descend(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Floats:
    """Minimize by L-BFGS with eight pairs and a backtracking line search."""
    at = np.zeros(size)
    value, slope = loss(at)
    pairs: list[tuple[Floats, Floats]] = []
    for _ in range(ROUNDS):
        way = _direction(slope, pairs)
        step = 1.0
        there, new_slope = loss(at - step * way)
        while there > value - 1e-4 * step * (slope @ way) and step > 1e-6:
            step /= 2
            there, new_slope = loss(at - step * way)
        pairs = [*pairs[-7:], (-step * way, new_slope - slope)]
        at, gained, value, slope = at - step * way, value - there, there, new_slope
        if gained < 1e-5 * value:
            break
    return at


def _direction(slope: Floats, pairs: Sequence[tuple[Floats, Floats]]) -> Floats:
    if not pairs:
        return slope / np.linalg.norm(slope)
    way = slope.copy()
    shares: list[float] = []
    for moved, bent in reversed(pairs):
        shares.append(float(moved @ way / (bent @ moved)))
        way -= shares[-1] * bent
    moved, bent = pairs[-1]
    way *= (moved @ bent) / (bent @ bent)
    for (moved, bent), share in zip(pairs, reversed(shares), strict=True):
        way += moved * (share - bent @ way / (bent @ moved))
    return way


def found_exactly(given: Sequence[Case], weights: Mapping[str, float]) -> float:
    """Return the share of cases whose best stretch is an answer."""
    hits = 0.0
    for case in given:
        scores = [sum(weights.get(name, 0.0) for name in row) for row in case.features]
        if scores:
            hits += match.exact_match(case.texts[int(np.argmax(scores))], case.answers)
    return hits / max(1, len(given))


def main(out: Path, directories: Sequence[Path]) -> None:
    """Print the error of two halves on each other, and write the weights of all."""
    given = {directory.name: list(cases(directory)) for directory in directories}
    halves = [
        {n: all_[len(all_) // 2 :] if half else all_[: len(all_) // 2] for n, all_ in given.items()}
        for half in (0, 1)
    ]
    for known, asked in (halves, halves[::-1]):
        weights = fit([case for part in known.values() for case in part])
        for name, part in asked.items():
            sys.stdout.write(f"{name}: {found_exactly(part, weights):.3f} of {len(part)}\n")
    weights = fit([case for part in given.values() for case in part])
    kept = {n: round(w, 3) for n, w in sorted(weights.items()) if abs(w) >= SMALLEST}
    out.write_text(json.dumps(kept, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(kept)} weights\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
