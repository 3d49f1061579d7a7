"""Orders, contracts and templates in a real browser: an order is made by keyboard; every page is readable for all."""

from collections.abc import Callable
from typing import Any

import pytest
from purchase_desk import PurchaseDesk, a_purchase_desk

from cast import inside, person
from desk.accessible import axe_finds
from expenditure.circulation_tables import BUDGET, COST, TRAVEL
from expenditure.purchase_cast import supplier
from reskontra.kernel.texts import LANGUAGES
from reskontra.purchases.models import Contract, PurchaseOrder, PurchaseOrderLine
from reskontra.registers.models import CodingTemplate, Person

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
    for language, scheme in zip(LANGUAGES, ("light", "dark", "light"), strict=True):
        Person.objects.filter(pk=person("kirsi").pk).update(language=language)
        page.emulate_media(color_scheme=scheme)
        for address in addresses:
            page.set_viewport_size({"width": 1280, "height": 800})
            page.goto(bought.path(address))
            assert page.get_attribute("html", "lang") == language
            page.eval_on_selector_all("details.act", "all => all.forEach(one => { one.open = true; })")
            assert axe_finds(page, colours=language != "en") == "", address
            for width in (320, 800) if language == "fi" else ():  # it has the longest words
                page.set_viewport_size({"width": width, "height": 640})
                assert page.evaluate("document.documentElement.scrollWidth") == width, f"{address} at {width}"
    assert page.troubles == []
