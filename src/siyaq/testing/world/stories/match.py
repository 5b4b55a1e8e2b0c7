"""A seven-a-side football match, told minute by minute: goals, half time, the final score."""

from __future__ import annotations

from siyaq.testing.world.arabic import Noun, counted, indic_digits
from siyaq.testing.world.lexicon.people import FAMILIES
from siyaq.testing.world.lexicon.places import SPOTS
from siyaq.testing.world.lexicon.things import DAYS, MASCOTS
from siyaq.testing.world.question import Ask
from siyaq.testing.world.stories import match_text as text
from siyaq.testing.world.story import Story, number_forms
from siyaq.testing.world.teller import Teller
from siyaq.testing.world.words import Word

SPECTATORS = Noun("متفرج واحد", "متفرجان", "متفرجين", "متفرجاً")
HALF_MINUTES = 4
BREAK_SECONDS = 45.0
FULL_TIME_SECONDS = 2 * HALF_MINUTES * 60 + BREAK_SECONDS


def tell_match(tell: Teller) -> Story:
    """Tell a story of kind "match", about eleven minutes long."""
    goals = _set_scene(tell)
    rng, crowd = tell.rng, tell.crowd_size
    reporters = (tell.papers["en"].account, tell.papers["ar"].account)
    for number, reporter in enumerate(reporters):
        tell.post(1.0 + 3 * number, reporter, text.KICK_OFF)
    tell.post(6.0, tell.people.anyone(rng), text.KICK_OFF)
    tell.crowd(10, FULL_TIME_SECONDS, crowd // 2, text.TALK)
    score = [0, 0]
    breaking = False
    for number, (minute, side) in enumerate(goals, start=1):
        if minute > HALF_MINUTES and not breaking:
            breaking = True
            _half_time(tell, score)
        score[side] += 1
        _goal(tell, number, minute, side, score)
    if not breaking:
        _half_time(tell, score)
    for number, reporter in enumerate(reporters):
        tell.post(FULL_TIME_SECONDS + 3 + 4 * number, reporter, text.FINAL)
    tell.post(FULL_TIME_SECONDS + 9, tell.people.anyone(rng), text.FINAL)
    tell.crowd(FULL_TIME_SECONDS + 12, FULL_TIME_SECONDS + 100, crowd // 6, text.AFTER)
    tell.article(FULL_TIME_SECONDS + 40, "en", text.TITLE, text.BODY)
    tell.article(FULL_TIME_SECONDS + 46, "ar", text.TITLE, text.BODY)
    tell.ask(Ask(lines=text.ASK_FINAL, kind="answerable", needs=("final",)))
    tell.ask(Ask(lines=text.ASK_FIRST, kind="answerable", needs=("goal_1",)))
    tell.ask(Ask(lines=text.ASK_ATTENDANCE, kind="answerable", needs=("attendance",)))
    tell.ask(Ask(lines=text.ASK_NEVER, kind="unanswerable"))
    return tell.finish(names=(tell.words["home"], tell.words["away"]))


def _set_scene(tell: Teller) -> list[tuple[int, int]]:
    """Decide teams, goals as (minute, side) in order, and everything the facts need."""
    rng = tell.rng
    towns = (tell.town(), tell.town())
    tell.word("place", towns[0])
    tell.word("spot", rng.choice(SPOTS))
    tell.word("day", rng.choice(DAYS))
    mascots = rng.sample(MASCOTS, 2)
    for side, town, mascot in zip(("home", "away"), towns, mascots, strict=True):
        tell.word(side, Word(f"{town.en} {mascot.en}", f"{mascot.ar} {town.ar}"))
    minutes = sorted(rng.sample(range(1, 2 * HALF_MINUTES + 1), rng.randint(2, 5)))
    goals = [(minute, rng.randrange(2)) for minute in minutes]
    scorers = rng.sample(FAMILIES, len(goals))
    for number, (scorer, (minute, _)) in enumerate(zip(scorers, goals, strict=True), start=1):
        tell.fact(f"goal_{number}", scorer)
        tell.word(f"minute_{number}", Word(str(minute), str(minute)))
    home_goals = sum(side == 0 for _, side in goals)
    tell.fact("final", _score((home_goals, len(goals) - home_goals)))
    spectators = rng.randint(820, 9400)
    tell.fact(
        "attendance",
        Word(f"{spectators:,} spectators", counted(spectators, SPECTATORS)),
        number_forms(spectators),
    )
    return goals


def _goal(tell: Teller, number: int, minute: int, side: int, score: list[int]) -> None:
    tell.let("scorer", f"goal_{number}")
    tell.word("minute", tell.words[f"minute_{number}"])
    tell.word("scoring", tell.words["away" if side else "home"])
    tell.word("score", _score(score))
    after = (minute - 0.5) * 60 + (BREAK_SECONDS if minute > HALF_MINUTES else 0)
    tell.post(after, tell.papers["en"].account, text.GOAL)
    tell.post(after + 2, tell.papers["ar"].account, text.GOAL)
    tell.post(after + 4, tell.people.anyone(tell.rng), text.GOAL)
    tell.crowd(after + 5, after + 25, max(2, tell.crowd_size // 14), text.SHOUT)


def _half_time(tell: Teller, score: list[int]) -> None:
    tell.word("score", _score(score))
    tell.post(HALF_MINUTES * 60 + 1, tell.papers["ar"].account, text.HALF_TIME)
    tell.post(HALF_MINUTES * 60 + 4, tell.papers["en"].account, text.HALF_TIME)


def _score(goals: list[int] | tuple[int, int]) -> Word:
    home, away = goals
    latin = f"{home}-{away}"
    return Word(latin, indic_digits(latin))
