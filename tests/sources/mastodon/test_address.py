"""Addresses of streams, and bookmarks in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from siyaq.core.errors import ConfigError
from siyaq.sources.mastodon.address import Address, Stream
from siyaq.sources.mastodon.bookmark import Bookmark, snowflake


def test_a_bookmark_begins_a_little_before_its_newest_post() -> None:
    moment = datetime(2026, 5, 4, 12, tzinfo=UTC)
    mark = Bookmark(snowflake(moment), moment)
    cursor = mark.as_cursor("mastodon", "a.example/public")
    assert cursor is not None
    assert Bookmark.read(cursor.position) == mark
    assert mark.begin_after(timedelta(seconds=30)) == snowflake(moment - timedelta(seconds=30))
    assert Bookmark("", moment).begin_after(timedelta(seconds=30)) == snowflake(
        moment - timedelta(seconds=30)
    )
    assert Bookmark("9gHkZ1", moment).begin_after(timedelta(seconds=30)) == "9gHkZ1"
    assert Bookmark("4711", moment).begin_after(timedelta(seconds=30)) == "4711"
    assert Bookmark.read("nonsense") == Bookmark()


@pytest.mark.parametrize(
    ("url", "base", "streams"),
    [
        ("mastodon://m.example", "https://m.example", ["public"]),
        ("mastodon://m.example/public/local", "https://m.example", ["public:local"]),
        ("mastodon://m.example/hashtag/rain", "https://m.example", ["hashtag:rain"]),
        ("mastodon://127.0.0.1:3000/user", "http://127.0.0.1:3000", ["user"]),
        ("mastodon+http://m.example:3000/list/5", "http://m.example:3000", ["list:5"]),
        (
            "mastodon://m.example?stream=hashtag:local:%D9%85%D8%B7%D8%B1&stream=public",
            "https://m.example",
            ["hashtag:local:مطر", "public"],
        ),
    ],
)
def test_an_address_says_where_and_what(url: str, base: str, streams: list[str]) -> None:
    address = Address.parse(url)
    assert (address.base, [stream.key for stream in address.streams]) == (base, streams)


@pytest.mark.parametrize(
    "url",
    [
        "mastodon://",
        "mastodon://m.example/direct",
        "mastodon://m.example/hashtag",
        "mastodon://user:secret@m.example",
        "mastodon://m.example?transport=carrier-pigeon",
        "mastodon://m.example?consent=none",
        "mastodon://m.example?access_token=x",
        "mastodon://m.example?since=soon",
        "mastodon://m.example?" + "&".join(f"stream=hashtag:t{n}" for n in range(21)),
    ],
)
def test_a_bad_address_is_refused_without_repeating_a_secret(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        Address.parse(url)
    assert "secret" not in str(error.value)


def test_streams_are_asked_for_in_the_servers_own_words() -> None:
    stream = Stream.parse("hashtag/local/rain")
    assert stream.event_path == "/hashtag/local?tag=rain"
    assert json.loads(json.dumps(stream.wish)) == {
        "type": "subscribe",
        "stream": "hashtag:local",
        "tag": "rain",
    }
    assert stream.timeline == ("/api/v1/timelines/tag/rain", {"local": "true"})
