"""What a text denies: the words that its negations turn around, and its words of denial."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from siyaq.grounding.support.antonyms import OPPOSITES, bare
from siyaq.grounding.support.pieces import Piece
from siyaq.text.fold import fold
from siyaq.text.negation import NEGATIONS

_DENIAL: Final = re.compile(
    r"\b(?:false(?:ly)?|fake|hoax|untrue|debunk\w*|den(?:y|ies|ied|ying)|fabricated"
    r"|misinformation|disinformation|no evidence|not true|isn't true|not correct|incorrect"
    r"|never happened|unfounded|baseless|refuted|no truth|is wrong|are wrong)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:كذب|كذبه|كاذب|كاذبه|اشاعه|شايعه|مفبرك|مفبركه|مزيف|مزيفه|زايف|زايفه"
    r"|ملفق|ملفقه|نفي|نفت|ينفي|تنفي|نافيا|نافيه|نفوا|غير صحيح|غير صحيحه|غير دقيق|لا صحه|لا اساس"
    r"|ليس صحيحا|ليست صحيحه|لم يحدث|عار عن|عاريه عن))(?=\W|$)"
)
_INSIDE: Final = 3  # pieces between a negation and the word that it turns around
_VERB_PREFIX: Final = re.compile("^(?:[وف]?س(?=[يتن]..))?[ايتن](?=[\u0621-\u064a]{3})")
_NO_NEGATION: Final = frozenset(("ما", "غير", "بدون", "دون", "without", "nor", "none", "nothing"))
"""Negations that as often are none, or turn a noun around and not what is said."""


def denies(text: str) -> bool:
    """Whether a text calls something untrue."""
    return _DENIAL.search(fold(text)) is not None


def negated(found: Sequence[Piece]) -> frozenset[str]:
    """Return the stems of the words that a negation stands right before."""
    turned: set[str] = set()
    for place, piece in enumerate(found):
        word = piece.folded.replace("'", "")
        if word not in NEGATIONS or word in _NO_NEGATION:
            continue
        for following in found[place + 1 : place + 1 + _INSIDE]:
            if following.kind == "pause":
                break
            if following.telling:
                turned.add(_key(following))
                break
    return frozenset(turned)


def negation_flipped(claim: Sequence[Piece], evidence: Sequence[Piece]) -> bool:
    """Whether a word of both is turned around on one side, and on that side only.

    A word that a side has both ways proves nothing.
    """
    mine, theirs = negated(claim), negated(evidence)
    my_plain = _plain(claim, mine)
    their_plain = _plain(evidence, theirs)
    flipped = ((mine - my_plain) & (their_plain - theirs)) | (
        (theirs - their_plain) & (my_plain - mine)
    )
    return bool(flipped)


def _plain(found: Sequence[Piece], turned: frozenset[str]) -> frozenset[str]:
    """Return the telling stems that stand without a negation at least once."""
    counts: dict[str, int] = {}
    for piece in found:
        if piece.telling:
            counts[_key(piece)] = counts.get(_key(piece), 0) + 1
    return frozenset(term for term, count in counts.items() if count > 1 or term not in turned)


def _key(piece: Piece) -> str:
    """Return the stem without what marks person and future of an Arabic verb: سيغلق, أغلق."""
    return _VERB_PREFIX.sub("", piece.term)


def opposed(claim: Sequence[Piece], evidence: Sequence[Piece]) -> bool:
    """Whether the claim has a word where the evidence has only that word's opposite.

    Neither side may have both, or the other side's words in another form.
    """
    mine = {bare(piece.folded) for piece in claim if piece.kind == "word"}
    theirs = {bare(piece.folded) for piece in evidence if piece.kind == "word"}
    stems = {piece.term for piece in evidence}
    mine_stems = {piece.term for piece in claim}
    for piece in claim:
        against = OPPOSITES.get(bare(piece.folded), frozenset()) & theirs
        if not against or piece.term in stems or against & mine:
            continue
        siblings = frozenset[str]().union(*(OPPOSITES.get(one, frozenset()) for one in against))
        turned = {one.term for one in evidence if bare(one.folded) in against}
        if not siblings & theirs and not turned & mine_stems:
            return True
    return False
