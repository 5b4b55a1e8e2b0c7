"""Fit the support scorer, and say by cross-validation how good it is.

`python evals/fit_support.py --pairs FOLDER... --parallel FOLDER FOLDER [--write]`

`--pairs`: folders of the task `support` whose licenses allow weights to be released.
`--parallel`: two retrieval folders whose corpora tell the same in two languages, document by
document. Negatives are made: a claim beside a sentence about something like it, that nobody
paired with it; a sentence beside the translation of its document without the sentence itself.
`--write` puts the weights into the package. All figures are of folds that were left out, and
texts that share a claim or a sentence stay in one fold. No item is kept in the weights: they are
4 x 1,025 coefficients over vectors, and 2 x 237 over signals.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from siyaq.evals import folder
from siyaq.evals.tasks.support import Pair
from siyaq.grounding.support.features import SIGNALS, Read, compare
from siyaq.grounding.support.scorer import WEIGHTS, Weights, expand, logistic, read_blocks, scale
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval.vectors import Vectors
from siyaq.text.sentences import sentences

SEED = 0
FOLDS = 5
RIDGE_OF_READINGS = 8.0
RIDGE = 20.0
READ_AS = 10.0
"""What a reading says of support, 0 of refutation: wide, so that RIDGE hardly shrinks it."""
QUARTILES = (25, 50, 75)
NEIGHBORS = (2, 12)  # ranks between which an unpaired sentence is about something like the claim
TOO_CLOSE = 0.8  # cosine from which it may say the same after all
OUT = Path("src/siyaq/grounding/support") / WEIGHTS

Matrix = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class Example(NamedTuple):
    """One pair and where it comes from. `label` as in the folders."""

    claim: str
    evidence: tuple[str, ...]
    label: str
    origin: str


def paired(directory: Path) -> list[Example]:
    """Return the pairs of a folder."""
    pairs = folder.read_all(directory, "pairs.jsonl", Pair)
    return [Example(p.claim, tuple(p.evidence), p.label, directory.name) for p in pairs]


def unpaired(examples: Sequence[Example], vectors: Vectors) -> list[Example]:
    """Return each claim of single sentences beside a like sentence of another pair.

    Both stand in one fold, so that no text is seen in a fold it is judged in.
    """
    single = [one for one in examples if len(one.evidence) == 1]
    claims = list(dict.fromkeys(one.claim for one in single))
    texts = list(dict.fromkeys(one.evidence[0] for one in single))
    group = groups(single)
    of_claim = {one.claim: group[at] for at, one in enumerate(single)}
    of_text = {one.evidence[0]: group[at] for at, one in enumerate(single)}
    owners = np.array([of_text[text] for text in texts])
    folds = folds_of([of_text[text] for text in texts])
    known = vectors.of([*claims, *texts])
    held = np.stack([known[text] for text in texts])
    rng = np.random.default_rng(SEED)
    made: list[Example] = []
    for claim in claims:
        cosines, own = held @ known[claim], of_claim[claim]
        others = np.flatnonzero((owners != own) & (folds == folds_of([own])[0]))
        ranked = others[np.argsort(-cosines[others])]
        usable = [at for at in ranked[slice(*NEIGHBORS)] if cosines[at] < TOO_CLOSE]
        if usable:
            made.append(Example(claim, (texts[int(rng.choice(usable))],), "unrelated", "made"))
    return made


def translated(one: Path, other: Path) -> list[Example]:
    """Return sentences beside their documents' translations, with and without themselves."""
    made: list[Example] = []
    documents = zip(folder.read_corpus(one), folder.read_corpus(other), strict=True)
    for number, (left, right) in enumerate(documents):
        cut = [[s.of(d.text) for s in sentences(d.text)] for d in (left, right)]
        if len(cut[0]) != len(cut[1]) or len(cut[0]) < 3:
            continue
        mine, theirs = cut if number % 2 else reversed(cut)
        place = number // 2 % len(mine)
        rest = tuple(text for at, text in enumerate(theirs) if at != place)
        made.append(Example(mine[place], tuple(theirs), "supports", "parallel"))
        made.append(Example(mine[place], rest, "unrelated", "parallel"))
    return made


def groups(examples: Sequence[Example]) -> list[str]:
    """Return a name for each example that it shares with all that share a text with it."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        while parent.setdefault(text, text) != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for one in examples:
        joined = one.evidence if len(one.evidence) == 1 else one.evidence[:0]
        for text in joined if one.label != "unrelated" else ():
            parent[root(text)] = root(one.claim)
    return [root(one.claim) for one in examples]


def folds_of(names: Sequence[str]) -> Rows:
    """Return the fold of each name, the same in every run."""
    digest = [hashlib.blake2b(f"{SEED}{name}".encode(), digest_size=8).digest() for name in names]
    return np.array([int.from_bytes(one, "big") % FOLDS for one in digest])


def ridge(columns: Matrix, wanted: Matrix) -> Matrix:
    """Return linear coefficients and their offset, shrunk by RIDGE_OF_READINGS."""
    mean = columns.mean(axis=0)
    centered = columns - mean
    square = centered.T @ centered + RIDGE_OF_READINGS * np.eye(columns.shape[1])
    found = np.linalg.solve(square, centered.T @ (wanted - wanted.mean()))
    return np.append(found, wanted.mean() - mean @ found)


def regress(columns: Matrix, wanted: Matrix) -> Matrix:
    """Return a logistic regression, shrunk by RIDGE, by Newton's method."""
    weights = np.zeros(columns.shape[1])
    shrink = np.full(columns.shape[1], RIDGE)
    shrink[-1] = 1e-6  # the offset
    for _ in range(12):  # it has converged before
        guess = logistic(columns @ weights)
        slope = columns.T @ (guess - wanted) + shrink * weights
        curve = (columns.T * (guess * (1 - guess))) @ columns + np.diag(shrink)
        weights = weights - np.linalg.solve(curve, slope)
    return weights


class Data(NamedTuple):
    """The examples as arrays: signals, what each reading sees, labels, folds."""

    signals: Matrix
    seen: list[Matrix]
    labels: npt.NDArray[np.str_]
    folds: Rows

    def part(self, rows: npt.NDArray[np.bool_]) -> Data:
        """Return some of the examples."""
        seen = [one[rows] for one in self.seen]
        return Data(self.signals[rows], seen, self.labels[rows], self.folds[rows])


def fit(data: Data) -> Weights:
    """Fit everything. Readings are weighed by what they say of folds they were not fitted on."""
    wanted = (data.labels == "supports").astype(float)
    alone = data.signals[:, SIGNALS.index("sentences")] == np.float32(np.log1p(1))
    told = np.isin(data.labels, ("supports", "refutes")) & alone  # what a change of words says
    target = READ_AS * wanted
    readings = np.stack([ridge(one[told], target[told]) for one in data.seen])
    apart = np.zeros((len(wanted), len(data.seen)))
    for fold in np.unique(data.folds):
        inside, outside = data.folds == fold, (data.folds != fold) & told
        for place, one in enumerate(data.seen):
            row = ridge(one[outside], target[outside])
            apart[inside, place] = one[inside] @ row[:-1] + row[-1]
    mean, spread = data.signals.mean(axis=0), data.signals.std(axis=0) + 1e-6
    scaled = scale(data.signals, mean, spread)
    knots = np.percentile(scaled, QUARTILES, axis=0)
    columns = expand(scaled, knots, apart)
    against = np.isin(data.labels, ("refutes", "unrelated"))
    refuted = (data.labels[against] == "refutes").astype(float)
    supports, refutes = regress(columns, wanted), regress(columns[against], refuted)
    return Weights(mean, spread, knots, readings, supports, refutes)


def shares(weights: Weights, data: Data) -> tuple[Matrix, Matrix]:
    """Return how likely support and refutation are, as `Scorer.shares` does for one pair."""
    read = [one @ row[:-1] + row[-1] for one, row in zip(data.seen, weights.readings, strict=True)]
    scaled = scale(data.signals, weights.mean, weights.spread)
    columns = expand(scaled, weights.knots, np.stack(read, axis=1))
    supports = logistic(columns @ weights.supports)
    return supports, (1 - supports) * logistic(columns @ weights.refutes)


def gather(examples: Sequence[Example], vectors: Vectors) -> Data:
    """Compare every claim with its evidence."""
    reads: dict[str, Read] = {}
    signals: list[npt.NDArray[np.float32]] = []
    blocks: list[npt.NDArray[np.float32]] = []
    for one in examples:
        evidence = [reads.setdefault(text, Read(text)) for text in one.evidence or ("",)]
        compared = compare(Read(one.claim), evidence, vectors)
        signals.append(compared.signals)
        blocks.append(compared.blocks)
    return Data(
        np.stack(signals).astype(float),
        read_blocks(np.stack(blocks).astype(float)),
        np.array([one.label for one in examples]),
        folds_of(groups(examples)),
    )


def f1(said: npt.NDArray[np.bool_], so: npt.NDArray[np.bool_]) -> float:
    """Return the F1 of one label."""
    return float(2 * (said & so).sum() / max(1, said.sum() + so.sum()))


def report(examples: Sequence[Example], labels: npt.NDArray[np.str_], both: Matrix) -> None:
    """Print the figures of each origin."""
    origins = np.array([one.origin for one in examples])
    for origin in dict.fromkeys(origins):
        rows = origins == origin
        supports, refutes, known = both[0][rows], both[1][rows], labels[rows]
        if set(known) == {"supports", "refutes"}:
            said = supports >= refutes
            each = f1(said, known == "supports"), f1(~said, known == "refutes")
            print(f"{origin}: macro_f1 {np.mean(each):.4f}, supports {each[0]:.4f}")
        else:
            figures = {bar: f1(supports >= bar, known == "supports") for bar in (0.25, 1 / 3, 0.5)}
            told = " ".join(f"{bar:.2f}: {value:.4f}" for bar, value in figures.items())
            print(f"{origin}: f1_supports at {told}; called refuted {np.mean(refutes > 0.5):.4f}")


def main() -> None:
    """Fit, report, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", nargs="+", type=Path, required=True)
    parser.add_argument("--parallel", nargs=2, type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with BuiltinEmbedder() as embedder:
        vectors = Vectors(embedder)
        real = [one for directory in asked.pairs for one in paired(directory)]
        examples = [*real, *unpaired(real, vectors), *translated(*asked.parallel)]
        data = gather(examples, vectors)
    both = np.zeros((2, len(examples)))
    for fold in range(FOLDS):
        inside = data.folds == fold
        both[:, inside] = shares(fit(data.part(~inside)), data.part(inside))
    report(examples, data.labels, both)
    if asked.write:
        fitted = {name: getattr(fit(data), name) for name in Weights.__dataclass_fields__}
        stored = {name: array.astype(np.float32) for name, array in fitted.items()}
        np.savez_compressed(OUT, signals=np.array(SIGNALS), **stored)
        print(f"wrote {OUT}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
