"""A short version of every campaign: the promises of the ledger, at every change."""

from __future__ import annotations

import pytest

from prove import goals
from prove.campaign import run

pytestmark = pytest.mark.crash


@pytest.mark.parametrize("goal", sorted(goals.GOALS))
def test_the_promise_is_kept(goal: str) -> None:
    total = run(goal, goals.load(goal), full=False)
    assert total.held, "\n".join([total.line, *total.failures[:5]])
    assert f"{goal} PASS" in total.line
