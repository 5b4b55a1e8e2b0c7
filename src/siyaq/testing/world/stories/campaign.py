# ruff: noqa: E501 (a template is one line, however long: it is read as a sentence)
"""A copy-paste campaign: many fresh accounts post one text within two minutes, thinly disguised."""

from __future__ import annotations

from random import Random

from siyaq.testing.world.arabic import with_diacritics, with_tatweel
from siyaq.testing.world.lexicon.places import DISTRICTS, SPOTS
from siyaq.testing.world.lexicon.things import DAYS
from siyaq.testing.world.question import Ask
from siyaq.testing.world.story import Campaign, Story, number_forms
from siyaq.testing.world.teller import Teller
from siyaq.testing.world.words import Lang, Lines, Word, say

SLOGAN = Lines(
    en=(
        "[Enough is enough|We have had it]! The new parking meters at {spot} in {place} take {count} dinars a day from honest families. [Stay away from|Do not park near] {spot} on {day} and tell every friend you have.",
        "The council of {place} wants to sell {district} to [a hotel|a parking company] for {count} thousand dinars. [We say no|Not in our name]. Meet us at {spot} on {day} and bring a neighbor.",
        "[Everyone who loves|If you love] {place} must try the honey from {spot}: {count} families already feel [younger|stronger] after one spoon. Only until {day}, so [hurry|do not wait], friends.",
        "They close {spot} in {place} after {count} years and nobody asked us. [Sign|Put your name under] the letter before {day}, share it in {district}, and do not let them sleep.",
    ),
    ar=(
        "[كفى|طفح الكيل]! عدادات الوقوف الجديدة عند {spot} في {place} تأخذ {count} ديناراً كل يوم من العائلات الشريفة. [ابتعدوا عن|لا توقفوا سياراتكم قرب] {spot} يوم {day} وأخبروا كل أصدقائكم.",
        "مجلس {place} يريد بيع {district} [لفندق كبير|لشركة مواقف] مقابل {count} ألف دينار. [نقول لا|ليس باسمنا]. موعدنا عند {spot} يوم {day} فليأت كل واحد مع جاره.",
        "[على كل من يحب|إن كنت تحب] {place} فلا بد من تجربة العسل المعروض عند {spot}، فقد شعرت {count} عائلة [بالشباب|بالقوة] بعد ملعقة واحدة. العرض حتى {day} فقط، [أسرعوا|لا تنتظروا] يا أصدقاء.",
        "يغلقون {spot} في {place} بعد {count} سنة ولم يسألنا أحد. [وقّعوا|ضعوا أسماءكم تحت] الرسالة قبل يوم {day} وانشروها في {district} ولا تتركوهم ينامون.",
    ),
)

NOTICED = Lines(
    en=(
        "Why do I see the same sentence about {spot} in {place} from [ten|a dozen|twenty] strangers? [Odd|Copy and paste|Who writes this]",
        "[Fresh accounts|New names], one text, all about {spot}. {place} [has been discovered by robots|deserves honest arguments]",
        "My feed in {place} is one message about {spot}, over and over. [Mute|Next|Is there a prize]?",
        "[I asked one of them|Asked a poster] about {spot} and {day}. [No answer|Same text again]. {place}",
    ),
    ar=(
        "لماذا أرى الجملة نفسها عن {spot} في {place} من [عشرة حسابات|عشرين حساباً|حسابات كثيرة] لا أعرفها؟ [غريب|نسخ ولصق|من يكتب هذا]",
        "[حسابات جديدة|أسماء جديدة] ونص واحد، وكلها عن {spot}. {place} [اكتشفتها الآلات|تستحق نقاشاً صادقاً]",
        "كل ما يظهر لي في {place} رسالة واحدة عن {spot} تتكرر. [سأكتمها|وما التالي|هل من جائزة]؟",
        "[سألت أحدهم|سألت صاحب حساب منها] عن {spot} ويوم {day}. [لا جواب|أعاد النص نفسه]. {place}",
    ),
)

ASK_NEVER = Lines(
    en=("Who pays for the posts about {spot} in {place}?",),
    ar=("من يدفع ثمن المنشورات عن {spot} في {place}؟",),
)

_EMOJI = ("🔥", "❗", "📢", "✊", "👇", "💥", "🙏", "⚠️", "🌟", "🕊️")
_ZERO_WIDTH = "\u200b"


def tell_campaign(tell: Teller) -> Story:
    """Tell a story of kind "campaign", about four minutes long."""
    rng = tell.rng
    _set_scene(tell)
    lang: Lang = rng.choice(("ar", "en"))
    slogan, _ = say(SLOGAN, tell.words, lang, rng)
    count = rng.randint(10, 40)
    start = 5.0
    uris: list[str] = []
    dids: list[str] = []
    for after in (start, *sorted(rng.uniform(start + 4, start + 115) for _ in range(count - 1))):
        account = tell.newcomer(lang, f"member-{len(uris)}")
        wording = disguise(slogan, lang, rng) if uris else slogan
        told = tell.post_text(after, account, wording)
        uris.append(told.reference.uri)
        dids.append(account.did)
    tell.crowd(60, 230, tell.crowd_size // 2, NOTICED)
    tell.ask(Ask(lines=ASK_NEVER, kind="unanswerable"))
    members = Campaign(first=uris[0], members=tuple(uris), accounts=tuple(dids))
    return tell.finish(names=(tell.words["place"], tell.words["spot"]), campaign=members)


def disguise(text: str, lang: Lang, rng: Random) -> str:
    """Return `text` dressed so that it is no exact copy, yet reads the same."""
    for _ in range(rng.randint(1, 3)):
        text = _one_disguise(text, lang, rng)
    return text


def _one_disguise(text: str, lang: Lang, rng: Random) -> str:
    trick = rng.randrange(6)
    if trick == 0:
        return f"{rng.choice(_EMOJI)} {text} {rng.choice(_EMOJI)}"
    if trick == 1:
        return (
            f"{text} https://{rng.choice(('go', 'see', 'join'))}.example/{rng.randrange(16**5):x}"
        )
    if trick == 2:
        place = rng.randrange(1, len(text.partition("http")[0]))  # an address must stay one
        return text[:place] + _ZERO_WIDTH + text[place:]
    if trick == 3:
        return text.replace("،", " ،").replace(".", "!!", 1)
    if lang == "ar":
        return with_tatweel(text, rng) if trick == 4 else with_diacritics(text, rng)
    return _shout_a_word(text, rng) if trick == 4 else text.replace(" ", "  ", 2)


def _shout_a_word(text: str, rng: Random) -> str:
    words = text.split(" ")
    chosen = rng.randrange(len(words))
    if not words[chosen].startswith("http"):
        words[chosen] = words[chosen].upper()
    return " ".join(words)


def _set_scene(tell: Teller) -> None:
    rng = tell.rng
    tell.word("place", tell.town())
    tell.word("spot", rng.choice(SPOTS))
    tell.word("district", rng.choice(DISTRICTS))
    tell.word("day", rng.choice(DAYS))
    count = rng.randint(21, 99)
    tell.fact("count", Word(str(count), str(count)), number_forms(count))
