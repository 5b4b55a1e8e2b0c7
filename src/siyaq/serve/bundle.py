"""Evidence bundles: an answer in one file with the posts it rests on, to be checked anywhere.

A bundle holds the question, the answer, its posts whole, the settings that it was made under, a
SHA-256 of each post's text and one over everything. Checking it needs no data directory and no
network: it says whether the file is as it was made, whether every citation quotes its post to the
letter, and whether the posts support what the sentences say. It does not say that a post was ever
written: only its platform can.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from siyaq import __version__
from siyaq.core.answer import AnswerStatus
from siyaq.core.errors import NotFound, Unreadable
from siyaq.core.product import Product
from siyaq.core.wire import rfc3339
from siyaq.serve.shape.answer import answer_json
from siyaq.serve.shape.post import post_json
from siyaq.serve.strings import told

FORMAT = "siyaq-bundle-1"
MAX_BYTES = 16 * 2**20

_REMADE = "make it anew: 'siyaq bundle ANSWER_ID --out FILE'"
_SETTINGS = ("siyaq", "model", "embedder")
_COPIED: Mapping[
    str, object
] = {  # from a post into what is quoted of it, or this where it has none
    "author": None,
    "url": "",
    "created_at": None,
    "witnessed_at": None,
    "placed_at": None,
}
_MARK = re.compile(rb'"format"\s*:\s*"siyaq-bundle-1"')

Json = dict[str, Any]
Language = Literal["en", "ar"]
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
        "answer": answer_json(answer),
        "posts": {post.id: post_json(post) for post in posts},
        "sha256": {post.id: _hash(post.text) for post in posts},
    }
    # what goes out is what is hashed: plain JSON
    plain: Json = json.loads(json.dumps(bundle))
    return plain | {"digest": digest(plain)}


def digest(bundle: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a bundle: of its canonical JSON, the digest itself left out.

    Raises ValueError where it holds a number that JSON has no word for.
    """
    rest = {key: value for key, value in bundle.items() if key != "digest"}
    form: Json = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": True}
    return _hash(json.dumps(rest, allow_nan=False, **form))


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
        raise Unreadable(f"{str(path)!r} is larger than {MAX_BYTES} bytes", hint=_REMADE)
    try:
        found = json.loads(whole, parse_constant=_finite, parse_float=_finite)
    except OverflowError as error:
        raise Unreadable(f"{str(path)!r} is no bundle: it holds {error}", hint=_REMADE) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{str(path)!r} is not a whole bundle", hint=_REMADE) from error
    return found if isinstance(found, dict) and found.get("format") == FORMAT else None


def _finite(written: str) -> float:
    """Read a number. Raises OverflowError for NaN, the infinities, and what is as large."""
    number = float(written)
    if not math.isfinite(number):
        raise OverflowError(f"{written[:40]}, which is no number of JSON")
    return number


def problems(bundle: Mapping[str, Any], supports: Supports, language: Language = "en") -> list[str]:
    """Return what does not hold in a bundle, in words; nothing where all of it holds."""
    try:
        return list(_problems(bundle, supports, language))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        return [told(language, "bundle.not_built", what=type(error).__name__)]


def report(bundle: Mapping[str, Any], wrong: Sequence[str], language: Language) -> Iterator[str]:
    """Say that a bundle holds, or each thing that does not, a line each."""
    if not wrong:
        yield told(language, "bundle.holds", question=str(bundle["question"]))
    for problem in wrong:
        yield told(language, "bundle.problem", what=problem)


def _problems(bundle: Mapping[str, Any], supports: Supports, language: Language) -> Iterator[str]:
    if bundle["digest"] != digest(bundle):
        yield told(language, "bundle.changed")
    yield from _of_the_whole(bundle, language)
    posts = bundle["posts"]
    for name, post in posts.items():
        if bundle["sha256"].get(name) != _hash(post["text"]):
            yield told(language, "bundle.other_text", post=name)
    references = {}
    for one in bundle["answer"]["references"]:
        references[one["id"]] = one["text"]
        yield from _of_reference(one, posts.get(one["post_id"]), language)
    for number, sentence in enumerate(bundle["answer"]["sentences"], start=1):
        yield from _of_sentence(str(number), sentence, references, supports, language)


def _of_the_whole(bundle: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Say what is missing of a question, its settings, and an answer that says what it rests on."""
    question, settings, answer = bundle["question"], bundle["settings"], bundle["answer"]
    if not isinstance(question, str) or not question.strip():
        yield told(language, "bundle.no_question")
    if not isinstance(settings, dict) or not all(
        isinstance(settings.get(name), str) for name in _SETTINGS
    ):
        yield told(language, "bundle.no_settings", names=", ".join(_SETTINGS))
    sentences, short = answer["sentences"], answer["short_answer"]
    if answer["status"] not in list(AnswerStatus):
        yield told(language, "bundle.no_status", status=str(answer["status"])[:40])
    elif answer["status"] != AnswerStatus.ABSTAINED:
        if not sentences:
            yield told(language, "bundle.no_sentences", status=answer["status"])
        if not answer["references"]:
            yield told(language, "bundle.no_references", status=answer["status"])
    quotes = [one["quote"] for sentence in sentences for one in sentence["citations"]]
    if short is not None and (not short or not any(short in quote for quote in quotes)):
        yield told(language, "bundle.no_short_answer", short=short)


def _of_reference(
    one: Mapping[str, Any], post: Mapping[str, Any] | None, language: Language
) -> Iterator[str]:
    names = {"evidence": one["id"], "post": one["post_id"]}
    if post is None or not one["text"] or one["text"] not in post["text"]:
        yield told(language, "bundle.no_evidence", **names)
    for field, absent in _COPIED.items():
        if post is not None and one[field] != post.get(field, absent):
            yield told(language, "bundle.other_field", field=field, **names)


def _of_sentence(
    number: str,
    sentence: Mapping[str, Any],
    references: Mapping[str, str],
    supports: Supports,
    language: Language,
) -> Iterator[str]:
    quotes = []
    for citation in sentence["citations"]:
        quote, text = citation["quote"], references.get(citation["evidence_id"])
        if text is None:
            yield told(language, "bundle.cites_nothing", number=number)
        elif not quote or quote not in text:
            yield told(language, "bundle.misquotes", number=number)
        else:
            quotes.append(quote)
    if not quotes:
        yield told(language, "bundle.rests_on_nothing", number=number)
    elif not supports(sentence["text"], quotes):
        yield told(language, "bundle.unsupported", number=number)


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
