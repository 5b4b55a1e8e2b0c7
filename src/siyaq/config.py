"""Every setting, where its value came from, and what it may be.

A file (`siyaq.toml` in the working directory, or `--config FILE`), then the environment
(`SIYAQ__SERVE__PORT=9000`), then command-line flags: the later wins. Unknown keys are refused
with the nearest real name. Secrets come from the environment only and are never printed.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from siyaq.core.errors import ConfigError

ENV_PREFIX = "SIYAQ__"
FILE_NAME = "siyaq.toml"

Scalar = str | int


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is called, what it is when nobody says, and what it means."""

    key: str
    default: Scalar
    help: str
    check: Callable[[Scalar], str] = lambda _: ""  # what is wrong with a value, or ""
    secret: bool = False


def _between(low: int, high: int) -> Callable[[Scalar], str]:
    def check(value: Scalar) -> str:
        return "" if isinstance(value, int) and low <= value <= high else f"from {low} to {high}"

    return check


SETTINGS: tuple[Setting, ...] = (
    Setting("data", "./siyaq-data", "directory that holds the log and the index"),
    Setting("serve.host", "127.0.0.1", "address to listen on; any but loopback needs a key"),
    Setting("serve.port", 8080, "port to listen on; 0 takes a free one", _between(0, 65535)),
    Setting(
        "serve.allowed_hosts", "", "names it is reached by besides loopback's, separated by commas"
    ),
    Setting("serve.keys", "", "API keys, separated by commas (environment only)", secret=True),
    Setting(
        "embed.processes",
        min(os.cpu_count() or 1, 8),
        "processes that turn text into vectors while posts come in; 0: none but the main one",
        _between(0, 64),
    ),
)
"""Every scalar setting. Sources to follow are the list `[[sources]]` of the file: url, name."""

_BY_KEY = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class FollowSetting:
    """One source to follow, from the file."""

    url: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its value and its origin."""

    values: Mapping[str, Scalar]
    origins: Mapping[str, str]  # "default", the file's name, "environment", "command line"
    sources: tuple[FollowSetting, ...] = ()

    @property
    def data(self) -> Path:
        """The data directory."""
        return Path(str(self.values["data"]))

    @property
    def host(self) -> str:
        """The address to listen on."""
        return str(self.values["serve.host"])

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.values["serve.port"])

    @property
    def keys(self) -> tuple[str, ...]:
        """The API keys; empty when every route is open."""
        return self._listed("serve.keys")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Names that requests may be addressed to, besides those of loopback."""
        return self._listed("serve.allowed_hosts")

    @property
    def embed_processes(self) -> int:
        """How many processes turn text into vectors."""
        return int(self.values["embed.processes"])

    def _listed(self, key: str) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, str(self.values[key]).split(","))))

    def shown(self) -> list[tuple[str, Scalar, str, str]]:
        """Return (key, value, origin, help) of every setting, secrets masked."""
        return [
            (
                s.key,
                "***" if s.secret and self.values[s.key] else self.values[s.key],
                self.origins[s.key],
                s.help,
            )
            for s in SETTINGS
        ]


def load(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Scalar | None] | None = None,
) -> Config:
    """Read every setting. Raises ConfigError naming the key, its origin and what it may be."""
    values: dict[str, Scalar] = {s.key: s.default for s in SETTINGS}
    origins = dict.fromkeys(values, "default")
    file_name = FILE_NAME if file is None else file.name
    tables, sources = _read_file(file)
    if sources:
        origins["sources"] = file_name
    from_environ = _read_environ(os.environ if environ is None else environ)
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    layers = ((tables, file_name), (from_environ, "environment"), (given, "command line"))
    for layer, origin in layers:
        for key, value in layer.items():
            values[key] = _checked(key, value, origin)
            origins[key] = origin
    return Config(values, origins, sources)


def _read_file(file: Path | None) -> tuple[dict[str, Scalar], tuple[FollowSetting, ...]]:
    path = file or Path(FILE_NAME)
    if file is None and not path.is_file():
        return {}, ()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read settings from {str(path)!r}: {error}") from error
    sources = _sources(document.pop("sources", []), path)
    flat: dict[str, Scalar] = {}
    for name, value in document.items():
        inner = value.items() if isinstance(value, dict) else ((None, value),)
        flat |= {name if part is None else f"{name}.{part}": leaf for part, leaf in inner}
    for key in flat:
        setting = _known(key, path.name)
        if setting.secret:
            raise ConfigError(
                f"setting {key!r} is a secret and may not stand in {path.name!r}",
                hint=f"set {_env_name(key)} instead",
            )
    return flat, sources


def _sources(tables: object, path: Path) -> tuple[FollowSetting, ...]:
    if not isinstance(tables, list):
        raise ConfigError(f"'sources' in {path.name!r} must be a list of [[sources]] tables")
    found: list[FollowSetting] = []
    for table in tables:
        known = isinstance(table, dict) and table.keys() <= {"url", "name"}
        if not known or not all(isinstance(v, str) for v in table.values()) or "url" not in table:
            raise ConfigError(f"a source in {path.name!r} has a 'url' and may have a 'name'")
        found.append(FollowSetting(table["url"], table.get("name")))
    return tuple(found)


def _read_environ(environ: Mapping[str, str]) -> dict[str, Scalar]:
    return {
        _known(name[len(ENV_PREFIX) :].lower().replace("__", "."), "environment").key: value
        for name, value in environ.items()
        if name.startswith(ENV_PREFIX)
    }


def _env_name(key: str) -> str:
    return ENV_PREFIX + key.upper().replace(".", "__")


def _known(key: str, origin: str) -> Setting:
    setting = _BY_KEY.get(key)
    if setting is None:
        near = difflib.get_close_matches(key, _BY_KEY, n=1)
        raise ConfigError(
            f"unknown setting {key!r} in {origin}",
            hint=f"did you mean {near[0]!r}?" if near else "see 'siyaq config show'",
        )
    return setting


def _checked(key: str, value: object, origin: str) -> Scalar:
    setting = _known(key, origin)
    typed: Scalar
    if isinstance(setting.default, int):
        try:
            typed = int(str(value))
        except ValueError as error:
            raise ConfigError(f"{key} in {origin} must be a number, got {value!r}") from error
    else:
        typed = str(value)
    wrong = setting.check(typed)
    if wrong:
        raise ConfigError(f"{key} in {origin} must be {wrong}, got {value!r}")
    return typed
