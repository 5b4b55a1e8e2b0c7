"""A small world to test against: public fakes, contract suites, and a simulated network.

The network runs as a process of its own (`python -m siyaq.testing.world`) and speaks the real
protocols over loopback; the product never imports this room.
"""
