"""Inputs: who asks for what, how well they are served, and by which model."""

from __future__ import annotations

from siyaq.plan import units
from siyaq.plan.key import SHARE, key
from siyaq.plan.units import (
    Byte,
    Parameter,
    Per,
    PerSecond,
    Person,
    Request,
    Second,
    Token,
    Unit,
)

KINDS = ("answer", "card", "agent", "chat")
"""What people ask for: a grounded answer, a card, a run of an agent, a turn of plain chat."""

_TOKENS_EACH = Unit[Per[Token, Request]]("tokens/request")
_CPU_EACH = (
    Unit[Per[Second, Request]]("s/request"),
    Unit[Per[Second, Request]]("ms/request", 1e-3),
)


WEEKLY_USERS = key(
    "demand.weekly_users",
    "people who use it in a week",
    0,
    1e10,
    units.PEOPLE,
    units.MILLION_PEOPLE,
)
QUESTIONS = key(
    "demand.questions",
    "requests of one person",
    0,
    100_000,
    Unit[Per[PerSecond[Request], Person]]("requests/person/week", 1 / units.WEEK),
    Unit[Per[PerSecond[Request], Person]]("requests/person/day", 1 / units.DAY),
)
SHARES = {
    kind: key(f"demand.{kind}s", f"share of requests: {kind}", 0, 1, *SHARE) for kind in KINDS
}
TOKENS_IN = {
    kind: key(f"{kind}.tokens_in", f"tokens that a model reads: {kind}", 0, 1e9, _TOKENS_EACH)
    for kind in KINDS
}
TOKENS_OUT = {
    kind: key(f"{kind}.tokens_out", f"tokens that a model writes: {kind}", 0, 1e9, _TOKENS_EACH)
    for kind in KINDS
}
CPU_EACH = {
    kind: key(f"{kind}.cpu", f"processor time without a model: {kind}", 0, 36_000, *_CPU_EACH)
    for kind in KINDS
}
PEAK = key("demand.peak", "the busiest moment, over the average", 1, 100, units.ONE)
CACHE_HITS = key("demand.cache_hits", "share of tokens read from a cache", 0, 0.99, *SHARE)

# Service
SPEED = key(
    "service.speed",
    "tokens a second that one reader must get",
    0.1,
    10_000,
    Unit[PerSecond[Token]]("tokens/s"),
)
FIRST_TOKEN = key(
    "service.first_token", "longest wait for the first token", 0.01, 3600, units.SECONDS
)
UTILIZATION = key(
    "service.utilization", "share of the capacity that the peak may use", 0.05, 1, *SHARE
)
SPARE = key("service.spare", "nodes kept beside those needed, as a share", 0, 10, *SHARE)
WHOLE = key(
    "service.whole_nodes", "1: nodes are whole; 0: hours of a shared fleet", 0, 1, units.ONE
)
FLEET = key("fleet.nodes", "nodes that are there; 0: as many as are needed", 0, 1e7, units.NODES)

# Model
SIZE = key(
    "model.parameters",
    "weights of the model; 0: no model",
    0,
    1e14,
    units.BILLION_PARAMETERS,
    units.PARAMETERS,
)
ACTIVE = key(
    "model.active",
    "weights that one token passes through",
    0,
    1e14,
    units.BILLION_PARAMETERS,
    units.PARAMETERS,
)
PRECISION = key(
    "model.precision", "bytes of one weight", 0.1, 8, Unit[Per[Byte, Parameter]]("bytes/parameter")
)
KV = key(
    "model.kv",
    "bytes kept in memory for one token of context",
    0,
    1e8,
    Unit[Per[Byte, Token]]("bytes/token"),
)
CONTEXT = key("model.context", "tokens held for one reader, on average", 1, 1e8, units.TOKENS)
