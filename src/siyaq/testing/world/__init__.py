"""A small simulated network in Arabic and English, with known truth, for tests and the demo.

Owns: a world that is a pure function of a seed and of time (`World`), servers that speak Jetstream
(both dialects), RSS and Atom, Mastodon and X for it (`JetstreamServer`, `FeedServer`,
`MastodonServer`, `XServer`), a wire that can be cut (`FaultProxy`), a clock that can be paused
and stepped (`Pace`), faults on command (`Faults`), and the answer key (`World.truth`).
Refuses: the product's code. Nothing here imports a room of siyaq, so the truth is told
independently of what it judges; and the product never imports this.

All names and texts are invented for it. Some posts are hostile on purpose: they are input, and
nothing that reads them may obey them. `python -m siyaq.testing.world` serves it all.
"""

from siyaq.testing.world.event import Article, WorldEvent
from siyaq.testing.world.faults import FAULTS, Fault, Faults
from siyaq.testing.world.jetstream import JetstreamServer
from siyaq.testing.world.mastodon import MastodonServer
from siyaq.testing.world.network import SimulatedNetwork
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.proxy import FaultProxy
from siyaq.testing.world.question import Question
from siyaq.testing.world.truth import Truth
from siyaq.testing.world.web import FeedServer
from siyaq.testing.world.world import World
from siyaq.testing.world.x import XServer

__all__ = [
    "FAULTS",
    "Article",
    "Fault",
    "FaultProxy",
    "Faults",
    "FeedServer",
    "JetstreamServer",
    "MastodonServer",
    "Pace",
    "Question",
    "SimulatedNetwork",
    "Truth",
    "World",
    "WorldEvent",
    "XServer",
]
