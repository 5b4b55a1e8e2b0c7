"""The reference is what the code says, and the docs name everything a user can name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from siyaq.config import SETTINGS
from siyaq.context import Unknown
from siyaq.core.answer import Reason

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_setting_stands_in_the_reference() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert all(f"`{setting.key}`" in page for setting in SETTINGS)


def test_every_reason_for_not_answering_is_explained() -> None:
    page = (ROOT / "docs/concepts/answers.md").read_text(encoding="utf-8")
    assert all(f"`{reason}`" in page for reason in Reason)


def test_everything_a_card_may_not_know_is_explained() -> None:
    page = (ROOT / "docs/concepts/cards.md").read_text(encoding="utf-8")
    assert all(f"`{code}`" in page for code in Unknown)


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    pages = sorted(path.name for path in (ROOT / "docs/adr").glob("0*.md"))
    assert pages
    assert all(f"({page})" in index for page in pages)
