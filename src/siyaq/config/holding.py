"""What is made of posts, what is kept, how long, and where copies of it go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from siyaq.config.checks import between, days_by_source
from siyaq.config.section import Section, Setting

SETTINGS = (
    Setting(
        "embed.processes",
        min(os.cpu_count() or 1, 8),
        "processes that turn text into vectors while posts come in; 0: none but the main one",
        between(0, 64),
    ),
    Setting(
        "context.coordination_of",
        "",
        "sources whose accounts are looked at together although their terms speak against it (X),"
        " separated by commas",
    ),
    Setting(
        "answers.kept",
        10_000,
        "answers kept to be opened again and gone on from, the newest; they hold questions and"
        " places in the log, no word of a post; 0 keeps none",
        between(0, 10_000_000),
    ),
    Setting(
        "context.fetch_pictures",
        "off",
        "on: fetch the pictures that posts link to, so that one used again is recognized",
        lambda value: "" if value in ("on", "off") else "on or off",
    ),
    Setting(
        "keep.days",
        "",
        "how long posts are kept, by source, in days from when they were witnessed:"
        " 'bluesky=30, papers=365'; a source that is not named keeps its posts",
        days_by_source,
    ),
    Setting(
        "telemetry.days",
        7,
        "days that readings are kept one by one; their hours are kept for good",
        between(1, 3650),
    ),
    Setting(
        "telemetry.minute_days", 90, "days that the minutes of readings are kept", between(1, 3650)
    ),
    Setting(
        "purge.minutes",
        30,
        "minutes within which the bytes of deleted posts are taken out of every file, by 'serve'",
        between(1, 1440),
    ),
    Setting(
        "backup.keys",
        "",
        "folder of the keys of backups; none: beside the data directory, with '-keys' to its name",
    ),
    Setting(
        "backup.days",
        30,
        "days until the key of a backup is shredded, and nobody can read it any more",
        between(1, 3650),
    ),
)


class Holding(Section):
    """What is made of posts, what is kept, and how long."""

    __slots__ = ()

    @property
    def embed_processes(self) -> int:
        """How many processes turn text into vectors."""
        return int(self.values["embed.processes"])

    @property
    def coordination_of(self) -> frozenset[str]:
        """Sources whose terms on coordination labels the operator has set aside."""
        return frozenset(self.listed("context.coordination_of"))

    @property
    def fetch_pictures(self) -> bool:
        """Whether the pictures that posts link to are fetched."""
        return self.values["context.fetch_pictures"] == "on"

    @property
    def answers_kept(self) -> int:
        """How many answers are kept."""
        return int(self.values["answers.kept"])

    @property
    def keep_days(self) -> Mapping[str, int]:
        """Days that posts are kept, of the sources whose posts are not kept for ever."""
        pairs = (part.split("=") for part in self.listed("keep.days"))
        return {source.strip(): int(days) for source, days in pairs}

    @property
    def telemetry_days(self) -> int:
        """Days that readings are kept one by one."""
        return int(self.values["telemetry.days"])

    @property
    def telemetry_minute_days(self) -> int:
        """Days that the minutes of readings are kept."""
        return int(self.values["telemetry.minute_days"])

    @property
    def purge_seconds(self) -> float:
        """Longest time that bytes of a deleted post stay in the files of a running `serve`."""
        return 60.0 * int(self.values["purge.minutes"])

    @property
    def backup_keys(self) -> Path:
        """The folder of the keys of backups."""
        beside = self.data.resolve()
        return Path(str(self.values["backup.keys"]) or f"{beside}-keys")

    @property
    def backup_days(self) -> int:
        """Days until the key of a backup is shredded."""
        return int(self.values["backup.days"])
