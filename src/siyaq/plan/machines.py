"""Inputs: nodes of graphics cards, the feed, and the servers that hold it."""

from __future__ import annotations

from siyaq.plan import units
from siyaq.plan.key import SHARE, key
from siyaq.plan.units import (
    Byte,
    Core,
    Dollar,
    Flop,
    Gpu,
    Node,
    Per,
    PerSecond,
    Post,
    Server,
    Token,
    Unit,
    Watt,
)

_RATE = Unit[Per[PerSecond[Token], Node]]("tokens/s/node")


GPUS_EACH = key("hardware.gpus", "cards of a node", 1, 1000, Unit[Per[Gpu, Node]]("GPUs/node"))
GPU_MEMORY = key(
    "hardware.memory", "memory of a card", 1, 10_000, Unit[Per[Byte, Gpu]]("GB/GPU", 1e9)
)
BANDWIDTH = key(
    "hardware.bandwidth",
    "bytes that a card reads from its memory",
    1,
    1e6,
    Unit[Per[PerSecond[Byte], Gpu]]("GB/s/GPU", 1e9),
    Unit[Per[PerSecond[Byte], Gpu]]("TB/s/GPU", 1e12),
)
COMPUTE = key(
    "hardware.compute",
    "dense operations of a card at the model's precision",
    0.01,
    1e6,
    Unit[Per[PerSecond[Flop], Gpu]]("TFLOP/s/GPU", 1e12),
)
MFU = key("hardware.mfu", "share of the operations reached while reading", 0.01, 1, *SHARE)
MBU = key("hardware.mbu", "share of the bandwidth reached while writing", 0.01, 1, *SHARE)
NODE_POWER = key(
    "hardware.power", "most that a node draws", 0.001, 1e4, Unit[Per[Watt, Node]]("kW/node", 1e3)
)
LOADED = key("hardware.loaded", "share of that which it draws under load", 0.05, 1, *SHARE)
IDLE = key("hardware.idle", "share of that which it draws while idle", 0, 1, *SHARE)
NODE_PRICE = key("hardware.price", "a node, bought", 0, 1e8, Unit[Per[Dollar, Node]]("USD/node"))
RENT = key(
    "hardware.rent",
    "a card, rented for an hour with everything around it",
    0,
    1000,
    Unit[Per[PerSecond[Dollar], Gpu]]("USD/GPU/h", 1 / units.HOUR),
)
PREFILL_RATE = key("rates.prefill", "measured: tokens read; 0: not measured", 0, 1e9, _RATE)
DECODE_RATE = key("rates.decode", "measured: tokens written; 0: not measured", 0, 1e9, _RATE)
RATE_HITS = key("rates.cache_hits", "share of cached tokens in that measurement", 0, 0.99, *SHARE)
RATE_ACTIVE = key(
    "rates.active",
    "active weights of the model measured",
    0,
    1e14,
    units.BILLION_PARAMETERS,
    units.PARAMETERS,
)

# Feed, index and the servers that hold them
FEED = key("feed.posts", "posts that come in", 0, 1e7, Unit[PerSecond[Post]]("posts/s"))
RETENTION = key("feed.retention", "how long a post is kept", 0, 36_525, units.DAYS, units.YEARS)
INGEST = key(
    "feed.ingest",
    "posts that one core takes in",
    1,
    1e7,
    Unit[Per[PerSecond[Post], Core]]("posts/s/core"),
)
DISK_EACH = key(
    "feed.disk", "disk of one post, index included", 1, 1e7, Unit[Per[Byte, Post]]("bytes/post")
)
MEMORY_EACH = key("feed.memory", "memory of one post", 0, 1e7, Unit[Per[Byte, Post]]("bytes/post"))
COPIES = key("feed.copies", "copies of the index", 1, 1000, units.ONE)
FEE = key(
    "feed.fee", "what platforms charge for a post", 0, 1000, Unit[Per[Dollar, Post]]("USD/post")
)
SERVER_CORES = key(
    "server.cores", "cores of a server", 1, 4096, Unit[Per[Core, Server]]("cores/server")
)
SERVER_MEMORY = key(
    "server.memory", "memory of a server", 1, 1e5, Unit[Per[Byte, Server]]("GB/server", 1e9)
)
SERVER_DISK = key(
    "server.disk", "disk of a server", 0.01, 1e5, Unit[Per[Byte, Server]]("TB/server", 1e12)
)
SERVER_POWER = key(
    "server.power", "what a server draws", 1, 1e5, Unit[Per[Watt, Server]]("W/server")
)
SERVER_PRICE = key(
    "server.price", "a server, bought", 0, 1e7, Unit[Per[Dollar, Server]]("USD/server")
)
SERVER_RENT = key(
    "server.rent",
    "a server, rented for an hour",
    0,
    1e4,
    Unit[Per[PerSecond[Dollar], Server]]("USD/server/h", 1 / units.HOUR),
)
