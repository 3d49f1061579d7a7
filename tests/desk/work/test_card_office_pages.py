"""S65 and S68: purchases by card with their receipts; invoices at offices abroad with their way and who signs."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from cast import ALWAYS, inside
from expenditure.cards_tables import a_purchase, a_statement, an_agreement
from expenditure.cards_tables import take_in as take_in_cards
from expenditure.circulation_tables import COST, furnish_expenditure
from expenditure.offices_tables import an_invoice, an_office
from reskontra.expenditure.offices.actions import draw_up
from reskontra.kernel.texts import text
from reskontra.purchases.models import CardPurchase, CardReceipt, OfficeApproval
from reskontra.purchases.parts import Part
from reskontra.registers.models import PaymentCard

AtDesk = Callable[[str], Client]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_purchase_by_card_gets_its_receipt_once(desk: Any, at_desk: AtDesk) -> None:
    """EX 4-a: a document or the id of an eReceipt, by who may; the list says what each purchase still needs."""
    today = timezone.localdate()
    furnish_expenditure(desk.unit)
    with inside(desk.unit):
        of = an_agreement(desk.unit, "TK1FLEET", "3", "organisation", "invoice")
        PaymentCard.objects.create(
            unit=desk.unit, digits="1234", holder="Mia M", agreement=of, validity=ALWAYS
        )
    take_in_cards(desk.unit, a_statement("S-1", today, [
        a_purchase(2, "1234", "12.50", today), a_purchase(3, "1234", "7.50", today),
    ]))  # fmt: skip
    kirsi, address = at_desk("kirsi"), desk.path("purchases/cards")
    with inside(desk.unit):
        first, second = CardPurchase.objects.filter(unit=desk.unit).order_by("id")
    body = page(kirsi, address)
    assert f"CP{first.pk}" in body
    assert "12,50" in body
    assert f"{address}/{first.pk}/receipt" in body
    attach = f"{address}/{first.pk}/receipt"
    assert kirsi.post(attach, {}).status_code == 422
    both = {"ereceipt": "E-1", "document": SimpleUploadedFile("r.pdf", b"%PDF-1.4")}
    assert kirsi.post(attach, both).status_code == 422
    assert kirsi.post(attach, {"document": SimpleUploadedFile("r.pdf", b"%PDF-1.4")}).status_code == 302
    assert kirsi.post(f"{address}/{second.pk}/receipt", {"ereceipt": "E-2"}).status_code == 302
    assert kirsi.post(f"{address}/999999999/receipt", {"ereceipt": "E-3"}).status_code == 404
    with inside(desk.unit):
        assert CardReceipt.objects.filter(unit=desk.unit).count() == 2
    assert f"{address}/{first.pk}/receipt" not in page(kirsi, address)
    reader = at_desk("petra")
    assert "/receipt" not in page(reader, address)
    assert reader.post(attach, {"ereceipt": "E-4"}).status_code == 403


def test_an_invoice_abroad_is_signed_at_the_desk_as_it_was_seen(desk: Any, at_desk: AtDesk) -> None:
    """EX 7-a: the way of each with the step it waits for; a memo voucher reviewed by one and approved by another."""
    furnish_expenditure(desk.unit)
    office = an_office(desk.unit, "BRU")
    one = an_invoice(office, "memo", amount="80.00")
    address = desk.path("purchases/offices")
    assert escape(text("offices.step_draw_up", "sv")) in page(at_desk("kirsi"), address)
    with inside(desk.unit, "kirsi") as acting:
        memo = draw_up(acting, one, [Part(Decimal("80.00"), COST)])
    maria = at_desk("maria")
    body = page(maria, address)
    assert f"OA{one.pk}" in body
    assert re.search(r'value="review"', body)
    act = f"{address}/{one.pk}/act"
    assert maria.post(act, {"act": "review", "seen": "another"}).status_code == 302
    with inside(desk.unit):
        assert not OfficeApproval.objects.filter(unit=desk.unit).exists()
    assert maria.post(act, {"act": "send_back", "seen": memo.digest, "reason": " "}).status_code == 422
    assert maria.post(act, {"act": "pay", "seen": memo.digest}).status_code == 404
    assert maria.post(act, {"act": "review", "seen": memo.digest}).status_code == 302
    gunnar = at_desk("gunnar")
    assert 'value="approve"' in page(gunnar, address)
    assert gunnar.post(act, {"act": "approve", "seen": memo.digest}).status_code == 302
    assert escape(text("offices.step_pay", "sv")) in page(gunnar, address)
    with inside(desk.unit):
        acts = OfficeApproval.objects.filter(unit=desk.unit).order_by("id").values_list("act", flat=True)
        assert list(acts) == ["review", "approve"]
