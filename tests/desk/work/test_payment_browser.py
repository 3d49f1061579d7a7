"""Payments in a real browser: chosen by number, readable for everybody, nothing scrolls sideways (OC 4.1-c)."""

from collections.abc import Callable
from typing import Any

import pytest

from cast import DAY, inside, run
from desk.accessible import troubles
from income.money import Purse, open_amount, rest_of
from income.tables import read
from reskontra.claims.models import Claim
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.kernel.texts import text

pytestmark = pytest.mark.browser

SitsDown = Callable[[str], Any]
TABLE = """
on 2026-03-16
claim   A bruk 100.00
claim   B bruk 60.00
claim   C bruk 70.00
payment q 130.00 from "Provbruket Ab" says "mars och april"
payment r 12.00 text 123456
payment s 70.00 of C
"""


@pytest.fixture
def purse(desk: Any) -> Purse:
    """Three claims, one payment allocated and two that wait."""
    run(InvoicingRun(), desk.unit, DAY)
    told = Purse(read(TABLE), desk.unit).tell()
    run(AllocationRun(), desk.unit, DAY)
    return told


def test_a_candidate_is_chosen_by_its_number_and_enter_does_it(
    desk: Any, purse: Purse, sits_down: SitsDown
) -> None:
    page = sits_down("kirsi")
    page.goto(desk.path(f"payments/{purse.payments['q'].pk}"))
    page.keyboard.press("1")
    assert page.locator("[name=claim]:checked").count() == 0, "a digit does nothing elsewhere (WCAG 2.1.4)"
    page.focus("[data-numbered] tbody a")
    page.keyboard.press("2")
    second = page.locator("[name=claim]").nth(1)
    assert second.is_checked()
    page.focus("#reason-point")
    page.keyboard.type("brev 1 mars")
    assert second.is_checked(), "a digit is a digit in a field"
    chosen = int(second.get_attribute("value"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"P{purse.payments['q'].pk}" in page.inner_text(".said")
    with inside(desk.unit):
        assert rest_of(desk.unit, purse.payments["q"]) == 0
        claim = Claim.objects.get(unit=desk.unit, pk=chosen)
        assert open_amount(desk.unit, claim) == 0
    assert page.troubles == []


def test_every_page_is_readable_for_everybody(desk: Any, purse: Purse, sits_down: SitsDown) -> None:
    with inside(desk.unit):
        paid = purse.claims["C"].invoice.number
    found = [
        "payments", "payments?q=zzz", "payments/bank", f"payments/{purse.payments['q'].pk}",
        f"payments/{purse.payments['s'].pk}", f"invoices/{paid}",
    ]  # fmt: skip
    visits = [("kirsi", one) for one in found] + [("maria", one) for one in found if "/" in one]
    assert troubles(sits_down, [(who, desk.path(one)) for who, one in visits]) == []


def test_what_is_told_back_keeps_what_was_written(desk: Any, purse: Purse, sits_down: SitsDown) -> None:
    page = sits_down("kirsi")
    page.goto(desk.path(f"payments/{purse.payments['q'].pk}"))
    page.fill("#reference-1", "12345")
    page.fill("#amount-1", "10")
    page.fill("#reason-share", "brev")
    with page.expect_navigation():
        page.click('button[value="share"]')
    told = text("desk.payments.rejected.unknown_reference", "sv", value="12345")
    assert told in page.inner_text("#rejected-share")
    assert (page.input_value("#reference-1"), page.input_value("#reason-share")) == ("12345", "brev")
