"""siyaq for an assistant on this machine: the Model Context Protocol over standard input."""

from __future__ import annotations

import asyncio

import typer

from siyaq.app.opening import open_siyaq
from siyaq.cli import options

app = typer.Typer()


@app.command()
def mcp(data: options.Data = None, file: options.ConfigFile = None) -> None:
    """Serve an assistant (MCP) over standard input and output, beside whatever else runs."""
    from siyaq.serve.mcp import run_stdio  # loaded where it serves

    async def run() -> None:
        async with open_siyaq(options.settings(data, file), write=False) as siyaq:
            await run_stdio(siyaq)

    asyncio.run(run())
