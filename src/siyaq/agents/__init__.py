"""Agents: plans of tool calls carried out under budgets, for people, from a live stream.

Owns: plans and what may change them, whose words a value is made of, budgets set aside before
each act, the journal, approvals, the box that code runs in, the browser. Refuses: retrieval and
answers (tools bring them), models beyond the one question for a plan, a network beyond the door
of its browser.
"""

from siyaq.agents import delegate, finish, shell, workspace
from siyaq.agents.amounts import KINDS, USUAL, Amounts, read_caps
from siyaq.agents.journal import BudgetSpent, Journal, Run, Step
from siyaq.agents.plan import Plan, read_plan
from siyaq.agents.planner import (
    PLANNING,
    Planned,
    model_plan,
    plain_plan,
    planning_cost,
    scripted_plan,
)
from siyaq.agents.runner import Approve, Asked, Gone, Runner, Told, act_of, nobody
from siyaq.agents.tool import FINISH, Act, AnyTool, Done, Tool

__all__ = [
    "FINISH",
    "KINDS",
    "PLANNING",
    "USUAL",
    "Act",
    "Amounts",
    "AnyTool",
    "Approve",
    "Asked",
    "BudgetSpent",
    "Done",
    "Gone",
    "Journal",
    "Plan",
    "Planned",
    "Run",
    "Runner",
    "Step",
    "Told",
    "Tool",
    "act_of",
    "delegate",
    "finish",
    "model_plan",
    "nobody",
    "plain_plan",
    "planning_cost",
    "read_caps",
    "read_plan",
    "scripted_plan",
    "shell",
    "workspace",
]
