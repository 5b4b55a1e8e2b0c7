# ruff: noqa: E501 (a template is one line, however long: it is read as a sentence)
"""What a maker, the papers and buyers say about a new product."""

from __future__ import annotations

from siyaq.testing.world.words import Lines

TEASER = Lines(
    en=(
        "[Big day|Full hall|Long queue] in {place}: {brand} is about to show [something new|a new {gadget}].",
        "At {spot} in {place}, waiting for {brand} to begin. [They say it is a {gadget}|The coffee is good|Seats are gone].",
    ),
    ar=(
        "[القاعة ممتلئة|طابور طويل|يوم كبير] في {place}: شركة {brand} على وشك أن تعرض [جديدها|{gadget} من نوع جديد].",
        "من {spot} في {place} ننتظر بدء عرض {brand}. [يقال إنه {gadget}|القهوة ممتازة|لم يبق مقعد فارغ].",
    ),
)

REVEAL = Lines(
    en=(
        "Meet the {product}, our new {gadget}. [Made in|Designed in] {place}. Price: {price}. In shops on {date}.",
        "We are proud to present the {product}, a {gadget} for [every day|people in motion|quiet evenings]. It costs {price} and goes on sale on {date}.",
    ),
    ar=(
        "نقدم لكم {product}: {gadget} [من صنع|من تصميم] {place}. السعر {price}، ويصل إلى المتاجر في {date}.",
        "يسعدنا أن نعلن عن {product}، وهو {gadget} [لكل يوم|لمن لا يتوقف|لأمسيات هادئة]. سعره {price} ويبدأ بيعه في {date}.",
    ),
)

SPECS = Lines(
    en=(
        "{product}: {battery} of battery, {weight}, and it comes in {color}.",
        "Inside the {product}: a battery for {battery}, a body of {weight}. Colors include {color}.",
    ),
    ar=(
        "مواصفات {product}: بطارية تدوم {battery}، ووزن {weight}، واللون {color} متاح.",
        "في {product} بطارية تكفي {battery}، ووزنه {weight}، ومن ألوانه {color}.",
    ),
)

BUYERS = Lines(
    en=(
        "{price} for the {product}? [My wallet just left the room|Fair, honestly|I will wait for the second one]",
        "[Ordered|Reserved] the {product} in {color}. [No regrets|Do not tell my family|{date} feels far away]",
        "The {product} runs {battery} on one charge, if {brand} is to be believed. [We shall see|My old one does two]",
        "[Only|Just] {weight}! The {product} is lighter than my [lunch|notebook|excuses]",
        "Marking {date} for the {product}. [Anyone else queueing|Who comes with me to {spot}]?",
    ),
    ar=(
        "{price} ثمن {product}؟ [محفظتي غادرت الغرفة|سعر معقول بصراحة|سأنتظر النسخة التالية]",
        "[طلبت|حجزت] {product} باللون {color}. [بلا ندم|لا تخبروا أهلي|{date} يبدو بعيداً]",
        "بطارية {product} تدوم {battery} بشحنة واحدة إن صدقت {brand}. [سنرى|جهازي القديم يدوم ساعتين]",
        "الوزن {weight} فقط! {product} أخف من [غدائي|دفتري|أعذاري]",
        "سجلوا {date} في مفكراتكم، موعد {product}. [من يقف معي في الطابور|من يرافقني إلى {spot}]؟",
    ),
)

TALK = Lines(
    en=(
        "Do we need another {gadget}? {brand} [thinks so|says yes|bets on it]",
        "My {brand} {gadget} from years ago [still works|survived a swim|is held together by tape]",
        "[The queue|The crowd] at {spot} in {place} for {brand} [goes around the block|is singing now|has its own tea stand]",
        "{brand} [should fix repairs first|makes honest things|makes pretty boxes], then we talk about a new {gadget}",
        "Reading about the {product} [on the tram|in the waiting room|instead of working]. {brand} [knows how to tease|could have said less]",
        "[Somebody|A friend] in {place} held the {product} already. [Jealous|Says it feels solid|Would not let go of it]",
    ),
    ar=(
        "هل نحتاج إلى {gadget} آخر؟ {brand} [ترى ذلك|تقول نعم|تراهن على ذلك]",
        "عندي من {brand} {gadget} منذ سنوات [وما زال يعمل|ونجا من السقوط في الماء|ويعيش على الشريط اللاصق]",
        "[الطابور|الزحام] عند {spot} في {place} من أجل {brand} [يلتف حول المبنى|صار حفلة غناء|صار له بائع شاي]",
        "على {brand} [أن تحسن خدمة الإصلاح أولاً|أن تخفض أسعارها أولاً]، ثم نتحدث عن {gadget} جديد",
        "أقرأ عن {product} [في الترام|في غرفة الانتظار|بدل العمل]. شركة {brand} [تعرف كيف تشوقنا|كان يمكنها أن تختصر]",
        "[صديق لي|أحدهم] في {place} جرب {product}. [أغبطه|يقول إنه متين|لم يرد أن يعيده]",
    ),
)

TITLE = Lines(
    en=("{brand} unveils the {product} at {price}", "{product}: new {gadget} from {place}"),
    ar=("{brand} تكشف عن {product} بسعر {price}", "{product}: جديد {brand} من {place}"),
)
BODY = (
    Lines(
        en=(
            "{brand} showed the {product}, a {gadget}, in {place}. It will cost {price} from {date}.",
        ),
        ar=("عرضت {brand} في {place} جهاز {product}، وسعره {price} ابتداء من {date}.",),
    ),
    Lines(
        en=("The maker promises {battery} of battery life and a weight of {weight}.",),
        ar=("وتعد الشركة ببطارية تدوم {battery} وبوزن {weight}.",),
    ),
)

ASK_PRICE = Lines(
    en=("What is the price of the {product}?", "How much does the {product} cost?"),
    ar=("كم سعر {product}؟", "ما ثمن {product}؟"),
)
ASK_DATE = Lines(
    en=("When does the {product} go on sale?", "On what date will the {product} be in shops?"),
    ar=("متى يبدأ بيع {product}؟", "في أي تاريخ يصل {product} إلى المتاجر؟"),
)
ASK_BATTERY = Lines(
    en=("How long does the battery of the {product} last?",),
    ar=("كم تدوم بطارية {product}؟",),
)
ASK_NEVER = Lines(
    en=(
        "How many years of warranty does the {product} have?",
        "What processor is inside the {product}?",
    ),
    ar=(
        "كم سنة ضمان {product}؟",
        "ما نوع المعالج في {product}؟",
    ),
)
