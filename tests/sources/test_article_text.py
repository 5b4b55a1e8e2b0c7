"""The text of an article is told from what stands around it, better than by trafilatura alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from siyaq.testing.article_text import load, measure, siyaqs

WANTED = 0.964
"""trafilatura alone, as `siyaq.testing.article_text` prints it, has 0.960; siyaq had 0.967."""


@pytest.mark.data
def test_the_text_of_real_articles_is_found(shared_data: Path) -> None:
    found = measure(load(shared_data / "fixtures" / "article_extraction.jsonl.zst"), siyaqs)
    print(f"article extraction: token F1 {found['f1']}, {found}")
    assert found["f1"] >= WANTED
