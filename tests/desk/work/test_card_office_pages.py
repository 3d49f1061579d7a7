"""S65 and S68: purchases by card with their receipts; invoices at offices abroad with their way and who signs."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from cast import ALWAYS, inside
from desk.accessible import troubles
from expenditure.cards_tables import FEES, Cards, a_purchase, a_statement, an_agreement, tell
from expenditure.cards_tables import take_in as take_in_cards
from expenditure.circulation_tables import COST, furnish_expenditure
from expenditure.offices_tables import an_invoice, an_office
from reskontra.expenditure.offices.actions import draw_up
from reskontra.kernel.texts import text
from reskontra.purchases.models import (
    CardCoding,
    CardDifference,
    CardPurchase,
    CardReceipt,
    CardStatement,
    CardStatementInvoice,
    CardTransfer,
    OfficeApproval,
    OfficeInvoice,
    OfficeMemo,
    OfficeOriginal,
    OfficePayment,
)
from reskontra.purchases.parts import Part
from reskontra.registers.models import PaymentCard

VAT_OF = "91100000"  # where VAT of purchases stands
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
    assert f'href="{address}/{first.pk}"' in body
    assert f"{address}/{first.pk}/receipt" in page(kirsi, f"{address}/{first.pk}")
    attach = f"{address}/{first.pk}/receipt"
    assert kirsi.post(attach, {}).status_code == 422
    both = {"ereceipt": "E-1", "document": SimpleUploadedFile("r.pdf", b"%PDF-1.4")}
    assert kirsi.post(attach, both).status_code == 422
    assert kirsi.post(attach, {"document": SimpleUploadedFile("r.pdf", b"%PDF-1.4")}).status_code == 302
    assert kirsi.post(f"{address}/{second.pk}/receipt", {"ereceipt": "E-2"}).status_code == 302
    assert kirsi.post(f"{address}/999999999/receipt", {"ereceipt": "E-3"}).status_code == 404
    with inside(desk.unit):
        assert CardReceipt.objects.filter(unit=desk.unit).count() == 2
        kept = CardReceipt.objects.exclude(document="").get(unit=desk.unit).document
    assert kirsi.get(f"{address}/{first.pk}/files/{kept}").content == b"%PDF-1.4"
    assert kirsi.get(f"{address}/{second.pk}/files/{kept}").status_code == 404
    reader = at_desk("petra")
    assert "/receipt" not in page(reader, f"{address}/{first.pk}")
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
    assert maria.post(act, {"act": "burn", "seen": memo.digest}).status_code == 404
    assert maria.post(act, {"act": "review", "seen": memo.digest}).status_code == 302
    gunnar = at_desk("gunnar")
    assert 'value="approve"' in page(gunnar, address)
    assert gunnar.post(act, {"act": "approve", "seen": memo.digest}).status_code == 302
    assert escape(text("offices.step_pay", "sv")) in page(gunnar, address)
    with inside(desk.unit):
        acts = OfficeApproval.objects.filter(unit=desk.unit).order_by("id").values_list("act", flat=True)
        assert list(acts) == ["review", "approve"]


CARDS = """
on {day}
agreement  TK1FLEET 3 organisation invoice
agreement  TK1TRAVEL international person travel
template   TK1TRAVEL 17500000
card       1234 TK1FLEET
card       9876 TK1TRAVEL
buy        fuel   1234  40.00 statement S1 billed 88123
buy        wash   1234  10.00 statement S1 billed 88123
buy        hotel  9876 120.00 statement S2 billed 88200
buy        lost   5555   9.00 statement S3 billed 99999
invoice    fleet  88123  65.00 TK1FLEET rows 40.00,10.00,15.00
invoice    travel 88200 120.00 TK1TRAVEL
"""


@pytest.fixture
def bought(desk: Any) -> Cards:
    """Purchases by two ways, one by an unknown card; a fee on an invoice that no purchase explains."""
    return tell(CARDS.format(day=timezone.localdate()), desk.unit)


def seen_on(body: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', body)
    assert found is not None
    return found[1]


def test_a_purchase_by_card_is_coded_at_the_desk(desk: Any, at_desk: AtDesk, bought: Cards) -> None:
    """EX 4-a: the whole of it, with the group that it belongs to; not twice on the same page."""
    one = desk.path(f"purchases/cards/{bought.purchases['fuel']}")
    kirsi = at_desk("kirsi")
    sent = {
        "act": "code", "group": "fuel", "seen": seen_on(page(kirsi, one)),
        "amount": ["31,87", "8,13"], "account": [COST, VAT_OF],
    }  # fmt: skip
    for wrong in ({"group": ""}, {"amount": ["31,87", "8,12"]}, {"account": [COST, ""]}, {"group": "other"}):
        answer = kirsi.post(f"{one}/act", {**sent, **wrong})
        assert answer.status_code == 422, wrong
        assert "31,87" in answer.content.decode(), "what was written is still there"
    assert kirsi.post(f"{one}/act", sent).status_code == 302
    assert kirsi.post(f"{one}/act", sent).status_code == 302, "sent twice"
    with inside(desk.unit):
        coding = CardCoding.objects.get(unit=desk.unit)
        assert coding.bought == "fuel"
        assert sorted(coding.lines.values_list("account", "amount")) == [
            (COST, Decimal("31.87")), (VAT_OF, Decimal("8.13")),
        ]  # fmt: skip
    assert escape(text("cards.column_coded", "sv")) in page(kirsi, desk.path("purchases/cards"))
    fresh = {**sent, "seen": seen_on(page(kirsi, one))}
    assert at_desk("maria").post(f"{one}/act", fresh).status_code == 403


def test_what_the_travel_system_settled_is_told_at_the_desk(
    desk: Any, at_desk: AtDesk, bought: Cards
) -> None:
    """EX 4-b: by the centre, once; cost against the clearing account."""
    one = desk.path(f"purchases/cards/{bought.purchases['hotel']}")
    assert 'name="claim"' not in page(at_desk("kirsi"), one)
    cecilia = at_desk("cecilia")
    sent = {"act": "transfer", "seen": seen_on(page(cecilia, one)), "amount": "120,00", "account": COST}
    assert cecilia.post(f"{one}/act", sent).status_code == 422, "no claim"
    assert cecilia.post(f"{one}/act", {**sent, "claim": "M2-7"}).status_code == 302
    with inside(desk.unit):
        transfer = CardTransfer.objects.get(unit=desk.unit)
        assert (transfer.claim, transfer.amount) == ("M2-7", Decimal("120.00"))
    assert 'name="claim"' not in page(cecilia, one)
    unknown = page(cecilia, desk.path(f"purchases/cards/{bought.purchases['lost']}"))
    assert escape(text("desk.cards.unknown", "sv")) in unknown
    assert cecilia.get(desk.path("purchases/cards/999999999")).status_code == 404


def test_what_a_card_invoice_charges_beside_purchases_is_seen_and_explained(
    desk: Any, at_desk: AtDesk, bought: Cards
) -> None:
    """EX 4-a: the difference with the rows that no purchase meets; explained to the cent, and no more than differs."""
    address = desk.path("purchases/cards/statements")
    kirsi = at_desk("kirsi")
    body = page(kirsi, address)
    assert "+15,00" in body.replace("\xa0", " ")
    assert "3. row of 15.00" in body, "the row that no purchase meets"
    act = desk.path(f"purchases/cards/invoices/{bought.invoices['fleet'].pk}/difference")
    assert f'action="{act}"' in body
    sent = {"seen": "15.00", "amount": "15,00", "account": FEES, "reason": "Årsavgift"}
    for wrong, status in (({"reason": " "}, 422), ({"amount": "15,01"}, 409), ({"account": "99999999"}, 409)):
        assert kirsi.post(act, {**sent, **wrong}).status_code == status, wrong
    assert kirsi.post(act, sent).status_code == 302
    assert kirsi.post(act, sent).status_code == 302, "sent twice"
    with inside(desk.unit):
        assert CardDifference.objects.get(unit=desk.unit).amount == Decimal("15.00")
    assert f'action="{act}"' not in page(kirsi, address)
    assert at_desk("maria").post(act, {**sent, "seen": "0.00"}).status_code == 403


def test_a_statement_gets_its_invoice_at_the_desk(desk: Any, at_desk: AtDesk, bought: Cards) -> None:
    """EX 4-a: the number that the statement tells is nobody's."""
    with inside(desk.unit):
        lost = CardStatement.objects.get(unit=desk.unit, number="S3")
    act = desk.path(f"purchases/cards/statements/{lost.pk}/invoice")
    kirsi = at_desk("kirsi")
    assert f'action="{act}"' in page(kirsi, desk.path("purchases/cards/statements"))
    answer = kirsi.post(act, {"invoice": "nothing"})
    assert answer.status_code == 422
    assert 'value="nothing"' in answer.content.decode()
    assert kirsi.post(act, {"invoice": "88200"}).status_code == 302
    with inside(desk.unit):
        named = CardStatementInvoice.objects.get(unit=desk.unit)
        assert named.invoice_id == bought.invoices["travel"].pk


def test_an_invoice_abroad_goes_its_way_at_the_desk(desk: Any, at_desk: AtDesk) -> None:
    """EX 7-a: told, drawn up, signed by two, paid from the local account, and its original kept."""
    furnish_expenditure(desk.unit)
    an_office(desk.unit, "BRU")
    kirsi, address = at_desk("kirsi"), desk.path("purchases/offices")
    assert f'href="{address}/new"' in page(kirsi, address)
    assert at_desk("petra").get(f"{address}/new").status_code == 403
    assert "BRU" in page(kirsi, f"{address}/new")
    told = {
        "office": "BRU", "supplier": "Elbolaget", "number": "E-77", "amount": "80,00", "issued": "2026-03-02",
        "due": "2026-04-01", "memo": "yes", "reason": "bara på papper",
    }  # fmt: skip
    for wrong, status in (({"office": "XYZ"}, 422), ({"amount": "80,001"}, 422), ({"reason": ""}, 409)):
        answer = kirsi.post(f"{address}/tell", {**told, **wrong})
        assert answer.status_code == status, wrong
        assert "Elbolaget" in answer.content.decode(), "what was written is still there"
    assert kirsi.post(f"{address}/tell", told).status_code == 302
    with inside(desk.unit):
        one = OfficeInvoice.objects.get(unit=desk.unit)
    here, act = f"{address}/{one.pk}", f"{address}/{one.pk}/act"
    assert 'value="draw_up"' in page(kirsi, here)
    assert escape(text("desk.offices.by_unit", "sv")) in page(at_desk("cecilia"), here)
    drawn = {
        "act": "draw_up",
        "page": "one",
        "seen": "",
        "amount": ["64,00", "16,00"],
        "account": [COST, VAT_OF],
    }
    short = kirsi.post(act, {**drawn, "amount": ["64,00", "15,00"]})
    assert (short.status_code, "64,00" in short.content.decode()) == (409, True)
    assert kirsi.post(act, drawn).status_code == 302
    assert kirsi.post(act, drawn).status_code == 302, "sent twice: it was seen as it stood before"
    with inside(desk.unit):
        memo = OfficeMemo.objects.get(unit=desk.unit)
    signed = {"page": "one", "seen": memo.digest}
    paid = {**signed, "act": "pay", "means": "account"}
    assert kirsi.post(act, paid).status_code == 409, "nobody has approved it"
    assert at_desk("maria").post(act, {**signed, "act": "review"}).status_code == 302
    assert at_desk("gunnar").post(act, {**signed, "act": "approve"}).status_code == 302
    assert kirsi.post(act, {**paid, "means": "gold"}).status_code == 422
    assert kirsi.post(act, paid).status_code == 302
    assert 'value="original"' in page(kirsi, here)
    assert kirsi.post(act, {**signed, "act": "original"}).status_code == 422
    scan = SimpleUploadedFile("scan.pdf", b"%PDF-1.4 original")
    assert kirsi.post(act, {**signed, "act": "original", "document": scan}).status_code == 302
    with inside(desk.unit):
        kept = OfficeOriginal.objects.get(unit=desk.unit).document
        assert OfficePayment.objects.get(unit=desk.unit).means == "account"
    assert kirsi.get(f"{here}/files/{kept}").content == b"%PDF-1.4 original"
    assert kirsi.get(f"{here}/files/{'0' * 64}").status_code == 404
    assert escape(text("offices.step_done", "sv")) in page(kirsi, here)


def test_cash_and_paper_abroad_are_told_with_their_lines(desk: Any, at_desk: AtDesk) -> None:
    """EX 7-a: cash with the payee's receipt; paper with the two who signed it."""
    furnish_expenditure(desk.unit)
    cash = an_invoice(an_office(desk.unit, "OSL", local=False))
    paper = an_invoice(an_office(desk.unit, "BRU"))
    kirsi = at_desk("kirsi")
    lines = {"act": "pay", "page": "one", "seen": "", "amount": "80,00", "account": COST}
    by_cash, on_paper = (desk.path(f"purchases/offices/{one.pk}") for one in (cash, paper))
    assert 'name="reviewed_by"' in page(kirsi, on_paper)
    assert 'name="document"' in page(kirsi, by_cash)
    assert kirsi.post(f"{by_cash}/act", {**lines, "means": "cash"}).status_code == 409, "no receipt"
    receipt = SimpleUploadedFile("r.pdf", b"%PDF-1.4")
    assert kirsi.post(f"{by_cash}/act", {**lines, "means": "cash", "document": receipt}).status_code == 302
    signed = {**lines, "means": "account", "reviewed_by": "Anna A", "approved_by": "Bo B"}
    assert kirsi.post(f"{on_paper}/act", {**signed, "account": ""}).status_code == 422
    assert kirsi.post(f"{on_paper}/act", {**signed, "approved_by": "Anna A"}).status_code == 409
    assert kirsi.post(f"{on_paper}/act", signed).status_code == 302
    with inside(desk.unit):
        told = OfficePayment.objects.filter(unit=desk.unit).order_by("id")
        assert [(one.means, one.reviewed_by) for one in told] == [("cash", ""), ("account", "Anna A")]


@pytest.mark.browser
def test_every_page_of_cards_and_offices_is_readable_for_everybody(
    desk: Any, bought: Cards, sits_down: Callable[[str], Any]
) -> None:
    memo = an_invoice(an_office(desk.unit, "BRU"), "memo")
    paper = an_invoice(an_office(desk.unit, "OSL"))
    addresses = (
        "cards", "cards/statements", f"cards/{bought.purchases['fuel']}", "offices", "offices/new",
        f"offices/{memo.pk}", f"offices/{paper.pk}",
    )  # fmt: skip
    visits = [("kirsi", desk.path(f"purchases/{one}")) for one in addresses]
    assert (
        troubles(sits_down, [*visits, ("cecilia", desk.path(f"purchases/cards/{bought.purchases['hotel']}"))])
        == []
    )
