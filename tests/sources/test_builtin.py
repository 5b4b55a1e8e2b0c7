"""Every built-in scheme opens its source through the one door that plugins use too."""

from __future__ import annotations

from pathlib import Path

import pytest

from siyaq import plugins
from siyaq.core.errors import ConfigError
from siyaq.sources import ArticleSource, JsonlSource, builtin
from siyaq.sources.jetstream import JetstreamSource
from siyaq.sources.rss import FeedSource
from siyaq.sources.webhook import hook_of


@pytest.mark.parametrize(
    ("url", "kind", "source"),
    [
        ("jetstream://js.example", JetstreamSource, "bluesky"),
        ("JETSTREAM+WS://js.example", JetstreamSource, "bluesky"),
        ("rss+https://news.example/f.xml", FeedSource, "rss-news.example"),
        ("rss+http://[::1]:80/f.xml", FeedSource, "rss---1"),
    ],
)
def test_a_scheme_opens_its_source(url: str, kind: type, source: str) -> None:
    registry = plugins.load([("siyaq", builtin)], ())
    adapter = registry.open_source(url)
    assert isinstance(adapter, kind)
    assert adapter.source == source
    assert registry.open_source(url, "mine").source == "mine"


@pytest.mark.parametrize("name", ["a:b", "", " ", "مصدر", "x" * 65, "a/b"])
def test_a_name_that_would_break_ids_is_refused(name: str, tmp_path: Path) -> None:
    for make in (
        lambda: JsonlSource(tmp_path / "f", source=name),
        lambda: ArticleSource([], source=name),
        lambda: JetstreamSource("jetstream://h", source=name),
    ):
        with pytest.raises(ConfigError, match="cannot name a source"):
            make()


def test_an_unknown_scheme_is_told_with_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match="no source speaks 'gopher'") as error:
        plugins.load([("siyaq", builtin)], ()).open_source("gopher://x")
    assert "jetstream" in error.value.hint


@pytest.mark.parametrize(
    ("url", "delivered"),
    [
        ("rss+https://news.example/feed", False),
        ("sitemap+https://news.example/sitemap.xml", False),
        ("rss+https://news.example/feed?websub=https://siyaq.example", True),
        ("webhook://orders", True),
    ],
)
def test_only_what_is_delivered_to_needs_a_server(url: str, delivered: bool) -> None:
    adapter = plugins.load([("siyaq", builtin)], found=()).open_source(url)
    assert bool(hook_of(adapter)) is delivered
