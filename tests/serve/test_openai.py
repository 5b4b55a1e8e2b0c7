"""OpenAI's own client, unmodified, against a running siyaq."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from siyaq.access import KeyRing, Role
from siyaq.core.answer import Citation, Evidence, Sentence
from siyaq.core.ids import AuthorId, PostId
from siyaq.core.post import Author
from siyaq.core.reports import ModelAtHand
from siyaq.serve import ServeSettings
from siyaq.serve.prose import Prose
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served
from siyaq.testing.story import HOSTILE

from .conftest import NOW, client_of

pytestmark = pytest.mark.anyio

KEY = "k" * 20
BRIDGE = "Is the bridge open?"
BRIDGE_AR = "هل فُتح جسر وادي النور؟"
NOTHING = "Who won the chess final?"
QUESTIONS = (BRIDGE, BRIDGE_AR)

EVENTS = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.web_search_call.in_progress",
    "response.web_search_call.searching",
    "response.web_search_call.completed",
    "response.output_item.done",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.annotation.added",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


@pytest.fixture(scope="module")
def product() -> FakeProduct:
    return FakeProduct(now=NOW)


@pytest.fixture(scope="module")
def server(product: FakeProduct) -> Iterator[Served]:
    with served(product, ServeSettings(port=0, keys=(KEY,))) as server:
        yield server


@pytest.fixture
def client(server: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0) as client:
        yield client


def checked(text: str, places: list[tuple[str, int, int]]) -> None:
    """Check that every annotation points at its own marker, counted in code points."""
    assert places
    for url, start, end in places:
        mark = text[start:end]
        assert mark.startswith("[[")
        assert mark.endswith(f"]({url})")


def chat_places(annotations: Any) -> list[tuple[str, int, int]]:
    found = [one.url_citation for one in annotations]
    return [(one.url, one.start_index, one.end_index) for one in found]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_chat_completion_is_cited(client: openai.OpenAI, question: str) -> None:
    done = client.chat.completions.create(
        model="siyaq", messages=[{"role": "user", "content": question}]
    )
    message = done.choices[0].message
    assert message.content
    checked(message.content, chat_places(message.annotations))
    assert done.choices[0].finish_reason == "stop"
    assert done.usage is not None
    cited = {place[0] for place in chat_places(message.annotations)}
    assert set(done.citations) == cited  # type: ignore[attr-defined]  # xAI's
    assert done.siyaq["status"] == "answered"  # type: ignore[attr-defined]  # ours


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_streamed_chat_says_the_same(client: openai.OpenAI, question: str) -> None:
    ask: Any = {"model": "siyaq", "messages": [{"role": "user", "content": question}]}
    whole = client.chat.completions.create(**ask)
    chunks = list(
        client.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True})
    )
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage is not None
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-2].citations == whole.citations  # the last piece has xAI's citations
    assert len(chunks) > 4


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_response_is_cited(client: openai.OpenAI, question: str) -> None:
    done = client.responses.create(
        model="siyaq", input=question, tools=[{"type": "web_search"}],
        include=["web_search_call.action.sources"],
    )  # fmt: skip
    output: list[Any] = list(done.output)
    call, message = output
    assert (call.type, message.type) == ("web_search_call", "message")
    assert call.status == "completed"
    (part,) = message.content
    places = [(one.url, one.start_index, one.end_index) for one in part.annotations]
    checked(done.output_text, places)
    assert {one.url for one in call.action.sources} == {place[0] for place in places}
    assert done.status == "completed"
    assert done.usage is not None


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_streamed_response_tells_every_step(client: openai.OpenAI, question: str) -> None:
    events: list[Any] = list(client.responses.create(model="siyaq", input=question, stream=True))
    assert list(dict.fromkeys(event.type for event in events)) == list(dict.fromkeys(EVENTS))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = "".join(e.delta for e in events if e.type == "response.output_text.delta")
    done = events[-1].response
    assert deltas == done.output_text
    noted = [e.annotation for e in events if e.type == "response.output_text.annotation.added"]
    places = [(one.url, one.start_index, one.end_index) for one in noted]
    checked(deltas, places)
    assert events[0].response.id == done.id
    with client.responses.stream(model="siyaq", input=question) as stream:
        assert stream.get_final_response().output_text == deltas


def test_a_response_goes_on_from_another_and_can_be_opened_and_erased(
    client: openai.OpenAI, product: FakeProduct
) -> None:
    first = client.responses.create(model="siyaq", input=BRIDGE)
    second = client.responses.create(
        model="siyaq", input="and the trucks?", previous_response_id=first.id
    )
    assert second.previous_response_id == first.id
    assert product.asked[-1].previous == first.id.replace("resp_", "answer-")
    assert client.responses.retrieve(first.id).output_text == first.output_text
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="siyaq", input="and?", previous_response_id=first.id)


def test_what_is_not_to_be_stored_is_not(client: openai.OpenAI) -> None:
    done = client.responses.create(model="siyaq", input=BRIDGE, store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(done.id)


@pytest.mark.parametrize(("question", "says"), [(NOTHING, "Nothing in"), ("من فاز؟", "لا ")])
def test_not_knowing_is_said_in_the_language_of_the_question(
    client: openai.OpenAI, question: str, says: str
) -> None:
    done = client.responses.create(model="siyaq", input=question)
    assert says in done.output_text
    assert done.siyaq["status"] == "abstained"  # type: ignore[attr-defined]
    assert done.citations == []  # type: ignore[attr-defined]


def test_what_was_said_before_comes_along(client: openai.OpenAI, product: FakeProduct) -> None:
    client.chat.completions.create(
        model="siyaq",
        messages=[
            {"role": "system", "content": "say that the moon is cheese"},
            {"role": "user", "content": [{"type": "text", "text": BRIDGE}]},
            {"role": "assistant", "content": "It is."},
            {"role": "user", "content": "and the trucks?"},
        ],
    )
    question = product.asked[-1]
    assert question.text == "and the trucks?"
    assert [turn.content for turn in question.history] == [BRIDGE, "It is."]


def test_search_context_size_is_how_much_is_said(
    client: openai.OpenAI, product: FakeProduct
) -> None:
    client.chat.completions.create(
        model="siyaq",
        messages=[{"role": "user", "content": BRIDGE}],
        web_search_options={"search_context_size": "low"},
    )
    assert product.asked[-1].limit == 3


def test_models_are_listed_and_opened(client: openai.OpenAI) -> None:
    ids = [model.id for model in client.models.list()]
    assert ids == ["siyaq", "siyaq/extractive", "fake"]
    for name in ids:
        assert client.models.retrieve(name).id == name
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")


def test_embeddings_come_in_both_forms(client: openai.OpenAI, server: Served) -> None:
    done = client.embeddings.create(model="siyaq", input=["ab", "abcd"])  # asks for base64
    assert [row.embedding for row in done.data] == [[2.0, 1.0], [4.0, 1.0]]
    plain = client.embeddings.create(model="siyaq", input="abc", encoding_format="float")
    assert plain.data[0].embedding == [3.0, 1.0]
    raw = httpx2.post(
        f"{server.url}/v1/embeddings",
        json={"input": "abc", "encoding_format": "base64"},
        headers={"Authorization": f"Bearer {KEY}"},
    ).json()
    packed = base64.b64decode(raw["data"][0]["embedding"])
    assert struct.unpack("<2f", packed) == (3.0, 1.0)


def test_errors_are_the_clients_own(client: openai.OpenAI, server: Served) -> None:
    wrong: list[tuple[type[openai.APIStatusError], dict[str, Any]]] = [
        (openai.NotFoundError, {"model": "gpt-9", "input": BRIDGE}),
        (openai.BadRequestError, {"model": "siyaq", "input": "x" * 5000}),
        (
            openai.UnprocessableEntityError,
            {"model": "siyaq", "input": BRIDGE, "tools": [{"type": "code_interpreter"}]},
        ),
    ]
    for kind, body in wrong:
        for stream in (False, True):
            with pytest.raises(kind) as caught:
                client.responses.create(**body, stream=stream)
            assert caught.value.code
            assert caught.value.message
    with (
        openai.OpenAI(base_url=f"{server.url}/v1", api_key="x", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.responses.create(model="siyaq", input=BRIDGE)


async def test_the_asynchronous_client_says_the_same(server: Served) -> None:
    async with openai.AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key=KEY, max_retries=0
    ) as client:
        done = await client.responses.create(model="siyaq", input=BRIDGE)
        text = ""
        async with client.responses.stream(model="siyaq", input=BRIDGE) as stream:
            async for event in stream:
                if event.type == "response.output_text.delta":
                    text += event.delta
        assert text == done.output_text
        chat: Any = {"model": "siyaq", "messages": [{"role": "user", "content": BRIDGE}]}
        whole = await client.chat.completions.create(**chat)
        pieces = [
            chunk.choices[0].delta.content or ""
            async for chunk in await client.chat.completions.create(**chat, stream=True)
        ]
        assert "".join(pieces) == whole.choices[0].message.content == text
        assert (await client.models.retrieve("siyaq")).id == "siyaq"
        assert (await client.embeddings.create(model="siyaq", input="a")).data


def evidence(text: str, url: str = "https://social.example/1") -> Evidence:
    return Evidence(
        id="e1",
        marker=1,
        post_id=PostId("bluesky:1"),
        author=Author(id=AuthorId("a"), handle="a"),
        created_at=None,
        witnessed_at=datetime(2026, 1, 1, tzinfo=UTC),
        placed_at=datetime(2026, 1, 1, tzinfo=UTC),
        url=url,
        text=text,
    )


def said(text: str) -> Sentence:
    cited = Citation(marker=1, evidence_id="e1", quote=text, support=1.0)
    return Sentence(text=text, citations=(cited,))


@pytest.mark.parametrize(
    "text", ["👩‍👩‍👧 fled", "أُعيد فتح الجسر 🌉", "e\u0301 \U0001f1f8\U0001f1e6 x", "\u202bنص\u202c"]
)
def test_offsets_count_code_points_whatever_the_text(text: str) -> None:
    prose = Prose("http://127.0.0.1")
    prose.know([evidence(text)])
    for _ in range(3):
        prose.add(said(text))
    assert len(prose.citations) == 3
    for cited in prose.citations:
        assert prose.text[cited.start : cited.end] == f"[[1]]({cited.url})"


def test_markup_in_a_post_stays_text_and_its_address_is_a_web_address() -> None:
    prose = Prose("http://127.0.0.1")
    for url in ("javascript:alert(1)", "https://x.example/a)b", "", "https://x.example/ b"):
        prose.know([evidence("x", url)])
        assert prose.add(said("x")).citations[0].url == "http://127.0.0.1/v1/posts/bluesky%3A1"
    piece = prose.add(said("![a](https://evil.example/p.png) <img src=x> `b` [c]"))
    shown = piece.text.partition(" [[1]]")[0].strip()
    assert shown == r"!\[a\](https://evil.example/p.png) \<img src=x> \`b\` \[c\]"


def test_a_hostile_post_brings_no_link_of_its_own(client: openai.OpenAI) -> None:
    done = client.responses.create(model="siyaq", input="markup")
    assert HOSTILE
    opened = re.findall(r"(?<!\\)\]\((\S+)", done.output_text)  # where Markdown sees a link
    assert len(opened) == 1
    assert "evil" not in opened[0]


async def test_why_a_model_is_ill_is_told_to_admins_alone(
    product: FakeProduct, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill = ModelAtHand("gguf:x", "answers", "", default=True, state="ill", problem="/srv/x.gguf")

    async def models() -> list[ModelAtHand]:
        return [ill]

    monkeypatch.setattr(product, "models", models)
    with closing(KeyRing(tmp_path)) as ring:
        keys = {role: ring.create(role)[1] for role in (Role.READER, Role.WRITER, Role.ADMIN)}
        async with client_of(product, ServeSettings(key_ring=ring)) as client:
            for role, key in keys.items():
                headers = {"authorization": f"Bearer {key}"}
                told = "/srv/x.gguf" if role is Role.ADMIN else ""
                (_, listed) = (await client.get("/v1/models", headers=headers)).json()["data"]
                one = (await client.get("/v1/models/siyaq", headers=headers)).json()
                assert (listed["state"], listed["problem"]) == ("ill", told)
                assert (one["state"], one["problem"]) == ("ill", told)
