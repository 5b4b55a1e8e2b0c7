"""Puts the questions of the stories, as far as the posts that are live allow them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from siyaq.testing.world.question import Ask, Question
from siyaq.testing.world.story import Story
from siyaq.testing.world.truth import TrueArticle, TruePost, TrueStory
from siyaq.testing.world.words import Lang, Lines, expand, fill

LATEST = Lines(
    en=(
        "What happened in the latest story?",
        "What is the latest news?",
        "What is happening right now?",
    ),
    ar=("ما آخر ما حدث؟", "ما آخر الأخبار؟", "ماذا يحدث الآن؟"),
)
OFF_TOPIC = Lines(
    en=(
        "At what temperature does tin melt?",
        "Who painted the ceiling of the opera house of Grenzau?",
        "How many moons does the planet Threnody have?",
    ),
    ar=(
        "عند أي درجة حرارة ينصهر القصدير؟",
        "من رسم سقف دار الأوبرا في غرنزاو؟",
        "كم قمراً لكوكب ثرينودي؟",
    ),
)
_LANGS: tuple[Lang, Lang] = ("en", "ar")


def questions(
    stories: Sequence[Story],
    told: Sequence[TrueStory],
    posts: Mapping[str, TruePost],
    articles: Mapping[str, TrueArticle],
) -> tuple[Question, ...]:
    """Return every question that may be put now, each in both languages, with its answer."""
    asked = [*_latest(told), *_off_topic()]
    states = {uri: frozenset(post.states) for uri, post in posts.items() if post.state == "live"}
    states |= {guid: frozenset(article.states) for guid, article in articles.items()}
    for story, so_far in zip(stories, told, strict=True):
        if so_far.posts:
            asked += _of_story(story, so_far, states)
    # Two stories of one kind in one town raise the same question: nobody could say which is meant.
    meant = Counter(question.text for question in asked)
    return tuple(question for question in asked if meant[question.text] == 1)


def _of_story(
    story: Story, so_far: TrueStory, states: Mapping[str, frozenset[str]]
) -> Iterator[Question]:
    rng = Random(f"{story.id}:{story.started_at}")
    stated = frozenset(so_far.facts)
    for ask in story.asks:
        ready = stated.issuperset(ask.needs) and not stated.intersection(ask.unless)
        for lang in _LANGS:
            text = fill(expand(rng.choice(ask.lines.to(lang)), rng), story.words, lang)
            if ready:
                yield Question(
                    text=text,
                    lang=lang,
                    kind=ask.kind,
                    story=story.id,
                    must_contain=tuple(story.facts[need] for need in ask.needs),
                    must_not_contain=ask.must_not_contain,
                    expected=_expected(ask, so_far, states),
                )


def _expected(ask: Ask, so_far: TrueStory, states: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    known = (*so_far.posts, *so_far.articles)
    return tuple(name for name in known if states[name].intersection(ask.needs))


def _latest(told: Sequence[TrueStory]) -> Iterator[Question]:
    news = [story for story in told if story.headline and story.posts]
    if not news:
        return
    newest = max(news, key=lambda story: story.started_at)
    for lang in _LANGS:
        for text in LATEST.to(lang):
            yield Question(
                text=text,
                lang=lang,
                kind="latest",
                story=newest.id,
                must_contain=(newest.names,),
                expected=(*newest.posts, *newest.articles),
            )


def _off_topic() -> Iterator[Question]:
    for lang in _LANGS:
        for text in OFF_TOPIC.to(lang):
            yield Question(text=text, lang=lang, kind="unanswerable")
