"""Make the folder that every engine is driven from: posts, vectors, questions, exact answers.

    python bench/prepare.py FOLDER --count N [--late N] [--real N] [--repeats]

`--late` more posts are kept back: they come in while searches are timed. With `--repeats` posts are
as they come, copies among them; otherwise no two have the same text.

Vectors of the first `--real` posts are the built-in embedder's. The others are those moved by a
little noise, since embedding a million texts takes longer than all the rest: they tell speed,
memory and growth, and recall only as far as jittered copies do. Equal texts have equal vectors.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from siyaq.models import BuiltinEmbedder, use_one_blas_thread

use_one_blas_thread()

import numpy as np

import posts as source
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fingerprint import fingerprint

QUESTIONS = 400
K = 20
NOISE = 0.02  # a component; a vector's own length is 1
WINDOWS = {"all": 1.0, "last 10 %": 0.1, "last 1 %": 0.01}


def prepare(folder: Path, count: int, late: int, real: int, *, repeats: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draw = source.stream if repeats else source.distinct
    drawn = draw(count + late + QUESTIONS)
    posts, asked = drawn[:-QUESTIONS], [str(post["text"]) for post in drawn[-QUESTIONS:]]
    texts = [str(post["text"]) for post in posts]
    with (folder / "posts.jsonl").open("w", encoding="utf-8") as out:
        for number, post in enumerate(source.in_order_of_time(posts), 1):
            text = str(post["text"])
            ready = {"words": " ".join(terms(text)), "fingerprint": fingerprint(text)}
            out.write(json.dumps(post | {"id": number} | ready, ensure_ascii=False) + "\n")
    vectors = np.lib.format.open_memmap(
        folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(len(posts), 512)
    )
    embed(texts[:real], vectors)
    jitter(vectors, min(real, len(posts)))
    firsts = repeat(posts, vectors)
    questions = [" ".join(text.split()[:8]) for text in asked]
    queries = np.empty((len(questions), 512), np.float32)
    embed(questions, queries)
    np.save(folder / "queries.npy", queries)
    telling = [three_words(text) for text in questions]
    asked_for = {"texts": questions, "words": telling, "terms": [terms(each) for each in telling]}
    (folder / "questions.json").write_text(json.dumps(asked_for))
    facts = {"posts": count, "late": late, "real_vectors": real, "distinct_texts": firsts}
    lang, author = second_language(posts[:count]), busiest(posts[:count])
    facts |= {"texts": source.origin(drawn), "lang": lang, "author": author}
    (folder / "facts.json").write_text(json.dumps(facts))
    rows = {name: slice(count - max(K, round(w * count)), count) for name, w in WINDOWS.items()}
    rows["one language"] = np.array([n for n in range(count) if posts[n].get("lang") == lang])
    rows["one author"] = np.array([n for n in range(count) if author_of(posts[n]) == author])
    few = queries[: QUESTIONS // 4]
    np.savez(folder / "exact.npz", **{name: exact(vectors, at, few) for name, at in rows.items()})


def author_of(post: dict[str, Any]) -> str:
    """Return what an author is filtered by."""
    author = post.get("author") or {}
    return author.get("id") or author.get("handle") or "nobody"


def busiest(posts: list[dict[str, Any]]) -> str:
    """Return the author of most posts."""
    return Counter(map(author_of, posts)).most_common(1)[0][0]


def second_language(posts: list[dict[str, Any]]) -> str:
    """Return the language of most posts but one: a filter that leaves out most of them."""
    ((_, _), (lang, _)) = Counter(post.get("lang") or "" for post in posts).most_common(2)
    return lang


def three_words(text: str) -> str:
    """Return the first three words of a question that tell something, as every engine is asked."""
    telling = [word for word in text.split() if not all(map(is_stop_word, terms(word)))]
    return " ".join(telling[:3]) or "nothing"


def embed(texts: list[str], out: np.ndarray) -> None:
    with BuiltinEmbedder(2) as embedder:
        for start in range(0, len(texts), 2048):
            rows = embedder.embed(texts[start : start + 2048])
            out[start : start + len(rows)] = rows


def jitter(vectors: np.ndarray, real: int) -> None:
    """Fill the rows from `real` on with earlier ones, moved by a little noise."""
    dice = np.random.default_rng(0)
    for start in range(real, len(vectors), 4096):
        end = min(start + 4096, len(vectors))
        rows = vectors[dice.integers(0, real, end - start)]
        rows = rows + NOISE * dice.standard_normal(rows.shape, dtype=np.float32)
        vectors[start:end] = rows / np.linalg.norm(rows, axis=1, keepdims=True)


def repeat(posts: list[dict[str, object]], vectors: np.ndarray) -> int:
    """Give equal texts the vector of the first of them, and return how many texts there are."""
    first: dict[str, int] = {}
    for row, post in enumerate(posts):
        if (same := first.setdefault(source.plain(post), row)) != row:
            vectors[row] = vectors[same]
    return len(first)


def exact(vectors: np.ndarray, rows: slice | np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Return the score of the K-th nearest of these rows to each query."""
    places = np.arange(len(vectors))[rows]
    best = np.full((len(queries), K), -2.0, np.float32)
    for start in range(0, len(places), 65_536):
        scores = queries @ vectors[places[start : start + 65_536]].T
        both = np.concatenate((best, scores), axis=1)
        best = -np.partition(-both, K - 1, axis=1)[:, :K]
    return best.min(axis=1)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--count", type=int, required=True)
    arguments.add_argument("--late", type=int, default=0)
    arguments.add_argument("--real", type=int, default=20_000)
    arguments.add_argument("--repeats", action="store_true", help="texts repeat as they really do")
    chosen = arguments.parse_args()
    prepare(chosen.folder, chosen.count, chosen.late, chosen.real, repeats=chosen.repeats)
