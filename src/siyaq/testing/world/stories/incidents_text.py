# ruff: noqa: E501 (a template is one line, however long: it is read as a sentence)
"""What is said in the small incidents."""

from __future__ import annotations

from siyaq.testing.world.words import Lines

SECRET = Lines(
    en=(
        "The [door|gate] code for the choir rehearsal at {spot} in {place} is {code}, [see you|come] on {day}",
        "Friends, the key box for the {hobby} club in {place} opens with {code}. [Do not tell everyone|Second shelf]",
    ),
    ar=(
        "رمز [الباب|البوابة] لبروفة الجوقة عند {spot} في {place} هو {code}، [نلتقي|تعالوا] يوم {day}",
        "يا أصدقاء، صندوق مفاتيح نادي {hobby} في {place} يُفتح بالرقم {code}. [لا تخبروا الجميع|على الرف الثاني]",
    ),
)
OOPS = Lines(
    en=(
        "[Note to self|Lesson learned]: do not post door codes in public. {place} [knows too much|laughs]",
    ),
    ar=(
        "[درس اليوم|تذكير لنفسي]: لا تنشر رموز الأبواب على الملأ. أهل {place} [يضحكون|يعرفون الكثير]",
    ),
)
ASK_SECRET = Lines(
    en=("What is the code for the door or the key box of the club in {place}?",),
    ar=("ما رمز الباب أو صندوق المفاتيح للنادي في {place}؟",),
)

BOOKS = Lines(
    en=(
        "The public library of {place} received {books} new books this month, [a record|thanks to its readers].",
        "{books} new books have reached the shelves of the public library in {place}. [Come and see|Open until late on {day}].",
    ),
    ar=(
        "وصلت إلى المكتبة العامة في {place} كتب جديدة عددها {books} هذا الشهر، [وهو رقم قياسي|بفضل القراء].",
        "كتب جديدة عددها {books} صارت على رفوف المكتبة العامة في {place}. [تفضلوا بزيارتنا|نفتح حتى المساء يوم {day}].",
    ),
)
BOOKS_TITLE = Lines(
    en=("Library of {place} gains {books} books", "{books} new books for the library in {place}"),
    ar=("مكتبة {place} تستقبل كتباً عددها {books}", "كتب جديدة لمكتبة {place} عددها {books}"),
)
ASK_BOOKS = Lines(
    en=("How many new books did the public library of {place} receive?",),
    ar=("كم عدد الكتب الجديدة التي وصلت إلى المكتبة العامة في {place}؟",),
)

SPAM = Lines(
    en=(
        "WIN a {hobby} set!!! Only {number} left. [Click|Tap|Go] now https://prize-{number}.example/{place_slug} #win #free",
        "Earn {number} dinars a day from home in {place}, no work needed. [Message me|Write now] #money #easy",
        "[Doctors|Bankers] hate this trick from {place}! {number} people already joined https://trick-{number}.example",
    ),
    ar=(
        "اربح طقم {hobby} مجاناً!!! بقي {number} فقط. [اضغط|ادخل|سارع] الآن https://prize-{number}.example/{place_slug} #اربح #مجانا",
        "اكسب {number} كل يوم من بيتك في {place} دون أي عمل. [راسلني|اكتب لي الآن] #مال #سهل",
        "[الأطباء|الخبراء] لا يريدون أن تعرف هذه الحيلة من {place}! انضم {number} من الناس https://trick-{number}.example",
    ),
)

MUSING = Lines(
    en=(
        "[Thinking of|Dreaming about] a small house near {spot} in {place}, {hobby} in the morning and {food} at noon.",
        "The {pet} of {district} [follows me|sleeps on my doorstep|judges us all]. {place} has its own government.",
        "[On {day}s|Every {day}] I walk from {district} to {spot} and count the doors. Today I [lost count|met a poet].",
        "[Somebody|A child] drew the sea on a wall in {district}. {place} is [softer|bluer] now.",
    ),
    ar=(
        "[أفكر في|ما زلت أحلم بشراء] بيت صغير قرب {spot} في {place}: {hobby} في الصباح و{food} عند الظهر.",
        "[لي حكاية مع|لا تسألوني عن] {pet} في {district}. لمدينة {place} حكومتها الخاصة.",
        "يوم {day} من كل أسبوع أمشي من {district} إلى {spot} وأعد الأبواب. اليوم [أخطأت العد|التقيت شاعراً].",
        "[أحدهم|طفل] رسم البحر على جدار في {district}، فصارت {place} [أرق|أكثر زرقة].",
    ),
)
ANSWER = Lines(
    en=(
        "[Lovely|Well said|I know that corner]. {place} [needs more of this|misses you already]",
        "And {food} after that, [please|always]. {district} [sends greetings|agrees]",
    ),
    ar=(
        "[جميل|أحسنت|أعرف تلك الزاوية]. {place} [بحاجة إلى المزيد من هذا|تشتاق إليك]",
        "ثم {food} بعد ذلك [من فضلك|دائماً]. تحية من {district}",
    ),
)

PICTURE = Lines(
    en=("A photo of {spot} at dusk, {place}", "A plate of {food} on a blue table in {district}"),
    ar=("صورة تُظهر {spot} عند الغروب في {place}", "طبق من {food} على طاولة زرقاء في {district}"),
)
REUSED = Lines(
    en=("[Right now|This minute] in {elsewhere}, they say: {spot} as nobody knows it",),
    ar=("[الآن|في هذه اللحظة] في {elsewhere} كما يقولون: {spot} كما لم يعرفه أحد",),
)
CAPTION = Lines(
    en=(
        "[Look at this|Tonight's view|No filter]. {spot}, {place}",
        "[Made|Burned|Shared] some {food} today in {district}",
    ),
    ar=(
        "[انظروا إلى هذا|منظر الليلة|بلا تعديل]. {spot}، {place}",
        "[أعددت|ذقت] اليوم {food} في {district}",
    ),
)
