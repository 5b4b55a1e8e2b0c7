"""The posts that every benchmark reads: real ones of distinct texts, or made ones like them.

A quarter of the shared posts repeat a text that came before. Equal texts are embedded once, so
rates are quoted on distinct texts; what is slow because texts repeat (cards) is measured on a
stream as it is. Past the real posts, texts are spliced: the first half of one and the second half
of another. Where the file is absent, texts are drawn with a Zipf law over made-up words in Arabic
and Latin letters, of the same mean length.
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
_REPEATED = 0.25  # share of the real posts whose text came before

Drawn = list[dict[str, object]]


def distinct(count: int, skip: int = 0) -> Drawn:
    """Return `count` posts in the Post format, no two with the same words, after `skip` others."""
    found: dict[str, dict[str, object]] = {}
    for post in _endless():
        found.setdefault(plain(post), post)
        if len(found) == skip + count:
            break
    return list(found.values())[skip:]


def stream(count: int) -> Drawn:
    """Return `count` posts as they come: a quarter of them repeat a text, some hundreds of times.

    Past the real posts, which text is repeated is drawn among the posts so far, so that what was
    said often is said again (Simon, "On a class of skew distribution functions", 1955).
    """
    found = list(itertools.islice(_real(), count)) if SHARED.exists() else []
    fresh = _spliced(found) if found else _made()
    dice = random.Random(1)
    while len(found) < count:
        post = next(fresh)
        if found and dice.random() < _REPEATED:
            post = post | {"text": found[dice.randrange(len(found))]["text"]}
        found.append(post)
    return found


def plain(post: dict[str, object]) -> str:
    """Return the text of a post as the embedder is given it: equal ones have one vector."""
    return " ".join(str(post["text"]).split())


def origin(posts: Drawn | None = None) -> str:
    """Say where posts come from, for the table, and how many of these were spliced."""
    if not SHARED.exists():
        return "made-up posts"
    made = sum("spliced" in post for post in posts or ())
    return "real posts" + (f", {made:,} spliced from two of them" if made else "")


def in_order_of_time(posts: Drawn) -> Drawn:
    """Give the posts ids and times of their own, 50 ms apart and ending now, as a stream has."""
    start = datetime.now(UTC) - timedelta(milliseconds=50 * len(posts))
    return [
        post | {"id": str(n), "created_at": (start + timedelta(milliseconds=50 * n)).isoformat()}
        for n, post in enumerate(posts, 1)
    ]


def lines(posts: Drawn) -> list[bytes]:
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


def _endless() -> Iterator[dict[str, object]]:
    """Give the real posts, then such as are spliced from two; made-up ones where there are none."""
    if not SHARED.exists():
        yield from _made()
        return
    real = []
    for post in _real():
        real.append(post)
        yield post
    yield from _spliced(real)


def _spliced(posts: Drawn) -> Iterator[dict[str, object]]:
    """Give posts that begin as one of these and end as another of the same language."""
    dice = random.Random(0)
    by_lang: dict[object, Drawn] = {}
    for post in posts:
        by_lang.setdefault(post.get("lang"), []).append(post)
    while True:
        first = posts[dice.randrange(len(posts))]
        alike = by_lang[first.get("lang")]
        begin = str(first["text"]).split()
        end = str(alike[dice.randrange(len(alike))]["text"]).split()
        words = begin[: (len(begin) + 1) // 2] + end[len(end) // 2 :]
        yield first | {"text": " ".join(words), "spliced": True}


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
