"""Credits are set off against their invoices; what the invoice no longer takes is the customer's money."""

from decimal import Decimal

import pytest

from cast import inside, run, unit
from income.money import Purse, balance
from income.tables import read
from reskontra.claims.models import Allocation, ClaimDecision
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun

pytestmark = pytest.mark.usefixtures("database")


def _told(text: str) -> Purse:
    return Purse(read("on 2026-03-16\n" + text), unit()).tell()


def _open(purse: Purse) -> dict[str, Decimal]:
    with inside(purse.where):
        return {name: purse.open_of(name) for name in purse.claims}


def _decided(purse: Purse, name: str) -> tuple[str, str]:
    with inside(purse.where):
        found = ClaimDecision.objects.filter(unit=purse.where, claim=purse.claims[name]).latest("run_id")
        return found.outcome, found.clause


def test_a_credit_lessens_its_invoice_and_nothing_is_left_of_it() -> None:
    """OC 3.2.1-a"""
    purse = _told("""
    claim  A bruk 100.00
    credit X A 30.00
    credit Y A 20.00
    """)
    run(SetOffRun(), purse.where)
    assert _open(purse) == {"A": Decimal("50.00"), "X": Decimal("0.00"), "Y": Decimal("0.00")}
    assert _decided(purse, "X") == ("SET_OFF", "OC 3.2.1-a")
    with inside(purse.where):
        assert balance(purse.where, "receivable") == Decimal("50.00")


def test_what_a_paid_invoice_does_not_take_is_the_customers_money() -> None:
    """OC 4.2-a"""
    purse = _told("""
    claim   A bruk 100.00
    payment p 90.00 of A
    """)
    run(AllocationRun(), purse.where)
    purse.claims["X"] = purse._credit("A", "30.00")
    run(SetOffRun(), purse.where)
    assert _open(purse) == {"A": Decimal("0.00"), "X": Decimal("-20.00")}
    run(SetOffRun(), purse.where)
    assert _decided(purse, "X") == ("ORIGINAL_SETTLED", "OC 4.2-a")


def test_setting_off_twice_sets_off_once() -> None:
    purse = _told("""
    claim  A bruk 100.00
    credit X A 30.00
    """)
    for _ in range(2):
        run(SetOffRun(), purse.where)
    with inside(purse.where):
        assert Allocation.objects.filter(unit=purse.where, credit=purse.claims["X"]).count() == 1


def test_what_was_set_off_is_no_longer_owed_when_the_payment_comes() -> None:
    """OC 4.2-a: the same outcome whether the credit waits or has been set off."""
    purse = _told("""
    claim   A bruk 100.00
    credit  X A 30.00
    payment full 100.00 of A
    """)
    run(SetOffRun(), purse.where)
    fate = purse.allocated()["full"]
    assert (fate.outcome, fate.money) == ("OVERPAID_REFUND", {("A", "70.00"), ("refund", "30.00")})
