"""Answers that are kept: what was asked, where its evidence stands, and what became of it.

Owns: the shelf of kept answers, opening one again, going on from one, saying what changed since.
Refuses: holding a word of any post. A kept answer names places in the log; its words are read
there anew each time, so that what was deleted is gone from old answers too.
"""

from siyaq.grounding.kept.continuing import KeptAnswers
from siyaq.grounding.kept.shelf import AnswerShelf

__all__ = ["AnswerShelf", "KeptAnswers"]
