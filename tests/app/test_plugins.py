"""The plugin door: built-ins and strangers come in alike, and no stranger can break the house."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from importlib.metadata import EntryPoint

import pytest

from siyaq.core.errors import ConfigError
from siyaq.core.ports import Batch, SourceAdapter
from siyaq.plugins import Register, load


class Nothing:
    """A source that has nothing to say."""

    def __init__(self, source: str) -> None:
        self.source = source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        nothing: tuple[Batch, ...] = ()
        for batch in nothing:
            yield batch


class Pigeons:
    """A plugin that speaks `pigeon://`."""

    def register_sources(self, register: Register) -> None:
        register("pigeon", self.open)

    def open(self, url: str, name: str | None) -> SourceAdapter:
        return Nothing(name or "pigeons")


class Wounded(Pigeons):
    """A plugin that fails in the middle of registering."""

    def register_sources(self, register: Register) -> None:
        register("dove", self.open)
        raise ValueError("no doves today")


class Clipped(Pigeons):
    """A plugin that registers, and cannot open anything."""

    def open(self, url: str, name: str | None) -> SourceAdapter:
        raise KeyError(url)


def test_a_source_is_opened_by_the_scheme_of_its_url() -> None:
    registry = load([("birds", Pigeons())], ())
    assert registry.open_source("pigeon://loft").source == "pigeons"
    assert registry.open_source("PIGEON://loft", "mine").source == "mine"


def test_a_scheme_nobody_speaks_is_refused_with_those_that_are_spoken() -> None:
    with pytest.raises(ConfigError, match="no source speaks 'smoke'") as caught:
        load([("birds", Pigeons())], ()).open_source("smoke://hill")
    assert "pigeon" in caught.value.hint


def test_two_plugins_with_one_scheme_are_both_named() -> None:
    with pytest.raises(ConfigError, match="'birds' and 'doves' both register scheme 'pigeon'"):
        load([("birds", Pigeons()), ("doves", Pigeons())], ())


def test_a_plugin_that_cannot_be_imported_is_reported_and_skipped() -> None:
    broken = EntryPoint("broken", "no.such.module", "siyaq")
    registry = load([("birds", Pigeons())], [broken])
    assert registry.schemes == ("pigeon",)
    assert [problem.plugin for problem in registry.problems] == ["broken"]
    with pytest.raises(ConfigError) as caught:
        registry.open_source("smoke://hill")
    assert "'broken' failed: ModuleNotFoundError" in caught.value.hint


@pytest.mark.parametrize("name", ["WOUNDED", "Nothing"])
def test_a_plugin_that_does_not_register_is_reported_and_skipped(name: str) -> None:
    """It raises when it is asked, or cannot be asked at all."""
    registry = load([("birds", Pigeons())], [EntryPoint("wounded", f"{__name__}:{name}", "siyaq")])
    assert registry.schemes == ("pigeon",), "nor is half of it taken"
    assert [problem.plugin for problem in registry.problems] == ["wounded"]


def test_what_a_plugin_raises_when_it_opens_names_the_plugin() -> None:
    registry = load([("clipped", Clipped())], ())
    with pytest.raises(ConfigError, match="plugin 'clipped' cannot open 'pigeon://loft': KeyError"):
        registry.open_source("pigeon://loft")


def test_an_installed_plugin_comes_in_by_its_entry_point() -> None:
    found = EntryPoint("birds", f"{__name__}:PIGEONS", "siyaq")
    assert load([], [found]).schemes == ("pigeon",)


PIGEONS = Pigeons()
WOUNDED = Wounded()
