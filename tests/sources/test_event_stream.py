"""Server-sent events come out whole, however the bytes arrive."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from siyaq.sources.event_stream import EventStream, ServerEvent

SAID = 'event: update\r\ndata: {"text":"مرحبا 🙂"}\r\n\r\n:thump\n\nevent: delete\ndata: 17\n\n'
HEARD = [ServerEvent("update", '{"text":"مرحبا 🙂"}'.encode()), ServerEvent("delete", b"17")]


@given(st.lists(st.integers(min_value=0, max_value=len(SAID.encode())), max_size=8))
def test_pieces_may_end_anywhere_inside_a_character_too(cuts: list[int]) -> None:
    raw = SAID.encode()
    places = [0, *sorted(cuts), len(raw)]
    stream = EventStream()
    heard: list[ServerEvent] = []
    for start, end in itertools.pairwise(places):
        heard += stream.feed(raw[start:end])
    assert heard == HEARD


def test_lines_of_data_are_joined_and_a_nameless_event_is_a_message() -> None:
    assert list(EventStream().feed(b"data: a\ndata:b\n\n")) == [ServerEvent("message", b"a\nb")]


def test_a_comment_and_a_name_alone_are_no_event() -> None:
    assert list(EventStream().feed(b":)\n\nevent: update\n\ndata: x\n\n")) == [
        ServerEvent("message", b"x")
    ]


def test_an_event_that_is_too_large_is_told_of_and_costs_no_other() -> None:
    stream = EventStream(limit=100)
    heard: list[ServerEvent] = []
    for piece in (b"event: update\ndata: ", b"x" * 90, b"x" * 90, b"\n\ndata: next\n\n"):
        heard += stream.feed(piece)
    assert heard == [ServerEvent("update", None), ServerEvent("message", b"next")]
    assert list(stream.feed(b"data: " + b"y" * 60 + b"\ndata: " + b"y" * 60 + b"\n\n")) == [
        ServerEvent("message", None)
    ]
