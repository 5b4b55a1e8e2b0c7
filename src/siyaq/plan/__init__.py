"""From users to graphics cards, megawatts and money, with every assumption on the table.

Owns: quantities with units, the scenarios and figures in the box, and what follows from them:
load, nodes, memory, feed and index, power, capital, running cost, partners' shares, training;
ranges over stated uncertainties, what matters most, and what would have to be true.
Refuses: measuring anything (`meter` and the bench do), the network, and everything heavy. A plan is
a pure function of its inputs.
"""

from siyaq.plan.result import PlanJson, run
from siyaq.plan.scenario import BadScenario, Scenario, load, names, read, wanted

__all__ = ["BadScenario", "PlanJson", "Scenario", "load", "names", "read", "run", "wanted"]
