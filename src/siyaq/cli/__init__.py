"""siyaq on the command line. Parse, call, print: no rules of its own.

Exit codes: 0 done, 1 the check found problems, 2 the caller can fix it, 69 something needed is
not there, 70 our own failure, 130 interrupted.
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from siyaq.cli.commands import app
from siyaq.core.errors import (
    AlreadyWriting,
    DiskFull,
    FormatTooNew,
    ModelUnavailable,
    SiyaqError,
    SourceError,
    UsageError,
)
from siyaq.obs import configure_logging


def main() -> None:
    """Run the command line, turning errors into one message, a hint, and an exit code."""
    configure_logging("brief")  # commands that stay say more
    try:
        app()
    except SiyaqError as error:
        _tell(error)
        sys.exit(_exit_code(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()


def _tell(error: SiyaqError) -> None:
    console = Console(stderr=True, soft_wrap=True)
    console.print(Text("error: ", style="bold red") + Text(str(error)))
    if error.hint:
        console.print(Text("hint: ", style="bold") + Text(error.hint))


def _exit_code(error: SiyaqError) -> int:
    if isinstance(error, UsageError):
        return 2
    missing = SourceError | ModelUnavailable | AlreadyWriting | FormatTooNew | DiskFull
    return 69 if isinstance(error, missing) else 70
