"""Write docs/reference from the code: commands, settings, errors, metrics, routes.

`python scripts/reference.py` writes the pages; `--check` only says whether they are stale, and
fails if so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from siyaq.cli.commands import app as command_line
from siyaq.config import SETTINGS
from siyaq.core.clock import SystemClock
from siyaq.core.errors import SiyaqError
from siyaq.core.event import RejectReason
from siyaq.obs import Metrics
from siyaq.serve import ServeSettings, create_app
from siyaq.serve.errors import status_of
from siyaq.serve.metrics import HttpMetrics
from siyaq.testing.product import FakeProduct

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
OF_THE_MACHINE = {
    "embed.processes": "one a core, at most 8",
    "models.threads": "half the cores",
}
"""Defaults that differ from machine to machine."""

WRITTEN = "<!-- written by scripts/reference.py; run `make docs` after a change -->\n\n"


def commands() -> Iterator[str]:
    """Describe every command, its arguments and its options."""
    yield "# Commands\n\n`siyaq COMMAND --help` prints the same.\n"
    root = get_command(command_line)
    yield from _command(root, "siyaq")


def _command(command: Any, name: str) -> Iterator[str]:
    children = getattr(command, "commands", {})
    if not children:
        yield f"\n## `{name}`\n\n{(command.help or '').strip()}\n\n"
        yield "| option | meaning | default |\n|---|---|---|\n"
        yield from map(_parameter, command.params)
    for child in sorted(children):
        yield from _command(children[child], f"{name} {child}")


def _parameter(parameter: Any) -> str:
    argument = parameter.param_type_name == "argument"
    names = [parameter.name.upper()] if argument else parameter.opts
    default = parameter.default
    shown = "" if default in (None, False, ()) or callable(default) else f"`{default}`"
    told = ", ".join(f"`{name}`" for name in names)
    return f"| {told} | {parameter.help or ''} | {shown} |\n"


def settings() -> Iterator[str]:
    """Describe every setting."""
    yield "# Settings\n\nFrom `siyaq.toml`, then the environment, then flags; the later wins.\n\n"
    yield "| setting | environment | default | meaning |\n|---|---|---|---|\n"
    for setting in SETTINGS:
        environ = "SIYAQ__" + setting.key.upper().replace(".", "__")
        default = OF_THE_MACHINE.get(setting.key, setting.default)
        yield f"| `{setting.key}` | `{environ}` | {default} | {setting.help} |\n"
    yield '\nSources to follow stand in the file:\n\n```toml\n[[sources]]\nurl = "rss+https://…"\n'
    yield 'name = "news"\n```\n'
    yield "\nSo do [collections](../guides/collections.md), sources that only some keys see:\n"
    yield '\n```toml\n[collections]\ndesk = ["tips", "wire-*"]\n```\n'


def errors() -> Iterator[str]:
    """Describe every error code and every reason for refusing input."""
    yield "# Errors\n\nEvery error has a stable code. Over HTTP it comes as a problem document "
    yield "(RFC 9457), on the command line as a message, a hint and an exit code.\n\n"
    yield "| code | HTTP | meaning |\n|---|---|---|\n"
    for kind in sorted(_kinds(SiyaqError), key=lambda kind: kind.code):
        meaning = (kind.__doc__ or "").strip().splitlines()[0]
        yield f"| `{kind.code}` | {status_of(kind(''))} | {meaning} |\n"
    yield "\n## Why input is refused\n\nA refusal is counted by its reason; the rest goes on.\n\n"
    yield from (f"- `{reason}`\n" for reason in RejectReason)


def _kinds(kind: type[SiyaqError]) -> Iterator[type[SiyaqError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _kinds(child)


def metrics() -> Iterator[str]:
    """Describe every metric."""
    yield "# Metrics\n\n`GET /metrics`, in the text format of Prometheus.\n\n"
    yield "| metric | kind | meaning |\n|---|---|---|\n"
    registry = Metrics().registry
    HttpMetrics(registry)
    for family in registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        yield f"| `{name}` | {family.type} | {family.documentation} |\n"


def routes() -> Iterator[str]:
    """Describe every route."""
    yield "# HTTP\n\nThe whole schema is at `GET /openapi.json`. Its `links` say which operation "
    yield "goes on from which, and what of an answer it takes.\n\n"
    yield "| route | meaning |\n|---|---|\n"
    document = create_app(FakeProduct(now=SystemClock().now()), ServeSettings()).openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"| `{method.upper()} {path}` | {operation.get('summary', '')} |\n"


PAGES = {
    "commands": commands,
    "settings": settings,
    "errors": errors,
    "metrics": metrics,
    "http": routes,
}


def main() -> int:
    """Write every page, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a page is stale")
    check = parser.parse_args().check
    stale = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        text = WRITTEN + "".join(page())
        path = FOLDER / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"stale: {', '.join(stale)}; run 'make docs'\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
