"""Orders, contracts and templates in a real browser: an order is made by keyboard; every page is readable for all."""

from collections.abc import Callable
from typing import Any

import pytest
from purchase_desk import PurchaseDesk, a_purchase_desk

from cast import inside
from desk.accessible import troubles
from expenditure.circulation_tables import BUDGET, COST, TRAVEL
from expenditure.purchase_cast import supplier
from reskontra.purchases.models import Contract, PurchaseOrder, PurchaseOrderLine
from reskontra.registers.models import CodingTemplate

pytestmark = pytest.mark.browser


@pytest.fixture
def bought(database: object) -> PurchaseDesk:
    """A unit with purchase invoices in every state."""
    return a_purchase_desk()


def test_an_order_is_made_by_keyboard_and_every_page_is_readable(
    bought: PurchaseDesk, sits_down: Callable[[str], Any]
) -> None:
    """EX 3-a"""
    page = sits_down("kirsi")
    page.goto(bought.path("purchases/orders/new"))
    typed = page.keyboard
    page.focus("#number")
    typed.type("V14700")
    typed.press("Tab")
    typed.type(supplier("flink").number)
    page.focus("#line-1")
    for cell in ("Lampor", "4", "st", "120,00", "25,5", COST, BUDGET):
        typed.type(cell)
        typed.press("Enter")
    for cell in ("Montering", "", "", "80"):
        typed.type(cell)
        typed.press("Enter")
    typed.press("Enter")
    typed.type(TRAVEL)
    typed.press("Control+Enter")
    page.focus("button.main")
    with page.expect_navigation():
        typed.press("Enter")
    assert "V14700" in page.inner_text("h1")
    with inside(bought.unit):
        lines = PurchaseOrderLine.objects.filter(order__number="V14700").order_by("position")
        found = [(one.text, str(one.net), one.account, one.budget_account) for one in lines]
        dear = PurchaseOrder.objects.get(unit=bought.unit, number="V1-4501")
        plan = Contract.objects.get(unit=bought.unit, number="VSK1-78")
        limited = Contract.objects.get(unit=bought.unit, number="VSK1-77")
        template = CodingTemplate.objects.get(unit=bought.unit)
    assert found == [("Lampor", "120.00", COST, BUDGET), ("Montering", "80.00", TRAVEL, "")]
    addresses = [
        "purchases/orders?show=all",
        f"purchases/orders/{dear.pk}",
        f"purchases/orders/{dear.pk}/lines",
        "purchases/contracts?show=all",
        f"purchases/contracts/{limited.pk}",
        f"purchases/contracts/{plan.pk}",
        f"purchases/contracts/{plan.pk}/sheet",
        "purchases/templates",
        f"purchases/templates/{template.pk}",
        f"purchases/templates/{template.pk}/change",
    ]
    assert troubles(sits_down, [("kirsi", bought.path(one)) for one in addresses]) == []
