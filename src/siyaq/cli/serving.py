"""Commands that stay: serve and demo."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from siyaq.app.demo import SimulatedWorld, simulated_network
from siyaq.app.service import serve_forever
from siyaq.cli import options
from siyaq.config import FollowSetting
from siyaq.obs import configure_logging

app = typer.Typer()

Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")]


GrpcPort = Annotated[
    int | None, typer.Option(help="Port of the gRPC API; by default the one after --port.")
]


@app.command()
def serve(
    follow: Annotated[
        list[str] | None, typer.Option(help="URL of a source to follow. Repeatable.")
    ] = None,
    host: Host = None,
    port: Port = None,
    grpc_port: GrpcPort = None,
    data: options.Data = None,
    file: options.ConfigFile = None,
) -> None:
    """Follow sources, answer over HTTP, and show the page: everything in one process."""
    configure_logging()
    config = options.settings(
        data, file, {"serve.host": host, "serve.port": port, "serve.grpc_port": grpc_port}
    )
    given = tuple(FollowSetting(url) for url in follow or ())
    asyncio.run(serve_forever(config, config.sources + given, on_ready=_tell_url))


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    seed: Annotated[int, typer.Option(help="Which small world to live in.")] = 7,
    speed: Annotated[float, typer.Option(help="How fast its time passes.")] = 1.0,
    data: Annotated[
        Path, typer.Option("--data", help="Directory of the demonstration's data.")
    ] = Path("demo-data"),
) -> None:
    """Serve a simulated network that starts with ten minutes of history."""
    configure_logging("plain")
    config = options.settings(data, flags={"serve.host": host, "serve.port": port})
    world = SimulatedWorld.of(config.data, seed)

    def on_ready(url: str) -> None:
        world.remember(config.data)
        _tell_url(url)

    async def run() -> None:
        async with simulated_network(world, speed=speed) as sources:
            await serve_forever(config, sources, on_ready=on_ready, caught_up=True)

    asyncio.run(run())


def _tell_url(url: str) -> None:
    Console(soft_wrap=True).print(f"siyaq is ready: [bold]{url}[/bold]  (Ctrl-C stops it)")
