"""Identifiers: who is who, wherever they are met."""

from __future__ import annotations

from typing import NewType

PostId = NewType("PostId", str)
"""`source:native id`, unescaped: what a post is called outside its own platform."""

AuthorId = NewType("AuthorId", str)
"""DID, actor URI or platform user id. Never a handle: handles move between people."""

Seq = NewType("Seq", int)
"""Place in our log. Starts at 1 and has no holes; 0 means "nothing yet"."""


def post_id(source: str, native_id: str) -> PostId:
    """Name a post of `source` for the world outside it."""
    return PostId(f"{source}:{native_id}")


def split_post_id(name: PostId) -> tuple[str, str]:
    """Return (source, native id). A source holds no colon, so the first one divides.

    Raises ValueError where there is no colon or a side is empty.
    """
    source, colon, native_id = name.partition(":")
    if not (source and colon and native_id):
        raise ValueError(f"post id {name!r} is not of the form 'source:native id'")
    return source, native_id
