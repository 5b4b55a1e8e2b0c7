"""What an embedding process is asked: a byte, how it is to read, and a MessagePack array of texts.

It replies with rows of float32.
"""

from __future__ import annotations

EXACTLY = b"\x00"
NEARLY = b"\x01"
