"""Words too common to tell one post from another, in Arabic, English and Russian.

Negations and numbers are left out on purpose: they change what a post says.
"""

from __future__ import annotations

from typing import Final

ARABIC: Final = """
في من إلى على عن مع هذا هذه ذلك تلك هؤلاء أولئك الذي التي الذين اللذان اللتان اللواتي ما ماذا متى
أين كيف هل كم لماذا من هو هي هم هما نحن أنا أنت أنتم كان كانت كانوا يكون تكون يكن قد لقد إن أن أنه
أنها إنه إنها إنهم أنهم لأن لكن ولكن أو أم ثم حتى إذا إذ لو كل بعض أي أية عند عندما بين بعد قبل
حين حيث منذ خلال كما مثل فقط أيضا به بها بهم له لها لهم فيه فيها فيهم منه منها منهم عليه عليها
عليهم عنه عنها إليه إليها معه معها لديه لدى هناك هنا الآن كذلك بل أما إما مما عما فيما بما كلما يا
و ف ب ك ل ضد نحو حول تم سوف وهو وهي وقد وفي ومن وما هذين فإن وإن وأن بأن كأن ذات ذو التى الى اللي
"""
ENGLISH: Final = """
a an and are as at be been being but by can could did do does doing for from had has have having
he her hers him his how i if in into is it its itself just may me might more most must my of on or
our ours out over own s same shall she should so some such than that the their theirs them then
there these they this those through to too under until up very was we were what when where which
while who whom whose why will with would you your yours also am about after before because between
during here once only other any all both each few again further im ive id youre its thats
"""
RUSSIAN: Final = """
и в во на с со к ко по о об от до из за для при про у а но да или же ли бы как что чтобы это этот
эта эти тот та те то он она оно они мы вы я ты его ее её их им ему ей нам вам мне меня тебя себя
нас вас мой моя мое мои твой свой свои наш ваш кто где когда куда почему так такой там тут здесь
уже еще ещё только тоже также был была было были быть есть будет если потому после перед между
через под над ну вот все всё всех который которая которые которого чем
"""
