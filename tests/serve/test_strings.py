"""Both languages say everything: every code, every reason, every key that the page uses."""

import re
from pathlib import Path
from typing import get_args

import pytest

import siyaq.serve
from siyaq.context.unknown import Unknown
from siyaq.core.answer import AnswerStatus, Reason, Stance
from siyaq.core.clock import PlacedBy
from siyaq.serve.strings import LANGUAGES, catalog, preferred
from siyaq.watches import Change

from .test_errors import error_classes

STATIC = Path(siyaq.serve.__file__).parent / "static"
SOURCES = [*STATIC.glob("*.js"), *STATIC.glob("*.html")]
ARABIC = re.compile(r"[\u0621-\u064a]")
SAME_IN_BOTH = {"number", "cite.marker", "tools.language"}
PLURALS = {"en": {"one", "other"}, "ar": {"zero", "one", "two", "few", "many", "other"}}

KEY = r"[a-z]+(?:\.[a-z_]+)+|skip|number"
CALLS = r"(?:\bt: |\blabel: |\bt\(|retell\([^,]+, |#say\(|#tell\(|section\(|\bbutton\(|\bfield\()"
LITERAL = re.compile(rf'{CALLS}"({KEY})"')
MARKED = re.compile(rf'data-t(?:-label|-placeholder)?="({KEY})"')
CHOSEN = re.compile(rf'[?:] "({KEY})"')
TOLD = re.compile(r"""told\(\s*\w+, ["']([a-z_.]+)["']""")
MADE = re.compile(r"`([a-z.]+)\.\$\{")


def used_keys() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in SOURCES if path.name != "siyaq.js")
    return {key for pattern in (LITERAL, MARKED, CHOSEN) for key in pattern.findall(text)}


def told_keys() -> set[str]:
    """Return the keys that messages, terminals and pages without scripts are told in."""
    rooms = (STATIC.parent, STATIC.parent.with_name("cli"))
    files = [path for room in rooms for path in room.rglob("*.py")]
    return {key for path in files for key in TOLD.findall(path.read_text("utf-8"))}


def made_prefixes() -> set[str]:
    return {prefix for path in SOURCES for prefix in MADE.findall(path.read_text("utf-8"))}


def texts(language: str) -> dict[str, list[str]]:
    return {
        key: [text] if isinstance(text, str) else list(text.values())
        for key, text in catalog(language).items()
    }


def test_both_languages_have_the_same_keys() -> None:
    assert catalog("en").keys() == catalog("ar").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    for key, forms in texts(language).items():
        assert all(form.strip() for form in forms), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_counts_has_every_form_of_its_language(language: str) -> None:
    for key, text in catalog(language).items():
        if not isinstance(text, str):
            assert text.keys() == PLURALS[language], key


def test_arabic_is_in_arabic_and_english_in_english() -> None:
    for key, forms in texts("ar").items():
        if key not in SAME_IN_BOTH:
            assert all(ARABIC.search(form) for form in forms), key
    for key, forms in texts("en").items():
        if key not in SAME_IN_BOTH:
            assert not any(ARABIC.search(form) for form in forms), key


def test_both_languages_fill_in_the_same_things() -> None:
    def named(language: str) -> dict[str, set[str]]:
        return {
            key: {name for form in forms for name in re.findall(r"\{(\w+)\}", form)} - {"n"}
            for key, forms in texts(language).items()
        }

    assert named("en") == named("ar")


@pytest.mark.parametrize(
    "key",
    [f"problem.{kind.code}" for kind in error_classes()]
    + [f"reason.{reason}" for reason in Reason]
    + [f"answer.{status}" for status in AnswerStatus]
    + [f"clock.{clock}" for clock in PlacedBy]
    + [f"answer.step.{step}" for step in ("searching", "reading", "checking")]
    + [f"sameness.{sameness}" for sameness in ("exact", "normalized", "near")]
    + [f"confidence.{level}" for level in ("high", "medium", "low")]
    + [f"relation.{relation}" for relation in ("ancestor", "self", "reply", "quote")]
    + [f"media.{kind}" for kind in ("image", "video", "audio", "link")]
    + [f"state.{state}" for state in ("connecting", "live", "offline")]
    + [f"gap.{reason}" for reason in ("cursor_too_old", "disconnected", "upstream")]
    + [f"stance.{stance}" for stance in Stance]
    + [f"stance.asked.{stance}" for stance in Stance]
    + [f"unknown.{code}" for code in Unknown]
    + [f"change.{change}" for change in get_args(Change)]
    + ["card.not_needed", "card.abstained", "problem.offline", "unknown.other"],
)
def test_every_code_can_be_told(key: str) -> None:
    assert key in catalog("en")


def test_every_key_the_page_uses_exists() -> None:
    used = used_keys() | told_keys()
    assert len(used) > 60  # the patterns really find them
    assert used <= catalog("en").keys()
    for prefix in made_prefixes():
        assert any(key.startswith(f"{prefix}.") for key in catalog("en")), prefix


def test_no_text_is_left_that_nothing_uses() -> None:
    made = made_prefixes()
    server_side = {f"problem.{kind.code}" for kind in error_classes()} | told_keys()
    server_side |= {f"change.{change}" for change in get_args(Change)}
    unused = {
        key
        for key in catalog("en").keys() - used_keys() - server_side
        if not any(key.startswith(f"{prefix}.") for prefix in made)
    }
    unused -= {f"{key}_of" for key in used_keys()}
    assert unused == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [("ar", "ar"), ("ar-SA,en", "ar"), ("fr,ar;q=0.3", "ar"), ("de", "en"), ("", "en")],
)
def test_the_first_language_we_speak_is_taken(header: str, language: str) -> None:
    assert preferred(header) == language
