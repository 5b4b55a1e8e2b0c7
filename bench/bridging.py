"""What scoring readers' ratings takes, from ten thousand to a million of them.

    python bench/bridging.py [--ratings N ...]

Made from a fixed seed: raters of two camps, notes that one of the camps finds helpful and notes
that eight of ten find helpful whatever their camp, fifty ratings a note and twenty a rater. Besides
processor time it counts which notes rise: those of a camp should not.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from measured import figure, report
from siyaq.context.bridging import Rating, score

A_NOTE, A_RATER = 50, 20
OWN_CAMP, OTHER_CAMP, EVERYBODY = 0.9, 0.1, 0.8


def ratings(count: int) -> tuple[list[Rating], dict[str, int]]:
    """Return that many ratings, and the camp of each note: 0 speaks to both."""
    random = np.random.default_rng(1)
    of_note = random.choice([-1, 0, 1], count // A_NOTE)
    of_rater = random.choice([-1, 1], count // A_RATER)
    notes = random.integers(0, len(of_note), count)
    raters = random.integers(0, len(of_rater), count)
    camps = of_note[notes]
    helpful = np.where(camps == of_rater[raters], OWN_CAMP, OTHER_CAMP)
    helpful[camps == 0] = EVERYBODY
    values = random.random(count) < helpful
    made = [
        Rating(f"note{note}", f"rater{rater}", float(value))
        for note, rater, value in zip(notes, raters, values, strict=True)
    ]
    return made, {f"note{at}": int(camp) for at, camp in enumerate(of_note)}


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    figures = []
    for count in parser.parse_args().ratings:
        made, camps = ratings(count)
        began = time.process_time()
        scored = score(made)
        took = time.process_time() - began
        risen = [camps[note] for note, one in scored.items() if one.status == "helpful"]
        told = f"{risen.count(0)} of {list(camps.values()).count(0)} bridging notes rise, "
        told += f"{len(risen) - risen.count(0)} of a camp's"
        figures.append(figure(f"{count} ratings", [took], "CPU s", note=told))
    report("bridging", figures)


if __name__ == "__main__":
    main()
