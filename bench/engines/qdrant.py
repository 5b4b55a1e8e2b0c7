"""qdrant-edge: one shard for each 50,000 posts, optimized once when it is full (documented mode).

Words are its BM25 sparse vectors with the Multilingual tokenizer, which is the one that cuts
Arabic; a shard takes no other process, so siyaq's way of reading beside the writer has no peer.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import qdrant_edge as q

SHARD_POSTS = 50_000


class Qdrant:
    version = f"qdrant-edge-py {version('qdrant-edge-py')}"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shards: list[q.EdgeShard] = []
        self._bm25 = q.Bm25(q.Bm25Config(tokenizer=q.TokenizerType.Multilingual, avg_len=15))
        self._taken = 0

    def add(self, posts, vectors):
        if self._taken % SHARD_POSTS == 0:
            self.settle()
            self._begin()
        points = [
            q.Point(
                post["id"],
                {"words": self._bm25.embed_document(post["text"])}
                | ({} if vectors is None else {"meaning": vectors[place].tolist()}),
                {"at": post["placed_us"], "lang": post["lang"], "author": post["author"]},
            )
            for place, post in enumerate(posts)
        ]
        self._shards[-1].update(q.UpdateOperation.upsert_points(points))
        self._taken += len(posts)

    def _begin(self) -> None:
        path = self._folder / str(len(self._shards))
        path.mkdir()
        config = q.EdgeConfig(
            vectors={"meaning": q.EdgeVectorParams(512, q.Distance.Cosine)},
            sparse_vectors={"words": q.EdgeSparseVectorParams(modifier=q.Modifier.Idf)},
        )
        shard = q.EdgeShard.create(str(path), config)
        shard.update(q.UpdateOperation.create_field_index("at", q.PayloadSchemaType.Integer))
        for name in ("lang", "author"):
            shard.update(q.UpdateOperation.create_field_index(name, q.PayloadSchemaType.Keyword))
        self._shards.append(shard)

    def searchable(self):
        return self._taken

    def settle(self):
        if self._shards:
            self._shards[-1].optimize()

    def words(self, text, terms, k, where):
        return self._best(q.Query.Nearest(self._bm25.embed_query(text), using="words"), k, where)

    def nearest(self, vector, k, where):
        return self._best(q.Query.Nearest(vector.tolist(), using="meaning"), k, where)

    def _best(self, query, k, where):
        demands = []
        if where.since_us:
            window = q.RangeFloat(gte=float(where.since_us))
            demands.append(q.FieldCondition(key="at", range=window))
        for key, value in (("lang", where.lang), ("author", where.author)):
            if value:
                demands.append(q.FieldCondition(key=key, match=q.MatchValue(value)))
        only = q.Filter(must=demands) if demands else None
        request = q.QueryRequest(limit=k, query=query, filter=only)
        found = [hit for shard in self._shards for hit in shard.query(request)]
        found.sort(key=lambda hit: -hit.score)
        return [hit.id for hit in found[:k]]

    def delete(self, ids):
        for shard in self._shards:
            shard.update(q.UpdateOperation.delete_points(ids))

    def close(self):
        for shard in self._shards:
            shard.close()


open_in = Qdrant
