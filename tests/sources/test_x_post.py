"""A post of X becomes the same post in either spelling; what has to go is known."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siyaq.core.clock import PlacedBy
from siyaq.core.event import AccountEvent, AccountStatus, Op, PostEvent, RejectReason
from siyaq.core.post import Post
from siyaq.core.terms import terms_of
from siyaq.sources.refusal import Refusal
from siyaq.sources.x.compliance import read_compliance
from siyaq.sources.x.post import read_posts, rev_of

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ID, EDIT = "2049000000000000001", "2049000000004000001"


def message(**data: object) -> dict[str, object]:
    return {
        "data": {
            "id": ID,
            "text": "المطر يعود &amp; النهر يفيض",
            "author_id": "7",
            "lang": "ar",
            **data,
        },
        "includes": {
            "users": [{"id": "7", "username": "amal", "name": "أمل"}],
        },
        "matching_rules": [{"id": "5", "tag": "siyaq-1"}],
    }


def one(told: dict[str, object]) -> PostEvent:
    return read_posts(told, source="x", now=NOW)[-1]


def post(**data: object) -> Post:
    found = one(message(**data)).post
    assert found is not None
    return found


def test_a_post_is_placed_by_its_own_id_and_its_text_is_undone() -> None:
    found = post()
    assert found.text == "المطر يعود & النهر يفيض"
    assert found.placed_by is PlacedBy.CREATED
    assert (
        found.placed_at == datetime(2026, 4, 28, 5, 51, 5, 231000, tzinfo=UTC) or found.created_at
    )
    assert (found.author.handle, found.url) == ("amal", f"https://x.com/amal/status/{ID}")
    assert found.extra["matching_rules"] == [{"id": "5", "tag": "siyaq-1"}]


def test_both_spellings_of_renamed_fields_mean_the_same() -> None:
    old = {
        "edit_history_tweet_ids": [ID, EDIT],
        "referenced_tweets": [{"type": "quoted", "id": "9"}, {"type": "replied_to", "id": "8"}],
        "note_tweet": {"text": "الخبر كله"},
    }
    new = {
        "edit_history_post_ids": [ID, EDIT],
        "referenced_posts": [{"type": "quoted", "id": "9"}, {"type": "replied_to", "id": "8"}],
        "note_post": {"text": "الخبر كله"},
    }
    assert one(message(id=EDIT, **old)) == one(message(id=EDIT, **new))
    found = post(**old)
    assert (found.text, found.quote_of, found.reply_to) == ("الخبر كله", "x:9", "x:8")


def test_an_edit_is_a_later_version_of_the_first_and_known_by_both_ids() -> None:
    first, edit = one(message()), one(message(id=EDIT, edit_history_tweet_ids=[ID, EDIT]))
    assert first.post_id == edit.post_id == f"x:{ID}"
    assert first.rev < edit.rev
    assert (first.alias, edit.alias, edit.op) == (None, f"x:{EDIT}", Op.UPDATE)
    assert first.post is not None
    assert edit.post is not None
    assert first.post.placed_at == edit.post.placed_at


def test_a_repost_says_the_whole_of_what_it_reposts() -> None:
    told = message(text="RT @b: المطر…", referenced_tweets=[{"type": "retweeted", "id": "9"}])
    told["includes"] = {
        "users": [{"id": "7", "username": "amal"}, {"id": "6", "username": "b"}],
        "tweets": [{"id": "9", "text": "المطر يعود إلى المدينة كلها", "author_id": "6"}],
    }
    original, repost = read_posts(told, source="x", now=NOW)
    assert original.post is not None
    assert repost.post is not None
    assert repost.post.is_repost
    assert repost.post.repost_of == original.post_id == "x:9"
    assert repost.post.text == original.post.text


def test_entities_are_found_by_their_words_whatever_their_offsets_count() -> None:
    entities = {
        "urls": [
            {
                "start": 90,
                "end": 99,
                "url": "https://t.co/ab",
                "expanded_url": "https://n.example/1",
            }
        ],
        "mentions": [{"username": "Zayd", "id": "12"}],
        "hashtags": [{"tag": "مطر"}],
    }
    found = post(text="🙂 A &lt; B @zayd #مطر https://t.co/ab", entities=entities)
    shown = {(f.kind, found.text[f.span.start : f.span.end], f.target) for f in found.facets}
    assert shown == {
        ("link", "https://t.co/ab", "https://n.example/1"),
        ("mention", "@zayd", "12"),
        ("tag", "#مطر", "مطر"),
    }
    assert found.links == ("https://n.example/1",)


def test_no_place_is_kept_and_no_training_allowed() -> None:
    assert "geo" not in post(geo={"place_id": "1"}).extra
    assert not terms_of("x").train
    assert not terms_of("x").coordination


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"id": None}, RejectReason.NO_ID),
        ({"text": ""}, RejectReason.NO_TEXT),
        ({"text": 5}, RejectReason.BAD_FIELD),
        ({"withheld": {"country_codes": ["DE"]}}, RejectReason.NOT_PUBLIC),
    ],
)
def test_what_cannot_be_used_is_refused(data: dict[str, object], reason: RejectReason) -> None:
    with pytest.raises(Refusal) as refused:
        one(message(**data))
    assert refused.value.reason is reason


def test_posts_that_have_to_go_go_for_good_or_until_a_newer_version() -> None:
    gone, dropped = (
        read_compliance(
            {"data": {name: {"tweet": {"id": ID, "author_id": "7"}}}}, source="x", now=NOW
        )
        for name in ("delete", "drop")
    )
    (gone_event,), (dropped_event,) = gone, dropped
    assert isinstance(gone_event, PostEvent)
    assert isinstance(dropped_event, PostEvent)
    assert gone_event.op is dropped_event.op is Op.DELETE
    assert rev_of(ID) < dropped_event.rev < rev_of(EDIT) < gone_event.rev


def test_an_edit_takes_the_versions_before_it_and_leaves_the_new_one() -> None:
    edit = {"tweet": {"id": EDIT}, "initial_tweet_id": ID, "edit_tweet_ids": [ID, EDIT]}
    (event,) = read_compliance({"data": {"tweet_edit": edit}}, source="x", now=NOW)
    assert isinstance(event, PostEvent)
    assert (event.op, event.post_id) == (Op.DELETE, f"x:{ID}")
    assert rev_of(ID) < event.rev < rev_of(EDIT)


@pytest.mark.parametrize("ids", [None, [], ["x"], "7", {"7": 7}])
def test_an_edit_that_names_no_version_takes_nothing(ids: object) -> None:
    edit = {"tweet": {"id": EDIT}, "initial_tweet_id": ID, "edit_tweet_ids": ids}
    with suppress(Refusal):
        assert read_compliance({"data": {"tweet_edit": edit}}, source="x", now=NOW) == []


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("user_delete", AccountStatus.DELETED),
        ("user_undelete", AccountStatus.ACTIVE),
        ("user_protect", AccountStatus.HIDDEN),
        ("user_unprotect", AccountStatus.ACTIVE),
        ("user_suspend", AccountStatus.HIDDEN),
        ("user_unsuspend", AccountStatus.ACTIVE),
    ],
)
def test_accounts_come_and_go(name: str, status: AccountStatus) -> None:
    (event,) = read_compliance({"data": {name: {"user": {"id": "7"}}}}, source="x", now=NOW)
    assert isinstance(event, AccountEvent)
    assert (event.author_id, event.status) == ("7", status)


@pytest.mark.data
def test_recorded_lines_of_the_stream_are_read(shared_data: Path) -> None:
    with gzip.open(shared_data / "fixtures/stream_samples.jsonl.gz", "rt") as lines:
        told = [json.loads(line) for line in lines]
    events = [one(line["event"]) for line in told if line["source"] == "x-v2-filtered-stream"]
    assert len(events) == 5
    for event in events:
        assert event.post is not None
        assert event.post.extra["matching_rules"]
        assert event.post.created_at is not None
