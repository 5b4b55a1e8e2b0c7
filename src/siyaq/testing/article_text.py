"""How well the text of articles is told from what stands around it on their pages.

    python -m siyaq.testing.article_text ../shared/data/fixtures/article_extraction.jsonl.zst

Prints one JSON object: token F1 of siyaq's reading of a page, and of trafilatura alone as it
comes. Precision and recall are those of each page's words as a bag, averaged over pages, and F1
is made of the two averages, as the article extraction benchmark has it.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import trafilatura
import zstandard

from siyaq.sources.articles.page import read_page

_WORD = re.compile(r"\w+")


class Page(NamedTuple):
    """A page, and the words of its article as people copied them out."""

    html: str
    body: str


def load(path: Path) -> list[Page]:
    """Return the pages of a set."""
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Page(row["html"], row["articleBody"]) for row in rows]


def siyaqs(html: str) -> str:
    """Return the text of a page as siyaq keeps it."""
    return str(read_page(html.encode())["text"])


def trafilaturas(html: str) -> str:
    """Return it as trafilatura gives it when it is asked for nothing in particular."""
    return trafilatura.extract(html) or ""


def measure(pages: Sequence[Page], read: Callable[[str], str]) -> dict[str, float]:
    """Return precision, recall and F1 of a way to read pages, and the seconds it took."""
    started = time.perf_counter()
    texts = [read(page.html) for page in pages]
    seconds = time.perf_counter() - started
    precision, recall = _averages(zip((page.body for page in pages), texts, strict=True))
    f1 = 2 * precision * recall / (precision + recall)
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "seconds": round(seconds, 1),
    }


def _averages(pairs: Iterable[tuple[str, str]]) -> tuple[float, float]:
    scores: list[tuple[float, float]] = []
    for wanted, got in pairs:
        right, said = Counter(_WORD.findall(wanted)), Counter(_WORD.findall(got))
        both = (right & said).total()
        scores.append((both / max(1, said.total()), both / max(1, right.total())))
    return fmean(one[0] for one in scores), fmean(one[1] for one in scores)


def main() -> None:
    """Measure both over the set that is named."""
    pages = load(Path(sys.argv[1]))
    told = {"siyaq": measure(pages, siyaqs), "trafilatura": measure(pages, trafilaturas)}
    print(json.dumps({"task": "articles", "counts": {"pages": len(pages)}, "metrics": told}))  # noqa: T201


if __name__ == "__main__":
    main()
