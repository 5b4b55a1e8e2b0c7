"""From a question to one ranking.

Owns: understanding the query, running it against the index, fusing its lists, folding copies,
keeping one voice from filling the page.
Refuses: generation, and knowing which index it talks to.
"""
