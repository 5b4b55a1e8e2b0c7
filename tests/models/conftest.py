from __future__ import annotations

from collections.abc import Iterator

import pytest

from siyaq.models import BuiltinEmbedder


@pytest.fixture(scope="session")
def builtin() -> Iterator[BuiltinEmbedder]:
    with BuiltinEmbedder() as embedder:
        yield embedder
