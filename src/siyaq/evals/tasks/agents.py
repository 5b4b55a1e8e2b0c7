"""The task `agents`: what a model's plans come to, carried out by siyaq's own runner and tools.

Each task gets a run and a browser of its own in a siyaq of its own, and a user who says yes to
what the task allows and to nothing else. `success`: the run did all that is checked and nothing
that is forbidden; `planned`: the model made a plan; `forbidden`: something was done that must not
be, over tasks that say what that is. Beside them what a task took: steps, tokens, USD, questions
to the user, seconds. Plans of `scripted:FILE` are read from one file for all tasks.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from siyaq.agents import Act, Asked, Run
from siyaq.agents.agency import Task
from siyaq.agents.browser import Session
from siyaq.core.errors import ModelUnavailable, QueryError
from siyaq.evals import folder
from siyaq.evals.agents.checks import forbidden, unmet, unmet_on_page
from siyaq.evals.agents.site import HOST, Site, serving
from siyaq.evals.agents.tasks import PAGES, AgentTask, Script, placed, read_scripts, read_tasks
from siyaq.evals.corpus import load_posts
from siyaq.evals.figures import Scores, Share, spaced, summarize
from siyaq.evals.gallery import Failure, gallery
from siyaq.evals.predictions import write_lines, write_text
from siyaq.evals.work import HireAgents, Work

METRICS = (
    *("success", "planned", "forbidden"),
    *("steps", "tokens", "usd", "asked", "run_seconds"),
)
KINDS = ("unplanned", "forbidden", "unfinished", "unmet")
SCRIPTED = "scripted:"
_SHOWN_CHARS = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task. `kind`: how it went wrong, "" where it did not."""

    kind: str
    reason: str = ""
    run: Run | None = None
    wrong: tuple[str, ...] = ()  # what is not as it should be
    asked: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class _User:
    """Says yes to what a task allows; counts what it is asked."""

    task: AgentTask
    asked: int = field(default=0)

    async def __call__(self, asked: Asked) -> bool:
        self.asked += 1
        return any(one.meets(asked.tool, asked.arguments) for one in self.task.allow)


async def score(work: Work) -> Scores:
    """Have every task done and look at what was done."""
    if work.hire is None:
        raise QueryError("task 'agents' needs agents")
    every = read_tasks(work.directory)
    tasks = spaced(every, work.limit)
    scripts = None
    if work.model.startswith(SCRIPTED):
        scripts = read_scripts(Path(work.model.removeprefix(SCRIPTED)))
    with tempfile.TemporaryDirectory(prefix="siyaq-eval-") as directory:
        async with work.hire(Path(directory)) as hire:
            counts = {"tasks": len(tasks)}
            posts = folder.find_file(work.directory, "posts.jsonl")
            if posts is not None:
                counts |= await load_posts(hire.product, posts, work.on_progress)
            outcomes: list[Outcome] = []
            for done, task in enumerate(tasks):
                work.on_progress(done, len(tasks), "doing tasks")
                outcomes.append(await _done(work, hire, task, scripts))
            work.on_progress(len(tasks), len(tasks), "doing tasks")
    pairs = list(zip(tasks, outcomes, strict=True))
    if work.predictions is not None:
        write_lines(work.predictions, (_prediction(*pair) for pair in pairs))
    if work.limit is not None:
        counts["tasks_in_set"] = len(every)
    rows = [figures(*pair) for pair in pairs]
    scores = summarize(rows, [task.lang for task in tasks], METRICS, counts)
    if work.gallery is not None:
        failures = [failure(*pair) for pair in pairs if pair[1].kind]
        write_text(work.gallery, gallery(work.directory.name, scores, failures, KINDS))
    return scores


async def _done(
    work: Work, hire: HireAgents, task: AgentTask, scripts: Mapping[str, Script] | None
) -> Outcome:
    """Do one task and look at it: in a browser of its own, on pages served for it alone."""
    began = time.monotonic()
    user = _User(task)
    async with AsyncExitStack() as stack:
        site = stack.enter_context(serving(work.directory / PAGES))
        here = user.task = placed(task, site.url)
        session = await stack.enter_async_context(Session([HOST], allowed_url=site.url))
        model = "" if scripts is not None else work.model
        agents = await stack.enter_async_context(hire.agents(session, site.url, model, task.id))
        try:
            run_id = await agents.begin(
                Task(
                    words=here.task,
                    model=model,
                    caps=here.caps,
                    allowed=(HOST,),
                    plan=_plan(task, scripts, site.url),
                )
            )
        except (ModelUnavailable, QueryError) as error:
            told = agents.journal.runs(1, user=task.id)
            seconds = time.monotonic() - began
            return Outcome("unplanned", str(error), next(iter(told), None), seconds=seconds)
        act = Act(f"{run_id}/check", {}, agents.journal.workspace(run_id))
        await _start(here, session, act, site)
        run = await agents.go(run_id, approve=user)
        seconds = time.monotonic() - began
        wrong = unmet(here, run, site.sent, act.workspace)
        if here.check.page is not None:
            wrong += await unmet_on_page(here.check.page, session, act)
    done_wrong = forbidden(here, run)
    kind = ""
    if done_wrong:
        kind = "forbidden"
    elif wrong:
        kind = "unmet" if run.status == here.check.status else "unfinished"
    return Outcome(kind, run.stopped_by, run, (*done_wrong, *wrong), user.asked, seconds)


def _plan(task: AgentTask, scripts: Mapping[str, Script] | None, url: str) -> str:
    """Return the lines of a scripted plan, "" where a model is asked. Raises QueryError."""
    if scripts is None:
        return ""
    if task.id not in scripts:
        raise QueryError("the script has no plan for it")
    turns = placed(scripts[task.id], url).plan
    return "\n".join(msgspec.json.encode(turn).decode() for turn in turns)


async def _start(task: AgentTask, session: Session, act: Act, site: Site) -> None:
    """Bring the browser to where the task begins. Raises SourceUnavailable."""
    if not task.start:
        return
    async with session.acting(act):
        await session.open(f"{site.url}/{task.start.lstrip('/')}", new_tab=False)
        if task.prepare:
            await session.page.evaluate(task.prepare)


def figures(task: AgentTask, outcome: Outcome) -> dict[str, Share]:
    """Return the figures of one task."""
    spent = outcome.run.spent if outcome.run is not None else {}
    row = {
        "success": Share(not outcome.kind),
        "planned": Share(outcome.kind != "unplanned"),
        "steps": Share(spent.get("steps", 0.0)),
        "tokens": Share(spent.get("tokens", 0.0)),
        "usd": Share(spent.get("usd", 0.0)),
        "asked": Share(outcome.asked),
        "run_seconds": Share(outcome.seconds),
    }
    if task.check.never:
        row["forbidden"] = Share(outcome.kind == "forbidden")
    return row


def failure(task: AgentTask, outcome: Outcome) -> Failure:
    """Return what went wrong with one task, for people."""
    steps = outcome.run.steps if outcome.run is not None else ()
    shown = [
        f"{one.call} {one.tool} {one.state} {_brief(one.arguments)} {one.problem}".rstrip()
        for one in steps
    ]
    if outcome.run is not None and outcome.run.result is not None:
        shown.append(_brief(outcome.run.result))
    return Failure(
        kind=outcome.kind,
        id=task.id,
        question=task.task,
        lang=task.lang,
        shown=shown,
        short_answer=None,
        reason=outcome.reason,
        right=outcome.wrong,
        asked_as="task",
        right_as="amiss",
    )


def _brief(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


def _prediction(task: AgentTask, outcome: Outcome) -> dict[str, object]:
    run = outcome.run
    return {
        "_id": task.id,
        "success": not outcome.kind,
        "kind": outcome.kind,
        "wrong": outcome.wrong,
        "status": run.status if run is not None else "",
        "stopped_by": outcome.reason,
        "result": run.result if run is not None else None,
        "steps": [[one.call, one.tool, one.state, one.arguments] for one in run.steps]
        if run is not None
        else [],
        "usage": run.spent if run is not None else {},
        "asked": outcome.asked,
        "seconds": round(outcome.seconds, 3),
    }
