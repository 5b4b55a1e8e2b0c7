"""What a production server sent is read right, field by field, by two independent readings."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.clock import PlacedBy
from siyaq.core.event import (
    AccountEvent,
    AccountStatus,
    Event,
    IdentityEvent,
    Op,
    PostEvent,
    RejectReason,
)
from siyaq.core.post import Facet, Media, Post
from siyaq.core.span import Span
from siyaq.sources.jetstream.event import read_event, read_sync
from siyaq.sources.jetstream.frame import read_frame
from siyaq.sources.refusal import Refusal
from siyaq.text.language import identify
from tests.sources.jetstream_server import Told, as_v1, as_v2, post

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BY_HAND = "at://did:plc:ynfp6wddjqpl44gordpsqkuw/app.bsky.feed.post/3mptbyo7tas2u"


def read(message: bytes | str) -> Event | None:
    raw = message.encode() if isinstance(message, str) else message
    return read_event(read_frame(raw), source="bluesky", now=NOW)


def read_post_of(**record: Any) -> Post:
    event = read(as_v1(post(1, **record)))
    assert isinstance(event, PostEvent)
    assert event.post is not None
    return event.post


def refused(message: bytes | str) -> RejectReason:
    with pytest.raises(Refusal) as refusal:
        read(message)
    return refusal.value.reason


@pytest.fixture(scope="session")
def corpus(shared_data: Path) -> list[bytes]:
    with tarfile.open(shared_data / "fixtures" / "jetstream_corpus.tar") as tar:
        file = tar.extractfile("jetstream_corpus/expected_v1.jsonl")
        assert file is not None
        return file.read().splitlines()


@pytest.mark.data
def test_every_event_of_a_production_server_is_read(corpus: list[bytes]) -> None:
    events = [read(line) for line in corpus]
    assert len(events) == 152
    kinds = Counter(
        event.op.value if isinstance(event, PostEvent) else type(event).__name__ for event in events
    )
    assert kinds == {"create": 17, "delete": 1, "AccountEvent": 1, "NoneType": 133}
    passed_over = Counter(
        _what(line) for line, event in zip(corpus, events, strict=True) if event is None
    )
    assert passed_over == {
        "app.bsky.feed.like create": 105,
        "app.bsky.feed.repost create": 15,
        "app.bsky.graph.follow create": 6,
        "app.bsky.graph.follow delete": 3,
        "app.bsky.graph.block create": 1,
        "app.bsky.actor.status update": 1,
        "fm.teal.alpha.actor.status update": 1,
        "identity": 1,  # one that names no handle
    }
    assert events[-1] == AccountEvent(
        source="bluesky",
        author_id="did:plc:hqvhxrowqbemo5e4wjnj6zao",  # type: ignore[arg-type]  # an AuthorId
        status=AccountStatus.ACTIVE,
        witnessed_at=datetime(2026, 7, 4, 14, 38, 8, 390226, tzinfo=UTC),
    )


def _what(line: bytes) -> str:
    """Say what an event of Jetstream v1 is about."""
    event = json.loads(line)
    commit = event.get("commit")
    return f"{commit['collection']} {commit['operation']}" if commit else str(event["kind"])


@pytest.mark.data
def test_the_deletion_of_a_production_server_is_read(corpus: list[bytes]) -> None:
    deletions = [
        event
        for event in map(read, corpus)
        if isinstance(event, PostEvent) and event.op is Op.DELETE
    ]
    native_id = "at://did:plc:4smmjsqf6l5jkzczvw6vsrqc/app.bsky.feed.post/3mpt73z3ejc2p"
    assert deletions == [
        PostEvent(
            op=Op.DELETE,
            post_id=f"bluesky:{native_id}",  # type: ignore[arg-type]  # a PostId
            post=None,
            witnessed_at=datetime(2026, 7, 4, 14, 38, 8, 377628, tzinfo=UTC),
            rev="3mptbypuw3t2q",
        )
    ]


@pytest.mark.data
def test_a_post_with_everything_matches_what_was_read_by_eye(corpus: list[bytes]) -> None:
    posts = [e.post for e in map(read, corpus) if isinstance(e, PostEvent) and e.post]
    (found,) = [one for one in posts if one.native_id == BY_HAND]
    assert found.author.id == "did:plc:ynfp6wddjqpl44gordpsqkuw"
    assert (found.author.handle, found.author.name, found.author.followers) == ("", "", None)
    assert found.text.startswith("\"Behind them, Timmi and Wanky'u follow silently")
    assert found.text.endswith("#talesatwonderworld\n#balanwonderworldoc")
    assert found.created_at == datetime(2026, 7, 4, 14, 38, 6, 71000, tzinfo=UTC)
    assert found.witnessed_at == datetime(2026, 7, 4, 14, 38, 8, 400999, tzinfo=UTC)
    assert (found.placed_at, found.placed_by) == (found.created_at, PlacedBy.CREATED)
    link = (
        "https://www.tumblr.com/tempo-tales/765681292369166336/"
        "behind-them-timmi-and-wankyu-follow-silently-but?source=share"
    )
    assert found.facets == (
        Facet(span=Span(75, 105), kind="link", target=link),
        Facet(span=Span(107, 126), kind="tag", target="talesatwonderworld"),
        Facet(span=Span(127, 146), kind="tag", target="balanwonderworldoc"),
    )
    assert found.facets[1].span.of(found.text) == "#talesatwonderworld"
    assert found.links == (link,)
    assert found.media == (Media(type="image"),)
    assert found.url == (
        "https://bsky.app/profile/did:plc:ynfp6wddjqpl44gordpsqkuw/post/3mptbyo7tas2u"
    )
    assert (found.reply_to, found.root, found.quote_of, found.repost_of) == (None,) * 4
    assert found.extra == {
        "langs": ["es", "en"],
        "cid": "bafyreif3yyrzwtq3bc6verdxc764qa3u3lbxrhdyaacgawuke2k36dvu34",
    }


def simply_read(event: dict[str, Any]) -> dict[str, object]:
    """Read a v1 commit a second time, as plainly as can be."""
    commit, record = event["commit"], event["commit"]["record"]
    uri = f"at://{event['did']}/app.bsky.feed.post/{commit['rkey']}"
    raw = record["text"].encode()
    facets = []
    for facet in record.get("facets", []):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        for feature in facet["features"]:
            kind = feature["$type"].split("#")[1]
            target = feature[{"link": "uri", "tag": "tag", "mention": "did"}[kind]]
            facets.append((raw[start:end].decode(), kind, target))
    embed = record.get("embed", {})
    embed_type = embed.get("$type", "").removeprefix("app.bsky.embed.")
    card = embed.get("external", {})
    quoted = embed.get("record", {})
    quoted = quoted.get("record", quoted) if embed_type == "recordWithMedia" else quoted
    shown = embed.get("media", embed)
    witnessed = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=event["time_us"])
    created = datetime.fromisoformat(record["createdAt"])
    believed = timedelta(0) <= witnessed - created <= timedelta(minutes=10)
    links = [target for _, kind, target in facets if kind == "link"]
    links += [card["uri"]] if card and card["uri"] not in links else []
    media = ["image"] * len(shown.get("images", [])) + ["video"] * ("video" in shown)
    return {
        "id": f"bluesky:{uri}",
        "author": event["did"],
        "text": record["text"],
        "created_at": created,
        "witnessed_at": witnessed,
        "placed_at": created if believed else witnessed,
        "lang": identify(record["text"], record.get("langs", [""])[0].split("-")[0]),
        "reply_to": f"bluesky:{record['reply']['parent']['uri']}" if "reply" in record else None,
        "root": f"bluesky:{record['reply']['root']['uri']}" if "reply" in record else None,
        "quote_of": f"bluesky:{quoted['uri']}" if quoted else None,
        "facets": facets,
        "links": links,
        "media": media + ["link"] * bool(card),
        "rev": commit["rev"],
        "cid": commit["cid"],
    }


def as_simply(event: PostEvent) -> dict[str, object]:
    one = event.post
    assert one is not None
    assert one.url == f"https://bsky.app/profile/{one.author.id}/post/{one.id.rsplit('/')[-1]}"
    assert one.title == one.license == ""
    assert (one.repost_of, one.is_repost) == (None, False)
    return {
        "id": event.post_id,
        "author": one.author.id,
        "text": one.text,
        "created_at": one.created_at,
        "witnessed_at": one.witnessed_at,
        "placed_at": one.placed_at,
        "lang": one.lang,
        "reply_to": one.reply_to,
        "root": one.root,
        "quote_of": one.quote_of,
        "facets": [(facet.span.of(one.text), facet.kind, facet.target) for facet in one.facets],
        "links": list(one.links),
        "media": [item.type for item in one.media],
        "rev": event.rev,
        "cid": one.extra["cid"],
    }


@pytest.mark.data
def test_all_posts_of_a_production_server_agree_with_a_second_reading(corpus: list[bytes]) -> None:
    compared = _compare(json.loads(line) for line in corpus)
    assert compared == 17


@pytest.mark.data
def test_the_sampled_streams_agree_with_a_second_reading(shared_data: Path) -> None:
    with gzip.open(shared_data / "fixtures" / "stream_samples.jsonl.gz") as file:
        samples = [json.loads(line) for line in file]
    events = [one["event"] for one in samples if one["source"] == "bluesky-jetstream"]
    assert len(events) == 14
    assert _compare(iter(events)) == 6
    others = [read(json.dumps(event)) for event in events]
    handles = [event.handle for event in others if isinstance(event, IdentityEvent)]
    assert handles == ["decormom.bsky.social", "nhieothv.bsky.social"]
    states = [event.status for event in others if isinstance(event, AccountEvent)]
    assert states == [AccountStatus.ACTIVE, AccountStatus.HIDDEN]


def _compare(events: Iterator[dict[str, Any]]) -> int:
    compared = 0
    for event in events:
        found = read(json.dumps(event))
        if isinstance(found, PostEvent) and found.post is not None:
            assert as_simply(found) == simply_read(event)
            compared += 1
    return compared


def test_both_dialects_say_the_same() -> None:
    told = [
        post(5, "مرحبا hello", langs=["ar", "en"], createdAt="2026-04-24T03:06:44Z"),
        Told(6, "account", "did:plc:a", {"active": False, "status": "deleted"}),
        Told(7, "identity", "did:plc:a", {"handle": "a.example"}),
    ]
    for one in told:
        v1, v2 = read(as_v1(one)), read(as_v2(one))
        assert v1 == v2
        assert v1 is not None


def test_offsets_of_bytes_become_code_points_and_broken_ones_are_dropped() -> None:
    def facet(start: object, end: object, **feature: object) -> dict[str, object]:
        return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}

    tag = {"$type": "app.bsky.richtext.facet#tag", "tag": "مطر"}
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "javascript:alert(1)"}
    mention = {"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:b"}
    found = read_post_of(
        text="🌧 #مطر @b",
        facets=[
            facet(5, 12, **tag),
            facet(5, 11, **tag) | {"index": {"byteStart": 6, "byteEnd": 7}},  # cuts a letter
            facet(13, 15, **mention),
            facet(5, 99, **tag),
            facet(-1, 4, **tag),
            facet(4, 4, **tag),
            facet("5", 12, **tag),
            facet(0, 4, **link),
            facet(0, 4, **{"$type": "app.bsky.richtext.facet#new", "tag": "x"}),
            {"features": [tag]},
            "garbage",
        ],
    )
    assert [(facet.span.of(found.text), facet.kind) for facet in found.facets] == [
        ("#مطر", "tag"),
        ("@b", "mention"),
    ]
    assert found.links == ()


@pytest.mark.parametrize(
    ("embed", "media", "quoted"),
    [
        (
            {"$type": "app.bsky.embed.images", "images": [{"alt": "a cat"}, {"alt": 5}, "x"]},
            (Media(type="image", alt="a cat"), Media(type="image")),
            False,
        ),
        (
            {"$type": "app.bsky.embed.gallery", "items": [{"alt": "one"}, {"alt": "two"}]},
            (Media(type="image", alt="one"), Media(type="image", alt="two")),
            False,
        ),
        (
            {"$type": "app.bsky.embed.video", "alt": "a dog"},
            (Media(type="video", alt="a dog"),),
            False,
        ),
        (
            {
                "$type": "app.bsky.embed.external",
                "external": {"uri": "https://x.example", "title": "T", "description": "D"},
            },
            (Media(type="link", url="https://x.example", alt="T\nD"),),
            False,
        ),
        ({"$type": "app.bsky.embed.record", "record": {"uri": "QUOTED"}}, (), True),
        (
            {
                "$type": "app.bsky.embed.recordWithMedia",
                "record": {"$type": "app.bsky.embed.record", "record": {"uri": "QUOTED"}},
                "media": {"$type": "app.bsky.embed.images", "images": [{"alt": "x"}]},
            },
            (Media(type="image", alt="x"),),
            True,
        ),
        (
            {"$type": "app.bsky.embed.record", "record": {"uri": "at://did:plc:z/x.list/1"}},
            (),
            False,
        ),
        ({"$type": "app.bsky.embed.record", "record": "QUOTED"}, (), False),
        ({"$type": "com.example.unknown"}, (), False),
    ],
)
def test_each_embed_gives_what_it_shows_or_quotes(
    embed: dict[str, Any], media: tuple[Media, ...], quoted: bool
) -> None:
    uri = "at://did:plc:q/app.bsky.feed.post/1"
    found = read_post_of(text="", embed=json.loads(json.dumps(embed).replace("QUOTED", uri)))
    assert found.media == media
    assert found.quote_of == (f"bluesky:{uri}" if quoted else None)


def test_a_client_that_lies_about_time_is_witnessed() -> None:
    for claim in ("2001-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "soon", 5, None):
        found = read_post_of(createdAt=claim)
        assert (found.placed_at, found.placed_by) == (found.witnessed_at, PlacedBy.WITNESSED)
    assert read_post_of(createdAt="soon").created_at is None


def test_a_server_that_lives_in_the_future_is_not_believed() -> None:
    later = json.loads(as_v1(post(1))) | {"time_us": 4_000_000_000_000_000}
    event = read(json.dumps(later))
    assert event is not None
    assert event.witnessed_at == NOW


@pytest.mark.parametrize(
    ("account", "status"),
    [
        ({"active": True}, AccountStatus.ACTIVE),
        ({"active": False, "status": "deleted"}, AccountStatus.DELETED),
        ({"active": False, "status": "takendown"}, AccountStatus.HIDDEN),
        ({"active": False, "status": "suspended"}, AccountStatus.HIDDEN),
        ({"active": False, "status": "deactivated"}, AccountStatus.HIDDEN),
        ({"active": False}, AccountStatus.HIDDEN),
    ],
)
def test_only_a_deleted_account_is_gone_for_good(
    account: dict[str, object], status: AccountStatus
) -> None:
    event = read(as_v2(Told(1, "account", "did:plc:a", account)))
    assert isinstance(event, AccountEvent)
    assert event.status is status


def test_what_is_no_post_concerns_us_not() -> None:
    like = post(1)
    body = like.body | {"collection": "app.bsky.feed.like"}
    assert read(as_v1(Told(1, "commit", like.did, body))) is None
    assert read(as_v1(Told(1, "identity", "did:plc:a", {}))) is None
    assert read(as_v1(Told(1, "identity", "did:plc:a", {"handle": "handle.invalid"}))) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"did": "plc:a"}, RejectReason.NO_ID),
        ({"did": "did:plc:" + "a" * 400}, RejectReason.NO_ID),
        ({"kind": "surprise"}, RejectReason.UNSUPPORTED),
        ({"kind": ["commit"]}, RejectReason.UNSUPPORTED),
        ({"time_us": "1"}, RejectReason.BAD_TIME),
        ({"time_us": 10**30}, RejectReason.BAD_TIME),
        ({"time_us": -1}, RejectReason.BAD_TIME),
        ({"commit": []}, RejectReason.BAD_FIELD),
        ({"commit": {"rkey": "a/b"}}, RejectReason.NO_ID),
        ({"commit": {"operation": "undo"}}, RejectReason.UNSUPPORTED),
        ({"commit": {"record": "text"}}, RejectReason.BAD_FIELD),
        ({"commit": {"record": {}}}, RejectReason.NO_TEXT),
        ({"commit": {"record": {"text": "x" * 10_001}}}, RejectReason.TOO_LARGE),
        ({"commit": {"record": {"text": "a\0"}}}, RejectReason.BAD_TEXT),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(
    changed: dict[str, Any], reason: RejectReason
) -> None:
    envelope = json.loads(as_v1(post(1)))
    for name, value in changed.items():
        whole = isinstance(value, dict)
        envelope[name] = envelope[name] | value if whole else value
    assert refused(json.dumps(envelope)) is reason


def test_a_repository_that_was_reset_is_gone_but_its_account_lives() -> None:
    frame = read_frame(as_v2(Told(5, "sync", "did:plc:a", {"rev": "3l"})).encode())
    gone, back = read_sync(frame, source="bluesky", now=NOW)
    assert isinstance(gone, AccountEvent)
    assert isinstance(back, AccountEvent)
    assert (gone.status, back.status) == (AccountStatus.DELETED, AccountStatus.ACTIVE)
    assert gone.author_id == back.author_id == "did:plc:a"
    assert back.witnessed_at - gone.witnessed_at == timedelta(microseconds=1)


@pytest.mark.data
def test_identifiers_are_judged_as_the_network_does(shared_data: Path) -> None:
    cases: dict[str, list[str]] = {}
    with tarfile.open(shared_data / "fixtures" / "jetstream_corpus.tar") as tar:
        for name in ("did_syntax_valid", "recordkey_syntax_valid", "did_syntax_invalid"):
            file = tar.extractfile(f"jetstream_corpus/atproto_interop_syntax/{name}.txt")
            assert file is not None
            lines = file.read().decode().splitlines()
            cases[name] = [line for line in lines if line and not line.startswith("#")]
    envelope = json.loads(as_v1(post(1)))
    for did in cases["did_syntax_valid"]:
        if len(did) < 250:
            assert read(json.dumps(envelope | {"did": did})) is not None, did
    for rkey in cases["recordkey_syntax_valid"]:
        if len(rkey) <= 200:
            commit = envelope["commit"] | {"rkey": rkey}
            assert read(json.dumps(envelope | {"commit": commit})) is not None, rkey
    admitted = 0
    for did in cases["did_syntax_invalid"]:
        try:
            admitted += read(json.dumps(envelope | {"did": did})) is not None
        except Refusal:
            continue
    assert admitted <= len(cases["did_syntax_invalid"]) // 4, "lax, but not blind"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
_parts = ["text", "facets", "embed", "reply", "langs", "createdAt", "tags", "labels"]
_envelopes = ["$type", "payload", "did", "time_us", "cursor", "kind", "commit", "account", "error"]
_envelope = st.sampled_from(["message", "error", "commit", "account", "did:plc:a", 10**15]) | _json


@settings(deadline=None, max_examples=150)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_parts, _json)))
def test_no_record_makes_reading_raise_anything_but_a_refusal(record: dict[str, object]) -> None:
    try:
        found = read_post_of(**record)
    except Refusal:
        return
    assert all(facet.span.end <= len(found.text) for facet in found.facets)


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=80)
    | st.fixed_dictionaries({}, optional=dict.fromkeys(_envelopes, _envelope)).map(
        lambda body: json.dumps(body).encode()
    )
)
def test_no_message_makes_reading_raise_anything_but_a_refusal(message: bytes) -> None:
    with suppress(Refusal):
        read(message)
