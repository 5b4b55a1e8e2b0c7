"""What an answer costs: processor seconds, joules, bytes and money, from the best source there is.

Owns: whose work a second of a processor was, reading the machine's energy (RAPL, NVML, a power
meter over MQTT, else an estimate), splitting it among the calls it was spent on, prices, and the
running bill of an installation.
Refuses: knowing what an answer is, or who asked. It adds up what passes and says where the figures
come from; whoever wants to be counted calls `count`.
"""

from siyaq.meter.bill import Bill, Ledger
from siyaq.meter.meter import Meter, Spent
from siyaq.meter.prices import Prices
from siyaq.meter.sources import Sources, open_sources
from siyaq.meter.tally import MeteredExecutor, count, native_work, timed

__all__ = [
    "Bill",
    "Ledger",
    "Meter",
    "MeteredExecutor",
    "Prices",
    "Sources",
    "Spent",
    "count",
    "native_work",
    "open_sources",
    "timed",
]
