"""The nouns siyaq is made of, what they mean, and in which units.

Owns: records, identifiers, spans, clocks, errors, and the ports at which rooms meet.
Refuses: input and output, third-party imports, anything read from the environment.

Units, everywhere inside siyaq: aware UTC datetimes, Unicode code points, half-open ranges,
bytes, seconds. They are converted at the edges (`sources`, `serve`) and nowhere else.
Every record is frozen, so every function here may be called from any thread.
"""
