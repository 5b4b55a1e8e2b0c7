"""Answers phrased by a model: every sentence parsed, checked, and cited by code before it is shown.

Owns: what a model is asked and shown, how its reply is read, and what of it may be said.
Refuses: choosing evidence, which the answer without a model does first and alone; tools.
"""

from siyaq.grounding.written.answers import Models, WrittenAnswers
from siyaq.grounding.written.check import SupportCheck, Verdict

__all__ = ["Models", "SupportCheck", "Verdict", "WrittenAnswers"]
