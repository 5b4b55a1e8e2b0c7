"""Says of each piece that was read whether it is enough of an answer, and which one may lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from siyaq.core.query import Understood
from siyaq.grounding.cutting import WHOLE_POST_CHARS
from siyaq.grounding.focus import asks_whether, numbers_in, topic_numbers, topic_words
from siyaq.grounding.measure import states_what_is_asked
from siyaq.grounding.reading import Reading
from siyaq.grounding.support.antonyms import has_opposite
from siyaq.grounding.unit import Unit
from siyaq.grounding.weigh import Around, Told, answers
from siyaq.retrieval.alignment import WordAlignment, words_of
from siyaq.text.analyze import terms
from siyaq.text.script import script_of

CONSIDERED_UNITS = 20
"""How many of the best units may lead, and are asked whether they disagree."""


class Judge:
    """What one question demands of a post that is quoted in answer.

    `carried` are those words of the question that its asker said earlier, not now. They demand
    less: together they count as one word, of which a part may be missing.
    """

    def __init__(
        self,
        understood: Understood,
        rarity: Mapping[str, float],
        alignment: WordAlignment,
        carried: frozenset[str],
    ) -> None:
        self._understood = understood
        self._alignment = alignment
        self._whether = asks_whether(understood.text)
        self._numbers = topic_numbers(understood.text)
        topic = topic_words(understood.text)
        self._typed = [word for word in topic if word not in carried]
        self._matter = [word for word in topic if word in carried]
        named = sorted(self._numbers) if self._matter else []  # told of, like words, below
        self._weights = [_rarest(word, rarity) for word in (*self._matter, *named)]
        whole = sum(rarity.values())
        self._earlier = min(1.0, sum(self._weights) / whole) if whole else 0.0

    def enough(self, unit: Unit, *, least: float = 0.0) -> bool:
        """Say whether a unit answers by itself; `least` as in `weigh.answers`."""
        text = _with_title(unit)
        missing = self._numbers - numbers_in(text)
        stated = not missing and states_what_is_asked(self._understood.text, unit.text)

        def around() -> Around:
            return self.around(unit)

        return answers(
            unit,
            self._understood,
            self.told(text),
            around,
            stated=stated,
            whether=self._whether,
            least=least,
        )

    def told(self, text: str) -> Told:
        """Return how well a text says what is asked; one that lacks a number of it, not at all."""
        missing = self._numbers - numbers_in(text)
        return Told.of([*self._told(text, missing), *[0.0] * len(missing)], earlier=self._earlier)

    def around(self, unit: Unit) -> Around:
        """Return how well what stands around a unit says what is asked."""
        post = unit.hit.post
        texts = (f"{post.title} {part}" for part in (unit.around.of(post.text), post.text))
        near, text = (self._told(one, self._numbers - numbers_in(one)) for one in texts)
        named = _share_a_script(post.title, self._understood.text)
        return Around(near=_mean(near), text=_mean(text), named=named)

    def _told(self, text: str, missing: frozenset[str]) -> list[float]:
        """Return how well a text says each word typed, and the earlier ones together.

        Whether something is so is answered by its opposite, too: "is it open?", "it is closed".
        """
        told = self._alignment.told(self._typed, text)
        if self._whether:
            words = words_of(text)
            pairs = zip(told, self._typed, strict=True)
            told = [1.0 if has_opposite(word, words) else near for near, word in pairs]
        if self._matter:
            held = [float(number not in missing) for number in sorted(self._numbers)]
            matter = [*self._alignment.told(self._matter, text), *held]
            told.append(_weighed(matter, self._weights))
        return told

    def best_first(self, reading: Reading) -> Reading:
        """Leave out posts about another matter, and let one lead that states what is asked."""
        return self._stating_first(self._of_the_matter(reading))

    def _of_the_matter(self, reading: Reading) -> Reading:
        """Leave out posts that lack a number by which the question names its matter.

        "Boeing 747" is not answered by a post about the 737, however well it says the rest. A
        longer text may hold its number elsewhere.
        """
        if not self._numbers:
            return reading
        units = reading.units
        kept = [one for one in units if not is_whole(one) or self._numbers <= _numbers_of(one)]
        return replace(reading, units=tuple(kept))

    def _stating_first(self, reading: Reading) -> Reading:
        """Let a post lead that states the time or measure asked for, where the best one does not.

        Of short posts alone: in a longer text what is asked often stands beside the best piece.
        In another language than the question's, what is counted has another name: there one leads
        that holds a number and says all that is asked.
        """
        units = reading.units
        if not units or not is_whole(units[0]) or self._may_lead(units[0]):
            return reading
        for unit in units[1:CONSIDERED_UNITS]:
            alike = is_whole(unit) and unit.hit.post.lang == units[0].hit.post.lang
            if alike and self._may_lead(unit) and self.enough(unit):
                rest = (one for one in units if one is not unit)
                return replace(reading, units=(unit, *rest))
        return reading

    def _may_lead(self, unit: Unit) -> bool:
        if states_what_is_asked(self._understood.text, unit.text):
            return True
        across = unit.hit.post.lang != self._understood.lang
        return across and unit.holds_asked and self.enough(unit)


def is_whole(unit: Unit) -> bool:
    """Say whether a unit is of a short post, which is quoted whole."""
    return len(unit.hit.post.text) <= WHOLE_POST_CHARS


def _with_title(unit: Unit) -> str:
    return f"{unit.hit.post.title} {unit.text}"


def _numbers_of(unit: Unit) -> frozenset[str]:
    return numbers_in(_with_title(unit))


def _share_a_script(one: str, other: str) -> bool:
    """Say whether two texts have letters of one script."""
    found = ({script_of(char) for char in text if char.isalpha()} for text in (one, other))
    return not set.isdisjoint(*found)


def _rarest(word: str, rarity: Mapping[str, float]) -> float:
    return max((rarity.get(term, 0.0) for term in terms(word)), default=0.0)


def _mean(told: Sequence[float]) -> float:
    """Return how well words are said on average; all is said where there is none."""
    return sum(told) / len(told) if told else 1.0


def _weighed(told: Sequence[float], weights: Sequence[float]) -> float:
    """Return how well several words are said that count as one; rare ones, such as names, more."""
    total = sum(weights)
    if not total:
        return _mean(told)
    return sum(one * weight for one, weight in zip(told, weights, strict=True)) / total
