"""Numbers written as words, in English and Arabic, as `fold` leaves them."""

from __future__ import annotations

from typing import Final


def _values(text: str) -> dict[str, int]:
    lines = (line.partition(":") for line in text.strip().splitlines())
    return {word: int(value) for value, _, words in lines for word in words.split()}


SMALL: Final = _values("""
0: zero صفر
1: one واحد واحده
2: two اثنان اثنين اثنتان اثنتين
3: three ثلاثه ثلاث
4: four اربعه اربع
5: five خمسه خمس
6: six سته ست
7: seven سبعه سبع
8: eight ثمانيه ثماني ثمان
9: nine تسعه تسع
10: ten عشره عشر
11: eleven
12: twelve dozen
13: thirteen
14: fourteen
15: fifteen
16: sixteen
17: seventeen
18: eighteen
19: nineteen
20: twenty عشرون عشرين
30: thirty ثلاثون ثلاثين
40: forty اربعون اربعين
50: fifty خمسون خمسين
60: sixty ستون ستين
70: seventy سبعون سبعين
80: eighty ثمانون ثمانين
90: ninety تسعون تسعين
100: مئه ميه مايه
200: مئتان مئتين ميتان ميتين مايتان مايتين
300: ثلاثميه ثلاثمايه
400: اربعميه اربعمايه
500: خمسميه خمسمايه
600: ستميه ستمايه
700: سبعميه سبعمايه
800: ثمانميه ثمانمايه ثمانيميه
900: تسعميه تسعمايه
2000: الفان الفين
2000000: مليونان مليونين
2000000000: ملياران مليارين
""")
"""Words that are added to one another."""

SCALES: Final = _values("""
100: hundred hundreds
1000: thousand thousands الف الاف الفا
1000000: million millions mn مليون ملايين مليونا
1000000000: billion billions bn مليار مليارات مليارا بليون
1000000000000: trillion trillions تريليون
""")
"""Words that multiply what stands before them."""

ARABIC_HUNDREDS: Final = frozenset(("مئه", "ميه", "مايه"))
"""One hundred alone; after a smaller number it multiplies it."""
