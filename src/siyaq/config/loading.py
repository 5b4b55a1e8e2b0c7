"""A file, the environment and flags, read and laid one over the other."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from siyaq.access import Collections
from siyaq.access.collections import name_problem
from siyaq.config.section import Scalar, Setting
from siyaq.config.settings import SETTINGS, Config, FollowSetting
from siyaq.core.errors import ConfigError

ENV_PREFIX = "SIYAQ__"
FILE_NAME = "siyaq.toml"

_BY_KEY = {setting.key: setting for setting in SETTINGS}


def load(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Scalar | None] | None = None,
) -> Config:
    """Read every setting. Raises ConfigError naming the key, its origin and what it may be."""
    values: dict[str, Scalar] = {s.key: s.default for s in SETTINGS}
    origins = dict.fromkeys(values, "default")
    file_name = FILE_NAME if file is None else file.name
    tables, sources, collections = _read_file(file)
    if sources:
        origins["sources"] = file_name
    if collections.names:
        origins["collections"] = file_name
    from_environ = _read_environ(os.environ if environ is None else environ)
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    layers = ((tables, file_name), (from_environ, "environment"), (given, "command line"))
    for layer, origin in layers:
        for key, value in layer.items():
            values[key] = _checked(key, value, origin)
            origins[key] = origin
    return Config(values, origins, sources, collections)


def _read_file(
    file: Path | None,
) -> tuple[dict[str, Scalar], tuple[FollowSetting, ...], Collections]:
    path = file or Path(FILE_NAME)
    if file is None and not path.is_file():
        return {}, (), Collections()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read settings from {str(path)!r}: {error}") from error
    sources = _sources(document.pop("sources", []), path)
    collections = _collections(document.pop("collections", {}), path)
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
    return flat, sources, collections


def _collections(table: object, path: Path) -> Collections:
    """Read `[collections]`: to each name a list of names of sources, `*` for any characters."""
    where = f"[collections] in {path.name!r}"
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table of lists")
    for name, patterns in table.items():
        if problem := name_problem(name):
            raise ConfigError(f"{where}: {problem}", hint="name it otherwise")
        listed = isinstance(patterns, list) and all(isinstance(p, str) and p for p in patterns)
        if not listed or any(":" in pattern for pattern in patterns):
            raise ConfigError(
                f"{where}: {name!r} must be a list of names of sources, like ['tips', 'wire-*']",
                hint="'siyaq status' shows the names",
            )
    return Collections(table)


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
