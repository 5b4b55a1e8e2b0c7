"""Models on the command line: listed, pulled, chosen; a key is never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siyaq.testing.model_server import ModelServer, says
from siyaq.testing.writers import faithful
from tests.cli.conftest import Siyaq

WEIGHTS = b"GGUF" + bytes(5000)


def names(listed: str) -> dict[str, bool]:
    """Return each listed model, and whether it is the default."""
    return {model["name"]: model["default"] for model in json.loads(listed)}


def best(found: str) -> str:
    """Return the text of the first hit of a search."""
    return str(json.loads(found)["hits"][0]["post"]["text"])


def test_a_model_is_pulled_listed_and_chosen(siyaq: Siyaq, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(WEIGHTS)
    pulled = siyaq("models", "pull", "tiny.gguf", "--data", "d", "--json").json
    assert pulled["name"] == "gguf:tiny"
    assert pulled["bytes"] == len(WEIGHTS)
    assert (tmp_path / "d" / "models" / "tiny.gguf").read_bytes() == WEIGHTS
    listed = names(siyaq("models", "list", "--data", "d", "--json").out)
    assert listed["extractive"] is True
    assert listed["gguf:tiny"] is False
    assert siyaq("models", "use", "gguf:tiny", "--data", "d").code == 0
    assert names(siyaq("models", "list", "--data", "d", "--json").out)["gguf:tiny"] is True
    assert "gguf:tiny" in siyaq("models", "list", "--data", "d").out
    assert siyaq("models", "use", "extractive", "--data", "d", "--json").json == {
        "default": "extractive"
    }


def test_models_of_one_directory_are_not_those_of_another(siyaq: Siyaq, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(WEIGHTS)
    siyaq("models", "pull", "tiny.gguf", "--data", "d")
    assert "gguf:tiny" not in siyaq("models", "list", "--data", "other").out


def test_a_server_is_added_by_its_url_without_its_key(siyaq: Siyaq, tmp_path: Path) -> None:
    run = siyaq(
        *("models", "use", "http://127.0.0.1:9/v1", "--model", "org/big model"),
        *("--key-env", "BIG_KEY", "--data", "d", "--json"),
    )
    assert run.json == {"default": "server:org-big-model"}
    shown = siyaq("models", "list", "--data", "d").out
    assert "org/big model at 127.0.0.1:9, key in BIG_KEY" in shown


def test_a_key_in_a_url_is_refused_and_not_repeated(siyaq: Siyaq) -> None:
    run = siyaq("models", "use", "https://me:sk-12345@models.example/v1", "--model", "m")
    assert run.code == 2
    assert "sk-12345" not in run.out + run.err
    assert "--key-env" in run.err


def test_wrong_names_and_missing_files_are_told(siyaq: Siyaq) -> None:
    assert siyaq("models", "use", "gguf:none").code == 2
    assert siyaq("models", "use", "https://models.example/v1").code == 2
    assert siyaq("models", "pull", "none.gguf").code == 69
    assert siyaq("models", "pull", "notes.txt").code == 2


def test_ask_says_which_model_phrased_the_answer(siyaq: Siyaq, tmp_path: Path) -> None:
    post = {"id": "a:1", "text": "The fire at the quay of Tyre burned 14 boats."}
    (tmp_path / "posts.jsonl").write_text(json.dumps(post))
    siyaq("ingest", "posts.jsonl")
    asked = ("ask", "How many boats burned in the fire at the quay?")
    with ModelServer(faithful) as server:
        siyaq("models", "use", server.url, "--model", "stub")
        assert siyaq(*asked, "--json").json["model"] == "server:stub"
        assert "Phrased by server:stub" in siyaq(*asked).out
        assert siyaq(*asked, "--model", "extractive", "--json").json["model"] == "extractive"
    with ModelServer(says("Boats, boats.")) as server:
        siyaq("models", "use", server.url, "--model", "stub")
        assert "did not pass the checks" in siyaq(*asked).out
        assert "checks" not in siyaq(*asked, "--model", "extractive").out
    run = siyaq(*asked)
    assert run.code == 0
    assert "14 boats" in run.out
    assert "could not be reached" in run.err
    assert "took too long: these are quotations" in run.out
    assert siyaq(*asked, "--model", "gguf:none").code == 2


def test_what_reads_a_second_time_is_listed_and_finds_what_words_do_not(
    siyaq: Siyaq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [
        "The current in the bay is strong, swimmers are warned about the tide",
        "The cable under the bay was cut by an anchor, leaving the island dark",
    ]
    lines = [json.dumps({"id": str(at), "text": text}) for at, text in enumerate(posts)]
    (tmp_path / "posts.jsonl").write_text("\n".join(lines))
    assert siyaq("ingest", "posts.jsonl", "--data", "d").code == 0
    asked = ("search", "ما سبب انقطاع التيار؟", "--data", "d", "--json")
    assert best(siyaq(*asked).out) == posts[0]
    monkeypatch.setenv("SIYAQ__SEARCH__RERANKER", "e5")
    listed = names(siyaq("models", "list", "--data", "d", "--json").out)
    assert any(name.startswith("multilingual-e5-small") for name in listed)
    assert best(siyaq(*asked).out) == posts[1]


def test_only_a_reranker_that_there_is_can_be_asked_for(
    siyaq: Siyaq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIYAQ__SEARCH__RERANKER", "bert")
    run = siyaq("search", "rain", "--data", "d")
    assert run.code == 2
    assert "e5, or empty" in run.err
