"""Any order of changes, repetitions and restarts: the log is always what a simple model says."""

from __future__ import annotations

from hypothesis import settings

from prove.machine import LogMachine

LogMachine.TestCase.settings = settings(deadline=None, max_examples=50, stateful_step_count=15)
TestTheLogIsItsModel = LogMachine.TestCase
