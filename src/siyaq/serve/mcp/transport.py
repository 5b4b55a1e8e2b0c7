"""How assistants reach siyaq: streamable HTTP, and standard input and output.

HTTP has no sessions: every request stands alone, so that any worker can answer any request, and a
key that was revoked opens nothing that is still open. Only POST is taken: without sessions there
is nothing to listen to, and the protocol lets us say so.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from siyaq.core.product import Product

PATH = "/mcp"


def routes(product: Product) -> list[Route]:
    """Return the route of the protocol."""

    @cache
    def server() -> Any:
        from siyaq.serve.mcp.server import mcp_server

        made = mcp_server(product)
        made.streamable_http_app()  # makes the manager, which knows the server beneath
        return made.session_manager.app

    class Answering(Response):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
            from mcp.server.transport_security import TransportSecuritySettings

            ours = TransportSecuritySettings(enable_dns_rebinding_protection=False)  # the guard's
            manager = StreamableHTTPSessionManager(
                server(), json_response=True, stateless=True, security_settings=ours
            )
            async with manager.run():
                await manager.handle_request(scope, receive, send)

    async def answer(_: Request) -> Response:
        return Answering()

    return [Route(PATH, answer, methods=["POST"], include_in_schema=False)]


async def run_stdio(product: Product) -> None:
    """Serve one assistant over standard input and output until it leaves."""
    from siyaq.serve.mcp.server import mcp_server

    await mcp_server(product).run_stdio_async()
