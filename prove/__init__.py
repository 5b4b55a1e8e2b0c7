"""Campaigns that try to make siyaq break its promises, and the ledger of how that went.

One file a goal. Each injects faults that must be seen to fire, judges what is left by a model
that shares no code with what it judges, and prints one line. `make prove` runs the full ones,
`make test` a short version of each.
"""
