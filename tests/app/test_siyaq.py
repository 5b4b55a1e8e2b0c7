"""The whole product on one directory: what goes in is found, answered, explained, and erased."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import wraps

import pytest

from siyaq.app.opening import open_siyaq
from siyaq.config import Config
from siyaq.core.answer import Answer, AnswerStatus, Finished, Question, Reason, SentenceChecked
from siyaq.core.errors import AlreadyWriting, NotFound
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.core.query import Filters, Query
from tests.app.conftest import send

FERRY = {
    "id": "1",
    "source": "bay",
    "author": {"id": "u1", "handle": "norra"},
    "text": "The night ferry to Sandholm leaves from pier four at 23:15.",
    "created_at": "2026-11-20T10:00:00Z",
}
SARDINES = {
    "id": "2",
    "source": "bay",
    "author": {"id": "u2", "handle": "market"},
    "text": "سعر كيلو السردين في سوق المرفأ اليوم ثلاثون كرونة.",
    "created_at": "2026-11-20T11:00:00Z",
}
REPLY = {
    "id": "3",
    "source": "bay",
    "author": {"id": "u3", "handle": "lina"},
    "text": "Pier four is closed, it leaves from pier two tonight.",
    "created_at": "2026-11-20T12:00:00Z",
    "reply_to": "1",
}

Test = Callable[[Config], Awaitable[None]]


def run_async(test: Test) -> Callable[[Config], None]:
    """Let pytest run an asynchronous test."""

    @wraps(test)
    def wrapper(config: Config) -> None:
        asyncio.run(asyncio.wait_for(_await(test(config)), 120))

    return wrapper


async def _await(awaitable: Awaitable[None]) -> None:
    await awaitable


async def ask(product: object, text: str, **fields: object) -> Answer:
    question = Question(text=text, **fields)  # type: ignore[arg-type]
    shown = []
    async with aclosing(product.ask(question)) as events:  # type: ignore[attr-defined]
        async for event in events:
            if isinstance(event, SentenceChecked):
                shown.append(event.sentence)
            if isinstance(event, Finished):
                assert tuple(shown) == event.answer.sentences
                return event.answer
    raise AssertionError("no answer")


@run_async
async def test_what_was_sent_is_found_answered_and_quoted_exactly(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        report = await send(siyaq, FERRY, SARDINES, REPLY)
        assert report.created == 3
        ranking = await siyaq.search(Query(text="ferry to Sandholm", k=3))
        assert ranking.hits[0].post.native_id == "1"
        answer = await ask(siyaq, "When does the night ferry to Sandholm leave?")
        assert answer.status is not AnswerStatus.ABSTAINED
        stored = {f"bay:{post['id']}": str(post["text"]) for post in (FERRY, SARDINES, REPLY)}
        texts = {evidence.id: evidence for evidence in answer.references}
        assert answer.sentences
        for sentence in answer.sentences:
            for citation in sentence.citations:
                evidence = texts[citation.evidence_id]
                assert citation.quote
                assert citation.quote in evidence.text
                assert evidence.text in stored[evidence.post_id]


@run_async
async def test_a_question_in_one_language_finds_a_post_in_the_other(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, FERRY, SARDINES, REPLY)
        ranking = await siyaq.search(Query(text="price of sardines at the harbor market", k=3))
        assert ranking.hits[0].post.native_id == "2"


@run_async
async def test_an_off_topic_question_abstains_and_says_what_was_searched(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, FERRY, SARDINES, REPLY)
        answer = await ask(siyaq, "Who composed the opera Aida?")
        assert answer.status is AnswerStatus.ABSTAINED
        assert answer.reason is not None
        assert answer.sentences == ()
        assert answer.covered.since is not None


@run_async
async def test_a_reader_answers_beside_the_writer_and_sees_what_it_adds(config: Config) -> None:
    async with open_siyaq(config, write=True) as writer:
        await send(writer, FERRY)
        async with open_siyaq(config, write=False) as reader:
            assert (await reader.search(Query(text="ferry"))).hits
            await send(writer, SARDINES)
            hits = (await reader.search(Query(text="السردين"))).hits
            assert [hit.post.native_id for hit in hits][:1] == ["2"]
            with pytest.raises(AlreadyWriting):
                await send(reader, REPLY)


@run_async
async def test_a_second_writer_is_refused(config: Config) -> None:
    async with open_siyaq(config, write=True):
        with pytest.raises(AlreadyWriting):
            async with open_siyaq(config, write=True):
                pass


@run_async
async def test_a_deleted_post_is_gone_everywhere_at_once(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, FERRY, SARDINES, REPLY)
        await send(siyaq, {"op": "delete", "id": "1", "source": "bay"})
        with pytest.raises(NotFound, match="deleted"):
            await siyaq.post(PostId("bay:1"))
        with pytest.raises(NotFound):
            await siyaq.context(PostId("bay:1"))
        found = await siyaq.search(Query(text="night ferry to Sandholm"))
        assert "1" not in {hit.post.native_id for hit in found.hits}
        card = await siyaq.context(PostId("bay:3"))
        assert card.thread is not None
        assert card.thread.missing == (PostId("bay:1"),)


@run_async
async def test_an_edit_replaces_the_text_everywhere(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, FERRY)
        edited = FERRY | {"op": "update", "text": "The night ferry to Sandholm is cancelled."}
        report = await send(siyaq, edited)
        assert report.updated == 1
        hits = (await siyaq.search(Query(text="night ferry to Sandholm"))).hits
        assert [hit.post.text for hit in hits] == ["The night ferry to Sandholm is cancelled."]


@run_async
async def test_live_posts_reach_those_who_want_them_and_deletions_everyone(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:

        async def watch(text: str) -> list[str]:
            got: list[Post | PostId] = []
            async with aclosing(siyaq.live(text, Filters(langs=("en",)))) as posts:
                async for item in posts:
                    got.append(item)
                    if not isinstance(item, Post):
                        break
            return [item.native_id if isinstance(item, Post) else item for item in got]

        watching = asyncio.gather(watch("ferry"), watch(""))
        await asyncio.sleep(0)
        await send(siyaq, FERRY, SARDINES, REPLY)
        await send(siyaq, {"op": "delete", "id": "2", "source": "bay"})
        by_word, by_language = await asyncio.wait_for(watching, 60)
        assert by_word == ["1", "bay:2"]
        assert by_language == ["1", "3", "bay:2"]


@run_async
async def test_a_client_s_claim_of_an_old_time_is_not_believed_unless_vouched_for(
    config: Config,
) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        old = FERRY | {"created_at": "2001-01-01T00:00:00Z"}
        await send(siyaq, old, imported=False)
        post = await siyaq.post(PostId("bay:1"))
        assert post.placed_at == post.witnessed_at
        await send(siyaq, old | {"id": "9"}, imported=True)
        assert (await siyaq.post(PostId("bay:9"))).placed_at.year == 2001


@run_async
async def test_status_counts_what_is_held_and_what_was_refused(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        report = await send(siyaq, FERRY, {"id": "7", "source": "bay"}, SARDINES)
        assert report.refused == {"no_text": 1}
        status = await siyaq.status()
        assert (status.posts, status.deleted) == (2, 0)
        assert status.embedded_seq == status.indexed_seq == status.log_seq
        assert status.disk_bytes > 0


@run_async
async def test_an_answer_outlives_a_restart_and_knows_what_became_of_its_posts(
    config: Config,
) -> None:
    when = "When does the night ferry to Sandholm leave?"
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, FERRY, SARDINES, REPLY)
        first = await ask(siyaq, when)
        assert "23:15" in " ".join(one.text for one in first.sentences)
    async with open_siyaq(config, write=True) as siyaq:
        assert (await siyaq.answer(first.id)).sentences == first.sentences
        assert list(await siyaq.answers_citing(PostId("bay:1"))) == [first.id]
        await send(siyaq, {"op": "delete", "id": "1", "source": "bay"})
        opened = await siyaq.answer(first.id)
        assert opened.reason is Reason.EVIDENCE_WITHDRAWN
        assert "23:15" not in " ".join(one.text for one in opened.sentences)
        again = await ask(siyaq, "what changed?", previous=first.id)
        assert again.changed is not None
        assert (PostId("bay:1"), "deleted") in [(g.post_id, g.why) for g in again.changed.gone]
    kept = (config.data / "answers.sqlite").read_bytes()
    assert b"pier four" not in kept


@run_async
async def test_a_reader_and_its_writer_keep_answers_on_one_shelf(config: Config) -> None:
    async with (
        open_siyaq(config, write=True) as writer,
        open_siyaq(config, write=False) as reader,
    ):
        await send(writer, FERRY, SARDINES, REPLY)
        answer = await ask(reader, "When does the night ferry to Sandholm leave?")
        assert (await writer.answer(answer.id)).sentences == answer.sentences
        await writer.forget_answer(answer.id)
        with pytest.raises(NotFound):
            await reader.answer(answer.id)
