"""Index terms: what must meet, what must not, and where each term stands in its text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.text.analyze import analyze, is_stop_word, terms

MEET = """
الكتاب كتاب
والكتاب كتاب · بالكتاب كتاب · وبالكتاب كتاب · للكتاب كتاب · وللكتاب كتاب · فالكتاب كتاب
كالكتاب كتاب · كِتَابٌ كتاب · كـتـــاب كتاب · ﻛﺘﺎﺏ كتاب · كت‍اب كتاب · هٰذا هذا
أحمد احمد · إسرائيل اسرائيل · آسيا اسيا · القرآن القران · مسؤول مسئول · مسؤول مسوول · شاطئ شاطيء
السماء السما · شيء شئ
مستشفى مستشفي · على علي · فارسی فارسي · کتاب كتاب
مدرسة مدرسه · المدرسة مدرسه · حكومة الحكومه
٢٠٢٦ 2026 · ۲۰۲۶ 2026 · ١٬٢٠٠ 1,200 · 1,200 1200 · ١٢٠٠ 1,200 · ٣٫٥ 3.5 · ٥٪ 5%
سيارات سيارة · السيارات سيارة · معلمون معلمين · معلمات معلمة · لغات لغة · القوات قوة · مرات مرة
مسلمين مسلم · فلسطيني فلسطين · الفلسطينيين فلسطين · الجمهورية جمهوريات · انتخابات الانتخاب
كتبوا كتب · قالت قال · عامًا عاما · شكرًا شكرا
حكومتها الحكومة · سيارته سيارة · مسؤوليتهم مسؤولية · لبنان اللبناني
وأضاف أضاف · واضاف أضاف · وقالت قالت · بأسعار أسعار · لمدينة مدينة · باستخدام استخدام
وزير والوزير · وزير للوزير · وزارة الوزارة · ولاية الولايات · وطني الوطني
والله الله · لله الله · بالله الله · عبدالعزيز العزيز
ألعاب العاب · الألعاب ألعاب · ألمانيا المانيا · الألماني ألماني · التزام الالتزام
للغة لغة · للقاح اللقاح · #حكومه_قطر حكومة · #حكومه_قطر قطر · الساعة٥ ٥
"""
APART = """
الله له · والد الد · والدة الدة · وزير زير · ولد لد · وطن طن · وقت قت · واحد احد
بلد لد · بيروت يروت · بيروت بيرو · بيان يان · باب اب · بترول ترول · بالغ غ
لبنان بنان · لبنان لبن · لاعب اعب · ليبيا بيا · كلب لب · كتاب تاب · كتاب مكتب · كاليفورنيا يفورنيا
فلسطين لسطين · فيلم لم · فالنتاين نتاين · ألمانيا مانيا · ألعاب عاب · إيران يران
قطر مطر · حرب حزب · عراق عرق · وزراء زراء
2026 2025 · 1,200 120 · 3.5 35 · 12:30 1230
"""


def pairs(table: str) -> list[tuple[str, str]]:
    cells = [cell for line in table.strip().splitlines() for cell in line.split("·")]
    return [(a, b) for a, b in (cell.split() for cell in cells)]


@pytest.mark.parametrize(("a", "b"), pairs(MEET))
def test_spellings_of_a_word_meet(a: str, b: str) -> None:
    assert set(terms(a)) & set(terms(b)), f"{terms(a)} {terms(b)}"


@pytest.mark.parametrize(("a", "b"), pairs(APART))
def test_other_words_do_not_meet(a: str, b: str) -> None:
    assert not set(terms(a)) & set(terms(b)), f"{terms(a)} {terms(b)}"


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(pairs(MEET)) >= 40
    assert len(pairs(APART)) >= 15


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Books book's BOOK’S", ["book", "book", "book"]),
        ("café naïve Łódź straße", ["cafe", "naiv", "lodz", "strass"]),
        ("U.S. U.K e.g.", ["us", "uk", "eg"]),
        ("don't dont", ["dont", "dont"]),
        ("l'homme d'État", ["homm", "etat"]),
        ("Российские российский ёлка елка", ["российск", "российск", "елк", "елк"]),
        ("3.5 12:30 192.168.1.1", ["3.5", "12:30", "192.168.1.1"]),
        ("2026-11-21", ["2026-11-21", "2026"]),
        ("٢٠٢٦/١١/٢١", ["2026-11-21", "2026"]),
        ("12%", ["12", "12%"]),
        ("1,200,000 1.200.000 1,200.50 3,5", ["1200000", "1200000", "1200.50", "3.5"]),
        ("covid19 3rd 5G ٢٠١٨م", ["covid19", "3rd", "5g", "2018", "م"]),
        ("#NeverForget", ["#neverforget", "neverforget", "never", "forget"]),
        ("#حكومه_قطر", ["#حكومه_قطر", "حكوم", "قطر"]),
        ("@BBCArabic", ["@bbcarabic", "bbcarab", "bbc", "arab"]),
        ("@alice.example.org.", ["@alice.example.org", "alic"]),
        ("https://t.co/KHlCDlyZ8Y", []),
        (
            "https://www.bbc.co.uk/news/rain-in-baghdad-123?x=y-z",
            ["bbc.co.uk", "bbc", "rain", "in", "baghdad", "123"],
        ),
        ("東京都 ไทย", ["東京", "京都", "ไท", "ทย"]),
        ("京", ["京"]),
        ("𝐇𝐞𝐥𝐥𝐨 ｗｏｒｌｄ", ["hello", "world"]),
        ("Iraqالعراق", ["iraq", "عراق"]),
        ("ﷺ", ["صلي", "الله", "علي", "سلم"]),
        ("😀 — … #  @ ", []),
    ],
)
def test_terms_of(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_a_bidi_control_inside_a_word_hides_nothing() -> None:
    assert terms("م\u200fص\u202bر") == terms("مصر")


def test_a_word_is_analyzed_alike_in_any_company() -> None:
    for word in ("والكتاب", "Books", "книги"):
        company = f"سوق books {word} рынок 東京"
        assert set(terms(word)) <= set(terms(company))


def test_stop_words_are_known_as_terms_are_indexed() -> None:
    for word in ("the", "The", "من", "التي", "إلى", "الى", "وفي", "that's", "который"):
        assert all(is_stop_word(term) for term in terms(word)), word
    for word in ("not", "no", "لا", "لم", "ليس", "Iraq", "العراق", "US", "2026", "не"):
        assert not any(is_stop_word(term) for term in terms(word)), word


@pytest.mark.parametrize("unit", ["a", "ا", "1", "1,", "a'", "#a", "@a.", "́", "京", "A.", "%"])
def test_a_flood_of_one_sign_is_bounded(unit: str) -> None:
    assert all(len(term) <= 64 for term in terms(unit * 5_000))


# Signs that have broken tokenizers: marks, joiners, bidi, astral letters, ligatures, digits.
HARD = "كِـالوبلهةؤئءى٣۴٬٫%#@_.'’-/:، \n\u200d\u200c\u200f\u202b\u0301ǅßİﷲﷺ½Ⅷ𝟘🇺🇸👨️⃣京가ไ्क"
texts = st.text(st.sampled_from(HARD) | st.characters(exclude_categories=["Cs"]), max_size=60)


UNITS = (
    "www. www.' (www.), http:// “http: https://t.co/a https://t.co/a-b_c t.co/x word, (word) www "
    "U.S. U.S.. слово, «слово» ёж… 5%. #tag, @me. don't. a.b. 1,200, كتاب، "
)
around = st.text(st.sampled_from(".,!?:;()[]\"'…“”«»#@ -/"), max_size=2)
units = st.tuples(around, st.sampled_from(UNITS.split()), around).map("".join)


@given(st.lists(units, max_size=6).map(" ".join))
@settings(deadline=None, max_examples=600)
def test_the_short_way_to_terms_leads_where_the_long_one_does(text: str) -> None:
    assert terms(text) == [token.term for token in analyze(text)]


@given(texts)
@settings(deadline=None, max_examples=400)
def test_every_term_stands_on_the_spelling_it_came_from(text: str) -> None:
    tokens = analyze(text)
    at = 0
    for term, start, end in tokens:
        assert term
        assert term.split() == [term]  # engines are handed terms with spaces between
        assert 0 <= start < end <= len(text)
        assert at <= start
        at = start
        assert text[start:end].strip() == text[start:end]
    assert [token.term for token in tokens] == terms(text)


@given(texts)
@settings(deadline=None, max_examples=200)
def test_a_term_can_be_found_by_searching_for_its_own_spelling(text: str) -> None:
    for term, start, end in analyze(text):
        if text[start:end].isalpha() and len(terms(text[start:end])) == 1:
            assert terms(text[start:end]) == [term]
