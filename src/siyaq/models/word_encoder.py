"""Vectors near to the encoder's, for when posts come faster than it can read them.

The lower network is run on every word by itself, and what it gives is kept by word: the sum over
a text is then a sum of kept rows. What is lost is how neighboring words change one another. The
second convolution of a word not met before is multiplied out at a low rank. The network on top
is the encoder's own, so its vectors and these compare.

Over 1,500 real posts the cosine to the encoder's own vectors is 0.86 in the mean; what that costs
a search stands in evals/LOG.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Final

import numpy as np

from siyaq.models.first_layer import TruncatedFirst
from siyaq.models.products import TruncatedProduct
from siyaq.models.token_sums import TokenSums
from siyaq.models.weights import DIMENSIONS, WINDOWS, Floats, Weights
from siyaq.models.wordpieces import BEGIN, END, UNKNOWN, WordTokenizer

WORDS_KEPT: Final = 49_152
"""Rows kept at the most: 96 MiB."""

_RANK: Final = 16
_TEXTS_AT_ONCE: Final = 512
_WORDS_AT_ONCE: Final = 128
_TOKENS_AT_ONCE: Final = 1024  # where no spaces are written, one word is a whole sentence
_SHORT_LINK: Final = re.compile(r"(https?://[\w.\-]{3,40}/)(\w{4,16})")
_EDGES: Final = re.compile(r"([^\w@#]*)(.*?)(\W*)", re.DOTALL)
_ANY_PATH: Final = "x7QkT9mZpR2bLw4s"
_ANY_LETTER: Final = "x"  # before what stands behind a word, which begins no piece of its own
_NOTHING: Final = ""  # a text in which nothing is left is one unknown token
_MARK: Final = " "  # begin and end: no word is a space


class WordEncoder:
    """Embeds texts word by word, on the calling thread. Thread-safe; one call at a time.

    The vector of a text depends on nothing but the text (beyond the rounding of sums). The path of
    a shortened link is drawn at random, so one of the same length stands for all of them.
    """

    def __init__(
        self,
        weights: Weights,
        tokenizer: WordTokenizer,
        *,
        tiles: bool,
        words_kept: int = WORDS_KEPT,
    ) -> None:
        self._weights = weights
        self._tokenizer = tokenizer
        self._tiles = tiles
        self._capacity = words_kept
        self._any_letter = len(tokenizer.pieces(_ANY_LETTER))
        self._lock = Lock()
        self._sums: TokenSums | None = None
        self._forget_all()

    def _forget_all(self) -> None:
        self._known: dict[str, int] = {}
        self._table = np.empty((self._capacity, DIMENSIONS), np.float32)
        self._tokens = np.zeros(self._capacity, np.int64)
        self._uses = np.zeros(self._capacity, np.int64)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one L2-normalized float32 row per text, in order: shape (n, DIMENSIONS)."""
        out = np.empty((len(texts), DIMENSIONS), np.float32)
        with self._lock:
            done = 0
            for part in self._parts(texts):
                out[done : done + len(part)] = self._encode_part(part)
                done += len(part)
        return out

    def _parts(self, texts: Sequence[str]) -> Iterator[list[list[str]]]:
        """Yield the words of the texts, no more distinct ones at a time than there is room for."""
        part: list[list[str]] = []
        distinct: set[str] = set()
        for text in texts:
            words = self._words(text)
            if part and (
                len(part) == _TEXTS_AT_ONCE or len(distinct) + len(words) > self._capacity // 2
            ):
                yield part
                part, distinct = [], set()
            part.append(words)
            distinct.update(words)
        if part:
            yield part

    def _words(self, text: str) -> list[str]:
        words = [_MARK]
        for word in self._tokenizer.words(text):
            if word.isalnum():
                words.append(word)
            else:
                words += _parts(word)
        return words[: self._capacity // 2 - 1] if len(words) > 1 else [_MARK, _NOTHING]

    def _encode_part(self, part: Sequence[Sequence[str]]) -> Floats:
        words = [word for each in part for word in each]
        self._meet(dict.fromkeys(words))
        known = self._known
        slots = np.fromiter((known[word] for word in words), np.int64, len(words))
        np.add.at(self._uses, slots, 1)
        counts = np.array([len(each) for each in part])
        starts = np.cumsum(counts) - counts
        sums = np.add.reduceat(self._table[slots], starts, axis=0)
        lengths = np.add.reduceat(self._tokens[slots], starts)
        bare = np.flatnonzero(lengths == self._tokens[known[_MARK]])
        if bare.size:  # words of which normalization leaves nothing
            self._meet({_NOTHING: None})
            sums[bare] += self._table[self._known[_NOTHING]]
            lengths[bare] += 1
        return self._weights.vectors(sums, lengths)

    def _meet(self, words: dict[str, None]) -> None:
        """Give each word a row."""
        fresh = [word for word in words if word not in self._known]
        if len(self._known) + len(fresh) > self._capacity:
            self._forget(words)
            fresh = [word for word in words if word not in self._known]
        for some in self._few(fresh):
            self._add(some)

    def _few(self, words: Sequence[str]) -> Iterator[dict[str, Sequence[int]]]:
        """Yield words with their tokens, few at a time: what is made of each token is held."""
        some: dict[str, Sequence[int]] = {}
        tokens = 0
        for word in words:
            ids = self._pieces(word)
            if some and (len(some) == _WORDS_AT_ONCE or tokens + len(ids) > _TOKENS_AT_ONCE):
                yield some
                some, tokens = {}, 0
            some[word] = ids
            tokens += len(ids)
        if some:
            yield some

    def _forget(self, needed: dict[str, None]) -> None:
        """Make room: of the words not needed now, keep those used most since it was last made."""
        room = self._capacity // 2
        rank = np.argsort(-self._uses[: len(self._known)], kind="stable")
        names = list(self._known)
        kept = [slot for slot in rank[:room].tolist() if self._uses[slot] > 1]
        kept += [self._known[word] for word in needed if word in self._known]
        order = sorted(set(kept))[: self._capacity - len(needed)]
        count = len(order)
        self._table[:count] = self._table[order]
        self._tokens[:count] = self._tokens[order]
        self._uses[:] = 0
        self._known = {names[slot]: place for place, slot in enumerate(order)}

    def _add(self, words: Mapping[str, Sequence[int]]) -> None:
        pieces = list(words.values())
        lengths = np.array([len(ids) for ids in pieces], np.int64)
        first = len(self._known)
        rows = self._table[first : first + len(words)]
        rows[:] = 0.0
        heard = np.flatnonzero(lengths)
        if heard.size:
            sums = self._summing()([pieces[n] for n in heard.tolist()], lengths[heard])
            rows[heard] = sums @ self._weights.head.pool
        self._tokens[first : first + len(words)] = lengths
        self._known.update(zip(words, range(first, first + len(words)), strict=True))

    def _pieces(self, word: str) -> Sequence[int]:
        if word == _MARK:
            return (BEGIN, END)
        if word == _NOTHING:
            return (UNKNOWN,)
        if word[0] == _MARK:
            return self._tokenizer.pieces(_ANY_LETTER + word[1:])[self._any_letter :]
        return self._tokenizer.pieces(word)

    def _summing(self) -> TokenSums:
        """Return the lower network; its matrices are decomposed when it is first needed."""
        if self._sums is None:
            second = [
                TruncatedProduct(branch.second, window, rank=_RANK, tiles=self._tiles)
                for branch, (window, _) in zip(self._weights.branches, WINDOWS, strict=True)
            ]
            first = TruncatedFirst(self._weights, tiles=self._tiles)
            self._sums = TokenSums(self._weights, first, second)
        return self._sums


def _parts(word: str) -> list[str]:
    """Cut what stands around a word off it: "word," is met as "word" and " ,"."""
    if word[:4] == "http" and (link := _SHORT_LINK.fullmatch(word)):
        return [link[1] + _ANY_PATH[: len(link[2])]]
    edges = _EDGES.fullmatch(word)
    if edges is None or not edges[2]:
        return [word]
    before, inner, after = edges.groups()
    return [*([before] if before else []), inner, *([_MARK + after] if after else [])]
