"""Applications that nobody here wrote, unmodified, in an environment of their own.

Their dependencies clash with ours (`packaging`), so `make clients` installs them by a lock of
their own, the first time these tests run.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siyaq.serve import ServeSettings
from siyaq.serve.grpc import grpc_serving
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
INSTALL_SECONDS = 900
KEY = "k" * 20
QUESTION = "Is the bridge open?"
SAYS = "Wadi Noor bridge reopened to cars at 11:40."

pytestmark = [pytest.mark.slow, pytest.mark.timeout(INSTALL_SECONDS + 180)]


@pytest.fixture(scope="module")
def programs() -> Path:
    """Return the folder of the programs of the applications' environment."""
    done = subprocess.run(
        ["make", "--silent", "clients"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return HERE / ".venv" / "bin"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served(FakeProduct(now=datetime.now(UTC))) as server:
        yield server


def run(*command: str | Path, **environment: str) -> str:
    kept = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", **environment}
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=150,
        check=False,
        env=kept,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def grpc_port(server: Served) -> Iterator[int]:
    """Serve gRPC with a key, on the event loop of the server."""
    serving = grpc_serving(
        FakeProduct(now=datetime.now(UTC)), ServeSettings(keys=(KEY,), host="127.0.0.1"), 0
    )

    def on_loop(doing: Coroutine[None, None, int | bool | None]) -> int | bool | None:
        return asyncio.run_coroutine_threadsafe(doing, server.loop).result(30)

    port = on_loop(serving.__aenter__())
    assert port
    yield int(port)
    on_loop(serving.__aexit__(None, None, None))


def test_xais_own_sdk_speaks_to_us(programs: Path, grpc_port: int) -> None:
    program = HERE / "programs" / "with_xai_sdk.py"
    told = run(programs / "python", program, f"localhost:{grpc_port}", QUESTION, KEY)
    assert SAYS in told


@pytest.mark.parametrize("name", ["litellm", "langchain", "pydantic_ai"])
def test_a_library_that_speaks_to_openai_speaks_to_us(
    programs: Path, server: Served, name: str
) -> None:
    program = HERE / "programs" / f"with_{name}.py"
    told = run(
        programs / "python", program, server.url, QUESTION, LITELLM_LOCAL_MODEL_COST_MAP="True"
    )
    assert SAYS in told
    assert "[[1]](" in told


@pytest.mark.parametrize("streamed", [True, False])
def test_llm_asks_us_on_its_command_line(
    programs: Path, server: Served, tmp_path: Path, streamed: bool
) -> None:
    models = f"- model_id: siyaq\n  model_name: siyaq\n  api_base: {server.url}/v1\n"
    (tmp_path / "extra-openai-models.yaml").write_text(models)
    options = [] if streamed else ["--no-stream"]
    told = run(
        programs / "llm", "prompt", "-m", "siyaq", "--no-log", *options, QUESTION,
        LLM_USER_PATH=str(tmp_path), OPENAI_API_KEY="none",
    )  # fmt: skip
    assert SAYS in told
