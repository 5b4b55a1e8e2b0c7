# ruff: noqa: E501 (a template is one line, however long: it is read as a sentence)
"""Two officials give different numbers for the same thing, and neither takes theirs back."""

from __future__ import annotations

from typing import NamedTuple

from siyaq.testing.world.arabic import Noun
from siyaq.testing.world.words import Lines, Word


class Plot(NamedTuple):
    """One disagreement: what is counted, by whom, and within which bounds."""

    topic: Word
    noun: Noun
    unit: str  # the English noun, plural
    bounds: tuple[int, int]
    offices: tuple[Word, ...]  # those that would know
    opening: Lines
    question: Lines


MAYOR = Word("the mayor's office", "مكتب البلدية")
COUNCIL = Word("the regional council", "المجلس الإقليمي")
RESCUE = Word("the civil protection service", "جهاز الدفاع المدني")
COMMITTEE = Word("the organizing committee", "اللجنة المنظمة")
CHAMBER = Word("the chamber of commerce", "غرفة التجارة")
HOSPITAL = Word("the town hospital", "مستشفى المدينة")

PLOTS: tuple[Plot, ...] = (
    Plot(
        Word("the lantern festival", "مهرجان الفوانيس"),
        Noun("زائر واحد", "زائران", "زوار", "زائراً"),
        "visitors",
        (2100, 48000),
        (MAYOR, COMMITTEE, CHAMBER),
        Lines(
            en=(
                "The lantern festival in {place} is [on|in full light]. {spot} [glows|is full of families|smells of roasted corn].",
                "[Walking|Drifting] through the lantern festival at {spot}, {place}. [So many people|What a night|My feet hurt]",
            ),
            ar=(
                "مهرجان الفوانيس في {place} [بدأ|في أوجه]، و{spot} [يتلألأ بالأضواء|يعج بالعائلات|تفوح منه رائحة الذرة المشوية].",
                "نتجول في مهرجان الفوانيس عند {spot} في {place}. [ما أكثر الناس|يا لها من ليلة|تعبت قدماي]",
            ),
        ),
        Lines(
            en=(
                "How many visitors came to the lantern festival in {place}?",
                "What was the attendance at the lantern festival in {place}?",
            ),
            ar=(
                "كم زائراً حضر مهرجان الفوانيس في {place}؟",
                "ما عدد زوار مهرجان الفوانيس في {place}؟",
            ),
        ),
    ),
    Plot(
        Word("the bus accident", "حادث الحافلة"),
        Noun("مصاب واحد", "مصابان", "مصابين", "مصاباً"),
        "people lightly injured",
        (3, 39),
        (RESCUE, HOSPITAL, COUNCIL),
        Lines(
            en=(
                "A bus has [slid into a ditch|gone off the road] near {spot} in {place}. [Ambulances are there|Please keep the road clear|Passers-by are helping].",
                "Bus accident by {spot}, {place}. [People are walking out|Traffic is stopped|Hoping everyone is all right]",
            ),
            ar=(
                "انحرفت حافلة عن الطريق قرب {spot} في {place}. [وصلت سيارات الإسعاف|نرجو إفساح الطريق|والمارة يساعدون الركاب].",
                "حادث حافلة عند {spot} في {place}. [الركاب يخرجون على أقدامهم|توقفت حركة السير|نرجو السلامة للجميع]",
            ),
        ),
        Lines(
            en=(
                "How many people were injured in the bus accident in {place}?",
                "What is the number of injured in the bus accident near {spot} in {place}?",
            ),
            ar=(
                "كم عدد المصابين في حادث الحافلة في {place}؟",
                "كم مصاباً في حادث الحافلة قرب {spot} في {place}؟",
            ),
        ),
    ),
    Plot(
        Word("the harbor wall repair", "ترميم سور الميناء"),
        Noun("دينار واحد", "ديناران", "دنانير", "ديناراً"),
        "dinars",
        (120000, 980000),
        (MAYOR, COUNCIL, CHAMBER),
        Lines(
            en=(
                "Scaffolding is up: the harbor wall repair in {place} has [started|begun]. {spot} is [a building site|full of dust].",
                "They are finally mending the harbor wall in {place}. [About time|Who pays for it|Noise until winter]",
            ),
            ar=(
                "ارتفعت السقالات: بدأ ترميم سور الميناء في {place}، و{spot} [يكسوه الغبار|صار ورشة بناء].",
                "أخيراً بدأ ترميم سور الميناء في {place}. [حان الوقت|من يدفع الثمن|ضجيج حتى الشتاء]",
            ),
        ),
        Lines(
            en=(
                "How much does the harbor wall repair in {place} cost?",
                "What is the bill for the harbor wall repair in {place}?",
            ),
            ar=(
                "كم تكلفة ترميم سور الميناء في {place}؟",
                "بكم دينار سيكلف ترميم سور الميناء في {place}؟",
            ),
        ),
    ),
    Plot(
        Word("last night's storm", "عاصفة الليلة الماضية"),
        Noun("شجرة واحدة", "شجرتان", "أشجار", "شجرة"),
        "fallen trees",
        (14, 460),
        (MAYOR, RESCUE, COUNCIL),
        Lines(
            en=(
                "What a storm in {place}. Trees across the road at {spot}, [branches everywhere|no one hurt, thankfully|the park is a sad sight].",
                "[Morning after|Cleaning up after] the storm in {place}. {spot} lost [its oldest tree|half its shade]",
            ),
            ar=(
                "يا لها من عاصفة في {place}. أشجار على الطريق عند {spot}، [والأغصان في كل مكان|ولا إصابات والحمد لله|ومنظر الحديقة محزن].",
                "[صباح ما بعد|ننظف آثار] العاصفة في {place}. فقدنا عند {spot} [أقدم شجرة|نصف الظل]",
            ),
        ),
        Lines(
            en=("How many trees fell in the storm in {place}?",),
            ar=("كم شجرة سقطت في عاصفة {place}؟",),
        ),
    ),
)

FIRST_SIDE = Lines(
    en=(
        "{speaker_1} of {office_1} puts the figure for {topic} in {place} at {count_1}.",
        "{count_1}: that is the number for {topic} in {place} from {speaker_1}, {office_1}.",
        "On {topic} in {place}, {speaker_1} ({office_1}) speaks of {count_1}.",
    ),
    ar=(
        "{said_1} {speaker_1} من {office_1} إن الرقم الخاص بحدث {topic} في {place} هو {count_1}.",
        "{count_1}: هذا هو العدد في {topic} في {place} على لسان {speaker_1} من {office_1}.",
        "عن {topic} في {place} {said_1} {speaker_1} ({office_1}) إن الحصيلة {count_1}.",
    ),
)
SECOND_SIDE = Lines(
    en=(
        "{speaker_2} of {office_2} disagrees: {topic} in {place} means {count_2}, not less and not more.",
        "According to {speaker_2} from {office_2}, the number for {topic} in {place} is {count_2}.",
        "{office_2} counts differently. {speaker_2}: {count_2} for {topic} in {place}.",
    ),
    ar=(
        "{said_2} {speaker_2} من {office_2} رأياً آخر: الرقم في {topic} في {place} هو {count_2} لا أقل ولا أكثر.",
        "بحسب {speaker_2} من {office_2} فإن العدد في {topic} في {place} هو {count_2}.",
        "{office_2} بحساب مختلف، و{said_2} {speaker_2}: {count_2} في {topic} في {place}.",
    ),
)

TALK = Lines(
    en=(
        "Two offices, two numbers for {topic}. [Can nobody count|Who is right|{place}, everybody]!",
        "I was [there|at {spot}] and I would not dare to give a number for {topic} in {place}",
        "[Why do the numbers|How can the figures] for {topic} in {place} differ so much? [Somebody ask them both|A simple question]",
        "{topic} [deserves better|needs a better calculator]. {place} [sighs|laughs|waits for a third number]",
        "[Talking about|All anyone mentions is] {topic} near {spot} [today|this hour]. {place} in a nutshell",
        "Whatever the number for {topic}, [thank the volunteers|be kind to each other|the evening news will be long] in {place}",
    ),
    ar=(
        "جهتان ورقمان عن {topic}. [ألا يحسن أحد العد|من نصدق|هذه هي {place}]!",
        "كنت [هناك|عند {spot}] ولا أجرؤ على ذكر رقم عن {topic} في {place}",
        "[لماذا تختلف|كيف تختلف] الأرقام عن {topic} في {place} إلى هذا الحد؟ [ليسألهما أحد|سؤال بسيط]",
        "{topic} [يستحق أن يُحسب بدقة|بحاجة إلى آلة حاسبة]، وأهل {place} [يتنهدون|يضحكون|ينتظرون رقماً ثالثاً]",
        "[كل الكلام اليوم|لا حديث الآن إلا] عن {topic} قرب {spot}. هذه حال {place}",
        "مهما كان الرقم في {topic}، [شكراً للمتطوعين|كونوا لطفاء بعضكم مع بعض|ستطول نشرة المساء] في {place}",
    ),
)

TITLE = Lines(
    en=("Officials differ over {topic} in {place}", "{place}: which number for {topic}?"),
    ar=("خلاف على الأرقام بشأن {topic} في {place}", "{place}: أي الأرقام صحيح في {topic}؟"),
)

ASK_NEVER = Lines(
    en=("Which insurance firm covers {topic} in {place}?",),
    ar=("ما اسم شركة التأمين التي تغطي {topic} في {place}؟",),
)
