"""What axe-core finds on a page."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

_SCRIPT = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def serious(page: Page) -> list[str]:
    """Return "rule: element" of every serious or critical issue, shadow trees included."""
    page.evaluate(_SCRIPT)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{issue['id']}: {node['html'][:200]}"
        for issue in found
        if issue["impact"] in ("serious", "critical")
        for node in issue["nodes"]
    ]
