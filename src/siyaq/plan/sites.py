"""Inputs: sites and their power, money, and training."""

from __future__ import annotations

from siyaq.plan import units
from siyaq.plan.key import SHARE, key
from siyaq.plan.units import (
    Dollar,
    Failure,
    Flop,
    Gpu,
    Gram,
    Joule,
    One,
    Per,
    PerSecond,
    Second,
    Site,
    Unit,
    Watt,
)

POWER = ("grid", "gas", "nuclear", "solar")
"""What a site may run on. `solar` has storage, so that it runs at night."""

_YEARLY = Unit[PerSecond[One]]("1/year", 1 / units.YEAR)


PUE = key("site.pue", "power of the site, over that of its computers", 1, 5, units.ONE)
OVERHEAD = key("site.overhead", "network and storage, over the power of the servers", 0, 1, *SHARE)
SITE_SIZE = key(
    "site.size",
    "most that one site can draw",
    0.001,
    1e5,
    Unit[Per[Watt, Site]]("MW/site", 1e6),
)
MIX = {kind: key(f"power.{kind}", f"share of the energy: {kind}", 0, 1, *SHARE) for kind in POWER}
POWER_PRICE = {
    kind: key(
        f"{kind}.price",
        f"energy, delivered: {kind}",
        0,
        100,
        Unit[Per[Dollar, Joule]]("USD/kWh", 1 / units.KWH),
        Unit[Per[Dollar, Joule]]("USD/MWh", 1 / (1e3 * units.KWH)),
    )
    for kind in POWER
}
CARBON = {
    kind: key(
        f"{kind}.carbon",
        f"carbon dioxide over its life: {kind}",
        0,
        5000,
        Unit[Per[Gram, Joule]]("g/kWh", 1 / units.KWH),
    )
    for kind in POWER
}
LEAD = {
    kind: key(f"{kind}.lead", f"from order to power: {kind}", 0, 600, units.MONTHS, units.YEARS)
    for kind in POWER
}

# Money
OWNED = key(
    "money.owned", "share of the nodes and servers that is bought, not rented", 0, 1, *SHARE
)
FACILITY = key(
    "money.facility",
    "building, power and cooling of a site",
    0,
    1e6,
    Unit[Per[Dollar, Watt]]("USD/kW", 1e-3),
    Unit[Per[Dollar, Watt]]("M USD/MW", 1.0),
)
NETWORK_PRICE = key("money.network", "network and storage, over the price of nodes", 0, 5, *SHARE)
LIFE = key("money.life", "years until computers are replaced", 0.5, 30, units.YEARS)
FACILITY_LIFE = key("money.facility_life", "years that a building lasts", 1, 100, units.YEARS)
UPKEEP = key("money.upkeep", "repair and insurance, of the price of computers", 0, 1, _YEARLY)
INTEREST = key("money.interest", "what capital costs", 0, 1, _YEARLY)
STAFF = key(
    "money.staff", "people who run it", 0, 1e12, Unit[PerSecond[Dollar]]("USD/year", 1 / units.YEAR)
)
BUILD = key("money.build", "years until everything stands", 0.1, 30, units.YEARS)
HORIZON = key("money.horizon", "years looked at", 1, 50, units.YEARS)
REFRESH = key(
    "money.refresh", "price of replacing computers, over the first price", 0, 5, units.ONE
)

# Training
TRAINED = key(
    "training.parameters",
    "active weights of the model that is trained",
    0,
    1e14,
    units.BILLION_PARAMETERS,
    units.PARAMETERS,
)
CORPUS = key(
    "training.tokens",
    "tokens that it is trained on; 0: nothing is trained",
    0,
    1e6,
    units.TRILLION_TOKENS,
    units.TOKENS,
)
TRAINING_GPUS = key("training.gpus", "cards that train; 0: all there are", 0, 1e8, units.GPUS)
TRAINING_COMPUTE = key(
    "training.compute",
    "dense operations of a card at the precision of training",
    0.01,
    1e6,
    Unit[Per[PerSecond[Flop], Gpu]]("TFLOP/s/GPU", 1e12),
)
TRAINING_MFU = key("training.mfu", "share of the operations reached", 0.01, 1, *SHARE)
MTBF = key(
    "training.mtbf",
    "hours that one card works between interruptions",
    10,
    1e9,
    Unit[Per[Second, Failure]]("GPU-hours/failure", units.HOUR),
)
CHECKPOINT = key(
    "training.checkpoint", "a checkpoint, while nothing is trained", 0, 36_000, units.SECONDS
)
RESTART = key(
    "training.restart", "from an interruption until it goes on", 0, 864_000, units.SECONDS
)
