"""Finding posts by word and by meaning: tantivy, and an exact scan of vector segments.

Owns: the files under `index/`, one commit protocol for both halves, one searcher over them.
Refuses: the network, fusing its two halves, keeping text: a hit is a place in the log.
Everything here can be thrown away and rebuilt from the log, with identical results.
"""

from siyaq.index.check import check
from siyaq.index.indexer import Indexer
from siyaq.index.reader import IndexReader
from siyaq.index.rebuild import rebuild
from siyaq.index.settings import IndexSettings
from siyaq.index.within import IndexWithin

__all__ = ["IndexReader", "IndexSettings", "IndexWithin", "Indexer", "check", "rebuild"]
