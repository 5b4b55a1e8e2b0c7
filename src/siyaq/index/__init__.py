"""Finding posts by word and by meaning: tantivy, and an exact scan of vector segments.

Owns: the files under `index/`, one commit protocol for both halves, one searcher over them.
Refuses: the network, fusing its two halves, keeping text: a hit is a place in the log.
Everything here can be thrown away and rebuilt from the log, with identical results.
"""
