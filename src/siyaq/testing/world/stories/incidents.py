"""Small things beside the news: a post taken back, a number corrected, an account gone."""

from __future__ import annotations

from siyaq.testing.world.lexicon.places import DISTRICTS, SPOTS
from siyaq.testing.world.lexicon.things import DAYS, FOODS, HOBBIES, PETS
from siyaq.testing.world.question import Ask
from siyaq.testing.world.record import post_record
from siyaq.testing.world.stories import incidents_text as text
from siyaq.testing.world.story import Story, number_forms
from siyaq.testing.world.teller import Teller
from siyaq.testing.world.words import Lang, Word


def tell_retraction(tell: Teller) -> Story:
    """Two people post a secret and take it back; what they said must not be found afterwards."""
    _set_scene(tell)
    code = tell.rng.randint(100_000, 999_999)
    tell.fact("code", Word(str(code), str(code)), number_forms(code))
    told = [
        tell.post(3.0 + 6 * number, tell.people.anyone(tell.rng, lang), text.SECRET)
        for number, lang in enumerate(_langs())
    ]
    for number, post in enumerate(told):
        tell.delete(post, 45.0 + tell.rng.uniform(0, 40) + 3 * number)
    tell.crowd(100, 130, 2, text.OOPS)
    tell.ask(
        Ask(
            lines=text.ASK_SECRET,
            kind="unanswerable",
            unless=("code",),
            must_not_contain=number_forms(code),
        )
    )
    return tell.finish(names=(tell.words["place"],), headline=False)


def tell_slip(tell: Teller) -> Story:
    """An office posts a wrong number and edits it; the article is corrected under its guid too."""
    _set_scene(tell)
    wrong = tell.rng.randint(110, 890)
    right = wrong + tell.rng.randint(7, 90)
    tell.fact("wrong", Word(str(wrong), str(wrong)), number_forms(wrong))
    tell.fact("right", Word(str(right), str(right)), number_forms(right))
    place = tell.words["place"].en.lower().replace(" ", "-")
    told = []
    tell.let("books", "wrong")
    for number, lang in enumerate(_langs()):
        office = tell.newcomer(lang, f"library-{lang}", f"library-{lang}.{place}.example")
        told.append(tell.post(2.0 + 4 * number, office, text.BOOKS))
    articles = [
        tell.article(15.0 + 5 * number, lang, text.BOOKS_TITLE, (text.BOOKS,))
        for number, lang in enumerate(_langs())
    ]
    tell.let("books", "right")
    for number, post in enumerate(told):
        tell.edit(post, 60.0 + tell.rng.uniform(0, 30) + number, text.BOOKS)
    announcements = [post for post in tell.told if post not in told]
    for number, (article, post) in enumerate(zip(articles, announcements, strict=True)):
        tell.correct(article, 95.0 + 5 * number, text.BOOKS_TITLE, (text.BOOKS,))
        tell.edit(post, 98.0 + 5 * number, text.BOOKS_TITLE)
    tell.ask(
        Ask(
            lines=text.ASK_BOOKS,
            kind="answerable",
            needs=("right",),
            unless=("wrong",),
            must_not_contain=number_forms(wrong),
        )
    )
    return tell.finish(names=(tell.words["place"],), headline=False)


def tell_spam(tell: Teller) -> Story:
    """A spammer floods the network until it is taken down: deleted, or only hidden."""
    _set_scene(tell)
    tell.word("number", Word(*[str(tell.rng.randint(100, 9999))] * 2))
    lang = tell.rng.choice(_langs())
    spammer = tell.newcomer(lang, "spammer")
    for number in range(tell.rng.randint(4, 9)):
        tell.post(3.0 + 7 * number + tell.rng.uniform(0, 3), spammer, text.SPAM)
    tell.account(spammer, 90.0, tell.rng.choice(("deleted", "takendown")))
    return tell.finish(names=(tell.words["place"],), headline=False)


def tell_absence(tell: Teller) -> Story:
    """Somebody deactivates the account and comes back: the posts go and return."""
    _set_scene(tell)
    person = tell.newcomer(tell.rng.choice(_langs()), "wanderer")
    for number in range(3):
        tell.post(2.0 + 9 * number, person, text.MUSING)
    tell.account(person, 50.0, "deactivated")
    tell.account(person, 140.0 + tell.rng.uniform(0, 60), "")
    return tell.finish(names=(tell.words["place"],), headline=False)


def tell_departure(tell: Teller) -> Story:
    """Somebody deletes the account for good; what they wrote is erased, replies to it stay."""
    _set_scene(tell)
    person = tell.newcomer(tell.rng.choice(_langs()), "leaver")
    for number in range(3):
        told = tell.post(2.0 + 8 * number, person, text.MUSING)
        reply_author = tell.people.anyone(tell.rng)
        tell.post(5.0 + 8 * number, reply_author, text.ANSWER, reply_to=told)
    tell.account(person, 70.0 + tell.rng.uniform(0, 30), "deleted")
    return tell.finish(names=(tell.words["place"],), headline=False)


def tell_rename(tell: Teller) -> Story:
    """Somebody changes handle between two posts."""
    _set_scene(tell)
    person = tell.newcomer(tell.rng.choice(_langs()), "renamed")
    tell.post(3.0, person, text.MUSING)
    tell.identity(person, 30.0, f"now-{person.handle}")
    tell.post(40.0, person, text.MUSING)
    return tell.finish(names=(tell.words["place"],), headline=False)


def tell_album(tell: Teller) -> Story:
    """People post pictures: with words, and with none but the picture's description.

    The first of them is posted once more, as if it were of today and of another town.
    """
    _set_scene(tell)
    for number, lang in enumerate(_langs() * 2):
        author = tell.people.anyone(tell.rng, lang)
        after = 2.0 + 6 * number
        alt = tell.phrase(text.PICTURE, lang)
        caption = "" if number == 3 else tell.phrase(text.CAPTION, lang)
        moment = tell.written_at(after)
        record = post_record(caption, moment, langs=(lang,), image_alt=alt)
        tell.post_text(after, author, caption, record=record, refusable=not caption)
    first = tell.told[0]
    tell.word("elsewhere", tell.town())
    author = tell.people.anyone(tell.rng)
    caption = tell.phrase(text.REUSED, author.lang)
    alt = tell.phrase(text.PICTURE, author.lang)
    record = post_record(caption, tell.written_at(50), langs=(author.lang,), image_alt=alt)
    again = tell.post_text(50, author, caption, record=record)
    return tell.finish(
        names=(tell.words["place"],),
        headline=False,
        same_picture=(first.reference.uri, again.reference.uri),
    )


def _langs() -> tuple[Lang, Lang]:
    return ("en", "ar")


def _set_scene(tell: Teller) -> None:
    rng = tell.rng
    place = tell.word("place", tell.town())
    slug = place.en.lower().replace(" ", "-")
    tell.word("place_slug", Word(slug, slug))
    tell.word("spot", rng.choice(SPOTS))
    tell.word("district", rng.choice(DISTRICTS))
    tell.word("day", rng.choice(DAYS))
    tell.word("food", rng.choice(FOODS))
    tell.word("pet", rng.choice(PETS))
    tell.word("hobby", rng.choice(HOBBIES))
