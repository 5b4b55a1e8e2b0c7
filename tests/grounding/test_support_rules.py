"""What the rules of the support checker catch, and what they must let pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyaq.grounding.support import Clash, clashes
from siyaq.grounding.support.names import names
from siyaq.grounding.support.pieces import pieces
from siyaq.grounding.support.quantities import quantities
from siyaq.text.questions import QUESTION_MARKS

SAME = [
    ("A ferry ride costs 12 dinars.", "رحلة العبّارة تكلف ١٢ ديناراً"),
    ("مدة إغلاق الجسر أسبوعين", "The bridge is closed for two weeks"),
    ("The bill is 3.5 million dollars", "بلغت الفاتورة ٣٫٥ ملايين دولار"),
    ("12,500 people came", "جاء ١٢٬٥٠٠ شخص"),
    ("Twenty-five people were hurt", "خمسة وعشرون مصاباً في الحادث"),
    ("It cost $5 million", "It cost 5,000,000 dollars in the end"),
    ("Prices rose by 7%", "ارتفعت الأسعار بنسبة ٧ في المئة"),
    ("أصيب مئتان وخمسون شخصاً", "250 people were injured"),
    ("Sadat said so on 5 May 2026", "قال السادات ذلك في ٥ مايو"),
    ("It opened on 2026-05-05", "It opened on May 5, 2026."),
    ("في كانون الثاني 2024 بدأ العمل", "بدأ العمل في يناير 2024"),
    ("The minister visited Warsaw", "زار الوزير وارسو"),
    ("Jordanian officials met", "The officials of Jordan met"),
    ("One of the ships left the port", "A ship left the port"),
    ("لم يغلق الجسر", "الجسر لم يغلق أمس"),
    ("The office denies that the fare rises", "It is false that the fare rises, the office says"),
    ("Oil prices rise", "Oil prices keep rising"),
]


@pytest.mark.parametrize(("claim", "span"), SAME)
def test_the_same_said_in_another_spelling_or_language_passes(claim: str, span: str) -> None:
    assert clashes(claim, [span]) == ()


SWAPPED = [
    (Clash.NUMBER, "The bridge closes for 3 weeks", "The bridge closes for 4 weeks only."),
    (Clash.NUMBER, "أصيب ٢٧ شخصاً", "أصيب ٢٦ شخصاً في الحادث"),
    (Clash.NUMBER, "خمسة وعشرون مصاباً", "26 people were hurt"),
    (Clash.NUMBER, "12,500 people came", "جاء ١٢٬٥٠٥ شخص"),
    (Clash.NUMBER, "There were 30 dead and 12 wounded", "There were 12 dead and 30 wounded"),
    (Clash.NUMBER, "It cost 3 billion dinars", "It cost 3 million dinars"),
    (Clash.UNIT, "A ferry ride costs 12 dollars", "رحلة العبّارة تكلف ١٢ ديناراً"),
    (Clash.UNIT, "يغلق الجسر ٣ أسابيع", "يغلق الجسر ٣ ساعات فقط"),
    (Clash.UNIT, "The fish weighs 5 kg", "The fish weighs 5 tons"),
    (Clash.DATE, "The bridge opens on 6 May", "The bridge opens on 5 May"),
    (Clash.DATE, "يغلق الجسر يوم الثلاثاء", "يغلق الجسر يوم الاثنين"),
    (Clash.DATE, "He was born in 1987", "He was born in 1978"),
    (Clash.DATE, "The match starts at 18:30", "The match starts at 19:30"),
    (Clash.DATE, "The ferry sails tomorrow", "The ferry sailed yesterday"),
    (Clash.NAME, "Mubarak said so in May", "قال السادات ذلك في مايو"),
    (Clash.NAME, "The people of Berlin voted", "The people of Vienna voted"),
    (Clash.NAME, "فاز المنتخب المصري", "فاز المنتخب اللبناني"),
    (Clash.NAME, "قال الرئيس ميقاتي ذلك", "قال الرئيس عون ذلك"),
    (Clash.NEGATION, "The bridge will close", "The bridge will not close"),
    (Clash.NEGATION, "The bridge will not close", "The bridge will close on Monday"),
    (Clash.NEGATION, "سيغلق الجسر يوم الاثنين", "لن يغلق الجسر يوم الاثنين"),
    (Clash.NEGATION, "The fare rises", "The claim that the fare rises is false"),
    (Clash.NEGATION, "ارتفعت أجرة العبّارة", "لا صحة لما قيل إن أجرة العبّارة ارتفعت"),
    (Clash.ANTONYM, "Oil prices fall", "Oil prices rise"),
    (Clash.ANTONYM, "أسعار النفط تتراجع", "أسعار النفط ترتفع"),
]


@pytest.mark.parametrize(("reason", "claim", "span"), SWAPPED)
def test_what_was_swapped_is_named(reason: Clash, claim: str, span: str) -> None:
    assert reason in clashes(claim, [span])


def test_what_stands_in_one_of_several_spans_is_supported_by_it() -> None:
    spans = ["The fare rises to 12 dinars.", "Warsaw opens a bridge on 5 May."]
    assert clashes("The fare in Warsaw rises to 12 dinars on 5 May", spans) == ()
    assert clashes("The fare in Lisbon rises to 13 dinars on 6 May", spans) == (
        Clash.NUMBER,
        Clash.DATE,
        Clash.NAME,
    )


def test_a_question_ends_at_its_mark_in_every_script() -> None:
    found = [one.raw for one in pieces("مطر؟ Rain？ Snow?") if one.kind == "pause"]
    assert found == ["؟", "？", "?"]
    asked = "Will it not？ The bridge will close"
    assert clashes("The bridge will close", [asked]) == clashes(
        "The bridge will close", [asked.replace("？", "?")]
    )


def test_without_a_span_a_number_stands_nowhere() -> None:
    assert clashes("There were 12 dead", []) == (Clash.NUMBER,)


@given(st.integers(2, 10**9), st.integers(2, 10**9))
def test_a_number_agrees_with_itself_in_every_spelling_and_with_no_other(
    one: int, other: int
) -> None:
    arabic = str(one).translate({48 + digit: 0x660 + digit for digit in range(10)})
    for spelled in (str(one), f"{one:,}", arabic):
        assert Clash.NUMBER not in clashes(f"they counted {one} stones", [f"{spelled} حجر"])
        found = Clash.NUMBER in clashes(f"they counted {other} stones", [f"{spelled} حجر"])
        assert found == (one != other)


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3))
def test_hostile_text_is_judged_and_a_text_never_clashes_in_numbers_with_itself(
    claim: str, spans: list[str]
) -> None:
    clashes(claim, spans)
    assert not {Clash.NUMBER, Clash.UNIT, Clash.DATE, Clash.NAME} & set(clashes(claim, [claim]))


@given(st.integers(0, 999_999))
def test_arabic_and_english_words_for_a_number_have_its_value(number: int) -> None:
    for spelled in (english(number), arabic(number)):
        assert [one.value for one in quantities(pieces(spelled))] == [number], spelled


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("they counted 12 from Karda", ""),
        ("12 in Karda", ""),
        ("12 red umbrellas in Karda", "red"),
        ("عددهم 12 في كردة", ""),
        ("رأينا 12 مظلة في كردة", "مظل"),
    ],
)
def test_nothing_is_counted_behind_a_preposition(text: str, noun: str) -> None:
    assert [one.noun for one in quantities(pieces(text))] == [noun]


_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
- - twenty thirty forty fifty sixty seventy eighty ninety
صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة
- عشر عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون
- مئة مئتان ثلاثمئة أربعمئة خمسمئة ستمئة سبعمئة ثمانمئة تسعمئة
"""
_LINES = [line.split() for line in _WORDS.strip().splitlines()]
_EN, _EN_TENS, _AR, _AR_TENS, _AR_HUNDREDS = [*_LINES[0], *_LINES[1]], *_LINES[2:]


def english(number: int) -> str:
    if number < 20:
        return _EN[number]
    if number < 100:
        rest = number % 10
        return _EN_TENS[number // 10] + (f"-{_EN[rest]}" if rest else "")
    if number < 1000:
        rest = number % 100
        return f"{_EN[number // 100]} hundred" + (f" and {english(rest)}" if rest else "")
    rest = number % 1000
    return f"{english(number // 1000)} thousand" + (f" {english(rest)}" if rest else "")


def arabic(number: int) -> str:
    if number <= 10:
        return _AR[number]
    if number < 20:
        return f"{_AR[number - 10]} عشر"
    if number < 100:
        rest = number % 10
        return (f"{_AR[rest]} و" if rest else "") + _AR_TENS[number // 10]
    if number < 1000:
        rest = number % 100
        return _AR_HUNDREDS[number // 100] + (f" و{arabic(rest)}" if rest else "")
    rest = number % 1000
    thousands = f"{arabic(number // 1000)} ألف"
    return thousands + (f" و{arabic(rest)}" if rest else "")


@pytest.mark.parametrize("mark", sorted(QUESTION_MARKS))
def test_a_word_that_opens_a_sentence_behind_a_question_is_no_name(mark: str) -> None:
    assert names(pieces(f"Is it so{mark} Bread stays cheap")) == []
