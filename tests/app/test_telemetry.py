"""Dishes' readings beside posts: what changed is told, found and cited; nothing personal is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from prove.life import batch as life_batch
from prove.life import judge_readings, next_step, reading
from siyaq.app import upkeep
from siyaq.app.erasing import Order
from siyaq.app.opening import open_siyaq
from siyaq.app.recording import Recording, decided_by
from siyaq.app.siyaq import Siyaq
from siyaq.app.watching import store_of
from siyaq.config import Config
from siyaq.core.answer import Answer, AnswerStatus
from siyaq.core.clock import SystemClock
from siyaq.core.ids import split_post_id
from siyaq.core.ports import Batch
from siyaq.core.post import Post
from siyaq.log import LogReader, LogWriter
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


@cache
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


def stored(config: Config, folder: Path) -> Batch:
    """Take readings of four dishes in as the product does; return what they came in."""
    reader = Dishes(measured(outage()).messages[:4], folder / "dishes.toml")
    (batch,) = list(batches_of(reader.verdicts(), "dishes"))
    with (
        LogWriter.open(config.data) as writer,
        LogReader.open(config.data) as log,
        closing(store_of(config)) as store,
    ):
        Recording(writer.append, log, store, SystemClock())([batch])
        store.settle(decided_by(log))
    return batch


def held(config: Config) -> dict[str, list[tuple[datetime, float | str]]]:
    """Return every reading, by thing and property."""
    now = datetime.now(UTC)
    with closing(store_of(config)) as store:
        return {
            f"{one.thing}/{one.property}": store.readings(one, now - timedelta(days=9), now, 999)
            for one in store.series()
        }


def elsewhere(config: Config, name: str) -> Config:
    """Return the settings of another data directory with the same keys."""
    keys = str(config.backup_keys)
    values = {**config.values, "data": str(config.data.parent / name), "backup.keys": keys}
    return replace(config, values=values)


def test_a_purged_source_leaves_no_reading(config: Config, tmp_path: Path) -> None:
    stored(config, tmp_path)
    assert len(held(config)) == 12
    upkeep.purge(config, Order(source="dishes"))
    assert not held(config)


def test_readings_are_restored_and_go_on_where_they_were(config: Config, tmp_path: Path) -> None:
    batch = stored(config, tmp_path)
    before = held(config)
    upkeep.back_up(config, tmp_path / "held.backup", lambda _: None)
    raw = (tmp_path / "held.backup").read_bytes()
    assert b"dishes" not in raw
    again = elsewhere(config, "again")
    upkeep.restore(again, tmp_path / "held.backup", lambda _: None)
    assert held(again) == before
    assert sum(map(len, before.values())) == 12
    with (
        LogWriter.open(again.data) as writer,
        LogReader.open(again.data) as log,
        closing(store_of(again)) as store,
    ):
        Recording(writer.append, log, store, SystemClock())([batch])
        store.settle(decided_by(log))
    assert held(again) == before, "the same things have the same names, and nothing is there twice"


def test_readings_forgotten_since_a_backup_stay_forgotten(config: Config, tmp_path: Path) -> None:
    stored(config, tmp_path)
    names = sorted(held(config))
    first, second = names[0].partition("/")[0], names[-1].partition("/")[0]
    upkeep.purge(config, Order(authors=(("dishes", f"dish:{first}"),)))
    upkeep.back_up(config, tmp_path / "held.backup", lambda _: None)
    upkeep.purge(config, Order(authors=(("dishes", f"dish:{second}"),)))
    listed = (config.backup_keys / "departed.jsonl").read_text()
    assert second not in listed
    again = elsewhere(config, "again")
    upkeep.restore(again, tmp_path / "held.backup", lambda _: None)
    assert {name.partition("/")[0] for name in held(again)} == {
        name.partition("/")[0] for name in names
    } - {first, second}


def test_a_backup_beside_a_writer_has_the_readings_of_its_cursors(
    config: Config, tmp_path: Path
) -> None:
    """Readings without a time of their own: what is missing or there twice would be seen."""
    path = config.data
    with (
        LogWriter.open(path) as writer,
        LogReader.open(path) as log,
        closing(store_of(config)) as store,
        ThreadPoolExecutor() as pool,
    ):
        record = Recording(writer.append, log, store, SystemClock())
        record([step_batch(1)])
        going = pool.submit(lambda: [record([step_batch(step)]) for step in range(2, 200)])
        upkeep.back_up(config, tmp_path / "held.backup", lambda _: None)
        going.result()
    again = elsewhere(config, "again")
    upkeep.restore(again, tmp_path / "held.backup", lambda _: None)
    steps = next_step(again.data) - 1
    assert 1 <= steps < 200
    assert judge_readings(again.data, steps) == {"missing": 0, "duplicated": 0, "unsound": 0}


def step_batch(step: int) -> Batch:
    return replace(life_batch(step), observations=(reading(step),))
