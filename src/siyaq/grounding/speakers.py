"""Questions that name who speaks: "what did the port say about the bridge?", "ماذا قالت البلدية؟".

"How many homes did the company report?" is one of them: its matter is "how many homes".

The words of a post seldom name who posted it. So such a question is put to the posts of those
accounts that are called as it names them, and their posts are asked only for its matter. Anybody
can take a name: every quote shows whose account it is of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from siyaq.core.ids import PostId
from siyaq.core.ports import Searcher
from siyaq.core.post import Author
from siyaq.core.query import Filters, Query, Ranking
from siyaq.grounding.looks import LookAgain
from siyaq.grounding.voices import COUNTED_HITS
from siyaq.log import LogReader
from siyaq.retrieval import Retriever
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.folded import Folded, fold_words
from siyaq.retrieval.latest import WINDOW
from siyaq.retrieval.retriever import visible
from siyaq.retrieval.skeleton import skeletons
from siyaq.text.analyze import is_stop_word, terms

TRANSLATED = 0.8
"""How near in meaning a word of a name must be to one in another script."""

ACCOUNTS = 20
"""Of how many accounts that are called alike the posts are read."""

_SAY = (
    r"(?:sa(?:y|ys|ying|id)|announc(?:e|es|ing|ed)|post(?:s|ing|ed)?|tweet(?:s|ing|ed)?"
    r"|wr(?:ite|ites|iting|itten|ote)|report(?:s|ing|ed)?|claim(?:s|ing|ed)?|declared?|stated?)"
)
_SAY_IN_ARABIC = (
    r"(?:قال|قالت|قاله|قالته|يقول|تقول|يقوله|تقوله|اعلن|اعلنت|اعلنه|اعلنته|ذكر|ذكرت|ذكره|ذكرته"
    r"|كتب|كتبت|نشر|نشرت|صرح|صرحت|غرد|غردت|افاد|افادت)"
)
_ABOUT = r"(?: (?:about|on|of|regarding|concerning) (?P<about>.+))?$"
_OF = r"(?:عن|حول|بشان|بخصوص|في شان|علي) "
_SPOKEN = (
    re.compile(
        r"^what (?:did|does|do|has|have|is|was|are|were) (?:the )?(?P<who>.+?) (?:been )?"
        rf"{_SAY}\b{_ABOUT}"
    ),
    re.compile(rf"^(?:did|has|have) (?:the )?(?P<who>.+?) {_SAY} (?:any|some)thing\b{_ABOUT}"),
    re.compile(
        rf"^و?(?:ماذا|ما الذي|ما|بماذا|هل) {_SAY_IN_ARABIC} "
        rf"(?!{_OF})(?P<who>.+?)(?: (?:اي )?(?:شيء?|شييا))?(?: {_OF}(?P<about>.+))?$"
    ),
)
_HOW_MANY = (
    re.compile(
        r"^(?P<ask>how (?:many|much))(?: (?P<what>.+?))? (?:did|does|do|has|have) (?:the )?"
        rf"(?P<who>.+?) {_SAY}\b(?: (?P<about>.+))?$"
    ),
    re.compile(
        rf"^و?(?P<ask>كم(?: عدد)?)(?: (?P<what>.+?))? (?:(?:الذي|التي|الذين) )?{_SAY_IN_ARABIC} "
        rf"(?!{_OF})(?P<who>.+?)(?: {_OF}(?P<about>.+))?$"
    ),
)
_APART = re.compile(r"[\W_]+")
_HANDLE = re.compile(r"[\w.-]+\.[a-z]{2,}")
_ARABIC = re.compile("[\u0621-\u064a]")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who is asked for, in folded words, and about what: "" where nothing is named."""

    who: str
    about: str


def spoken_in(question: str) -> Spoken | None:
    """Return whose words a question asks for, None where it names nobody."""
    folded = fold_words(question)
    patterns = (*_SPOKEN, *_HOW_MANY)
    found = next(filter(None, (one.search(folded.text) for one in patterns)), None)
    if found is None or not _telling(found["who"]):
        return None
    matter = [name for name in ("what", "about") if found.groupdict().get(name)]
    asking = ["ask"] if matter and "ask" in found.groupdict() else []
    about = [_as_asked(question, folded, found.span(name)) for name in (*asking, *matter)]
    return Spoken(found["who"], " ".join(about))


def _as_asked(question: str, folded: Folded, found: tuple[int, int]) -> str:
    """Return the words of a question whose folded text was found, as they were written."""
    spans = [span for begin, span in folded.words if found[0] <= begin < found[1]]
    return question[spans[0].start : spans[-1].end]


class Speakers:
    """Finds what somebody who is named has posted about something."""

    def __init__(
        self, retriever: Retriever, searcher: Searcher, log: LogReader, alignment: WordAlignment
    ) -> None:
        self._retriever = retriever
        self._searcher = searcher
        self._log = log
        self._alignment = alignment

    def reader(self, spoken: Spoken, filters: Filters, as_of: datetime) -> LookAgain | None:
        """Return what ranks the speaker's posts for the matter; None where nobody is called so.

        Where `filters` name authors, the asker has said already whose posts are meant: None.
        """
        if filters.authors:
            return None
        query = Query(text=spoken.about, k=COUNTED_HITS, filters=filters, as_of=as_of)
        names = self._names(spoken.who, query)
        if not names:
            return None
        theirs = replace(query, filters=replace(filters, authors=names))
        rank = self._retriever.reader(theirs)

        def ranking(without: frozenset[PostId]) -> Ranking:
            found = rank(without)
            hits = tuple(one for one in found.hits if self.is_called(spoken.who, one.post.author))
            return replace(found, hits=hits)

        return ranking

    def is_called(self, who: str, author: Author) -> bool:
        """Say whether each word that names somebody stands in an author's name or handle.

        A whole handle names one account. A name in the other script is the same by its consonants
        ("Haddad", "حداد") or by what it means ("the port", "الميناء").
        """
        if _joined(who) == _joined(author.handle):
            return True
        handle = author.handle.partition("@")[0]
        if _HANDLE.fullmatch(who):  # of one account, and of nobody else on its server
            return False
        name = f"{author.name} {_APART.sub(' ', handle)}"
        known = set(terms(name))
        missing = [word for word in _telling(who) if not known.issuperset(terms(word))]
        if not missing:
            return True
        if bool(_ARABIC.search(who)) == bool(_ARABIC.search(author.name)):
            return _joined(who) in (_joined(handle), _joined(handle.partition(".")[0]))
        spelled = skeletons(name)
        translated = self._alignment.told(missing, author.name)
        return all(
            near >= TRANSLATED or not spelled.isdisjoint(skeletons(word))
            for word, near in zip(missing, translated, strict=True)
        )

    def _names(self, who: str, query: Query) -> tuple[str, ...]:
        """Return the ids of the accounts called so among those who speak of the matter.

        Where there are none, they are looked for among the authors of the newest posts.
        """
        posts = [hit.post for hit in self._retriever.rank(query).hits] if query.text else []
        called = {one.author.id for one in posts if self.is_called(who, one.author)}
        if not called:
            newest = self._searcher.newest(visible(query.filters, query.as_of), WINDOW)
            authors = {post.author for post in self._log.posts(newest).values()}
            called = {one.id for one in authors if self.is_called(who, one)}
        return tuple(sorted(filter(None, called))[:ACCOUNTS])


def _telling(name: str) -> list[str]:
    return [word for word in name.split() if not all(map(is_stop_word, terms(word)))]


def _joined(name: str) -> str:
    return _APART.sub("", name).casefold()
