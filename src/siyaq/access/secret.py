"""The form of a key: `sq_<id>_<secret><crc>`, in letters and digits.

The prefix lets scanners of leaked secrets find one; the checksum (CRC-32, as in GitHub's tokens)
tells a mistyped key, or a string that only looks like one, without a look at the store. The
secret has 256 bits, so that a fast hash of it is as safe at rest as a slow one.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib
from typing import NamedTuple

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_CHARS = 8
_SECRET_CHARS = 43  # of 62 letters: 256 bits
_CRC_CHARS = 6
_FORM = re.compile(
    rf"(?P<body>sq_(?P<id>[0-9A-Za-z]{{{ID_CHARS}}})_[0-9A-Za-z]{{{_SECRET_CHARS}}})"
    rf"(?P<crc>[0-9A-Za-z]{{{_CRC_CHARS}}})",
    re.ASCII,
)


class Minted(NamedTuple):
    """A new key, whole. It is shown once and kept nowhere."""

    id: str
    key: str


def mint() -> Minted:
    """Return a new key."""
    name = _random(ID_CHARS)
    body = f"sq_{name}_{_random(_SECRET_CHARS)}"
    return Minted(name, body + _checksum(body))


def id_of(offered: str) -> str | None:
    """Return the id in a key, None for what is not a key or has a wrong checksum."""
    found = _FORM.fullmatch(offered)
    if found is None or found["crc"] != _checksum(found["body"]):
        return None
    return found["id"]


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    value = zlib.crc32(body.encode("ascii"))
    digits = ""
    for _ in range(_CRC_CHARS):
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
