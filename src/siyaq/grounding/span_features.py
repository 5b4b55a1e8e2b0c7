"""What speaks for a stretch of a sentence as the short answer to a question.

Named features for a log-linear scorer (`short_answer`): the shape of the stretch, the words beside
it, and where the question's own words stand around it; most are crossed with the kind of question.
After the span features of Rajpurkar et al. 2016 ("SQuAD", section 5), without a parser.
"""

from __future__ import annotations

import re

from siyaq.grounding.focus import Focus
from siyaq.grounding.spans import Token

_QUOTES = frozenset("\"'“”‘’«»")
_INSIDE = (",", "،", "and", "of", "(", ")", ":", "-", "—", "–", "the", "that", "من", "في")
_NAME = ("CAP", "UPPER")
_COUNT = ("num", "numw")
_FORM = re.compile(
    r"(?:ing|ed|ly|tion|ment|ers?|est|ous|ive|al|ic|s)$"  # codespell:ignore ment
    r"|^(?:وال|بال|لل|ال|كال|[وبليتنس])|(?:ات|ون|ين|ية|ة)$"
)
_FAR = 99


class Features:
    """What speaks for the stretches of one sentence."""

    def __init__(self, tokens: list[Token], focus: Focus) -> None:
        self.tokens = tokens
        self.focus = focus
        self.before = _distances(tokens)
        self.after = _distances(tokens[::-1])[::-1]
        self._first = _places(tokens, focus.first)
        self._last = _places(tokens, focus.last)
        self._noun = _places(tokens, focus.noun)

    def of(self, first: int, end: int) -> list[str]:
        """Return the names of the features that hold for a stretch."""
        tokens, kind = self.tokens, self.focus.kind
        words = [token for token in tokens[first:end] if token.word]
        shape = _span_shape(words)
        left, right = _near(tokens, first - 1), _near(tokens, end)
        before, after = self.before[first], self.after[end - 1]
        content = [word for word in words if not word.stop]
        asked = sum(word.asked for word in content)
        named = [
            "bias",
            f"len={len(words)}",
            f"len={len(words)}|{kind}",
            f"len={len(words)}|{shape}",
            f"shape={shape}|{kind}",
            f"shape={shape}|{self.focus.frame}",
            f"left={left}|{self.focus.frame}",
            f"right={right}|{self.focus.frame}",
            f"shape={shape}",
            f"left={left}",
            f"left={left}|{kind}",
            f"right={right}",
            f"right={right}|{kind}",
            f"asked={min(asked, 3)}|{len(content) == asked}",
            f"asked={min(asked, 2)}|{kind}",
            f"before={_bucket(before)}",
            f"after={_bucket(after)}",
            f"before={_bucket(before)}|{kind}",
            f"after={_bucket(after)}|{kind}",
            f"nearest={_bucket(min(before, after))}|{shape}",
            f"content={min(len(content), 4)}",
            f"first={_class(words[0])}",
            f"last={_class(words[-1])}",
            f"first={words[0].shape}|{kind}",
            f"last={words[-1].shape}|{kind}",
        ]
        named += self._edges(first, end)
        named += self._order(first, end)
        return named

    def _edges(self, first: int, end: int) -> list[str]:
        """Return what the marks and words at both edges, and inside, tell."""
        tokens, kind = self.tokens, self.focus.kind
        head, tail = tokens[first].shape, tokens[end - 1].shape
        left = tokens[first - 1].shape if first else ""
        right = tokens[end].shape if end < len(tokens) else ""
        quoted = (left in _QUOTES) + 2 * (right in _QUOTES)
        signs = right == "(" and end + 1 < len(tokens) and tokens[end + 1].shape == "at"
        inner = {token.text.lower() for token in tokens[first + 1 : end - 1]}
        told = {
            "begins": not left,
            "ends": not right,
            "cut-name-left": left in _NAME and head in _NAME,
            "cut-name-right": right in _NAME and tail in _NAME,
            "cut-number-left": left in _COUNT and head in _COUNT,
            "cut-number-right": right in (*_COUNT, "%") and tail in _COUNT,
            f"quoted={quoted}": quoted > 0,
            "signs": signs,
            f"signs|{kind}": signs,
            "inner-quote": not inner.isdisjoint(_QUOTES),
            f"third={3 * first // len(tokens)}|{kind}": True,
        }
        named = [name for name, holds in told.items() if holds]
        return [*named, *(f"inner={mark}" for mark in _INSIDE if mark in inner)]

    def _order(self, first: int, end: int) -> list[str]:
        kind, tokens = self.focus.kind, self.tokens
        named = []
        for name, places in (("first", self._first), ("last", self._last), ("noun", self._noun)):
            if not places:
                named.append(f"no-{name}")
                continue
            inside = any(first <= place < end for place in places)
            if inside:
                named.append(f"in-{name}|{kind}")
                if end - 1 in places:
                    named.append(f"{name}-is-head|{kind}")
                if first in places:
                    named.append(f"{name}-is-first|{kind}")
                continue
            ahead = min((place - end + 1 for place in places if place >= end), default=_FAR)
            behind = min((first - place for place in places if place < first), default=_FAR)
            side = "ahead" if ahead < behind else "behind"
            near = _bucket(min(ahead, behind))
            named.append(f"{name}-{side}={near}|{kind}")
            named.append(f"{name}-{side}={near}|{self.focus.frame}")
            named.append(f"{name}-{side}={near}")
        if first >= 2 and tokens[first - 2].asked:
            named.append("asked-two-left")
        if end + 1 < len(tokens) and tokens[end + 1].asked:
            named.append("asked-two-right")
        return named


def _distances(tokens: list[Token]) -> list[int]:
    """Return for each token how many tokens back the last word of the question stands."""
    found, since = [], _FAR
    for token in tokens:
        found.append(since)
        since = 1 if token.asked else min(_FAR, since + 1)
    return found


def _places(tokens: list[Token], term: str | None) -> frozenset[int]:
    if term is None:
        return frozenset()
    return frozenset(at for at, token in enumerate(tokens) if term in token.stems)


def _bucket(distance: int) -> str:
    for bound in (1, 2, 3, 5, 8, 14):
        if distance <= bound:
            return str(bound)
    return "far" if distance < _FAR else "none"


def _near(tokens: list[Token], at: int) -> str:
    """Return what stands beside a stretch: a mark, a stop word itself, else only its shape."""
    if not 0 <= at < len(tokens):
        return "edge"
    return _class(tokens[at])


def _class(token: Token) -> str:
    if not token.word:
        return token.shape
    if token.stop:
        return token.text.lower()
    if token.asked:
        return f"{token.shape}+asked"
    return f"{token.shape}{_form(token.text)}" if token.shape in ("low", "ar") else token.shape


def _form(word: str) -> str:
    """Return what the ending of a word, or the beginning of an Arabic one, tells of its part."""
    found = _FORM.search(word)
    return f":{found.group()}" if found else ""


def _span_shape(words: list[Token]) -> str:
    shapes = {word.shape for word in words if not word.stop} or {"stop"}
    if len(shapes) == 1:
        return shapes.pop()
    if shapes <= {"CAP", "UPPER"}:
        return "CAP"
    if shapes & {"month"} and shapes <= {"month", "num", "year", "day"}:
        return "date"
    if shapes & {"num", "numw"}:
        return "num+name" if shapes & {"CAP", "UPPER"} else "num+"
    if shapes & {"year", "month", "day"}:
        return "time+"
    if shapes & {"CAP", "UPPER"}:
        return "CAP+"
    return "mixed"
