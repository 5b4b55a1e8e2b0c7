"""The short exact span that answers, when one is clearly the best.

Every stretch of the first quotes is scored by a log-linear model of named features
(`span_features`), whose weights `evals/fit_spans.py` fits. Each quote lends its stretches as much
as it weighs itself; stretches of the same words add up. Where nothing is clearly best, nothing is
told: a wrong short answer costs more trust than a missing one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from siyaq.core.span import Span
from siyaq.grounding.asked_for import tells_when
from siyaq.grounding.focus import Focus, focus_of
from siyaq.grounding.span_features import Features
from siyaq.grounding.spans import Token, candidates, span_of, tokenize
from siyaq.text.analyze import terms

QUOTES_READ = 3

LIKELY = 0.15
"""Share of all likelihood from which the best stretch is told."""

CLEARLY = 1.15
"""How many times more likely it must be than any stretch beside it."""

CLEARLY_COUNTED = 8.0
"""The same for numbers: two that could be meant are two answers, and neither is picked."""

UNTOLD = ("none", "open", "why")
"""Kinds of questions that no few words answer."""

NUMERIC = ("count", "long")
"""Kinds of questions that a number answers."""

_TIMES = re.compile(
    r"\b(?:before|after|during|when|while|since|until|now|tonight|nights?|days?|weeks?|months?"
    r"|years?|hours?|minutes?|decades?|seasons?|spring|summer|autumn|fall|winter|soon|ago|later)\b"
    r"|بعد|قبل|منذ|خلال|أثناء|عند|حين|الآن|ساع|دقيق|أسبوع|شهر|سنة|سنوات|أيام|ليل|نهار|فجر|موسم|صيف|شتاء",
    re.IGNORECASE,
)
_COUNTED = frozenset(("num", "numw", "year"))


def short_answer(question: str, quotes: Sequence[str], weights: Sequence[float]) -> str | None:
    """Return the stretch of a quote that answers, None where none is clearly best.

    `weights` say how well each quote answers, as `weigh.weight` does.
    """
    focus = focus_of(question)
    if focus.kind in UNTOLD or not quotes:
        return None
    best = max(weights)
    parts = [math.exp(weight - best) for weight in weights[:QUOTES_READ]]
    likely: dict[tuple[str, ...], float] = {}
    told: dict[tuple[str, ...], str] = {}
    for quote, part in zip(quotes[:QUOTES_READ], parts, strict=True):
        for span, probability in _stretches(quote, focus):
            same = tuple(terms(span.of(quote)))
            likely[same] = likely.get(same, 0.0) + probability * part / sum(parts)
            told.setdefault(same, span.of(quote))
    clearly = CLEARLY_COUNTED if focus.kind in NUMERIC else CLEARLY
    return _clearest(likely, told, clearly)


def likeliest(quote: str, focus: Focus) -> tuple[Span, float] | None:
    """Return the stretch of one quote that answers best, and its share of the likelihood there.

    None for a question that no few words answer.
    """
    if focus.kind in UNTOLD:
        return None
    return max(_stretches(quote, focus), key=lambda found: found[1], default=None)


def _clearest(
    likely: Mapping[tuple[str, ...], float], told: Mapping[tuple[str, ...], str], clearly: float
) -> str | None:
    """Return the likeliest words, unless words that have nothing of them are about as likely."""
    if not likely:
        return None
    first = max(likely, key=lambda same: likely[same])
    beside = max(
        (share for same, share in likely.items() if set(same).isdisjoint(first)), default=0.0
    )
    return told[first] if likely[first] >= max(LIKELY, clearly * beside) else None


def _stretches(quote: str, focus: Focus) -> list[tuple[Span, float]]:
    """Return the stretches of a quote that may answer, each with its likelihood among them."""
    known = _weights()
    tokens = tokenize(quote, focus)
    features = Features(tokens, focus)
    found = [
        one
        for one in candidates(tokens)
        if _fits(focus, tokens[one[0] : one[1]], span_of(tokens, *one).of(quote))
    ]
    scores = [sum(known.get(name, 0.0) for name in features.of(*one)) for one in found]
    most = max(scores, default=0.0)
    powers = [math.exp(score - most) for score in scores]
    total = sum(powers)
    return [
        (span_of(tokens, *one), power / total) for one, power in zip(found, powers, strict=True)
    ]


def _fits(focus: Focus, tokens: Sequence[Token], text: str) -> bool:
    """Say whether a stretch can answer at all: "how many" asks for a number, "when" for a time."""
    if focus.kind not in (*NUMERIC, "when") or any(token.shape in _COUNTED for token in tokens):
        return True
    return focus.kind == "when" and (tells_when(text) or bool(_TIMES.search(text)))


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    text = files("siyaq.grounding").joinpath("span_weights.json").read_text(encoding="utf-8")
    loaded: dict[str, float] = json.loads(text)
    return loaded
