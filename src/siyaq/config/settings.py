"""Every setting, and all of their values together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from siyaq.access import Collections
from siyaq.config import acting, answering, holding, measuring, serving
from siyaq.config.acting import Acting
from siyaq.config.answering import Answering
from siyaq.config.holding import Holding
from siyaq.config.section import DATA, Scalar, Setting
from siyaq.config.serving import Serving

SETTINGS: tuple[Setting, ...] = (
    DATA,
    *serving.SETTINGS,
    *holding.SETTINGS,
    *acting.SETTINGS,
    *answering.SETTINGS,
    *measuring.SETTINGS,
)
"""Every scalar setting. Sources to follow are the list `[[sources]]` of the file: url, name."""


@dataclass(frozen=True, slots=True)
class FollowSetting:
    """One source to follow, from the file."""

    url: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Config(Serving, Holding, Acting, Answering):
    """Every setting with its value and its origin."""

    origins: Mapping[str, str]  # "default", the file's name, "environment", "command line"
    sources: tuple[FollowSetting, ...] = ()
    collections: Collections = field(default_factory=Collections)

    def shown(self) -> list[tuple[str, Scalar, str, str]]:
        """Return (key, value, origin, help) of every setting, secrets masked."""
        return [
            (
                s.key,
                "***" if s.secret and self.values[s.key] else self.values[s.key],
                self.origins[s.key],
                s.help,
            )
            for s in SETTINGS
        ]
