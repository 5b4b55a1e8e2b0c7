"""Small words that chatter fills its templates with."""

from __future__ import annotations

from siyaq.testing.world.words import Word

OBJECTS: tuple[Word, ...] = (
    Word("umbrella", "المظلة"),
    Word("teapot", "إبريق الشاي"),
    Word("notebook", "الدفتر"),
    Word("left shoe", "الحذاء الأيسر"),
    Word("ladder", "السلم"),
    Word("radio", "المذياع"),
    Word("scarf", "الوشاح"),
    Word("lamp", "المصباح"),
    Word("chair", "الكرسي"),
    Word("suitcase", "الحقيبة"),
    Word("wall clock", "ساعة الحائط"),
    Word("soup spoon", "ملعقة الشوربة"),
)

SECRETS: tuple[Word, ...] = (
    Word("a pinch of sumac", "رشة سماق"),
    Word("orange peel", "قشر البرتقال"),
    Word("one spoon of honey", "ملعقة عسل"),
    Word("black lime", "ليمون أسود"),
    Word("a bay leaf", "ورقة غار"),
    Word("a little coffee", "قليلاً من القهوة"),
    Word("dried mint", "نعناعاً يابساً"),
)

TRICKS: tuple[Word, ...] = (
    Word("ring the bell", "قرع الجرس"),
    Word("stay off the table", "الابتعاد عن الطاولة"),
    Word("shake hands", "المصافحة"),
    Word("fetch the newspaper", "إحضار الجريدة"),
    Word("wait its turn", "انتظار الدور"),
    Word("sleep at night", "النوم ليلاً"),
)

SIDES: tuple[Word, ...] = (
    Word("north", "الشمال"),
    Word("south", "الجنوب"),
    Word("east", "الشرق"),
    Word("west", "الغرب"),
    Word("sea", "البحر"),
    Word("hills", "التلال"),
)

SPEECH: tuple[Word, ...] = (
    Word("spoke", "تحدث"),
    Word("joked", "مازح"),
    Word("sang", "غنى"),
    Word("dreamed aloud", "حلم بصوت عال"),
)

LETTERS: tuple[Word, ...] = (
    Word("T", "الراء"),
    Word("S", "الباء"),
    Word("D", "السين"),
    Word("N", "الميم"),
    Word("R", "الخاء"),
)
