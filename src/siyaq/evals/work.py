"""What a task is given: a folder to score, a fresh siyaq to score, and where to write."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from siyaq.agents import Approve, Journal, Run
from siyaq.agents.agency import Task
from siyaq.agents.browser import Session
from siyaq.core.product import Product
from siyaq.evals.corpus import OnProgress, begin_with, load, load_posts
from siyaq.evals.folder import Document

OpenProduct = Callable[[Path], AbstractAsyncContextManager[Product]]
"""Opens a complete siyaq on a directory, as its writer."""


class Agents(Protocol):
    """Agents that take tasks, carry them out and write them down."""

    @property
    def journal(self) -> Journal:
        """Where their runs are."""
        ...

    async def begin(self, task: Task) -> str:
        """Write a task down, plan it, and return the id of its run."""
        ...

    async def go(self, run_id: str, *, approve: Approve) -> Run:
        """Carry a run on to its end, or to where it must wait."""
        ...


class HireAgents(Protocol):
    """Agents of one siyaq, to be had for one user at a time."""

    @property
    def product(self) -> Product:
        """The siyaq that they work with."""
        ...

    def agents(
        self, session: Session, url: str, model: str, user: str
    ) -> AbstractAsyncContextManager[Agents]:
        """Lend agents with a browser; `url` is a host and port that they may visit."""
        ...


HireFor = Callable[[Path], AbstractAsyncContextManager[HireAgents]]
"""Opens a complete siyaq on an empty directory, and agents to be had for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One evaluation to be done."""

    directory: Path
    open_product: OpenProduct
    predictions: Path | None
    bury: Path | None  # other posts: a file of them, or a data directory that holds them
    on_progress: OnProgress
    gallery: Path | None = None  # a page of the answers that went wrong
    model: str = ""  # that phrases answers; "" is the one without a model
    limit: int | None = None  # questions asked, evenly spaced over the set; None: all
    hire: HireFor | None = None  # what does tasks

    @asynccontextmanager
    async def posts(self, path: Path) -> AsyncIterator[tuple[Product, dict[str, int]]]:
        """Open a siyaq that holds the posts of a file, found by their words alone.

        Yields it with the counts of what it holds. Its directory is gone afterwards.
        """
        with tempfile.TemporaryDirectory(prefix="siyaq-eval-") as directory:
            async with self.open_product(Path(directory)) as product:
                yield product, await load_posts(product, path, self.on_progress)

    @asynccontextmanager
    async def loaded(
        self, documents: Sequence[Document]
    ) -> AsyncIterator[tuple[Product, dict[str, int]]]:
        """Open a siyaq that holds the corpus, and what it is buried in, and nothing else.

        Yields it with the counts of what it holds. Its directory is gone afterwards.
        """
        held = self.bury is not None and self.bury.is_dir()
        with tempfile.TemporaryDirectory(prefix="siyaq-eval-") as directory:
            if self.bury is not None and held:
                await asyncio.to_thread(begin_with, self.bury, Path(directory))
            async with self.open_product(Path(directory)) as product:
                there = {"buried": (await product.status()).posts} if held else {}
                file = None if held else self.bury
                counts = await load(product, documents, file, self.on_progress)
                yield product, counts | there
