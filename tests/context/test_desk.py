"""Cards that are remembered are those that would be built; what changed is told, and kept."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from siyaq.context import CardDesk, CardHistory, Cards, RememberedCards
from siyaq.context.history import VERSIONS_AT_MOST
from siyaq.context.standing import Standing
from siyaq.core.answer import Coverage, Usage
from siyaq.core.card import ContextCard
from siyaq.core.errors import NotFound
from siyaq.core.event import AccountStatus
from siyaq.core.ids import PostId
from siyaq.models import BuiltinEmbedder
from tests.context.network import Network, at, name
from tests.context.story import RUMOR, Story

DENIAL = "Karda Port Office: the claim about the ferry fare in Karda is false."


class Desk:
    """A network whose cards are remembered."""

    def __init__(self, directory: Path, embedder: BuiltinEmbedder, *, room: int = 100) -> None:
        self.story = Story(directory, embedder)
        self.network: Network = self.story.network
        self.history = CardHistory(directory)
        self.remembered = RememberedCards(self.network.log, self.network.clock, room=room)
        self.how: list[str] = []
        self.desk = CardDesk(
            self.story.cards,
            self.network.log,
            self.network,
            self.history,
            self.remembered,
            asked=self.how.append,
        )

    def hear(self) -> None:
        self.network.refresh()
        self.remembered.hear(self.network.indexed)

    def card(self, native_id: str) -> ContextCard:
        self.hear()
        return self.desk.card(name(native_id))

    def was_remembered(self, native_id: str) -> bool:
        self.card(native_id)
        return self.how[-1] == "remembered"

    def change(self, native_id: str) -> tuple[str, tuple[str, ...]]:
        found = self.card(native_id).change
        assert found is not None
        return found.kind, tuple(found.parts)

    def close(self) -> None:
        self.history.close()
        self.network.close()


@pytest.fixture
def desk(tmp_path: Path, embedder: BuiltinEmbedder) -> Iterator[Desk]:
    desk = Desk(tmp_path, embedder)
    yield desk
    desk.close()


def bare(card: ContextCard) -> ContextCard:
    """Return what a card says, without when it was said and what it cost."""
    first = card.first_seen and replace(card.first_seen, window=Coverage())
    return replace(card, first_seen=first, as_of=at(0), usage=Usage(), change=None)


def test_a_card_that_nothing_touches_is_not_built_again(desk: Desk) -> None:
    desk.network.say("rumor", RUMOR, minutes=0)
    assert not desk.was_remembered("rumor")
    assert desk.was_remembered("rumor")
    desk.network.say("bread", "A loaf of rye costs three coins in Zarma", minutes=1)
    assert desk.was_remembered("rumor")
    found = desk.card("rumor").first_seen
    assert found is not None
    assert found.window.until == at(1)


@pytest.mark.parametrize(
    "touch",
    ["copy", "changed copy", "reply", "quote", "denial", "rival", "deletion", "gap", "retraction"],
)
def test_whatever_touches_a_card_has_it_built_anew(desk: Desk, touch: str) -> None:
    say = desk.network.say
    say("rumor", RUMOR, minutes=0)
    say("copy0", RUMOR.upper(), minutes=1)
    desk.card("rumor")
    assert desk.was_remembered("rumor")
    match touch:
        case "copy":
            say("x", RUMOR, minutes=2)
        case "changed copy":
            say("x", RUMOR.replace("40", "90"), minutes=2)
        case "reply":
            say("x", "hm", minutes=2, reply_to="rumor")
        case "quote":
            say("x", "oh", minutes=2, quote_of="rumor")
        case "denial":
            say("x", DENIAL, minutes=2)
        case "rival":
            say("x", "A ferry in Karda: the fare stays 12 dinars from Monday on.", minutes=2)
        case "deletion":
            desk.network.delete("copy0", minutes=2)
        case "gap":
            desk.network.miss(-20, -10)
        case "retraction":
            say("x", "I was wrong about the ferry fare", minutes=2, by="authorrumor")
    before = len(desk.how)
    fresh = bare(desk.card("rumor"))
    assert desk.how[before:] == ["built"]
    assert fresh == bare(desk.story.cards.card(name("rumor")))


def test_a_deletion_shows_before_anybody_has_heard_of_it(desk: Desk) -> None:
    desk.network.say("rumor", RUMOR, minutes=0)
    desk.network.say("copy", RUMOR, minutes=1)
    assert desk.card("rumor").copies.count == 2
    desk.network.delete("copy", minutes=2)
    assert desk.desk.card(name("rumor")).copies.count == 1  # the index does not know yet


def test_a_hidden_account_leaves_the_card_and_comes_back(desk: Desk) -> None:
    desk.network.say("rumor", RUMOR, minutes=0)
    desk.network.say("copy", RUMOR, minutes=1, by="ann")
    assert desk.card("rumor").copies.count == 2
    desk.network.account("ann", AccountStatus.HIDDEN, minutes=2)
    assert desk.card("rumor").copies.count == 1
    desk.network.account("ann", AccountStatus.ACTIVE, minutes=3)
    desk.remembered.forget_all()  # as the product does: no entry of the log tells of it
    assert desk.card("rumor").copies.count == 2


TEXTS = [
    RUMOR, RUMOR.upper(), RUMOR.replace("40", "60"), f"{RUMOR} Tell everybody", DENIAL,
    "A ferry in Karda: the fare stays 12 dinars from Monday on.", "Source?", "Good morning, Karda",
    "Is there a source for the ferry fare in Karda going up to 40 dinars?",
    "I was wrong about the ferry fare, sorry", "The stone bridge in Barsa closes for three weeks",
    "The fare of the ferry in Karda goes up to 40 dinars, the council said on Friday.",
    "Council: the stone bridge in Barsa closes for three weeks.", "old photo, missing context",
    RUMOR.replace("Karda", "Zarma"),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_stream_and_a_fresh_look_give_the_same_cards(desk: Desk, seed: int) -> None:
    """Whatever happens, a card that was remembered is the card that would be built."""
    rng = random.Random(seed)
    network, posted = desk.network, [name("seed")]
    network.say("seed", RUMOR, minutes=0, by="ann")
    for step in range(1, 26):
        _happen(rng, network, posted, step)
        desk.hear()
        for post_id in rng.sample(posted, min(3, len(posted))):
            try:
                expected = bare(desk.story.cards.card(post_id))
            except NotFound:
                with pytest.raises(NotFound):
                    desk.desk.card(post_id)
            else:
                assert bare(desk.desk.card(post_id)) == expected, (seed, step, post_id)
    assert {"remembered", "built"} <= {*desk.how}


def _happen(rng: random.Random, network: Network, posted: list[PostId], step: int) -> None:
    roll = rng.random()
    native = rng.choice(posted).partition(":")[2]
    by = rng.choice(["ann", "bob", "cat", "dan", f"new{step}"])
    text = rng.choice(TEXTS)
    if roll < 0.12:
        network.delete(native, minutes=step)
    elif roll < 0.25:
        network.say(native, text, minutes=step, by=by)  # an edit
    else:
        above, quoted = rng.choice(((None, None), (native, None), (None, native)))
        network.say(f"p{step}", text, minutes=step, by=by, reply_to=above, quote_of=quoted)
        posted.append(name(f"p{step}"))


def test_an_import_makes_every_card_forgotten_rather_than_heard_one_by_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.context.remembered.BEHIND_AT_MOST", 5)
    desk.network.say("rumor", RUMOR, minutes=0)
    desk.card("rumor")
    for n in range(9):
        desk.network.say(f"x{n}", f"unrelated number {n} of the lighthouse", minutes=n)
    assert not desk.was_remembered("rumor")


def test_only_so_many_cards_are_remembered(tmp_path: Path, embedder: BuiltinEmbedder) -> None:
    desk = Desk(tmp_path, embedder, room=2)
    for n in range(3):
        desk.network.say(f"p{n}", f"the lighthouse keeper of town {n} feeds his goats", minutes=n)
    for n in range(3):
        desk.card(f"p{n}")
    assert desk.was_remembered("p2")
    assert not desk.was_remembered("p0")
    desk.close()


def test_what_changed_is_told(desk: Desk) -> None:
    say = desk.network.say
    say("rumor", RUMOR, minutes=0)
    assert desk.change("rumor") == ("new", ())
    assert desk.change("rumor") == ("same", ())
    say("copy", RUMOR, minutes=1)
    assert desk.change("rumor") == ("updated", ("copies", "status"))
    say("deny", DENIAL, minutes=2, called="Karda Port Office")
    kind, parts = desk.change("rumor")
    assert kind == "corrected"  # an office refutes it: a correction has appeared
    assert set(parts) >= {"refutes", "timeline"}
    desk.network.delete("deny", minutes=3)
    assert desk.change("rumor")[0] == "corrected"
    say("rumor", f"{RUMOR} {RUMOR}", minutes=4)
    assert desk.change("rumor")[0] in ("corrected", "updated")


def test_a_card_reverses_when_a_review_turns_it_around(desk: Desk) -> None:
    def review(rating: str) -> dict[str, object]:
        claim = "The ferry fare in Karda goes up to 40 dinars from Monday"
        return {"claim_review": [{"claim": claim, "rating": rating}]}

    desk.network.say("rumor", RUMOR, minutes=0)
    desk.network.say("check", "We looked into it.", minutes=1, extra=review("True"))
    assert desk.card("rumor").claims[0].fact_checks
    desk.network.say("check", "We looked again.", minutes=2, extra=review("False"))
    assert desk.change("rumor") == ("reversed", ("fact_checks",))
    versions = desk.desk.versions(name("rumor"))
    assert [one.change.kind for one in versions] == ["reversed", "new"]
    assert versions[0].fact_checks == versions[1].fact_checks == (name("check"),)
    assert versions[0].change.since == versions[1].built_at


def test_versions_hold_no_text_and_go_with_their_post(desk: Desk, tmp_path: Path) -> None:
    desk.network.say("rumor", RUMOR, minutes=0)
    desk.card("rumor")
    assert len(desk.desk.versions(name("rumor"))) == 1
    held = b"".join(path.read_bytes() for path in tmp_path.glob("cards.sqlite*"))
    assert b"ferry" not in held
    desk.network.delete("rumor", minutes=1)
    for asking in (desk.desk.versions, desk.desk.card):
        with pytest.raises(NotFound):
            asking(name("rumor"))
    assert desk.history.versions(name("rumor")) == []


def test_a_card_keeps_so_many_versions(desk: Desk) -> None:
    desk.network.say("rumor", RUMOR, minutes=0)
    for n in range(VERSIONS_AT_MOST + 5):
        desk.history.note(name("rumor"), Standing(version=4, copies=n), at(n))
    versions = desk.history.versions(name("rumor"))
    assert len(versions) == VERSIONS_AT_MOST
    assert versions[0][1].revision == VERSIONS_AT_MOST + 5


def test_whoever_listens_is_told_once_a_card_may_have_changed(desk: Desk) -> None:
    told = threading.Event()
    desk.network.say("rumor", RUMOR, minutes=0)
    desk.card("rumor")
    with desk.desk.listening(name("rumor"), told.set):
        desk.network.say("bread", "A loaf of rye costs three coins in Zarma", minutes=1)
        desk.hear()
        assert not told.is_set()
        desk.network.say("copy", RUMOR, minutes=2)
        desk.hear()
        assert told.is_set()
    told.clear()
    desk.card("rumor")
    desk.network.say("copy2", RUMOR, minutes=3)
    desk.hear()
    assert not told.is_set()


def test_a_file_of_versions_that_is_damaged_costs_the_comparison_and_nothing_else(
    tmp_path: Path, embedder: BuiltinEmbedder
) -> None:
    desk = Desk(tmp_path, embedder)
    (tmp_path / "cards.sqlite").write_bytes(b"not a database at all, whatever it is called" * 40)
    desk.network.say("rumor", RUMOR, minutes=0)
    card = desk.card("rumor")
    assert card.change is None
    assert card.copies.count == 1
    desk.close()


def test_beside_a_writer_cards_are_built_each_time(desk: Desk) -> None:
    reader = CardDesk(
        Cards(desk.network.searcher, desk.network.log, desk.network.clock),
        desk.network.log,
        desk.network,
        desk.history,
        asked=desk.how.append,
    )
    desk.network.say("rumor", RUMOR, minutes=0)
    desk.network.refresh()
    for _ in range(2):
        reader.card(name("rumor"))
    assert desk.how == ["built", "built"]
    with pytest.raises(NotFound), reader.listening(name("rumor"), lambda: None):
        pass
