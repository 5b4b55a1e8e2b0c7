"""A file of encrypted pieces that cannot be changed, cut short, or put in another order unseen.

Layout: a magic, the length of the head, the head (JSON, readable without a key: format, day, a
random nonce), then pieces: their length and AES-256-GCM of at most a mebibyte. The nonce of a
piece is the file's own with its number and whether it is the last, and the head is authenticated
with each; the construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import date
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from siyaq.core.errors import FormatTooNew, Unreadable

FORMAT = 1
_MAGIC = b"siyaq backup\n"
_PIECE_BYTES = 2**20
_NONCE_BYTES = 7  # and four of the piece's number, and one for whether it is the last
_LONGEST_HEAD_BYTES = 4096


class Head(msgspec.Struct, frozen=True):
    """What can be read of a backup without its key."""

    format: int
    day: date  # of the key, in UTC
    nonce: str  # hex


def seal(out: BinaryIO, key: bytes, day: date, pieces: Iterable[bytes]) -> None:
    """Write all that `pieces` hold, encrypted."""
    head = Head(FORMAT, day, secrets.token_hex(_NONCE_BYTES))
    told = msgspec.json.encode(head)
    out.write(_MAGIC + len(told).to_bytes(2, "big") + told)
    cipher = AESGCM(key)
    held = bytearray()
    number = 0
    for piece in pieces:
        held += piece
        while len(held) > _PIECE_BYTES:
            _put(out, cipher, head, number, bytes(held[:_PIECE_BYTES]), told, last=False)
            del held[:_PIECE_BYTES]
            number += 1
    _put(out, cipher, head, number, bytes(held), told, last=True)


def read_head(file: BinaryIO, name: str) -> tuple[Head, bytes]:
    """Return the head of a backup, and its bytes. Raises Unreadable, FormatTooNew."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise Unreadable(f"{name!r} is not a backup of siyaq")
    length = int.from_bytes(file.read(2), "big")
    told = file.read(min(length, _LONGEST_HEAD_BYTES))
    try:
        head = msgspec.json.decode(told, type=Head)
        nonce = bytes.fromhex(head.nonce)
    except ValueError as error:
        raise Unreadable(f"{name!r} is damaged: its head cannot be read") from error
    if head.format > FORMAT:
        raise FormatTooNew(f"{name!r} has format {head.format}; this siyaq reads up to {FORMAT}")
    if len(nonce) != _NONCE_BYTES:
        raise Unreadable(f"{name!r} is damaged: its head cannot be read")
    return head, told


def unsealed(file: BinaryIO, key: bytes, head: Head, told: bytes, name: str) -> Iterator[bytes]:
    """Yield what follows the head, each piece once it is known to be whole. Raises Unreadable."""
    cipher = AESGCM(key)
    number = 0
    while True:
        length = int.from_bytes(file.read(4), "big")
        if not 0 < length <= _PIECE_BYTES + 16:
            raise Unreadable(f"{name!r} ends in the middle, or is damaged")
        piece = file.read(length)
        if len(piece) < length:
            raise Unreadable(f"{name!r} ends in the middle, or is damaged")
        for last in (False, True):
            try:
                content = cipher.decrypt(_nonce(head, number, last=last), piece, told)
                break
            except InvalidTag:
                continue
        else:
            raise Unreadable(f"{name!r} is damaged, or was not made with this key")
        yield content
        if last:
            break
        number += 1
    if file.read(1):
        raise Unreadable(f"{name!r} is damaged: something follows its end")


def _put(
    out: BinaryIO, cipher: AESGCM, head: Head, number: int, piece: bytes, told: bytes, *, last: bool
) -> None:
    sealed = cipher.encrypt(_nonce(head, number, last=last), piece, told)
    out.write(len(sealed).to_bytes(4, "big") + sealed)


def _nonce(head: Head, number: int, *, last: bool) -> bytes:
    return bytes.fromhex(head.nonce) + number.to_bytes(4, "big") + bytes([last])
