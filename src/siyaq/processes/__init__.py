"""Processes of our own that do work beside this one: another core, another interpreter's lock.

Owns: starting them, frames over a pair of pipes, noticing that one is lost, ending and reaping.
Refuses: knowing what the work is, retrying it, choosing how many there are.
A child lives as long as its standard input is open, so it ends with its parent, however that ends.
"""

from siyaq.processes.child import Child, ChildLost
from siyaq.processes.frames import serve_frames
from siyaq.processes.reaping import reaped, started

__all__ = ["Child", "ChildLost", "reaped", "serve_frames", "started"]
