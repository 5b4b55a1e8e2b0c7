"""Evidence bundles: an answer in one file with the posts it rests on, to be checked anywhere.

A bundle holds the question, the answer, its posts whole, the settings that it was made under, a
SHA-256 of each post's text and one over everything. Checking it needs no data directory and no
network: it says whether the file is as it was made, whether every citation quotes its post to the
letter, and whether the posts support what the sentences say. It does not say that a post was ever
written: only its platform can.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from siyaq import __version__
from siyaq.core.errors import NotFound, Unreadable
from siyaq.core.product import Product
from siyaq.core.wire import rfc3339
from siyaq.serve import shape

FORMAT = "siyaq-bundle-1"
MAX_BYTES = 16 * 2**20

_MARK = re.compile(rb'"format"\s*:\s*"siyaq-bundle-1"')

Json = dict[str, Any]
Supports = Callable[[str, Sequence[str]], bool]
"""Says whether spans support a sentence."""


async def made(product: Product, answer_id: str) -> Json:
    """Return the bundle of a kept answer as its posts stand now. Raises NotFound."""
    answer = await product.answer(answer_id)
    posts = [
        await product.post(name) for name in dict.fromkeys(r.post_id for r in answer.references)
    ]
    bundle: Json = {
        "format": FORMAT,
        "made_at": rfc3339(datetime.now(UTC)),
        "settings": {
            "siyaq": __version__,
            "model": answer.model,
            "embedder": (await product.status()).embedder,
        },
        "question": await product.question_of(answer_id),
        "answer": shape.answer_json(answer),
        "posts": {post.id: shape.post_json(post) for post in posts},
        "sha256": {post.id: _hash(post.text) for post in posts},
    }
    # what goes out is what is hashed: plain JSON
    plain: Json = json.loads(json.dumps(bundle))
    return plain | {"digest": digest(plain)}


def digest(bundle: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a bundle: of its canonical JSON, the digest itself left out."""
    rest = {key: value for key, value in bundle.items() if key != "digest"}
    return _hash(json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True))


def read(path: Path) -> Json | None:
    """Return the bundle in a file, None for a file of another kind. Raises NotFound, Unreadable."""
    try:
        with path.open("rb") as file:
            if _MARK.search(file.read(2**20)) is None:
                return None
            file.seek(0)
            whole = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise NotFound(f"no file {str(path)!r}") from error
    except OSError as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error.strerror}") from error
    if len(whole) > MAX_BYTES:
        raise Unreadable(f"{str(path)!r} is larger than {MAX_BYTES} bytes")
    try:
        found = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{str(path)!r} is not a whole bundle") from error
    return found if isinstance(found, dict) and found.get("format") == FORMAT else None


def problems(bundle: Mapping[str, Any], supports: Supports) -> list[str]:
    """Return what does not hold in a bundle, in words; nothing where all of it holds."""
    try:
        return list(_problems(bundle, supports))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return [f"it is not built as a bundle is: {type(error).__name__}"]


def _problems(bundle: Mapping[str, Any], supports: Supports) -> Iterator[str]:
    if bundle["digest"] != digest(bundle):
        yield "the file was changed after it was made: its digest does not match"
    posts = {str(name): str(post["text"]) for name, post in bundle["posts"].items()}
    for name, text in posts.items():
        if bundle["sha256"].get(name) != _hash(text):
            yield f"the text of post {name!r} is not the one that was hashed"
    references = {}
    for one in bundle["answer"]["references"]:
        references[one["id"]] = one["text"]
        if not one["text"] or one["text"] not in posts.get(one["post_id"], ""):
            yield f"evidence {one['id']!r} is not in the text of post {one['post_id']!r}"
    for number, sentence in enumerate(bundle["answer"]["sentences"], start=1):
        yield from _of_sentence(number, sentence, references, supports)


def _of_sentence(
    number: int, sentence: Mapping[str, Any], references: Mapping[str, str], supports: Supports
) -> Iterator[str]:
    quotes = []
    for citation in sentence["citations"]:
        quote, text = citation["quote"], references.get(citation["evidence_id"])
        if text is None:
            yield f"sentence {number} cites evidence that is not there"
        elif not quote or quote not in text:
            yield f"sentence {number} quotes what its evidence does not say"
        else:
            quotes.append(quote)
    if not quotes:
        yield f"sentence {number} rests on nothing"
    elif not supports(sentence["text"], quotes):
        yield f"sentence {number} says what its quotes do not support"


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
