"""A post as bytes: nothing lost, nothing that older or newer versions cannot read."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.clock import PlacedBy, from_microseconds, to_microseconds
from siyaq.core.errors import CorruptionError
from siyaq.core.ids import AuthorId, PostId
from siyaq.core.post import Author, Facet, Media, Post
from siyaq.core.span import Span
from siyaq.log import codec
from tests.log.events import post

moments = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 -- hypothesis wants naive bounds
    datetime(9999, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
post_ids = st.none() | words.map(PostId)
spans = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda ends: Span(*sorted(ends)))
unknown = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
posts = st.builds(
    Post,
    source=words,
    native_id=words,
    author=st.builds(
        Author,
        id=words.map(AuthorId),
        handle=words,
        name=words,
        followers=st.none() | st.integers(0, 2**62),
    ),
    text=words,
    witnessed_at=moments,
    placed_at=moments,
    placed_by=st.sampled_from(PlacedBy),
    created_at=st.none() | moments,
    title=words,
    lang=words,
    url=words,
    reply_to=post_ids,
    root=post_ids,
    quote_of=post_ids,
    repost_of=post_ids,
    is_repost=st.booleans(),
    links=st.lists(words, max_size=2).map(tuple),
    facets=st.lists(
        st.builds(
            Facet, span=spans, kind=st.sampled_from(["link", "mention", "tag"]), target=words
        ),
        max_size=2,
    ).map(tuple),
    media=st.lists(
        st.builds(Media, type=st.sampled_from(["image", "video"]), url=words, alt=words),
        max_size=2,
    ).map(tuple),
    license=words,
    extra=st.dictionaries(words, unknown, max_size=3),
)


@given(posts)
@settings(deadline=None, max_examples=60)
def test_a_post_comes_back_as_it_was(original: Post) -> None:
    assert codec.decode(codec.encode(original), 1) == original


@given(moments)
@settings(deadline=None, max_examples=50)
def test_a_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment


def test_every_field_of_a_post_is_stored_under_its_own_name() -> None:
    stored = [field.name for field in msgspec.structs.fields(codec._Body)]
    assert stored == [field.name for field in fields(Post)]


def test_fields_at_their_default_take_no_room() -> None:
    assert msgspec.json.decode(codec.encode(post("1"))).keys() == {
        *("source", "native_id", "author", "text", "witnessed_at", "placed_at", "placed_by"),
    }


def test_a_body_of_another_version_is_read() -> None:
    body = msgspec.json.decode(codec.encode(post("1")))
    newer = msgspec.json.encode(body | {"a_field_of_tomorrow": [1]})
    assert codec.decode(newer, 1) == post("1")


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[" * 100_000, b'{"text": "x"}', b"\xff"])
def test_what_is_no_post_is_damage(body: bytes) -> None:
    with pytest.raises(CorruptionError, match="entry 7 "):
        codec.decode(body, 7)


def test_a_checksum_changes_with_any_bit_of_an_entry() -> None:
    def check(**changed: object) -> int:
        entry = {"seq": 5, "op": 1, "replaces": None, "post_id": "s:1", "rev": "a", "body": b"{}"}
        return codec.checksum(**(entry | changed))  # type: ignore[arg-type]  # by the names above

    changes: list[dict[str, object]] = [
        {"seq": 6}, {"op": 2}, {"replaces": 4}, {"post_id": "s:2"}, {"rev": "b"},
        {"body": b"{ "}, {"body": None}, {"post_id": "s:1 a", "rev": ""},
    ]  # fmt: skip
    assert len({check(), *(check(**change) for change in changes)}) == len(changes) + 1
