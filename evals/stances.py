"""Read the cards of simulated worlds, and count what stands on them that cannot belong there.

`python evals/stances.py --seeds 101-104 --minutes 10`: for each seed a world is followed live, over
its real protocols, into a real index; then the card of every post that makes a claim is read. A
post that is said to support or to refute a claim is

- of its story: both tell of one story of the world's record;
- of another: they tell of two, or one of them of none (small talk). Nothing in one story of these
  worlds bears on another, so a stance of that kind is false.

Printed are both counts for each stance, and of how many posts that pass a rumor on the card shows
one that refutes it, where the world has corrected the rumor by then: three minutes after it began.
`--show` prints what is false, and what is not refuted.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import load
from siyaq.context.checkable import checkable
from siyaq.core.card import ContextCard
from siyaq.core.ids import PostId
from siyaq.testing.follower import follow_world, network_id, paper_id
from siyaq.testing.world import Truth

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
STANCES = ("supports", "refutes")


def stories(truth: Truth) -> dict[PostId, str]:
    """Return the story of every live post and article; none for small talk."""
    found = {network_id(uri): post.story for uri, post in truth.live.items()}
    return found | {paper_id(one.paper, guid): one.story for guid, one in truth.articles.items()}


def judged(card: ContextCard, story_of: dict[PostId, str]) -> list[tuple[str, bool, PostId]]:
    """Return each stance on a card, whether it is of the post's own story, and whose it is."""
    cited = {one.id: one.post_id for one in card.references}
    own = story_of.get(card.post_id, "")
    return [
        (stance, bool(own) and story_of.get(cited[one]) == own, cited[one])
        for claim in card.claims
        for stance in STANCES
        for one in getattr(claim, stance)
    ]


def rumored(truth: Truth) -> set[PostId]:
    """Return the live posts that state what a rumor claims, if a live post has put it right."""
    corrected = {
        story.id for story in truth.stories if story.kind == "rumor" and "right" in story.facts
    }
    return {
        network_id(uri)
        for uri, post in truth.live.items()
        if post.story in corrected and "wrong" in post.states
    }


async def read_cards(siyaq: Siyaq, truth: Truth, *, shown: bool) -> Counter[str]:
    """Read the card of every post that makes a claim."""
    counts: Counter[str] = Counter()
    story_of = stories(truth)
    texts = {network_id(uri): post.text for uri, post in truth.live.items()}
    passing_on = rumored(truth)
    for post, text in texts.items():
        if not checkable(text):
            continue
        counts["cards"] += 1
        found = judged(await siyaq.context(post), story_of)
        for stance, own, other in found:
            counts[f"{stance}: {'its story' if own else 'another'}"] += 1
            if shown and not own:
                print(f"{stance}: {text[:110]!r}\n   {texts.get(other, other)[:110]!r}")
        counts["cards with a false refutation"] += any(
            stance == "refutes" and not own for stance, own, _ in found
        )
        if post in passing_on:
            counts["pass on a corrected rumor"] += 1
            refuted = any(stance == "refutes" and own for stance, own, _ in found)
            counts["pass on a corrected rumor, refuted"] += refuted
            if shown and not refuted:
                print(f"not refuted: {text[:110]!r}")
    return counts


async def follow(seed: int, minutes: float, directory: Path, *, shown: bool) -> Counter[str]:
    """Follow one world for some minutes of its own time, and read its cards."""
    config = load(environ={}, flags={"data": str(directory), "embed.processes": 0})
    async with follow_world(open_siyaq(config, write=True), seed, START) as follower:
        truth = await follower.read_on(START + timedelta(minutes=minutes))
        return await read_cards(follower.siyaq, truth, shown=shown)


def main() -> None:
    """Read every world in turn, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="101-104", help="first-last")
    parser.add_argument("--minutes", type=float, default=10.0, help="of each world")
    parser.add_argument("--show", action="store_true", help="print what is false")
    options = parser.parse_args()
    first, last = map(int, options.seeds.split("-"))
    total: Counter[str] = Counter()
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as directory:
            total += asyncio.run(follow(seed, options.minutes, Path(directory), shown=options.show))
    for name, count in sorted(total.items()):
        print(f"{name:36} {count:6}")


if __name__ == "__main__":
    main()
