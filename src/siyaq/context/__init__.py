"""What is behind one post: its thread, who said it first, its copies, and what is unknown.

Owns: the context card.
Refuses: verdicts on people, and any statement without its evidence.
"""
