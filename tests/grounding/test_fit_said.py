"""The script that fits what short posts must say hears every post that the product judges."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from siyaq.grounding import judge, weigh
from tests.grounding.asking import ask
from tests.retrieval.newsroom import Newsroom

SCRIPT = Path(__file__).parents[2] / "evals" / "fit_said.py"


def test_the_fit_reads_what_is_judged_and_leaves_no_trace(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = spec_from_file_location("fit_said", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "fit_said", script)
    spec.loader.exec_module(script)
    newsroom.post("fire", "In the fire in the harbor of Tyre 14 boats burned")
    with script.listening() as read:
        answer = ask(newsroom, "How many boats burned in the fire in the harbor of Tyre?")
    assert answer.sentences
    assert "14 boats" in read[0].unit.text
    assert (read[0].told.least, read[0].stated) == (1.0, False)
    assert vars(judge)["answers"] is weigh.answers
