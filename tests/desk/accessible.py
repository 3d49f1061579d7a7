"""What is wrong with a page for somebody: by axe (WCAG 2.2 A and AA, good practice), by its width, by sizes."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from reskontra.kernel.texts import LANGUAGES
from reskontra.registers.models import Person

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# What passed is told by its rule only: to describe every element of a long list takes longer than to look at it.
_OPTIONS = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
# axe is on the page already.
_FAINT = """options => axe.run(document, options)
.then((seen) => seen.violations.flatMap((one) => one.nodes.map((node) => node.html + ' ' + node.failureSummary)))"""
_WIDTHS = (320, 800, 1280)
_PICTURES = os.environ.get("DESK_PICTURES", "")  # a folder for pictures of the pages, to look at
_WIDEST = """width => [...document.querySelectorAll('body *')]
.filter((one) => one.getBoundingClientRect().right > width + 1).slice(0, 4)
.map((one) => one.tagName + '.' + one.className + ': ' + one.textContent.trim().slice(0, 40))"""
# WCAG 2.5.8: 24 px at least; links in running text are exempt.
_SMALL = """[...document.querySelectorAll('button, summary, nav a, tbody th a, label.confirm, .options label, .links a,'
 + ' .downloads a, input:not([type=hidden]):not([type=radio]):not([type=checkbox])')]
.filter((one) => one.offsetParent).filter((one) => one.getBoundingClientRect().height < 24
 || one.getBoundingClientRect().width < 24 && one.tagName !== 'A').slice(0, 4).map((one) => one.outerHTML)"""
_OPENED = "document.querySelectorAll('details.act').forEach((one) => { one.open = true; })"


def axe_finds(page: Any) -> str:
    """The violations on ``page`` in words, none when all is well; fails when axe looked at next to nothing."""
    results = Axe().run(page, options=_OPTIONS)
    assert len(results.response["passes"]) > 10, "axe looked at the page"
    return str(results.generate_report()) if results.violations_count else ""


def troubles(sits_down: Any, visits: Iterable[tuple[str, str]]) -> list[str]:
    """What is wrong with pages, as people read them: ``visits`` are a person of the cast and an address.

    Each is opened in every language, with all that can be folded out, narrow and wide. A page is built alike in all
    of its languages: axe looks at it in the first, in light, and once more at its colours in the dark.
    """
    found: list[str] = []
    page = None
    seated = ""
    for who, address in visits:
        page = page if who == seated else sits_down(who)
        seated = who
        for language in LANGUAGES:
            Person.objects.filter(username=who).update(language=language)
            page.emulate_media(color_scheme="light")
            assert page.goto(address).status == 200, address
            assert page.evaluate("document.documentElement.lang") == language
            page.evaluate(_OPENED)
            looks = [*_wide(page, f"{address}-{language}")]
            if language == LANGUAGES[0]:
                looks += _seen(page)
            found += [f"{address} for {who} in {language}: {one}" for one in looks]
    assert page is not None, "there was nowhere to go"
    return found + list(page.troubles)


def _wide(page: Any, name: str) -> Iterator[str]:
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth") != width:
            yield f"scrolls sideways at {width}: {page.evaluate(_WIDEST, width)}"
        if _PICTURES and width != 800:
            picture = f"{name.strip('/').replace('/', '_')}-{width}.png"
            page.screenshot(path=Path(_PICTURES) / picture, full_page=True)


def _seen(page: Any) -> Iterator[str]:
    if small := page.evaluate(_SMALL):
        yield f"too small to press: {small}"
    if violations := axe_finds(page):
        yield violations
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no colour half way to another
    if faint := page.evaluate(_FAINT, _COLOURS):
        yield f"in the dark: {faint}"
