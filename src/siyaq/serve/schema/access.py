"""Keys, quotas and who did what."""

from __future__ import annotations

from typing_extensions import TypedDict


class KeyJson(TypedDict):
    """What is kept of a key. `role` is admin, writer, reader or card-only.

    `collections` are those whose posts it sees: `public` and `all` besides those of the settings.
    """

    id: str
    name: str
    role: str
    origins: list[str]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    limits: LimitsJson
    collections: list[str]


class LimitsJson(TypedDict):
    """What a key may use within a window; null is as the settings say, 0 no limit."""

    requests: int | None
    tokens: int | None
    seconds: int | None
    weight: int


class UsedJson(TypedDict):
    """What was used of a limit; null is no limit."""

    used: float
    limit: float | None


class QuotaJson(TypedDict):
    """What a key has used within the window that is past, calls under way with all they may use."""

    window_seconds: int | None
    requests: UsedJson
    tokens: UsedJson
    seconds: UsedJson
    weight: int


class KeysJson(TypedDict):
    """Every key that was ever made."""

    keys: list[KeyJson]


class NewKeyJson(KeyJson):
    """A new key, the only time that it is shown."""

    key: str


class AuditEntryJson(TypedDict):
    """One thing that was done with a key. `status` is null where nobody lived to say."""

    at: str
    key_id: str
    action: str
    status: int | None


class AuditJson(TypedDict):
    """What keys have changed, the newest first."""

    entries: list[AuditEntryJson]


class SignedInJson(TypedDict):
    """Who is signed in. `id` is of the key that stands for them; `role` as a key's."""

    id: str
    name: str
    role: str
    until: str


class WaysInJson(TypedDict):
    """How one can sign in: with a password; through a provider, by its name, at `/login`."""

    password: bool
    provider: str | None


class SignedOutJson(TypedDict):
    """Nobody is signed in. `provider_sign_out` is where a browser leaves the provider too."""

    provider_sign_out: str | None


class SessionJson(TypedDict):
    """Who is signed in with this browser, null for nobody, and how one can."""

    signed_in: SignedInJson | None
    ways: WaysInJson
