"""The posts that every benchmark reads: real ones of distinct texts, or made ones like them.

A quarter of the shared posts repeat a text that came before. Equal texts are embedded once, so
rates are quoted on distinct texts. Where the file is absent, texts are drawn with a Zipf law over
made-up words in Arabic and Latin letters, of the same mean length.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

SHARED = Path(os.environ.get("SIYAQ_SHARED_DATA", "../shared/data"), "posts/ira.jsonl.zst")
_LETTERS = ("etaoinshrdlucmfw", "ايلمنورتبعسدكقهف")
_WORDS_PER_POST = 15
_AUTHORS = 3_000


def distinct(count: int, skip: int = 0) -> list[dict[str, object]]:
    """Return `count` posts in the Post format, no two with the same words, after `skip` others."""
    found: dict[str, dict[str, object]] = {}
    for post in _real() if SHARED.exists() else _made():
        found.setdefault(" ".join(str(post["text"]).split()), post)
        if len(found) == skip + count:
            break
    return list(found.values())[skip:]


def origin() -> str:
    """Say where the posts come from, for the table."""
    return "real posts, distinct texts" if SHARED.exists() else "made-up posts"


def in_order_of_time(posts: list[dict[str, object]]) -> list[dict[str, object]]:
    """Give the posts ids and times of their own, 50 ms apart and ending now, as a stream has."""
    start = datetime.now(UTC) - timedelta(milliseconds=50 * len(posts))
    return [
        post | {"id": str(n), "created_at": (start + timedelta(milliseconds=50 * n)).isoformat()}
        for n, post in enumerate(posts, 1)
    ]


def lines(posts: list[dict[str, object]]) -> list[bytes]:
    """Return the posts as NDJSON."""
    return [json.dumps(post, ensure_ascii=False).encode() + b"\n" for post in posts]


def _real() -> Iterator[dict[str, object]]:
    import zstandard

    with SHARED.open("rb") as packed:
        stream = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(packed)
        for line in io.BufferedReader(stream, 2**20):
            post = json.loads(line)
            if str(post.get("text") or "").strip():
                yield {name: post[name] for name in ("text", "lang", "author") if post.get(name)}


def _made() -> Iterator[dict[str, object]]:
    choose = random.Random(0)
    vocabularies = [
        ["".join(choose.choices(letters, k=choose.randint(2, 9))) for _ in range(60_000)]
        for letters in _LETTERS
    ]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, 60_001)))
    for _ in itertools.count():
        which = choose.random() < 0.35
        length = max(1, round(choose.gauss(_WORDS_PER_POST, 6)))
        author = f"a{choose.randrange(_AUTHORS)}"
        yield {
            "text": " ".join(choose.choices(vocabularies[which], cum_weights=weights, k=length)),
            "lang": "ar" if which else "en",
            "author": {"id": author, "handle": author},
        }
