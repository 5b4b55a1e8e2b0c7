"""Who signed a delivery, and when: HMAC-SHA-256 over the bytes of the body as they came.

Two schemes. `standard` is that of Standard Webhooks (standardwebhooks.com): the signature covers
an id, a time and the body, so that an old delivery cannot be sent again. `body` is GitHub's and
many others': it covers the body alone, in `X-Hub-Signature-256`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from siyaq.core.errors import NotAuthentic, SourceRefused
from siyaq.sources.webhook.address import Scheme

_ID = re.compile(r"[\x21-\x7e]{1,256}")
_SECONDS = re.compile(r"\d{1,12}", re.ASCII)
_PREFIX = "whsec_"
_MOST_SIGNATURES = 16
_MIN_SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class Signed:
    """An authentic delivery: what makes it itself, and until when the same may come again."""

    key: str
    expires_at: datetime


def read_secrets(text: str) -> tuple[bytes, ...]:
    """Read one secret, or several between commas while they are changed. Raises SourceRefused."""
    secrets = tuple(map(_secret, text.split(",")))
    if any(len(secret) < _MIN_SECRET_BYTES for secret in secrets):
        raise SourceRefused(
            f"a webhook's secret is shorter than {_MIN_SECRET_BYTES} bytes",
            hint="make one: openssl rand -base64 32 | sed 's/^/whsec_/'",
        )
    return secrets


def verify(
    scheme: Scheme,
    secrets: tuple[bytes, ...],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    tolerance: timedelta,
) -> Signed:
    """Return what was signed. `headers` have lower-case names. Raises NotAuthentic."""
    if scheme == "standard":
        return _standard(secrets, headers, body, now, tolerance)
    return _body(secrets, headers, body, now, tolerance)


def _standard(
    secrets: tuple[bytes, ...],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    tolerance: timedelta,
) -> Signed:
    native_id = headers.get("webhook-id", "")
    told_at = headers.get("webhook-timestamp", "")
    if _ID.fullmatch(native_id) is None or _SECONDS.fullmatch(told_at) is None:
        raise NotAuthentic("webhook-id or webhook-timestamp is missing or malformed")
    sent_at = datetime.fromtimestamp(min(int(told_at), 10**11), UTC)
    signed = f"{native_id}.{told_at}.".encode() + body
    wanted = [base64.b64encode(hmac.digest(one, signed, hashlib.sha256)) for one in secrets]
    offered = headers.get("webhook-signature", "").split(" ")[:_MOST_SIGNATURES]
    versions = (one.partition(",") for one in offered)
    _require(wanted, [signature for version, _, signature in versions if version == "v1"])
    if abs(now - sent_at) > tolerance:
        raise NotAuthentic(
            f"webhook-timestamp is {abs(now - sent_at).total_seconds():.0f} seconds from now, "
            f"at most {tolerance.total_seconds():.0f}",
            hint="set both clocks, and sign each attempt anew",
        )
    return Signed(_key(native_id.encode()), sent_at + tolerance)


def _body(
    secrets: tuple[bytes, ...],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    tolerance: timedelta,
) -> Signed:
    scheme, _, signature = headers.get("x-hub-signature-256", "").partition("=")
    wanted = [hmac.digest(one, body, hashlib.sha256).hex().encode() for one in secrets]
    _require(wanted, [signature] if scheme == "sha256" else [])
    return Signed(_key(body), now + tolerance)  # no header is signed: the body is what it is


def _require(wanted: list[bytes], offered: list[str]) -> None:
    matches = [
        hmac.compare_digest(right, one.encode("utf-8", "replace"))
        for right in wanted
        for one in offered
    ]
    if not any(matches):
        told = "the signature does not match" if offered else "the delivery is not signed"
        raise NotAuthentic(told, hint="sign the body as it is sent, with the secret of this hook")


def _key(what: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(what).digest()[:12]).decode()


def _secret(text: str) -> bytes:
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SourceRefused("a webhook's secret is not base64 after 'whsec_'") from error
