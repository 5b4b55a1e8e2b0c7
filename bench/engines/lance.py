"""LanceDB: native full-text index and IVF_HNSW_SQ, optimized every 25,000 posts in a thread."""

from __future__ import annotations

import threading
from pathlib import Path

import lancedb
import pyarrow as pa
from lancedb.index import FTS, HnswSq

OPTIMIZE_POSTS = 25_000
FIRST_INDEX = 5_000


class Lance:
    version = f"LanceDB {lancedb.__version__}"

    def __init__(self, folder: Path) -> None:
        self._schema = pa.schema(
            [
                ("id", pa.int64()),
                ("at", pa.int64()),
                ("lang", pa.string()),
                ("author", pa.string()),
                ("text", pa.string()),
                ("vector", pa.list_(pa.float32(), 512)),
            ]
        )
        self._table = lancedb.connect(str(folder)).create_table("posts", schema=self._schema)
        self._taken = self._optimized = 0
        self._indexed = False
        self._work: threading.Thread | None = None

    def add(self, posts, vectors):
        flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), 512)
        columns = [[post[name] for post in posts] for name in ("id", "placed_us", "lang", "author")]
        columns += [[post["text"] for post in posts], flat]
        self._table.add(pa.table(columns, schema=self._schema))
        self._taken += len(posts)
        if not self._indexed and self._taken >= FIRST_INDEX:
            self._make_indices()
        elif self._taken - self._optimized >= OPTIMIZE_POSTS:
            self._optimized = self._taken
            self._wait()
            self._work = threading.Thread(target=self._table.optimize)
            self._work.start()

    def _make_indices(self) -> None:
        self._table.create_index("text", config=FTS(with_position=False))
        self._table.create_index("vector", config=HnswSq(distance_type="cosine"))
        for column, kind in (("at", "BTREE"), ("lang", "BITMAP"), ("author", "BTREE")):
            self._table.create_scalar_index(column, index_type=kind)
        self._indexed, self._optimized = True, self._taken

    def searchable(self):
        return self._taken

    def _wait(self) -> None:
        if self._work is not None:
            self._work.join()

    def settle(self):
        self._wait()
        if not self._indexed:
            self._make_indices()
        self._table.optimize()

    def words(self, text, terms, k, where):
        return self._ids(self._table.search(text, query_type="fts"), k, where)

    def nearest(self, vector, k, where):
        query = self._table.search(vector).distance_type("cosine").refine_factor(5)
        return self._ids(query, k, where)

    def _ids(self, query, k, where):
        clauses = [f"at >= {where.since_us}"] if where.since_us else []
        clauses += [f"lang = '{where.lang}'"] if where.lang else []
        clauses += [f"author = '{where.author}'"] if where.author else []
        if clauses:
            query = query.where(" AND ".join(clauses), prefilter=True)
        return query.select(["id"]).limit(k).to_arrow()["id"].to_pylist()

    def delete(self, ids):
        self._table.delete(f"id IN ({','.join(map(str, ids))})")

    def close(self):
        self._wait()


open_in = Lance
