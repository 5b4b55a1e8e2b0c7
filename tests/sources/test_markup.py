"""HTML of strangers as text, whatever stands in it."""

from __future__ import annotations

import pytest

from siyaq.sources.markup import html_to_text


def test_a_reader_sees_blocks_and_no_scripts() -> None:
    html = "<p>Rain &amp; wind</p><script>alert(1)</script><ul><li>one<li>two</ul>"
    assert html_to_text(html) == "Rain & wind\none\ntwo"


@pytest.mark.parametrize(
    "html",
    [
        "<p>ra\x1fin<br>\x02wind</p>",
        "<div>rain</div>\x1c<script>x</script>\x0f<p>wind",
        "rain&#31;<br>wind&#x2;",
        "<svg>\x03</svg>\x04rain<br>wind\ufffe",
        "rain</body><body> wind\x05",
        "</main></body><p>rain</p><b/html>\x06</b><body><h1>wind</h1>",
    ],
)
def test_control_characters_cost_nothing_but_themselves(html: str) -> None:
    assert html_to_text(html).split() == ["rain", "wind"]


@pytest.mark.parametrize("end", ["</body>", "</HTML >", "</body></html>", "</div>"])
def test_nothing_hides_behind_an_end(end: str) -> None:
    assert html_to_text(f"<p>rain</p>{end}wind") == "rain\nwind"
