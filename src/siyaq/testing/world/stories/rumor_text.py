# ruff: noqa: E501 (a template is one line, however long: it is read as a sentence)
"""Rumors that run through a town, and the corrections that follow them."""

from __future__ import annotations

from typing import NamedTuple

from siyaq.testing.world.words import Lines, Word


class Plot(NamedTuple):
    """One rumor: who can put it right, what is claimed, what is so, and how one asks."""

    topic: Word
    office: Word  # "{}" is the town; feminine in Arabic
    unit: str  # "dinars", "days", "weeks" or "animals"
    claim: Lines
    denial: Lines
    question: Lines


PLOTS: tuple[Plot, ...] = (
    Plot(
        Word("the ferry fare", "أجرة العبّارة"),
        Word("{} Port Office", "إدارة ميناء {}"),
        "dinars",
        Lines(
            en=(
                "[Heard|Just heard|They say] the ferry fare in {place} goes up to {wrong} from {day}!",
                "{wrong} for one ferry ride in {place}? [That is what everyone says|My neighbor saw the notice|It is all over town]",
            ),
            ar=(
                "[سمعت|يقولون|يتداول الناس] أن أجرة العبّارة في {place} سترتفع إلى {wrong} من يوم {day}!",
                "رحلة واحدة بالعبّارة في {place} بسعر {wrong}؟ [هذا ما يقوله الجميع|جاري رأى الإعلان|المدينة كلها تتحدث]",
            ),
        ),
        Lines(
            en=(
                "{office}: the claim about the ferry fare in {place} is false. The fare remains {right}.",
                "Not true, says {office}: a ferry ride in {place} still costs {right}.",
            ),
            ar=(
                "{office}: ما يُقال عن أجرة العبّارة في {place} غير صحيح، والأجرة باقية {right}.",
                "{office} تنفي: ما زالت رحلة العبّارة في {place} تكلف {right}.",
            ),
        ),
        Lines(
            en=(
                "What does a ferry ride in {place} really cost?",
                "What is the ferry fare in {place} according to {office}?",
            ),
            ar=(
                "كم تكلف رحلة العبّارة في {place} فعلاً؟",
                "كم أجرة العبّارة في {place} بحسب {office}؟",
            ),
        ),
    ),
    Plot(
        Word("the bread price", "سعر الخبز"),
        Word("{} Bakers' Guild", "نقابة خبازي {}"),
        "dinars",
        Lines(
            en=(
                "Bread in {place} will cost {wrong} a loaf [from {day}|next week], [pass it on|the baker told my aunt|people are buying it all]",
                "[Is it right that|Can it be that] a loaf goes to {wrong} in {place}? Shelves near {spot} are empty already",
            ),
            ar=(
                "رغيف الخبز في {place} سيصبح بسعر {wrong} [من يوم {day}|الأسبوع القادم]، [أخبروا غيركم|هكذا قال الخباز لعمتي|والناس يشترون كل شيء]",
                "[هل صحيح|أيعقل] أن سعر الرغيف في {place} سيصير {wrong}؟ الرفوف قرب {spot} فرغت",
            ),
        ),
        Lines(
            en=(
                "{office}: no change to bread. A loaf in {place} costs {right}, [today and next week|as before].",
                "Please do not hoard. {office} confirms that a loaf in {place} stays at {right}.",
            ),
            ar=(
                "{office}: لا تغيير على الخبز، فالرغيف في {place} بسعر {right} [اليوم والأسبوع القادم|كما كان].",
                "نرجو عدم التخزين. تؤكد {office} أن الرغيف في {place} باقٍ بسعر {right}.",
            ),
        ),
        Lines(
            en=("How much is a loaf of bread in {place}, according to {office}?",),
            ar=("كم سعر رغيف الخبز في {place} بحسب {office}؟",),
        ),
    ),
    Plot(
        Word("the stone bridge", "الجسر الحجري"),
        Word("{} Roads Department", "دائرة طرق {}"),
        "weeks",
        Lines(
            en=(
                "The stone bridge in {place} will be shut for {wrong}, [a worker told me|somebody said at the tea house|it is decided]",
                "{wrong} without the stone bridge?! How is {place} supposed to [get to work|reach the hospital side|sell anything]",
            ),
            ar=(
                "الجسر الحجري في {place} سيُغلق {wrong}، [هكذا قال لي أحد العمال|سمعتها في بيت الشاي|والأمر محسوم]",
                "هل سنبقى بلا الجسر الحجري {wrong}؟! كيف سيتنقل أهل {place} [إلى أعمالهم|إلى جهة المستشفى|إلى السوق]",
            ),
        ),
        Lines(
            en=(
                "{office}: the stone bridge in {place} closes for {right} only, for painting. Other claims are wrong.",
                "Correction from {office}: the closure of the stone bridge in {place} lasts {right}.",
            ),
            ar=(
                "{office}: يُغلق الجسر الحجري في {place} لمدة {right} فقط من أجل الطلاء، وما عدا ذلك غير صحيح.",
                "توضيح من {office}: مدة إغلاق الجسر الحجري في {place} هي {right}.",
            ),
        ),
        Lines(
            en=("How long will the stone bridge in {place} be closed, according to {office}?",),
            ar=("كم مدة إغلاق الجسر الحجري في {place} بحسب {office}؟",),
        ),
    ),
    Plot(
        Word("the animal near the park", "الحيوان قرب الحديقة"),
        Word("{} Animal Rescue", "جمعية إنقاذ الحيوان في {}"),
        "animals",
        Lines(
            en=(
                "Careful in {place}: {wrong} was seen near {spot}! [Keep the children in|Close your gates|Not a joke]",
                "[My brother|A taxi driver|Somebody] saw {wrong} walking past {spot} in {place}. [I am staying home|Is the zoo missing one]?",
            ),
            ar=(
                "انتبهوا في {place}: شوهد {wrong} قرب {spot}! [أبقوا الأطفال في البيوت|أغلقوا الأبواب|هذه ليست مزحة]",
                "[أخي|سائق أجرة|أحدهم] رأى {wrong} يمشي قرب {spot} في {place}. [لن أخرج من البيت|هل فقدت حديقة الحيوان شيئاً]؟",
            ),
        ),
        Lines(
            en=(
                "{office}: the animal near {spot} in {place} is {right}. It is safe with us.",
                "False alarm in {place}. What people saw was {right}, {office} reports.",
            ),
            ar=(
                "{office}: الحيوان الذي شوهد قرب {spot} في {place} هو {right}، وهو الآن في أمان عندنا.",
                "إنذار كاذب في {place}: ما رآه الناس هو {right} كما أفادت {office}.",
            ),
        ),
        Lines(
            en=("What was the animal seen near {spot} in {place}, according to {office}?",),
            ar=("ما الحيوان الذي شوهد قرب {spot} في {place} بحسب {office}؟",),
        ),
    ),
)

ANIMALS: tuple[tuple[Word, Word], ...] = (
    (Word("a leopard", "فهد"), Word("a very large tabby cat", "قط مخطط كبير جداً")),
    (Word("a wolf", "ذئب"), Word("a gray sheepdog named Basil", "كلب رعاة رمادي اسمه ريحان")),
    (Word("a bear", "دب"), Word("a runaway brown calf", "عجل بني هارب")),
    (Word("a crocodile", "تمساح"), Word("an inflatable pool toy", "لعبة مسبح منفوخة")),
    (Word("a lion cub", "شبل أسد"), Word("a shaved golden dog", "كلب ذهبي حليق")),
)

TALK = Lines(
    en=(
        "[Is there|Do we have|Anyone got] a source for this story about {topic} in {place}?",
        "[I would wait|Let us wait] for {office} before [panicking|sharing], friends. {topic} [again|of all things]",
        "Every {month} a new tale about {topic} in {place}. [Tired|Amused|I collect them]",
        "[My phone has been buzzing|Three relatives called me] about {topic}. {place} [loves a story|needs a hobby]",
        "If this about {topic} is [true|right], I am moving out of {place}. [If not, tea is on me|Or maybe just complaining louder]",
        "People by {spot} talk of nothing but {topic}. [Half believe it|Nobody knows anything|Everybody is an expert]",
    ),
    ar=(
        "[هل من مصدر|هل عند أحد مصدر] لهذا الكلام عن {topic} في {place}؟",
        "[لننتظر|الأفضل أن ننتظر] كلام {office} قبل [الهلع|النشر] يا أصدقاء. {topic} [مرة أخرى|من جديد]",
        "في شهر {month} من كل سنة حكاية جديدة عن {topic} في {place}. [تعبنا|صرت أجمعها]",
        "[هاتفي لا يتوقف|اتصل بي ثلاثة من الأقارب] بخصوص {topic}. أهل {place} [يحبون الحكايات|بحاجة إلى هواية]",
        "إن صح الكلام عن {topic} فسأترك {place}. [وإلا فالشاي على حسابي|أو سأكتفي بالشكوى]",
        "لا حديث عند {spot} إلا عن {topic}. [نصف الناس يصدق|لا أحد يعرف شيئاً|والكل خبراء]",
    ),
)

RELIEF = Lines(
    en=(
        "So it is {right} after all. [Good|Told you|Everybody breathe]. Thank you, {office}",
        "[For the family group|Please forward this one instead]: {right}, {office} says, about {topic} in {place}",
        "{right}! [And I had already packed|And my aunt bought forty loaves|So much noise for nothing]. {place}, we need to talk",
    ),
    ar=(
        "إذن الصحيح: {right}. [الحمد لله|قلت لكم|اطمئنوا]. شكراً {office}",
        "[إلى مجموعة العائلة|انشروا هذا بدلاً من ذاك]: {right}، هذا ما قالته {office} عن {topic} في {place}",
        "{right}! [وكنت قد حزمت حقائبي|وعمتي اشترت أربعين رغيفاً|كل هذا الضجيج بلا سبب]. يا أهل {place}، لنا حديث",
    ),
)

TITLE = Lines(
    en=("{office} rejects rumor about {topic}", "{place}: the truth about {topic}"),
    ar=("{office} تنفي الشائعة عن {topic}", "{place}: الحقيقة بشأن {topic}"),
)
BACKGROUND = Lines(
    en=("The story had spread through {place} within minutes, much of it around {spot}.",),
    ar=("وكانت الحكاية قد انتشرت في {place} خلال دقائق، ولا سيما حول {spot}.",),
)

ASK_NEVER = Lines(
    en=("Who was the first person to invent the rumor about {topic} in {place}?",),
    ar=("ما اسم الشخص الذي اختلق الشائعة عن {topic} في {place}؟",),
)
