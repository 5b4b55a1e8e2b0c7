"""What a process that makes vectors is asked: how it is to read, and what.

A byte, then a MessagePack array of texts. It replies with rows of float32.
"""

from __future__ import annotations

EXACTLY = b"\x00"
NEARLY = b"\x01"

AS_PASSAGES = b"\x02"
AS_QUESTIONS = b"\x03"
