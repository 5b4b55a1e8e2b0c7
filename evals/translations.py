"""How well a translation is told from another sentence of the same article.

    python evals/translations.py ../shared/data/eval/retrieval/xquad

Takes the folders `…-en-en` and `…-ar-ar` of parallel paragraphs, pairs their sentences by place
where both have as many, and asks of every English sentence which Arabic ones say the same, by the
rule that labels a post "translated" on a card. Prints the share of translations that are found and
the share of what is called a translation that is one.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import numpy as np

from siyaq.context.across import ABOUT, stance_across
from siyaq.grounding.support import Read
from siyaq.models import BuiltinEmbedder
from siyaq.text.sentences import sentences

CHARS = range(40, 301)  # of a sentence, about what a post has


def texts(folder: Path) -> dict[str, str]:
    """Return the paragraphs of a folder by what their ids share in both languages."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {one["_id"].rpartition("-")[0]: one["text"] for one in map(json.loads, lines)}


def pairs(english: Path, arabic: Path) -> list[tuple[str, str]]:
    """Return sentences beside their translations."""
    found: list[tuple[str, str]] = []
    translated = texts(arabic)
    for name, text in texts(english).items():
        ours = [span.of(text) for span in sentences(text)]
        theirs = [span.of(translated[name]) for span in sentences(translated[name])]
        if len(ours) == len(theirs):
            found += [both for both in zip(ours, theirs, strict=True) if len(both[0]) in CHARS]
    return found


def main() -> None:
    """Print one JSON object."""
    prefix = Path(sys.argv[1])
    found = pairs(
        prefix.with_name(f"{prefix.name}-en-en"), prefix.with_name(f"{prefix.name}-ar-ar")
    )
    english = [Read(one) for one, _ in found]
    arabic = [Read(other) for _, other in found]
    with BuiltinEmbedder() as embedder:
        rows = np.asarray(embedder.embed([one.text for one in english]), dtype=np.float32)
        columns = np.asarray(embedder.embed([one.text for one in arabic]), dtype=np.float32)
    cosines = rows @ columns.T
    right = wrong = 0
    for a, b in np.argwhere(cosines >= ABOUT):
        heard = stance_across(
            english[a],
            arabic[b],
            arabic[b],
            lambda *_, near=float(cosines[a, b]): near,
            answers=False,
            asks=False,
        )
        if heard is not None and heard.translates:
            right, wrong = right + (a == b), wrong + (a != b)
    told = {"recall": right / len(found), "precision": right / max(1, right + wrong)}
    counts = {"pairs": len(found), "right": int(right), "wrong": int(wrong)}
    print(json.dumps({name: round(value, 3) for name, value in told.items()} | counts))


if __name__ == "__main__":
    main()
