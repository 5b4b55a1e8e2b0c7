"""One file a task: a function `score(work: Work) -> Scores`, listed in `siyaq.evals.run`."""
