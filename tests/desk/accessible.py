"""What axe finds on a page, by WCAG 2.2 A and AA and by good practice."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# What passed is told by its rule only: to describe every element of a long list takes longer than to look at it.
_OPTIONS = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}
_WITHOUT_COLOURS = {**_OPTIONS, "rules": {"color-contrast": {"enabled": False}}}


def axe_finds(page: Any, *, colours: bool = True) -> str:
    """The violations on ``page`` in words, none when all is well; fails when axe looked at next to nothing.

    Without ``colours`` contrast is not measured: a page has the same colours in each of its languages.
    """
    results = Axe().run(page, options=_OPTIONS if colours else _WITHOUT_COLOURS)
    assert len(results.response["passes"]) > 10, "axe looked at the page"
    return str(results.generate_report()) if results.violations_count else ""
