"""Log lines: JSON in service, plain for people."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_PLAIN_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, room, event, and the facts given in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name,
            "event": record.getMessage(),
        }
        line |= {k: v for k, v in record.__dict__.items() if k not in _PLAIN_FIELDS}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same for people: time, event, facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, its traceback below."""
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        facts = {k: v for k, v in record.__dict__.items() if k not in _PLAIN_FIELDS}
        told = " ".join(f"{name}={value}" for name, value in facts.items())
        line = f"{time} {record.levelname.lower():7} {record.getMessage()} {told}".rstrip()
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class BriefLines(PlainLines):
    """For a command that somebody waits for: what failed, without where in the code."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  # the name logging gave it
        """Return the kind of error and what it says."""
        return f"         {type(ei[1]).__name__}: {ei[1]}"


def configure_logging(style: Literal["auto", "json", "plain", "brief"] = "auto") -> None:
    """Send the logs of every room to standard error: JSON in service, plain on a terminal.

    "brief" is for commands that end: warnings alone, and no tracebacks.
    """
    handler = logging.StreamHandler(sys.stderr)
    plain = style == "plain" or (style == "auto" and sys.stderr.isatty())
    lines: logging.Formatter = PlainLines() if plain else JsonLines()
    handler.setFormatter(BriefLines() if style == "brief" else lines)
    root = logging.getLogger("siyaq")
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING if style == "brief" else logging.INFO)
    root.propagate = False
