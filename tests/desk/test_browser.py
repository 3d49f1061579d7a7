"""A real browser: the keyboard reaches everything, axe finds nothing, nothing scrolls sideways."""

from typing import Any

import pytest
from desk_world import PASSWORD, World
from django.conf import settings

from desk.accessible import axe_finds
from reskontra.kernel.texts import LANGUAGES, text

pytestmark = pytest.mark.browser


def tab_to(page: Any, selector: str, most: int = 30) -> None:
    """Press Tab until what ``selector`` names has focus, and see that its focus shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            assert width >= 2, f"the focus on {selector} does not show"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def sign_in(page: Any, username: str, language: str) -> None:
    page.goto("/sign-in")
    page.click(f'button[name=language][value="{language}"]')
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_selector(".areas")
    page.goto("/u/123/status")


def axe_finds_nothing(page: Any) -> None:
    assert axe_finds(page) == ""


def test_everything_can_be_done_by_keyboard(busy: World, page: Any) -> None:
    page.goto("/u/123/status")
    assert page.url.endswith("/sign-in?next=/u/123/status")
    assert page.evaluate("document.activeElement.id") == "username", "the first field has focus"
    page.keyboard.type("centre")
    tab_to(page, "#password")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#errors")
    assert page.evaluate("document.activeElement.id") == "errors", "the summary of errors takes focus"
    tab_to(page, "#errors a")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "username"
    assert page.input_value("#username") == "centre", "what was written is kept"
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#orders")
    assert page.url.endswith("/u/123/status")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip')"), "the first stop leads past the header"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"

    page.goto("/u/123/status")
    tab_to(page, ".units summary")
    page.keyboard.press("Enter")
    tab_to(page, '.units button[value="456"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/u/456/status")

    tab_to(page, 'button[name=language][value="fi"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('html[lang="fi"]')
    assert page.url.endswith("/u/456/status"), "the language never changes the address"

    tab_to(page, ".who button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    assert page.text_content("h1") == text("desk.sign_in.title", "fi")
    # The wrong password was answered by 422, which a browser mentions; nothing else may be amiss.
    assert [one for one in page.troubles if "422" not in one] == []


@pytest.mark.parametrize(("language", "scheme"), [("sv", "light"), ("fi", "dark")])
def test_axe_finds_nothing_on_any_page(
    busy: World, page: Any, language: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.emulate_media(color_scheme=scheme)
    monkeypatch.setattr(settings, "DEMO", True, raising=False)
    page.goto("/sign-in")
    page.click(f'button[name=language][value="{language}"]')
    page.wait_for_selector(f'html[lang="{language}"]')
    axe_finds_nothing(page)
    page.click("button.main")
    page.wait_for_selector("#errors")
    axe_finds_nothing(page)
    sign_in(page, "centre", language)
    axe_finds_nothing(page)
    page.click(".units summary")
    axe_finds_nothing(page)
    page.goto("/u/456/status")
    axe_finds_nothing(page)
    page.goto("/nowhere")
    axe_finds_nothing(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_at_320_pixels(busy: World, page: Any, language: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/sign-in")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    sign_in(page, "centre", language)
    page.click(".units summary")
    for width in (320, 480, 640, 768, 960, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        overflowing = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(one => one.scrollWidth > one.clientWidth + 1"
            " && getComputedStyle(one).display !== 'inline' && one.clientWidth > 1).map(one => one.outerHTML)"
        )
        assert overflowing == [], f"at {width} px"


def test_what_can_be_pressed_is_large_enough(busy: World, page: Any) -> None:
    """WCAG 2.5.8: 24 px at least; links in running text are exempt."""
    sign_in(page, "centre", "sv")
    page.click(".units summary")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        boxes = [
            one.bounding_box()
            for one in page.query_selector_all("button, summary, nav a, .brand, input:not([type=hidden])")
        ]
        assert len(boxes) >= 7
        assert all(box["width"] >= 24 and box["height"] >= 24 for box in boxes)


def test_forced_colours_keep_every_state_in_words(busy: World, page: Any) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    sign_in(page, "centre", "sv")
    axe_finds_nothing(page)
    assert text("desk.outbox.state.held", "sv") in page.inner_text("#outbox + table")
