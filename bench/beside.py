"""Search siyaq in a process of its own while another one takes posts in.

    python bench/beside.py PLACE FOLDER [--queries N]

PLACE is the data directory that `bench/drive.py` writes, FOLDER the prepared one. Prints one JSON
object: p50 and p99 of each kind of search. Run by `bench/drive.py`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from drive import ANYWHERE, Questions, timed
from engines.siyaq import Reader

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("place", type=Path)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--queries", type=int, default=300)
    chosen = arguments.parse_args()
    asked = Questions(chosen.folder)
    print(json.dumps(timed(Reader(chosen.place), asked, chosen.queries, ANYWHERE)))
