"""Following the outside world: one file for each platform, admission, and the pump.

Owns: speaking each platform's protocol, turning its bytes into events or refusals, resuming where
it left off, backpressure.
Refuses: ranking, model calls, knowing who reads the log. Nothing a stranger sends can stop it:
what cannot be used is a `Rejected`, counted.
"""
