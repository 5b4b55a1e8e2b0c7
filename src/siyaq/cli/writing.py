"""Commands that write: ingest, follow, replay. One at a time for a data directory."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from siyaq.app.disk import disk_bytes
from siyaq.app.opening import open_siyaq, source_registry
from siyaq.app.replay import ReplaySource
from siyaq.app.siyaq import Siyaq
from siyaq.cli import bundles, options, present
from siyaq.cli.asking import print_json
from siyaq.cli.progress import Bars
from siyaq.core.clock import Trust
from siyaq.core.errors import ConfigError, CorruptionError, QueryError, StorageError
from siyaq.core.ports import SourceAdapter
from siyaq.core.reports import IngestReport, SourceStatus
from siyaq.serve import bundle
from siyaq.serve.shape.ingest import report_json
from siyaq.serve.shape.status import status_json
from siyaq.sources import ARTICLE_SUFFIXES, ArticleSource, JsonlSource
from siyaq.sources.peek import expect_posts
from siyaq.sources.webhook import hook_of

app = typer.Typer()

_VECTORS_TIMEOUT = timedelta(days=7)


@app.command()
def ingest(
    files: Annotated[
        list[str],
        typer.Argument(help="JSONL (also .gz, .zst), .txt, .md, .html; - is standard input."),
    ],
    name: options.SourceName = "jsonl",
    date: Annotated[
        str | None, typer.Option(help="Publication date of articles that do not tell theirs.")
    ] = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Return when posts are durable and found by word.")
    ] = False,
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Take posts or articles from files, and return when they can be found."""
    adapters = _adapters(files, name, options.moment(date, "--date"))

    config = options.settings(data)

    async def run() -> None:
        started = time.perf_counter()
        async with open_siyaq(config, write=True) as siyaq:
            with Bars(quiet=as_json) as bars:
                reports = [await _take(siyaq, name, adapter, bars) for name, adapter in adapters]
                await _until_found(siyaq, bars, vectors=not no_wait)
        report = _joined(reports)
        cost = _cost(time.perf_counter() - started, report, config.data)
        if as_json:
            print_json(report_json(report) | cost)
        else:
            console = Console()
            present.show_report(console, report)
            console.print(
                f"{cost['seconds']:.1f} s, {cost['posts_per_second']:,.0f} posts/s, "
                f"peak memory {present.size(cost['peak_memory_bytes'])}, "
                f"on disk {present.size(cost['disk_bytes'])}"
            )

    asyncio.run(run())


def _adapters(
    files: list[str], source: str, date: datetime | None
) -> list[tuple[str, SourceAdapter]]:
    """Open one adapter for each JSONL file, and one for all articles together."""
    articles = [Path(file) for file in files if Path(file).suffix.lower() in ARTICLE_SUFFIXES]
    adapters: list[tuple[str, SourceAdapter]] = []
    for file in files:
        if file == "-":
            pipe = JsonlSource(sys.stdin.buffer, source=source, trust=Trust.ARCHIVE)
            adapters.append(("standard input", pipe))
        elif Path(file) not in articles:
            path = Path(file)
            adapters.append((path.name, JsonlSource(path, source=source, trust=Trust.ARCHIVE)))
    if articles:
        adapters.append((f"{len(articles)} articles", ArticleSource(articles, date=date)))
    return adapters


async def _take(siyaq: Siyaq, name: str, adapter: SourceAdapter, bars: Bars) -> IngestReport:
    with bars.reading(name, adapter) as on_batch:
        return await siyaq.intake.take(adapter, on_batch)


async def _until_found(siyaq: Siyaq, bars: Bars, *, vectors: bool) -> None:
    """Wait until all that was taken can be found, by word or by meaning too.

    A disk that is full or damaged does not mend while nobody is told: its error is raised.
    """
    indexer = siyaq.indexer
    assert indexer is not None

    def found() -> int:
        if isinstance(indexer.failure, StorageError | CorruptionError):
            raise indexer.failure
        return indexer.embedded - indexer.approximate if vectors else indexer.indexed

    wait = asyncio.create_task(siyaq.wait_searchable(vectors=vectors, within=_VECTORS_TIMEOUT))
    await bars.indexing(
        wait,
        found,
        siyaq.log.head(),
        what="by meaning" if vectors else "by word",
    )


def _joined(reports: list[IngestReport]) -> IngestReport:
    refused: dict[str, int] = {}
    for report in reports:
        for reason, count in report.refused.items():
            refused[reason] = refused.get(reason, 0) + count
    return IngestReport(
        created=sum(r.created for r in reports),
        updated=sum(r.updated for r in reports),
        deleted=sum(r.deleted for r in reports),
        unchanged=sum(r.unchanged for r in reports),
        stale=sum(r.stale for r in reports),
        refused=refused,
        refused_examples=tuple(e for r in reports for e in r.refused_examples)[:20],
    )


def _cost(seconds: float, report: IngestReport, data: Path) -> dict[str, float]:
    """Say what an ingest took; the peak is that of the main process and its largest child."""
    peak_kib = sum(
        resource.getrusage(which).ru_maxrss
        for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "seconds": seconds,
        "posts_per_second": report.posts / seconds,
        "peak_memory_bytes": peak_kib * 1024,
        "disk_bytes": disk_bytes(data),
    }


@app.command()
def follow(
    url: Annotated[
        str,
        typer.Argument(
            help="jetstream://…, mastodon://…, x://…, rss+https://…, sitemap+https://…, "
            "site+https://…, nats://…, mqtt://…, kafka://…, starlink://…"
        ),
    ],
    name: Annotated[str | None, typer.Option("--source", help="What to call this source.")] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Stop after this long; without it, on Ctrl-C.")
    ] = None,
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Follow one live source, indexing every post as it arrives.

    Ends with 1 where the source will not have us: a missing token, a wrong address.
    """
    adapter = source_registry().open_source(url, name)
    if hook_of(adapter):
        raise ConfigError(
            f"nothing can be delivered to 'siyaq follow': {url!r} needs a server",
            hint=f"siyaq serve --follow {url}",
        )

    async def run() -> SourceStatus | None:
        async with open_siyaq(options.settings(data), write=True) as siyaq:
            console = Console(stderr=True)
            with console.status("connecting") as line:
                following = asyncio.create_task(siyaq.intake.follow(adapter, url))
                ends = None if seconds is None else time.monotonic() + seconds
                try:
                    while not following.done() and (ends is None or time.monotonic() < ends):
                        await asyncio.wait([following], timeout=0.5)
                        line.update(present.source_line(siyaq.intake.status_of(adapter.source)))
                finally:
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
            followed = siyaq.intake.status_of(adapter.source)
            status = await siyaq.status()
        if as_json:
            print_json(status_json(status))
        else:
            present.show_status(Console(), status)
        return followed

    followed = asyncio.run(run())
    if followed is not None and followed.state == "refused":
        raise typer.Exit(1)


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(help="Posts in time order (JSONL, .gz, .zst), or an evidence bundle.")
    ],
    speed: Annotated[float, typer.Option(help="How fast their time passes.")] = 1.0,
    name: options.SourceName = "jsonl",
    lang: Annotated[
        Literal["en", "ar"], typer.Option(help="Language that a bundle's check is told in.")
    ] = "en",
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Feed a file as if its posts were arriving now, at their own rhythm; or check a bundle."""
    if speed <= 0:
        raise QueryError(f"--speed must be above 0, got {speed}")
    if (found := bundle.read(file)) is not None:
        bundles.check(found, lang=lang, as_json=as_json)
        return
    expect_posts(file)

    async def run() -> None:
        async with open_siyaq(options.settings(data), write=True) as siyaq:
            adapter = ReplaySource(JsonlSource(file, source=name, trust=Trust.ARCHIVE), speed)
            with Bars(quiet=as_json) as bars:
                report = await _take(siyaq, file.name, adapter, bars)
        if as_json:
            print_json(report_json(report))
        else:
            present.show_report(Console(), report)

    asyncio.run(run())
