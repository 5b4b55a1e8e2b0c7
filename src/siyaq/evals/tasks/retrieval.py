"""The task `retrieval`: find the documents that a query asks for.

Searches with the defaults of `siyaq search`, to depth 100. Copies that siyaq folds into one hit
are expanded again, in rank order, before anything is scored. Queries without a relevant
document are counted and left out, as trec_eval does.
"""

from __future__ import annotations

from collections.abc import Sequence

from siyaq.core.errors import QueryError
from siyaq.core.product import Product
from siyaq.core.query import Filters, Query
from siyaq.evals import folder
from siyaq.evals.corpus import Names
from siyaq.evals.figures import Scores, Share, summarize
from siyaq.evals.metrics import score_ranking
from siyaq.evals.predictions import RUN_DEPTH, write_run
from siyaq.evals.work import Work

METRICS = ("MRR", "hit@1", "R@5", "MAP", "nDCG@10", "MAP@5")


async def score(work: Work) -> Scores:
    """Rank every query and compare with the judgments."""
    documents = folder.read_corpus(work.directory)
    queries = folder.read_all(work.directory, "queries.jsonl", folder.TextQuery)
    judgments = folder.read_judgments(folder.require_file(work.directory, "qrels.tsv"))
    names = Names(documents)
    filters = _filters(work, names)
    async with work.loaded(documents) as (product, counts):
        rankings = await _rank_all(work, product, queries, filters, names)
    if work.predictions is not None:
        write_run(work.predictions, rankings)
    judged = [query for query in queries if any(judgments.get(query.id, {}).values())]
    rows = [
        {
            name: Share(value)
            for name, value in score_ranking(rankings[query.id], judgments[query.id]).items()
        }
        for query in judged
    ]
    counts.update(queries=len(queries), queries_scored=len(judged))
    return summarize(rows, [query.metadata.lang for query in judged], METRICS, counts)


def _filters(work: Work, names: Names) -> dict[str, Filters]:
    """Return the filters of the queries that have candidates: rank these only."""
    if folder.find_file(work.directory, "candidates.jsonl") is None:
        return {}
    lines = folder.read_all(work.directory, "candidates.jsonl", folder.Candidates)
    return {line.id: Filters(only=names.posts(line.candidates)) for line in lines}


async def _rank_all(
    work: Work,
    product: Product,
    queries: Sequence[folder.TextQuery],
    filters: dict[str, Filters],
    names: Names,
) -> dict[str, list[str]]:
    rankings: dict[str, list[str]] = {}
    for done, query in enumerate(queries):
        work.on_progress(done, len(queries), "searching")
        asked = Query(text=query.text, k=RUN_DEPTH, filters=filters.get(query.id, Filters()))
        try:
            rankings[query.id] = await rank(product, asked, names)
        except QueryError:  # a query that siyaq will not take finds nothing
            rankings[query.id] = []
    work.on_progress(len(queries), len(queries), "searching")
    return rankings


async def rank(product: Product, query: Query, names: Names) -> list[str]:
    """Return the documents found, best first, each once, copies behind the hit they are in."""
    ranking = await product.search(query)
    posts = dict.fromkeys(post for hit in ranking.hits for post in (hit.post.id, *hit.copies))
    return [names.document(post) for post in posts][:RUN_DEPTH]
