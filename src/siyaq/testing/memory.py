"""A Searcher that is obviously right: dictionaries, a BM25 by the book, every cosine computed.

Covers: every method of `siyaq.core.ports.Searcher`, over entries of the log that it is handed.
Does not cover: speed, files, other processes. Tests use it as the fake, and the index's contract
suite as the oracle.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.core.ports import Embedder, LinkField, Passage, Vector
from siyaq.core.post import Post
from siyaq.core.query import Filters, Scored
from siyaq.core.span import Span
from siyaq.text.address import address_key
from siyaq.text.analyze import terms
from siyaq.text.fingerprint import fingerprint
from siyaq.text.sentences import passages

K1 = 1.2
B = 0.75


def searchable_text(post: Post) -> str:
    """Return the text whose words find a post: title, text, descriptions, reviewed claims."""
    return "\n".join(part for part in (post.title, post.text, *post.captions) if part)


@dataclass(frozen=True, slots=True)
class Document:
    """One post as it can be found."""

    seq: Seq
    post: Post
    counts: Counter[str]
    length: int
    passages: tuple[Passage, ...]
    title: Vector | None


class MemorySearcher:
    """Holds what `apply` was given; shows it from the next `refresh` on.

    Without an embedder, posts have no passages, as when vectors lag behind.
    """

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder
        self._pending: list[LogEntry] = []
        self._documents: dict[Seq, Document] = {}

    def apply(self, entries: Iterable[LogEntry]) -> None:
        """Take entries of the log, in its order."""
        self._pending.extend(entries)

    def refresh(self) -> None:
        """Show everything applied so far."""
        documents = dict(self._documents)
        for entry in self._pending:
            if entry.replaces is not None:
                documents.pop(entry.replaces, None)
            if entry.post is None:
                gone = [seq for seq, old in documents.items() if old.post.id == entry.post_id]
                for seq in gone:
                    del documents[seq]
            else:
                documents[entry.seq] = self._document(entry.seq, entry.post)
        self._pending = []
        self._documents = documents

    def lexical(self, terms: Mapping[str, float], where: Filters, k: int) -> Sequence[Scored]:
        """Return the k posts with the best BM25 over `terms`, best first."""
        documents = self._documents
        mean_length = sum(document.length for document in documents.values()) / (
            len(documents) or 1
        )
        frequencies = self.document_frequency(terms)
        scored = []
        for document in documents.values():
            if not any(term in document.counts for term in terms):
                continue
            if not where.admits(document.post):
                continue
            norm = K1 * (1 - B + B * document.length / mean_length)
            score = 0.0
            for term, weight in terms.items():
                count = document.counts[term]
                rarity = self._rarity(frequencies[term])
                score += weight * rarity * count * (K1 + 1) / (count + norm)
            scored.append(Scored(document.seq, score))
        return best(scored, k)

    def holding(self, terms: Mapping[str, float], where: Filters, k: int) -> Sequence[Scored]:
        """Return the k posts that hold most of `terms`, rare ones heavier, however long."""
        frequencies = self.document_frequency(terms)
        scored = []
        for document in self._documents.values():
            held = [term for term in terms if term in document.counts]
            if held and where.admits(document.post):
                score = sum(terms[term] * self._rarity(frequencies[term]) for term in held)
                scored.append(Scored(document.seq, score))
        return best(scored, k)

    def _rarity(self, frequency: int) -> float:
        return math.log(1 + (len(self._documents) - frequency + 0.5) / (frequency + 0.5))

    def semantic(self, vector: Vector, where: Filters, k: int) -> Sequence[Scored]:
        """Return the k posts whose best passage is nearest to `vector`, best first."""
        wanted = np.asarray(vector, dtype=np.float32)
        scored = []
        for document in self._documents.values():
            if not document.passages or not where.admits(document.post):
                continue
            cosines = [
                float(np.asarray(passage.vector, dtype=np.float32) @ wanted)
                for passage in document.passages
            ]
            nearest = max(range(len(cosines)), key=cosines.__getitem__)
            passage = document.passages[nearest]
            whole = (passage.start, passage.end) == (0, len(document.post.text))
            span = None if whole else Span(passage.start, passage.end)
            scored.append(Scored(document.seq, cosines[nearest], span))
        return best(scored, k)

    def linked(
        self, field: LinkField, value: str, *, where: Filters, k: int, newest_first: bool
    ) -> Sequence[Seq]:
        """Return up to k posts whose `field` is exactly `value`, ordered by placed time."""
        value = address_key(value) if field == "url" else value
        found = [
            document
            for document in self._documents.values()
            if value and link(document.post, field) == value and where.admits(document.post)
        ]
        found.sort(key=lambda document: (document.post.placed_at, document.seq))
        if newest_first:
            found.reverse()
        return [document.seq for document in found[:k]]

    def newest(self, where: Filters, k: int) -> Sequence[Seq]:
        """Return the k posts placed last, the newest first."""
        found = [document for document in self._documents.values() if where.admits(document.post)]
        found.sort(key=lambda document: (document.post.placed_at, document.seq), reverse=True)
        return [document.seq for document in found[:k]]

    def document_frequency(self, terms: Iterable[str]) -> Mapping[str, int]:
        """Return in how many posts each term stands."""
        return {
            term: sum(term in document.counts for document in self._documents.values())
            for term in terms
        }

    @property
    def document_count(self) -> int:
        """How many posts the view holds."""
        return len(self._documents)

    def passages(self, seqs: Iterable[Seq]) -> Mapping[Seq, Sequence[Passage]]:
        """Return the embedded passages of each post, in text order; missing ones are left out."""
        wanted = {seq: self._documents[seq] for seq in seqs if seq in self._documents}
        return {seq: document.passages for seq, document in wanted.items() if document.passages}

    def titles(self, seqs: Iterable[Seq]) -> Mapping[Seq, Vector]:
        """Return the vector of each post's title; posts without one are left out."""
        wanted = {seq: self._documents[seq] for seq in seqs if seq in self._documents}
        return {seq: held.title for seq, held in wanted.items() if held.title is not None}

    def _document(self, seq: Seq, post: Post) -> Document:
        words = terms(searchable_text(post))
        spans = passages(post.text) if self._embedder is not None else []
        vectors: Sequence[Vector] = []
        if self._embedder is not None and spans:
            vectors = self._embedder.embed([span.of(post.text) for span in spans])
        embedded = tuple(
            Passage(span.start, span.end, vector)
            for span, vector in zip(spans, vectors, strict=True)
        )
        title = None
        if self._embedder is not None and post.title.strip():
            title = self._embedder.embed([post.title])[0]
        return Document(seq, post, Counter(words), len(words), embedded, title)


def best(scored: Sequence[Scored], k: int) -> list[Scored]:
    """Return the k best, best first; equal scores in log order."""
    return sorted(scored, key=lambda line: (-line.score, line.seq))[:k]


def link(post: Post, field: LinkField) -> str | None:
    """Return what `post` holds in one of its exact-match fields."""
    values: dict[LinkField, str | None] = {
        "reply_to": post.reply_to,
        "root": post.root,
        "quote_of": post.quote_of,
        "repost_of": post.repost_of,
        "fingerprint": fingerprint(post.text),
        "author": post.author.id,
        "url": address_key(post.url),
    }
    return values[field] or None
