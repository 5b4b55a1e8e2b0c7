# ruff: noqa: E501 (a template is one line, however long: it is read as a sentence)
"""What people, a company and the papers say when a service fails and comes back."""

from __future__ import annotations

from siyaq.testing.world.words import Lines

FIRST = Lines(
    en=(
        "[Anyone else|Just us|Is it only us]? No {service} in {district} for [five|ten] minutes now",
        "{service} just went [down|off] in {place}[, whole street affected|, and my neighbors say the same|]",
        "[Well|Great|Wonderful], {service} gone again in {place}. {district} is [quiet|waiting|all confused faces]",
        "Reports of {service} failing around {district}, {place}. [Anyone know why|What happened|More soon]?",
        "Lost {service} here in {district} a moment ago. {place} [friends|people], how is it where you are?",
        "It seems {service} has stopped across {district}. [Called the company, line is busy|Shops are closing their doors|Everyone is out on the balcony].",
    ),
    ar=(
        "[هل من أحد غيرنا|هل المشكلة عندنا فقط|هل انقطعت عندكم أيضاً]؟ انقطعت {service} في {district} منذ [خمس|عشر] دقائق",
        "انقطعت {service} قبل قليل في {place}[، والشارع كله متضرر|، والجيران يقولون الشيء نفسه|]",
        "[كالعادة|يا للأسف|مرة أخرى] انقطعت {service} في {place}، و{district} في حيرة",
        "أنباء عن توقف {service} في {district} بمدينة {place}. [هل يعرف أحد السبب|ماذا حدث]؟",
        "توقفت {service} عندنا في {district} قبل لحظات. كيف الحال عندكم يا أهل {place}؟",
        "يبدو أن {service} توقفت في كل أنحاء {district}. [اتصلنا بالشركة والخط مشغول|المحال بدأت تغلق أبوابها|خرج الناس إلى الشرفات].",
    ),
)

OFFICIAL = Lines(
    en=(
        "{company}: {service} is down for {homes} in {place}. [Teams are looking for the fault|Engineers are on their way].",
        "We are aware of a fault affecting {homes} in {place}, mainly {district}. {service} [will return as soon as it is safe|is being worked on]. ({company})",
        "Statement from {company}: the fault in {place} touches {homes}. {crews} are [at work|in the field].",
    ),
    ar=(
        "{company}: توقفت {service} عن {homes} في {place}، [والفرق تبحث عن العطل|والمهندسون في الطريق].",
        "رصدنا عطلاً أثّر في {homes} في {place}، ولا سيما {district}. [نعمل على إعادة|سنعيد] {service} بأسرع ما يمكن. ({company})",
        "بيان من {company}: العطل في {place} طال {homes}، و[تعمل في الموقع|تعمل الآن] {crews}.",
    ),
)

CAUSE = Lines(
    en=(
        "{company} says the cause of the {topic} in {place} was {cause}.",
        "Update: {cause} is behind the {topic} in {place}, according to {company}.",
        "{company} has found the fault in {place}: {cause}. {crews} are repairing it.",
    ),
    ar=(
        "قالت {company} إن سبب {topic} في {place} هو {cause}.",
        "تحديث: {cause} وراء {topic} في {place}، بحسب {company}.",
        "حددت {company} سبب العطل في {place}، وهو {cause}. وتتولى الإصلاح {crews}.",
    ),
)

RESTORED = Lines(
    en=(
        "{company}: {service} was restored in {place} at {restored}. Thank you for your patience.",
        "{service} has been back in {place} since {restored}, says {company}.",
        "At {restored}, {service} returned to {district} and the rest of {place}. ({company})",
    ),
    ar=(
        "{company}: عادت {service} إلى {place} عند الساعة {restored}. شكراً لصبركم.",
        "عادت {service} إلى {place} منذ الساعة {restored} كما أعلنت {company}.",
        "عند الساعة {restored} عادت {service} إلى {district} وباقي أنحاء {place}. ({company})",
    ),
)

RELAY = Lines(
    en=(
        "{company} counts {homes} without {service} in {place}[. Hope it is quick|. That is half the town|].",
        "So {homes} are affected in {place}? [Check on your elderly neighbors|That is a lot|And dinner was nearly ready].",
        "For those asking: {homes} hit by the {topic} in {place}, the company says.",
    ),
    ar=(
        "{company} تقول إن {homes} في {place} بلا {service}[. نرجو ألا يطول الأمر|. هذا نصف المدينة تقريباً|].",
        "إذن تضرر في {place} {homes}؟ [اطمئنوا على جيرانكم من كبار السن|هذا عدد كبير|وكان العشاء على وشك أن ينضج].",
        "لمن يسأل: شمل {topic} في {place} {homes} كما تقول الشركة.",
    ),
)

RELAY_CAUSE = Lines(
    en=(
        "Turns out it was {cause}. [Of all things|Who would have guessed|Glad nobody was hurt]. #{tag}",
        "The reason we sat without {service} in {place}: {cause}.",
        "My cousin at the company confirms it: {cause}. {place} [never gets bored|deserves better|will laugh about it one day].",
    ),
    ar=(
        "تبين أن السبب هو {cause}. [من كان يتوقع|الحمد لله لم يُصب أحد|أمر لا يصدق]! #{tag}",
        "سبب بقائنا بلا {service} في {place} هو {cause}.",
        "قريبي يعمل في الشركة ويؤكد أن السبب {cause}. [لا ملل في|كان الله في عون أهل] {place}.",
    ),
)

RELAY_RESTORED = Lines(
    en=(
        "And we are back! {restored} on my clock here in {district}. {place} [cheers|breathes again|applauds from the balconies]",
        "{service} returned at {restored}. [Kettle first|Children disappointed|Back to work, sadly]. {place}",
    ),
    ar=(
        "وعادت أخيراً! كانت الساعة {restored} عندنا في {district}. أهل {place} [يصفقون من الشرفات|تنفسوا الصعداء|في فرح]",
        "عادت {service} عند {restored}، [وأول ما فعلته إعداد الشاي|والأولاد حزينون لانتهاء المغامرة|وعدنا إلى العمل]. {place}",
    ),
)

TALK = Lines(
    en=(
        "[Still nothing|No change] in {district}. [Cards by candlelight then|The whole building is on the stairs, talking|We are eating all the ice cream before it melts]",
        "{place} without {service} is [strangely peaceful|a different town|a good excuse to read]",
        "[Does the company answer the phone|Is there a number to call|Who do we ask] about the {topic}? {district} [here|is waiting]",
        "Last {month} the same thing happened in {district}. [Nothing was learned|We were promised better|Here we go again]",
        "[Grateful to|Thank you to|Respect for] the crews working on the {topic} in {place}[, it cannot be easy|]",
        "The [cafe|bakery|pharmacy] near {spot} [has a generator|is open and full|gives free tea to everyone] during the {topic}",
        "[Neighbors met|I met three neighbors] for the first time thanks to the {topic} in {place}",
        "[My grandmother|My father|The old man downstairs] says {topic}s in {place} used to last [days|a week]. [Perspective|Not helping, though]",
    ),
    ar=(
        "[لا جديد|ما زلنا ننتظر] في {district}. [نلعب الورق على ضوء الشموع|سكان العمارة كلهم على الدرج يتحدثون|نأكل المثلجات قبل أن تذوب]",
        "{place} بلا {service} [هادئة على غير عادتها|مدينة أخرى|فرصة جيدة للقراءة]",
        "[هل ترد الشركة على الهاتف|هل من رقم نتصل به|من نسأل] بخصوص {topic}؟ نحن في {district}",
        "حدث الأمر نفسه في شهر {month} الماضي في {district}. [لم يتغير شيء|وعدونا بالأفضل|ها نحن نعود]",
        "[كل التقدير|الشكر|كل الاحترام] للفرق التي تعمل على إصلاح {topic} في {place}",
        "[المقهى|المخبز|المطعم] قرب {spot} [مكان مفتوح ومزدحم|يقدم الشاي مجاناً للجميع|لديه مولد] خلال {topic}",
        "[تعرفت إلى|التقيت] ثلاثة من الجيران لأول مرة بفضل {topic} في {place}",
        "[جدتي تقول|أبي يقول|جارنا العجوز يقول] إن {topic} في {place} كان يدوم [أياماً|أسبوعاً]. [الحمد لله على كل حال|لكن هذا لا يعزينا]",
    ),
)

TITLE = Lines(
    en=(
        "{topic} hits {homes} in {place}",
        "{place}: {homes} affected by {topic}",
    ),
    ar=(
        "{topic} في {place} يطال {homes}",
        "{place}: {homes} تحت وطأة {topic}",
    ),
)

TITLE_RESTORED = Lines(
    en=("{service} back in {place} after {cause}", "{place} recovers: {service} returns"),
    ar=("عودة {service} إلى {place} بعد {cause}", "{place} تتعافى: {service} تعود"),
)

BODY = (
    Lines(
        en=(
            "A {topic} in {place} [affected|reached] {homes}, {company} said. {district} was hit hardest.",
            "{company} reported that {homes} in {place} were without {service}, most of them in {district}.",
        ),
        ar=(
            "قالت {company} إن {topic} في {place} طال {homes}، وكان الضرر الأكبر في {district}.",
            "أعلنت {company} أن {homes} في {place} بقيت بلا {service}، ومعظمها في {district}.",
        ),
    ),
    Lines(
        en=("Residents gathered near {spot} and shared [lamps|tea|news] while {crews} worked.",),
        ar=("وتجمع السكان قرب {spot} وتبادلوا [المصابيح|الشاي|الأخبار] فيما واصلت العمل {crews}.",),
    ),
)

BODY_RESTORED = (
    Lines(
        en=("{service} returned to {place} at {restored}, {company} announced.",),
        ar=("عادت {service} إلى {place} عند الساعة {restored}، بحسب ما أعلنت {company}.",),
    ),
    Lines(
        en=("The company named {cause} as the cause. In all, {homes} had been affected.",),
        ar=("وذكرت الشركة أن السبب هو {cause}. وبلغ عدد ما تضرر في المجمل {homes}.",),
    ),
)

ASK_HOMES = Lines(
    en=(
        "How many homes were affected by the {topic} in {place}?",
        "How many homes in {place} were left without {service}?",
    ),
    ar=(
        "كم منزلاً تأثر في {place} بسبب {topic}؟",
        "ما عدد المنازل التي بقيت بلا {service} في {place}؟",
    ),
)
ASK_CAUSE = Lines(
    en=("What caused the {topic} in {place}?", "Why did {service} fail in {place}?"),
    ar=("ما سبب {topic} في {place}؟", "لماذا انقطعت {service} في {place}؟"),
)
ASK_RESTORED = Lines(
    en=("When was {service} restored in {place}?", "What time did {service} come back in {place}?"),
    ar=("متى عادت {service} إلى {place}؟", "في أي ساعة عادت {service} إلى {place}؟"),
)
ASK_NEVER = Lines(
    en=(
        "How much compensation will {company} pay for the {topic}?",
        "Who is the chief executive of {company}?",
    ),
    ar=(
        "كم ستدفع {company} من تعويضات عن {topic}؟",
        "من هو المدير التنفيذي الذي يرأس {company}؟",
    ),
)
