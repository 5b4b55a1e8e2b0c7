"""A provider that really speaks, and a siyaq that people sign in to through it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from siyaq.access import AuditLog, KeyRing, People
from siyaq.serve import ServeSettings
from siyaq.serve.sign_in.provider import Provider
from siyaq.testing.openid_provider import OpenIdProvider
from tests.serve.sign_in.browser import login_settings


@pytest.fixture
def there() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as provider:
        yield provider


@pytest.fixture
def settings(there: OpenIdProvider, tmp_path: Path) -> Iterator[ServeSettings]:
    with closing(KeyRing(tmp_path)) as ring, closing(People(tmp_path, ring)) as people:
        yield ServeSettings(
            key_ring=ring,
            people=people,
            audit=AuditLog(tmp_path),
            provider=Provider(login_settings(there)),
        )
