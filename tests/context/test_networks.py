"""The networks of accounts are those of the Coordination Network Toolkit, edge for edge."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from siyaq.context.networks import KINDS, Message, NetworkKind, network

THEIR_NAMES: dict[NetworkKind, str] = {
    "text": "co_tweet", "similar": "co_similar_tweet", "repost": "co_retweet",
    "reply": "co_reply", "link": "co_link", "post": "co_post",
}  # fmt: skip

TOOLKIT = """
import json, sqlite3, sys
from coordination_network_toolkit import compute_networks as c
from coordination_network_toolkit.database import COMMAND_TABLE_MAPPING, initialise_db
from coordination_network_toolkit.similarity import similarity, tokenize

def main(path, window, least, similar):
    db = initialise_db(path)
    db.execute("begin")
    for line in sys.stdin:
        m = json.loads(line)
        db.execute(
            "insert into edge (message_id, user_id, repost_id, reply_id, message, timestamp)"
            " values (?, ?, ?, ?, ?, ?)",
            (m["id"], m["user"], m["repost"], m["reply"], m["text"], m["t"]))
        for url in m["links"]:
            row = (m["id"], url, m["t"], m["user"])
            db.execute("insert into message_url values (?, ?, ?, ?)", row)
    db.execute("commit")
    db.close()
    one = dict(n_threads=1, min_edge_weight=least)
    c.compute_co_tweet_network(path, window, **one)
    c.compute_co_reply_network(path, window, **one)
    c.compute_co_post_network(path, window, **one)
    c.compute_co_link_network(path, window, **one)
    c.compute_co_retweet_parallel(path, window, **one)
    c.compute_co_similar_tweet(path, window, similarity_function=similarity,
                               similarity_threshold=similar, **one)
    db = sqlite3.connect(path)
    found = {name: [row for row in db.execute(f"select * from {table}")]
             for name, table in COMMAND_TABLE_MAPPING.items()}
    sys.stderr.write(json.dumps(found))

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
"""


def crowd(seed: int) -> list[Message]:
    """Accounts that post much of the same, at nearly the same times."""
    rng = random.Random(seed)
    words = [f"word{n}" for n in range(12)]
    texts = [" ".join(rng.sample(words, 6)) for _ in range(9)]
    texts += [f"{text} extra" for text in texts]
    found = []
    for n in range(700):
        reposts = rng.random() < 0.3
        found.append(
            Message(
                t=float(rng.randrange(0, 1_500)),
                message_id=f"m{n}",
                account=f"u{rng.randrange(14)}",
                text=rng.choice(texts),
                repost_of=f"r{rng.randrange(6)}" if reposts else "",
                reply_to=f"p{rng.randrange(6)}" if rng.random() < 0.4 else "",
                links=tuple(
                    f"https://a.example/{k}" for k in rng.sample(range(8), rng.randrange(3))
                ),
            )
        )
    return found


def by_toolkit(
    messages: list[Message], directory: Path, window: int, least: int, similar: float
) -> dict[str, dict[tuple[str, str], int]]:
    script = directory / "toolkit.py"
    script.write_text(TOOLKIT)
    lines = [
        json.dumps(
            {
                "id": one.message_id, "user": one.account, "repost": one.repost_of or None,
                "reply": one.reply_to or None, "text": one.text, "t": int(one.t),
                "links": one.links,
            }
        )
        for one in messages
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(script), str(directory / "db"), str(window), str(least), str(similar)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    told = done.stderr[done.stderr.index("{") :]
    return {
        name: {(a, b): weight for a, b, weight in rows if a != b}
        for name, rows in json.loads(told).items()
    }


def words(text: str) -> str:
    return " ".join(text.lower().split())


def test_every_edge_is_the_toolkits(tmp_path: Path) -> None:
    pytest.importorskip("coordination_network_toolkit", reason="the toolkit is not installed")
    window, least = 30, 2
    messages = crowd(1)
    theirs = by_toolkit(messages, tmp_path, window, least, 0.85)
    for kind in KINDS:
        ours = network(messages, kind, window=window, least=least, similar=0.85, normal=words)
        assert ours == theirs[THEIR_NAMES[kind]], kind
        assert ours, kind


def test_disguised_copies_are_the_same_text_here() -> None:
    messages = [
        Message(0, "a", "ann", "The bridge is CLOSED!"),
        Message(5, "b", "bob", "the bridge is closed 🙏"),
        Message(500, "c", "cat", "the bridge is closed"),
    ]
    assert network(messages, "text") == {("ann", "bob"): 1, ("bob", "ann"): 1}
