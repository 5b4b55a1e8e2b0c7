# ruff: noqa: E501 (a template is one line, however long: it is read as a sentence)
"""What people and the papers say around a seven-a-side football match."""

from __future__ import annotations

from siyaq.testing.world.words import Lines

KICK_OFF = Lines(
    en=(
        "Kick-off in {place}: {home} against {away} in the Sevens Cup, two halves of four minutes.",
        "They are under way at {spot} in {place}. {home} in white, {away} in [green|blue|red].",
        "The Sevens Cup is here: {home} host {away} tonight. [Predictions, anyone|Nervous already|Popcorn ready]?",
    ),
    ar=(
        "انطلقت المباراة في {place}: {home} ضد {away} في كأس السباعيات، شوطان من أربع دقائق.",
        "بدأ اللقاء عند {spot} في {place}: {home} بالأبيض و{away} [بالأخضر|بالأزرق|بالأحمر].",
        "مباراة كأس السباعيات بدأت: {home} أمام {away}. [ما توقعاتكم|من متوتر مثلي|هل جهزتم الفشار]؟",
    ),
)

GOAL = Lines(
    en=(
        "GOAL! {scorer} scores for {scoring} in minute {minute}. {home} {score} {away}.",
        "{minute}' {scorer} [finds the corner|heads it in|taps it home|curls it over the wall] for {scoring}. {score} now.",
        "Goal for {scoring}: {scorer}, minute {minute}. The score between {home} and {away} is {score}.",
    ),
    ar=(
        "هدف! {scorer} يسجل لفريق {scoring} في الدقيقة {minute}. النتيجة {home} {score} {away}.",
        "الدقيقة {minute}: {scorer} [يضعها في الزاوية|يسجل برأسه|يودعها الشباك|يسددها من فوق الحائط] لفريق {scoring}، والنتيجة {score}.",
        "هدف لفريق {scoring} سجله {scorer} في الدقيقة {minute}، والنتيجة بين {home} و{away} الآن {score}.",
    ),
)

SHOUT = Lines(
    en=(
        "{scorer}!!! [What a goal|I lost my voice|Did you see that]! {score}",
        "{score} and {spot} [is shaking|has gone silent|cannot believe it]. {scorer} of all people",
        "I looked down at my phone and missed {scorer} scoring. {minute} minutes in. [Typical|My luck]",
        "{scoring} [deserved that|finally|on fire]. {scorer} has been everywhere in this match against everyone",
    ),
    ar=(
        "{scorer}!!! [يا له من هدف|راح صوتي|هل رأيتم هذا]! {score}",
        "{score} و{spot} [في هدير لا ينقطع|في صمت تام|في ذهول]. من غير {scorer} يفعلها",
        "نظرت إلى هاتفي لحظة ففاتني هدف {scorer} في الدقيقة {minute}. [هذا حظي|كالعادة]",
        "{scoring} [يستحقون الهدف|أخيراً|في قمة الأداء]، و{scorer} في كل مكان من الملعب",
    ),
)

HALF_TIME = Lines(
    en=(
        "Half time in {place}: {home} {score} {away}.",
        "The whistle goes for the break. {score} between {home} and {away} so far.",
    ),
    ar=(
        "نهاية الشوط الأول في {place}: {home} {score} {away}.",
        "صافرة الاستراحة، والنتيجة حتى الآن بين {home} و{away} هي {score}.",
    ),
)

FINAL = Lines(
    en=(
        "Full time in {place}: {home} {final} {away}. {attendance} [watched|were there].",
        "It is over! {home} and {away} finish {final} in the Sevens Cup, before {attendance}.",
        "Final score from {spot}: {home} {final} {away}. Attendance: {attendance}.",
    ),
    ar=(
        "انتهت المباراة في {place}: {home} {final} {away}، وحضرها {attendance}.",
        "صافرة النهاية! انتهى لقاء {home} و{away} في كأس السباعيات بنتيجة {final} بحضور {attendance}.",
        "النتيجة النهائية من {spot}: {home} {final} {away}. الحضور: {attendance}.",
    ),
)

AFTER = Lines(
    en=(
        "{final}. [I need a lie-down|My heart|Somebody hug me]. {home} v {away} was [worth every minute|pure madness|one to remember]",
        "Proud of {home} whatever the table says. {final} and [sore throats all round|we go again on {day}]",
        "{away} [traveled well|sang to the end|brought drums], credit to them. {final} it ends",
    ),
    ar=(
        "{final}. [أحتاج إلى الراحة بعد هذا|قلبي لا يحتمل]. مباراة {home} و{away} [تستحق كل دقيقة|جنون خالص|لن تُنسى]",
        "فخورون بفريق {home} مهما قال الترتيب. انتهت {final} و[بحّت أصواتنا|نعود يوم {day}]",
        "جمهور {away} [هتف حتى النهاية|جاء بالطبول|ملأ المدرجات]، كل الاحترام. انتهت بنتيجة {final}",
    ),
)

TALK = Lines(
    en=(
        "[The pitch at|The grass at|The lights at] {spot} [looks terrible|is perfect tonight|needs some love]. {home} v {away}",
        "{home} [press high|keep losing the ball|look tired], {away} [wait for a mistake|play it long|look sharp]",
        "[The referee|The linesman] [is having a day|missed a clear foul|needs glasses] in {place}",
        "Watching {home} with [my uncle|three cousins|the whole office], [nobody is breathing|the tea is cold|we are all coaches now]",
        "What a save [there|just now]! The keeper of {away} [flew|has eight arms]. #SevensCup",
        "[Free kick|Corner|Throw-in] for {home}, [wasted|cleared|over the bar]. {away} [break|hold on|reset]",
        "[Queue for tea|Line for flatbread] at {spot} is longer than the match, {place} [never changes|please]",
    ),
    ar=(
        "[أرضية الملعب|العشب|الإضاءة] عند {spot} [بحالة سيئة|في أحسن حال الليلة|بحاجة إلى عناية]. {home} و{away}",
        "{home} [يضغطون في الأمام|يفقدون الكرة كثيراً|يبدو عليهم التعب]، و{away} [ينتظرون الخطأ|يعتمدون الكرات الطويلة|في يقظة]",
        "[الحكم|حكم الراية] في {place} [ليس في يومه|لم يرَ خطأ واضحاً|بحاجة إلى نظارة]",
        "أشاهد {home} مع [خالي|أبناء عمي|زملاء العمل كلهم]، [ولا أحد يتنفس|وبرد الشاي|وصرنا كلنا مدربين]",
        "يا له من تصدٍّ! حارس {away} [طار إليها|كأن له ثماني أيدٍ]. #كأس_السباعيات",
        "[ركلة حرة|ركنية|رمية تماس] لفريق {home} [ضاعت|أبعدها الدفاع|فوق العارضة]، و{away} [يصمدون|يعيدون ترتيب الصفوف]",
        "طابور [الشاي|المناقيش] عند {spot} أطول من المباراة نفسها، [هذه هي|لا تتغيرين يا] {place}",
    ),
)

TITLE = Lines(
    en=("{home} {final} {away} in the Sevens Cup", "{final}: {home} and {away} thrill {place}"),
    ar=(
        "{home} {final} {away} في كأس السباعيات",
        "لقاء {home} و{away} يمتع {place} وينتهي {final}",
    ),
)
BODY = (
    Lines(
        en=(
            "{home} and {away} met in {place} before {attendance}. The match ended {final}.",
            "Before {attendance} in {place}, the Sevens Cup match between {home} and {away} ended {final}.",
        ),
        ar=("التقى {home} و{away} في {place} بحضور {attendance}، وانتهت المباراة بنتيجة {final}.",),
    ),
    Lines(
        en=("{goal_1} scored the first goal of the match, in minute {minute_1}.",),
        ar=("وسجل {goal_1} الهدف الأول في الدقيقة {minute_1}.",),
    ),
)

ASK_FINAL = Lines(
    en=(
        "What was the final score between {home} and {away}?",
        "How did the match between {home} and {away} end?",
    ),
    ar=(
        "ما النتيجة النهائية لمباراة {home} و{away}؟",
        "كيف انتهت مباراة {home} أمام {away}؟",
    ),
)
ASK_FIRST = Lines(
    en=("Who scored the first goal in the match between {home} and {away}?",),
    ar=("من سجل الهدف الأول في مباراة {home} و{away}؟",),
)
ASK_ATTENDANCE = Lines(
    en=("How many spectators watched {home} against {away}?",),
    ar=("كم عدد المتفرجين الذين حضروا مباراة {home} و{away}؟",),
)
ASK_NEVER = Lines(
    en=(
        "How much did a ticket for {home} against {away} cost?",
        "Who trains {away} this season?",
    ),
    ar=(
        "كم كان ثمن تذكرة مباراة {home} و{away}؟",
        "من يدرب فريق {away} هذا الموسم؟",
    ),
)
