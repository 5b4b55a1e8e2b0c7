"""Ask for the newest story of simulated worlds, and count which story is named.

`python evals/newest.py --seeds 101-108 --instants 5`: for each seed a world is followed live, over
its real protocols, into a real index; at each instant (from the sixth minute on) the question is
put in English and in Arabic. The first sentence names the story of the post it quotes.

- newest: the story that began last, of those with a first minute behind them, or one that began
  still later;
- within 2 min: or one that began at most two minutes before it;
- running: another story that had begun before; incident: a small thing beside the news (a spammer,
  a correction); chatter: a post of no story.

`--fast` reads the worlds' posts from their own record, without protocols, log and index: a hundred
times as many instants in the same time.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from siyaq.app.opening import open_siyaq
from siyaq.config import load
from siyaq.core.answer import Answer
from siyaq.core.clock import PlacedBy
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.post import Author, Post
from siyaq.retrieval.fold import Ranked
from siyaq.retrieval.latest import WINDOW, newest_story
from siyaq.testing.follower import follow_world, network_id, paper_id
from siyaq.testing.world import Truth, World

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ASKED = ("What happened in the latest story?", "ما آخر ما حدث؟")
BEGUN = timedelta(minutes=1)
TIE = timedelta(minutes=2)
FIRST_MINUTE, LAST_MINUTE = 6.0, 22.0


def verdict(answer: Answer, truth: Truth) -> str:
    """Say which kind of story the first sentence of an answer tells."""
    if not answer.sentences:
        return "nothing"
    evidence = {one.id: one for one in answer.references}
    return verdict_of(evidence[answer.sentences[0].citations[0].evidence_id].post_id, truth)


def verdict_of(post: PostId, truth: Truth) -> str:
    """Say which kind of story a post tells."""
    told_by = {network_id(uri): post.story for uri, post in truth.posts.items()}
    told_by |= {paper_id(one.paper, guid): one.story for guid, one in truth.articles.items()}
    stories = {story.id: story for story in truth.stories}
    named = stories.get(told_by[post])
    if named is None:
        return "chatter"
    if not named.headline:
        return "incident"
    begun = [one.started_at for one in stories.values() if one.headline and one.posts]
    newest = max(at for at in begun if at <= truth.at - BEGUN)
    if named.started_at >= newest:
        return "newest"
    return "within 2 min" if named.started_at >= newest - TIE else "running"


def says_its_name(answer: Answer, truth: Truth) -> bool:
    """Say whether the first sentence names what its story is about, by the answer key."""
    story_of = {network_id(uri): post.story for uri, post in truth.posts.items()}
    story_of |= {paper_id(one.paper, guid): one.story for guid, one in truth.articles.items()}
    evidence = {one.id: one for one in answer.references}
    first = answer.sentences[0]
    told = story_of[evidence[first.citations[0].evidence_id].post_id]
    names = next((one.names for one in truth.stories if one.id == told), ())
    return any(name.casefold() in first.text.casefold() for name in names)


async def ask_world(seed: int, instants: int, directory: Path, *, shown: bool) -> Counter[str]:
    """Follow one world and ask at some instants; return how often each verdict fell."""
    rng = Random(f"{seed}:instants")
    minutes = sorted(rng.uniform(FIRST_MINUTE, LAST_MINUTE) for _ in range(instants))
    counts: Counter[str] = Counter()
    config = load(environ={}, flags={"data": str(directory), "embed.processes": 0})
    async with follow_world(open_siyaq(config, write=True), seed, START) as follower:
        for minute in minutes:
            truth = await follower.read_on(START + timedelta(minutes=minute))
            for question in ASKED:
                started = time.process_time()
                answer = await follower.ask(question)
                spent = time.process_time() - started
                found = verdict(answer, truth)
                counts[found] += 1
                counts["says its name"] += bool(answer.sentences) and says_its_name(answer, truth)
                counts["milliseconds"] += round(1000 * spent)
                if shown:
                    print(f"{seed} {minute:5.1f} {found:13} {answer.sentences[0].text[:100]!r}")
    return counts


def recorded(truth: Truth) -> list[Post]:
    """Return the live posts and articles of a world, the newest first."""
    found = [
        Post(
            source="bluesky",
            native_id=uri,
            author=Author(id=AuthorId(one.did)),
            text=one.text,
            lang=one.lang or "",
            witnessed_at=one.witnessed_at,
            placed_at=one.placed_at,
            placed_by=PlacedBy.WITNESSED,
            reply_to=network_id(one.reply_to) if one.reply_to else None,
            quote_of=network_id(one.quote_of) if one.quote_of else None,
        )
        for uri, one in truth.live.items()
    ]
    found += [
        Post(
            source=f"paper-{one.paper}",
            native_id=guid,
            author=Author(id=AuthorId(one.paper)),
            text=one.text,
            title=one.title,
            lang=one.paper,
            witnessed_at=one.published_at,
            placed_at=one.published_at,
            placed_by=PlacedBy.WITNESSED,
        )
        for guid, one in truth.articles.items()
    ]
    return sorted(found, key=lambda post: post.placed_at, reverse=True)


def read_world(seed: int, instants: int) -> Counter[str]:
    """Tell the newest story at some instants of a world's own record."""
    rng = Random(f"{seed}:instants")
    minutes = sorted(rng.uniform(FIRST_MINUTE, LAST_MINUTE) for _ in range(instants))
    counts: Counter[str] = Counter()
    world = World(seed, START)
    for minute in minutes:
        truth = world.truth(START + timedelta(minutes=minute))
        posts = recorded(truth)[:WINDOW]
        ranked = [Ranked(Seq(len(posts) - at), 1.0, one, None, {}) for at, one in enumerate(posts)]
        for lang in ("en", "ar"):
            counts[verdict_of(newest_story(ranked, lang)[0].post.id, truth)] += 1
    return counts


def main() -> None:
    """Ask every world in turn and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="101-108", help="first-last")
    parser.add_argument("--instants", type=int, default=5, help="for each seed")
    parser.add_argument("--show", action="store_true", help="print the first sentences")
    parser.add_argument("--keep", type=Path, help="directory that keeps the records")
    parser.add_argument("--fast", action="store_true", help="read the worlds' own record")
    options = parser.parse_args()
    first, last = map(int, options.seeds.split("-"))
    total: Counter[str] = Counter()
    for seed in range(first, last + 1):
        if options.fast:
            total += read_world(seed, options.instants)
            continue
        with tempfile.TemporaryDirectory() as scratch:
            directory = (options.keep or Path(scratch)) / str(seed)
            total += asyncio.run(ask_world(seed, options.instants, directory, shown=options.show))
    asked = (last - first + 1) * options.instants * len(ASKED)
    spent = total.pop("milliseconds", 0)
    named = total.pop("says its name", 0)
    for name in ("newest", "within 2 min", "running", "incident", "chatter", "nothing"):
        print(f"{name:13} {total[name]:4} of {asked}")
    if not options.fast:
        print(f"first sentence says its story's name: {named} of {asked}")
        print(f"{spent / asked:.0f} ms of CPU for each answer")


if __name__ == "__main__":
    main()
