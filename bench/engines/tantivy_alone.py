"""The floor of word search: tantivy, given the same documents ready-made, and nothing else.

No log, no admission, no analysis: terms and fingerprint of each post come in the post, the same
that siyaq makes. It commits by the clock that siyaq has while it catches up; a small load is then
one commit. Told to (`commit_every`), it commits after so many posts.
"""

from __future__ import annotations

import time
from pathlib import Path

import tantivy

COMMIT_SECONDS = 1.0
MEMORY_BYTES = 160 * 2**20


class TantivyAlone:
    version = f"tantivy {tantivy.__version__}"

    def __init__(self, folder: Path) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
        builder.add_unsigned_field("seq", indexed=True, fast=True)
        builder.add_integer_field("placed_us", fast=True)
        for name in ("post_id", "lang", "author", "source", "fingerprint"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, str(folder))
        self._writer = self._index.writer(MEMORY_BYTES, 1)
        self._taken = self._found = self.commits = 0
        self.commit_every = 0  # posts; 0: by the clock
        self._committed = time.monotonic()

    def add(self, posts, vectors):
        for post in posts:
            document = tantivy.Document.from_dict(
                {
                    "words": post["words"],
                    "seq": post["id"],
                    "placed_us": post["placed_us"],
                    "post_id": f"bench:{post['id']}",
                    "lang": post["lang"],
                    "author": post["author"],
                    "source": "bench",
                    "fingerprint": post["fingerprint"],
                },
                self._schema,
            )
            self._writer.add_document(document)
        self._taken += len(posts)
        if self.commit_every:
            due = self._taken - self._found >= self.commit_every
        else:
            due = time.monotonic() - self._committed >= COMMIT_SECONDS
        if due:
            self.settle()

    def searchable(self):
        return self._found

    def settle(self):
        self._writer.commit()
        self.commits += 1
        self._index.reload()
        self._found, self._committed = self._taken, time.monotonic()

    def words(self, text, terms, k, where):
        query = self._index.parse_query(" ".join(terms), ["words"])
        if where.since_us:
            late = tantivy.Query.range_query(
                self._schema, "placed_us", tantivy.FieldType.Integer, lower_bound=where.since_us
            )
            late = tantivy.Query.const_score_query(late, 0.0)
            must = tantivy.Occur.Must
            query = tantivy.Query.boolean_query([(must, query), (must, late)])
        searcher = self._index.searcher()
        hits = searcher.search(query, k, count=False).hits
        return searcher.fast_field_values("seq", [address for _, address in hits])

    def delete(self, ids):
        for each in ids:
            self._writer.delete_documents_by_term("post_id", f"bench:{each}")
        self.settle()

    def close(self):
        self._writer.wait_merging_threads()


open_in = TantivyAlone
