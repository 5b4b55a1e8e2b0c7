"""What may be quoted of a text: all of a post, the sentences and clauses of anything longer."""

from __future__ import annotations

import pytest

from siyaq.grounding.cutting import CLAUSE_CHARS, WHOLE_POST_CHARS, pieces, quotable

ENGLISH = (
    "The harbor of Tyre was closed on Monday. A fire broke out in a warehouse at dawn, burned "
    "through the roof of the fish market, spread to the boats along the quay, and was put out only "
    "when the rain came in the late afternoon; nobody was hurt. "
) * 2
ARABIC = (
    "أغلق ميناء صور يوم الاثنين واندلع حريق في مستودع عند الفجر واحترق سقف سوق السمك وامتدت "
    "النيران إلى القوارب على الرصيف ولم تنطفئ إلا حين هطل المطر بعد الظهر "
    "والحمد لله لم يصب أحد بأذى وعاد الصيادون إلى بيوتهم وفتحت الأسواق أبوابها "
    "كالمعتاد في صباح اليوم التالي وشكر رئيس البلدية الجميع "
) * 2


def test_a_post_is_quoted_whole() -> None:
    text = "Fire in Tyre. Nobody was hurt, and the market is open."
    assert [span.of(text) for span in quotable(text)] == [text]


@pytest.mark.parametrize("text", [ENGLISH, ARABIC])
def test_a_long_text_is_cut_where_it_pauses_and_nothing_is_lost(text: str) -> None:
    assert len(text) > WHOLE_POST_CHARS
    found = quotable(text)
    assert "".join(span.of(text) for span in found).replace(" ", "") == text.replace(" ", "")
    assert max(map(len, found)) <= 1.5 * CLAUSE_CHARS
    for span in found:
        assert span.of(text) == span.of(text).strip()
        assert span.end == len(text) or not text[span.end - 1 : span.end + 1].isalnum()


def test_a_clause_knows_its_sentence() -> None:
    cut = [one for one in pieces(ENGLISH) if one.span != one.sentence]
    assert cut
    for one in cut:
        assert one.sentence.start <= one.span.start < one.span.end <= one.sentence.end
        assert len(one.sentence) > CLAUSE_CHARS


def test_a_number_is_not_cut_at_its_comma() -> None:
    text = ("The fund paid 1,250,000 dinars for the wall and 3,400,000 dinars for the bridge " * 5)[
        :-1
    ]
    assert all(not span.of(text).startswith(("250", "000", "400")) for span in quotable(text))
