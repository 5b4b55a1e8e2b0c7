"""A context card in a terminal, under the rules of `present`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from siyaq.cli.present import quoted, tame, when, who
from siyaq.context import Unknown
from siyaq.core.answer import Evidence, Reason
from siyaq.core.card import Claim, ContextCard, CopiedHow, DemandKind, Moment, OfficialBy, Turning
from siyaq.core.post import Post

UNKNOWN_PLAINLY: Mapping[str, str] = {
    Unknown.NO_EARLIER_RECORD: "whether it was said before our record begins",
    Unknown.FEED_GAP: "whether it was said while we were not listening",
    Unknown.SHORT_TEXT: "whether posts this short are copies at all",
    Unknown.MORE_COPIES: "how many more copies there are",
    Unknown.THREAD_INCOMPLETE: "what stands in posts of the thread that we do not hold",
    Unknown.NOT_CHECKED_CLAIMS: "whether what it claims is true",
    Unknown.NOT_CHECKED_MEDIA: "what its pictures show",
    Unknown.NOT_CHECKED_COORDINATION: "whether accounts copied it together: terms forbid to look",
}
"""What a card does not know, in words."""

COPIED_PLAINLY: Mapping[CopiedHow, str] = {
    "repost": "it is a repost",
    "quote": "it quotes it",
    "reply": "it answers it",
    "credit": "it names the author",
    "wording": "likely: much of its wording, to the letter",
}
"""What shows whom a text was taken from, in words."""

TURNING_PLAINLY: Mapping[Turning, str] = {
    "first_report": "first report",
    "official": "first official word",
    "dispute": "first dispute",
    "correction": "correction",
    "retraction": "taken back by who said it",
    "fact_check": "published fact-check",
}
"""What makes a moment a turning point, in words."""

OFFICIAL_PLAINLY: Mapping[OfficialBy, str] = {
    "domain": "a government's own address",
    "name": "calls itself an office",
}
"""What an office's word rests on, in words."""

DEMAND_PLAINLY: Mapping[DemandKind, str] = {
    "accuracy": "doubt that it is so",
    "context": "say that context is missing",
    "provenance": "ask where it comes from",
}
"""What readers ask for, after the number of accounts that do."""

CARD_REASON_PLAINLY: Mapping[Reason, str] = {
    Reason.NOT_NEEDED: "it states nothing that could be checked, and nobody asks about it",
    Reason.INSUFFICIENT_EVIDENCE: "it makes a claim, and nothing here speaks for or against it",
    Reason.NO_EVIDENCE: "nothing in the posts here says this",
}
"""Why a card says nothing, in words."""

BLOCKS = " ▁▂▃▄▅▆▇█"


def show_card(console: Console, post: Post | None, text: str, card: ContextCard) -> None:
    """Print the context of one post, or of a text that is none of ours."""
    byline = _byline(post) if post else "a text, not a post"
    told = quoted(post.text if post else text)
    parts: list[RenderableType] = [told, Text(byline, style="dim"), Text()]
    first = card.first_seen
    if first is not None:
        parts.append(
            Text(
                f"first seen   {when(first.at)} ({first.clock} time, {first.confidence} confidence)"
                f"  {tame(first.post_id)}"
            )
        )
        if first.earlier_alike is not None:
            parts.append(Text(f"             alike, and earlier: {tame(first.earlier_alike)}"))
        if first.earlier_retold is not None:
            parts.append(Text(f"             likely retold, earlier: {tame(first.earlier_retold)}"))
        parts += [
            Text(f"             claims {when(c.claimed_at)}, not believed: {tame(c.post_id)}")
            for c in first.earlier_claims
        ]
    if card.copied_from is not None and card.copied_how is not None:
        how = COPIED_PLAINLY[card.copied_how]
        parts.append(Text(f"copied from  {tame(card.copied_from)} ({how})"))
    parts.append(Text(f"copies       {card.copies.count} posts, {card.copies.accounts} accounts"))
    if card.copies.count > 1:
        parts.append(Text(f"spread       {_bars([bar.n for bar in card.copies.histogram])}"))
    parts += [
        Text(f"retold       {tame(one.post_id)} (likely {one.how})") for one in card.copies.retold
    ]
    for change in card.copies.changed:
        gone, new = tame(" ".join(change.removed)), tame(" ".join(change.added))
        parts.append(Text(f"changed      {tame(change.post_id)}: -{gone} +{new}"))
    for one in card.coordination:
        names = " and ".join(tame(sharer.handle or sharer.author_id) for sharer in one.accounts)
        parts.append(
            Text(
                f"together     {names} posted the same {one.kind} within {one.seconds} seconds"
                f" of each other {one.times} times"
            )
        )
    if card.thread is not None and len(card.thread.posts) > 1:
        parts.append(Text(f"thread       {len(card.thread.posts)} posts"))
        parts += [
            Text(f"  {reply.relation:9}{tame(reply.handle)}: ") + quoted(reply.text[:160])
            for reply in card.thread.posts
            if reply.relation != "self"
        ]
    cited = {one.id: one for one in card.references}
    parts += [
        quoted(point.text) + _cited(cited[point.citations[0].evidence_id]) for point in card.points
    ]
    parts += _story(card, cited)
    console.print(
        Panel(Group(*parts), title=Text(tame(card.post_id or "context")), title_align="left")
    )


def _story(card: ContextCard, cited: Mapping[str, Evidence]) -> Iterator[Text]:
    """Yield what bears on the claims, how the story went, and what is asked and not known."""
    for claim in card.claims:
        yield from _claim_lines(claim, cited)
    for moment in card.timeline:
        yield _moment_line(moment, cited[moment.evidence_id])
    for asked in card.demand:
        yield Text(f"readers      {asked.accounts} {DEMAND_PLAINLY[asked.kind]}")
    if card.reason is not None:
        why = CARD_REASON_PLAINLY.get(card.reason, card.reason)
        yield Text(f"no more      {why}", style="dim")
    for code in card.unknown:
        yield Text(f"not known    {UNKNOWN_PLAINLY.get(code, code)}", style="dim")


def _claim_lines(claim: Claim, cited: Mapping[str, Evidence]) -> list[Text]:
    """Say what bears on a claim: who refutes it first. Nothing where nothing was found."""
    checks = [
        Text(f"  {'reviewed by':13}{tame(check.publisher)}: {tame(check.label or check.rating)}")
        + Text(f"  [{cited[one].marker}]", style="dim")
        for one in claim.fact_checks
        if (check := cited[one].fact_check) is not None
    ]
    sides = {"refuted by": claim.refutes, "borne out by": claim.supports, "met in": claim.mentions}
    lines = [
        Text(f"  {said:13}") + quoted(cited[one].text[:160]) + _cited(cited[one])
        for said, ids in sides.items()
        for one in ids
    ]
    lines = [*checks, *lines]
    return [Text("claim        ") + quoted(claim.text), *lines] if lines else []


def _moment_line(moment: Moment, evidence: Evidence) -> Text:
    said = TURNING_PLAINLY[moment.turning] if moment.turning else "also said"
    if moment.official is not None:
        said += f" ({OFFICIAL_PLAINLY[moment.official]})"
    line = Text(f"{when(moment.at)}  {said}: ") + quoted(evidence.text[:160])
    return line + Text(f"  [{evidence.marker}]", style="dim")


def _cited(evidence: Evidence) -> Text:
    told = f"  [{evidence.marker}] {who(evidence.author)}, {when(evidence.placed_at)}"
    return Text(told, style="dim")


def _byline(post: Post) -> str:
    return f"{who(post.author)}, {when(post.placed_at)} ({post.placed_by} time)"


def _bars(counts: list[int]) -> str:
    top = max(counts, default=0) or 1
    return "".join(BLOCKS[-(-n * (len(BLOCKS) - 1) // top)] for n in counts)
