"""Units of measure and currencies, in English and Arabic, as `fold` leaves them."""

from __future__ import annotations

from typing import Final

_UNITS: Final = """
second: second seconds sec ثانيه ثوان ثواني
minute: minute minutes min mins دقيقه دقايق
hour: hour hours hr hrs ساعه ساعات
day: day days يوم ايام يوما
week: week weeks اسبوع اسابيع اسبوعا
month: month months شهر اشهر شهور شهرا
year: year years yr yrs سنه سنوات سنين عام اعوام عاما
decade: decade decades عقد عقود
century: century centuries قرن قرون
millimeter: mm millimeter millimeters millimetre millimetres ملم مليمتر ميليمتر
centimeter: cm centimeter centimeters centimetre centimetres سم سنتيمتر سنتيمترا سنتمتر
meter: m meter meters metre metres متر امتار مترا
kilometer: km kms kilometer kilometers kilometre kilometres كيلومتر كيلومترات كيلومترا كلم كم
mile: mile miles ميل اميال ميلا
foot: foot feet ft قدم اقدام قدما
inch: inch inches بوصه بوصات انش
gram: g gram grams غرام غرامات غراما جرام جرامات
kilogram: kg kgs kilo kilos kilogram kilograms كيلو كيلوغرام كيلوغراما كيلوجرام كغ كجم
ton: ton tons tonne tonnes طن اطنان طنا
ounce: ounce ounces oz اونصه اوقيه
liter: liter liters litre litres لتر لترات لترا ليتر
barrel: barrel barrels bpd برميل براميل برميلا
gallon: gallon gallons غالون
watt: watt watts واط
kilowatt: kw kilowatt kilowatts كيلوواط
megawatt: mw megawatt megawatts ميغاواط ميجاواط ميغاوات
percent: % percent pct percentage بالميه بالمايه بالمئه
degree: degree degrees درجه درجات
dollar: $ dollar dollars usd دولار دولارات دولارا
euro: € euro euros eur يورو
pound: £ pound pounds gbp جنيه جنيهات جنيها رطل ارطال
yen: ¥ yen ين
dinar: dinar dinars دينار دنانير دينارا
dirham: dirham dirhams aed درهم دراهم درهما
riyal: riyal riyals rial rials sar ريال ريالات ريالا
lira: lira liras lire ليره ليرات
crown: crown crowns krona kronor krone kroner كرونه كرونات
yuan: yuan يوان
rupee: rupee rupees روبيه روبيات
ruble: ruble rubles rouble roubles روبل
shekel: shekel shekels شيكل شيكلات
franc: franc francs فرنك فرنكات
"""

UNITS: Final = {
    form: name
    for name, _, forms in (line.partition(":") for line in _UNITS.strip().splitlines())
    for form in forms.split()
}
"""Each form to the unit's name."""


def _duals() -> dict[str, str]:
    """Return the Arabic forms that say two of a unit in one word: ساعتان, أسبوعين."""
    found: dict[str, str] = {}
    for form, name in UNITS.items():
        if form.isascii() or len(form) < 3:
            continue
        stem = form[:-1] + "ت" if form.endswith("ه") else form
        found.update({stem + ending: name for ending in ("ان", "ين")})
    return {form: name for form, name in found.items() if form not in UNITS}


DUALS: Final = _duals()
