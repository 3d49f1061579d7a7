"""Money out in a real browser: every page read by axe in three languages, and nothing scrolls sideways."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cast import DAY, inside, plan_of
from desk.accessible import troubles
from expenditure.cards_tables import a_purchase, a_statement, an_agreement, take_in
from expenditure.offices_tables import an_invoice, an_office
from expenditure.payment_tables import a_ban, account, pay, payable, supplier
from expenditure.statement_tables import FEES, Told, a_rule
from income.tables import read
from reskontra.expenditure.payment.actions import came_back, hold
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.expenditure.payment.stopping import stop_file
from reskontra.purchases.models import PaymentFile, SupplierPayment

pytestmark = pytest.mark.browser

SitsDown = Callable[[str], Any]
LINES = """
on 2026-03-16
rule fee 10 who "BANK ABP" 45000000
line fee-1 -12.00 who "Bank Abp"
posted
line wage-1 -125000.00 day 2026-01-15 batch LON0001 who "Statskontoret löner"
line wage-2 -126500.50 day 2026-02-13 batch LON0002 who "Statskontoret löner"
line wage-3 -124999.99 day 2026-03-13 batch LON0003 who "Statskontoret löner"
line once -55.50 who "Hotell i Bryssel"
"""


@pytest.fixture
def money(desk: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Payables of every kind, a plan, a file that is held, one that came back, lines and rules: a page each."""
    monkeypatch.setattr(settings, "DEMO_DAY", DAY.isoformat(), raising=False)
    monkeypatch.setattr(settings, "OUT", tmp_path / "out")
    where = desk.unit
    firm, banned = supplier("Nordkontor"), supplier("Utmätt")
    account(firm, verification="match")
    account(banned)
    account(banned, verification="close", approved=False)
    a_ban(where, banned, share=Decimal(25), amount=Decimal("1500.00"))
    payable(where, firm, "1234.56", DAY, number="F-2026-118")
    payable(where, banned, "800.00", DAY, number="L-77")
    pay(where)
    back = payable(where, firm, "410.00", DAY - timedelta(days=12), number="F-2026-090")
    pay(where)
    held = payable(where, firm, "99.90", DAY, number="F-2026-120")
    payable(where, banned, "260.00", DAY, number="L-81")
    payable(where, firm, "3100.00", DAY, number="F-2026-121")
    payable(where, supplier("Utan konto"), "75.00", DAY, number="K-9")
    payable(where, firm, "5600.00", DAY + timedelta(days=40), number="F-2026-140")
    told = Told(read(LINES), where).tell()
    waiting = a_rule(where, "counterparty", "HOTELL*", FEES, position=20, name="Hotell", approved=False)
    with inside(where) as acting:
        first, second = PaymentFile.objects.select_related("file").filter(unit=where).order_by("id")
        came_back(acting, SupplierPayment.objects.get(unit=where, file=second), "kontot är avslutat")
        hold(acting, held, "leveransen är ofullständig")
        stop_file(acting, first, "fel dag")
    with inside(where):
        an_agreement(where, "TK1FLEET", "3", "organisation", "invoice")
    take_in(where, a_statement("S-1", DAY, [a_purchase(2, "1234", "12.50", DAY)]))
    an_invoice(an_office(where, "BRU"), "memo")
    plan = plan_of(PaymentRun(), where).run
    return {
        "start": "", "payables": "purchases/payments", "payable": f"purchases/payments/{back.pk}",
        "plan": f"purchases/payments/plans/{plan.pk}", "files": "purchases/payments/files",
        "file": f"purchases/payments/files/{first.pk}", "lines": "purchases/statement",
        "line": f"purchases/statement/{told.lines['wage-3']}", "booked": f"purchases/statement/{told.lines['fee-1']}",
        "rules": "purchases/statement/rules", "rule": f"purchases/statement/rules/{waiting.pk}",
        "coverage": "purchases/statement/coverage", "add": "purchases/suppliers?q=Nord",
        "supplier": f"purchases/suppliers/{banned.pk}", "cards": "purchases/cards", "offices": "purchases/offices",
    }  # fmt: skip


def test_every_page_is_readable_for_everybody(desk: Any, money: dict[str, str], sits_down: SitsDown) -> None:
    people = {"plan": "petra"}
    visits = [(people.get(name, "cecilia"), desk.path(address)) for name, address in money.items()]
    assert troubles(sits_down, visits) == []
