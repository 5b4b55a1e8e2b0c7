"""The other side of `sandbox`: limits itself, then parses what it is handed, one by one.

Runs as `python -m siyaq.sources.sandbox_child MEMORY_BYTES`, speaks in messages of MessagePack
behind four bytes of length on its standard input and output, and ends when its input does.
"""

from __future__ import annotations

import resource
import sys
from typing import BinaryIO

import msgspec

_LENGTH_BYTES = 4
_DETAIL_CHARS = 160


def perform(task: str, document: bytes) -> dict[str, object]:
    """Do one task. May raise anything at all."""
    if task == "feed":
        from siyaq.sources.rss.parse import parse_feed

        return msgspec.structs.asdict(parse_feed(document))
    if task == "page":
        from siyaq.sources.articles.page import read_page

        return read_page(document)
    if task == "picture":
        from siyaq.sources.picture import hash_picture

        return hash_picture(document)
    raise ValueError(f"unknown task {task!r}")


def main(memory_bytes: int, requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until there are no more."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while head := requests.read(_LENGTH_BYTES):
        task, cpu_seconds, document = msgspec.msgpack.decode(
            requests.read(int.from_bytes(head, "big")), type=tuple[str, int, bytes]
        )
        _allow_cpu(cpu_seconds)
        try:
            made: object = perform(task, document)
            reply = msgspec.msgpack.encode(made)
        except Exception as error:  # noqa: BLE001 -- parsers of strangers' documents raise anything
            reply = msgspec.msgpack.encode(f"{type(error).__name__}: {error}"[:_DETAIL_CHARS])
        replies.write(len(reply).to_bytes(_LENGTH_BYTES, "big") + reply)
        replies.flush()


def _allow_cpu(seconds: int) -> None:
    """Let the process run for `seconds` more of processor time, then die."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
