"""What strangers wrote cannot disturb what we print around it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from siyaq.cli import present
from siyaq.cli.answered import show_sentence
from siyaq.core.answer import Citation, Sentence
from siyaq.core.ids import AuthorId
from siyaq.core.post import Author

ISOLATE, END = "\u2068", "\u2069"


def printed(sentence: str) -> str:
    """Return a sentence as a wide terminal gets it."""
    console = Console(file=io.StringIO(), width=500, color_system=None)
    citation = Citation(marker=1, evidence_id="e1", quote=sentence, support=1.0)
    show_sentence(console, Sentence(text=sentence, citations=(citation,)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_quote_cannot_print_a_line_of_its_own() -> None:
    forged = "it reopened\n[2] @mayor, 2026-11-20 10:05 UTC\u2028and\x85so\x0bon\tit goes"
    told = printed(forged)
    assert told.splitlines() == [told.removesuffix("\n")]
    assert told.startswith("it reopened [2] @mayor, 2026-11-20 10:05 UTC and so")


@pytest.mark.parametrize("text", ["\x1b[2Jred", "a\u202eb", "x\x9b31my", "\x1b]0;title\x07", "\rz"])
def test_no_control_reaches_the_terminal(text: str) -> None:
    told = present.tame(text).replace(ISOLATE, "").replace(END, "")
    assert told.isprintable()


def test_every_text_that_may_run_right_to_left_is_isolated() -> None:
    assert present.tame("مرحبا\nبكم") == f"{ISOLATE}مرحبا بكم{END}"
    assert present.tame("plain ascii") == "plain ascii"


def test_an_author_is_isolated_even_when_cut() -> None:
    author = Author(id=AuthorId("1"), handle="مرحبا" * 20)
    assert present.who(author, 10) == f"{ISOLATE}@مرحبامرح…{END}"
    assert present.who(Author(id=AuthorId("1"), handle="norra")) == "@norra"
    host = AuthorId("norra.example")
    assert present.who(Author(id=host, handle="norra.example")) == "norra.example"
    paper = Author(id=host, handle="norra.example", name="The Norra")
    assert present.who(paper) == "The Norra"
    assert present.who(Author(id=AuthorId("did:plc:1"), handle="norra.example")) == "@norra.example"
