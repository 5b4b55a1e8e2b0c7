"""Dishes' readings beside posts: what changed is told, found and cited; nothing personal is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.app import upkeep
from siyaq.app.erasing import Order
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.app.watching import store_of
from siyaq.config import Config
from siyaq.core.answer import Answer, AnswerStatus
from siyaq.core.ids import split_post_id
from siyaq.core.ports import Batch
from siyaq.core.post import Post
from siyaq.log import LogWriter
from siyaq.sources.messages.batch import Verdict, batches_of
from siyaq.sources.messages.reader import open_reader
from siyaq.testing.world.dishes import MAPPING, Measured, measured
from siyaq.testing.world.story import Story
from siyaq.testing.world.world import World

from .conftest import send
from .test_siyaq import ask, run_async

SEED = 7


class Dishes:
    """A stream of what dishes measured, read as their mapping says."""

    source = "dishes"

    def __init__(self, messages: Sequence[bytes], mapping: Path) -> None:
        mapping.write_text(MAPPING)
        self._reader = open_reader(str(mapping))
        self._messages = messages

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        for batch in batches_of(self.verdicts(), self.source):
            yield batch

    def verdicts(self) -> list[Verdict]:
        now = datetime.now(UTC)
        return [
            verdict
            for message in self._messages
            for verdict in self._reader.read(message, source=self.source, now=now)
        ]


def outage() -> Story:
    """Return an internet outage of a small world, over before now."""
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=1)
    world = World(SEED, start, posts_per_second=1.0)
    stories = world.stories(start, start + timedelta(hours=20))
    return next(
        story
        for story in stories
        if story.kind == "outage" and story.words["service"].en == "internet service"
    )


def lines(story: Story) -> list[dict[str, object]]:
    """Return the posts of a story in the Post format."""
    return [
        {
            "id": event.uri,
            "source": "bluesky",
            "author": {"id": event.did},
            "text": event.record["text"],
            "created_at": event.at.isoformat(),
        }
        for event in story.events
        if event.is_post and event.operation == "create" and event.record is not None
    ]


async def told(siyaq: Siyaq, config: Config, truth: Measured) -> list[Post]:
    """Take the readings, and return the posts that tell of changes once there are all."""
    await siyaq.intake.take(Dishes(truth.messages, config.data.parent / "dishes.toml"))
    wanted = 3 * 3 * 2  # dishes in the town, properties, there and back
    async with asyncio.timeout(60):
        while len(names := siyaq.log.held("dishes", 100)) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await siyaq.wait_searchable(vectors=True, within=timedelta(seconds=60))
    return [await siyaq.post(name) for name in names]


def sources(answer: Answer) -> set[str]:
    cited = {one.evidence_id for sentence in answer.sentences for one in sentence.citations}
    return {split_post_id(one.post_id)[0] for one in answer.references if one.id in cited}


@run_async
async def test_readings_tell_what_changed_once_and_answers_cite_it(config: Config) -> None:
    story = outage()
    truth = measured(story)
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, *lines(story))
        posts = await told(siyaq, config, truth)
        assert len(posts) == 18, "a dish elsewhere noticed nothing, and nothing is told twice"
        for serial in truth.serials:
            assert not any(serial in post.text + post.id for post in posts)
        falls = [post for post in posts if "fell" in post.text and "Mbit/s" in post.text]
        assert len(falls) == 3
        for post in falls:
            assert abs(post.placed_at - truth.fell_at) < timedelta(minutes=2)
            behind = post.extra["telemetry"]
            assert isinstance(behind, dict)
            assert behind["readings"]
        answer = await ask(
            siyaq, f"When did the download throughput of our dishes at {truth.place} fall?"
        )
        assert sources(answer) == {"dishes"}
        assert "fell from 18" in answer.sentences[0].text
        for question in (
            f"Do the outage reports in {truth.place} match our dishes?",
            f"هل تتفق أخبار انقطاع الإنترنت في {truth.place} مع أطباقنا؟",
        ):
            both = await ask(siyaq, question)
            assert sources(both) == {"bluesky", "dishes"}, question
            assert all(sentence.citations for sentence in both.sentences)
        for question in (
            f"Do the outage reports in {truth.place} match our sensors?",
            "Do the reports of the concert in Nowhere match our dishes?",
        ):
            neither = await ask(siyaq, question)
            assert neither.status is AnswerStatus.ABSTAINED, question
        reports = await ask(siyaq, f"When was internet service restored in {truth.place}?")
        assert sources(reports) == {"bluesky"}
    async with open_siyaq(config, write=True) as siyaq:
        again = {post.id for post in await told(siyaq, config, truth)}
        assert again == {post.id for post in posts}, "the next process told something again"


def test_a_purged_source_leaves_no_reading(config: Config, tmp_path: Path) -> None:
    reader = Dishes(measured(outage()).messages[:4], tmp_path / "dishes.toml")
    (batch,) = list(batches_of(reader.verdicts(), "dishes"))
    with LogWriter.open(config.data) as writer, closing(store_of(config)) as store:
        writer.append([Batch(source="dishes")])
        assert store.take(batch.observations, datetime.now(UTC)).new == 12
        assert store.series()
    upkeep.purge(config, Order(source="dishes"))
    with closing(store_of(config)) as store:
        assert not store.series()
