"""Closing what may never close, so that neither a source nor the end of a process waits for it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

_log = logging.getLogger(__name__)
CLOSE_SECONDS: Final = 15.0
"""Beyond what a client waits for an answer, by its own settings."""


async def closed(close: Callable[[], object], what: str, seconds: float = CLOSE_SECONDS) -> None:
    """Run `close` in a thread of its own, and leave it behind when it is not done in time.

    The thread is a daemon: an executor's would hold up the end of the event loop and of the
    process for as long as it hangs. Raises what `close` raises.
    """
    done: Future[None] = Future()
    done.set_running_or_notify_cancel()  # nobody can cancel it, so it can always be settled

    def run() -> None:
        try:
            close()
        except Exception as error:  # noqa: BLE001 -- it is whoever waits who is told
            done.set_exception(error)
        else:
            done.set_result(None)

    threading.Thread(target=run, name=f"closing {what}", daemon=True).start()
    try:
        await asyncio.wait_for(asyncio.wrap_future(done), seconds)
    except TimeoutError:
        _log.warning("%s did not close within %g s, and is left behind", what, seconds)
