"""Expenditure in a real browser: an invoice is coded by the keyboard alone; every page is readable for everybody."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from purchase_desk import PurchaseDesk, a_purchase_desk

from cast import inside, run
from desk.accessible import troubles
from expenditure.circulation_tables import BUDGET, COST, TRAVEL
from expenditure.matching_tables import Purchases
from income.tables import read
from reskontra.expenditure.matching.run import MatchingRun
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


LAMPS = """
on 2026-03-16
order    V1-4504 kontor
line     V1-4504 1 400.00 text "Lampor till hamnkontoret"
line     V1-4504 2 90.00 text "Mattor"
line     V1-4504 3 25.00 text "Montering" item FIT
receipt  V1-4504 1 400.00
receipt  V1-4504 2 90.00
invoice  lamps kontor 400.00 V1-4504
item     lamps 250.00 text "Taklampor, 5 st"
item     lamps 150.00 text "Golvlampor"
"""


@pytest.fixture
def lamps(bought: PurchaseDesk) -> PurchaseDesk:
    """One invoice more, of one line of three: below what was received of the whole order."""
    told = Purchases(read(LAMPS), bought.unit).tell()
    run(MatchingRun([one.pk for one in told.invoices.values()]), bought.unit)
    bought.invoices.update(told.invoices)
    return bought


def test_rows_are_linked_by_keyboard(lamps: PurchaseDesk, sits_down: SitsDown) -> None:
    """S62, EX 3-a: columns by arrows, L links, U takes back; differences follow, and saving matches anew."""
    page = sits_down("kirsi")
    page.goto(lamps.at("lamps"))
    page.click(f"text={text('desk.links.open', 'sv')}")
    typed = page.keyboard

    def focus() -> str:
        return str(page.evaluate("document.activeElement.id || document.activeElement.dataset.line"))

    def differs(line: int) -> str:
        return str(page.inner_text(f"#line-{line} [data-difference]")).replace("\xa0", " ")

    page.focus("#row-1")
    typed.press("ArrowRight")
    assert focus() == "1"
    typed.press("j")
    assert focus() == "2"
    typed.press("l")
    assert page.input_value("#row-1") == "2"
    assert differs(2) == f"+160,00 € {text('desk.links.over', 'sv')}"
    assert focus() == "row-2", "the next row without a line"
    typed.press("k")
    typed.press("u")
    assert page.input_value("#row-1") == ""
    assert differs(2) == "–"
    for row in ("row-1", "row-2"):
        assert focus() == row
        typed.press("l")
        assert focus() == "1", "L in a row goes to the lines"
        typed.press("l")
    assert differs(1) == text("desk.links.even", "sv")
    with page.expect_navigation():
        typed.press("Enter")
    said = page.inner_text(".said")
    assert text("desk.links.done", "sv", count=2) in said
    assert text("outcome.AUTO_APPROVED", "sv") in said.lower()
    assert page.url.endswith(lamps.at("lamps"))
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


def test_every_page_is_readable_for_everybody(lamps: PurchaseDesk, sits_down: SitsDown) -> None:
    addresses = {
        "cecilia": ["purchases", "purchases/mismatches", "purchases/circulation", "purchases/absences"],
        "kirsi": [
            f"purchases/{lamps.invoices['lamps'].pk}/rows",
            f"purchases/{lamps.invoices['awaited'].pk}",
            f"purchases/{lamps.invoices['plain'].pk}/coding",
        ],
        "hanna": [f"purchases/{lamps.invoices['reviewed'].pk}", "purchases/mine"],
    }
    visits = [(who, lamps.path(one)) for who, those in addresses.items() for one in those]
    assert troubles(sits_down, visits) == []
