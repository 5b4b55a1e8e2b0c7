"""Running one task on one folder."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypedDict

from siyaq.core.errors import QueryError, Unreadable
from siyaq.evals.corpus import OnProgress
from siyaq.evals.figures import SEED, Scores
from siyaq.evals.tasks import agents, answers, coordination, copies, first_seen, retrieval, support
from siyaq.evals.work import HireFor, OpenProduct, Work

TASKS: Mapping[str, Callable[[Work], Awaitable[Scores]]] = {
    "agents": agents.score,
    "answers": answers.score,
    "coordination": coordination.score,
    "copies": copies.score,
    "first-seen": first_seen.score,
    "retrieval": retrieval.score,
    "support": support.score,
}
"""The tasks that can be scored."""

PLANNED = ("retrieval", "answers", "support", "first-seen", "copies", "coordination", "agents")
"""Every task that the folder formats know, whether it can be scored yet or not."""


ASKING = ("agents", "answers")
"""Tasks that a model can be asked for."""


class Evaluation(TypedDict):
    """The figures of one run. A metric over nothing is None."""

    task: str
    set: str  # the folder's name, for people: nothing depends on it
    metrics: dict[str, float | None]
    ci95: dict[str, list[float]]  # bounds by metric, from a bootstrap over queries
    by_lang: dict[str, dict[str, float | None]]  # empty unless languages are mixed
    ci95_by_lang: dict[str, dict[str, list[float]]]  # the same bounds of each language
    counts: dict[str, int]
    seed: int
    seconds: float


async def evaluate(
    task: str,
    directory: Path,
    open_product: OpenProduct,
    *,
    predictions: Path | None = None,
    gallery: Path | None = None,
    bury: Path | None = None,
    model: str = "",
    limit: int | None = None,
    hire: HireFor | None = None,
    on_progress: OnProgress = lambda done, total, what: None,
) -> Evaluation:
    """Score siyaq on a folder, through its public interface and with its defaults.

    `open_product` opens a siyaq on a directory of its own, which is removed afterwards.
    `predictions` names a file to write what was scored to, `gallery` one for a page of what went
    wrong; `bury` posts that are there too and are relevant to nothing: a file, which is ingested,
    or a data directory that holds them, which is copied. `model` phrases answers, or plans tasks,
    which agents do that `hire` opens; `limit` asks so many questions only, evenly spaced. Raises
    QueryError for a task that is not known or not available yet, or that has neither models nor
    questions; Unreadable for a folder that is not what its format says; NotFound and
    AlreadyWriting for a data directory to copy.
    """
    began = time.monotonic()
    score = _find(task)
    if task not in ASKING and (model or limit is not None or gallery is not None):
        raise QueryError(
            f"task {task!r} asks no questions",
            hint=f"leave --model, --limit and --gallery to {', '.join(ASKING)}",
        )
    work = Work(
        directory=_folder(directory),
        open_product=open_product,
        predictions=predictions,
        gallery=gallery,
        bury=bury,
        on_progress=on_progress,
        model=model,
        limit=limit,
        hire=hire,
    )
    scores = await score(work)
    return Evaluation(
        task=task,
        set=work.directory.name,
        metrics=scores.metrics,
        ci95=scores.ci95,
        by_lang=scores.by_lang,
        ci95_by_lang=scores.ci95_by_lang,
        counts=scores.counts,
        seed=SEED,
        seconds=round(time.monotonic() - began, 3),
    )


def _folder(directory: Path) -> Path:
    if not directory.is_dir():
        raise Unreadable(f"no folder {str(directory)!r}")
    return directory.resolve()


def _find(task: str) -> Callable[[Work], Awaitable[Scores]]:
    if task not in TASKS:
        why = "is not available yet" if task in PLANNED else "is not known"
        raise QueryError(f"task {task!r} {why}", hint=f"available: {', '.join(TASKS)}")
    return TASKS[task]
