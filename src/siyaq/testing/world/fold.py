"""From events to the truth: what a faithful reader holds after reading all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from siyaq.testing.world.event import AccountState, Article, WorldEvent
from siyaq.testing.world.examine import questions
from siyaq.testing.world.story import Campaign, Story
from siyaq.testing.world.truth import TrueArticle, TrueFacet, TruePost, TrueStory, Truth

_BELIEVED = timedelta(minutes=10)
_MOST_FACETS = 1000
"""No reader need keep more; a post with more has none here."""


def fold(
    at: datetime,
    events: Iterable[WorldEvent],
    articles: Iterable[Article],
    stories: Sequence[Story],
) -> Truth:
    """Return the truth after `events` and `articles`, which are all there was before `at`."""
    posts: dict[str, TruePost] = {}
    handles: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    accounts: dict[str, AccountState] = {}
    for event in events:
        if event.kind == "identity":
            handles[event.did] = event.handle
            names.setdefault(event.did, []).append(event.handle)
        elif event.kind == "account":
            accounts[event.did] = event.status
        elif event.is_post:
            posts[event.uri] = _changed(posts.get(event.uri), event)
    posts = {
        uri: _under_account(post, accounts.get(post.did, ""), handles)
        for uri, post in posts.items()
    }
    latest = {article.guid: _true_article(article) for article in articles}
    told = tuple(_true_story(story, posts, latest) for story in stories)
    return Truth(
        at=at,
        posts=posts,
        articles=latest,
        handles=handles,
        names={did: tuple(borne) for did, borne in names.items()},
        stories=told,
        questions=questions(stories, told, posts, latest),
        edited=tuple(uri for uri, post in posts.items() if post.edited and post.state == "live"),
        deleted=tuple(uri for uri, post in posts.items() if post.state == "deleted"),
        hidden=tuple(uri for uri, post in posts.items() if post.state == "hidden"),
    )


def _changed(before: TruePost | None, event: WorldEvent) -> TruePost:
    if event.record is None:
        assert before is not None, "the world deletes only what it created"
        return _without_text(before)
    record = event.record
    return TruePost(
        uri=event.uri,
        did=event.did,
        handle="",
        state="live",
        text=_text(record.get("text")),
        langs=tuple(_text(lang) for lang in _list(record.get("langs"))),
        lang=event.lang,
        created_at=_text(record.get("createdAt")),
        witnessed_at=before.witnessed_at if before else event.at,
        changed_at=event.at,
        placed_at=before.placed_at if before else _placed(record, event.at),
        versions=before.versions + 1 if before else 1,
        edited=before is not None,
        reply_to=_uri_at(record, "reply", "parent"),
        root=_uri_at(record, "reply", "root"),
        quote_of=_uri_at(record, "embed", "record") or _uri_at(record, "embed", "record", "record"),
        facets=_facets(record),
        story=event.story,
        states=tuple(sorted(event.states)),
        refusable=event.refusable,
    )


def _placed(record: Mapping[str, object], witnessed_at: datetime) -> datetime:
    """Believe a client's claim that is not later than its witness and at most ten minutes older."""
    claimed = datetime.fromisoformat(_text(record.get("createdAt")))
    return claimed if timedelta() <= witnessed_at - claimed <= _BELIEVED else witnessed_at


def _under_account(post: TruePost, status: AccountState, handles: Mapping[str, str]) -> TruePost:
    """Return a post as its author's account lets it be seen."""
    handle = handles.get(post.did, "")
    if status == "deleted":
        return replace(_without_text(post), handle=handle)
    if status and post.state == "live":
        return replace(post, state="hidden", handle=handle)
    return replace(post, handle=handle)


def _without_text(post: TruePost) -> TruePost:
    return replace(post, state="deleted", text="", facets=(), states=())


def _true_article(article: Article) -> TrueArticle:
    return TrueArticle(
        guid=article.guid,
        paper=article.paper,
        title=article.title,
        text=article.text,
        published_at=article.published_at,
        updated_at=article.updated_at,
        story=article.story,
        states=tuple(sorted(article.states)),
    )


def _true_story(
    story: Story, posts: Mapping[str, TruePost], articles: Mapping[str, TrueArticle]
) -> TrueStory:
    uris = dict.fromkeys(event.uri for event in story.events if event.is_post)
    live = tuple(uri for uri in uris if uri in posts and posts[uri].state == "live")
    guids = dict.fromkeys(article.guid for article in story.articles)
    published = tuple(guid for guid in guids if guid in articles)
    stated = {fact for uri in live for fact in posts[uri].states}
    stated |= {fact for guid in published for fact in articles[guid].states}
    return TrueStory(
        id=story.id,
        kind=story.kind,
        headline=story.headline,
        started_at=story.started_at,
        names=story.names,
        facts={name: forms for name, forms in story.facts.items() if name in stated},
        posts=live,
        articles=published,
        campaign=_live_campaign(story.campaign, frozenset(live)),
        same_picture=tuple(uri for uri in story.same_picture if uri in live),
    )


def _live_campaign(campaign: Campaign | None, live: frozenset[str]) -> Campaign | None:
    if campaign is None:
        return None
    pairs = zip(campaign.members, campaign.accounts, strict=True)
    shown = [(uri, did) for uri, did in pairs if uri in live]
    if not shown:
        return None
    return Campaign(
        first=shown[0][0],
        members=tuple(uri for uri, _ in shown),
        accounts=tuple(did for _, did in shown),
    )


def _facets(record: Mapping[str, object]) -> tuple[TrueFacet, ...]:
    raw = _text(record.get("text")).encode()
    edges = {0, len(raw)} | {place for place, byte in enumerate(raw) if byte & 0xC0 != 0x80}
    found: list[TrueFacet] = []
    told = _list(record.get("facets"))
    for facet in told if len(told) <= _MOST_FACETS else ():
        index, features = _map(facet).get("index"), _list(_map(facet).get("features"))
        start, end = _map(index).get("byteStart"), _map(index).get("byteEnd")
        if not (isinstance(start, int) and isinstance(end, int) and start < end):
            continue
        if start in edges and end in edges:
            found += [_facet(start, end, _map(feature)) for feature in features]
    return tuple(found)


def _facet(start: int, end: int, feature: Mapping[str, object]) -> TrueFacet:
    kind = _text(feature.get("$type")).rpartition("#")[2]
    target = _text(feature.get({"link": "uri", "mention": "did"}.get(kind, "tag")))
    return TrueFacet(start_byte=start, end_byte=end, kind=kind, target=target)


def _uri_at(record: Mapping[str, object], *path: str) -> str:
    value: object = record
    for name in path:
        value = _map(value).get(name)
    return _text(_map(value).get("uri"))


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
