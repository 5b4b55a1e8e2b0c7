"""What retrieval loses if every vector is near: `siyaq eval retrieval`, exactly and nearly.

    python evals/near_vectors.py FOLDER...

Questions are embedded exactly both times, as they always are. Prints one JSON object a folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence


def score(folder: str, *, nearly: bool) -> dict[str, float]:
    """Return the metrics of one folder, from a process of its own."""
    command = [sys.executable, __file__, "--nearly" if nearly else "--exactly", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    metrics: dict[str, float] = json.loads(done.stdout)["metrics"]
    return metrics


def one(folder: str, *, nearly: bool) -> None:
    """Run the task here; nearly, with an index whose vectors are all near."""
    from siyaq.models import use_one_blas_thread

    use_one_blas_thread()
    from siyaq.cli import main as command_line
    from siyaq.index.embedding import TextEmbedder

    if nearly:
        TextEmbedder.vectors = TextEmbedder.near  # type: ignore[method-assign]  # what is measured
    sys.argv = ["siyaq", "eval", "retrieval", folder, "--json"]
    command_line()


def main(folders: Sequence[str]) -> None:
    """Score each folder both ways, and print what is lost."""
    for folder in folders:
        exact, near = (score(folder, nearly=nearly) for nearly in (False, True))
        lost = {name: round(exact[name] - near[name], 4) for name in exact}
        print(json.dumps({"set": folder, "exact": exact, "near": near, "lost": lost}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] in (["--nearly"], ["--exactly"]):
        one(sys.argv[2], nearly=sys.argv[1] == "--nearly")
    elif sys.argv[1:]:
        main(sys.argv[1:])
    else:
        sys.exit(__doc__)
