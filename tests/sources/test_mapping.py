"""Messages of any JSON become posts as a file says, and a wrong file says what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.clock import PlacedBy
from siyaq.core.errors import ConfigError
from siyaq.core.event import Op, PostEvent, Rejected, RejectReason
from siyaq.sources.messages.batch import Reader, Verdict
from siyaq.sources.messages.mapping import PostMapping
from siyaq.sources.messages.reader import open_reader

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)

TICKETS = """
time = "unix_ms"
trust = "platform"
items = "/tickets"

[post]
id = "/number"
text = ["/subject", "/body"]
created_at = "/opened"
op = "/event"
rev = "/version"
"author.handle" = "/by/0/login"
"extra.severity" = "/a~1b"

[op]
closed = "delete"
opened = "create"
"""


def mapping(tmp_path: Path, text: str) -> Reader:
    file = tmp_path / "map.toml"
    file.write_text(text)
    return open_reader(str(file))


def only(found: Reader, message: bytes) -> Verdict:
    (verdict,) = found.read(message, source="desk", now=NOW)
    return verdict


def test_a_message_becomes_what_the_file_says(tmp_path: Path) -> None:
    message = (
        b'{"tickets": [{"number": 7, "subject": "No signal", "body": "since noon", "opened": '
        b'1777809600000, "event": "opened", "version": 3, "by": [{"login": "mona"}], "a/b": 2},'
        b'{"number": 8, "event": "closed", "version": 12}]}'
    )
    created, deleted = mapping(tmp_path, TICKETS).read(message, source="desk", now=NOW)
    assert isinstance(created, PostEvent)
    assert isinstance(deleted, PostEvent)
    assert created.post is not None
    assert created.post.text == "No signal\nsince noon"
    assert created.post.author.handle == "mona"
    assert created.post.created_at == datetime(2026, 5, 3, 12, tzinfo=UTC)
    assert created.post.placed_by is PlacedBy.CREATED, "trust = platform believes an old time"
    assert created.post.extra == {"severity": 2}
    assert created.rev < deleted.rev, "revisions of numbers sort as numbers"
    assert (deleted.op, deleted.post_id) == (Op.DELETE, "desk:8")


def test_without_a_file_a_message_is_what_ingest_reads() -> None:
    event = only(PostMapping(), b'{"id": "a", "text": "salam", "mood": "calm"}')
    assert isinstance(event, PostEvent)
    assert event.post is not None
    assert event.post.extra == {"mood": "calm"}
    assert event.post.placed_at == NOW


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"{", RejectReason.MALFORMED),
        (b"7", RejectReason.MALFORMED),
        (b'{"text": "no id"}', RejectReason.NO_ID),
        (b'{"id": 1}', RejectReason.NO_TEXT),
        (b'{"id": 1, "text": "t", "source": "x"}', RejectReason.BAD_FIELD),
        (b"[" * 100, RejectReason.TOO_DEEP),
        (b'{"id": 1, "text": "\\ud800"}', RejectReason.BAD_TEXT),
    ],
)
def test_what_cannot_be_used_says_why(message: bytes, reason: RejectReason) -> None:
    verdict = only(PostMapping(), message)
    assert isinstance(verdict, Rejected)
    assert verdict.reason is reason


@given(message=st.binary(max_size=200) | st.text(max_size=60).map(lambda t: t.encode("utf-8")))
@settings(deadline=None, max_examples=150)
def test_no_message_makes_it_raise(message: bytes) -> None:
    list(PostMapping().read(message, source="desk", now=NOW))


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=6,
    )
)
@settings(deadline=None, max_examples=100)
def test_no_value_makes_a_mapping_raise(
    value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    import json

    tickets = {"number": 1, "subject": value, "opened": value, "event": value, "version": value}
    message = json.dumps({"tickets": [tickets, value]}).encode()
    found = mapping(tmp_path_factory.mktemp("m"), TICKETS)
    assert list(found.read(message, source="desk", now=NOW))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[post]\nid = 'event.id'\ntext = '/t'", r"'post\.id' in .* must be a JSON pointer"),
        ("[post]\nid = '/~2'\ntext = '/t'", r"'post\.id' in .* must be a JSON pointer"),
        ("[post]\nid = '/i'", r"'post\.text' is missing"),
        ("[post]\nid = '/i'\ntext = '/t'\ntxet = '/t'", r"unknown field 'post\.txet'"),
        ("[post]\nid = '/i'\ntext = '/t'\n'extra.source' = '/s'", r"'post\.extra\.source'"),
        ("[post]\nid = '/i'\ntext = []", r"'post\.text' in .* names no pointer"),
        (
            "[post]\nid = '/i'\ntext = '/t'\n[op]\ngone = 'remove'",
            r"'op\.gone' in .* one of create",
        ),
        ("time = 'hours'\n[post]\nid = '/i'\ntext = '/t'", "'time' in .* must be one of rfc3339"),
        ("itmes = '/x'\n[post]\nid = '/i'\ntext = '/t'", "unknown key 'itmes'"),
        ("post = 7", "'post' in .* must be a table"),
        ("= 7", "is not TOML"),
    ],
)
def test_a_wrong_file_names_the_key(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        mapping(tmp_path, text)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"cannot read the mapping 'no\.toml'"):
        open_reader("no.toml")


def test_a_time_that_cannot_be_is_no_time(tmp_path: Path) -> None:
    found = mapping(tmp_path, "time = 'unix'\n[post]\nid = '/i'\ntext = '/t'\ncreated_at = '/c'")
    event = only(found, b'{"i": 1, "t": "x", "c": 1e300}')
    assert isinstance(event, PostEvent)
    assert event.post is not None
    assert event.post.created_at is None
    later = only(found, b'{"i": 1, "t": "x", "c": %d}' % (NOW + timedelta(minutes=-1)).timestamp())
    assert isinstance(later, PostEvent)
    assert later.post is not None
    assert later.post.placed_at == NOW - timedelta(minutes=1)
