"""Which MCP servers agents may use, and what of them: a file in the form that clients of MCP share.

To each server's `command` or `url` it adds the list of tools that may be called, each with the
words that planners are told of it, and whether it only reads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from siyaq.core.errors import ConfigError

MAX_BYTES = 1024 * 1024
_NAME = re.compile(r"(?=.{1,31}$)[a-z](?:_?[a-z0-9])*")
"""Of a server: nothing in it can be read as where its name ends and that of a tool begins, "__"."""

_TOOL = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tool that may be called. `about` is what planners are told of it.

    `reads`: it changes nothing, so that nobody is asked before each call, and a call that a crash
    broke off is made again.
    """

    about: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    reads: bool = False


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program to be started, or an address; `${NAME}` in `env` and `headers` is a variable."""

    tools: dict[str, Allowed]
    command: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    url: str = ""
    headers: dict[str, str] = {}
    type: str = ""  # as other clients write it; what it is shows by itself


class _File(msgspec.Struct, frozen=True):
    servers: dict[str, Server] = msgspec.field(name="mcpServers")


def read_servers(path: str) -> Mapping[str, Server]:
    """Read the file of servers; "" is none. Raises ConfigError."""
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            told = file.read(MAX_BYTES + 1)
        if len(told) > MAX_BYTES:
            raise ConfigError(f"agents.mcp: {path!r} has more than {MAX_BYTES} bytes")
        servers = msgspec.json.decode(told, type=_File).servers
    except OSError as error:
        raise ConfigError(f"agents.mcp: cannot read {path!r}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"agents.mcp: {path!r}: {error}") from error
    for name, server in servers.items():
        _check(name, server)
    return servers


def _check(name: str, server: Server) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigError(f"agents.mcp: {name!r} is no name: letters a to z, digits, single _")
    if bool(server.command) == bool(server.url):
        raise ConfigError(f"agents.mcp: server {name!r} has a command or a url, one of them")
    if server.url and urlsplit(server.url).scheme not in ("http", "https"):
        raise ConfigError(f"agents.mcp: the url of server {name!r} is not one of http(s)")
    for tool in server.tools:
        if not _TOOL.fullmatch(tool):
            raise ConfigError(f"agents.mcp: server {name!r} has no tool {tool!r}")
    for text in (*server.env.values(), *server.headers.values()):
        filled(text)


def filled(text: str) -> str:
    """Return a text with the variables that it names. Raises ConfigError for one that is not set.

    So that secrets stand in the environment, and neither in the file nor in any prompt.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise ConfigError(f"agents.mcp: the variable {found[1]} is not set")
        return os.environ[found[1]]

    return _VARIABLE.sub(value, text)
