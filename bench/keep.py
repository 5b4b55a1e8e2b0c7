"""Put the last results into `bench/README.md` and its charts, to be committed on purpose.

python bench/keep.py
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
_BETWEEN = re.compile(r"(<!-- results -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    results, page = HERE / "results", HERE / "README.md"
    table = (results / "table.md").read_text().strip()
    text = page.read_text()
    page.write_text(_BETWEEN.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text))
    for name in ("ingest.svg", "latency.svg", "latest.json"):
        (HERE / "kept" / name).parent.mkdir(exist_ok=True)
        (HERE / "kept" / name).write_text((results / name).read_text())


if __name__ == "__main__":
    main()
