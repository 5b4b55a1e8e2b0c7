"""The Post format goes out as documented and comes back as the same post."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.clock import PlacedBy, Trust
from siyaq.core.event import PostEvent
from siyaq.core.ids import AuthorId, PostId
from siyaq.core.post import Author, Facet, Media, Post
from siyaq.core.span import Span
from siyaq.core.wire import FIELDS, rfc3339, to_wire
from siyaq.sources import admit_line

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)

FULL = Post(
    source="bluesky",
    native_id="at://did:plc:a/app.bsky.feed.post/1",
    author=Author(id=AuthorId("did:plc:a"), handle="a.example", name="A", followers=0),
    text="مطر في الرياض https://x.example",
    created_at=datetime(2026, 5, 4, 11, 0, 0, 250_000, tzinfo=UTC),
    witnessed_at=datetime(2026, 5, 4, 11, 0, 1, tzinfo=UTC),
    placed_at=datetime(2026, 5, 4, 11, 0, 0, 250_000, tzinfo=UTC),
    placed_by=PlacedBy.IMPORTED,
    title="Rain",
    lang="ar",
    url="https://bsky.app/profile/a/post/1",
    reply_to=PostId("bluesky:at://did:plc:b/app.bsky.feed.post/2"),
    root=PostId("bluesky:r"),
    quote_of=PostId("bluesky:q"),
    repost_of=PostId("bluesky:p"),
    is_repost=True,
    links=("https://x.example/",),
    facets=(Facet(span=Span(14, 31), kind="link", target="https://x.example"),),
    media=(Media(type="image", url="https://i.example/1.png", alt="clouds"),),
    license="CC0",
    extra={"labels": ["weather"], "n": {"deep": [1, 2.5, None]}},
)


def test_every_field_goes_out_under_its_documented_name() -> None:
    assert to_wire(FULL) == {
        "id": "at://did:plc:a/app.bsky.feed.post/1",
        "source": "bluesky",
        "post_id": "bluesky:at://did:plc:a/app.bsky.feed.post/1",
        "author": {"id": "did:plc:a", "handle": "a.example", "name": "A", "followers": 0},
        "text": "مطر في الرياض https://x.example",
        "created_at": "2026-05-04T11:00:00.250000Z",
        "witnessed_at": "2026-05-04T11:00:01Z",
        "placed_at": "2026-05-04T11:00:00.250000Z",
        "placed_by": "imported",
        "lang": "ar",
        "url": "https://bsky.app/profile/a/post/1",
        "reply_to": "bluesky:at://did:plc:b/app.bsky.feed.post/2",
        "root": "bluesky:r",
        "quote_of": "bluesky:q",
        "repost_of": "bluesky:p",
        "is_repost": True,
        "links": ["https://x.example/"],
        "media": [{"type": "image", "url": "https://i.example/1.png", "alt": "clouds"}],
        "facets": [{"start": 14, "end": 31, "kind": "link", "target": "https://x.example"}],
        "title": "Rain",
        "license": "CC0",
        "labels": ["weather"],
        "n": {"deep": [1, 2.5, None]},
    }
    assert to_wire(FULL).keys() - {"labels", "n"} <= FIELDS


def test_fields_without_a_value_are_left_out() -> None:
    bare = Post(
        source="jsonl",
        native_id="1",
        author=Author(id=AuthorId("")),
        text="",
        witnessed_at=NOW,
        placed_at=NOW,
        placed_by=PlacedBy.WITNESSED,
    )
    assert to_wire(bare) == {
        "id": "1",
        "source": "jsonl",
        "post_id": "jsonl:1",
        "author": {"id": ""},
        "text": "",
        "witnessed_at": "2026-05-04T12:00:00Z",
        "placed_at": "2026-05-04T12:00:00Z",
        "placed_by": "witnessed",
    }


def test_an_unknown_field_never_overrides_a_known_one() -> None:
    sly = replace(FULL, title="", extra={"title": "mine", "post_id": "other:1", "mood": "calm"})
    wire = to_wire(sly)
    assert "title" not in wire
    assert wire["post_id"] == sly.id
    assert wire["mood"] == "calm"


def test_times_go_out_in_utc() -> None:
    riyadh = timezone(timedelta(hours=3))
    assert rfc3339(datetime(2026, 5, 4, 15, tzinfo=riyadh)) == "2026-05-04T12:00:00Z"


def test_a_post_comes_back_as_it_went_out() -> None:
    assert _read_back(FULL) == FULL


_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
_ids = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=20)
_times = st.datetimes(datetime(1991, 1, 1), datetime(2026, 5, 4), timezones=st.just(UTC))  # noqa: DTZ001
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Lines that make posts, with any of the known fields and some unknown ones."""
    text = draw(_texts.filter(lambda text: text != "" and not text.isspace()))
    optional = {
        "author": st.fixed_dictionaries(
            {"id": _ids}, optional={"handle": _ids, "name": _texts, "followers": st.integers(0, 9)}
        ),
        "created_at": _times.map(rfc3339),
        "witnessed_at": _times.map(rfc3339),
        "lang": st.sampled_from(["ar", "en-GB", "und", "fr"]),
        "url": st.just("https://x.example/1"),
        "reply_to": _ids,
        "root": _ids,
        "quote_of": st.integers(1, 99),
        "repost_of": _ids,
        "is_repost": st.booleans(),
        "links": st.lists(st.just("https://x.example/2"), max_size=3),
        "title": _texts,
        "license": _texts,
        "media": st.lists(
            st.fixed_dictionaries({"type": st.sampled_from(["image", "video"]), "alt": _texts}),
            max_size=2,
        ),
        "facets": st.lists(
            st.fixed_dictionaries(
                {
                    "start": st.integers(0, 3),
                    "end": st.integers(1, 9),
                    "kind": st.sampled_from(["tag", "mention"]),
                    "target": _ids,
                }
            ),
            max_size=3,
        ),
    }
    body = draw(st.fixed_dictionaries({"id": _ids}, optional=optional))
    unknown = draw(st.dictionaries(_ids.filter(lambda name: name not in FIELDS), _values))
    return json.dumps(unknown | body | {"text": text}).encode()


@settings(deadline=None, max_examples=100)
@given(lines())
def test_any_admitted_post_comes_back_as_it_went_out(line: bytes) -> None:
    event = admit_line(line, source="jsonl", trust=Trust.ARCHIVE, now=NOW, number=1)
    assert isinstance(event, PostEvent), event
    assert event.post is not None
    assert _read_back(event.post) == event.post


def _read_back(post: Post) -> Post:
    line = json.dumps(to_wire(post)).encode()
    event = admit_line(line, source="other", trust=Trust.ARCHIVE, now=NOW, number=1)
    assert isinstance(event, PostEvent), event
    assert event.post is not None
    return event.post
