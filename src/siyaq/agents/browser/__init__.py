"""A browser for agents: pages as trees with references, acts on them, files that they offer.

Owns: Playwright, its only importer, and the proxy that all of a browser's traffic passes.
Refuses: sending anything outside of a call that was allowed to send.
"""

from siyaq.agents.browser.session import Session, program
from siyaq.agents.browser.tools import browser_tools

__all__ = ["Session", "browser_tools", "program"]
