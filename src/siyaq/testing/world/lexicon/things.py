"""Invented teams, firms, products and newspapers, and the everyday things people talk about."""

from __future__ import annotations

from siyaq.testing.world.words import Word

MASCOTS: tuple[Word, ...] = (
    Word("Falcons", "صقور"),
    Word("Lanterns", "فوانيس"),
    Word("Waves", "أمواج"),
    Word("Cedars", "أرز"),
    Word("Storks", "لقالق"),
    Word("Anchors", "مراسي"),
    Word("Comets", "مذنّبات"),
    Word("Beavers", "قنادس"),
    Word("Thistles", "أشواك"),
    Word("Herons", "بلاشين"),
)

BRANDS: tuple[Word, ...] = (
    Word("Nawrasin", "نورسين"),
    Word("Lumentari", "لومنتاري"),
    Word("Qindeel Works", "ورش قنديل"),
    Word("Ostravane", "أوسترافين"),
    Word("Zephandra", "زيفاندرا"),
    Word("Barqoun", "برقون"),
    Word("Tidewright", "تايدرايت"),
    Word("Sahilune", "ساحلون"),
    Word("Pellucida", "بيلوسيدا"),
    Word("Dawnforge", "دونفورج"),
)

MODELS: tuple[Word, ...] = (
    Word("Nasma", "نسمة"),
    Word("Pebblina", "بيبلينا"),
    Word("Rimal", "رمال"),
    Word("Alderon", "ألديرون"),
    Word("Shuala", "شعلة"),
    Word("Fenwing", "فينوينغ"),
    Word("Hawra", "حورا"),
    Word("Quillmark", "كويلمارك"),
    Word("Zahrun", "زهرون"),
    Word("Tamarisk", "طرفاء"),
    Word("Sadafa", "صدفة"),
    Word("Overlune", "أوفرلون"),
)


GADGETS: tuple[Word, ...] = (  # masculine in Arabic, as the lines about them need
    Word("phone", "هاتف"),
    Word("e-reader", "قارئ إلكتروني"),
    Word("tablet", "جهاز لوحي"),
    Word("laptop", "حاسوب محمول"),
    Word("game console", "جهاز ألعاب"),
    Word("music player", "مشغل موسيقى"),
    Word("bike computer", "عداد دراجات"),
)

COLORS: tuple[Word, ...] = (
    Word("sage green", "الأخضر الفاتح"),
    Word("copper", "النحاسي"),
    Word("midnight blue", "الأزرق الداكن"),
    Word("sand", "الرملي"),
    Word("charcoal", "الفحمي"),
    Word("pearl", "اللؤلؤي"),
    Word("brick red", "الأحمر القرميدي"),
)

PAPERS_EN: tuple[str, ...] = (
    "The Tidewater Lantern", "The Quayside Almanac", "The Hollow Valley Courier",
    "The Copperfield Ledgerman", "The Seven Bridges Dispatch",
)  # fmt: skip
PAPERS_AR: tuple[str, ...] = (
    "صحيفة مرآة الوادي", "صحيفة قنديل الميناء", "صحيفة صدى الجسور السبعة",
    "صحيفة دفتر المدينة", "صحيفة نوافذ الصباح",
)  # fmt: skip

FOODS: tuple[Word, ...] = (
    Word("lentil soup", "شوربة العدس"),
    Word("stuffed vine leaves", "ورق العنب"),
    Word("apple cake", "كعكة التفاح"),
    Word("grilled fish", "السمك المشوي"),
    Word("spinach pie", "فطيرة السبانخ"),
    Word("rice pudding", "الأرز بالحليب"),
    Word("chickpea stew", "يخنة الحمص"),
    Word("date biscuits", "معمول التمر"),
    Word("mushroom omelet", "عجة الفطر"),
    Word("okra with tomatoes", "البامية بالطماطم"),
    Word("pumpkin soup", "شوربة اليقطين"),
    Word("cheese flatbread", "مناقيش الجبن"),
    Word("fig jam", "مربى التين"),
    Word("roast potatoes", "البطاطا المشوية"),
    Word("cardamom coffee", "القهوة بالهيل"),
    Word("mint tea", "الشاي بالنعناع"),
    Word("lemon tart", "تارت الليمون"),
    Word("bulgur salad", "سلطة البرغل"),
)

PETS: tuple[Word, ...] = (
    Word("cat", "القطة"),
    Word("rabbit", "الأرنب"),
    Word("parrot", "الببغاء"),
    Word("goat", "العنزة"),
    Word("puppy", "الجرو"),
    Word("tortoise", "السلحفاة"),
    Word("canary", "الكناري"),
)

HOBBIES: tuple[Word, ...] = (
    Word("pottery", "الفخار"),
    Word("chess", "الشطرنج"),
    Word("calligraphy", "الخط"),
    Word("bird watching", "مراقبة الطيور"),
    Word("knitting", "الحياكة"),
    Word("cycling", "ركوب الدراجات"),
    Word("oud lessons", "دروس العود"),
    Word("beekeeping", "تربية النحل"),
    Word("model trains", "القطارات المصغرة"),
    Word("star gazing", "رصد النجوم"),
    Word("swimming", "السباحة"),
    Word("bookbinding", "تجليد الكتب"),
)

DAYS: tuple[Word, ...] = (
    Word("Saturday", "السبت"),
    Word("Sunday", "الأحد"),
    Word("Monday", "الاثنين"),
    Word("Tuesday", "الثلاثاء"),
    Word("Wednesday", "الأربعاء"),
    Word("Thursday", "الخميس"),
    Word("Friday", "الجمعة"),
)

MONTHS: tuple[Word, ...] = (
    Word("January", "يناير"),
    Word("February", "فبراير"),
    Word("March", "مارس"),
    Word("April", "أبريل"),
    Word("May", "مايو"),
    Word("June", "يونيو"),
    Word("July", "يوليو"),
    Word("August", "أغسطس"),
    Word("September", "سبتمبر"),
    Word("October", "أكتوبر"),
    Word("November", "نوفمبر"),
    Word("December", "ديسمبر"),
)
