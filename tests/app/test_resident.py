"""How a process runs that answers for long."""

import gc
import sys

from siyaq.app.resident import SWITCH_SECONDS, resident


def test_what_is_there_is_not_looked_through_again() -> None:
    frozen, interval = gc.get_freeze_count(), sys.getswitchinterval()
    with resident():
        assert gc.get_freeze_count() > frozen
        assert abs(sys.getswitchinterval() - SWITCH_SECONDS) < 1e-6
    assert gc.get_freeze_count() == 0
    assert sys.getswitchinterval() == interval
