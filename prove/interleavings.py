"""G8: whatever the order in which changes come, and however often, the log holds what it must.

Every history is told by two connections that repeat one another, each with its changes displaced.
Two oracles: a model of the rules that hears the changes in the order of arrival, and, for
histories whose changes have revisions, the last change, whatever the order of arrival. Besides,
Hypothesis looks for a short story that breaks the rules.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from prove.campaign import Outcome, Trial
from prove.life import account, cursor, delete, post, put
from prove.machine import LogMachine
from prove.model import Model
from siyaq.core.event import AccountStatus, Event, PostEvent
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch
from siyaq.log import Appended, LogReader, LogWriter, verify

_TEXTS = ("rain", "snow", "hail")
_STATUSES = tuple(AccountStatus)
_FARTHEST = 12  # places by which a change may be displaced: a minute of a stream like these


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: 100,000 interleavings, 250 to a log, and 4,000 stories of Hypothesis's."""
    for number in range(400 if full else 2):
        yield Trial(f"250 interleavings #{number}", partial(_interleave, 250, seed + number))
    for number in range(20 if full else 1):
        count = 200 if full else 10
        yield Trial(f"{count} stories #{number}", partial(_stories, count, seed + number))


def _interleave(count: int, seed: int, place: Path) -> Outcome:
    chance = random.Random(seed)
    histories = [
        (_ordered if number % 2 else _loose)(str(number), chance) for number in range(count)
    ]
    arriving = _mingled([_twice(history, chance) for history in histories], chance)
    model = Model()
    heard: dict[str, int] = {}
    directory = place / "data"
    with LogWriter.open(directory) as writer:
        for step, events in enumerate(_batches(arriving, chance), 1):
            for event in events:
                for word in model.apply(event):
                    heard[word] = heard.get(word, 0) + 1
            (appended,) = writer.append([Batch(events=tuple(events), cursor=cursor(step))])
            _count(appended, heard, -1)
    with LogReader.open(directory) as reader:
        seen = {
            name.partition(":")[2]: entry.post.text
            for name, entry in reader.find(_names(histories)).items()
            if entry.post is not None
        }
        states = {name: reader.state(name) for name in _names(histories)}
    wanted = model.visible()
    wrong = {
        "missing": len(wanted.keys() - seen.keys()),
        "resurrected": len(seen.keys() - wanted.keys()),
        "altered": sum(wanted[name] != seen[name] for name in wanted.keys() & seen.keys()),
        "misstated": sum(
            state != model.state(name.partition(":")[2]) for name, state in states.items()
        ),
        "miscounted": sum(map(abs, heard.values())),
        "unsettled": sum(_unsettled(history, seen) for history in histories[1::2]),
        "unsound": len(verify(directory).problems),
    }
    return Outcome(count, wrong)


def _loose(number: str, chance: random.Random) -> list[Event]:
    """A history of a few posts of two people, some of whose changes have no revision."""
    authors = (f"did:{number}a", f"did:{number}b")
    events: list[Event] = []
    for _ in range(chance.randint(3, 8)):
        name, author = f"{number}-{chance.randrange(3)}", chance.choice(authors)
        rev = chance.choice(("", "", "1", "2", "3"))
        kind = chance.random()
        if kind < 0.6:
            at = chance.randint(0, 5)
            events.append(put(post(name, chance.choice(_TEXTS), author, at), rev))
        elif kind < 0.85:
            events.append(delete(name, rev))
        else:
            events.append(account(author, chance.choice(_STATUSES), chance.randint(0, 5)))
    return events


def _ordered(number: str, chance: random.Random) -> list[Event]:
    """A history of one post: made, edited, deleted, brought back, each with its revision."""
    events: list[Event] = []
    for rev in range(chance.randint(2, 7)):
        if events and chance.random() < 0.4:
            events.append(delete(f"{number}-0", str(rev)))
        else:
            events.append(put(post(f"{number}-0", f"version {rev}", f"did:{number}"), str(rev)))
    return events


def _unsettled(history: list[Event], seen: dict[str, str]) -> bool:
    """Say whether anything but the last change of an ordered history is what is seen."""
    last = history[-1]
    name = getattr(last, "post_id", "").partition(":")[2]
    written = getattr(last, "post", None)
    return seen.get(name) != (None if written is None else written.text)


def _twice(history: list[Event], chance: random.Random) -> list[Event]:
    """Return a history as two connections bring it, each displacing its changes."""
    placed = [
        (at + chance.uniform(0, _FARTHEST), event)
        for _ in range(2)
        for at, event in enumerate(history)
    ]
    return [event for _, event in sorted(placed, key=lambda pair: pair[0])]


def _mingled(histories: list[list[Event]], chance: random.Random) -> list[Event]:
    """Return all histories as one stream, each in its own order."""
    turns = [number for number, history in enumerate(histories) for _ in history]
    chance.shuffle(turns)
    waiting = [iter(history) for history in histories]
    return [next(waiting[number]) for number in turns]


def _batches(events: list[Event], chance: random.Random) -> Iterator[list[Event]]:
    while events:
        size = chance.choice((1, 2, 7, 40, 200))
        yield events[:size]
        events = events[size:]


def _names(histories: list[list[Event]]) -> set[PostId]:
    return {
        event.post_id for history in histories for event in history if isinstance(event, PostEvent)
    }


def _count(appended: Appended, heard: dict[str, int], sign: int) -> None:
    for word in ("created", "updated", "deleted", "unchanged", "stale"):
        heard[word] = heard.get(word, 0) + sign * getattr(appended, word)


def _stories(count: int, seed: int, place: Path) -> Outcome:
    from hypothesis import seed as seeded

    run_state_machine_as_test(
        seeded(seed)(LogMachine),
        settings=settings(
            deadline=None,
            max_examples=count,
            stateful_step_count=15,
            database=InMemoryExampleDatabase(),
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Outcome(count, {})
