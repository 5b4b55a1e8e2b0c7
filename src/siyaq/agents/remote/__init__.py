"""Tools of MCP servers: those that the operator has named, and as they have described them."""

from siyaq.agents.remote.servers import Server, read_servers
from siyaq.agents.remote.tools import Servers

__all__ = ["Server", "Servers", "read_servers"]
