"""One HTML file of what went wrong: the question, what was shown, what was right.

It needs nothing from elsewhere and runs no script. Texts take the direction of their own language;
headings stand in English and Arabic side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import NamedTuple

from siyaq.evals.figures import Scores
from siyaq.text.language import identify

MOST_OF_A_KIND = 300
"""How many failures of one kind are shown, spread evenly over all of them."""

RTL = frozenset({"ar", "fa", "he", "ur", "ps", "ckb"})

HEADINGS = {
    "title": ("What went wrong", "ما لم ينجح"),
    "figures": ("Figures, with bounds of 95 %", "الأرقام مع حدود 95 ٪"),
    "all": ("all", "الكل"),
    "wrong": ("Answered, and the answer is not in it", "أُجيب وليس فيه الجواب"),
    "refused": ("Refused, although a text answers", "لم يُجب مع أن نصًا يجيب"),
    "invented": ("Answered, although no text answers", "أُجيب ولا نص يجيب"),
    "unplanned": ("No plan was made", "لم توضع خطة"),
    "forbidden": ("Did what it must not do", "فعل ما لا يجوز له"),
    "unfinished": ("Did not come to its end", "لم يبلغ نهايته"),
    "unmet": ("Ended, and it is not as it should be", "انتهى وليس الأمر كما يجب"),
    "asked": ("Question", "السؤال"),
    "task": ("Task", "المهمة"),
    "amiss": ("Amiss", "الخلل"),
    "shown": ("Shown", "ما عُرض"),
    "right": ("Right", "الصواب"),
    "nothing": ("nothing", "لا شيء"),
    "short": ("Short answer", "الجواب القصير"),
    "none": ("None.", "لا يوجد."),
    "shown_of": ("shown of", "معروض من"),
}
KINDS = ("wrong", "refused", "invented")


class Failure(NamedTuple):
    """One question that went wrong."""

    kind: str
    id: str
    question: str
    lang: str
    shown: Sequence[str]
    short_answer: str | None
    reason: str | None
    right: Sequence[str]
    asked_as: str = "asked"  # headings of what was asked, and of what is right
    right_as: str = "right"


def gallery(
    name: str, scores: Scores, failures: Sequence[Failure], kinds: Sequence[str] = KINDS
) -> str:
    """Return the page of a set: its figures by language, then every kind of failure."""
    style = (files("siyaq.evals") / "gallery.css").read_text("utf-8")
    parts = "".join(_of_kind(kind, [one for one in failures if one.kind == kind]) for kind in kinds)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        f"<title>{escape(name)} · siyaq</title><style>{style}</style></head><body><main>"
        f"<h1><bdi>{escape(name)}</bdi> {_both('title')}</h1>"
        f"<h2>{_both('figures')}</h2>{_figures(scores)}{parts}</main></body></html>\n"
    )


def _figures(scores: Scores) -> str:
    names = [name for name, value in scores.metrics.items() if value is not None]
    head = "".join(f'<th scope="col"><code>{escape(name)}</code></th>' for name in names)
    rows = [_row(_both("all"), names, scores.metrics, scores.ci95)]
    rows += [
        _row(f"<code>{escape(lang)}</code>", names, metrics, scores.ci95_by_lang.get(lang, {}))
        for lang, metrics in scores.by_lang.items()
    ]
    return (
        f'<div class="wide"><table><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(
    head: str,
    names: Iterable[str],
    metrics: dict[str, float | None],
    bounds: dict[str, list[float]],
) -> str:
    cells = "".join(f"<td>{_cell(metrics.get(name), bounds.get(name))}</td>" for name in names)
    return f'<tr><th scope="row">{head}</th>{cells}</tr>'


def _cell(value: float | None, bounds: list[float] | None) -> str:
    if value is None:
        return "–"
    between = f"<small>{bounds[0]:.3f} – {bounds[1]:.3f}</small>" if bounds else ""
    return f"<b>{value:.3f}</b>{between}"


def _of_kind(kind: str, failures: Sequence[Failure]) -> str:
    count = len(failures)
    few = failures
    told = str(count)
    if count > MOST_OF_A_KIND:
        few = [failures[at * count // MOST_OF_A_KIND] for at in range(MOST_OF_A_KIND)]
        told = f"{MOST_OF_A_KIND} {HEADINGS['shown_of'][0]} {count}"
    body = "".join(_failure(one) for one in few) or f"<p>{_both('none')}</p>"
    return f'<section class="{kind}"><h2>{_both(kind)} <small>{told}</small></h2>{body}</section>'


def _failure(one: Failure) -> str:
    shown = "".join(_text("p", text) for text in one.shown)
    reason = f" <code>{escape(one.reason)}</code>" if one.reason else ""
    right = "".join(_text("p", text) for text in one.right)
    return (
        f"<article><header><code>{escape(one.id)}</code>{reason}</header><dl>"
        f"<dt>{_both(one.asked_as)}</dt><dd>{_text('p', one.question, one.lang)}</dd>"
        f"<dt>{_both('shown')}</dt><dd>{shown or _both('nothing')}</dd>"
        f"{''.join(_short(one))}"
        f"<dt>{_both(one.right_as)}</dt><dd>{right or _both('nothing')}</dd></dl></article>"
    )


def _short(one: Failure) -> Iterator[str]:
    if one.short_answer:
        yield f"<dt>{_both('short')}</dt><dd>{_text('p', one.short_answer)}</dd>"


def _text(tag: str, text: str, lang: str = "") -> str:
    """Return a text in an element that is told its language and direction."""
    spoken = lang or identify(text)
    direction = "rtl" if spoken in RTL else "ltr" if spoken else "auto"
    language = f' lang="{escape(spoken)}"' if spoken else ""
    return f'<{tag}{language} dir="{direction}">{escape(text)}</{tag}>'


def _both(key: str) -> str:
    english, arabic = HEADINGS[key]
    return (
        f'<span lang="en" dir="ltr">{escape(english)}</span>'
        f' <span lang="ar" dir="rtl">{escape(arabic)}</span>'
    )
