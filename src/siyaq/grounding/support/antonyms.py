# ruff: noqa: E501 (a line is two sides, however long)
"""Words that say the opposite of one another, in English and Arabic, as `fold` leaves them.

A line is two sides; every form of one side opposes every form of the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_SIDES: Final = """
rise rises rose risen rising increase increases increased increasing grow grows grew growing growth climb climbed soar soared surge surged higher up gain gains ارتفع ارتفعت يرتفع ترتفع ارتفاع ارتفاعا صعد صعود صعودا يصعد زياده زاد يزيد تزيد ازداد ازدياد تزايد نمو قفز قفزه يقفز | fall falls fell fallen falling decrease decreases decreased decreasing decline declines declined declining drop drops dropped dropping shrink shrank lower down lost losses plunge plunged انخفض انخفضت ينخفض تنخفض انخفاض انخفاضا هبط هبوط هبوطا يهبط تراجع يتراجع تتراجع تراجعت نقص تناقص نقصان تدهور هوي انهيار خسر خساره خساير
open opens opened opening reopen reopened reopens فتح يفتح تفتح افتتح افتتاح يفتتح مفتوح مفتوحه اعاده | close closes closed closing closure shut shuts اغلق يغلق تغلق اغلاق مغلق مغلقه اغلقت
accept accepts accepted approve approves approved agree agrees agreed agreement welcome welcomes welcomed وافق وافقت يوافق توافق موافقه قبل يقبل تقبل قبول رحب يرحب ترحب ترحيب | reject rejects rejected rejection refuse refuses refused refusal decline رفض رفضت يرفض ترفض رفضا رافضا
win wins won winning victory beat beats فاز فازت يفوز تفوز فوز فوزا انتصر ينتصر انتصار | lose loses lost losing defeat defeated خسر خسرت يخسر تخسر خساره هزيمه هزم انهزم
allow allows allowed permit permits permitted legal legalize lift lifts lifted سمح سمحت يسمح تسمح السماح سماح رفع اجاز يجيز مسموح | ban bans banned banning forbid forbids forbidden prohibit prohibited illegal منع منعت يمنع تمنع حظر حظرت يحظر تحظر ممنوع محظور
arrest arrests arrested detain detained jail jailed imprison imprisoned اعتقل اعتقلت يعتقل تعتقل اعتقال توقيف اوقف سجن حبس احتجز احتجاز | release releases released free freed acquit acquitted اطلق اطلاق افرج يفرج افراج تبريه برا اخلاء
begin begins began begun start starts started starting launch launched بدا بدات يبدا تبدا بدء بدايه انطلق انطلاق تنطلق اطلاق | end ends ended ending stop stops stopped halt halted finish finished انتهي انتهت ينتهي تنتهي انتهاء نهايه اوقف توقف وقف يتوقف
confirm confirms confirmed اكد اكدت يوكد توكد تاكيد | deny denies denied denial نفي نفت ينفي تنفي
support supports supported backs backed دعم دعمت يدعم تدعم ايد يويد تويد تاييد | oppose opposes opposed opposition condemn condemned عارض يعارض تعارض معارضه ادان يدين ادانه ندد تنديد
succeed succeeds succeeded success successful نجح نجحت ينجح تنجح نجاح ناجح | fail fails failed failure فشل فشلت يفشل تفشل فاشل اخفق اخفاق
arrive arrives arrived arrival enter enters entered join joins joined وصل وصلت يصل تصل وصول دخل يدخل دخول انضم انضمام ينضم | leave leaves left depart departed departure exit withdraw withdraws withdrew withdrawal غادر غادرت يغادر تغادر مغادره خرج يخرج خروج انسحب ينسحب انسحاب
alive survive survives survived survivor حي احياء نجا نجاه ينجو ناج | dead die dies died death killed مات ماتت توفي توفيت وفاه مقتل قتل موت يموت
more most اكثر اكبر | less least fewer اقل اصغر
before قبل | after بعد
high عال مرتفع مرتفعه عاليه | low منخفض منخفضه متدن
first اول الاول الاولي | last اخر الاخير الاخيره
north northern شمال شمالي | south southern جنوب جنوبي
east eastern شرق شرقي | west western غرب غربي
male man men ذكر رجل رجال | female woman women انثي امراه نساء
safe secure امن امنه | dangerous unsafe خطر خطير خطيره
strong stronger قوي قويه | weak weaker ضعيف ضعيفه
guilty convicted مدان مذنب ادانه | innocent acquitted بريء بري براءه
best افضل احسن | worst اسوا
positive ايجابي ايجابيه | negative سلبي سلبيه
peace truce ceasefire سلام هدنه هدوء | war fighting clashes حرب معارك قتال اشتباكات
build builds built بني يبني بناء شيد تشيد يشيد تشييد | destroy destroys destroyed demolish demolished دمر يدمر تدمير هدم يهدم
easy سهل سهله | difficult hard صعب صعبه
rich غني اغنياء | poor فقير فقراء
increase raise raises raised رفع يرفع ترفع | cut cuts reduce reduces reduced خفض يخفض تخفض تخفيض تقليص
buy buys bought شراء اشتري يشتري | sell sells sold بيع باع يبيع
profit profits ربح ارباح مكاسب | loss losses خساره خساير
legal قانوني قانونيه | illegal مخالف
present attend attended حضور حضر | absent absence غياب غاب
remember recall تذكر | forget forgot نسي
improve improves improved improvement تحسن يتحسن تحسين | worsen worsens worsened deteriorate تدهور يتدهور تفاقم
"""


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _SIDES.strip().splitlines():
        one, other = (frozenset(side.split()) for side in line.split("|"))
        for side, against in ((one, other), (other, one)):
            for word in side:
                found[word] = found.get(word, frozenset()) | against
    return found


OPPOSITES: Final = _opposites()
"""Each word to the words that oppose it."""


def bare(word: str) -> str:
    """Return an Arabic word without "and" and the article, where the rest has an opposite."""
    for prefix in ("وال", "بال", "لل", "ال", "و", "ب", "ل", "ف"):
        if word.startswith(prefix) and word[len(prefix) :] in OPPOSITES:
            return word[len(prefix) :]
    return word


def has_opposite(word: str, words: Iterable[str]) -> bool:
    """Say whether one of `words` opposes `word`, in either language; all are folded."""
    return not OPPOSITES.get(bare(word), frozenset()).isdisjoint(map(bare, words))
