"""What people see in a terminal. Data goes to standard output; everything else to stderr.

Text from strangers passes through `tame` first, so that it cannot move the cursor, change colors,
reverse the rest of a line, or look like a line of ours. Color never carries a meaning alone.
"""

from __future__ import annotations

from datetime import datetime
from unicodedata import bidirectional

from rich.console import Console
from rich.table import Table
from rich.text import Text

from siyaq.core.post import Author
from siyaq.core.query import Hit, Ranking
from siyaq.core.reports import IngestReport, SourceStatus, Status, Totals
from siyaq.serve import strings
from siyaq.serve.summary import called
from siyaq.text.clean import readable

WHO_CELLS = 24

_ISOLATES = str.maketrans("", "", "\u2068\u2069")


def when(moment: datetime | None, clock: str = "%H:%M") -> str:
    """Return a time as people read it, in UTC."""
    return moment.strftime(f"%Y-%m-%d {clock} UTC") if moment else "unknown time"


def tame(text: str) -> str:
    """Return a stranger's text as something safe to print in a line of ours.

    It becomes one line, and what is not ASCII is isolated (U+2068 … U+2069), so that its
    direction does not disturb the line around it.
    """
    line = " ".join(readable(text).split())
    return line if line.isascii() else isolated(line)


def isolated(line: str) -> str:
    """Return a line whose direction is its own, whatever stands around it."""
    return line if line.startswith("\u2068") else f"\u2068{line}\u2069"


def in_words(language: str, key: str, n: int = 0, **params: str) -> str:
    """Return a text of the catalog; where nothing runs right to left, nothing needs isolating."""
    line = strings.told(language, key, n, **params)
    turns = any(bidirectional(letter) in ("R", "AL", "AN") for letter in line)
    return line if turns else line.translate(_ISOLATES)


def quoted(text: str) -> Text:
    """Return what somebody said, ready to print."""
    return Text(tame(text))


def who(author: Author, max_cells: int | None = None, language: str = "en") -> str:
    """Return what an author is called, cut to so many cells of a terminal.

    A paper is known by its host, which is no handle of an account: it goes by its name.
    """
    is_account = author.handle and not (author.handle == author.id and "." in author.handle)
    name = Text(f"@{author.handle}" if is_account else called(author, language))
    if max_cells is not None:
        name.truncate(max_cells, overflow="ellipsis")
    return tame(name.plain)


def size(count: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def show_ranking(console: Console, ranking: Ranking) -> None:
    """Print hits as a table, best first."""
    if not ranking.hits:
        console.print("no post matches")
        return
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("#", justify="right")
    table.add_column("when")
    table.add_column("who", no_wrap=True)
    table.add_column("post", overflow="fold")
    for hit in ranking.hits:
        author = who(hit.post.author, WHO_CELLS)
        table.add_row(str(hit.rank), when(hit.post.placed_at), Text(author), _hit_text(hit))
    console.print(table)


def _hit_text(hit: Hit) -> Text:
    text = hit.post.text if hit.span is None else hit.span.of(hit.post.text)
    shown = text if len(text) <= 300 else text[:300] + "…"
    told = quoted(shown)
    if hit.copies:
        told += Text(f"  (and {len(hit.copies)} copies)", style="dim")
    return told + Text(f"\n{tame(hit.post.id)}", style="dim")


def show_status(console: Console, status: Status) -> None:
    """Print how siyaq is doing."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_row("posts", f"{status.posts:,} ({status.deleted:,} deleted)")
    facts.add_row("searchable", f"{status.indexed_seq:,} of {status.log_seq:,} by word")
    facts.add_row("", f"{status.embedded_seq:,} of {status.log_seq:,} by meaning")
    if status.approximate:
        facts.add_row("", f"{status.approximate:,} of them nearly, until there is time for more")
    covered = status.covered
    held = f"{when(covered.since)} to {when(covered.until)}" if covered.since else "nothing yet"
    facts.add_row("posts from", held)
    facts.add_row("on disk", size(status.disk_bytes))
    facts.add_row("embedder", status.embedder)
    facts.add_row("energy by", status.energy_source)
    for kind, totals in status.bill.items():
        facts.add_row(kind, cost_line(totals))
    console.print(facts)
    for source in status.sources:
        console.print(source_line(source))


def cost_line(totals: Totals) -> str:
    """Say in one line what the calls of one kind have cost, one on average."""
    if not totals.cpu_seconds:  # posts that a platform charges for
        return f"{totals.calls:,} charged, {totals.usd:,.2f} USD"
    calls = max(1, totals.calls)
    told = [
        f"{totals.calls:,}, each {1000 * totals.cpu_seconds / calls:.0f} ms of processor",
        f"{totals.joules / calls:.2f} J",
    ]
    if totals.output_tokens:
        told.append(f"{totals.output_tokens / calls:.0f} tokens written")
    if totals.usd:
        told.append(f"{totals.usd / calls:.6f} USD")
    return ", ".join(told)


def source_line(source: SourceStatus | None) -> Text:
    """Say in one line how a source is doing."""
    if source is None:
        return Text("starting")
    lag = "" if source.lag_seconds is None else f", {source.lag_seconds:.1f} s behind"
    problem = f"; {tame(source.problem)}" if source.problem else ""
    return Text(
        f"{source.source}: {source.state}, {source.posts:,} posts, "
        f"{source.posts_per_second:.1f}/s{lag}, {sum(source.refused.values())} refused, "
        f"{len(source.gaps)} gaps{problem}"
    )


def show_report(console: Console, report: IngestReport) -> None:
    """Print what became of an input: counts, then what was refused and why."""
    if report == IngestReport():
        console.print("nothing new: this was read to its end before")
        return
    told = [f"{report.posts:,} posts"]
    for count, word in (
        (report.created, "new"),
        (report.updated, "updated"),
        (report.deleted, "deleted"),
        (report.unchanged, "known already"),
        (report.stale, "older than what is held"),
    ):
        if count:
            told.append(f"{count:,} {word}")
    console.print(told[0] + (f" ({', '.join(told[1:])})" if len(told) > 1 else ""))
    refused = sum(report.refused.values())
    if refused:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in report.refused.items())
        console.print(f"{refused:,} refused: {reasons}")
        for example in report.refused_examples:
            console.print(Text(f"  {tame(example)}", style="dim"))
        if refused > len(report.refused_examples):
            console.print(Text(f"  and {refused - len(report.refused_examples):,} more", "dim"))
