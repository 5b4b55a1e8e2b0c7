"""Collections in the settings, and in keys."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from siyaq.access import Collections, KeyRing, Role
from siyaq.app.keys import require_collections
from siyaq.config import load
from siyaq.core.errors import ConfigError, UsageError


def test_what_a_key_sees_is_kept_with_it_and_checked(tmp_path: Path) -> None:
    collections = Collections({"desk": ["tips", "wire-*"], "archive": ["Wire-1"]})
    assert collections.of("tips") == {"desk"}
    assert collections.of("wire-1") == {"desk", "archive"}
    assert collections.of("wire") == {"public"}
    seen = {
        (): (),
        ("public",): ("wire",),
        ("desk",): ("tips", "wire-1", "wire-2"),
        ("archive", "public"): ("wire", "wire-1"),
        ("gone",): (),
    }
    for named, expected in seen.items():
        shows = collections.shows(named)
        assert shows is not None
        assert tuple(filter(shows, ("tips", "wire", "wire-1", "wire-2"))) == expected
    assert collections.shows(("all", "desk")) is None
    assert Collections().shows(("public",)) is None
    shows = Collections().shows(("desk",))
    assert shows is not None
    assert not shows("tips")
    assert collections.checked([]) == ("public",)
    with pytest.raises(UsageError, match="no collection 'dsek'"):
        collections.checked(["dsek"])
    with closing(KeyRing(tmp_path)) as ring:
        kept, key = ring.create(Role.READER, collections=("desk", "public"))
        assert kept.collections == ("desk", "public")
        assert ring.find(key) == kept


def test_a_server_does_not_start_without_a_collection_that_a_key_sees(tmp_path: Path) -> None:
    file = tmp_path / "siyaq.toml"
    file.write_text('[collections]\ndesk = ["tips"]\n')
    flags = {"data": str(tmp_path / "data")}
    settings = load(file, environ={}, flags=flags)
    with closing(KeyRing(settings.data)) as ring:
        kept, _ = ring.create(Role.READER, collections=("desk",))
        require_collections(ring, settings)
        with pytest.raises(ConfigError, match=f"key {kept.id} sees the collection 'desk'"):
            require_collections(ring, load(environ={}, flags=flags))
        ring.revoke(kept.id)
        require_collections(ring, load(environ={}, flags=flags))


@pytest.mark.parametrize(
    "table",
    ["collections = 3", '[collections]\nall = ["x"]', '[collections]\ndesk = "tips"',
     '[collections]\ndesk = ["nats:x"]', '[collections]\n"De sk" = ["x"]'],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused(table: str, tmp_path: Path) -> None:
    file = tmp_path / "siyaq.toml"
    file.write_text(table)
    with pytest.raises(ConfigError, match=r"\[collections\] in 'siyaq.toml'"):
        load(file, environ={})
