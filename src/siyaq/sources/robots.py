"""robots.txt, as RFC 9309 has it: which pages of a host a crawler may ask for.

Own code, because patterns come from strangers: those that libraries turn into regular expressions
can be made to run for ever, and Python's own parser knows neither wildcards nor the longest match.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

AGENT = "siyaq"
"""The name by which a robots.txt may speak to us."""

READ_BYTES = 512 * 1024
_RULES = 5_000
_PATTERN_CHARS = 2_000
_DELAY_SECONDS_AT_MOST = 60.0
_SAFE = "/?&=+,;:@!$'()*~-._"


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host asks of us: (pattern, allowed) pairs, and seconds between requests."""

    paths: tuple[tuple[str, bool], ...] = ()
    delay_seconds: float = 0.0

    def allows(self, url: str) -> bool:
        """Say whether a page may be asked for: the longest pattern decides, allowing on a tie."""
        parts = urlsplit(url)
        path = _normal(parts.path or "/") + (f"?{_normal(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        found = [
            (len(pattern), allowed) for pattern, allowed in self.paths if matches(pattern, path)
        ]
        return max(found, default=(0, True))[1]


ALL = Rules()
NOTHING = Rules(paths=(("/", False),))


def read_robots(document: bytes) -> Rules:
    """Return the rules for AGENT, else those for everybody. Never refuses a document."""
    named: list[tuple[str, str]] = []
    general: list[tuple[str, str]] = []
    spoken_to = False
    agents: list[str] = []
    begun = False  # rules of the group at hand have been seen
    for field, value in _lines(document[:READ_BYTES]):
        if field == "user-agent":
            agents, begun = ([] if begun else agents), False
            agents.append(value.partition("/")[0].strip().lower())
            spoken_to = spoken_to or AGENT in agents
            continue
        begun = True
        if AGENT in agents:
            named.append((field, value))
        elif "*" in agents:
            general.append((field, value))
    return _rules(named if spoken_to else general)


def matches(pattern: str, path: str) -> bool:
    """Say whether a path begins with a pattern; `*` is anything, `$` at the end is the end.

    The pieces between stars are looked for one after the other, so time grows with the product
    of both lengths and no faster.
    """
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(path)
    last = rest.pop()
    for piece in rest:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    if anchored:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0


def _lines(document: bytes) -> Iterator[tuple[str, str]]:
    text = document.decode("utf-8-sig", errors="replace")
    for line in text.splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield field.strip().lower(), value.strip()


def _rules(lines: list[tuple[str, str]]) -> Rules:
    paths: list[tuple[str, bool]] = []
    delay_seconds = 0.0
    for field, value in lines:
        if field in ("allow", "disallow") and value[:1] in ("/", "*") and len(paths) < _RULES:
            paths.append((_normal(value[:_PATTERN_CHARS]), field == "allow"))
        elif field == "crawl-delay" and value.replace(".", "", 1).isdecimal() and len(value) < 9:
            delay_seconds = min(float(value), _DELAY_SECONDS_AT_MOST)
    return Rules(tuple(paths), delay_seconds)


def _normal(path: str) -> str:
    """Write one spelling of an address: what may stand plainly does, the rest is escaped."""
    return quote(unquote(path, errors="replace"), safe=_SAFE)
