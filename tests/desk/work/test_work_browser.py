"""A real browser where people work: the keyboard does it all, axe finds nothing, nothing scrolls sideways."""

from collections.abc import Callable
from typing import Any

import pytest

from cast import DAY, inside, run
from desk.accessible import troubles
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.insight.orders import order_state
from reskontra.kernel.texts import text
from reskontra.runs.models import Run
from reskontra.runs.run import plan
from reskontra.sales.models import Invoice

pytestmark = pytest.mark.browser

SitsDown = Callable[[str], Any]


def tab_to(page: Any, selector: str, most: int = 60) -> None:
    """Press Tab until what ``selector`` names has focus, and see that its focus shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            assert width >= 2, f"the focus on {selector} does not show"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def press(page: Any, selector: str, key: str = "Enter") -> None:
    """Tab to ``selector`` and press it; wait for the page that follows."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press(key)


def addresses(desk: Any) -> list[str]:
    """Every page of the desk where people work, with something on it."""
    run(InvoicingRun(), desk.unit, DAY)
    run(DeliveryRun(), desk.unit, DAY)
    with inside(desk.unit) as acting:
        planned = plan(InvoicingRun(), acting, DAY).run
    with inside(desk.unit):
        done = Run.objects.get(unit=desk.unit, name="invoicing", state="applied")
    return [
        "", "orders?state=review", "orders?state=all", "orders?q=zzz", f"orders/{desk.number('dear')}",
        f"orders/{desk.number('course')}", f"orders/{desk.number('bare')}", "orders?state=withdrawn", "invoices",
        "invoices/1", "runs", f"runs/{planned.pk}", f"runs/{planned.pk}/decided/NOT_READY", f"runs/{done.pk}", "status",
    ]  # fmt: skip


def test_an_order_is_reviewed_and_approved_by_keyboard(desk: Any, sits_down: SitsDown) -> None:
    """OC 3.2.1-b, from the start page to the end, by two persons at one keyboard."""
    number = desk.number("dear")
    page = sits_down("maria")
    page.goto(desk.path())
    press(page, ".task.review a")
    press(page, f'.list a[href$="/orders/{number}"]')
    tab_to(page, "#comment")
    page.keyboard.type("Avtalat pris")
    press(page, 'button[value="review"]')
    assert text("desk.acts.review.done", "sv", order=number) in page.inner_text(".said")
    assert page.url.endswith(f"/orders/{desk.number('cheap')}"), "the next one is open"

    page = sits_down("gunnar")
    page.goto(desk.path())
    press(page, ".task.approval a")
    press(page, f'.list a[href$="/orders/{number}"]')
    assert "Avtalat pris" in page.inner_text(".timeline")
    press(page, 'button[value="approve"]')
    assert text("desk.acts.approve.done", "sv", order=number) in page.inner_text(".said")
    with inside(desk.unit):
        assert order_state(desk.unit, desk.orders["dear"]) == "ready"
    assert page.troubles == []


def test_an_order_is_sent_back_by_keyboard(desk: Any, sits_down: SitsDown) -> None:
    """OC 3.9-c: the form opens, asks for the reason, and leads on to the next order."""
    number = desk.number("dear")
    page = sits_down("maria")
    page.goto(desk.path(f"orders/{number}"))
    tab_to(page, "details.act summary")
    page.keyboard.press("Enter")
    tab_to(page, "#reason-return")
    page.keyboard.type("Priset är inte avtalat")
    press(page, 'button[value="return"]')
    assert text("desk.acts.return.done", "sv", order=number) in page.inner_text(".said")
    assert page.url.endswith(f"/orders/{desk.number('cheap')}"), "the next one is open"
    page.goto(desk.path(f"orders/{number}"))
    assert "Priset är inte avtalat" in page.inner_text(".timeline")
    with inside(desk.unit):
        assert order_state(desk.unit, desk.orders["dear"]) == "returned"
    assert page.troubles == []


def test_who_reviewed_finds_the_approval_disabled_with_the_reason_beside_it(
    desk: Any, sits_down: SitsDown
) -> None:
    page = sits_down("hanna")
    page.goto(desk.path(f"orders/{desk.number('dear')}"))
    page.click('button[value="review"]')
    page.goto(desk.path(f"orders/{desk.number('dear')}"))
    button = page.locator('button[value="approve"]')
    assert button.is_disabled()
    described = page.locator(f"#{button.get_attribute('aria-describedby')}")
    assert described.inner_text() == text("refused.reviewer_is_not_approver", "sv")
    assert "3.2.1" in described.inner_text()


def test_a_run_is_previewed_and_applied_by_keyboard(desk: Any, sits_down: SitsDown) -> None:
    page = sits_down("kirsi")
    page.goto(desk.path("runs"))
    tab_to(page, 'input[name="name"]')
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "invoicing"
    page.fill("#on", DAY.isoformat())
    press(page, "form.choose button.main")
    assert text("desk.runs.is_preview", "sv") in page.inner_text(".lead")
    tab_to(page, 'input[name="confirmed"]')
    page.keyboard.press("Space")
    press(page, ".apply button.main")
    assert text("desk.runs.controls", "sv") in page.inner_text("#controls")
    assert page.locator(".state.applied").count() >= 8, "the run and its seven controls"
    with inside(desk.unit):
        assert Invoice.objects.filter(unit=desk.unit).count() == 3
    page.go_back()
    page.reload()
    assert page.locator(".apply").count() == 0, "there is nothing left to apply"
    assert page.troubles == []


def test_without_the_tick_the_browser_sends_nothing(desk: Any, sits_down: SitsDown) -> None:
    page = sits_down("kirsi")
    page.goto(desk.path("runs"))
    page.check('input[value="invoicing"]')
    page.fill("#on", DAY.isoformat())
    page.click("form.choose button.main")
    page.wait_for_selector(".apply")
    page.click(".apply button.main")
    assert page.evaluate("document.querySelector('input[name=confirmed]').validity.valueMissing")
    with inside(desk.unit):
        assert not Invoice.objects.filter(unit=desk.unit).exists()


def test_a_list_is_walked_by_letters_only_while_it_has_focus(desk: Any, sits_down: SitsDown) -> None:
    """WCAG 2.1.4: a single letter does nothing elsewhere, and is a letter in a field."""
    page = sits_down("maria")
    page.goto(desk.path("orders?state=review"))
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("j/k")
    assert page.input_value("#q") == "j/k"
    tab_to(page, ".list tbody a")
    for key, word in (
        ("j", "cheap"),
        ("ArrowDown", "opinion"),
        ("k", "cheap"),
        ("ArrowUp", "dear"),
        ("k", "dear"),
    ):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == str(desk.number(word))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/orders/{desk.number('dear')}")


def test_another_unit_is_chosen_by_keyboard_and_remembered(desk: Any, sits_down: SitsDown) -> None:
    page = sits_down("cecilia")
    page.goto(desk.path("invoices"))
    tab_to(page, ".units summary")
    page.keyboard.press("Enter")
    press(page, '.units button[value="4220"]')
    assert page.url.endswith("/u/4220/invoices"), "the same area of the other unit"
    page.goto("/")
    assert page.url.endswith("/u/4220/")
    page.click(".units summary")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.querySelector('.units').open")


def test_every_page_is_readable_for_everybody(desk: Any, sits_down: SitsDown) -> None:
    found = addresses(desk)
    # Who reviews sees other acts of an order than who prepares; runs are prepared by the centre.
    visits = [("kirsi" if one.startswith("runs") else "maria", one) for one in found]
    visits += [("kirsi", one) for one in found if not one or one.startswith("orders/")]
    assert troubles(sits_down, [(who, desk.path(one)) for who, one in visits]) == []


def test_everything_works_without_script(desk: Any, sits_down: SitsDown, browser: Any, live: str) -> None:
    state = sits_down("kirsi").context.storage_state()
    context = browser.new_context(base_url=live, java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(desk.path("runs"))
    page.check('input[value="orders"]')
    page.fill("#on", DAY.isoformat())
    page.click("form.choose button.main")
    page.check("input[name=confirmed]")
    page.click(".apply button.main")
    assert text("desk.runs.applied", "sv", run=text("desk.run.orders", "sv")) in page.inner_text(".said")
    context.close()


def test_the_pages_are_light(desk: Any, sits_down: SitsDown) -> None:
    """Budget: 120 kB a page with everything it needs. The picture of an invoice comes after, and only where it is."""
    found = addresses(desk)
    page = sits_down("kirsi")
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.__setitem__(answer.url, len(answer.body())))
    for address in found:
        page.goto(desk.path(address))
        page.wait_for_load_state("load")
    files = sum(size for url, size in sizes.items() if "/static/" in url)
    largest = max(size for url, size in sizes.items() if "/static/" not in url and not url.endswith(".png"))
    assert files + largest < 120_000
