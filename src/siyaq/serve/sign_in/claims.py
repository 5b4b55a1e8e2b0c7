"""Whom a provider vouches for, and what that person may do here."""

from __future__ import annotations

from collections.abc import Mapping

from siyaq.access import Role
from siyaq.serve.sign_in.login_settings import LoginSettings

_RANK = (Role.READER, Role.WRITER, Role.ADMIN)


def role_of(claims: Mapping[str, object], settings: LoginSettings) -> Role | None:
    """Return the highest role that somebody has, None for nobody we let in.

    Where domains are set, an address counts once its provider says that it was verified.
    """
    if settings.domains and not _is_of(claims, settings.domains):
        return None
    values = _values(claims, settings.role_claim) if settings.role_claim else ()
    found = [settings.roles[value] for value in values if value in settings.roles]
    if settings.everyone is not None:
        found.append(settings.everyone)
    return max(found, key=_RANK.index, default=None)


def name_of(claims: Mapping[str, object]) -> str:
    """Return what somebody is called, "" where the provider does not say."""
    for claim in ("name", "preferred_username", "email"):
        value = claims.get(claim)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _is_of(claims: Mapping[str, object], domains: tuple[str, ...]) -> bool:
    address = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(address, str):
        return False
    local, at, domain = address.rpartition("@")
    return bool(local and at) and domain.lower() in domains


def _values(claims: Mapping[str, object], path: str) -> tuple[str, ...]:
    """Return what a claim holds: by its whole name, else by a path of names with dots."""
    found: object = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return tuple(value for value in values if isinstance(value, str))
