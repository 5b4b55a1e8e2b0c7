"""From tokens a second to cards and nodes, with the memory they need.

Where a rate was measured (`rates.*`), it is used, scaled to another model by its active weights:
reading is bound by operations, which grow with them, and writing by the bytes of weights and
context that are read for each token. Where none was, the roofline model gives it (Williams,
Waterman and Patterson, Communications of the ACM 52(4), 2009; applied to transformers by Pope and
others, "Efficiently Scaling Transformer Inference", MLSys 2023): the slower of operations and
memory traffic, at a stated share of what the card could do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from siyaq.plan import asked, machines
from siyaq.plan.demand import Demand
from siyaq.plan.key import Inputs
from siyaq.plan.units import (
    Byte,
    Flop,
    Gpu,
    Node,
    Parameter,
    Per,
    PerSecond,
    Quantity,
    Second,
    Token,
    divide,
)

Q = Quantity

FLOPS_PER_WEIGHT: Q[Per[Per[Flop, Parameter], Token]] = Q(2.0)
"""A multiplication and an addition for each active weight and token (Kaplan and others, 2020)."""

USABLE_MEMORY = 0.9
"""Share of a card's memory that weights and context may fill, as serving engines leave it."""

MOST_READERS = 1 << 20


@dataclass(frozen=True, slots=True)
class Serving:
    """How the load is carried."""

    reading: Q[Per[PerSecond[Token], Node]]  # tokens in that a node takes, cached ones counted
    writing: Q[Per[PerSecond[Token], Node]]
    for_reading: Q[Node]
    for_writing: Q[Node]
    needed: Q[Node]  # with spare nodes and room to the peak, before the fleet is fixed
    nodes: Q[Node]
    gpus: Q[Gpu]
    replica: Q[Gpu]  # cards that hold the model once
    weights: Q[Byte]
    context: Q[Byte]  # of the readers that share a replica
    readers: float  # that a replica serves at once
    room: Q[Byte]  # of a replica
    fits: bool  # one reader's context fits beside the weights
    first_token: Q[Second]
    speed: Q[PerSecond[Token]]  # that one reader gets
    fast_enough: bool
    measured: bool  # the rates were measured, not modelled


def serving(inputs: Inputs, demand: Demand) -> Serving:
    """Return how many nodes carry a demand at its peak."""
    one = _replica(inputs)
    reading, writing, measured = _rates(inputs, one)
    for_reading = demand.read.at(reading)
    for_writing = demand.written.at(writing)
    utilization = inputs.number(asked.UTILIZATION)
    needed = (for_reading + for_writing) / utilization * (1 + inputs.number(asked.SPARE))
    if inputs[asked.SIZE].value == 0:
        needed = Q(0.0)
    if inputs[asked.WHOLE].value >= 0.5:
        needed = needed.up()
    fleet = inputs[asked.FLEET]
    nodes = fleet if fleet.value else needed
    return Serving(
        reading=reading,
        writing=writing,
        for_reading=for_reading,
        for_writing=for_writing,
        needed=needed,
        nodes=nodes,
        gpus=inputs[machines.GPUS_EACH] * nodes,
        replica=one.cards,
        weights=one.weights,
        context=one.context_each * one.readers,
        readers=one.readers,
        room=one.room,
        fits=one.readers >= 1,
        first_token=one.first_token,
        speed=one.speed,
        fast_enough=one.fast_enough,
        measured=measured,
    )


@dataclass(frozen=True, slots=True)
class _Replica:
    cards: Q[Gpu]
    weights: Q[Byte]
    context_each: Q[Byte]
    room: Q[Byte]
    readers: float
    step: Q[Second]  # in which every reader gets a token
    first_token: Q[Second]
    fast_enough: bool

    @property
    def speed(self) -> Q[PerSecond[Token]]:
        """Tokens a second of one reader."""
        return Q[Token](1.0 if self.readers else 0.0).per(self.step)


def _replica(inputs: Inputs) -> _Replica:
    """Return the cards that hold the model once, and how many readers they serve at once.

    As few cards as hold the weights and a quarter more, a power of two. As many readers as memory
    has room for and each still gets its tokens in time; at least one, who may have to wait.
    """
    weights = inputs[asked.PRECISION] * inputs[asked.SIZE]
    context = inputs[asked.KV] * inputs[asked.CONTEXT]
    usable = inputs[machines.GPU_MEMORY] * USABLE_MEMORY
    wanted = max(1.0, math.ceil((weights * 1.25).at(usable).value - 1e-9))
    cards: Q[Gpu] = Q(float(2 ** math.ceil(math.log2(wanted))))
    room = usable * cards
    by_memory = divide((room - weights).value, context.value)
    most = int(max(0.0, min(by_memory, MOST_READERS)))
    longest = 1 / inputs[asked.SPEED].value
    low, high = min(1, most), most
    while low < high:  # the step only grows with readers
        middle = (low + high + 1) // 2
        if _step(inputs, cards, middle).value <= longest:
            low = middle
        else:
            high = middle - 1
    step = _step(inputs, cards, low)
    fresh = 1 - inputs.number(asked.CACHE_HITS)
    prompt = max((inputs[asked.TOKENS_IN[kind]].value for kind in _awaited(inputs)), default=0.0)
    prompt *= fresh
    first: Q[Second] = Q(divide(prompt, (_operations(inputs) * cards).value))
    return _Replica(
        cards=cards,
        weights=weights,
        context_each=context,
        room=room,
        readers=float(low),
        step=step,
        first_token=first,
        fast_enough=step.value <= longest * (1 + 1e-9)
        and first.value <= inputs[asked.FIRST_TOKEN].value,
    )


def _awaited(inputs: Inputs) -> list[str]:
    """Return the kinds whose first token somebody waits for: agents read over many steps."""
    shares = asked.SHARES.items()
    return [kind for kind, share in shares if kind != "agent" and inputs.number(share)]


def _operations(inputs: Inputs) -> Q[Per[PerSecond[Token], Gpu]]:
    """Return the tokens a second that a card computes: its operations over those of a token."""
    each = FLOPS_PER_WEIGHT.value * inputs[asked.ACTIVE].value
    reached = inputs[machines.COMPUTE] * inputs.number(machines.MFU)
    return Q(divide(reached.value, each))


def _step(inputs: Inputs, cards: Q[Gpu], readers: int) -> Q[Second]:
    """Return how long a token for each of `readers` takes: the slower of memory and operations.

    Of a mixture of experts, as much is read from memory as the readers' tokens are expected to
    pass through: with `a` the active share, 1 - (1 - a)^readers of it.
    """
    weights = inputs[asked.PRECISION] * inputs[asked.SIZE]
    active = min(1.0, divide(inputs[asked.ACTIVE].value, inputs[asked.SIZE].value))
    touched = weights * (1 - (1 - active) ** readers)
    context = inputs[asked.KV] * inputs[asked.CONTEXT] * float(readers)
    bandwidth = inputs[machines.BANDWIDTH] * inputs.number(machines.MBU) * cards
    memory = (touched + context).at(bandwidth)
    tokens: Q[Token] = Q(float(readers))
    return max(memory, tokens.at(_operations(inputs) * cards))


def _rates(
    inputs: Inputs, one: _Replica
) -> tuple[Q[Per[PerSecond[Token], Node]], Q[Per[PerSecond[Token], Node]], bool]:
    """Return tokens in and out a second of one node, and whether they rest on a measurement."""
    fresh = 1 - inputs.number(asked.CACHE_HITS)
    read, written = inputs[machines.PREFILL_RATE], inputs[machines.DECODE_RATE]
    if read.value and written.value:
        like = divide(inputs[machines.RATE_ACTIVE].value, inputs[asked.ACTIVE].value)
        scale = like if 0 < like < math.inf else 1.0
        hits = (1 - inputs.number(machines.RATE_HITS)) / fresh
        return read * (scale * hits), written * scale, True
    cards = inputs[machines.GPUS_EACH]
    reading = _operations(inputs).value * cards.value / fresh
    replicas = cards.value / one.cards.value
    return Q(reading), Q(divide(one.readers, one.step.value) * replicas), False
