"""Countries and their adjectives, in English and Arabic, as `fold` leaves them."""

from __future__ import annotations

from typing import Final

_FORMS: Final = """
afghanistan: afghanistan afghan افغانستان افغاني افغانيه
algeria: algeria algerian الجزاير جزاير جزايري جزايريه
argentina: argentina argentine argentinian الارجنتين ارجنتين ارجنتيني ارجنتينيه
armenia: armenia armenian ارمينيا ارميني ارمينيه
australia: australia australian استراليا استرالي استراليه
austria: austria austrian النمسا نمسا نمساوي نمساويه
bahrain: bahrain bahraini البحرين بحرين بحريني بحرينيه
bangladesh: bangladesh bangladeshi بنغلاديش بنغالي
belgium: belgium belgian بلجيكا بلجيكي بلجيكيه
brazil: brazil brazilian البرازيل برازيل برازيلي برازيليه
britain: britain british uk بريطانيا بريطاني بريطانيه
bulgaria: bulgaria bulgarian بلغاريا بلغاري بلغاريه
canada: canada canadian كندا كندي كنديه
china: china chinese الصين صين صيني صينيه
colombia: colombia colombian كولومبيا كولومبي
cuba: cuba cuban كوبا كوبي كوبيه
denmark: denmark danish الدنمارك دنمارك دنماركي دنماركيه
egypt: egypt egyptian مصر مصري مصريه
ethiopia: ethiopia ethiopian اثيوبيا اثيوبي اثيوبيه
finland: finland finnish فنلندا فنلندي
france: france french فرنسا فرنسي فرنسيه
germany: germany german المانيا الماني المانيه
greece: greece greek اليونان يونان يوناني يونانيه
hungary: hungary hungarian المجر هنغاريا مجري
india: india indian الهند هند هندي هنديه
indonesia: indonesia indonesian اندونيسيا اندونيسي
iran: iran iranian ايران ايراني ايرانيه
iraq: iraq iraqi العراق عراق عراقي عراقيه
ireland: ireland irish ايرلندا ايرلندي
israel: israel israeli اسراييل اسراييلي اسراييليه
italy: italy italian ايطاليا ايطالي ايطاليه
japan: japan japanese اليابان يابان ياباني يابانيه
jordan: jordan jordanian الاردن اردن اردني اردنيه
kenya: kenya kenyan كينيا كيني كينيه
kuwait: kuwait kuwaiti الكويت كويت كويتي كويتيه
lebanon: lebanon lebanese لبنان لبناني لبنانيه
libya: libya libyan ليبيا ليبي ليبيه
malaysia: malaysia malaysian ماليزيا ماليزي ماليزيه
mauritania: mauritania mauritanian موريتانيا موريتاني
mexico: mexico mexican المكسيك مكسيك مكسيكي مكسيكيه
morocco: morocco moroccan المغرب مغرب مغربي مغربيه
myanmar: myanmar burmese ميانمار بورما
netherlands: netherlands dutch هولندا هولندي هولنديه
nigeria: nigeria nigerian نيجيريا نيجيري نيجيريه
norway: norway norwegian النرويج نرويج نرويجي
oman: oman omani عمان عماني عمانيه
pakistan: pakistan pakistani باكستان باكستاني باكستانيه
palestine: palestine palestinian فلسطين فلسطيني فلسطينيه
philippines: philippines filipino الفلبين فلبين فلبيني
poland: poland polish بولندا بولندي بولنديه
portugal: portugal portuguese البرتغال برتغال برتغالي
qatar: qatar qatari قطر قطري قطريه
romania: romania romanian رومانيا روماني
russia: russia russian روسيا روسي روسيه
saudi: saudi السعوديه سعوديه سعودي
serbia: serbia serbian صربيا صربي صربيه
somalia: somalia somali الصومال صومال صومالي صوماليه
spain: spain spanish اسبانيا اسباني اسبانيه
sudan: sudan sudanese السودان سودان سوداني سودانيه
sweden: sweden swedish السويد سويد سويدي سويديه
switzerland: switzerland swiss سويسرا سويسري سويسريه
syria: syria syrian سوريا سوريه سوري
taiwan: taiwan taiwanese تايوان تايواني
thailand: thailand thai تايلاند تايلاندي
tunisia: tunisia tunisian تونس تونسي تونسيه
turkey: turkish turkiye تركيا تركي تركيه
uae: uae emirati emirates الامارات امارات اماراتي اماراتيه
ukraine: ukraine ukrainian اوكرانيا اوكراني اوكرانيه
usa: usa american america امريكا امريكي امريكيه اميركا اميركي اميركيه
venezuela: venezuela venezuelan فنزويلا فنزويلي
vietnam: vietnam vietnamese فيتنام فيتنامي
yemen: yemen yemeni اليمن يمن يمني يمنيه
"""

COUNTRIES: Final = {
    form: name
    for name, _, forms in (line.partition(":") for line in _FORMS.strip().splitlines())
    for form in forms.split()
}
"""Each form to the country's name."""
