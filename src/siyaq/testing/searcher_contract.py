"""What every searcher promises. Subclass, give a fixture `subject`, and pytest does the rest.

class TestMine(SearcherContract):
    @pytest.fixture
    def subject(self, embedder: Embedder) -> Subject:
        return MySubject(embedder)
"""

# ruff: noqa: D102  the name of each test is its promise

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np
import pytest

from siyaq.core.clock import PlacedBy
from siyaq.core.event import LogEntry, Op
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.ports import Embedder, LinkField, Searcher
from siyaq.core.post import Author, Media, Post
from siyaq.core.query import Filters, Scored
from siyaq.core.span import Span, TimeRange
from siyaq.testing.embedder import FakeEmbedder
from siyaq.text.analyze import terms
from siyaq.text.fingerprint import fingerprint

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVERYTHING = Filters()
ROUNDING = 5e-3
"""How far two scores may differ that should be equal: vectors may be stored as bytes."""


class Subject(Protocol):
    """The searcher under test, and the way in."""

    searcher: Searcher

    def apply(self, entries: Sequence[LogEntry]) -> None:
        """Publish entries, in log order, without refreshing the searcher."""
        ...


def post(
    name: str,
    text: str,
    minute: int = 0,
    *,
    source: str = "world",
    author: str = "did:plc:Ann",
    handle: str = "Ann.example",
    lang: str = "en",
    title: str = "",
    reply_to: PostId | None = None,
    root: PostId | None = None,
    quote_of: PostId | None = None,
    repost_of: PostId | None = None,
    url: str = "",
) -> Post:
    """Return a post placed `minute` minutes after noon."""
    placed_at = NOON + timedelta(minutes=minute)
    return Post(
        source=source,
        native_id=name,
        author=Author(id=AuthorId(author), handle=handle),
        text=text,
        url=url,
        title=title,
        witnessed_at=placed_at,
        placed_at=placed_at,
        placed_by=PlacedBy.WITNESSED,
        lang=lang,
        reply_to=reply_to,
        root=root,
        quote_of=quote_of,
        repost_of=repost_of,
    )


def created(first: int, *posts: Post) -> list[LogEntry]:
    """Return entries that create `posts` at the places from `first` on."""
    return [
        LogEntry(seq=Seq(seq), op=Op.CREATE, post_id=each.id, post=each)
        for seq, each in enumerate(posts, first)
    ]


def updated(seq: int, replaces: int, version: Post) -> LogEntry:
    """Return the entry of a new version."""
    return LogEntry(
        seq=Seq(seq), op=Op.UPDATE, post_id=version.id, post=version, replaces=Seq(replaces)
    )


def deleted(seq: int, replaces: int, gone: Post) -> LogEntry:
    """Return the entry of a deletion."""
    return LogEntry(seq=Seq(seq), op=Op.DELETE, post_id=gone.id, post=None, replaces=Seq(replaces))


def weights(question: str) -> dict[str, float]:
    """Return the terms of a question, each of weight 1."""
    return dict.fromkeys(terms(question), 1.0)


def seqs(found: Sequence[Scored]) -> list[int]:
    """Return the places in the log of the lines of a list."""
    return [line.seq for line in found]


FILTERED = (
    post("p1", "rain in the city", 0),
    post("p2", "rain at the port", 1, source="wire", lang="ar"),
    post("p3", "rain by the school", 2, author="did:plc:Bob", handle="Bob.example"),
    post("p4", "rain and wind", 3, source="wire", author="did:plc:Bob", handle="Bob.example"),
    post("p5", "a late rain", 4, lang="fr"),
)

CASES: dict[str, tuple[Filters, list[int]]] = {
    "since": (Filters(placed=TimeRange(since=NOON + timedelta(minutes=2))), [3, 4, 5]),
    "until": (Filters(placed=TimeRange(until=NOON + timedelta(minutes=2))), [1, 2]),
    "both": (
        Filters(placed=TimeRange(NOON + timedelta(minutes=1), NOON + timedelta(minutes=4))),
        [2, 3, 4],
    ),
    "never": (Filters(placed=TimeRange(since=NOON + timedelta(days=1))), []),
    "lang": (Filters(langs=("ar", "fr")), [2, 5]),
    "source": (Filters(sources=("wire",)), [2, 4]),
    "author id": (Filters(authors=("did:plc:bob",)), [3, 4]),
    "handle": (Filters(authors=("BOB.example",)), [3, 4]),
    "only": (Filters(only=frozenset({PostId("world:p1"), PostId("wire:p4")})), [1, 4]),
    "only unknown": (Filters(only=frozenset({PostId("world:p9")})), []),
    "only nothing": (Filters(only=frozenset()), []),
    "all at once": (
        Filters(
            placed=TimeRange(since=NOON + timedelta(minutes=1)),
            langs=("en",),
            sources=("wire",),
            authors=("did:plc:bob", "nobody"),
            only=frozenset({each.id for each in FILTERED}),
        ),
        [4],
    ),
}
"""Filters, and which of FILTERED (at log places 1 to 5) they let through."""


class SearcherContract:
    """The promises of `core.ports.Searcher`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        """Return the embedder whose vectors the subject holds."""
        return FakeEmbedder(dimensions=64)

    @pytest.fixture
    def subject(self, embedder: Embedder) -> Subject:
        """Return an empty searcher and the way in."""
        raise NotImplementedError

    @pytest.fixture
    def load(self, subject: Subject) -> Callable[[Sequence[LogEntry]], Searcher]:
        """Return how to get a searcher that shows entries."""

        def loaded(entries: Sequence[LogEntry]) -> Searcher:
            subject.apply(entries)
            subject.searcher.refresh()
            return subject.searcher

        return loaded

    @pytest.fixture
    def filtered(self, load: Callable[[Sequence[LogEntry]], Searcher]) -> Searcher:
        """Return a searcher that shows FILTERED."""
        return load(created(1, *FILTERED))

    def test_nothing_is_found_in_an_empty_index(self, subject: Subject, embedder: Embedder) -> None:
        searcher = subject.searcher
        searcher.refresh()
        assert list(searcher.lexical({"rain": 1.0}, EVERYTHING, 5)) == []
        assert list(searcher.semantic(embedder.embed(["rain"])[0], EVERYTHING, 5)) == []
        assert list(searcher.newest(EVERYTHING, 5)) == []
        linked = searcher.linked("author", "x", where=EVERYTHING, k=5, newest_first=True)
        assert list(linked) == []
        assert searcher.document_frequency(["rain"]) == {"rain": 0}
        assert searcher.document_count == 0
        assert searcher.passages([Seq(1)]) == {}

    def test_a_post_is_found_from_the_next_refresh_on(
        self, subject: Subject, embedder: Embedder
    ) -> None:
        searcher = subject.searcher
        vector = embedder.embed(["rain"])[0]
        for seq in (1, 2):
            before = list(range(1, seq))
            subject.apply(created(seq, post(f"p{seq}", "rain", seq)))
            assert seqs(searcher.lexical({"rain": 1.0}, EVERYTHING, 5)) == before
            assert seqs(searcher.semantic(vector, EVERYTHING, 5)) == before
            searcher.refresh()
            assert sorted(seqs(searcher.lexical({"rain": 1.0}, EVERYTHING, 5))) == [*before, seq]
            assert sorted(seqs(searcher.semantic(vector, EVERYTHING, 5))) == [*before, seq]

    def test_rarer_and_more_matching_words_rank_first(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        searcher = load(
            created(
                1,
                post("p1", "rain today"),
                post("p2", "flood rain"),
                post("p3", "rain tomorrow"),
                post("p4", "flood rain minister"),
                post("p5", "nothing else"),
            )
        )
        found = searcher.lexical(weights("flood rain minister"), EVERYTHING, 10)
        assert seqs(found)[:2] == [4, 2]
        assert sorted(seqs(found)) == [1, 2, 3, 4]
        scores = [line.score for line in found]
        assert scores == sorted(scores, reverse=True)
        assert all(line.span is None for line in found)
        assert seqs(searcher.lexical(weights("flood rain minister"), EVERYTHING, 2)) == [4, 2]

    def test_who_holds_most_words_is_found_however_long(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        filling = " ".join(f"filling{n}" for n in range(200))
        searcher = load(
            created(
                1,
                *(post(f"s{n}", f"flood{n} rain") for n in range(8)),
                post("long", f"flood minister rain {filling}"),
                post("two", "flood minister"),
                post("none", "nothing else"),
            )
        )
        wanted = weights("flood rain minister")
        assert seqs(searcher.lexical(wanted, EVERYTHING, 5))[0] != 9
        found = searcher.holding(wanted, EVERYTHING, 5)
        assert seqs(found)[:2] == [9, 10]
        assert found[0].score > found[1].score
        assert len(seqs(searcher.holding(wanted, EVERYTHING, 50))) == 10
        assert list(searcher.holding(wanted, EVERYTHING, 0)) == []
        assert list(searcher.holding({}, EVERYTHING, 5)) == []

    def test_a_heavier_term_counts_more(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        searcher = load(created(1, post("p1", "rain port"), post("p2", "wind port")))
        rain, wind = terms("rain wind")
        assert seqs(searcher.lexical({rain: 2.0, wind: 1.0}, EVERYTHING, 1)) == [1]
        assert seqs(searcher.lexical({rain: 1.0, wind: 2.0}, EVERYTHING, 1)) == [2]
        assert seqs(searcher.lexical({rain: 0.0, wind: 1.0}, EVERYTHING, 2))[0] == 2

    def test_the_words_of_a_title_find_its_article(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        searcher = load(created(1, post("p1", "Nothing of the kind.", title="Flood in Khartoum")))
        assert seqs(searcher.lexical(weights("flood"), EVERYTHING, 5)) == [1]

    @pytest.mark.parametrize(
        "question", ["buses before a school", "حافلتان أمام مدرسة", "tram fare doubles"]
    )
    def test_what_a_picture_shows_and_what_is_reviewed_find_their_post(
        self, load: Callable[[Sequence[LogEntry]], Searcher], question: str
    ) -> None:
        pictured = replace(
            post("p1", "Look."),
            media=(Media(type="image", alt="Two buses before a school"),),
        )
        in_arabic = replace(
            post("p2", "Look."), media=(Media(type="video", alt="حافلتان أمام مدرسة"),)
        )
        review = {"claim_review": [{"claim": "The tram fare doubles in May"}]}
        reviewed = replace(post("p3", "Look."), extra=review)
        searcher = load(created(1, pictured, in_arabic, reviewed))
        (found,) = searcher.lexical(weights(question), EVERYTHING, 5)
        wanted = {"buses": 1, "حافلتان": 2, "tram": 3}[question.split()[0]]
        assert found.seq == wanted

    def test_arabic_is_found_by_its_terms(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        searcher = load(created(1, post("p1", "حريق كبير في الميناء"), post("p2", "rain")))
        assert seqs(searcher.lexical(weights("حريق"), EVERYTHING, 5)) == [1]

    def test_a_filter_lets_through_what_it_says(
        self, filtered: Searcher, embedder: Embedder
    ) -> None:
        vector = embedder.embed(["rain"])[0]
        for name, (where, expected) in CASES.items():
            assert sorted(seqs(filtered.lexical(weights("rain"), where, 10))) == expected, name
            assert sorted(seqs(filtered.semantic(vector, where, 10))) == expected, name
            assert list(filtered.newest(where, 10)) == expected[::-1], name
            for author in ("did:plc:Ann", "did:plc:Bob"):
                linked = filtered.linked("author", author, where=where, k=10, newest_first=False)
                assert list(linked) == [
                    seq for seq in expected if FILTERED[seq - 1].author.id == author
                ], name

    def test_a_filter_changes_no_score(self, filtered: Searcher, embedder: Embedder) -> None:
        words, vector = weights("rain port city"), embedder.embed(["rain port city"])[0]
        by_word = {hit.seq: hit.score for hit in filtered.lexical(words, EVERYTHING, 10)}
        by_meaning = {hit.seq: hit.score for hit in filtered.semantic(vector, EVERYTHING, 10)}
        for name, (where, _) in CASES.items():
            for hit in filtered.lexical(words, where, 10):
                assert hit.score == pytest.approx(by_word[hit.seq], abs=ROUNDING), name
            for hit in filtered.semantic(vector, where, 10):
                assert hit.score == pytest.approx(by_meaning[hit.seq], abs=ROUNDING), name

    def test_no_more_than_k_are_returned(self, filtered: Searcher, embedder: Embedder) -> None:
        vector = embedder.embed(["rain"])[0]
        for k in (0, 1, 3):
            assert len(filtered.lexical(weights("rain"), EVERYTHING, k)) == k
            assert len(filtered.semantic(vector, EVERYTHING, k)) == k
            assert len(filtered.newest(EVERYTHING, k)) == k
            linked = filtered.linked(
                "author", "did:plc:Ann", where=EVERYTHING, k=k, newest_first=True
            )
            assert len(linked) == k

    def test_the_nearest_passage_comes_first(
        self, load: Callable[[Sequence[LogEntry]], Searcher], embedder: Embedder
    ) -> None:
        texts = ["big fire at the port", "fire", "new school opens", "حريق الميناء"]
        searcher = load(created(1, *(post(f"p{i}", text) for i, text in enumerate(texts))))
        vector = embedder.embed(["fire port"])[0]
        cosines = np.asarray(embedder.embed(texts)) @ np.asarray(vector)
        found = searcher.semantic(vector, EVERYTHING, 10)
        assert seqs(found) == [int(place) + 1 for place in np.argsort(-cosines, kind="stable")]
        for line in found:
            assert line.score == pytest.approx(float(cosines[line.seq - 1]), abs=ROUNDING)

    def test_a_long_text_is_found_once_by_its_best_passage(
        self, load: Callable[[Sequence[LogEntry]], Searcher], embedder: Embedder
    ) -> None:
        filler = "The minister spoke at length about many other things of no weight at all. "
        needle = "A big fire broke out at the port."
        text = filler * 8 + needle + " " + filler * 8
        searcher = load(created(1, post("p1", text), post("p2", "rain")))
        found = searcher.semantic(embedder.embed([needle])[0], EVERYTHING, 5)
        assert seqs(found) == [1, 2]
        assert found[0].span is not None
        assert needle in found[0].span.of(text)
        assert len(found[0].span) < len(text)
        assert found[1].span is None

    def test_passages_are_returned_as_they_were_embedded(
        self, load: Callable[[Sequence[LogEntry]], Searcher], embedder: Embedder
    ) -> None:
        long = "The minister spoke at length about many things of no weight at all. " * 12
        posts = (post("p1", "big fire"), post("p2", long), post("p3", "rain"))
        searcher = load(created(1, *posts))
        found = searcher.passages([Seq(3), Seq(2), Seq(1), Seq(99)])
        assert sorted(found) == [1, 2, 3]
        assert len(found[Seq(2)]) > 1
        for seq, held in found.items():
            text = posts[seq - 1].text
            spans = [Span(passage.start, passage.end) for passage in held]
            assert spans == sorted(spans)
            expected = np.asarray(embedder.embed([span.of(text) for span in spans]))
            vectors = np.asarray([passage.vector for passage in held])
            assert np.abs(vectors - expected).max() < ROUNDING

    def test_a_title_has_a_vector_and_is_no_passage(
        self, load: Callable[[Sequence[LogEntry]], Searcher], embedder: Embedder
    ) -> None:
        posts = (post("p1", "big fire", title="Storm at sea"), post("p2", "rain"))
        searcher = load(created(1, *posts))
        found = searcher.titles([Seq(2), Seq(1), Seq(99)])
        assert list(found) == [1]
        expected = np.asarray(embedder.embed(["Storm at sea"])[0])
        assert np.abs(np.asarray(found[Seq(1)]) - expected).max() < ROUNDING
        (held,) = searcher.passages([Seq(1)])[Seq(1)]
        assert (held.start, held.end) == (0, len("big fire"))
        nearest = searcher.semantic(embedder.embed(["Storm at sea"])[0], EVERYTHING, 5)
        best = {line.seq: line for line in nearest}[Seq(1)]
        cosine = float(np.asarray(embedder.embed(["big fire"])[0]) @ expected)
        assert best.span is None
        assert best.score == pytest.approx(cosine, abs=ROUNDING)

    @pytest.mark.parametrize("field", ["reply_to", "root", "quote_of", "repost_of"])
    def test_linked_posts_come_in_time_order(
        self, load: Callable[[Sequence[LogEntry]], Searcher], field: LinkField
    ) -> None:
        target = PostId("world:Target/1")
        links: list[dict[str, PostId]] = [{field: target}, {}, {field: target}, {field: target}]
        minutes = (7, 1, 3, 5)
        posts = [
            post(f"p{i}", f"text {i}", minute, **link)
            for i, (minute, link) in enumerate(zip(minutes, links, strict=True))
        ]
        searcher = load(created(1, *posts))
        for k in (2, 10):
            for newest_first, order in ((False, [3, 4, 1]), (True, [1, 4, 3])):
                linked = searcher.linked(
                    field, target, where=EVERYTHING, k=k, newest_first=newest_first
                )
                assert list(linked) == order[:k]
        for other in ("world:Target", "world:target/1", ""):
            linked = searcher.linked(field, other, where=EVERYTHING, k=5, newest_first=True)
            assert list(linked) == []

    def test_a_post_is_found_by_any_spelling_of_its_address(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        page = "https://www.news.example/flood?id=7"
        addresses = (page, "", f"{page}1", "http://news.example/flood/?id=7&utm_source=x#top")
        posts = [post(f"p{i}", f"text {i}", i, url=one) for i, one in enumerate(addresses)]
        searcher = load(created(1, *posts))
        for spelled in (page, "https://news.example/flood/?id=7"):
            found = searcher.linked("url", spelled, where=EVERYTHING, k=5, newest_first=False)
            assert list(found) == [1, 4]
        for none in ("", "news.example/flood?id=7", "https://news.example/flood"):
            found = searcher.linked("url", none, where=EVERYTHING, k=5, newest_first=False)
            assert list(found) == []

    def test_copies_share_a_fingerprint(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        copies = ("Fire at the port!", "FIRE at the   port", "Fire at the school")
        searcher = load(created(1, *(post(f"p{i}", text, i) for i, text in enumerate(copies))))
        found = searcher.linked(
            "fingerprint", fingerprint(copies[0]), where=EVERYTHING, k=5, newest_first=False
        )
        assert list(found) == [1, 2]

    def test_equal_times_are_ordered_by_place_in_the_log(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        searcher = load(created(1, *(post(f"p{i}", "rain", 5) for i in range(4))))
        assert list(searcher.newest(EVERYTHING, 10)) == [4, 3, 2, 1]
        oldest = searcher.linked(
            "author", "did:plc:Ann", where=EVERYTHING, k=10, newest_first=False
        )
        assert list(oldest) == [1, 2, 3, 4]

    def test_an_update_takes_the_place_of_the_old_version(
        self, load: Callable[[Sequence[LogEntry]], Searcher], embedder: Embedder
    ) -> None:
        old, new = post("p1", "rain in the city"), post("p1", "fire at the port")
        searcher = load([*created(1, old, post("p2", "wind")), updated(3, 1, new)])
        assert seqs(searcher.lexical(weights("rain"), EVERYTHING, 5)) == []
        assert seqs(searcher.lexical(weights("fire"), EVERYTHING, 5)) == [3]
        assert sorted(seqs(searcher.semantic(embedder.embed(["rain"])[0], EVERYTHING, 5))) == [2, 3]
        assert sorted(searcher.passages([Seq(1), Seq(3)])) == [3]
        assert searcher.document_count == 2

    def test_a_deleted_post_is_not_found(self, subject: Subject, embedder: Embedder) -> None:
        searcher, gone = subject.searcher, post("p1", "rain")
        subject.apply(created(1, gone, post("p2", "rain")))
        searcher.refresh()
        subject.apply([deleted(3, 1, gone)])
        searcher.refresh()
        assert seqs(searcher.lexical(weights("rain"), EVERYTHING, 5)) == [2]
        assert seqs(searcher.semantic(embedder.embed(["rain"])[0], EVERYTHING, 5)) == [2]
        assert list(searcher.newest(EVERYTHING, 5)) == [2]
        assert searcher.passages([Seq(1)]) == {}
        assert searcher.document_count == 1

    def test_a_version_erased_before_it_was_seen_is_not_found(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        erased = LogEntry(seq=Seq(1), op=Op.CREATE, post_id=PostId("world:p1"), post=None)
        version = post("p1", "fire")
        searcher = load([erased, updated(2, 1, version)])
        assert list(searcher.newest(EVERYTHING, 5)) == [2]
        assert searcher.document_count == 1

    def test_a_post_without_a_word_can_still_be_listed(
        self, load: Callable[[Sequence[LogEntry]], Searcher]
    ) -> None:
        searcher = load(created(1, post("p1", ""), post("p2", "🔥🔥", 1)))
        assert list(searcher.newest(EVERYTHING, 5)) == [2, 1]

    def test_document_frequency_counts_posts_not_words(self, filtered: Searcher) -> None:
        rain, port, none = terms("rain")[0], terms("port")[0], "zzz"
        counted = filtered.document_frequency([rain, port, none])
        assert counted == {rain: 5, port: 1, none: 0}
        assert filtered.document_count == 5

    def test_threads_do_not_disturb_each_other(
        self, filtered: Searcher, embedder: Embedder
    ) -> None:
        vector = embedder.embed(["rain"])[0]

        def ask(_: int) -> tuple[list[Scored], list[Scored], list[Seq]]:
            filtered.refresh()
            return (
                list(filtered.lexical(weights("rain city"), EVERYTHING, 3)),
                list(filtered.semantic(vector, EVERYTHING, 3)),
                list(filtered.newest(EVERYTHING, 3)),
            )

        alone = ask(0)
        with ThreadPoolExecutor(4) as threads:
            assert all(found == alone for found in threads.map(ask, range(40)))
