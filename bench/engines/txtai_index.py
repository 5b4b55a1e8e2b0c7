"""txtai: faiss for vectors given ready-made, its own BM25, SQLite for content; all its defaults.

It keeps all of it in memory and temporary files until it is saved as a whole: disk is not counted.
Filters run in SQL over what the vector search returned, so a narrow window finds little.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
from txtai.embeddings import Embeddings


class Txtai:
    version = f"txtai {version('txtai')}"

    def __init__(self, folder: Path) -> None:
        self._rows: dict[str, np.ndarray] = {}
        ours = {"method": "external", "transform": lambda texts: self._vectors(texts)}
        self._index = Embeddings(ours | {"content": True})
        self._words = Embeddings({"keyword": True, "content": False})
        self._taken = 0

    def _vectors(self, texts):
        return np.stack([self._rows[text] for text in texts])

    def add(self, posts, vectors):
        self._rows = {str(post["text"]): row for post, row in zip(posts, vectors, strict=True)}
        body = [(p["id"], {"text": p["text"], "at": p["placed_us"]}, None) for p in posts]
        self._index.upsert(body)
        self._words.upsert([(post["id"], post["text"], None) for post in posts])
        self._taken += len(posts)

    def searchable(self):
        return self._taken

    def settle(self):
        pass

    def words(self, text, terms, k, since_us):
        found = [int(each) for each, _ in self._words.search(text, 10 * k if since_us else k)]
        return found[:k]

    def nearest(self, vector, k, since_us):
        self._rows = {"?": vector}
        late = f" and at >= {since_us}" if since_us else ""
        rows = self._index.search(f"select id from txtai where similar('?'){late}", k)
        return [int(row["id"]) for row in rows]

    def delete(self, ids):
        self._index.delete(ids)
        self._words.delete(ids)

    def close(self):
        self._index.close()


open_in = Txtai
