"""From `git clone` to the first answer, as the README tells a stranger, with nothing at hand.

The repository is cloned from this folder, its virtual environment is made from the lock files, and
every `make` command of the README is run in the clone. `make test` is restricted to one room, or
it would run itself; `make eval` scores two sets of a few lines.
"""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from .reader import ROOT, Reader, ask, body_of, commands

LATEST = ("What happened in the latest story?", "ما آخر ما حدث؟")
INSTALL_SECONDS = 400
OURS = ("SIYAQ", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV", "MAKE", "MFLAGS")

CORPUS = (
    {"_id": "d1", "text": "The lighthouse of Norra was built in 1871.", "metadata": {"lang": "en"}},
    {"_id": "d2", "text": "يفتح سوق السمك في الميناء عند الفجر.", "metadata": {"lang": "ar"}},
)
QUERIES = (
    {"_id": "q1", "text": "lighthouse of Norra", "metadata": {"lang": "en"}},
    {"_id": "q2", "text": "سوق السمك", "metadata": {"lang": "ar"}},
)
QUESTION = {
    "_id": "a1", "question": "When was the lighthouse of Norra built?", "lang": "en",
    "answers": ["1871"], "gold_docs": ["d1"], "answerable": True,
}  # fmt: skip


@pytest.fixture
def stranger(tmp_path: Path) -> Reader:
    """Somebody with nothing of ours in the environment, who may install nothing by apt."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    (tools / "apt-get").chmod(0o755)
    paths = [path for path in os.environ["PATH"].split(os.pathsep) if ".venv" not in path]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    kept["PATH"] = os.pathsep.join([str(tools), *paths])
    return Reader(tmp_path, kept)


def with_settings(reader: Reader, **settings: str) -> Reader:
    return Reader(reader.folder, {**reader.environment, **settings})


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_make_command_of_the_readme_works_in_a_fresh_clone(stranger: Reader) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository: there is nothing to clone")
    told = [line for line in commands("README.md") if line.startswith(("git ", "make "))]
    clone, run, setup, test, evaluate = told
    stranger.runs(clone.replace("SIYAQ_URL", str(ROOT)))
    reader = Reader(stranger.folder / "siyaq", stranger.environment)
    assert setup == "make setup"
    reader.runs(setup, INSTALL_SECONDS)
    assert run == "make run"
    answers_come(with_settings(reader, PORT="0", DATA="fresh-data"))
    assert test == "make test"
    passed = with_settings(reader, PYTEST_ADDOPTS="tests/core").runs(test, INSTALL_SECONDS)
    assert " passed" in passed
    assert evaluate == "make eval"
    figures_come(reader)


def answers_come(reader: Reader) -> None:
    """Start the demonstration and ask what the README suggests; every quote must stand."""
    curl = next(line for line in commands("README.md") if line.startswith("curl "))
    with reader.serving("make run") as url:
        for body in (body_of(curl), *(json.dumps({"question": asked}) for asked in LATEST)):
            answer = ask(url, body)
            assert answer["status"] in ("answered", "partial")
            posts = {one["id"]: one["post_id"] for one in answer["references"]}
            cited = [one for sentence in answer["sentences"] for one in sentence["citations"]]
            assert cited
            for citation in cited:
                assert citation["quote"]
                assert citation["quote"] in stored(url, posts[citation["evidence_id"]])
    assert (reader.folder / "fresh-data" / "FORMAT").exists()


def stored(url: str, post_id: str) -> str:
    with urllib.request.urlopen(f"{url}/v1/posts/{quote(post_id, safe='')}") as response:
        return str(json.load(response)["text"])


def figures_come(reader: Reader) -> None:
    """Score two tiny sets; then a damaged one, which must not pass for no set at all."""
    data = reader.folder / "tiny"
    retrieval, answers = data / "eval" / "retrieval" / "tiny", data / "eval" / "answers" / "tiny"
    for folder in (retrieval, answers):
        folder.mkdir(parents=True)
        write_lines(folder / "corpus.jsonl", *CORPUS)
    write_lines(retrieval / "queries.jsonl", *QUERIES)
    judged = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n"
    (retrieval / "qrels.tsv").write_text(judged)
    write_lines(answers / "questions.jsonl", QUESTION)
    scoring = with_settings(reader, SIYAQ_SHARED_DATA=str(data))
    scored = [
        json.loads(line) for line in scoring.runs("make eval").splitlines() if line[:1] == "{"
    ]
    again = "retrieval"  # with a second reading
    assert [one["task"] for one in scored] == ["retrieval", "answers", again]
    assert scored[0]["metrics"]["MRR"] == 1.0
    assert scored[1]["metrics"]["answer_hit"] == 1.0
    assert scored[2]["metrics"]["MRR"] == 1.0
    assert "tiny" in (reader.folder / "evals" / "LEADERBOARD.md").read_text()
    kept = reader.folder / "evals" / "results" / "predictions"
    assert {file.name for file in kept.iterdir()} == {"retrieval-tiny", "answers-tiny"}
    (answers / "questions.jsonl").write_text("not json\n")
    failed = scoring.tries("make eval")
    assert failed.returncode != 0
    assert "questions.jsonl" in failed.stderr


def write_lines(path: Path, *records: object) -> None:
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
