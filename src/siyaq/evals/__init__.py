"""How good siyaq is: tasks, metrics, and the files that others score.

Owns: reading evaluation folders, driving the product through its public interface, the figures.
Refuses: changing how the product behaves. Nothing may depend on a set's name or path.
"""

from siyaq.evals.run import TASKS, Evaluation, evaluate
from siyaq.evals.work import HireFor, OpenProduct

__all__ = ["TASKS", "Evaluation", "HireFor", "OpenProduct", "evaluate"]
