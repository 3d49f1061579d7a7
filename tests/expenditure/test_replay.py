"""What if (EX 1-a, EX 3.1-a): past invoices as matching met them, under the terms as they are and under others."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from cast import AT, DAY, inside
from expenditure.matching_tables import Purchases
from expenditure.purchase_cast import contract, received
from reskontra.expenditure.matching.actions import accept, confirm, correct_identifier, name_supplier
from reskontra.expenditure.matching.replay import Replay, replay
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.insight.automation import automation
from reskontra.purchases.matching import Past
from reskontra.purchases.models import Match, PurchaseOrderLine, PurchaseOrderLineChange
from reskontra.registers.models import Unit
from reskontra.runs.run import Acting, apply

pytestmark = pytest.mark.usefixtures("database")
_PAST = Past(DAY, DAY)


class Clock:
    """Hours after ``AT``: each act and each run of a test at one of its own."""

    def __init__(self, where: Unit) -> None:
        self.where, self.at = where, AT

    @contextmanager
    def later(self, who: str = "kirsi") -> Iterator[Acting]:
        """An hour later, somebody acts."""
        self.at += timedelta(hours=1)
        with inside(self.where, who, self.at) as acting:
            yield acting

    def match(self) -> None:
        """An hour later, matching runs."""
        with self.later("cecilia") as acting:
            apply(MatchingRun(), acting, DAY)


def _replayed(told: Purchases, **terms: str) -> Replay:
    """The replay, whose first half is what the report says."""
    with inside(told.where):
        found = replay(told.where, DAY, _PAST, terms)
        (month,) = automation(told.where, DAY, DAY)
    assert (found.invoices, found.before) == (month.invoices, month.automatic)
    return found


def _changed(told: Purchases, found: Replay) -> dict[str, tuple[str, str]]:
    names = {one.pk: name for name, one in told.invoices.items()}
    return {names[one.invoice]: (one.before, one.after) for one in found.changed}


def test_each_invoice_meets_the_receipts_that_it_met_then() -> None:
    """EX 3.1-a: deliveries in parts, a late receipt, one taken back, a difference that was accepted."""
    told = Purchases.of("""
    on 2026-03-16
    order   V11 kontor
    line    V11 1 400.00
    receipt V11 1 100.00
    order   V12 kontor
    line    V12 1 100.00
    order   V13 kontor
    line    V13 1 100.00
    receipt V13 1 100.00
    order   V14 kontor
    line    V14 1 300.00
    receipt V14 1 100.00
    invoice first  kontor 100.00 V11 dated 2026-03-10
    invoice late   kontor 100.00 V12
    invoice gone   kontor 100.00 V13
    invoice low    kontor  80.00 V14 dated 2026-03-10
    """)
    clock = Clock(told.where)
    clock.match()
    with clock.later() as acting:
        received(told.orders["V11"], 1, "200.00", at=acting.at)
        received(told.orders["V12"], 1, "100.00", at=acting.at)
        received(told.orders["V13"], 1, "-40.00", at=acting.at)
        accept(acting, told.invoices["low"], "a rebate")
        received(told.orders["V14"], 1, "100.00", at=acting.at)
        again = Purchases(told.table, told.where, orders=told.orders, invoices=told.invoices)
        again._invoice("second", "kontor", "200.00", "V11")
        again._invoice("next", "kontor", "120.00", "V14")
    clock.match()
    with clock.later() as acting:
        received(told.orders["V11"], 1, "100.00", at=acting.at)
        received(told.orders["V14"], 1, "100.00", at=acting.at)
    same = _replayed(told)
    assert (same.before, same.after, same.changed) == (5, 5, ())
    wider = _replayed(told, order_tolerance_down="25")
    assert _changed(told, wider) == {"low": ("OVER_TOLERANCE_DOWN", "AUTO_APPROVED")}


def test_what_a_person_said_is_not_the_files_own() -> None:
    """EX 1-a, EX 3-c: a number corrected, a supplier named; each turns by its own term, or by none."""
    told = Purchases.of("""
    on 2026-03-16
    order   V11 kontor
    line    V11 1 100.00
    receipt V11 1 100.00
    order   V12 kontor
    line    V12 1 100.00
    receipt V12 1 100.00
    order   V13 kontor
    line    V13 1 100.00
    receipt V13 1 100.00
    invoice field  kontor 100.00 V11 wrong-field
    invoice number kontor 100.00 V1999
    invoice seller nobody 100.00 V13
    """)
    clock = Clock(told.where)
    clock.match()
    with clock.later() as acting:
        correct_identifier(acting, told.invoices["field"], "V11")
        correct_identifier(acting, told.invoices["number"], "V12")
        name_supplier(acting, told.invoices["seller"], told.orders["V13"].supplier)
    clock.match()
    assert _replayed(told).before == 0
    found = _replayed(told, match_wrong_field="yes")
    assert _changed(told, found) == {"field": ("WRONG_FIELD", "AUTO_APPROVED")}


def test_orders_and_contracts_are_those_of_then() -> None:
    """EX 3-a, EX 3-d: a line made dearer, a version with another limit, a confirmation that nobody gave."""
    told = Purchases.of("""
    on 2026-03-16
    order    V11 kontor
    line     V11 1 100.00
    receipt  V11 1 100.00
    contract VSK11 kontor budget total 100.00
    contract VSK12 kontor budget confirm
    contract VSK13 kontor budget confirm
    contract VSK14 kontor schedule
    row      VSK14 2026-03-16 50.00
    invoice  ordered  kontor 100.00 V11
    invoice  within   kontor  90.00 VSK11 dated 2026-03-10
    invoice  beyond   kontor  50.00 VSK11 dated 2026-03-11
    invoice  waits    kontor  10.00 VSK12
    invoice  sure     kontor  10.00 VSK13
    invoice  expected kontor  50.00 VSK14
    invoice  credited kontor -50.00 VSK14 dated 2026-03-17
    invoice  once     kontor  55.01 VSK14 dated 2026-03-18
    """)
    clock = Clock(told.where)
    clock.match()
    with clock.later() as acting:
        line = PurchaseOrderLine.objects.get(unit=told.where, order=told.orders["V11"])
        PurchaseOrderLineChange.objects.create(
            unit=told.where, line=line, text="paper", quantity=2, price="100.00", net="200.00", account="40000000",
            person=acting.person, given_at=acting.at,
        )  # fmt: skip
        received(told.orders["V11"], 1, "100.00", at=acting.at)
        confirm(acting, Match.objects.get(unit=told.where, invoice=told.invoices["sure"]))
    with clock.later("cecilia") as acting:
        later = contract(told.where, "VSK11", "kontor", version=2, total_limit="1000.00")
        later.run.applied_at = acting.at
        later.run.save()
    same = _replayed(told)
    assert (same.before, same.changed) == (5, ())
    wider = _replayed(told, contract_tolerance_up="45.00")
    assert _changed(told, wider) == {
        "beyond": ("LIMIT_EXCEEDED", "AUTO_APPROVED"),
        "once": ("OVER_TOLERANCE_UP", "AUTO_APPROVED"),
    }


def test_what_only_other_terms_match_is_gone_for_later_invoices() -> None:
    """EX 3.1-a: one receipt is not matched twice; what the tighter terms refuse stays taken by whoever accepts it."""
    told = Purchases.of("""
    on 2026-03-16
    order   V11 kontor
    line    V11 1 100.00
    receipt V11 1 100.00
    order   V12 kontor
    line    V12 1 200.00
    receipt V12 1 200.00
    invoice first  kontor 112.00 V11 dated 2026-03-10
    invoice second kontor 113.00 V11 dated 2026-03-11
    invoice whole  kontor 195.00 V12 dated 2026-03-10
    """)
    clock = Clock(told.where)
    clock.match()
    loose = _replayed(told, order_tolerance_up="20", order_tolerance_up_most="50.00")
    assert _changed(told, loose) == {"first": ("OVER_TOLERANCE_UP", "AUTO_APPROVED")}
    tight = _replayed(told, order_tolerance_down="1")
    assert _changed(told, tight) == {"whole": ("AUTO_APPROVED", "OVER_TOLERANCE_DOWN")}
    assert (str(loose.rate(loose.before)), loose.rate(loose.after)) == ("33.33", Decimal("66.67"))
