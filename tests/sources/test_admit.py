"""Admission: a line becomes a change, or a counted reason, whatever a stranger wrote."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from siyaq.core.clock import PlacedBy, Trust
from siyaq.core.event import Op, PostEvent, Rejected, RejectReason
from siyaq.core.post import Author, Media, Post
from siyaq.sources import admit_line

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR_AGO = "2026-05-04T11:00:00Z"


def verdict(body: object, trust: Trust = Trust.ARCHIVE) -> PostEvent | Rejected:
    line = body if isinstance(body, bytes) else json.dumps(body).encode()
    return admit_line(line, source="jsonl", trust=trust, now=NOW, number=7)


def admitted(trust: Trust = Trust.ARCHIVE, **fields: object) -> Post:
    event = verdict({"id": "1", "text": "rain"} | fields, trust)
    assert isinstance(event, PostEvent), event
    assert event.post is not None
    return event.post


def refusal(body: object) -> Rejected:
    refused = verdict(body)
    assert isinstance(refused, Rejected), refused
    assert refused.line == 7
    return refused


def test_only_an_id_and_a_text_are_required() -> None:
    post = admitted()
    assert (post.id, post.text, post.author) == ("jsonl:1", "rain", Author(id=post.author.id))
    assert (post.placed_at, post.placed_by) == (NOW, PlacedBy.WITNESSED)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", RejectReason.MALFORMED),
        (b"not json", RejectReason.MALFORMED),
        (b'{"id": 1, "text": "a", "n": NaN}', RejectReason.MALFORMED),
        (b'["id", "text"]', RejectReason.MALFORMED),
        (b'{"id": 1, "text": "\xff"}', RejectReason.BAD_TEXT),
        (b'{"id": 1, "text": "\\ud800"}', RejectReason.BAD_TEXT),
        (b'{"id": 1, "text": "a\\udc00"}', RejectReason.BAD_TEXT),
        (b'{"id": 1, "text": "\xed\xa0\x80"}', RejectReason.BAD_TEXT),
        ({"id": 1, "text": "a\0b"}, RejectReason.BAD_TEXT),
        ({"id": 1, "text": "a", "title": "\0"}, RejectReason.BAD_TEXT),
        (b"[" * 1000 + b"]" * 1000, RejectReason.TOO_DEEP),
        (b'{"a":' * 65 + b"1" + b"}" * 65, RejectReason.TOO_DEEP),
        (b" " * 2**20 + b"{}", RejectReason.TOO_LARGE),
        ({"text": "a"}, RejectReason.NO_ID),
        ({"id": "", "text": "a"}, RejectReason.NO_ID),
        ({"id": " ", "text": "a"}, RejectReason.NO_ID),
        ({"id": True, "text": "a"}, RejectReason.BAD_FIELD),
        ({"id": 1.5, "text": "a"}, RejectReason.BAD_FIELD),
        ({"id": "a\nb", "text": "a"}, RejectReason.BAD_FIELD),
        ({"id": "a\u202eb", "text": "a"}, RejectReason.BAD_FIELD),
        ({"id": "x" * 513, "text": "a"}, RejectReason.TOO_LARGE),
        ({"id": 1}, RejectReason.NO_TEXT),
        ({"id": 1, "text": None}, RejectReason.NO_TEXT),
        ({"id": 1, "text": ""}, RejectReason.NO_TEXT),
        ({"id": 1, "text": " \n\u3000"}, RejectReason.NO_TEXT),
        ({"id": 1, "text": 5}, RejectReason.BAD_FIELD),
        ({"id": 1, "text": "x" * 200_001}, RejectReason.TOO_LARGE),
        ({"id": 1, "text": "a", "source": "a:b"}, RejectReason.BAD_FIELD),
        ({"id": 1, "text": "a", "source": ""}, RejectReason.BAD_FIELD),
        ({"id": 1, "text": "a", "source": "x" * 65}, RejectReason.BAD_FIELD),
        ({"id": 1, "text": "a", "author": "someone"}, RejectReason.BAD_FIELD),
        ({"id": 1, "text": "a", "links": "https://x.example"}, RejectReason.BAD_FIELD),
        ({"id": 1, "text": "a", "created_at": 1714557600}, RejectReason.BAD_TIME),
        ({"id": 1, "text": "a", "created_at": "yesterday"}, RejectReason.BAD_TIME),
        ({"id": 1, "text": "a", "created_at": "2026-05-04T11:00:00"}, RejectReason.BAD_TIME),
        ({"id": 1, "text": "a", "created_at": "2026-05-04"}, RejectReason.BAD_TIME),
        ({"id": 1, "text": "a", "created_at": "2026-02-30T11:00:00Z"}, RejectReason.BAD_TIME),
        ({"id": 1, "text": "a", "witnessed_at": "2026-05-04T11:00"}, RejectReason.BAD_TIME),
        ({"op": "undelete", "id": 1, "text": "a"}, RejectReason.UNSUPPORTED),
        ({"op": ["create"], "id": 1, "text": "a"}, RejectReason.UNSUPPORTED),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(body: object, reason: RejectReason) -> None:
    assert refusal(body).reason is reason


def test_a_limit_is_reached_only_beyond_it() -> None:
    assert len(admitted(text="x" * 200_000).text) == 200_000
    assert len(admitted(id="x" * 512).native_id) == 512
    deep = json.loads('{"a":' * 63 + "1" + "}" * 63)
    assert admitted(deep=deep).extra == {"deep": deep}


def test_brackets_inside_a_string_are_not_depth() -> None:
    assert admitted(text='[{"\\' * 100).text == '[{"\\' * 100


def test_a_refusal_never_repeats_what_was_written() -> None:
    secret = "the words of the post"
    for body in (
        {"id": 1, "text": secret, "created_at": secret},
        {"id": 1, "text": secret, "source": secret},
        {"id": [secret], "text": secret},
        {"op": secret, "id": 1, "text": secret},
        {"id": 1, "text": secret, "author": secret},
        f'{{"id": 1, "text": "{secret}'.encode(),
        f'{{"id": 1, "text": "{secret} \\ud800"}}'.encode(),
    ):
        refused = refusal(body)
        assert secret not in refused.detail
        assert 0 < len(refused.detail) <= 200


def test_a_deletion_needs_only_an_id() -> None:
    event = verdict({"op": "delete", "id": 12345678901234567890})
    assert event == PostEvent(
        op=Op.DELETE,
        post_id=event.post_id if isinstance(event, PostEvent) else "",  # type: ignore[arg-type]  # a Rejected fails the comparison
        post=None,
        witnessed_at=NOW,
    )
    assert isinstance(event, PostEvent)
    assert event.post_id == "jsonl:12345678901234567890"


def test_an_id_may_be_a_number_and_stays_exact() -> None:
    assert admitted(id=2**60 + 1).native_id == str(2**60 + 1)


def test_a_line_names_its_own_source() -> None:
    assert admitted(source="ira.2016_a-b").id == "ira.2016_a-b:1"


def test_references_are_native_ids_or_post_ids_of_the_same_source() -> None:
    post = admitted(reply_to="9", root="jsonl:8", quote_of=7, repost_of="at://x")
    assert post.reply_to == "jsonl:9"
    assert post.root == "jsonl:8"
    assert post.quote_of == "jsonl:7"
    assert post.repost_of == "jsonl:at://x"


def test_an_author_without_an_id_is_known_by_their_handle() -> None:
    assert admitted(author={"handle": "@Bob"}).author == Author(id="Bob", handle="Bob")  # type: ignore[arg-type]  # an AuthorId
    assert admitted(author={"id": "", "handle": "Bob"}).author.id == ""
    assert admitted(author={"id": 5, "followers": None}).author.id == "5"
    assert admitted(author={"id": "5", "followers": True}).author.followers is None
    assert admitted(author={"id": "5", "followers": -1}).author.followers is None


def test_decorations_beyond_their_limits_are_cut() -> None:
    facet = {"start": 0, "end": 4, "kind": "tag", "target": "t"}
    post = admitted(
        author={"id": "1", "handle": "h" * 300, "name": "n" * 300},
        title="t" * 1_001,
        links=["https://x.example/"] * 101,
        media=[{"type": "photo", "alt": "a" * 6_000}] * 33,
        facets=[facet] * 10_000,
    )
    assert len(post.author.handle) == len(post.author.name) == 256
    assert len(post.title) == 1_000
    assert len(post.links) == 100
    assert len(post.media) == 32
    assert post.media[0] == Media(type="image", alt="a" * 5_000)
    assert len(post.facets) == 500


def test_items_of_a_wrong_shape_are_left_out() -> None:
    facet = {"start": 0, "end": 4, "kind": "tag", "target": "t"}
    broken = ({"start": -1}, {"end": 5}, {"end": 0}, {"start": True}, {"kind": "x"}, {"target": ""})
    post = admitted(
        links=["ftp://x", 5, "/relative", "javascript:alert(1)", "https://x.example/ok"],
        media=[{"type": "hologram"}, 5, {"type": {}}, {"type": "gif", "url": "data:,x"}],
        facets=[facet, 5, *(facet | wrong for wrong in broken)],
    )
    assert post.links == ("https://x.example/ok",)
    assert post.media == (Media(type="video"),)
    assert len(post.facets) == 1


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.example/a?b=c#d", True),
        ("HTTP://X.example", True),
        ("https://مثال.example/مطر", True),
        ("https://mastodon.example/@user/1", True),
        ("https://user:pass@x.example/", False),
        ("https:///x", False),
        ("//x.example", False),
        ("https://x.example/a b", False),
        ("https://x.example/\n", False),
        ("https://x.example\\@evil.example", False),
        ('https://x.example/"onload="', False),
        ("\u2028https://x.example", False),
        ("https://x.example/" + "a" * 2_048, False),
        (5, False),
    ],
)
def test_only_absolute_web_addresses_are_kept(url: object, kept: bool) -> None:
    assert admitted(url=url).url == (url if kept else "")


def test_unknown_fields_are_kept_as_they_came() -> None:
    post = admitted(labels={"1A": "0"}, followers=3, nested=[[1, 2.5, None, "س"]])
    assert post.extra == {"labels": {"1A": "0"}, "followers": 3, "nested": [[1, 2.5, None, "س"]]}


def test_unknown_fields_beyond_their_limit_are_left_out() -> None:
    post = admitted(first="a", huge="x" * 40_000, last="b", beyond=10**30)
    assert post.extra == {"first": "a", "last": "b"}


def test_an_archive_is_believed_and_a_client_is_not() -> None:
    witness = "2026-05-04T11:30:00+00:30"
    archived = admitted(created_at=HOUR_AGO, witnessed_at=witness)
    assert archived.witnessed_at == datetime(2026, 5, 4, 11, tzinfo=UTC)
    assert (archived.placed_at, archived.placed_by) == (archived.created_at, PlacedBy.IMPORTED)
    sent = admitted(Trust.CLIENT, created_at=HOUR_AGO, witnessed_at=witness)
    assert sent.witnessed_at == NOW
    assert sent.created_at == archived.created_at
    assert (sent.placed_at, sent.placed_by) == (NOW, PlacedBy.WITNESSED)


def test_a_witness_of_the_future_is_not_believed() -> None:
    assert admitted(witnessed_at="2026-05-05T00:00:00Z").witnessed_at == NOW


@pytest.mark.parametrize(
    "claim", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-05-06T00:00:00Z"]
)
def test_an_absurd_time_is_kept_as_a_claim_and_not_believed(claim: str) -> None:
    post = admitted(created_at=claim)
    assert post.created_at == datetime.fromisoformat(claim)
    assert (post.placed_at, post.placed_by) == (NOW, PlacedBy.WITNESSED)


def test_a_time_beyond_the_calendar_is_no_claim() -> None:
    post = admitted(created_at="0001-01-01T00:00:00+10:00")
    assert post.created_at is None


def test_a_client_is_believed_close_to_its_witness() -> None:
    claim = NOW - timedelta(minutes=9)
    post = admitted(Trust.CLIENT, created_at=claim.isoformat())
    assert (post.placed_at, post.placed_by) == (claim, PlacedBy.CREATED)


def test_a_language_that_the_letters_contradict_is_corrected() -> None:
    assert admitted(text="سقط المطر اليوم على المدينة", lang="en").lang == "ar"
    assert admitted(text="The rain fell on the city today", lang="en-GB").lang == "en"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=10,
)
_names = (
    "op id source author text created_at witnessed_at lang url reply_to root links media facets"
)
_posts = st.fixed_dictionaries({}, optional=dict.fromkeys(_names.split(), _json)) | _json


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200) | _posts.map(lambda body: json.dumps(body).encode()))
@example(b'"\\ud800"')
@example(b'{"\\ud800": 1}')
@example(b"1" * 5000)
@example(b'{"id": ' + b"1" * 4300 + b', "text": "a"}')
@example(b"\xef\xbb\xbf{}")
def test_no_content_makes_admission_raise(line: bytes) -> None:
    made = admit_line(line, source="jsonl", trust=Trust.ARCHIVE, now=NOW, number=None)
    assert isinstance(made, PostEvent | Rejected)


@settings(deadline=None, max_examples=150)
@given(_posts)
def test_what_is_admitted_can_be_stored_and_shown(body: object) -> None:
    wanted = body if isinstance(body, dict) else {}
    made = verdict(wanted | {"id": 1, "text": "rain"})
    if isinstance(made, PostEvent) and made.post is not None:
        made.post.id.encode()
        assert made.post.witnessed_at <= NOW
        assert all(facet.span.end <= 4 for facet in made.post.facets)
        json.dumps(dict(made.post.extra)).encode()


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": 1, "text": "' + b'\\"' * 500_000,
        b"[" * 2**20,
        b'"' * 2**20,
        b'{"id": 1, "text": "a", "x": [' + b"[]," * 300_000,
        b"\\u0000" * 150_000,
        b'"\\' * 2**19,
    ],
)
def test_hostile_lines_cost_less_than_a_second(line: bytes) -> None:
    started = time.process_time()
    refused = admit_line(line[: 2**20], source="jsonl", trust=Trust.CLIENT, now=NOW, number=1)
    assert isinstance(refused, Rejected)
    assert time.process_time() - started < 1
