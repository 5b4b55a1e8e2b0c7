"""What the sandbox may spend on one page: a heavy one takes seconds, a trap would take for ever."""

from __future__ import annotations

PAGE_CPU_SECONDS = 10
PAGE_DEADLINE_SECONDS = 30.0
