"""A fixed life of a log, and what must be true of it wherever it was cut short.

Step k writes three posts, edits one and deletes one of earlier steps, takes an account down now
and then, and saves k as its cursor, all in one append. So the cursor alone says what must be
visible, and whether data and cursor were ever apart.
"""

from __future__ import annotations

from pathlib import Path

from siyaq.core.event import AccountStatus, Event, PostEvent
from siyaq.core.ids import Seq
from siyaq.core.ports import Batch
from siyaq.log import LogReader, verify
from tests.log.events import SOURCE, account, cursor, delete, post, put, texts


def batch(step: int) -> Batch:
    events: list[Event] = [
        put(post(f"{step}-{n}", f"text {step}-{n} " + "x" * 300 * n, author=_author(step)))
        for n in range(3)
    ]
    if step > 1:
        before = step - 1
        events.append(put(post(f"{before}-1", f"edited in {step}", author=_author(before))))
        events.append(delete(f"{before}-2"))
    if step % 5 == 0:
        events.append(account(_author(step - 3), AccountStatus.DELETED, minutes=step))
    return Batch(events=tuple(events), cursor=cursor(step))


def _author(step: int) -> str:
    return f"did:{step}"


def visible(steps: int) -> dict[str, str]:
    """Return what a reader must see when exactly `steps` steps were written."""
    seen: dict[str, str] = {}
    for step in range(1, steps + 1):
        for event in batch(step).events:
            if not isinstance(event, PostEvent):
                gone = event.author_id.removeprefix("did:")
                seen = {name: text for name, text in seen.items() if name.split("-")[0] != gone}
            elif event.post is None:
                seen.pop(event.post_id.split(":")[1], None)
            elif not (event.post.native_id.endswith("-1") and _is_gone(event.post.author.id, step)):
                seen[event.post.native_id] = event.post.text
    return seen


def _is_gone(author_id: str, step: int) -> bool:
    left = int(author_id.removeprefix("did:")) + 3
    return left % 5 == 0 and left < step


def check(directory: Path, *, acknowledged: int) -> int:
    """Check a log that was cut short, and return how many steps it holds.

    Nothing acknowledged is lost; nothing is there twice; data and cursor belong together; every
    row, link and counter is sound. A log that was never acknowledged may not be there.
    """
    if not acknowledged and not (directory / "FORMAT").exists():
        return 0
    assert verify(directory).problems == ()
    with LogReader.open(directory) as reader:
        steps = int(reader.resume(SOURCE).get("", "0"))
        assert steps >= acknowledged
        assert texts(reader) == visible(steps)
        entries = reader.entries(Seq(0), 100_000)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        return steps


def next_step(directory: Path) -> int:
    """Return the step after the last one in the log."""
    with LogReader.open(directory) as reader:
        return int(reader.resume(SOURCE).get("", "0")) + 1
