"""The one door through which sources come in, built-in or from another package.

A plugin is a module, named by an entry point of the group `siyaq`, that defines
`register_sources(register)` and calls `register(scheme, factory)` for each URL scheme it speaks.
Built-in sources use the same door. Loading is an explicit call, never a side effect of an import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from siyaq.core.errors import ConfigError, SiyaqError
from siyaq.core.ports import SourceAdapter

SourceFactory = Callable[[str, str | None], SourceAdapter]
"""Makes an adapter of a URL and the operator's name for it (None: the adapter's own default)."""

Register = Callable[[str, SourceFactory], None]
"""Takes a URL scheme, and who speaks it."""

GROUP = "siyaq"


class SourcePlugin(Protocol):
    """What a plugin module looks like."""

    def register_sources(self, register: Register) -> None:
        """Call `register` once for each URL scheme."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """A plugin that could not be loaded; fatal only if what it provides is asked for."""

    plugin: str
    error: str


@dataclass(slots=True)
class Registry:
    """URL schemes, who speaks each, and what could not be loaded."""

    _factories: dict[str, tuple[str, SourceFactory]] = field(
        default_factory=dict[str, tuple[str, SourceFactory]]
    )
    problems: list[Problem] = field(default_factory=list[Problem])

    @property
    def schemes(self) -> tuple[str, ...]:
        """Every scheme that can be followed, sorted."""
        return tuple(sorted(self._factories))

    def admit(self, plugin_name: str, plugin: SourcePlugin) -> None:
        """Take all that `plugin` registers, or nothing where it fails.

        Raises ConfigError where two plugins speak one scheme, and whatever the plugin raises.
        """
        told: dict[str, tuple[str, SourceFactory]] = {}

        def register(scheme: str, factory: SourceFactory) -> None:
            taken = self._factories.get(scheme) or told.get(scheme)
            if taken is not None:
                raise ConfigError(
                    f"plugins {taken[0]!r} and {plugin_name!r} both register scheme {scheme!r}",
                    hint="uninstall one of them",
                )
            told[scheme] = (plugin_name, factory)

        plugin.register_sources(register)
        self._factories |= told

    def open_source(self, url: str, name: str | None = None) -> SourceAdapter:
        """Make the adapter that speaks `url`.

        Raises ConfigError for a scheme nobody speaks, and where whoever speaks it fails.
        """
        scheme = url.partition(":")[0].lower()
        entry = self._factories.get(scheme)
        if entry is None:
            raise ConfigError(
                f"no source speaks {scheme!r} (of {url!r})",
                hint=f"one of: {', '.join(self.schemes)}"
                + "".join(f"; plugin {p.plugin!r} failed: {p.error}" for p in self.problems),
            )
        plugin, factory = entry
        try:
            return factory(url, name)
        except SiyaqError:
            raise
        except Exception as error:
            raise ConfigError(
                f"plugin {plugin!r} cannot open {url!r}: {type(error).__name__}: {error}"
            ) from error


def load(
    builtin: Iterable[tuple[str, SourcePlugin]], found: Iterable[EntryPoint] | None = None
) -> Registry:
    """Register the built-in plugins, then those installed beside siyaq.

    A plugin that cannot be imported, or does not register, is kept in `problems` and skipped:
    somebody else's broken package must not stop ours. Raises ConfigError where two plugins speak
    one scheme.
    """
    registry = Registry()
    for name, plugin in builtin:
        registry.admit(name, plugin)
    for entry in entry_points(group=GROUP) if found is None else found:
        try:
            registry.admit(entry.name, entry.load())
        except ConfigError:
            raise
        except Exception as error:  # noqa: BLE001  # strangers' code may raise anything
            registry.problems.append(Problem(entry.name, f"{type(error).__name__}: {error}"))
    return registry
