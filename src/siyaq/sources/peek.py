"""Whether a file can be one of posts at all, told from how it begins."""

from __future__ import annotations

import json
from pathlib import Path

from siyaq.core.errors import Unreadable
from siyaq.sources.limits import LINE_BYTES
from siyaq.sources.unpack import unpacked


def expect_posts(path: Path) -> None:
    """Raise Unreadable for a file that is empty, or that has no JSON object on a line.

    Reads one line's limit of its content, decompressed. A file that has an object there may hold
    any number of other lines that cannot be used: those are refused one by one.
    """
    name, head = str(path), b""
    try:
        with path.open("rb") as file:
            for piece in unpacked(file.read, name):
                head += piece
                if len(head) > LINE_BYTES:
                    break
    except Unreadable:  # damaged: what comes before the damage is still taken
        if not head.strip():
            raise
    except OSError as error:
        raise Unreadable(f"cannot read {name!r}: {error.strerror}") from error
    hint = "give posts as UTF-8, a JSON object a line, or a bundle that 'siyaq bundle' made"
    if not head.strip():
        raise Unreadable(f"{name!r} is empty: it holds no posts and no bundle", hint=hint)
    if not any(_is_object(line) for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")):
        where = f" in its first {LINE_BYTES} bytes" if len(head) > LINE_BYTES else ""
        raise Unreadable(
            f"{name!r} is no file of posts and no bundle: no line{where} is a JSON object",
            hint=hint,
        )


def _is_object(line: bytes) -> bool:
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(line.decode()), dict)
    except (ValueError, RecursionError):
        return False
