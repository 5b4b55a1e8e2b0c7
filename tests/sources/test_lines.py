"""Lines come out the same however the bytes arrive, and a long one is never held."""

from __future__ import annotations

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.sources.lines import Line, Lines


def cut(pieces: list[bytes], limit: int = 2**20) -> list[Line]:
    lines = Lines(limit=limit)
    found = [line for piece in pieces for line in lines.feed(piece)]
    return found + list(lines.last())


@settings(deadline=None)
@given(st.binary(max_size=60), st.lists(st.integers(1, 7), max_size=60))
def test_lines_do_not_depend_on_how_the_bytes_arrive(content: bytes, sizes: list[int]) -> None:
    content = content.replace(b"\x05", b"\n")
    pieces, rest = [], content
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    found = cut([*pieces, rest])
    whole = content.split(b"\n")
    expected = whole if whole[-1] else whole[:-1]
    assert [line.body for line in found] == expected
    assert [line.number for line in found] == list(range(1, len(expected) + 1))
    for line in found:
        rest_of_it = content[line.end :]
        assert b"\n".join(expected[line.number :]) == rest_of_it.removesuffix(b"\n")


def test_a_line_beyond_the_limit_is_passed_over_and_numbered() -> None:
    found = cut([b"ab\nabc", b"d", b"ef\nabcd\n", b"abcde"], limit=4)
    assert [(line.number, line.body) for line in found] == [
        (1, b"ab"),
        (2, None),
        (3, b"abcd"),
        (4, None),
    ]
    assert found[1].end == len(b"ab\nabcdef\n")


def test_a_line_without_an_end_is_not_held() -> None:
    lines = Lines(limit=2**20)
    piece = b"x" * 2**18
    tracemalloc.start()
    for _ in range(64):
        assert not list(lines.feed(piece))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 4 * 2**20
