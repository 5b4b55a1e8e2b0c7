"""Cards of a world: copied campaigns, corrected rumors, re-used pictures, deleted sources."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import load
from siyaq.context.across import is_arabic
from siyaq.core.card import ContextCard
from siyaq.core.ids import PostId
from siyaq.testing.follower import Follower, follow_world, network_id, paper_id
from siyaq.testing.world import Truth
from siyaq.testing.world.story import Campaign
from tests.drawn import saved, scene
from tests.world.reading import START

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MINUTES = 9.0
RUMORS_READ = 4  # posts of each rumor


@dataclass
class Seen:
    """What the cards of one world said."""

    campaigns: int = 0
    first_right: int = 0
    members: int = 0
    members_found: int = 0
    strangers: int = 0  # called copies of a campaign that are none
    rumors: int = 0  # posts that spread one, read once it was put right in their language
    refuted: int = 0  # of those, whose card shows a post that puts it right against them
    turned: int = 0  # of those, whose story shows a correction, dispute or official word
    against: int = 0  # pieces of refuting evidence on these cards
    against_wrongly: int = 0  # of those, from posts that spread the rumor
    pictures: int = 0  # that were used again
    pictures_known: int = 0  # of those, whose card names just the post that had it before
    not_live: list[str] = field(default_factory=list[str])


def posts_on(card: ContextCard) -> Iterator[PostId]:
    yield from (one.post_id for one in card.references)
    yield from (one.post_id for one in card.copies.members)
    yield from (one.post_id for one in card.timeline)
    if card.first_seen is not None:
        yield card.first_seen.post_id


async def look(follower: Follower, truth: Truth) -> Seen:
    seen = Seen()
    live = {network_id(uri) for uri in truth.live}
    live |= {paper_id(one.paper, guid) for guid, one in truth.articles.items()}

    async def card_of(uri: str) -> ContextCard:
        card = await follower.siyaq.context(network_id(uri))
        seen.not_live += [name for name in posts_on(card) if name not in live]
        return card

    for story in truth.stories:
        if story.campaign is not None and len(story.campaign.members) > 3:
            await _campaign(story.campaign, card_of, seen)
        if story.kind == "rumor":
            posts = [truth.live[uri] for uri in story.posts]
            put_right = {is_arabic(one.text) for one in posts if "right" in one.states}
            right = {network_id(one.uri) for one in posts if "right" in one.states}
            right |= {
                paper_id(truth.articles[guid].paper, guid)
                for guid in story.articles
                if "right" in truth.articles[guid].states
            }
            wrong = [one for one in posts if "wrong" in one.states and "right" not in one.states]
            for one in wrong[:RUMORS_READ]:
                if is_arabic(one.text) in put_right:
                    _rumor(await card_of(one.uri), right, {network_id(w.uri) for w in wrong}, seen)
        if len(story.same_picture) > 1:
            worded = [uri for uri in story.posts if truth.live[uri].text]
            await _picture(follower.siyaq, worded, story.same_picture, card_of, seen)
    return seen


async def _picture(
    siyaq: Siyaq,
    album: Sequence[str],
    same: Sequence[str],
    card_of: Callable[[str], Awaitable[ContextCard]],
    seen: Seen,
) -> None:
    """Hand in the pictures of an album, the one that is used again smaller and cropped."""
    first, again = same
    own = 10 * seen.pictures  # no two albums have one picture
    for number, uri in enumerate((one for one in album if one not in same), own + 1):
        await siyaq.take_picture(network_id(uri), 0, saved(scene(number), "PNG"))
    await siyaq.take_picture(network_id(first), 0, saved(scene(own), "PNG"))
    smaller = scene(own).resize((410, 307)).crop((4, 3, 406, 304))
    await siyaq.take_picture(network_id(again), 0, saved(smaller, "JPEG", quality=40))
    (picture,) = (await card_of(again)).media
    seen.pictures += 1
    seen.pictures_known += [one.post_id for one in picture.earlier] == [network_id(first)]
    (picture,) = (await card_of(first)).media
    assert picture.earlier == ()


async def _campaign(
    campaign: Campaign, card_of: Callable[[str], Awaitable[ContextCard]], seen: Seen
) -> None:
    card = await card_of(campaign.members[-1])
    members = {network_id(uri) for uri in campaign.members}
    found = {one.post_id for one in card.copies.members}
    seen.campaigns += 1
    assert card.first_seen is not None
    seen.first_right += card.first_seen.post_id == network_id(campaign.members[0])
    seen.members += len(members)
    seen.members_found += len(members & found)
    seen.strangers += len(found - members)


def _rumor(card: ContextCard, right: set[PostId], wrong: set[PostId], seen: Seen) -> None:
    cited = {one.id: one.post_id for one in card.references}
    against = [cited[one] for claim in card.claims for one in claim.refutes]
    seen.rumors += 1
    seen.refuted += any(name in right for name in against)
    seen.turned += any(
        one.turning in ("correction", "dispute", "official") and one.post_id in right
        for one in card.timeline
    )
    seen.against += len(against)
    seen.against_wrongly += sum(name in wrong for name in against)


def cards_of(directory: Path, seed: int) -> Seen:
    async def scenario() -> Seen:
        config = load(environ={}, flags={"data": str(directory), "embed.processes": 0})
        opening = open_siyaq(config, write=True)
        async with follow_world(opening, seed, START, posts_per_second=1.0) as follower:
            truth = await follower.read_on(START + timedelta(minutes=MINUTES))
            assert truth.deleted
            return await look(follower, truth)

    return asyncio.run(scenario())


def test_the_cards_of_a_world_say_what_is_true_of_it(tmp_path: Path, seed: int) -> None:
    seen = cards_of(tmp_path, seed)
    assert seen.not_live == []
    assert seen.campaigns or seen.rumors, seen
    assert seen.first_right >= 0.8 * seen.campaigns, seen
    assert seen.members_found >= 0.8 * seen.members, seen
    assert seen.against_wrongly <= 0.1 * seen.against, seen
    assert 2 * min(seen.refuted, seen.turned) >= seen.rumors, seen
    assert seen.pictures_known == seen.pictures > 0, seen
