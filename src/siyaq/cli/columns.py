"""Lines beside what they are about, for a terminal, in a language of either direction.

In Arabic the columns change places, text ends at the right edge, and each line is told to run right
to left (UAX #9). A terminal that orders letters by itself then reads as it should; on one that does
not, everything still stands in its column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

RIGHT_TO_LEFT, END = "\u2067", "\u2069"
_ISOLATING = ("\u2066", RIGHT_TO_LEFT, "\u2068")
_BETWEEN = 2


class Line(NamedTuple):
    """What is said, beside what it is about; "" goes on about the same."""

    about: str
    said: Text


def is_turned(language: str) -> bool:
    """Say whether a language is written from right to left."""
    return language == "ar"


def columns(console: Console, lines: Sequence[Line], width: int, language: str) -> Table:
    """Set lines beside what they are about, in so many cells."""
    beside = max((cell_len(line.about) for line in lines), default=0)
    room = max(1, width - beside - _BETWEEN)
    grid = Table.grid(padding=(0, _BETWEEN))
    for cells in (room, beside) if is_turned(language) else (beside, room):
        grid.add_column(width=cells, justify="right" if is_turned(language) else "left")
    for about, said in lines:
        row = (Text(about, style="bold"), block(console, [said], room, language))
        grid.add_row(*(reversed(row) if is_turned(language) else row))
    return grid


def block(console: Console, texts: Sequence[Text], width: int, language: str) -> Text:
    """Cut texts into lines of at most so many cells, each running in the language's direction."""
    cut = [line for text in texts for line in text.wrap(console, width)]
    if not is_turned(language):
        return Text("\n").join(cut)
    return Text("\n", justify="right").join(_turned(cut))


def _turned(lines: Sequence[Text]) -> Iterator[Text]:
    """Yield lines that run right to left; what a cut left open is closed, and opened again."""
    left_open: list[str] = []
    for line in lines:
        line.rstrip()
        before = "".join(left_open)
        for letter in line.plain:
            if letter in _ISOLATING:
                left_open.append(letter)
            elif letter == END and left_open:
                left_open.pop()
        yield Text(RIGHT_TO_LEFT + before) + line + Text(END * (len(left_open) + 1))
