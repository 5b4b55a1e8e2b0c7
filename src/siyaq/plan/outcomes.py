"""Every result of a plan that has a name: for tables, ranges, checks, solving, other programs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from siyaq.plan import asked, units
from siyaq.plan.plan import Plan
from siyaq.plan.serving import Serving
from siyaq.plan.training import Training
from siyaq.plan.units import DAY, HOUR, MONTH, YEAR, Quantity


@dataclass(frozen=True, slots=True)
class Outcome:
    """One result: its name, its section, the unit it is told in, and how it is read off a plan.

    `read` returns the number in that unit; None where the plan has no such thing.
    """

    name: str
    section: str
    unit: str
    read: Callable[[Plan], float | None]

    def of(self, plan: Plan) -> float | None:
        """Return the number; None where there is none or it is not finite."""
        value = self.read(plan)
        return value if value is not None and math.isfinite(value) else None


OUTCOMES: dict[str, Outcome] = {}


def _out(section: str, name: str, unit: str, read: Callable[[Plan], float | None]) -> None:
    OUTCOMES[name] = Outcome(name, section, unit, read)


def _in(
    unit: units.Unit[units.U], read: Callable[[Plan], Quantity[units.U]]
) -> tuple[str, Callable[[Plan], float]]:
    """Tell a quantity in a unit of its own kind; mypy checks that it is."""
    return unit.name, lambda plan: read(plan).of(unit)


_USD_KW = units.Unit[units.Per[units.Dollar, units.Watt]]("USD/kW", 1e-3)
_PER_S = units.Unit[units.PerSecond[units.Request]]("requests/s")
_USD_KW = units.Unit[units.Per[units.Dollar, units.Watt]]("USD/kW", 1e-3)
_TOKENS_PER_S = units.Unit[units.PerSecond[units.Token]]("tokens/s")
_PER_DAY = units.Unit[units.PerSecond[units.Dollar]]("USD/day", 1 / DAY)
_PER_MONTH = units.Unit[units.PerSecond[units.Dollar]]("USD/month", 1 / MONTH)
_PER_YEAR = units.Unit[units.PerSecond[units.Dollar]]("USD/year", 1 / YEAR)
_TONNES_YEAR = units.Unit[units.PerSecond[units.Gram]]("t/year", 1e6 / YEAR)
_USD_EACH = units.Unit[units.Per[units.Dollar, units.Request]]("USD")
_WH_EACH = units.Unit[units.Per[units.Joule, units.Request]]("Wh", 3600.0)
_G_EACH = units.Unit[units.Per[units.Gram, units.Request]]("g")
_READERS = units.Unit[units.Person]("at once")
_KW_EACH = units.Unit[units.Per[units.Watt, units.Gpu]]("kW", 1e3)
_RATE = units.Unit[units.Per[units.PerSecond[units.Token], units.Node]]("tokens/s/node")
_KWH_PRICE = units.Unit[units.Per[units.Dollar, units.Joule]]("USD/kWh", 1 / units.KWH)
_KWH_CARBON = units.Unit[units.Per[units.Gram, units.Joule]]("g/kWh", 1 / units.KWH)


def _capital_per_watt(plan: Plan) -> Quantity[units.Per[units.Dollar, units.Watt]]:
    return plan.money.capital.per(plan.power.peak)


_out("demand", "users", *_in(units.PEOPLE, lambda p: p.demand.users))
_out("demand", "average_requests", *_in(_PER_S, lambda p: p.demand.requests))
_out("demand", "peak_requests", *_in(_PER_S, lambda p: p.demand.peak))
_out("demand", "tokens_read", *_in(_TOKENS_PER_S, lambda p: p.demand.read))
_out("demand", "tokens_written", *_in(_TOKENS_PER_S, lambda p: p.demand.written))


def _served(
    name: str, unit: units.Unit[units.U], read: Callable[[Serving], Quantity[units.U]]
) -> None:
    """Enter a result of serving a model, where there is one."""

    def found(plan: Plan) -> float | None:
        return read(plan.serving).of(unit) if plan.inputs[asked.SIZE].value else None

    _out("serving", name, unit.name, found)


_served("rate_read", _RATE, lambda s: s.reading)
_served("rate_written", _RATE, lambda s: s.writing)
_served("nodes_for_reading", units.NODES, lambda s: s.for_reading)
_served("nodes_for_writing", units.NODES, lambda s: s.for_writing)
_out("serving", "nodes_needed", *_in(units.NODES, lambda p: p.serving.needed))
_out("serving", "nodes", *_in(units.NODES, lambda p: p.serving.nodes))
_out("serving", "gpus", *_in(units.GPUS, lambda p: p.serving.gpus))
_served("replica_gpus", units.GPUS, lambda s: s.replica)
_served("weights", units.GB, lambda s: s.weights)
_served("context_memory", units.GB, lambda s: s.context)
_served("replica_room", units.GB, lambda s: s.room)
_served("readers", _READERS, lambda s: Quantity(s.readers))
_served("first_token", units.SECONDS, lambda s: s.first_token)
_served("reader_speed", _TOKENS_PER_S, lambda s: s.speed)

_out("feed", "posts_held", "posts", lambda p: p.servers.posts.value)
_out("feed", "index_disk", *_in(units.TB, lambda p: p.servers.disk))
_out("feed", "index_memory", *_in(units.GB, lambda p: p.servers.memory))
_out("feed", "ingest_cores", *_in(units.CORES, lambda p: p.servers.ingest))
_out("feed", "search_cores", *_in(units.CORES, lambda p: p.servers.search))
_out("feed", "servers", *_in(units.SERVERS, lambda p: p.servers.servers))

_out("power", "power", *_in(units.KILOWATTS, lambda p: p.power.peak))
_out("power", "power_average", *_in(units.KILOWATTS, lambda p: p.power.average))
_out("power", "power_per_gpu", *_in(_KW_EACH, lambda p: p.power.each))
_out("power", "sites", *_in(units.SITES, lambda p: p.power.sites))
_out("power", "energy_a_year", *_in(units.MILLION_KWH, lambda p: p.power.yearly))
_out("power", "energy_price", *_in(_KWH_PRICE, lambda p: p.power.price))
_out("power", "energy_carbon", *_in(_KWH_CARBON, lambda p: p.power.carbon))
_out("power", "emissions_a_year", *_in(_TONNES_YEAR, lambda p: p.power.emissions))
_out("power", "lead_time", *_in(units.MONTHS, lambda p: p.power.lead))

_out("money", "capital_computers", *_in(units.DOLLARS, lambda p: p.money.computers))
_out("money", "capital_facility", *_in(units.DOLLARS, lambda p: p.money.facility))
_out("money", "capital", *_in(units.DOLLARS, lambda p: p.money.capital))
_out("money", "capital_per_kw", *_in(_USD_KW, _capital_per_watt))
_out("money", "cost_a_day", *_in(_PER_DAY, lambda p: p.money.cost))
_out("money", "cost_a_month", *_in(_PER_MONTH, lambda p: p.money.cost))
_out("money", "cost_a_year", *_in(_PER_YEAR, lambda p: p.money.cost))
_out("money", "cost_each", *_in(_USD_EACH, lambda p: p.money.each))
_out("money", "energy_each", *_in(_WH_EACH, lambda p: p.money.energy_each))
_out("money", "carbon_each", *_in(_G_EACH, lambda p: p.money.grams_each))


def _trained(name: str, unit: str, read: Callable[[Training], float]) -> None:
    """Enter a result of the training run, where there is one."""

    def found(plan: Plan) -> float | None:
        return None if plan.training is None else read(plan.training)

    _out("training", name, unit, found)


_trained("training_flops", "FLOP", lambda t: t.flops.value)
_trained("training_days", "days", lambda t: t.duration.of(units.DAYS))
_trained("training_gpu_hours", "GPU-hours", lambda t: t.gpu_time / HOUR)
_trained("training_goodput", "", lambda t: t.goodput)
_trained("training_failures", "", lambda t: t.failures.value)
_trained("training_checkpoint_every", "min", lambda t: t.interval.value / units.MINUTE)
_trained("training_energy", "GWh", lambda t: t.energy.of(units.MILLION_KWH))
_trained("training_cost", "USD", lambda t: t.cost.value)

SECTIONS = ("demand", "serving", "feed", "power", "money", "training")

HEADLINES = ("gpus", "power", "capital", "cost_a_year", "cost_each", "carbon_each")
"""The results that ranges and charts are made of."""
