"""siyaq for assistants: the Model Context Protocol, through its official package.

Owns: tools, resources and prompts, over HTTP at `/mcp` and over standard input and output.
Refuses: rules of its own. Arguments are checked as the bodies of our own routes are.

The package takes most of a second to load: it is loaded when an assistant comes.
"""

from siyaq.serve.mcp.transport import routes, run_stdio

__all__ = ["routes", "run_stdio"]
