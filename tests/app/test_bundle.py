"""An evidence bundle: it holds as it was made, and nothing in it can be changed unnoticed."""

from __future__ import annotations

import asyncio
import copy
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from siyaq import config
from siyaq.app.opening import open_siyaq
from siyaq.cli.commands import app
from siyaq.core.answer import Finished, Question
from siyaq.core.errors import NotFound, Unreadable
from siyaq.grounding.support import SupportChecker
from siyaq.models import BuiltinEmbedder
from siyaq.serve.bundle import digest, made, problems, read
from siyaq.sources.peek import expect_posts
from tests.app.conftest import send

Json = dict[str, Any]
ARABIC_LETTER = re.compile(r"[\u0621-\u064a]")
TEXT = "The night ferry to Port Selwin leaves pier four at 23:15. ⛴️"
TOLD_OF_IT = {
    "author": {"id": "a1", "handle": "harbour", "name": "Harbour", "followers": 7},
    "created_at": "2026-03-01T10:00:00.250Z",
    "url": "https://bay.example/1",
}
ARABIC = "تغادر العبّارة الليلية إلى ميناء سلوين من الرصيف الرابع الساعة 23:15."


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Json:
    folder = tmp_path_factory.mktemp("bundle") / "data"
    settings = config.load(environ={}, flags={"data": str(folder), "embed.processes": 0})

    async def run() -> Json:
        async with open_siyaq(settings, write=True) as siyaq:
            await send(
                siyaq,
                {"id": "1", "source": "bay", "text": TEXT, "lang": "en", **TOLD_OF_IT},
                {"id": "2", "source": "bay", "text": ARABIC, "lang": "ar"},
            )
            asked = Question(text="When does the night ferry to Port Selwin leave?")
            async for event in siyaq.ask(asked):
                if isinstance(event, Finished):
                    found = await made(siyaq, event.answer.id)
            with pytest.raises(NotFound):
                await made(siyaq, "answer-none")
            return found

    return asyncio.run(run())


def supports(text: str, spans: object) -> bool:
    with BuiltinEmbedder() as embedder:
        return SupportChecker(embedder).check_sentence(text, list(spans)).passes  # type: ignore[call-overload]


def test_it_holds_as_it_was_made_and_after_a_way_through_a_file(
    bundle: Json, tmp_path: Path
) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle, indent=1, ensure_ascii=False), encoding="utf-8")
    found = read(path)
    assert found == bundle
    assert found["question"].startswith("When does the night ferry")
    assert TEXT in [post["text"] for post in found["posts"].values()]
    assert problems(found, supports) == []


def _other_number(bundle: Json) -> None:
    sentence = bundle["answer"]["sentences"][0]
    sentence["text"] = sentence["text"].replace("23:15", "21:15")


def _other_quote(bundle: Json) -> None:
    bundle["answer"]["sentences"][0]["citations"][0]["quote"] = "the ferry is cancelled"


def _no_quote(bundle: Json) -> None:
    bundle["answer"]["sentences"][0]["citations"] = []


def _other_post(bundle: Json) -> None:
    for post in bundle["posts"].values():
        post["text"] = post["text"].replace("23:15", "21:15")


def _other_evidence(bundle: Json) -> None:
    bundle["answer"]["references"][0]["text"] = "The night ferry never leaves."


def _no_evidence(bundle: Json) -> None:
    bundle["answer"]["references"] = []


def _no_post(bundle: Json) -> None:
    bundle["posts"] = {}


def _no_shape(bundle: Json) -> None:
    bundle["answer"] = []


def _other_short_answer(bundle: Json) -> None:
    bundle["answer"]["short_answer"] = "pier nine"


def _empty_short_answer(bundle: Json) -> None:
    bundle["answer"]["short_answer"] = ""


def _other_author(bundle: Json) -> None:
    bundle["answer"]["references"][0]["author"]["handle"] = "the.minister"


def _other_url(bundle: Json) -> None:
    bundle["answer"]["references"][0]["url"] = "https://news.example/1"


def _other_time(bundle: Json) -> None:
    bundle["answer"]["references"][0]["created_at"] = "2020-01-01T00:00:00Z"


def _other_arrival(bundle: Json) -> None:
    bundle["answer"]["references"][0]["witnessed_at"] = "2020-01-01T00:00:00Z"


def _other_place(bundle: Json) -> None:
    bundle["answer"]["references"][0]["placed_at"] = "2020-01-01T00:00:00Z"


def _no_sentences(bundle: Json) -> None:
    bundle["answer"] |= {"sentences": [], "short_answer": None}


def _nothing_to_rest_on(bundle: Json) -> None:
    bundle["answer"] |= {"sentences": [], "references": [], "short_answer": None}


def _no_question(bundle: Json) -> None:
    bundle["question"] = None


def _no_status(bundle: Json) -> None:
    bundle["answer"]["status"] = "proven"


def _no_settings(bundle: Json) -> None:
    bundle["settings"] = None


def _half_the_settings(bundle: Json) -> None:
    del bundle["settings"]["embedder"]


FORGED = {
    "says what its quotes do not support": _other_number,
    "quotes what its evidence does not say": _other_quote,
    "rests on nothing": _no_quote,
    "is not the one that was hashed": _other_post,
    "is not in the text of post": _other_evidence,
    "cites evidence that is not there": _no_evidence,
    "evidence \u2068e1\u2069 is not in": _no_post,
    "not built as a bundle": _no_shape,
}


@pytest.mark.parametrize("told", sorted(FORGED))
def test_what_was_forged_is_told_even_with_a_fresh_digest(bundle: Json, told: str) -> None:
    forge: Callable[[Json], None] = FORGED[told]
    forged = copy.deepcopy(bundle)
    forge(forged)
    changed = problems(forged, supports)
    assert any("digest does not match" in one for one in changed) or told == "not built as a bundle"
    forged["digest"] = digest(forged)
    found = problems(forged, supports)
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (_other_short_answer, "the short answer \u2068pier nine\u2069 stands in no sentence"),
        (_empty_short_answer, "stands in no sentence"),
        (_other_author, "has another \u2068author\u2069 than"),
        (_other_url, "has another \u2068url\u2069 than"),
        (_other_time, "has another \u2068created_at\u2069 than"),
        (_other_arrival, "has another \u2068witnessed_at\u2069 than"),
        (_other_place, "has another \u2068placed_at\u2069 than"),
        (_no_sentences, "“\u2068answered\u2069” and has no sentences"),
        (_nothing_to_rest_on, "“\u2068answered\u2069” and has no references"),
        (_no_question, "does not say what was asked"),
        (_no_status, "no answer has the status \u2068proven\u2069"),
        (_no_settings, "does not say the settings"),
        (_half_the_settings, "does not say the settings"),
    ],
)
def test_what_no_quote_holds_in_place_is_told_too(
    bundle: Json, forge: Callable[[Json], None], told: str
) -> None:
    forged = copy.deepcopy(bundle)
    forge(forged)
    forged["digest"] = digest(forged)
    found = problems(forged, lambda *_: True)
    assert any(told in one for one in found), found
    in_arabic = problems(forged, lambda *_: True, "ar")
    assert len(in_arabic) == len(found)
    assert all(ARABIC_LETTER.search(one) for one in in_arabic), in_arabic


def test_an_answer_that_abstains_holds_without_evidence(bundle: Json) -> None:
    silent = copy.deepcopy(bundle) | {"posts": {}, "sha256": {}}
    _nothing_to_rest_on(silent)
    silent["answer"]["status"] = "abstained"
    silent["digest"] = digest(silent)
    assert problems(silent, lambda *_: True) == []


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_json_does_not_know_makes_it_no_bundle(
    bundle: Json, tmp_path: Path, number: str
) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle | {"more": [0.5]}).replace("[0.5]", f"[{number}]"))
    with pytest.raises(Unreadable, match=f"no bundle: it holds {number}") as refused:
        read(path)
    assert "siyaq bundle" in refused.value.hint
    assert any(
        "not built as" in one for one in problems(bundle | {"more": float(number)}, supports)
    )


UNUSABLE = {
    "empty": b"",
    "blank": b" \n\n",
    "binary": bytes(range(256)) * 4,
    "packed and empty": gzip.compress(b""),
    "UTF-16": '{"id": "1", "text": "Storm"}\n'.encode("utf-16"),
    "UTF-16 without a mark": '{"id": "1", "text": "Storm"}\n'.encode("utf-16-le"),
    "words": b"Storm tonight\n",
    "an object over several lines": b'{\n"format": "siyaq-bundle-9"\n}\n',
}


@pytest.mark.parametrize("kind", sorted(UNUSABLE))
def test_a_file_of_neither_kind_is_not_taken_for_posts(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(UNUSABLE[kind])
    settings = ("--data", str(tmp_path / "data"))
    done = CliRunner().invoke(app, ["replay", str(path), *settings])
    assert isinstance(done.exception, Unreadable), done.output
    assert repr(str(path)) in str(done.exception)
    assert "UTF-8" in done.exception.hint
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"id": "1", "text": "Storm"}\n',
        b'\xff\xfe\n{"id": "1", "text": "Storm"}',
        gzip.compress(b'{"id": "1", "text": "Storm"}\n', mtime=0),
        gzip.compress(b'{"id": "1", "text": "Storm"}\n', mtime=0)[:-4],
    ],
)
def test_a_file_with_one_post_is_a_file_of_posts(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(content)
    expect_posts(path)


def test_the_command_tells_what_is_forged_in_the_language_that_is_asked_for(
    bundle: Json, tmp_path: Path
) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle))
    holds = CliRunner().invoke(app, ["replay", str(path), "--lang", "ar"])
    assert (holds.exit_code, "الحزمة سليمة" in holds.output) == (0, True), holds.output
    forged = copy.deepcopy(bundle)
    _no_question(forged)
    path.write_text(json.dumps(forged | {"digest": digest(forged)}))
    told = CliRunner().invoke(app, ["replay", str(path), "--lang", "ar"])
    assert (told.exit_code, "السؤال الذي طُرح" in told.output) == (1, True), told.output


def test_any_other_change_is_told_by_the_digest(bundle: Json) -> None:
    for change in ({"question": "Who?"}, {"made_at": "2020-01-01T00:00:00Z"}, {"more": 1}):
        assert problems(bundle | change, lambda *_: True) == [
            "the file was changed after it was made: its digest does not match"
        ]


def test_files_of_another_kind_are_left_alone(tmp_path: Path, bundle: Json) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"id": "1", "text": "siyaq-bundle-1 is the name of a format"}\n' * 2)
    assert read(path) is None
    path.write_text(json.dumps(bundle)[:-40])
    with pytest.raises(Unreadable):
        read(path)
    with pytest.raises(NotFound):
        read(tmp_path / "none.json")
