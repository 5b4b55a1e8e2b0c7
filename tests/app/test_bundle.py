"""An evidence bundle: it holds as it was made, and nothing in it can be changed unnoticed."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siyaq import config
from siyaq.app.opening import open_siyaq
from siyaq.core.answer import Finished, Question
from siyaq.core.errors import NotFound, Unreadable
from siyaq.grounding.support import SupportChecker
from siyaq.models import BuiltinEmbedder
from siyaq.serve.bundle import digest, made, problems, read
from tests.app.conftest import send

Json = dict[str, Any]
TEXT = "The night ferry to Port Selwin leaves pier four at 23:15. ⛴️"
ARABIC = "تغادر العبّارة الليلية إلى ميناء سلوين من الرصيف الرابع الساعة 23:15."


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Json:
    folder = tmp_path_factory.mktemp("bundle") / "data"
    settings = config.load(environ={}, flags={"data": str(folder), "embed.processes": 0})

    async def run() -> Json:
        async with open_siyaq(settings, write=True) as siyaq:
            await send(
                siyaq,
                {"id": "1", "source": "bay", "text": TEXT, "lang": "en"},
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


FORGED = {
    "says what its quotes do not support": _other_number,
    "quotes what its evidence does not say": _other_quote,
    "rests on nothing": _no_quote,
    "is not the one that was hashed": _other_post,
    "is not in the text of post": _other_evidence,
    "cites evidence that is not there": _no_evidence,
    "evidence 'e1' is not in": _no_post,
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
