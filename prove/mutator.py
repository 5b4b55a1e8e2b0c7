"""Makes hostile documents of good ones: a few small changes each, the same ones for a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

TOKENS = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"<", b">", b"&", b"&#x0;", b"\0", b"\n"),
    *(
        b"null",
        b"true",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"-0",
        b"9" * 400,
        b"0x10",
        b"1" + b"0" * 25,
    ),
    *(b"\\ud800", b"\\udfff\\ud800", b"\\u0000", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80"),
    *("\u202e\u2066".encode(), "\U000e0041".encode(), "ﷺ".encode(), "e\u0301".encode() * 30),
    *(b"[" * 70, b"{" * 70, b'{"a":' * 70, b"<a>" * 300, b"</a>" * 300, b"%" * 50, b"../" * 9),
    *(b"9999-12-31T23:59:59Z", b"0000-00-00", b"2026-02-30T25:61:61+99:99", b"1e400"),
    *(b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<![CDATA[", b"]]>", b"<?xml", b"<!--", b"-->", b"&a;"),
    *(b"since:", b"from:", b"lang:ar", b"until:9999999999", b"\xd9\x85\xd8\xb7\xd8\xb1"),
)
"""What parsers have stumbled over, anywhere."""

_MOST_CHANGES = 6


def mutated(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return one of the seeds with up to six changes."""
    document = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        _change(document, seeds, chance)
    return bytes(document)


def _change(document: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    start = chance.randint(0, len(document))
    end = min(len(document), start + chance.choice((1, 1, 2, 8, 40, 400)))
    match chance.randrange(7):
        case 0 if start < len(document):
            document[start] ^= 1 << chance.randrange(8)
        case 1:
            del document[start:end]
        case 2:
            document[start:start] = document[start:end] * chance.choice((1, 2, 30))
        case 3 | 4:
            document[start:end] = chance.choice(TOKENS)
        case 5:
            other = chance.choice(seeds)
            cut = chance.randint(0, len(other))
            document[start:end] = other[cut : cut + chance.choice((4, 40, 400))]
        case _:
            document[start:start] = chance.choice(TOKENS)
