"""The story that began last leads: not a newer turn of an older one, not chatter, not a trick."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from siyaq.core.clock import PlacedBy
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.post import Author, Post
from siyaq.retrieval.fold import Ranked
from siyaq.retrieval.latest import newest_story

NOON = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
SECONDS_EACH = 1.0

HABITS = """
coffee tea bread soup rice olives honey dates figs apples lemon pepper butter yoghurt carrots
garden kitchen balcony window carpet lamp mirror pillow curtain shelf ladder bucket broom
"""
MOODS = "love miss need want forgot lost found bought burned painted washed dropped"
FLOOD_EN = (
    "Water everywhere: the Wadrana river is over its banks at Telmes",
    "Telmes, our cellar is under water, the Wadrana took the fence",
    "They carry children out by boat in Telmes, the Wadrana still rises",
    "Sandbags wanted near the mill! The Wadrana does not stop, Telmes needs hands",
    "Is the road to Telmes open? My sister says the Wadrana swallowed it",
    "School in Telmes is closed, first flood of the Wadrana since my childhood",
    "Praying for everybody in Telmes tonight, what a river this Wadrana is",
)
FLOOD_AR = (
    "فاض نهر ودرانة على بيوت تلمس والناس على السطوح",
    "قبو بيتنا في تلمس غرق بماء ودرانة",
    "القوارب تنقل الأطفال من تلمس ونهر ودرانة ما زال يعلو",
    "نحتاج أكياس رمل قرب الطاحونة في تلمس، ودرانة لا يتوقف",
    "هل طريق تلمس سالك؟ أختي تقول إن ودرانة ابتلعه",
    "أغلقت مدارس تلمس بسبب فيضان ودرانة",
    "الله يحمي أهل تلمس من ودرانة هذه الليلة",
)
TRAIN_EN = (
    "A train left the rails at Quorvel station, people climb out of windows",
    "Smoke over Quorvel, the night train lies on its side",
    "Rescuers reach the train in Quorvel, doors are cut open",
    "My father was on the Quorvel train, he is fine, only shaken",
    "No train runs through Quorvel until morning, says the railway",
    "Quorvel hospital asks for blood after the train accident",
    "Who checks these rails? The Quorvel train shook for weeks",
)
TURN_EN = (
    "Minister Hadwick resigns over the Wadrana flood, Telmes cheers",
    "Hadwick gone at last. Telmes waited long enough by the Wadrana",
    "What will follow Hadwick? The dams on the Wadrana stay unpaid, says Telmes",
    "Hadwick read two lines about Telmes and left, the Wadrana got none",
    "Never liked Hadwick, but the Wadrana is not his fault. Telmes, be fair",
    "Hadwick resigned by telephone while Telmes dries its books from the Wadrana",
)

HOME_EN = (
    "Behind the carpet there was a window nobody knew of",
    "Two buckets of paint later my carpet matches every window",
    "Can moths see a carpet through glass? The window is shut",
    "Grandfather sold one carpet and bought this window frame",
    "Sunlight through our window bleaches any carpet, they warn",
    "Whose carpet hangs out there, third window, purple stars",
)

BAKERY_EN = (
    "The baker throws bread out of the window again, free for all",
    "Caught one! Warm bread, straight from a window on the hill",
    "Why would anybody sell bread through a window at night?",
    "Bread, window, queue around the block: this street has lost its mind",
    "Officials want that window closed. People want their bread",
    "She leans out of her window and hands bread to strangers, bless her",
    "Our dog waits below the window too, he had three loaves of bread",
    "A window full of bread and nobody pays, how does that end",
    "Eight hundred rolls of bread left that window, I counted",
)
CLOCK_EN = (
    "12:14 and Telmes hears the pumps start",
    "At 12:14 somebody in Telmes rang all bells",
    "Telmes has light again since 12:14, thank you",
    "Write it down: 12:14, first dry doorstep of Telmes",
    "Telmes sings. It is 12:14 and I am hoarse",
    "My clock in Telmes stopped at 12:14, fitting",
)
SCORES_EN = (
    "2:0 in the 89th, my neighbor is on the roof",
    "Never saw such a header, 2:0, 89th",
    "Half the pub left at 2:0, it was the 89th",
    "Told you so, 2:0, pay up. 89th!",
    "That keeper sleeps, 89th and 2:0 already",
    "2:0!!! 89th! Somebody wake the children",
)


class Stream:
    """A stream that ends at noon: chatter by a crowd of known people, and stories put into it."""

    def __init__(self, size: int = 900, seed: int = 5) -> None:
        rng = Random(seed)
        habits, moods = HABITS.split(), MOODS.split()
        self._posts: list[Post] = []
        for at in range(size):
            text = f"I {rng.choice(moods)} {rng.choice(habits)} and {rng.choice(habits)} today"
            self._add(f"c{at}", text, (size - at) * SECONDS_EACH, f"citizen{rng.randrange(150)}")
        self._rng = rng

    def tell(
        self,
        name: str,
        texts: tuple[str, ...],
        seconds_ago: float,
        *,
        every: float = 8.0,
        lang: str = "en",
        authors: str = "",
        answering: str = "",
    ) -> None:
        """Post texts one by one, by people of the crowd or by accounts that say nothing else."""
        crowd = self._rng.sample(range(150), len(texts))
        for number, text in enumerate(texts):
            author = f"{authors}{number}" if authors else f"citizen{crowd[number]}"
            about = PostId(f"wire:{answering}{number}") if answering else None
            ago = seconds_ago - every * number
            self._add(f"{name}{number}", text, ago, author, lang=lang, reply_to=about)

    def leading(self, lang: str = "en") -> list[str]:
        """Return the names of the posts of the story that leads, as they are ordered."""
        self._posts.sort(key=lambda post: post.placed_at, reverse=True)
        recent = [
            Ranked(Seq(len(self._posts) - at), 1.0, post, None, {})
            for at, post in enumerate(self._posts)
        ]
        ordered = newest_story(recent, lang)
        assert sorted(one.seq for one in ordered) == sorted(one.seq for one in recent)
        return [one.post.native_id for one in ordered if one.parts.get("story") == 1.0]

    def _add(
        self,
        name: str,
        text: str,
        ago: float,
        author: str,
        *,
        lang: str = "en",
        reply_to: PostId | None = None,
    ) -> None:
        at = NOON - timedelta(seconds=ago)
        written = Post(
            source="wire",
            native_id=name,
            author=Author(id=AuthorId(author)),
            text=text,
            lang=lang,
            witnessed_at=at,
            placed_at=at,
            placed_by=PlacedBy.WITNESSED,
            reply_to=reply_to,
        )
        self._posts.append(written)


@pytest.fixture
def stream() -> Stream:
    return Stream()


def kinds(names: list[str]) -> set[str]:
    return {name.rstrip("0123456789") for name in names}


def test_the_story_that_began_last_leads(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 400)
    stream.tell("train", TRAIN_EN, 100)
    assert kinds(stream.leading()) == {"train"}


def test_a_new_turn_of_an_older_story_is_no_newer_story(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 400)
    stream.tell("train", TRAIN_EN, 200)
    stream.tell("turn", TURN_EN, 60)
    assert kinds(stream.leading()) == {"train"}


def test_a_story_told_in_two_languages_is_one(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 160, every=10)
    stream.tell("fayadan", FLOOD_AR, 100, lang="ar", answering="flood")
    assert kinds(stream.leading("en")) == kinds(stream.leading("ar")) == {"flood", "fayadan"}
    assert kinds(stream.leading("en")[:7]) == {"flood"}
    assert kinds(stream.leading("ar")[:7]) == {"fayadan"}


def test_an_arabic_story_leads_an_english_question_when_it_is_newer(stream: Stream) -> None:
    stream.tell("train", TRAIN_EN, 400)
    stream.tell("fayadan", FLOOD_AR, 100, lang="ar")
    assert kinds(stream.leading("en")) == {"fayadan"}


def test_of_stories_equally_new_the_one_in_the_askers_language_leads(stream: Stream) -> None:
    stream.tell("train", TRAIN_EN, 110)
    stream.tell("fayadan", FLOOD_AR, 100, lang="ar")
    assert kinds(stream.leading("en")) == {"train"}
    assert kinds(stream.leading("ar")) == {"fayadan"}


def test_what_many_repeat_is_no_story(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 300)
    stream.tell("copy", ("Buy the silver lamp of Zanzor before it is gone!",) * 12, 100)
    assert kinds(stream.leading()) == {"flood"}


def test_one_voice_is_no_story(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 300)
    for number, text in enumerate(TRAIN_EN):
        stream.tell(f"alone{number}x", (text,), 100 - number, authors="lonely")
    assert kinds(stream.leading()) == {"flood"}


def test_accounts_that_speak_of_nothing_else_make_no_story(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 300)
    stream.tell("fake", TRAIN_EN, 100, authors="throwaway")
    assert kinds(stream.leading()) == {"flood"}


def test_chatter_alone_is_no_story(stream: Stream) -> None:
    assert stream.leading() == []


def test_what_is_said_all_day_is_no_story(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 300)
    stream.tell("home", HOME_EN, 60)
    assert kinds(stream.leading()) == {"flood"}


def test_everyday_words_that_never_met_before_make_a_story(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 300)
    stream.tell("bakery", BAKERY_EN, 80)
    assert kinds(stream.leading()) == {"bakery"}


def test_a_turn_that_only_names_where_it_happens_is_no_newer_story(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 400)
    stream.tell("train", TRAIN_EN, 200)
    stream.tell("clock", CLOCK_EN, 60)
    assert kinds(stream.leading()) == {"train"}


def test_a_number_names_no_story(stream: Stream) -> None:
    stream.tell("flood", FLOOD_EN, 300)
    stream.tell("score", SCORES_EN, 60)
    assert kinds(stream.leading()) == {"flood"}


def test_copies_of_a_long_text_do_not_hide_a_story(stream: Stream) -> None:
    words = [f"word{number}x" for number in range(150)]
    stream.tell("copy", (" ".join(words),) * 60, 80, every=1, authors="fresh")
    stream.tell("train", TRAIN_EN, 100)
    assert kinds(stream.leading()) == {"train"}


def test_a_campaign_is_told_by_those_who_speak_of_it(stream: Stream) -> None:
    slogan = "Everybody must taste the honey of Zanzor bridge before Thursday is over!"
    noticed = (
        "Twenty strangers praise the honey of Zanzor in the very same sentence",
        "Who writes all this about Zanzor and its honey?",
        "My feed is one message about Zanzor honey, muted",
        "Asked one of them about the Zanzor honey, same text again",
    )
    stream.tell("copy", (slogan,) * 14, 120, every=5, authors="fresh")
    stream.tell("noticed", noticed, 60)
    leading = stream.leading()
    assert kinds(leading[:4]) == {"noticed"}
    assert kinds(leading[4:]) == {"copy"}


def test_the_post_that_says_most_of_the_story_leads_it(stream: Stream) -> None:
    told = (
        "Broken rails at Quorvel, a train fell over and took the signal box along",
        "Quorvel: rails bent like spoons, our train stopped in a field",
        "Someone stole bolts from the rails? The Quorvel train had no chance",
        "Whoever checks rails in Quorvel should ride this train himself",
        "Crane lifts the first train off the rails in Quorvel, slowly",
        "No train through Quorvel until morning",
        "Oh no, Quorvel. That train",
    )
    stream.tell("train", told, 100)
    assert "rails" in told[int(stream.leading()[0].removeprefix("train"))]


def test_the_window_ends_where_the_record_ends() -> None:
    assert newest_story([], "en") == []
