"""How siyaq is doing, and what a machine could do."""

from __future__ import annotations

from typing_extensions import TypedDict

from siyaq.serve.schema.answer import CoverageJson, GapJson


class SourceStatusJson(TypedDict):
    """How one source is doing."""

    source: str
    url: str
    state: str
    posts: int
    posts_per_second: float
    lag_seconds: float | None
    last_event_at: str | None
    refused: dict[str, int]
    gaps: list[GapJson]
    problem: str
    reconnects: int


class TotalsJson(TypedDict):
    """What the calls of one kind have cost since the data directory was made."""

    calls: int
    seconds: float
    cpu_seconds: float
    gpu_seconds: float
    joules: float
    input_tokens: int
    output_tokens: int
    bytes: int
    feed_usd: float
    usd: float


class StatusJson(TypedDict):
    """How siyaq is doing. `bill` is by kind of call: search, ask, reopen, context, ingest.

    `approximate` posts up to `embedded_seq` have a vector that is only near so far.
    """

    version: str
    posts: int
    deleted: int
    log_seq: int
    indexed_seq: int
    embedded_seq: int
    approximate: int
    covered: CoverageJson
    sources: list[SourceStatusJson]
    embedder: str
    writing: bool
    disk_bytes: int
    energy_source: str
    bill: dict[str, TotalsJson]


class HealthJson(TypedDict):
    """`status` is ok (alive) or ready (answering)."""

    status: str


class ScenarioJson(TypedDict):
    """A scenario in the box: its name, and what it is about, by language."""

    name: str
    title: dict[str, str]
    about: dict[str, str]


class ScenariosJson(TypedDict):
    """What may be planned, and the models and hardware that may be chosen for it."""

    scenarios: list[ScenarioJson]
    models: list[str]
    hardware: list[str]
