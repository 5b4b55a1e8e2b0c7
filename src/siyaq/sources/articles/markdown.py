"""Markdown as plain text: its words without its signs, and what its front matter says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_SETTING = re.compile(r"^([A-Za-z_-]{1,40}):[ \t]*(.+?)[ \t]*$", re.MULTILINE)


def read_markdown(source: str) -> tuple[str, str, dict[str, str]]:
    """Return (title, text, front matter). The title is the first heading's, "" without one."""
    settings: dict[str, str] = {}
    front_matter = _FRONT_MATTER.match(source)
    if front_matter is not None:
        settings = {
            name.lower(): value.strip("'\"") for name, value in _SETTING.findall(front_matter[1])
        }
        source = source[front_matter.end() :]
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    title = settings.get("title") or next(_headings(tokens), "")
    return title, "\n\n".join(_blocks(tokens)), settings


def _headings(tokens: Sequence[Token]) -> Iterator[str]:
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            yield _inline(content)


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline" and (text := _inline(token)):
            yield text
        elif token.type in ("fence", "code_block"):
            yield token.content.rstrip("\n")


def _inline(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
    return "".join(parts).strip()
