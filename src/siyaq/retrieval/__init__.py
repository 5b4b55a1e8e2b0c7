"""From a question to one ranking.

Owns: understanding the query, running it against the index, fusing its lists, folding copies.
Refuses: generation, and knowing which index it talks to.
"""

from siyaq.retrieval.reranking import Reranker
from siyaq.retrieval.retriever import Retriever
from siyaq.retrieval.understand import understand
from siyaq.retrieval.vectors import Vectors

__all__ = ["Reranker", "Retriever", "Vectors", "understand"]
