"""ID tokens (OpenID Connect Core 3.1.3.7): believed once everything about them is right."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from siyaq.serve.sign_in.refusal import NotSignedIn

ALGORITHMS: Mapping[str, str] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    **dict.fromkeys(("EdDSA", "Ed25519"), "OKP"),
}
"""Signatures that are believed, with the kind of their keys: none with a secret that two share,
and not "none"."""

LEEWAY_SECONDS = 60
MAX_CHARS = 32_768
MAX_KEYS = 100
MIN_RSA_BITS = 2048
MAX_SUBJECT_CHARS = 255

PublicKey: TypeAlias = RSAKey | ECKey | OKPKey


class UnknownKey(NotSignedIn):
    """A token is signed with a key that the provider had not published when we last looked."""


def read_keys(document: object) -> list[PublicKey]:
    """Return the keys of a JWK Set that signatures can be checked with; others are passed over."""
    keys = document.get("keys") if isinstance(document, dict) else None
    found: list[PublicKey] = []
    for one in keys[:MAX_KEYS] if isinstance(keys, list) else ():
        if not isinstance(one, dict) or one.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        if one.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(one)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey) and key.raw_value.key_size < MIN_RSA_BITS:
            continue
        if isinstance(key, (RSAKey, ECKey, OKPKey)):
            found.append(key)
    return found


def claims_of(
    token: str,
    keys: Sequence[PublicKey],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: float,
) -> dict[str, object]:
    """Return what a token says. Raises NotSignedIn, UnknownKey for a key that is not among `keys`.

    `now` is in seconds since 1970; clocks may differ by LEEWAY_SECONDS.
    """
    algorithm, key_id = _head(token)
    fitting = [
        key for key in keys if key.key_type == ALGORITHMS[algorithm] and key_id in (None, key.kid)
    ]
    if not fitting:
        raise UnknownKey("untrusted", "its key is not among those of the provider")
    for key in fitting:
        try:
            decoded = jwt.decode(token, key, algorithms=[algorithm])
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
        break
    else:
        raise NotSignedIn("untrusted", "its signature is wrong")
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": client_id},
            "nonce": {"essential": True, "value": nonce},
        },
        {"nonce": nonce, "client_id": client_id, "access_token": access_token or None},
    )
    try:
        claims.validate(now=int(now), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        told = getattr(error, "description", "") or type(error).__name__
        raise NotSignedIn("untrusted", f"its claims are wrong: {told}"[:200]) from error
    subject = claims["sub"]
    fits = isinstance(subject, str) and 1 <= len(subject) <= MAX_SUBJECT_CHARS
    if not fits or not subject.isprintable():  # half a character cannot be kept
        raise NotSignedIn("untrusted", "its subject cannot be")
    return dict(claims)


def _head(token: str) -> tuple[str, str | None]:
    """Return the algorithm and the key that a token says it is signed with. Raises NotSignedIn."""
    part, dots = token[:MAX_CHARS].partition(".")[0], token.count(".")
    try:
        head = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        algorithm, key_id = head["alg"], head.get("kid")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotSignedIn("untrusted", "it is no signed token") from error
    if len(token) > MAX_CHARS or dots != 2:
        raise NotSignedIn("untrusted", "it is no signed token, or a very long one")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise NotSignedIn("untrusted", f"it is signed with {str(algorithm)[:20]!r}")
    return algorithm, key_id if isinstance(key_id, str) else None
