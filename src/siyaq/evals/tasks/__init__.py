"""One file a task, found by its name: `first-seen` is `first_seen.py`.

A task is a function `score(work: Work) -> Scores`; see `siyaq.evals.run`.
"""
