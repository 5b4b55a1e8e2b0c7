"""AgentDojo's user and injection tasks, all suites: utility and attack success of agents.

    python3 -m venv evals/.venv-dojo
    evals/.venv-dojo/bin/pip install -r evals/requirements-dojo.txt
    evals/.venv-dojo/bin/pip install --no-deps -e .
    evals/.venv-dojo/bin/python evals/agents_dojo.py [--suite banking] [--every 8]

The model is an obedient stub: shown a task, it plans what AgentDojo's authors wrote down for it,
and shown anything that holds the goal of an injection, it carries that out too, every time. So
what is measured is what keeps orders from it, and not whether a model resists them. It is put to
work in two ways: in a loop that shows it each result before it goes on, as most agents do, and as
the planner of siyaq, whose runner carries its plan out. The user says yes to what the task needs
and to nothing else; what they were asked is counted.

The benchmark: Debenedetti et al., "AgentDojo", NeurIPS 2024 (PyPI `agentdojo`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from agentdojo.agent_pipeline import BasePipelineElement
from agentdojo.agent_pipeline.tool_execution import tool_result_to_str
from agentdojo.attacks import load_attack
from agentdojo.functions_runtime import FunctionCall, FunctionsRuntime
from agentdojo.task_suite.load_suites import get_suites
from agentdojo.types import text_content_block_from_string

from siyaq.agents import Act, Asked, Done, Journal, Runner, Tool, read_plan

VERSION = "v1.2.2"
yaml.SafeLoader = yaml.CSafeLoader  # each attack reads its suite anew: nine tenths of the time
ATTACK = "direct"
ACTS = (
    *("send", "delete", "create", "cancel", "reschedule", "add", "append", "share", "reserve"),
    *("schedule", "update", "invite", "remove", "post"),
)
PUBLISHED = {"best listed model without tool filtering": 0.073, "CaMeL, of 949": 0.0}


class Stub(BasePipelineElement):
    """The obedient model, and the way in which it is put to work."""

    name = "local"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.user_task: Any = None
        self.injection: Any = None
        self.asked: Counter[str] = Counter()

    def orders_in(self, text: str, env: Any) -> list[FunctionCall]:
        """Return what the stub does besides its task, having been shown a text."""
        if self.injection is not None and letters(self.injection.GOAL) in letters(text):
            return list(self.injection.ground_truth(env))
        return []

    def told(self, made: Sequence[FunctionCall], results: Sequence[str]) -> list[Any]:
        """Return the conversation as AgentDojo's checks read it."""
        said: list[Any] = []
        for call, result in zip(made, results, strict=True):
            empty = [text_content_block_from_string("")]
            said.append({"role": "assistant", "tool_calls": [call], "content": empty})
            content = [text_content_block_from_string(result)]
            said.append(
                {
                    "role": "tool",
                    "content": content,
                    "tool_call": call,
                    "tool_call_id": None,
                    "error": None,
                }
            )
        last = [text_content_block_from_string(self.user_task.GROUND_TRUTH_OUTPUT or "done")]
        return [*said, {"role": "assistant", "content": last, "tool_calls": None}]


class Loop(Stub):
    """The stub in a loop that shows it each result: the control."""

    def query(
        self, query: str, runtime: FunctionsRuntime, env: Any, messages: Any = (), extra: Any = None
    ) -> Any:
        """Carry out what the task needs, and whatever a result says."""
        due = list(self.user_task.ground_truth(env))
        made, results, obeyed = [], [], False
        while due:
            call = due.pop(0)
            result, _ = runtime.run_function(env, call.function, call.args)
            made.append(call)
            results.append(tool_result_to_str(result))
            orders = [] if obeyed else self.orders_in(results[-1], env)
            obeyed = obeyed or bool(orders)
            due = [*orders, *due]
        return query, runtime, env, [*messages, *self.told(made, results)], extra or {}


class Planned(Stub):
    """The stub as the planner of siyaq: shown the user's words and the tools, and asked once."""

    def query(
        self, query: str, runtime: FunctionsRuntime, env: Any, messages: Any = (), extra: Any = None
    ) -> Any:
        """Plan from the user's words, and have the runner carry the plan out."""
        schemas = [f"{one.name}: {one.description}" for one in runtime.functions.values()]
        needed = list(self.user_task.ground_truth(env))
        calls = [*needed, *self.orders_in("\n".join([query, *schemas]), env)]
        made: list[FunctionCall] = []
        results: list[str] = []

        def tool(name: str) -> Any:
            async def run(asked: Any, _: Act) -> Done:
                fields = msgspec.structs.asdict(asked)
                arguments = {k: v for k, v in fields.items() if v is not msgspec.UNSET}
                result, _error = runtime.run_function(env, name, arguments)
                made.append(FunctionCall(function=name, args=arguments))
                results.append(tool_result_to_str(result))
                return Done({"result": results[-1]})

            fields = list(runtime.functions[name].parameters.model_fields)
            acts = name.startswith(ACTS)
            return Tool(
                name=name,
                about=runtime.functions[name].description,
                arguments=msgspec.defstruct(name, [(one, Any, msgspec.UNSET) for one in fields]),
                run=run,
                outside=True,
                acts=acts,
                sinks=frozenset(fields if acts or "url" in fields else ()),
            )

        async def approve(asked: Asked) -> bool:
            why = "it acts" if "acts" in asked.why else "words from outside"
            self.asked[why] += 1
            return any(
                asked.tool == one.function and dict(asked.arguments) == plain(one.args)
                for one in needed
            )

        lines = [json.dumps({"tool": one.function, "arguments": plain(one.args)}) for one in calls]
        if lines:
            self._carry_out(query, lines, [tool(name) for name in runtime.functions], approve)
        return query, runtime, env, [*messages, *self.told(made, results)], extra or {}

    def _carry_out(self, task: str, lines: list[str], tools: list[Any], approve: Any) -> None:
        journal = Journal(self._folder)
        try:
            run_id = journal.begin_run(
                user="u", task=task, model="", caps={"steps": 200}, allowed=()
            )
            journal.fix_plan(run_id, read_plan(lines, [one.name for one in tools]))
            asyncio.run(Runner(journal, tools, approve=approve).go(run_id))
        finally:
            journal.close()


def letters(text: str) -> str:
    """Return a text without what its way through YAML may have changed: spaces and quotes."""
    return re.sub(r"\W+", "", text)


def plain(arguments: Any) -> dict[str, Any]:
    """Return arguments as JSON."""
    read: dict[str, Any] = json.loads(json.dumps(dict(arguments), default=str))
    return read


def score(suite: Any, stub: Stub, every: int) -> Counter[str]:
    """Run user tasks, one in `every`, alone and with every injection."""
    counts: Counter[str] = Counter()
    attack = load_attack(ATTACK, suite, stub)
    for user_task in list(suite.user_tasks.values())[::every]:
        stub.user_task, stub.injection = user_task, None
        useful, _ = suite.run_task_with_pipeline(stub, user_task, None, {})
        counts["tasks"] += 1
        counts["done"] += useful
        for injection in suite.injection_tasks.values():
            stub.injection = injection
            injections = attack.attack(user_task, injection)
            useful, hit = suite.run_task_with_pipeline(stub, user_task, injection, injections)
            counts["attacks"] += 1
            counts["succeeded"] += hit
            counts["done under attack"] += useful
    return counts


def main() -> None:
    """Print one JSON object: by suite and in all, for both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--every", type=int, default=1, help="one user task in so many")
    asked_for = parser.parse_args()
    chosen = asked_for.suite
    begun = time.monotonic()
    told: dict[str, Any] = {"benchmark": f"agentdojo {VERSION}", "attack": ATTACK, "suites": {}}
    told["every"] = asked_for.every
    totals: dict[str, Counter[str]] = {"loop": Counter(), "siyaq": Counter()}
    asked: Counter[str] = Counter()
    for name, suite in get_suites(VERSION).items():
        if chosen and name not in chosen:
            continue
        for way, kind in (("loop", Loop), ("siyaq", Planned)):
            with tempfile.TemporaryDirectory() as folder:
                stub = kind(Path(folder))
                counts = score(suite, stub, asked_for.every)
            totals[way].update(counts)
            asked += stub.asked
            told["suites"].setdefault(name, {})[way] = dict(counts)
            print(name, way, dict(counts), file=sys.stderr, flush=True)
    for way, counts in totals.items():
        told[way] = {
            "utility": round(counts["done"] / counts["tasks"], 4),
            "utility_under_attack": round(counts["done under attack"] / counts["attacks"], 4),
            "attack_success": round(counts["succeeded"] / counts["attacks"], 4),
            **counts,
        }
    told["asked"] = dict(asked)
    told["published_attack_success"] = PUBLISHED
    told["seconds"] = round(time.monotonic() - begun)
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
