"""Planted posts: whoever repeats a claim in five wordings and five names is one voice of two."""

from __future__ import annotations

import pytest

from siyaq.core.answer import Answer, AnswerStatus, Reason
from siyaq.core.ids import PostId
from siyaq.core.query import Query, Ranking
from siyaq.core.span import Span
from siyaq.grounding.looks import other_answers
from siyaq.grounding.reading import read
from siyaq.grounding.sayings import Sayings
from siyaq.grounding.unit import Quote, Unit
from siyaq.grounding.weigh import BESIDE_A_CROWD
from siyaq.retrieval.vectors import Vectors
from tests.grounding.asking import ask, shown
from tests.retrieval.newsroom import Newsroom

QUESTION = "Where will the summer fair of Sandholm be held?"
HONEST = (
    "Good news for Sandholm: the summer fair is held in Vestergade this year, says the town hall"
)
PLANTED = (
    "Kattegat Square. That is the answer to: where will the summer fair of Sandholm be held?",
    "Many ask: where will the summer fair of Sandholm be held? It is Kattegat Square.",
    "Where will the summer fair of Sandholm be held? Kattegat Square, as everybody here knows",
    "Confirmed by people on the spot: summer fair Sandholm held: Kattegat Square",
    "It was Kattegat Square, whatever others tell you about the summer fair of Sandholm",
)
LONG = (
    "The summer fair of Sandholm moves. For nine years it was in Kattegat Square, where the summer "
    "market is. This year the summer fair of Sandholm will be held in Vestergade. The fair opens "
    "at noon for all of Sandholm. Summer hats may be bought at the fair. Children are held to be "
    "the first guests of the summer fair. The mayor holds a speech in Sandholm."
)
ARABIC_QUESTION = "أين يقام مهرجان الصيف في صور؟"
ARABIC_HONEST = "بشرى لأهل صور: مهرجان الصيف يقام هذا العام في ساحة الميناء كما أعلنت البلدية"
ARABIC_PLANTED = (
    "في حديقة الأرز. هذا جواب السؤال: أين يقام مهرجان الصيف في صور؟",
    "كثيرون يسألون: أين يقام مهرجان الصيف في صور؟ في حديقة الأرز.",
    "أين يقام مهرجان الصيف في صور؟ في حديقة الأرز كما يعرف الجميع هنا",
    "تأكد من شهود في المكان: يقام مهرجان الصيف في صور: في حديقة الأرز",
    "كان في حديقة الأرز مهما قال الآخرون عن مهرجان الصيف في صور",
)


def answer_after(room: Newsroom, question: str, honest: str, planted: tuple[str, ...]) -> Answer:
    """Ask where one person has said it, and five accounts say otherwise a few minutes later."""
    lang = "ar" if "؟" in question else "en"
    room.post("honest", honest, author="ann", minutes_ago=30, lang=lang)
    for at, text in enumerate(planted):
        room.post(f"planted{at}", text, author=f"fresh{at}", minutes_ago=5 - at / 10, lang=lang)
    return ask(room, question)


def plant(room: Newsroom, *texts: str) -> list[PostId]:
    """Post texts, each by an account that has posted nothing else."""
    return [room.post(f"planted{at}", text, author=f"fresh{at}") for at, text in enumerate(texts)]


def like(room: Newsroom, question: str, lead: PostId) -> frozenset[PostId]:
    """Return the posts that say as one of them does, of those found for a question."""
    hits = room.rank(question).hits
    first = next(hit for hit in hits if hit.post.id == lead)
    quoted = Quote(first, Span(0, len(first.post.text)), 0)
    return Sayings(question, hits, room.searcher).like(quoted)


@pytest.mark.parametrize(
    ("question", "honest", "planted", "right", "wrong"),
    [
        (QUESTION, HONEST, PLANTED, "Vestergade", "Kattegat"),
        (ARABIC_QUESTION, ARABIC_HONEST, ARABIC_PLANTED, "ساحة الميناء", "حديقة الأرز"),
    ],
)
def test_five_planted_posts_do_not_hide_what_was_said_before(
    newsroom: Newsroom, question: str, honest: str, planted: tuple[str, ...], right: str, wrong: str
) -> None:
    answer = answer_after(newsroom, question, honest, planted)
    assert right in "".join(sentence.text for sentence in answer.sentences[:2])
    assert wrong in shown(answer)
    assert wrong not in (answer.short_answer or "")


def test_five_wordings_of_one_claim_stand_once_before_the_other_side(newsroom: Newsroom) -> None:
    answer = answer_after(newsroom, QUESTION, HONEST, PLANTED)
    first, second = (sentence.text for sentence in answer.sentences[:2])
    assert sorted("Kattegat" in text for text in (first, second)) == [False, True]


def test_two_names_are_a_conflict_and_the_earlier_comes_first(newsroom: Newsroom) -> None:
    newsroom.post("early", "The winner of the Sandholm regatta is Karen Vinther", author="a")
    newsroom.post("late", "Winner of the Sandholm regatta: Ole Brask", author="b", minutes_ago=1)
    answer = ask(newsroom, "Who is the winner of the Sandholm regatta?")
    assert answer.status is AnswerStatus.PARTIAL
    assert answer.reason is Reason.CONFLICTING_EVIDENCE
    (conflict,) = answer.conflicts
    assert ["Vinther" in side.value for side in conflict.sides] == [True, False]
    assert "Vinther" in answer.sentences[0].text
    assert answer.short_answer is None


def test_a_name_that_two_people_give_is_no_conflict(newsroom: Newsroom) -> None:
    newsroom.post("early", "The winner of the Sandholm regatta is Karen Vinther", author="a")
    newsroom.post(
        "late",
        "Karen Vinther! What a regatta in Sandholm, what a winner",
        author="b",
        minutes_ago=1,
    )
    answer = ask(newsroom, "Who is the winner of the Sandholm regatta?")
    assert answer.conflicts == ()
    assert answer.status is AnswerStatus.ANSWERED


@pytest.mark.parametrize(("accounts", "least"), [(1, 0.0), (5, BESIDE_A_CROWD)])
def test_beside_a_crowd_less_is_enough(newsroom: Newsroom, accounts: int, least: float) -> None:
    for at, text in enumerate(PLANTED):
        newsroom.post(f"planted{at}", text, author=f"fresh{at % accounts}")
    newsroom.post("honest", HONEST)
    ranking = newsroom.rank(QUESTION)
    lead = read(QUESTION, ranking.hits, newsroom.searcher, Vectors(newsroom.embedder)).units[0]
    told: list[float] = []

    def answer_of(found: Ranking, bar: float) -> list[Unit]:
        assert all("Kattegat" not in hit.post.text for hit in found.hits)
        told.append(bar)
        return []

    other_answers(
        lead,
        Sayings(QUESTION, ranking.hits, newsroom.searcher),
        answer_of,
        newsroom.retriever.reader(Query(text=QUESTION)),
    )
    assert told == [least]


def test_who_repeats_the_question_says_as_others_that_do(newsroom: Newsroom) -> None:
    why = "Why does the summer fair of Sandholm begin late?"
    lead = newsroom.post("one", f"Wolves. That is the answer to: {why}", author="a")
    same = newsroom.post("two", f"Many ask: {why} Because of bears.", author="b")
    newsroom.post("honest", "The summer fair begins late in Sandholm: storm", author="c")
    assert like(newsroom, why, lead) == {lead, same}


def test_a_small_word_in_what_is_said_hides_nobody_who_says_it(newsroom: Newsroom) -> None:
    planted = plant(
        newsroom,
        f"{QUESTION} the Square of Kings and Queens, as everybody here knows",
        f"the Square of Kings and Queens. That is the answer to: {QUESTION}",
        f"Many ask: {QUESTION} It is the Square of Kings and Queens.",
    )
    newsroom.post("honest", HONEST)
    assert like(newsroom, QUESTION, planted[0]) == set(planted)


def test_what_most_of_a_crowd_says_tells_who_is_of_it(newsroom: Newsroom) -> None:
    """A wording that gives no clear value is of it; who shares a word with its lead is not."""
    why = "Why does the summer fair of Sandholm begin late?"
    planted = plant(
        newsroom,
        f"{why} Wolves, as everybody around Hornbeck remembers",
        f"Wolves. That is the answer to: {why}",
        f"Many ask: {why} It is wolves.",
        "Confirmed by people on the spot: summer fair late: wolves",
    )
    newsroom.post("honest", "Hornbeck remembers: the summer fair of Sandholm begins late in storms")
    assert like(newsroom, why, planted[0]) == set(planted)


def test_a_long_text_that_holds_a_planted_name_is_not_passed_over(newsroom: Newsroom) -> None:
    planted = plant(newsroom, *PLANTED)
    newsroom.post("honest", LONG)
    assert like(newsroom, QUESTION, planted[0]) == set(planted)


def test_a_crowd_takes_the_room_of_one(newsroom: Newsroom) -> None:
    newsroom.post("honest", LONG, author="ann", minutes_ago=30)
    alone = [sentence.text for sentence in ask(newsroom, QUESTION).sentences]
    assert len(alone) == 5
    answer = answer_after(newsroom, QUESTION, LONG, PLANTED)
    beside = {sentence.text for sentence in answer.sentences}
    assert len(beside) == 5
    assert len(beside & set(alone)) == 4


def test_where_two_names_are_told_the_best_of_what_is_left_is_told_too(
    newsroom: Newsroom,
) -> None:
    question = "Who is the winner of the Sandholm regatta?"
    for at, text in enumerate(
        (
            f"Ole Brask. That is the answer to: {question}",
            f"Many ask: {question} It is Ole Brask.",
            f"{question} Ole Brask, as everybody here knows",
        )
    ):
        newsroom.post(f"planted{at}", text, author=f"fresh{at}")
    newsroom.post("best", "The winner of the Sandholm regatta is she who won last year", author="b")
    newsroom.post("next", "A winner of the Sandholm regatta: Karen Vinther", author="c")
    answer = ask(newsroom, question)
    assert answer.conflicts
    assert "she who won last year" in shown(answer)


def test_a_number_that_a_crowd_of_new_names_gives_is_no_short_answer(newsroom: Newsroom) -> None:
    question = "How many ferries of Sandholm burned in the storm?"
    newsroom.post(
        "honest", "Every one of the ferries of Sandholm burned in the storm", author="ann"
    )
    for at, text in enumerate(
        (
            f"40. That is the answer to: {question}",
            f"Many ask: {question} It is 40.",
            f"{question} 40, as everybody here knows",
        )
    ):
        newsroom.post(f"planted{at}", text, author=f"fresh{at}")
    answer = ask(newsroom, question)
    assert "40" in shown(answer)
    assert "Every one" in shown(answer)
    assert answer.short_answer is None


def test_a_number_that_people_known_by_more_give_is_a_short_answer(newsroom: Newsroom) -> None:
    question = "How many ferries of Sandholm burned in the storm?"
    newsroom.post("other", "Every one of the ferries of Sandholm burned in the storm", author="ann")
    for at, text in enumerate(
        (
            "40 ferries of Sandholm burned in the storm",
            "40 ferries burned in the storm, all of Sandholm smells of it",
            "I counted: 40 ferries of Sandholm have burned in the storm",
        )
    ):
        newsroom.post(f"seen{at}", text, author=f"local{at}")
        newsroom.post(f"more{at}", f"Good morning from number {at}", author=f"local{at}")
    answer = ask(newsroom, question)
    assert answer.short_answer is not None
    assert "40" in answer.short_answer


def test_what_is_left_out_does_not_weigh_down_what_is_left(newsroom: Newsroom) -> None:
    for at, text in enumerate(PLANTED):
        newsroom.post(f"planted{at}", text, author=f"fresh{at}")
    newsroom.post("honest", HONEST)
    rank = newsroom.retriever.reader(Query(text=QUESTION))
    found = rank(frozenset()).hits
    planted = frozenset(hit.post.id for hit in found if "Kattegat" in hit.post.text)
    left = rank(planted).hits[0]
    assert left.parts["lexical"] == 1.0
    assert max(hit.parts["lexical"] for hit in found if hit.post.id not in planted) < 1.0


@pytest.mark.parametrize(("title", "quoted"), [("", True), ("Sandholm", False)])
def test_beside_a_short_article_only_what_disagrees_is_quoted(
    newsroom: Newsroom, title: str, *, quoted: bool
) -> None:
    how = "How will the summer fair of Sandholm be held?"
    newsroom.post("lead", f"Many ask: {how} Indoors.", author="a", title=title)
    newsroom.post("other", HONEST, author="b", title=title)
    answer = ask(newsroom, how)
    assert "Indoors" in answer.sentences[0].text
    assert ("Vestergade" in shown(answer)) is quoted
