"""Scripted answers and cards about the story: exact, so that tests can say what must be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from siyaq.core.answer import (
    Answer,
    AnswerStatus,
    Citation,
    Conflict,
    ConflictSide,
    Coverage,
    Evidence,
    FactCheck,
    Group,
    Question,
    Reason,
    Sentence,
    Stance,
    Tally,
    Usage,
    Voices,
)
from siyaq.core.card import (
    Bar,
    Change,
    Claim,
    ContextCard,
    Copies,
    Demand,
    EarlierClaim,
    EarlierPicture,
    FirstSeen,
    Member,
    Moment,
    PictureCard,
    Sameness,
    Thread,
    ThreadPost,
    Turning,
)
from siyaq.core.event import Gap
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.testing.story import story_id

Posts = Mapping[PostId, Post]


@dataclass(frozen=True, slots=True)
class Script:
    """An answer for questions that hold one of `words`: quotes of posts of the story."""

    words: tuple[str, ...]
    quotes: tuple[tuple[str, str], ...] = ()  # (post, quote)
    short: str | None = None
    reason: Reason | None = None
    sides: tuple[tuple[str, str], ...] = ()  # (post, value)
    about: str = ""
    counted: bool = False  # each quote stands for the post it is of, and for those that copy it


_OPEN = ("open", "Wadi Noor bridge reopened to cars at 11:40.")
_OPEN_AR = ("open_ar", "أُعيد فتح جسر وادي النور أمام السيارات عند الساعة 11:40.")
_CLOSED = (
    "closed",
    "Wadi Noor bridge is closed in both directions after the river rose overnight.",
)
_CLOSED_AR = ("closed_ar", "أُغلق جسر وادي النور في الاتجاهين بعد ارتفاع منسوب النهر ليلًا.")
_TWELVE = (
    "families",
    "Our teams moved 12 families from the riverside to the school on Palm Street.",
)
_TWENTY = (
    "families_ar",
    "إجلاء 20 عائلة من ضفة النهر إلى مدرسة شارع النخيل، بحسب شهود عيان.",
)
_PIERS = (
    "article",
    "Engineers inspected the bridge at ten and found no damage to its piers.",
)

SCRIPTS = (
    Script(("trucks",), (("open", "Trucks must still use the northern road."),)),
    Script(("شاحنات",), (("open_ar", "تبقى الشاحنات على الطريق الشمالي."),)),
    Script(
        ("families",),
        (_TWELVE, _TWENTY),
        reason=Reason.CONFLICTING_EVIDENCE,
        sides=(("families", "12"), ("families_ar", "20")),
        about="families",
    ),
    Script(
        ("عائلة", "العائلات"),
        (_TWENTY, _TWELVE),
        reason=Reason.CONFLICTING_EVIDENCE,
        sides=(("families_ar", "20"), ("families", "12")),
        about="عائلة",
    ),
    Script(("people saying",), (_OPEN, _CLOSED), counted=True),
    Script(("يقول الناس",), (_OPEN_AR, _CLOSED_AR), counted=True),
    Script(("في أي ساعة",), (_OPEN_AR,), short="11:40"),
    Script(("bridge",), (_OPEN, _CLOSED, _PIERS), short="reopened to cars at 11:40"),
    Script(("جسر",), (_OPEN_AR, _CLOSED_AR), short="أمام السيارات عند الساعة 11:40"),
    Script(("latest", "story", "talking"), (_OPEN, _TWELVE, _PIERS)),
    Script(("آخر", "حدث", "يتحدث"), (_OPEN_AR, _TWENTY, _CLOSED_AR)),
    Script(("markup",), (("hostile", ""),)),
    Script(("night", "ليلة"), reason=Reason.FEED_GAP),
)
NOTHING = Script((), reason=Reason.NO_EVIDENCE)


VOICES = (
    Voices(posts=1, accounts=1, sources=1),
    Voices(posts=6, accounts=5, sources=1),
    Voices(posts=7, accounts=5, sources=3),
)
"""Who stands behind the first, second and third evidence of every answer."""


def scripted_answer(question: Question, posts: Posts, now: datetime, number: int) -> Answer:
    """Return the scripted answer to a question, from those of its posts that still stand."""
    text = question.text.lower()
    script = next((s for s in SCRIPTS if any(word in text for word in s.words)), NOTHING)
    quotes = [(posts.get(story_id(key)), quote) for key, quote in script.quotes]
    standing = [(post, quote or post.text) for post, quote in quotes if post is not None]
    references = {
        post.id: _evidence(post, marker) for marker, (post, _) in enumerate(standing, start=1)
    }
    status, reason = AnswerStatus.ANSWERED, script.reason
    if not standing:
        status, reason = AnswerStatus.ABSTAINED, script.reason or Reason.NO_EVIDENCE
    elif reason is not None:
        status = AnswerStatus.PARTIAL
    return Answer(
        id=f"a{number}",
        status=status,
        reason=reason,
        sentences=tuple(_sentence(references[post.id], quote) for post, quote in standing),
        references=tuple(references.values()),
        short_answer=script.short if standing else None,
        conflicts=_conflicts(script, references),
        as_of=question.as_of or now,
        covered=_coverage(now),
        usage=Usage(seconds=0.031),
        model="extractive",
        counts=_counts(references.values(), posts) if script.counted else None,
    )


def _counts(references: Iterable[Evidence], posts: Posts) -> Tally:
    """Count each quoted post, and the copies of it that the story has."""
    groups = []
    for one in references:
        copies = [post for post in posts.values() if post.text == posts[one.post_id].text]
        groups.append(
            Group(
                evidence_id=one.id,
                posts=len(copies),
                accounts=len({post.author.id for post in copies}),
                independent=1,
                post_ids=tuple(post.id for post in copies),
            )
        )
    return Tally(
        about="bridge",
        posts=sum(group.posts for group in groups),
        accounts=sum(group.accounts for group in groups),
        independent=len(groups),
        complete=True,
        groups=tuple(groups),
    )


def _coverage(now: datetime) -> Coverage:
    since = now - timedelta(hours=14)
    gap = Gap(
        source="bluesky",
        since=now - timedelta(hours=9),
        until=now - timedelta(hours=8, minutes=20),
        reason="disconnected",
    )
    return Coverage(since=since, until=now, gaps=(gap,))


def _evidence(post: Post, marker: int) -> Evidence:
    return Evidence(
        id=f"e{marker}",
        marker=marker,
        post_id=post.id,
        author=post.author,
        created_at=post.created_at,
        witnessed_at=post.witnessed_at,
        placed_at=post.placed_at,
        url=post.url,
        text=post.text,
        voices=VOICES[(marker - 1) % len(VOICES)],
    )


def _sentence(evidence: Evidence, quote: str) -> Sentence:
    citation = Citation(marker=evidence.marker, evidence_id=evidence.id, quote=quote, support=1.0)
    return Sentence(text=quote, citations=(citation,))


def _conflicts(script: Script, references: Mapping[PostId, Evidence]) -> tuple[Conflict, ...]:
    sides = [(references.get(story_id(key)), value) for key, value in script.sides]
    standing = tuple(
        ConflictSide(value=value, evidence_ids=(evidence.id,), created_at=evidence.created_at)
        for evidence, value in sides
        if evidence is not None
    )
    return (Conflict(about=script.about, sides=standing),) if len(standing) > 1 else ()


_CLUSTER: Mapping[str, Sameness] = {
    "closed": "exact",
    "copy": "exact",
    "changed": "near",
    "late_copy": "near",
}
_THREAD = ("closed", "ask_road", "road_open")


def scripted_card(post: Post, posts: Posts, now: datetime) -> ContextCard:
    """Return the card of a post: full for the news of the closure and its copies, else small."""
    cluster = {story_id(key): sameness for key, sameness in _CLUSTER.items()}
    if post.id not in cluster:
        cluster = {post.id: "exact"}
    members = tuple(
        _member(posts[name], sameness) for name, sameness in cluster.items() if name in posts
    )
    first = members[0]
    points = _points(posts) if len(members) > 1 else ()
    cited = {evidence.post_id: evidence for evidence, _ in points}
    return ContextCard(
        post_id=post.id,
        status="shown",
        reason=None,
        points=tuple(_sentence(evidence, quote) for evidence, quote in points),
        first_seen=FirstSeen(
            post_id=first.post_id,
            at=first.at,
            clock=post.placed_by,
            sameness="exact",
            window=_coverage(now),
            confidence="medium",
            earlier_claims=_claims(first, now) if len(members) > 1 else (),
        ),
        copied_from=first.post_id if first.post_id != post.id else None,
        copied_how="wording" if first.post_id != post.id else None,
        copies=Copies(
            count=len(members),
            accounts=len({member.author_id for member in members}),
            histogram=_histogram(members),
            members=members,
            changed=_changes(posts) if len(members) > 1 else (),
        ),
        coordination=(),
        claims=_claimed(cited),
        thread=_thread(post, posts),
        timeline=_timeline(cited),
        media=(
            PictureCard(
                url="",
                alt="",
                checked=True,
                earlier=(
                    EarlierPicture(
                        post_id=story_id("families"),
                        author_id="riveraid.example",
                        handle="riveraid.example",
                        name="River Aid Weekly",
                        at=now - timedelta(minutes=150),
                        distance=6,
                    ),
                ),
            ),
        )
        if post.id == story_id("families_ar")
        else (),
        demand=_demand(posts) if len(members) > 1 else (),
        unknown=UNKNOWN if len(members) > 1 else (),
        references=tuple(evidence for evidence, _ in points),
        version=1,
        as_of=now,
        usage=Usage(seconds=0.004),
    )


CHECK = FactCheck(
    claim="The bridge of Wadi Noor has collapsed",
    rating="false",
    label="False",
    publisher="The Noor Paper",
    url="https://news.example/checks/1",
)
UNKNOWN = ("no_earlier_record", "feed_gap", "not_checked_claims")

_POINTS = (
    ("denial", "Reports of a collapse are false.", Stance.REFUTES),
    ("article", "Engineers inspected the bridge at ten and found no damage to its piers.", None),
)


def _points(posts: Posts) -> tuple[tuple[Evidence, str], ...]:
    standing = [(key, posts.get(story_id(key)), quote, stance) for key, quote, stance in _POINTS]
    return tuple(
        (
            replace(
                _evidence(post, marker),
                stance=stance or Stance.MENTIONS,
                fact_check=CHECK if key == "article" else None,
            ),
            quote,
        )
        for marker, (key, post, quote, stance) in enumerate(standing, start=1)
        if post is not None
    )


def _claimed(cited: Mapping[PostId, Evidence]) -> tuple[Claim, ...]:
    """Say that the closure is claimed, and that the paper has published a check of it."""
    check, denial = cited.get(story_id("article")), cited.get(story_id("denial"))
    if check is None or denial is None:
        return ()
    return (
        Claim(
            text="Wadi Noor bridge has collapsed in both directions.",
            refutes=(denial.id,),
            fact_checks=(check.id,),
        ),
    )


def _timeline(cited: Mapping[PostId, Evidence]) -> tuple[Moment, ...]:
    turns: tuple[tuple[str, Turning], ...] = (("article", "first_report"), ("denial", "correction"))
    return tuple(
        Moment(
            at=cited[story_id(key)].placed_at,
            post_id=story_id(key),
            evidence_id=cited[story_id(key)].id,
            turning=turning,
            official="name" if key == "denial" else None,
        )
        for key, turning in turns
        if story_id(key) in cited
    )


def _demand(posts: Posts) -> tuple[Demand, ...]:
    asked = story_id("ask_road")
    return (Demand(kind="provenance", accounts=1, evidence=(asked,)),) if asked in posts else ()


def _member(post: Post, sameness: Sameness) -> Member:
    return Member(
        post_id=post.id,
        author_id=post.author.id,
        handle=post.author.handle,
        at=post.placed_at,
        sameness=sameness,
        url=post.url,
    )


def _claims(first: Member, now: datetime) -> tuple[EarlierClaim, ...]:
    claim = EarlierClaim(
        post_id=story_id("late_copy"),
        claimed_at=first.at - timedelta(days=2),
        witnessed_at=now - timedelta(minutes=161),
    )
    return (claim,)


def _histogram(members: tuple[Member, ...]) -> tuple[Bar, ...]:
    start = min(member.at for member in members)
    step = timedelta(minutes=5)
    counts = [0] * 8
    for member in members:
        counts[min((member.at - start) // step, 7)] += 1
    return tuple(Bar(t=start + step * place, n=n) for place, n in enumerate(counts))


def _changes(posts: Posts) -> tuple[Change, ...]:
    both: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "changed": (("is", "closed"), ("has", "collapsed")),
        "late_copy": ((), ("Stay", "safe!")),
    }
    return tuple(
        Change(
            post_id=post.id,
            author_id=post.author.id,
            handle=post.author.handle,
            removed=removed,
            added=added,
        )
        for key, (removed, added) in both.items()
        if (post := posts.get(story_id(key))) is not None
    )


def _thread(post: Post, posts: Posts) -> Thread | None:
    names = [story_id(key) for key in _THREAD]
    if post.id not in names:
        return None
    here = names.index(post.id)
    return Thread(
        posts=tuple(
            ThreadPost(
                post_id=name,
                handle=posts[name].author.handle,
                at=posts[name].placed_at,
                text=posts[name].text,
                relation="self" if place == here else "ancestor" if place < here else "reply",
            )
            for place, name in enumerate(names)
            if name in posts
        ),
        missing=(PostId("bluesky:at://did:plc:gone/app.bsky.feed.post/3kgone"),),
    )
