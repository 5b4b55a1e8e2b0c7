"""From siyaq's records to the JSON it sends: one file for each kind of record.

Pure functions; times become text here.
"""
