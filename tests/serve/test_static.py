import re
from pathlib import Path

import httpx2
import pytest

import siyaq.serve

pytestmark = pytest.mark.anyio

STATIC = Path(siyaq.serve.__file__).parent / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
MARKUP_SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML|srcdoc"
    r"|createContextualFragment|\beval\(|new Function|setAttribute\(\s*[\"']on"
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_turns_text_into_markup(script: Path) -> None:
    assert not MARKUP_SINKS.search(script.read_text("utf-8"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_stay_small(script: Path) -> None:
    most = 460 if script.name == "siyaq.js" else 260  # the component is one file by promise
    assert len(script.read_text("utf-8").splitlines()) <= most


@pytest.mark.parametrize("name", ["index.html", "plan.html", "agents.html"])
def test_the_pages_have_no_inline_script_or_style(name: str) -> None:
    html = (STATIC / name).read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    assert not re.search(r"https?://", html)


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_sheets_are_the_same_for_both_directions(sheet: Path) -> None:
    physical = re.compile(
        r"(margin|padding|border|inset)-(left|right)|[;{]\s*(left|right)\s*:"
        r"|text-align:\s*(left|right)|float:"
    )
    assert not physical.search(sheet.read_text("utf-8"))
    assert "@import" not in sheet.read_text("utf-8")
    assert "url(" not in sheet.read_text("utf-8")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/siyaq.js", "text/javascript; charset=utf-8"),
        ("/static/page.js", "text/javascript; charset=utf-8"),
        ("/static/siyaq.css", "text/css; charset=utf-8"),
        ("/static/strings/ar.json", "application/json"),
        ("/static/icon.svg", "image/svg+xml"),
    ],
)
async def test_files_come_with_their_type_and_are_not_sent_twice(
    client: httpx2.AsyncClient, path: str, media_type: str
) -> None:
    first = await client.get(path)
    assert first.status_code == 200
    assert first.headers["content-type"] == media_type
    again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/../app.py", "/static/%2e%2e/app.py", "/static/strings/", "/x.py"],
)
async def test_nothing_else_can_be_had(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
