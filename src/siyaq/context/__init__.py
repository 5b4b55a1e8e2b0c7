"""What is behind one post: its thread, who said it first, its copies, and what is unknown.

Owns: the context card.
Refuses: verdicts on people, and any statement without its evidence.
Nothing on a card is older than the log: what it rests on is read anew, or known not to have
changed, so that a deletion shows at once. Safe from any thread.
"""

from siyaq.context.across import OtherLanguage
from siyaq.context.address import posts_at
from siyaq.context.cards import Cards
from siyaq.context.claims import Claims
from siyaq.context.clusters import Clusters
from siyaq.context.coordination import Share, Shares
from siyaq.context.desk import CardDesk
from siyaq.context.history import CardHistory
from siyaq.context.notes import ReadersNotes
from siyaq.context.phrased import PhrasedPoints
from siyaq.context.pictures import PictureShelf
from siyaq.context.remembered import RememberedCards
from siyaq.context.together import shares_of, unlabeled
from siyaq.context.unknown import Unknown

__all__ = [
    "CardDesk",
    "CardHistory",
    "Cards",
    "Claims",
    "Clusters",
    "OtherLanguage",
    "PhrasedPoints",
    "PictureShelf",
    "ReadersNotes",
    "RememberedCards",
    "Share",
    "Shares",
    "Unknown",
    "posts_at",
    "shares_of",
    "unlabeled",
]
