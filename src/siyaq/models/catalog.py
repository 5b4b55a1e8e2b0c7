"""The chat models of one directory: files and servers by name, and which one is the default.

`models.json` beside the weights says what there is. It never holds a key, only the name of the
environment variable that does.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from siyaq.core.errors import ConfigError, CorruptionError, QueryError, StorageError

FILE_NAME = "models.json"
EXTRACTIVE = "extractive"
"""The name of the answer without a model."""

_NAME = re.compile(r"(?:gguf|server):[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One model: a file of weights beside this list, or a server and what it calls the model."""

    name: str
    kind: Literal["gguf", "server"]
    file: str = ""
    sha256: str = ""
    bytes: int = 0
    url: str = ""
    model: str = ""
    key_env: str = ""

    def __post_init__(self) -> None:
        """Raise ConfigError for a name, file or URL that cannot be one."""
        if not _NAME.fullmatch(self.name) or not self.name.startswith(f"{self.kind}:"):
            raise ConfigError(f"{self.name!r} is no name for a model", hint="such as gguf:small")
        if self.kind == "gguf" and (not self.file or Path(self.file).name != self.file):
            raise ConfigError(f"model {self.name!r} must be a file in the models' directory")
        parts = urlsplit(self.url)
        if self.kind == "server" and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ConfigError(f"model {self.name!r} needs an http or https URL")
        if parts.username or parts.password or parts.query:
            raise ConfigError(
                f"the URL of {self.name!r} holds a secret",
                hint="put the key into a variable and name that with --key-env",
            )


@dataclass(frozen=True, slots=True)
class Catalog:
    """What can be used, and what is used when nobody says. Read anew for each command."""

    directory: Path
    entries: Mapping[str, Entry]
    default: str = EXTRACTIVE

    @classmethod
    def open(cls, directory: Path) -> Catalog:
        """Read the list of a directory; none is an empty one. Raises CorruptionError."""
        path = directory / FILE_NAME
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            entries = [Entry(**entry) for entry in document["models"]]
            default = str(document["default"])
        except FileNotFoundError:
            return cls(directory, {})
        except (OSError, ValueError, KeyError, TypeError, ConfigError) as error:
            raise CorruptionError(
                f"cannot read {str(path)!r}: {type(error).__name__}",
                hint="delete the file and pull the models again",
            ) from error
        return cls(directory, {entry.name: entry for entry in entries}, default)

    def with_entry(self, entry: Entry) -> Catalog:
        """Return a list that holds `entry` too, in place of one of its name."""
        return replace(self, entries={**self.entries, entry.name: entry})

    def with_default(self, name: str) -> Catalog:
        """Return a list whose default is `name`. Raises QueryError for a name it lacks."""
        return replace(self, default=self.resolve(name))

    def resolve(self, name: str) -> str:
        """Return the model meant by `name`, "" being the default. Raises QueryError."""
        meant = name or self.default
        if meant == EXTRACTIVE or meant in self.entries:
            return meant
        known = [EXTRACTIVE, *sorted(self.entries)]
        near = get_close_matches(meant, known, n=1, cutoff=0.4)
        raise QueryError(
            f"no such model: {meant!r}",
            hint=f"did you mean {near[0]!r}?" if near else "see 'siyaq models list'",
        )

    def save(self) -> None:
        """Write the list, whole or not at all. Raises StorageError."""
        path = self.directory / FILE_NAME
        entries = [
            {key: value for key, value in asdict(entry).items() if value}
            for _, entry in sorted(self.entries.items())
        ]
        text = json.dumps({"default": self.default, "models": entries}, indent=2) + "\n"
        unfinished = path.with_name(f".{FILE_NAME}.{os.getpid()}")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise StorageError(f"cannot write {str(path)!r}: {error.strerror}") from error
        finally:
            unfinished.unlink(missing_ok=True)
