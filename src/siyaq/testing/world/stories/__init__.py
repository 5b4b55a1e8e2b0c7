"""The stories of the world: each kind tells itself through a `Teller`.

Owns: plots, their wording in both languages, their facts and the questions about them.
Refuses: knowing how posts reach anybody, and knowing of each other.
"""

from __future__ import annotations

from collections.abc import Callable

from siyaq.testing.world.stories.campaign import tell_campaign
from siyaq.testing.world.stories.figures import tell_figures
from siyaq.testing.world.stories.hostile import tell_hostile
from siyaq.testing.world.stories.incidents import (
    tell_absence,
    tell_album,
    tell_departure,
    tell_rename,
    tell_retraction,
    tell_slip,
    tell_spam,
)
from siyaq.testing.world.stories.launch import tell_launch
from siyaq.testing.world.stories.match import tell_match
from siyaq.testing.world.stories.outage import tell_outage
from siyaq.testing.world.stories.rumor import tell_rumor
from siyaq.testing.world.story import Story
from siyaq.testing.world.teller import Teller

StoryTeller = Callable[[Teller], Story]

NEWS: dict[str, StoryTeller] = {
    "outage": tell_outage,
    "match": tell_match,
    "launch": tell_launch,
    "rumor": tell_rumor,
    "figures": tell_figures,
    "campaign": tell_campaign,
}
INCIDENTS: dict[str, StoryTeller] = {
    "retraction": tell_retraction,
    "slip": tell_slip,
    "spam": tell_spam,
    "absence": tell_absence,
    "departure": tell_departure,
    "rename": tell_rename,
    "album": tell_album,
    "hostile": tell_hostile,
}

__all__ = ["INCIDENTS", "NEWS", "StoryTeller"]
