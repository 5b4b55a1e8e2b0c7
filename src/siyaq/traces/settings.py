"""Where traces go, and how many."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from siyaq.core.errors import ConfigError

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, a token


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSettings:
    """The receiver (OTLP over HTTP, protobuf), what is sent along, and which share is traced.

    `sample_rate` counts where a caller has not decided for the trace that a request is part of.
    """

    endpoint: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    sample_rate: float = 1.0
    version: str = ""

    @property
    def address(self) -> str:
        """Where spans are posted: the endpoint, with OTLP's own path where it has none."""
        scheme, _, rest = self.endpoint.partition("://")
        host, _, path = rest.partition("/")
        return f"{scheme}://{host}/{path or 'v1/traces'}"


def headers_in(text: str, file: str) -> dict[str, str]:
    """Return headers: 'name=value' separated by commas in a text, one a line in a file.

    Raises ConfigError, which repeats no value: they are secrets.
    """
    lines = [("traces.headers", part) for part in text.split(",")]
    if file:
        try:
            written = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read traces.headers_file {file!r}: {error}") from error
        lines += [(file, line) for line in written.splitlines()]
    headers: dict[str, str] = {}
    for place, line in lines:
        if not line.strip():
            continue
        name, sign, value = (part.strip() for part in line.partition("="))
        if not sign or not _NAME.fullmatch(name) or not (value.isascii() and value.isprintable()):
            raise ConfigError(f"a header in {place!r} cannot be", hint="write 'name=value'")
        headers[name.lower()] = value
    return headers
