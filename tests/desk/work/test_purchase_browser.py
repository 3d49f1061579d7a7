"""Expenditure in a real browser: an invoice is coded by the keyboard alone; every page is readable for everybody."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from purchase_desk import PurchaseDesk, a_purchase_desk

from cast import inside
from desk.accessible import troubles
from expenditure.circulation_tables import BUDGET, COST, TRAVEL
from reskontra.kernel.texts import text
from reskontra.purchases.models import CodingLine

pytestmark = pytest.mark.browser

SitsDown = Callable[[str], Any]


@pytest.fixture
def bought(database: object) -> PurchaseDesk:
    """A unit with purchase invoices in every state."""
    return a_purchase_desk()


def focused(page: Any) -> str:
    """The name of the cell in focus."""
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def test_an_invoice_is_coded_by_keyboard(bought: PurchaseDesk, sits_down: SitsDown) -> None:
    """EX 1.2.1-a"""
    page = sits_down("kirsi")
    page.goto(bought.at("plain", "/coding"))
    page.focus("#account-1")
    typed = page.keyboard
    for cell in (COST, "60"):
        typed.type(cell)
        typed.press("Enter")
    assert focused(page) == "Moms % 1", "Enter is the next cell"
    typed.press("Shift+Enter")
    assert focused(page) == "Utan moms 1"
    typed.type("61")
    typed.press("Escape")
    assert page.evaluate("document.activeElement.value") == "60", "Esc restores"
    typed.press("Enter")
    typed.press("Enter")
    typed.type("15,30")
    typed.press("Tab")
    typed.type(BUDGET)
    typed.press("Control+Enter")
    assert focused(page) == "Konto 2", "Ctrl+Enter is the next row"
    typed.press("Control+d")
    assert page.evaluate("document.activeElement.value") == COST, "Ctrl+D copies the cell above"
    typed.press("F2")
    assert page.evaluate("document.activeElement.selectionStart") == len(COST)
    typed.press("Control+a")
    typed.type(TRAVEL)
    typed.press("Enter")
    typed.press("=")
    assert page.evaluate("document.activeElement.value") == "40,00", "an equals sign puts what is left"
    typed.press("Enter")
    typed.type("25,5")
    typed.press("Enter")
    assert page.evaluate("document.activeElement.value") == "10,20", "VAT follows its percent"
    assert page.inner_text("[data-rest]") == text("desk.coding.even", "sv")
    typed.press("Enter")
    typed.press("Control+d")
    for _ in range(2):
        typed.press("Control+Enter")
    assert focused(page) == "Konto 4", "after the last row comes one more"
    page.focus("button[value=code]")
    with page.expect_navigation():
        typed.press("Enter")
    assert text("desk.coding.done", "sv", invoice=bought.invoices["plain"].number) in page.inner_text(".said")
    with inside(bought.unit):
        told = CodingLine.objects.filter(coding__invoice=bought.invoices["plain"]).order_by("position")
        found = [(one.account, one.net, one.vat, one.budget_account) for one in told]
    assert found == [
        (COST, Decimal("60.00"), Decimal("15.30"), BUDGET),
        (TRAVEL, Decimal("40.00"), Decimal("10.20"), BUDGET),
    ]
    assert page.troubles == []


def test_a_digit_narrows_the_mismatches_to_a_cause(bought: PurchaseDesk, sits_down: SitsDown) -> None:
    """S61: while the list of causes has focus, and nowhere else (WCAG 2.1.4)."""
    page = sits_down("kirsi")
    page.goto(bought.path("purchases/mismatches"))
    second = page.locator("ul[data-numbered] a").nth(1).get_attribute("href")
    assert second is not None
    page.keyboard.press("2")
    assert "reason=" not in page.url
    page.focus("ul[data-numbered] a")
    page.keyboard.press("2")
    page.wait_for_url(f"**{second}")


def test_every_page_is_readable_for_everybody(bought: PurchaseDesk, sits_down: SitsDown) -> None:
    addresses = {
        "cecilia": ["purchases", "purchases/mismatches", "purchases/circulation", "purchases/absences"],
        "kirsi": [
            f"purchases/{bought.invoices['awaited'].pk}",
            f"purchases/{bought.invoices['plain'].pk}/coding",
        ],
        "hanna": [f"purchases/{bought.invoices['reviewed'].pk}", "purchases/mine"],
    }
    visits = [(who, bought.path(one)) for who, those in addresses.items() for one in those]
    assert troubles(sits_down, visits) == []
