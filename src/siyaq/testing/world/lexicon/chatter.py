# ruff: noqa: E501 (a template is one line, however long: it is read as a sentence)
"""What people say when nothing happens: weather, food, traffic, pets, hobbies, jokes."""

from __future__ import annotations

from siyaq.testing.world.words import Lines

WEATHER = Lines(
    en=(
        "{temp} degrees in {town} at {hour}[, and I forgot my hat|, soup weather|, the cat refuses to go out|].",
        "[Fog|Drizzle|Warm wind|First sun of the week] over {district} in {town}. {n} umbrellas counted from my window[ so far|].",
        "[Forecast|My knee|The radio] says rain in {town} by {day}. {name} [does not believe it|already hung the washing].",
        "The sky above {spot} is [peach|lead|silver|pink] this evening, {town}. Took {n} pictures, kept [one|none].",
        "[So hot|So cold] in {district} that {name} {spoke} about moving to {town2}.",
        "Wind from the {side} again. {n} flowerpots down in {district}, [mine included|not mine this time].",
    ),
    ar=(
        "الحرارة {temp} في {town} عند الساعة {hour}[، ونسيت قبعتي|، جو مناسب للشوربة|، والقطة ترفض الخروج|].",
        "[ضباب|رذاذ|نسيم دافئ|أول شمس هذا الأسبوع] فوق {district} في {town}. عددت من نافذتي مظلات كثيرة، قرابة {n}.",
        "[النشرة تقول|ركبتي تقول|جارنا يقول] إن المطر قادم إلى {town} يوم {day}، [ولا أحد يصدق|والغسيل على الحبل].",
        "السماء فوق {spot} [وردية|رمادية|فضية] هذا المساء في {town}. التقطت صوراً كثيرة ولم أحتفظ إلا [بواحدة|بالقليل].",
        "الجو في {district} [حار|بارد] إلى درجة أن {name} يفكر في الانتقال إلى {town2}.",
        "الريح من {side} مرة أخرى. سقطت أصص الورد في {district}، [ومنها أصيصي|ونجا أصيصي هذه المرة]، والعدد {n}.",
    ),
)

FOOD = Lines(
    en=(
        "[Tried|Cooked|Burned] {food} for {n} people tonight. {name} [asked for seconds|was polite|called the neighbors].",
        "Looking for the best {food} in {town}. {spot} or {district}? [Serious answers only|Asking for {name}]",
        "My grandmother put {secret} in her {food}. [Now I understand|Never telling {name}|{town} is not ready].",
        "{food} at {hour} is [a meal|a mistake|my culture], {name}.",
        "{n} minutes in the queue at {spot} for {food}. [Worth it|Not worth it|Ask me tomorrow]. {town}",
        "New rule at home: no {food} before {day}. [Lasted an hour|{name} has already broken it]",
    ),
    ar=(
        "[جربت|طبخت|أحرقت] {food} الليلة والضيوف {n}. {name} [طلب المزيد|جاملني|نادى الجيران].",
        "أبحث عن ألذ {food} في {town}. عند {spot} أم في {district}؟ [أجوبة جادة فقط|السؤال من {name}]",
        "كانت جدتي تضع {secret} في {food}. [الآن فهمت|لن أخبر {name}|{town} ليست مستعدة لهذا].",
        "{food} في الساعة {hour} [وجبة|غلطة|عادة عائلية] يا {name}.",
        "وقفت {n} دقيقة في الطابور عند {spot} من أجل {food}. [يستحق العناء|لا يستحق|اسألوني غداً]. {town}",
        "قاعدة جديدة في البيت: ممنوع {food} قبل يوم {day}. [صمدت ساعة|وقد خالفها {name}]",
    ),
)

TRAFFIC = Lines(
    en=(
        "{n} minutes from {district} to {spot}. [On foot it takes ten|I have seen snails pass|The radio played one song]. {town}",
        "Bus {line} in {town} [skipped my stop|came twice at once|smells of {food}]. {day} in one picture.",
        "[Roadworks|A wedding convoy|A flock of sheep] near {spot}, take {district} instead. {hour}",
        "Lost: one blue bicycle, line {line} stop, {district}. Found: [patience|new friends|{n} coins].",
        "The driver of bus {line} sang all the way to {spot} in {town}. [Encore|Bus of the year|{name} joined in]",
    ),
    ar=(
        "{n} دقيقة من {district} إلى {spot}. [مشياً تكفي عشر|سبقتني السلاحف|غنى المذياع أغنية واحدة]. {town}",
        "الحافلة رقم {line} في {town} [تجاوزت موقفي|تأخرت كثيراً|تفوح منها رائحة {food}]. هذا ملخص يوم {day}.",
        "[أعمال طرق|موكب عرس|قطيع أغنام] قرب {spot}، اسلكوا طريق {district}. الساعة {hour}",
        "ضاعت دراجة زرقاء عند موقف الخط {line} في {district}. ووجدت [الصبر|أصدقاء جدداً|بعض النقود].",
        "سائق الحافلة رقم {line} غنى حتى {spot} في {town}. [أحسنت|نطالب بالمزيد|وغنى معه {name}]",
    ),
)

PETS = Lines(
    en=(
        "{name}'s {pet} [ate|hid|guards] my {object} again. {district} court will hear of this on {day}.",
        "A {pet} sat at {spot} for {n} minutes and {town} stopped to look.",
        "[Teaching|Trying to teach] the {pet} to {trick}. Attempt {n}. [Progress|No progress|It teaches me]",
        "To whoever feeds the {pet} of {district}: it is [fat enough|on a diet|running for mayor].",
    ),
    ar=(
        "كالعادة {pet} عند {name} خلف [كل مشكلة|هذه الفوضى]، ولم أجد {object} مرة أخرى. لنا كلام يوم {day} في {district}.",
        "شاهدنا {pet} عند {spot} قرابة {n} دقيقة، وتوقفت {town} كلها للنظر.",
        "أحاول تعليم {pet} {trick}، والمحاولة رقم {n}. [بعض التقدم|لا تقدم|صرت أنا من يتعلم]",
        "إلى من يطعم {pet} في {district}: [يكفي هذا|الحمية بدأت|لا تكثروا]، والموعد التالي يوم {day}.",
    ),
)

HOBBY = Lines(
    en=(
        "Week {n} of {hobby}. My teacher {name} says I am [improving|brave|early]. {town}",
        "[Starting|Restarting] a {hobby} evening at {spot}, {day} at {hour}. [Bring tea|Beginners welcome|{name} brings {food}]",
        "I [sold|gave away|found] my {object} and bought things for {hobby}. [No regrets|Some regrets].",
        "{hobby} question: does anyone in {town} lend a {object}? [Mine broke|For {name}|Until {day}]",
        "Finished page {n} of the book on {hobby}. {pages} to go. [Slow reader|It is very good|{name} wants it next]",
    ),
    ar=(
        "الأسبوع {n} من تعلم {hobby}. يقول {name} إنني [أتحسن|شجاع|ما زلت في البداية]. {town}",
        "[نبدأ|نستأنف] أمسية {hobby} عند {spot} يوم {day} الساعة {hour}. [هاتوا الشاي|نرحب بالمبتدئين|و{name} سيحضر {food}]",
        "[بعت|أعطيت|وجدت] {object} واشتريت ما يلزم من أجل {hobby}. [بلا ندم|مع بعض الندم].",
        "سؤال عن {hobby}: هل من أحد في {town} يعيرني {object}؟ [انكسر ما عندي|الطلب من {name}|حتى يوم {day}]",
        "وصلت إلى الصفحة {n} من كتاب عن {hobby}، وبقيت {pages}. [أقرأ ببطء|كتاب ممتع|{name} ينتظر دوره]",
    ),
)

JOKE = Lines(
    en=(
        "Why did the {pet} cross {spot}? [Because {name} was there with {food}|To avoid bus {line}|It had read the map of {town}].",
        "[My {object} and I|Me and {n} unread letters] are [no longer on speaking terms|learning to live together]. {day}.",
        "I told {name} a joke about {town}. [It took an hour to get there|The bus did not stop for it].",
        "Doctor: how much {food} do you eat? Me: [define eat|yes|only on days with a {letter}]. {n} witnesses laughed.",
        "Found a note in my {object}: '{name}, buy {food}'. I am not {name}. [Bought it anyway.|Who are you, {name}?]",
    ),
    ar=(
        "سألوا {name} لماذا يحب {town}، فقال: [من أجل {food}|بسبب الحافلة {line}|لأن الخريطة انتهت هناك].",
        "[أنا و{object}|أنا والرسائل التي لم أقرأها وعددها {n}] في [خصام|هدنة] منذ يوم {day}.",
        "رويت لصديقي {name} نكتة عن {town}. [احتاجت ساعة حتى تصل|لم تتوقف لها الحافلة].",
        "الطبيب: كم تأكل من {food}؟ قلت: [عرّف الأكل|نعم|فقط في الأيام التي فيها حرف {letter}]. وضحك الحاضرون وعددهم {n}.",
        "وجدت ورقة مع {object}: «يا {name}، لا تنس {food}». لست {name}. [فاشتريت ما فيها على كل حال.|من أنت يا {name}؟]",
    ),
)

DAILY = Lines(
    en=(
        "{hour} and [still at work|finally home|wide awake] in {district}. {n} [emails|dishes|pages] left.",
        "Good [morning|evening] {town}. Today: {hobby}, {food}, [a nap|{name}'s birthday|nothing else].",
        "[Unpopular opinion|Hear me out]: {spot} in {town} is better on {day}s. {n} reasons, [thread never coming|ask {name}].",
        "[Overheard|Heard] at {spot}: '{name} owes me {n} {object}s and an apology.' {town} never disappoints.",
        "[Does anyone know|Who knows] a good tailor in {district}? {name} [tore a coat|has a wedding on {day}].",
        "Our building in {district} has {n} steps and {name} [counted them all|complains about each one].",
        "Neighborhood news, {district}: the {object} stand moved to {spot}. Opens at {hour}.",
        "Thank you to the person at {spot} who returned my {object}. {town} [is good|restored my faith]. {day} saved.",
    ),
    ar=(
        "الساعة {hour} وأنا [ما زلت في العمل|في البيت أخيراً|بلا نوم] في {district}. بقيت [رسائل|صحون|صفحات] عددها {n}.",
        "[صباح الخير|مساء الخير] يا {town}. برنامج اليوم: {hobby} و{food} و[قيلولة|عيد ميلاد {name}|لا شيء غير ذلك].",
        "رأي لا يعجب الكثيرين: {spot} في {town} أجمل يوم {day}. والأسباب {n}، [اسألوا {name}|ولن أكتبها كلها].",
        "سمعت عند {spot} من يقول: «على {name} أن يعيد لي ديني، {n} بالتمام». {town} لا تخيب الظن.",
        "[هل يعرف أحد|من يعرف] خياطاً ماهراً في {district}؟ {name} [مزق معطفه|عنده عرس يوم {day}].",
        "في عمارتنا في {district} {n} درجة، و{name} [عدها كلها|يشكو من كل واحدة منها].",
        "من أخبار {district}: انتقل بائع الكتب القديمة إلى {spot}، ويفتح الساعة {hour}.",
        "شكراً لمن أعاد {object} إليّ عند {spot}. {town} [بخير|أعادت لي ثقتي بالناس]، وأنقذ يوم {day}.",
    ),
)

REPLY = Lines(
    en=(
        "[Same here|Not here|Agreed] in {district}. {name} says [hello|otherwise|wait until {day}].",
        "[Ha|Oh|Well], {n} times yes. [And {food} too|Especially in {town}]",
        "[Try|Have you tried] {spot} instead? [Works for me|{name} swears by it] since {day}.",
        "That reminds me of {town} in {month}. [Good days|Bad shoes|{n} stories].",
        "[Send|Save|Keep] some for {name}. {hour} at {spot}?",
    ),
    ar=(
        "[وعندنا كذلك|ليس عندنا|أوافقك] في {district}. {name} [يسلم عليك|له رأي آخر|يقول انتظر إلى يوم {day}].",
        "[بلى|نعم|والله نعم] ألف مرة، بل {n}. [ومعها {food}|ولا سيما في {town}]",
        "[جرب|هل جربت] {spot} بدلاً من ذلك؟ [هذا نفعني|يوصي به {name}] منذ يوم {day}.",
        "ذكرتني بمدينة {town} في شهر {month}. [أيام جميلة|أحذية سيئة|حكايات كثيرة عددها {n}].",
        "[أرسل|احفظ] نصيب {name}. نلتقي الساعة {hour} عند {spot}؟",
    ),
)

KINDS: tuple[Lines, ...] = (WEATHER, FOOD, TRAFFIC, PETS, HOBBY, JOKE, DAILY)
