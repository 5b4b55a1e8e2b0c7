"""JSON pointers (RFC 6901): "/event/actor/0/name"."""

from __future__ import annotations

import re

from siyaq.core.errors import ConfigError

_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_INDEX = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
_MOST_STEPS = 64


class Pointer:
    """One place in any JSON document. "" is the whole of it."""

    def __init__(self, steps: tuple[str, ...]) -> None:
        self._steps = steps

    @classmethod
    def parse(cls, text: object, key: str) -> Pointer:
        """Read a pointer. Raises ConfigError, naming the `key` it stands under."""
        if not isinstance(text, str) or _POINTER.fullmatch(text) is None:
            raise ConfigError(f"{key} must be a JSON pointer such as '/event/id', got {text!r}")
        steps = text.split("/")[1:]
        if len(steps) > _MOST_STEPS:
            raise ConfigError(f"{key} is a JSON pointer of more than {_MOST_STEPS} steps")
        return cls(tuple(step.replace("~1", "/").replace("~0", "~") for step in steps))

    def of(self, document: object) -> object:
        """Return what stands there; None where nothing does."""
        for step in self._steps:
            if isinstance(document, dict):
                document = document.get(step)
            elif isinstance(document, list) and _INDEX.fullmatch(step):
                document = document[int(step)] if int(step) < len(document) else None
            else:
                return None
        return document
