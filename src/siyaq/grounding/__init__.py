"""What may be said, and what it cites.

Owns: evidence, sentences, quotes and their check, abstaining, the Answer.
Refuses: fetching, HTTP, ranking rules of its own. No sentence leaves this room without a citation
whose quote is an exact part of a live stored post.
"""

from siyaq.grounding.answerer import Answerer
from siyaq.grounding.kept import AnswerShelf, KeptAnswers
from siyaq.grounding.written import WrittenAnswers

__all__ = ["AnswerShelf", "Answerer", "KeptAnswers", "WrittenAnswers"]
