"""What is behind one post: its thread, who said it first, its copies, and what is unknown.

Owns: the context card.
Refuses: verdicts on people, and any statement without its evidence.
Everything is read anew for each card, so that a deletion shows at once; safe from any thread.
"""

from siyaq.context.cards import Cards
from siyaq.context.unknown import Unknown

__all__ = ["Cards", "Unknown"]
