"""Small words that give a language away, for languages in Latin script and in Arabic script."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = """
a about after again all also always am an and any are as at back be because been before being best
better between big but by can can't come could day did didn't do does doesn't don't down even ever
every first for from get getting give go going good got great had has have having he he's her here
him his how i i'll i'm i've if in into is isn't it it's its just keep know last let let's life
like live look love make makes man many may me more most much must my need never new news next no
nobody not nothing now of off old on one only or other our out over own people please read really
right said same say says see she should show so some someone something stop still such take than
thank thanks that that's the their them then there these they they're thing things think this
those through time to today too tonight under until up us use very want was watch way we we're
week were what what's when where which while white who why will win with woman women won't work
world would year years yes you you're your yourself breaking video police black house state
president says school free check join help follow home night another against without during since
around might doing made found everyone everything anyone anything feel looking thought never stay
start story city call real wait tell
"""
ENGLISH_SHAPES: Final = (
    r"[a-z]{2,}(?:ing|'s|n't|'re|'ve|'ll|ghts?|ness|tions?|ly|ted|sh|th)|wh[a-z]+|th[aeiour][a-z]*"
)
"""What English words that are not in the list tend to look like."""
OTHERS: Final = {
    "de": """
der die das und ist nicht ich du er sie wir ihr ein eine einen einem einer den dem des mit auf für
von zu zum zur im am aus bei nach über unter vor wie was wer wo wenn weil dass auch noch nur schon
sich sind war wird werden hat haben kann mehr sehr aber oder als an um so doch mal jetzt heute
gegen durch kein keine mich mir dir uns euch mein dein sein diese dieser dieses gut neue immer
""",
    "fr": """
le la les un une des du de et est en que qui dans pour pas sur au aux avec ce cette ces il elle
ils elles nous vous je tu mon ma mes son sa ses leur plus ne se sont par mais ou où donc être a
été fait comme tout tous très bien on si y l'on c'est j'ai n'est d'une d'un qu'il sans après
contre aussi depuis
""",
    "es": """
el la los las un una unos unas de del y en que es no se por con para su sus al lo como más pero sí
si ya este esta esto estos ha han son fue ser está están muy todo todos también cuando donde quien
hay sin sobre entre hasta desde yo tú él ella nos les le mi mis tu tus qué porque hoy años
""",
    "pt": """
o a os as um uma de do da dos das e em no na nos nas que é não se por com para ao aos mais mas
como foi ser está são eu você ele ela isso isto muito já também quando tem seu sua pelo pela até
sem sobre entre depois nós minha meu hoje
""",
    "it": """
il lo la i gli le un una di del della dei delle e è in nel nella che non per con si da dal dalla
al alla sono ma come più anche ho ha hanno questo questa chi se mi ti ci suo sua tutto tutti oggi
quando molto perché essere stato
""",
    "nl": """
de het een en van in is dat op te zijn voor niet met aan die er maar om ook als bij naar dan wat
nog ik je hij ze we wij heeft hebben wordt worden door over uit deze dit geen meer wel zo al kan
mijn veel waar
""",
    "sv": """
och att det som är en på för av med till den inte jag har om ett men var du kan från så vi han hon
de där när eller ska här min mig
""",
    "tr": """
ve bir bu da de için ile çok ne var yok ben sen o biz siz ama gibi daha kadar olan olarak mi mı
değil en her şey ki
""",
    "id": """
yang dan di ke dari ini itu untuk dengan tidak ada akan pada saya aku kamu kami kita mereka juga
sudah bisa karena atau oleh lebih orang dalam adalah
""",
    "pl": """
i w na z do nie się to jest że o jak po co za ale od dla przez czy tak już tylko są był była ten
ta te jego jej być
""",
}
PERSIAN: Final = """
که این است را از با می برای های شد شده کرد کرده آن تا یک خود شما اند بود باید نیست اگر چه هر نمی
دارد ای رو چرا خیلی اين مي براي هاي است، نيست تهران ایران شود کنند کند
"""
URDU: Final = "کے ہے میں کی کا اور سے کو نے پر ہیں یہ وہ نہیں کر بھی تھا ہو ہی"
ARABIC: Final = """
في من على إلى الى هذا هذه التي الذي أن ان لا ما كان عن مع هو هي كل بعد قد لم لن يا الله أو ثم عليه
"""
