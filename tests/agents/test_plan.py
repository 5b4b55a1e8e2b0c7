"""Plans: what can be written, what cannot, and that a plan is what is read again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.agents import read_plan
from siyaq.agents.plan import plan_lines, point
from siyaq.core.errors import NotFound, QueryError

TOOLS = ["search", "finish"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "not JSON"),
        ("[1]", "not an object"),
        ('{"tool": "rm"}', "there is no tool 'rm'"),
        ('{"tool": "search", "arguments": 7}', "'arguments' is not an object"),
        ('{"tool": "search", "arguments": "{"}', "'arguments' is not JSON"),
        ('{"tool": "search", "id": "a b"}', "not a short name"),
        ('{"calls": []}', "not a list of calls"),
        ('{"calls": [7]}', "a call is not an object"),
        ('{"tool": "search", "arguments": {"text": {"$from": "s9"}}}', "no earlier turn's call"),
        ('{"tool": "search", "arguments": {"text": {"$from": 1}}}', "a reference is"),
        ('{"tool": "search", "arguments": {"a": {"$from": "s1", "b": 1}}}', "a reference is"),
        ('{"tool": "search", "if": {"at": "/x", "is": 1}}', "'if' is not"),
        ('{"tool": "search", "if": {"$from": "s0", "is": {}}}', "'is' is a word"),
        ("[" * 100_000, "not JSON"),
        ('{"tool": "search", "arguments": {"k": NaN}}', "not JSON"),
        ('{"tool": "search", "arguments": {"k": 1e400}}', "not JSON"),
        ('{"tool": "search", "arguments": {"text": "\\ud800"}}', "not JSON"),
        ('{"tool": "search", "arguments": {"text": "\ud800"}}', "not JSON"),
        ('{"tool": "search", "arguments": "{\\"k\\": Infinity}"}', "'arguments' is not JSON"),
        ("x" * 200_000, "longer than"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_line(line: str, said: str) -> None:
    first = '{"id": "s0", "tool": "search", "arguments": {}}'
    with pytest.raises(QueryError, match="line 2 of the plan") as refused:
        read_plan([first, line], TOOLS)
    assert said in str(refused.value)


def test_a_call_cannot_use_a_neighbor_that_runs_beside_it() -> None:
    beside = [
        {"id": "a", "tool": "search"},
        {"tool": "search", "arguments": {"x": {"$from": "a"}}},
    ]
    with pytest.raises(QueryError, match="no earlier turn"):
        read_plan([json.dumps({"calls": beside})], TOOLS)


def test_an_id_is_taken_once() -> None:
    with pytest.raises(QueryError, match="id 'a' is taken"):
        read_plan(['{"id": "a", "tool": "search"}'] * 2, TOOLS)


def test_calls_are_read_as_models_write_them() -> None:
    ((call,),) = read_plan(['{"name": "search", "arguments": "{\\"text\\": \\"x\\"}"}'], TOOLS)
    assert (call.id, call.tool, call.arguments) == ("s1", "search", {"text": "x"})


names = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.lists(st.tuples(names, st.dictionaries(names, values, max_size=3)), min_size=1))
def test_a_plan_reads_as_it_was_written(calls: list[tuple[str, dict[str, object]]]) -> None:
    seen: set[str] = set()
    lines = []
    for name, arguments in calls:
        if name in seen:
            continue
        more = {"prior": {"$from": min(seen), "at": "/x"}} if seen else {}
        lines.append(json.dumps({"id": name, "tool": "search", "arguments": {**arguments, **more}}))
        seen.add(name)
    plan = read_plan(lines, TOOLS)
    assert read_plan(plan_lines(plan), TOOLS) == plan


def test_a_pointer_leads_where_the_standard_says() -> None:
    document = {"a/b": 1, "m~n": 2, "foo": ["bar", "baz"], "": 0}
    assert point(document, "") == document
    assert point(document, "/foo/1") == "baz"
    assert (point(document, "/a~1b"), point(document, "/m~0n"), point(document, "/")) == (1, 2, 0)
    for wrong in ("/foo/2", "/foo/-1", "/foo/bar", "/nothing", "/a~1b/c"):
        with pytest.raises(NotFound):
            point(document, wrong)


def test_what_a_model_for_computers_says_is_a_turn_for_each_action() -> None:
    check = {"id": "c", "code": "malicious_instructions", "message": "Look first."}
    item = {
        "type": "computer_call",
        "call_id": "call-1",
        "actions": [{"type": "click", "x": 3, "y": 4}, {"type": "type", "text": "hi"}],
        "pending_safety_checks": [check],
    }
    one = {"type": "computer_call", "action": {"type": "screenshot"}}
    plan = read_plan([json.dumps(item), json.dumps(one)], ["computer"])
    assert [[call.arguments for call in turn] for turn in plan] == [
        [{"type": "click", "x": 3, "y": 4, "checks": ["Look first."]}],
        [{"type": "type", "text": "hi", "checks": ["Look first."]}],
        [{"type": "screenshot"}],
    ]
    with pytest.raises(QueryError, match="'action' is not an object"):
        read_plan(['{"type": "computer_call"}'], ["computer"])
