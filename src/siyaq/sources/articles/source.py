"""Articles out of files: `.txt`, `.md` and `.html`, one article a file.

A file keeps its id as long as it stays where it is, so an edited one is a new version of the same
article. Its date is believed like that of any archive: it was published, and the operator chose
to import it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from siyaq.core.clock import SystemClock, Trust
from siyaq.core.errors import Unreadable
from siyaq.core.event import PostEvent, Rejected, RejectReason
from siyaq.core.ports import Batch, Clock
from siyaq.core.wire import rfc3339
from siyaq.sources.admit import admit_object
from siyaq.sources.articles.date import leading_date, machine_date
from siyaq.sources.articles.encoding import decoded
from siyaq.sources.articles.limits import PAGE_CPU_SECONDS, PAGE_DEADLINE_SECONDS
from siyaq.sources.articles.markdown import read_markdown
from siyaq.sources.fields import web_url
from siyaq.sources.limits import TITLE_CHARS
from siyaq.sources.option import operator_name
from siyaq.sources.refusal import Refusal
from siyaq.sources.sandbox import Sandbox, SandboxFailed

ARTICLE_SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm"})
FILE_BYTES = 5 * 2**20
SOURCE = "file"

_BATCH_FILES = 20
_TITLE_LINE_CHARS = 200
_NAME_CHARS = 200


class ArticleSource:
    """The articles of some files. `date` is used for all of them in place of their own."""

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        date: datetime | None = None,
        source: str = SOURCE,
        clock: Clock | None = None,
    ) -> None:
        self._paths = tuple(paths)
        self._date = date
        self._source = operator_name(source)
        self._clock: Clock = clock or SystemClock()

    @property
    def source(self) -> str:
        """The name of this source."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield the articles in the order of their files. Takes no cursor: repeating is harmless.

        Raises Unreadable, after all the others, for files that cannot be opened.
        """
        unreadable: list[str] = []
        sandbox = Sandbox()
        try:
            for start in range(0, len(self._paths), _BATCH_FILES):
                events: list[PostEvent] = []
                rejected: list[Rejected] = []
                for path in self._paths[start : start + _BATCH_FILES]:
                    try:
                        events.append(await self._read(path, sandbox))
                    except Refusal as refusal:
                        detail = f"{path.name!r}: {refusal.detail}"
                        rejected.append(Refusal(refusal.reason, detail).rejected())
                    except OSError as error:
                        unreadable.append(f"{str(path)!r}: {error.strerror}")
                if events or rejected:
                    yield Batch(events=tuple(events), rejected=tuple(rejected), source=self._source)
        finally:
            await sandbox.close()
        if unreadable:
            raise Unreadable(
                f"cannot read {len(unreadable)} of {len(self._paths)} files: {unreadable[0]}"
            )

    async def _read(self, path: Path, sandbox: Sandbox) -> PostEvent:
        raw = await asyncio.to_thread(_load, path)
        if path.suffix.lower() in (".html", ".htm"):
            article = await _read_html(raw, sandbox)
        else:
            article = await asyncio.to_thread(_read_text, raw, path.suffix.lower())
        if self._date is not None:
            article["created_at"] = rfc3339(self._date)
        article["id"] = _native_id(path)
        now = self._clock.now()
        return await asyncio.to_thread(
            admit_object, article, source=self._source, trust=Trust.ARCHIVE, now=now
        )


def _load(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(FILE_BYTES + 1)
    if len(raw) > FILE_BYTES:
        raise Refusal(RejectReason.TOO_LARGE, f"larger than {FILE_BYTES} bytes")
    return raw


def _native_id(path: Path) -> str:
    """Name a file by its name, and by a fingerprint of where it is."""
    absolute = path.absolute()
    name = "".join(char if char.isprintable() else "_" for char in absolute.name)
    place = hashlib.sha256(str(absolute).encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{name[:_NAME_CHARS]}-{place}"


def _read_text(raw: bytes, suffix: str) -> dict[str, object]:
    """Read plain text or Markdown; the text keeps its title line, which may be what is cited."""
    text = decoded(raw).replace("\r\n", "\n").replace("\0", "").strip()
    settings: dict[str, str] = {}
    if suffix == ".txt":
        title = text.partition("\n")[0].strip()
        title = title if len(title) <= _TITLE_LINE_CHARS else ""
    else:
        title, text, settings = read_markdown(text)
    published = machine_date(settings.get("date", "")) or leading_date(text)
    author = settings.get("author", "")
    return {
        "text": text,
        "title": title[:TITLE_CHARS],
        "created_at": None if published is None else rfc3339(published),
        "url": settings.get("canonical") or settings.get("url"),
        "lang": settings.get("lang"),
        "author": {"id": author, "name": author},
    }


async def _read_html(raw: bytes, sandbox: Sandbox) -> dict[str, object]:
    try:
        page = await sandbox.ask(
            "page", raw, cpu_seconds=PAGE_CPU_SECONDS, deadline_seconds=PAGE_DEADLINE_SECONDS
        )
    except SandboxFailed as error:
        raise Refusal(RejectReason.MALFORMED, f"cannot be parsed: {error}") from error
    published = machine_date(str(page["published"])) or leading_date(str(page["text"]))
    author = str(page["author"])
    return {
        "text": page["text"],
        "title": page["title"],
        "created_at": None if published is None else rfc3339(published),
        "url": web_url(page["url"]),
        "lang": page["lang"],
        "claim_review": page["claim_review"] or None,
        "author": {"id": author, "name": author},
    }
