"""The task `copies`: which posts say the same, and whether a copy was changed.

A folder with `pairs.jsonl` asks of two texts whether they say the same under a disguise, differ
in a number or a negation, or are different: `accuracy` and the F1 of each label. A folder with
`clusters.jsonl` asks for the clusters of its posts, taken in as a stream: texts that are no
coincidence, by ACCOUNTS or more. Its figures count pairs of posts that stand in one cluster,
over every post of a known cluster or of one of ours. Both use what the context card uses.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from siyaq.context import Clusters
from siyaq.core.card import Sameness
from siyaq.core.errors import Unreadable
from siyaq.evals import folder
from siyaq.evals.figures import Scores, Share, summarize
from siyaq.evals.predictions import write_lines
from siyaq.evals.work import Work
from siyaq.text.fingerprint import sameness

ACCOUNTS = 3
"""A text spreads when so many accounts say it."""

Label = Literal["same", "changed", "different"]
LABELS: tuple[Label, ...] = ("same", "changed", "different")
PAIR_METRICS = ("accuracy", *(f"f1_{label}" for label in LABELS))
_LABEL_OF: Mapping[Sameness | None, Label] = {
    "exact": "same",
    "normalized": "same",
    "near": "changed",
    None: "different",
}
_TOLD_EVERY = 5_000


async def score(work: Work) -> Scores:
    """Score the folder by what is in it. Raises Unreadable where it is neither kind."""
    if folder.find_file(work.directory, "pairs.jsonl") is not None:
        return await asyncio.to_thread(_score_pairs, work)
    if folder.find_file(work.directory, "clusters.jsonl") is not None:
        return await asyncio.to_thread(_score_clusters, work)
    raise Unreadable(
        f"folder {str(work.directory)!r} has neither 'pairs.jsonl' nor 'clusters.jsonl'"
    )


def _score_pairs(work: Work) -> Scores:
    pairs = folder.read_all(work.directory, "pairs.jsonl", folder.Pair)
    labels: list[Label] = []
    for done, pair in enumerate(pairs, 1):
        labels.append(_LABEL_OF[sameness(pair.a, pair.b)])
        if done % _TOLD_EVERY == 0 or done == len(pairs):
            work.on_progress(done, len(pairs), "comparing")
    told = list(zip(pairs, labels, strict=True))
    if work.predictions is not None:
        write_lines(work.predictions, ({"_id": one.id, "label": label} for one, label in told))
    counts: dict[str, int] = {"pairs": len(pairs)}
    counts.update(Counter(pair.label for pair in pairs))
    rows = [pair_figures(pair.label, label) for pair, label in told]
    return summarize(rows, [pair.lang for pair in pairs], PAIR_METRICS, counts)


def pair_figures(gold: Label, told: Label) -> dict[str, Share]:
    """Return what one pair adds to each figure. F1 is 2 hits over all that were told or true."""
    row = {"accuracy": Share(gold == told)}
    for label in {gold, told}:
        row[f"f1_{label}"] = Share(2.0 * (gold == told), (gold == label) + (told == label))
    return row


def _score_clusters(work: Work) -> Scores:
    known = folder.read_all(work.directory, "clusters.jsonl", folder.Group)
    clusters = Clusters(near=False)
    began, posts = time.monotonic(), 0
    for post in folder.read_records(
        folder.require_file(work.directory, "posts.jsonl"), folder.Written
    ):
        clusters.add(post.id, post.author.id, post.text, post.created_at)
        posts += 1
        if posts % _TOLD_EVERY == 0:
            work.on_progress(posts, posts, "clustering")
    seconds = time.monotonic() - began
    ours = [group.post_ids for group in clusters.repeated(accounts=ACCOUNTS)]
    if work.predictions is not None:
        write_lines(
            work.predictions,
            ({"id": one, "cluster": group[0]} for group in ours for one in group),
        )
    counts = {
        "posts": posts,
        "clusters": len(ours),
        "known_clusters": len(known),
        "posts_per_second": round(posts / seconds) if seconds else 0,
    }
    return Scores(metrics=pair_scores([group.ids for group in known], ours), counts=counts)


def pair_scores(
    known: Iterable[Sequence[str]], ours: Iterable[Sequence[str]]
) -> dict[str, float | None]:
    """Return precision, recall and F1 over pairs of posts that stand in one cluster."""
    gold = {post: number for number, group in enumerate(known) for post in group}
    told = {post: number for number, group in enumerate(ours) for post in group}
    both = Counter((gold[post], told[post]) for post in gold.keys() & told.keys())
    hits, possible, claimed = (
        sum(size * (size - 1) // 2 for size in sizes.values())
        for sizes in (both, Counter(gold.values()), Counter(told.values()))
    )
    return {
        "pair_precision": round(hits / claimed, 6) if claimed else None,
        "pair_recall": round(hits / possible, 6) if possible else None,
        "pair_f1": round(2 * hits / (claimed + possible), 6) if claimed + possible else None,
    }
