"""S15: a supplier is found before it is added; accounts by two persons; bans by their protocol; rights."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from cast import business_id, iban, inside
from expenditure.payment_tables import account, payable, supplier
from reskontra.kernel.texts import text
from reskontra.purchases.models import PaymentBan, PaymentBanEnd
from reskontra.registers.models import Supplier, SupplierAccount

AtDesk = Callable[[str], Client]
ACCOUNT, AUTHORITY = iban("99008901000001"), iban("99008901000002")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def seen(client: Client, address: str) -> str:
    return str(re.findall(r'name="seen" value="([^"]*)"', page(client, address))[0])


def test_a_supplier_is_searched_for_and_then_added_once(desk: Any, at_desk: AtDesk) -> None:
    """EX 5.1-a: without a search nothing is added; identity is asked for by kind; who exists is not added again."""
    cecilia, kirsi, address = at_desk("cecilia"), at_desk("kirsi"), desk.path("purchases/suppliers")
    assert 'name="business_id"' not in page(cecilia, address)
    assert 'name="business_id"' in page(cecilia, f"{address}?q=Koevene")
    found = page(kirsi, f"{address}?q=Koevene")
    assert 'name="business_id"' not in found
    assert escape(text("term.service_centre_clerk", "sv")) in found
    draft = {
        "kind": "company",
        "name": "Koevene Oy",
        "business_id": business_id(8901),
        "language": "fi",
        "country": "FI",
    }
    assert kirsi.post(f"{address}/add", draft).status_code == 403
    for wrong, status in (
        ({"kind": ""}, 422), ({"business_id": ""}, 409), ({"business_id": "1234567-0"}, 409), ({"name": " "}, 409),
    ):  # fmt: skip
        answer = cecilia.post(f"{address}/add", {**draft, **wrong})
        assert answer.status_code == status, wrong
        assert 'name="business_id"' in answer.content.decode()
    assert cecilia.post(f"{address}/add", draft).status_code == 302
    assert cecilia.post(f"{address}/add", draft).status_code == 409
    one = Supplier.objects.get(business_id=business_id(8901))
    for words in ("koevene", one.number, one.business_id):
        assert f"{address}/{one.pk}" in page(kirsi, f"{address}?q={words}"), words
    assert escape(text("desk.suppliers.none.search", "sv")) in page(kirsi, f"{address}?q=finnsinte")


def test_an_account_is_told_by_one_and_approved_by_another(desk: Any, at_desk: AtDesk) -> None:
    """EX 9-c: what the payee's bank said is kept and asked for; nobody approves their own; ended it pays no more."""
    firm, cecilia, petra = supplier("firm"), at_desk("cecilia"), at_desk("petra")
    address = desk.path(f"purchases/suppliers/{firm.pk}")
    told = {"act": "account", "seen": seen(cecilia, address), "iban": ACCOUNT, "source": "supplier",
            "verification": "close", "verified_name": "Leverantör Ett"}  # fmt: skip
    for wrong, status in (
        ({"iban": ""}, 422),
        ({"iban": "FI00"}, 409),
        ({"source": ""}, 422),
        ({"verification": "?"}, 422),
    ):
        assert cecilia.post(f"{address}/act", {**told, **wrong}).status_code == status, wrong
    assert at_desk("kirsi").post(f"{address}/act", told).status_code == 403
    assert cecilia.post(f"{address}/act", told).status_code == 302
    assert cecilia.post(f"{address}/act", told).status_code == 302  # stale: nothing is done twice
    one = SupplierAccount.objects.get(supplier=firm)
    own = page(cecilia, address)
    assert escape(text("desk.suppliers.approve.not_own", "sv")) in own
    assert "Leverantör Ett" in own
    approve = {"act": "approve", "seen": seen(cecilia, address), "account": one.pk}
    assert cecilia.post(f"{address}/act", approve).status_code == 409
    assert str(firm.pk) in page(petra, desk.path("purchases/suppliers?show=accounts"))
    assert re.search(r'class="task supplier_accounts".*?<b>1</b>', page(petra, desk.path()), re.DOTALL)
    assert petra.post(f"{address}/act", {**approve, "account": "0"}).status_code == 422
    assert petra.post(f"{address}/act", approve).status_code == 302
    one.refresh_from_db()
    assert one.approved_by is not None
    assert one.approved_by.username == "petra"
    assert escape(text("desk.suppliers.fresh", "sv")) in page(
        petra, desk.path(f"purchases/suppliers?q={firm.number}")
    )
    end = {"act": "end_account", "seen": seen(cecilia, address), "account": one.pk}
    assert petra.post(f"{address}/act", end).status_code == 403
    assert cecilia.post(f"{address}/act", end).status_code == 302
    one.refresh_from_db()
    assert one.ended_date is not None
    denied = account(firm, verification="none", approved=False)
    body = page(petra, address)
    assert escape(text("supplier.not_approvable.no_match", "sv")) in body
    assert 'value="approve"' not in body
    approve = {"act": "approve", "seen": seen(cecilia, address), "account": denied.pk}
    assert petra.post(f"{address}/act", approve).status_code == 409


def test_what_a_bank_answers_later_is_written_down_and_asked_about(desk: Any, at_desk: AtDesk) -> None:
    """EX 9-c: by the centre, on the account in use; somebody else then approves anew, and a match needs nobody."""
    firm, cecilia, petra = supplier("asked later"), at_desk("cecilia"), at_desk("petra")
    one = account(firm)
    address = desk.path(f"purchases/suppliers/{firm.pk}")
    answer = {"act": "verify", "seen": seen(cecilia, address), "account": one.pk, "verification": "close",
              "verified_name": "Leverantör Ett"}  # fmt: skip
    assert 'value="approve"' not in page(petra, address)
    assert 'value="verify"' not in page(at_desk("kirsi"), address)
    assert at_desk("kirsi").post(f"{address}/act", answer).status_code == 403
    assert cecilia.post(f"{address}/act", {**answer, "verification": ""}).status_code == 422
    assert cecilia.post(f"{address}/act", {**answer, "account": "0"}).status_code == 422
    assert cecilia.post(f"{address}/act", answer).status_code == 302
    assert cecilia.post(f"{address}/act", answer).status_code == 302  # stale: nothing is done twice
    body = page(petra, address)
    assert "Leverantör Ett" in body
    assert escape(text("desk.suppliers.account.answered_since", "sv")) in body
    assert escape(text("desk.suppliers.approve.not_own", "sv")) in page(cecilia, address)
    assert str(firm.pk) in page(petra, desk.path("purchases/suppliers?show=accounts"))
    approve = {"act": "approve", "seen": seen(petra, address), "account": one.pk}
    assert petra.post(f"{address}/act", approve).status_code == 302
    assert escape(text("desk.suppliers.account.answered_since", "sv")) not in page(petra, address)
    match = {**answer, "seen": seen(cecilia, address), "verification": "match"}
    assert cecilia.post(f"{address}/act", match).status_code == 302
    assert 'value="approve"' not in page(petra, address)


def test_a_ban_is_recorded_as_its_protocol_orders_and_ended(desk: Any, at_desk: AtDesk) -> None:
    """EX 8-a: sum, share and end; an account and a reference that are right; shown with what is left; once."""
    firm, cecilia, kirsi = supplier("banned"), at_desk("cecilia"), at_desk("kirsi")
    payable(desk.unit, firm, "80.00", timezone.localdate(), number="L-80")
    address = desk.path(f"purchases/suppliers/{firm.pk}")
    order = {
        "act": "ban", "seen": seen(cecilia, address), "protocol": "P/1", "from": "2026-01-01", "amount": "500,00",
        "share": "25", "each_invoice": "", "payee": "Ulosottolaitos", "iban": AUTHORITY, "reference": "1232",
    }  # fmt: skip
    for wrong, status in (
        ({"protocol": ""}, 422), ({"iban": "FI00"}, 409), ({"reference": "1"}, 409), ({"share": "250"}, 409),
        ({"amount": "mycket"}, 422), ({"amount": "1,005"}, 422), ({"from": ""}, 422),
    ):  # fmt: skip
        answer = cecilia.post(f"{address}/act", {**order, **wrong})
        assert answer.status_code == status, wrong
        assert "Ulosottolaitos" in answer.content.decode()
    assert kirsi.post(f"{address}/act", order).status_code == 403
    assert cecilia.post(f"{address}/act", order).status_code == 302
    body = page(kirsi, address)
    assert "P/1" in body
    assert "500,00" in body
    assert "L-80" in body
    assert 'value="end_ban"' not in body
    assert "500,00" in page(kirsi, desk.path("purchases/suppliers?show=bans"))
    assert cecilia.post(f"{address}/act", order).status_code == 302  # stale
    with inside(desk.unit):
        one = PaymentBan.objects.get(unit=desk.unit, supplier=firm)
    end = {
        "act": "end_ban",
        "seen": seen(cecilia, address),
        "ban": one.pk,
        "day": timezone.localdate().isoformat(),
    }
    assert cecilia.post(f"{address}/act", {**end, "ban": "0"}).status_code == 422
    assert cecilia.post(f"{address}/act", {**end, "day": ""}).status_code == 422
    assert cecilia.post(f"{address}/act", end).status_code == 302
    with inside(desk.unit):
        assert PaymentBanEnd.objects.get(unit=desk.unit, ban=one).day == timezone.localdate()
    assert "P/1" in page(cecilia, address)
    assert 'value="end_ban"' not in page(cecilia, address)
    assert firm.name not in page(kirsi, desk.path("purchases/suppliers?show=bans"))
    assert kirsi.post(f"{address}/act", {"act": "pay"}).status_code == 404
    assert kirsi.get(desk.path("purchases/suppliers/999999999")).status_code == 404
