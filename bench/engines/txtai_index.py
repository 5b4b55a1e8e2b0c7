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
        body = [
            (
                p["id"],
                {"text": p["text"], "at": p["placed_us"], "lang": p["lang"], "author": p["author"]},
                None,
            )
            for p in posts
        ]
        self._index.upsert(body)
        self._words.upsert([(post["id"], post["text"], None) for post in posts])
        self._taken += len(posts)

    def searchable(self):
        return self._taken

    def settle(self):
        pass

    def words(self, text, terms, k, where):
        found = [int(each) for each, _ in self._words.search(text, 10 * k if any(where) else k)]
        return found[:k]

    def nearest(self, vector, k, where):
        self._rows = {"?": vector}
        only = f" and at >= {where.since_us}" if where.since_us else ""
        only += f" and lang = '{where.lang}'" if where.lang else ""
        only += f" and author = '{where.author}'" if where.author else ""
        rows = self._index.search(f"select id from txtai where similar('?'){only}", k)
        return [int(row["id"]) for row in rows]

    def delete(self, ids):
        self._index.delete(ids)
        self._words.delete(ids)

    def close(self):
        self._index.close()


open_in = Txtai
