"""Passwords as they are kept: scrypt (RFC 7914) of the password under the secret of the directory.

A copy of the database alone tests no guess. What is kept says how it was made, so that the cost
can be raised without asking anybody for a new password.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from base64 import b64decode, b64encode
from hashlib import scrypt, sha256

from siyaq.core.errors import UsageError

MIN_CHARS = 12
MAX_CHARS = 1_000

_COST_LOG2, _BLOCK, _PARALLEL = 15, 8, 3  # OWASP's for 32 MiB
_SALT_BYTES, _DIGEST_BYTES = 16, 32


def checked(password: str, name: str) -> str:
    """Return a new password that may be. Raises UsageError for one that is too easy to guess."""
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise UsageError(
            f"a password has {MIN_CHARS} to {MAX_CHARS} characters, this one {len(password)}"
        )
    named = len(name) * 2 >= len(password) and name.casefold() in password.casefold()
    if named or len(set(password)) < MIN_CHARS // 3:
        raise UsageError("this password is too easy to guess", hint="take a few words")
    return password


def kept(password: str, pepper: bytes) -> str:
    """Return what is kept of a password. It takes a fraction of a second and 32 MiB, meant so."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = _digest(password, pepper, salt, _COST_LOG2, _BLOCK, _PARALLEL)
    shape = f"scrypt${_COST_LOG2}${_BLOCK}${_PARALLEL}"
    return f"{shape}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def same(password: str, made: str | None, pepper: bytes) -> bool:
    """Say whether a password is the one that was kept; None takes as long, and never is."""
    _, cost, block, parallel, salt, digest = (made or _NOBODYS).split("$")
    found = _digest(password, pepper, b64decode(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(found, b64decode(digest)) and made is not None


def _digest(
    password: str, pepper: bytes, salt: bytes, cost: int, block: int, parallel: int
) -> bytes:
    text = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return scrypt(
        hmac.digest(pepper, text, sha256),
        salt=salt,
        n=1 << cost,
        r=block,
        p=parallel,
        maxmem=2 * 128 * block * (1 << cost) + 2**20 * parallel,
        dklen=_DIGEST_BYTES,
    )


_NOBODYS = (
    f"scrypt${_COST_LOG2}${_BLOCK}${_PARALLEL}"
    f"${b64encode(bytes(_SALT_BYTES)).decode()}${b64encode(bytes(_DIGEST_BYTES)).decode()}"
)
