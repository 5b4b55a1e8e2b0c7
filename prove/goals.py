"""Every goal that has a campaign. To add one: a module with a function `trials`, and its row."""

from __future__ import annotations

import importlib
from typing import cast

from prove.campaign import Campaign

GOALS = {
    "G01": "crash",
    "G02": "power_cut",
    "G03": "failing_disk",
    "G04": "bit_rot",
    "G05": "mutants",
    "G06": "disconnects",
    "G08": "interleavings",
    "G09": "burst",
    "G10": "deletion",
    "G12": "takedown",
    "G20": "planted",
    "G23": "hostile_input",
    "G27": "purses",
}
"""Goal to the module of this folder that holds its campaign."""


def load(goal: str) -> Campaign:
    """Return the campaign of a goal. Raises KeyError for a goal that has none."""
    return cast("Campaign", importlib.import_module(f"prove.{GOALS[goal]}"))
