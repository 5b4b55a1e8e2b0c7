"""A status of Mastodon becomes a post, or a refusal that says why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard

from siyaq.core.clock import PlacedBy
from siyaq.core.event import Op, PostEvent, RejectReason
from siyaq.core.post import Post
from siyaq.sources.mastodon.address import Consent
from siyaq.sources.mastodon.content import read_content
from siyaq.sources.mastodon.status import Reader
from siyaq.sources.refusal import Refusal

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def status(**fields: object) -> dict[str, object]:
    account = {
        "acct": "amal",
        "uri": "https://a.example/users/amal",
        "url": "https://a.example/@amal",
        "display_name": "أمل",
        "indexable": True,
        "discoverable": True,
        "followers_count": 7,
    }
    told = fields.pop("account", {})
    assert isinstance(told, dict)
    return {
        "id": "116000000000000001",
        "uri": "https://a.example/users/amal/statuses/116000000000000001",
        "url": "https://a.example/@amal/116000000000000001",
        "created_at": "2026-05-04T11:00:00.000Z",
        "edited_at": None,
        "visibility": "public",
        "language": "ar",
        "content": "<p>سقط المطر في الرياض</p>",
        "account": account | told,
        **fields,
    }


def read(
    *,
    server: str = "a.example",
    consent: Consent = "indexable",
    op: Op = Op.CREATE,
    **fields: object,
) -> list[PostEvent]:
    return Reader("mastodon", server, consent).read(status(**fields), NOW, op=op)


def post(**fields: object) -> Post:
    (event,) = read(**fields)  # type: ignore[arg-type]  # the status's own
    assert event.post is not None
    return event.post


def test_a_status_is_named_by_its_uri_and_known_by_its_number() -> None:
    (event,) = read()
    assert event.post_id == "mastodon:https://a.example/users/amal/statuses/116000000000000001"
    assert event.alias == "mastodon:a.example/116000000000000001"
    assert event.post is not None
    assert (event.post.text, event.post.lang) == ("سقط المطر في الرياض", "ar")
    assert (event.post.author.id, event.post.author.handle, event.post.author.followers) == (
        "https://a.example/users/amal",
        "amal@a.example",
        7,
    )


def test_two_servers_tell_of_one_post() -> None:
    (here,), (there,) = read(server="a.example"), read(server="b.example", id="42")
    assert here.post_id == there.post_id
    assert here.alias != there.alias
    assert here.rev == there.rev


def test_a_server_is_believed_about_its_own_posts_only() -> None:
    assert post().placed_by is PlacedBy.CREATED
    elsewhere = post(server="b.example", account={"acct": "amal@a.example"})
    assert elsewhere.placed_by is PlacedBy.WITNESSED
    assert elsewhere.placed_at == NOW
    assert elsewhere.created_at == NOW - timedelta(hours=1)


def test_an_edit_is_a_later_version_and_a_deletion_later_than_any() -> None:
    (first,), (edit,) = read(), read(edited_at="2026-05-04T11:30:00.000Z", op=Op.UPDATE)
    gone = Reader("mastodon", "a.example", "indexable").delete("116000000000000001", NOW)
    assert first.rev < edit.rev < gone.rev
    assert gone.post_id == gone.alias == first.alias


@pytest.mark.parametrize("visibility", ["unlisted", "private", "direct", None, "Public"])
def test_what_is_not_public_is_refused(visibility: object) -> None:
    with pytest.raises(Refusal) as refused:
        read(visibility=visibility, consent="public")
    assert refused.value.reason is RejectReason.NOT_PUBLIC


@pytest.mark.parametrize(
    ("account", "allowed"),
    [
        ({}, {"indexable", "discoverable", "public"}),
        ({"indexable": False}, {"discoverable", "public"}),
        ({"indexable": None}, {"discoverable", "public"}),
        ({"discoverable": None}, {"indexable", "public"}),
        ({"discoverable": False}, {"public"}),
        ({"noindex": True}, {"public"}),
    ],
)
def test_an_account_decides_whether_it_is_searched(
    account: dict[str, object], allowed: set[Consent]
) -> None:
    for consent in ("indexable", "discoverable", "public"):
        if consent in allowed:
            assert read(account=account, consent=consent)
        else:
            with pytest.raises(Refusal) as refused:
                read(account=account, consent=consent)
            assert refused.value.reason is RejectReason.NO_CONSENT


def test_consent_that_is_taken_back_takes_the_post_back() -> None:
    (gone,) = read(account={"indexable": False}, op=Op.UPDATE, edited_at="2026-05-04T11:30:00.000Z")
    assert gone.op is Op.DELETE
    assert gone.rev > read()[0].rev


def test_a_boost_is_the_post_and_a_repost_of_it() -> None:
    wrapped = status(id="9", uri="https://a.example/users/zayd/statuses/9/activity")
    wrapped |= {"reblog": status(), "content": "", "account": status()["account"]}
    original, boost = Reader("mastodon", "a.example", "indexable").read(wrapped, NOW, op=Op.CREATE)
    assert boost.post is not None
    assert boost.post.is_repost
    assert boost.post.repost_of == original.post_id
    assert original.post is not None
    assert boost.post.text == original.post.text


def test_links_mentions_and_tags_stand_where_the_text_has_them() -> None:
    content = (
        '<p>قال <span class="h-card"><a href="https://b.example/@zayd" class="u-url mention">'
        '@<span>zayd</span></a></span> 🙂 <a href="https://news.example/a/very/long?x=1&amp;y=2">'
        '<span class="invisible">https://</span><span class="ellipsis">news.example/a/very</span>'
        '<span class="invisible">/long?x=1&amp;y=2</span></a><br>سطر '
        '<a href="https://a.example/tags/rain" class="mention hashtag">#<span>rain</span></a></p>'
        "<p>B &amp; C</p><script>alert(1)</script>"
    )
    mentions = [{"url": "https://b.example/@zayd", "acct": "zayd@b.example"}]
    found = post(content=content, mentions=mentions, spoiler_text="تنبيه")
    assert found.text == (
        "تنبيه\nقال @zayd 🙂 https://news.example/a/very/long?x=1&y=2\nسطر #rain\nB & C"
    )
    shown = [(f.kind, found.text[f.span.start : f.span.end], f.target) for f in found.facets]
    assert shown == [
        ("mention", "@zayd", "https://b.example/@zayd"),
        (
            "link",
            "https://news.example/a/very/long?x=1&y=2",
            "https://news.example/a/very/long?x=1&y=2",
        ),
        ("tag", "#rain", "rain"),
    ]
    assert found.links == ("https://news.example/a/very/long?x=1&y=2",)


def test_a_quoted_post_is_named_and_its_repeated_address_left_out() -> None:
    quote = {"state": "accepted", "quoted_status": {"uri": "https://b.example/statuses/5"}}
    content = '<p class="quote-inline">RE: <a href="https://b.example/5">x</a></p><p>So it is</p>'
    found = post(content=content, quote=quote)
    assert found.text == "So it is"
    assert found.quote_of == "mastodon:https://b.example/statuses/5"


def test_pictures_polls_and_replies_are_kept() -> None:
    found = post(
        in_reply_to_id="7",
        media_attachments=[
            {"type": "image", "url": "https://a.example/1.png", "description": "خريطة"},
            {"type": "unknown", "url": "https://a.example/2"},
        ],
        poll={"options": [{"title": "نعم"}, {"title": "لا"}, "odd"]},
    )
    assert found.text.split("\n")[1:] == ["نعم", "لا"]
    assert [(one.type, one.alt) for one in found.media] == [("image", "خريطة")]
    assert found.reply_to == "mastodon:a.example/7"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": None}, RejectReason.NO_ID),
        ({"uri": ""}, RejectReason.NO_ID),
        ({"content": "<p> </p>"}, RejectReason.NO_TEXT),
        ({"content": 5}, RejectReason.BAD_FIELD),
        ({"created_at": "soon"}, RejectReason.BAD_TIME),
        ({"content": "<p>x\0y</p>"}, RejectReason.BAD_TEXT),
        ({"content": "x" * 200_001}, RejectReason.TOO_LARGE),
        ({"account": {"uri": None, "url": None}}, RejectReason.NO_ID),
        ({"media_attachments": "all"}, RejectReason.BAD_FIELD),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(
    fields: dict[str, object], reason: RejectReason
) -> None:
    with pytest.raises(Refusal) as refused:
        read(**fields)  # type: ignore[arg-type]
    assert refused.value.reason is reason


@pytest.mark.parametrize("html", ["<" * 5000, "<a><b>" * 3000, "&#0;<p", "<p>" * 3000 + "x", "]]>"])
def test_no_html_breaks_the_reader(html: str) -> None:
    text, anchors = read_content(html)
    assert all(0 <= one.start < one.end <= len(text) for one in anchors)


@pytest.mark.data
def test_every_recorded_status_is_read_or_refused_for_a_reason(shared_data: Path) -> None:
    reader = Reader("mastodon", "localhost:3000", "public")
    outcomes: Counter[str] = Counter()
    for found in _recorded(shared_data / "fixtures/mastodon_api_responses.jsonl.zst"):
        outcome = "read"
        try:
            events = reader.read(found, NOW + timedelta(days=400), op=Op.CREATE)
        except Refusal as refusal:
            events, outcome = [], refusal.reason.value
        outcomes[outcome] += 1
        assert (outcome == "not_public") == (found.get("visibility") != "public")
        for event in events:
            assert event.post is not None
            assert "<" not in event.post.text
            for facet in event.post.facets:
                shown = event.post.text[facet.span.start : facet.span.end]
                assert shown == shown.strip() != ""
    assert set(outcomes) <= {"read", "not_public", "no_text"}, outcomes
    assert outcomes["read"] > 400
    assert outcomes["not_public"] > 20


def _recorded(responses: Path) -> Iterator[dict[str, object]]:
    def walk(value: object) -> Iterator[dict[str, object]]:
        if isinstance(value, dict):
            if "content" in value and "visibility" in value and "account" in value:
                yield value
            for inner in value.values():
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    lines = zstandard.ZstdDecompressor().stream_reader(responses.read_bytes()).read().splitlines()
    for line in lines:
        try:
            body = json.loads(json.loads(line)["body"])
        except (TypeError, ValueError):
            continue
        yield from walk(body)
