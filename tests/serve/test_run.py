import asyncio
import os
import signal
import socket
import subprocess
import sys

import httpx2
import pytest

from siyaq.core.errors import ConfigError
from siyaq.serve import ServeSettings, create_app, run
from siyaq.serve.listening import bind
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served

from .conftest import NOW


def test_port_zero_takes_a_free_port_and_says_which() -> None:
    with served(FakeProduct(now=NOW)) as server:
        assert not server.url.endswith(":0")
        assert httpx2.get(f"{server.url}/healthz").json() == {"status": "ok"}


def test_a_port_in_use_is_a_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        app = create_app(FakeProduct(now=NOW), ServeSettings())
        with pytest.raises(ConfigError) as caught:
            asyncio.run(run(app, "127.0.0.1", port, print))
    assert str(caught.value) == f"port {port} on '127.0.0.1' is in use"
    assert "--port" in caught.value.hint


def test_a_name_that_does_not_exist_is_a_clear_error() -> None:
    with pytest.raises(ConfigError, match="cannot be resolved"):
        bind("no such host", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_lets_its_caller_finish(number: signal.Signals) -> None:
    program = """if True:
        import asyncio
        from datetime import UTC, datetime
        from siyaq.serve import ServeSettings, create_app, run
        from siyaq.testing.product import FakeProduct
        async def main():
            app = create_app(FakeProduct(now=datetime.now(UTC)), ServeSettings())
            await run(app, "127.0.0.1", 0, lambda url: print(url, flush=True))
            print("finished", flush=True)
        asyncio.run(main())
    """
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with httpx2.stream("GET", f"{url}/v1/stream", timeout=60) as response:
            lines = response.iter_lines()
            next(lines)
            os.kill(process.pid, number)
            assert any("shutting_down" in line for line in lines)
        out, _ = process.communicate(timeout=60)
    assert out.strip() == "finished"
    assert process.returncode == 0
