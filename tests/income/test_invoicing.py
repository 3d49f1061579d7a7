"""From ready orders to numbered invoices, claims and balanced vouchers (OC 3.5.3, 3.9 to 3.11, 4.1)."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables import Told, invoice_in_crowd_and_alone, read

from cast import (
    AT,
    DAY,
    FOREST,
    HARBOUR,
    ITEMS,
    REVENUE_COMMERCIAL,
    add_price,
    an_order,
    inside,
    new_unit,
    person,
    plan_of,
    reference,
    run,
    set_term,
    unit,
)
from reskontra.claims.models import Claim
from reskontra.exchange import archive
from reskontra.income.invoicing import run as invoicing
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.actions import approve, review
from reskontra.income.order_handling.run import OrdersRun
from reskontra.kernel.references import unit_reference
from reskontra.kernel.terms import MissingTerm
from reskontra.ledger.models import Balance, ClosedPeriod, Entry, NumberSeries, Voucher
from reskontra.registers.models import DimensionValue, PostingAccount, PriceListEntry, Unit, VatRate
from reskontra.registers.posting import MissingPostingAccount
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Control, RunRefused
from reskontra.sales.in_hand import MissingVatRate
from reskontra.sales.models import Invoice, InvoicedOrder, InvoiceLine, Order, OrderApproval, OrderDecision

pytestmark = pytest.mark.usefixtures("database")
RECEIVABLE, VAT = "17000000", "91000000"

TABLES = {
    "the first 24 characters of the case reference keep invoices apart": """
        on 2026-03-16
        order  A  aino  case VK/1234/00.00.00.01/2026
        line   A  PERMIT 1
        order  B  aino  case VK/1234/00.00.00.01/2026-X        # differs at 25
        line   B  PERMIT 1
        order  C  aino  case VK/1234/00.00.00.01/2027          # differs at 24
        line   C  PERMIT 1
        order  D  aino
        line   D  PERMIT 1
        order  E  aino
        line   E  INSPECT 1
        order  F  berit case VK/1234/00.00.00.01/2026
        line   F  PERMIT 1
        order  G  aino  case VK/1234/00.00.00.01/202
        line   G  PERMIT 1
        expect A B  invoice total 200.00 case VK/1234/00.00.00.01/2026    # OC 3.5.3-b
        expect C    invoice total 100.00                                  # OC 3.5.3-b
        expect D E  invoice total 140.00                                  # OC 3.5.3-b
        expect F    invoice total 100.00                                  # OC 3.5.3-b: another customer
        expect G    invoice total 100.00                                  # OC 3.5.3-b: shorter is different
        """,
    "what an invoice can hold only once keeps orders apart": """
        on 2026-03-16
        order  A  bruk
        line   A  COURSE 1
        order  B  bruk  number PO-1
        line   B  COURSE 1
        order  C  bruk  number PO-2
        line   C  COURSE 1
        order  D  bruk  agreement S-1
        line   D  COURSE 1
        order  E  bruk  accounting TK1
        line   E  COURSE 1
        order  F  bruk  site KOE
        line   F  COURSE 1
        order  G  bruk  days 14
        line   G  COURSE 1
        order  H  bruk  language fi
        line   H  COURSE 1
        order  I  bruk  bill-to paja
        line   I  COURSE 1
        order  J  bruk  ship-to paja
        line   J  COURSE 1
        order  K  bruk  agreement S-1
        line   K  BOOK 1
        order  L  bruk
        line   L  COURSE 1
        expect A L  invoice net 100.00               # OC 3.5.3-b
        expect B    invoice net 50.00                # OC 3.6-c: an e-invoice is of one order number
        expect C    invoice net 50.00                # OC 3.6-c
        expect D K  invoice net 70.00                # OC 3.6-c: several lines of one agreement are one
        expect E    invoice net 50.00                # OC 3.5.3-b
        expect F    invoice net 50.00                # OC 3.5.3-b
        expect G    invoice net 50.00 term 14        # OC 3.11-a
        expect H    invoice net 50.00 language fi    # OC 3.5.3-b
        expect I    invoice net 50.00                # OC 3.8-a
        expect J    invoice net 50.00                # OC 3.5.3-b
        """,
    "public-law and commercial claims, and VAT within and outside its scope, are never on one invoice": """
        on 2026-03-16
        order  A  paja
        line   A  COURSE 1
        order  B  paja
        line   B  SAMPLE 1
        order  C  paja
        line   C  PERMIT 1
        order  D  paja
        line   D  SEEDS 2
        expect A D  invoice net 66.00 vat 12.75 public_law False    # OC 6.2.7-a
        expect B    invoice net 60.00 vat 15.30 public_law True     # OC 1.6-a
        expect C    invoice net 100.00 vat 0.00 public_law True     # OC 1.6-a
        """,
    "two customers with one payer are two customers": """
        on 2026-03-16
        order  A  aino   pays bruk
        line   A  PERMIT 1
        order  B  berit  pays bruk  language fi
        line   B  PERMIT 1
        order  C  aino   pays bruk
        line   C  INSPECT 1
        expect A C  invoice total 140.00     # OC 3.5.3-b
        expect B    invoice total 100.00     # OC 3.5.3-b: orders of one customer are collected
        """,
    "less than the smallest amount waits for more": """
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 0.099
        order  B  berit
        line   B  PERMIT 0.1
        order  C  paja
        line   C  COURSE 0.16
        order  D  bruk
        line   D  SEEDS 1
        order  E  bruk
        line   E  SEEDS 1
        order  F  tokyo  case A
        line   F  SEEDS 1
        order  G  tokyo  case B
        line   G  SEEDS 1
        expect A    waits BELOW_SMALLEST_AMOUNT      # OC 3.10-a
        expect B    invoice total 10.00              # OC 3.10-a: ten euro is enough
        expect C    invoice total 10.04              # OC 3.10-a: VAT counts
        expect D E  invoice total 16.00              # OC 3.10-a: collected they are enough
        expect F    waits BELOW_SMALLEST_AMOUNT      # OC 3.10-a
        expect G    waits BELOW_SMALLEST_AMOUNT      # OC 3.10-a: apart they are not
        """,
    "the unit's own smallest amount counts, and credits never wait": """
        on 2026-03-16
        term   smallest_invoice_amount 50.00
        invoiced F1 aino PERMIT 1
        order  A  aino
        line   A  PERMIT 0.499
        order  B  berit
        line   B  PERMIT 0.5
        order  C  aino  credits F1
        line   C  PERMIT -0.01
        act    C  review maria
        act    C  approve gunnar
        expect A    waits BELOW_SMALLEST_AMOUNT      # OC 3.10-a
        expect B    invoice total 50.00              # OC 3.10-a
        expect C    credit total -1.00 of F1         # OC 3.10-a
        """,
    "VAT is that of the day of supply, and rounded once a rate": """
        on 2026-03-16
        order  A  bruk  served 2024-08-31  number A
        line   A  COURSE 1
        order  B  bruk  served 2024-09-01  number B
        line   B  COURSE 1
        order  C  bruk  served 2025-12-31  number C
        line   C  BOOK 1
        order  D  bruk  served 2026-01-01  number D
        line   D  BOOK 1
        order  E  bruk  number E
        line   E  COURSE 1 at 3.35
        line   E  COURSE 1 at 3.35
        line   E  COURSE 1 at 3.35
        order  F  bruk  number F
        line   F  COURSE 1 at 11.00
        order  G  bruk  served 2024-08-31  number G
        line   G  COURSE 1
        order  H  bruk  served 2024-09-02  number G
        line   H  COURSE 1
        order  I  bruk  number I
        line   I  COURSE 1
        line   I  BOOK 1
        line   I  SEEDS 1
        order  J  bruk  number J
        line   J  COURSE 3 at 3.33333
        expect A    invoice net 50.00 vat 12.00               # OC 1.6-a: 24 %
        expect B    invoice net 50.00 vat 12.75               # OC 1.6-a: 25.5 %
        expect C    invoice net 20.00 vat 2.80                # OC 1.6-a: 14 %
        expect D    invoice net 20.00 vat 2.70                # OC 1.6-a: 13.5 %
        expect E    invoice net 10.05 vat 2.56 total 12.61    # OC 1.6-a: three times 0.85 would be 2.55
        expect F    invoice net 11.00 vat 2.81                # OC 1.6-a: 2.805, half a cent goes up
        expect G H  invoice net 100.00 vat 24.75 supply 2024-09-02    # OC 1.6-a: two rates on one invoice
        expect I    invoice net 78.00 vat 15.45               # OC 1.6-a
        expect J    invoice net 10.00 vat 2.55                # OC 1.6-a: a price has five decimals, a line two
        """,
    "the term of payment follows the customer, the channel and the contract": """
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        order  B  verket
        line   B  COURSE 1
        order  C  svea
        line   C  COURSE 1
        order  D  berlin
        line   D  COURSE 1
        order  E  oslo
        line   E  COURSE 1
        order  F  tokyo
        line   F  COURSE 1
        order  G  sydney
        line   G  COURSE 1
        order  H  tokyo  days 14
        line   H  COURSE 1
        order  I  paja   days 0
        line   I  COURSE 1
        order  J  verket days 45
        line   J  COURSE 1
        expect A  invoice term 21 due 2026-04-07 by "OC 3.11-a"    # OC 3.11-a: Easter Monday is no bank day
        expect B  invoice term 21 due 2026-04-07 internal True     # OC 3.11-a: between units
        expect C  invoice term 30 due 2026-04-15                   # OC 3.11-a: another EU country
        expect D  invoice term 30 due 2026-04-15                   # OC 3.11-a: on paper too
        expect E  invoice term 21 due 2026-04-07                   # OC 3.11-a: in Europe, outside the Union
        expect F  invoice term 60 due 2026-05-15                   # OC 3.11-a: on paper outside Europe
        expect G  invoice term 21 due 2026-04-07                   # OC 3.11-a: electronically outside Europe
        expect H  invoice term 14 due 2026-03-30                   # OC 3.11-a: a contract overrides
        expect I  invoice term 0 due 2026-03-16                    # OC 3.11-a
        expect J  invoice term 45 due 2026-04-30                   # OC 3.11-a
        """,
    "the unit's own terms of payment count where the clause lets it set them": """
        on 2026-03-16
        term   payment_term_standard 14
        term   payment_term_other_eu 28
        term   payment_term_paper_outside_europe 45
        order  A  aino
        line   A  PERMIT 1
        order  B  verket
        line   B  COURSE 1
        order  C  berlin
        line   C  COURSE 1
        order  D  tokyo
        line   D  COURSE 1
        expect A  invoice term 14 due 2026-03-30     # OC 3.11-a
        expect B  invoice term 21 due 2026-04-07     # OC 3.11-a: fixed between units
        expect C  invoice term 28 due 2026-04-13     # OC 3.11-a
        expect D  invoice term 45 due 2026-04-30     # OC 3.11-a
        """,
    "midsummer eve is no bank day": """
        on 2026-05-29
        order  A  aino
        line   A  PERMIT 1
        expect A  invoice due 2026-06-22     # OC 3.11-a
        """,
    "Christmas moves a due date to the first bank day after it": """
        on 2026-12-03
        order  A  aino
        line   A  PERMIT 1
        expect A  invoice due 2026-12-28     # OC 3.11-a
        """,
    "May Day is no bank day, and the year may turn": """
        on 2026-04-10
        order  A  aino
        line   A  PERMIT 1
        order  B  berit days 266
        line   B  PERMIT 1
        expect A  invoice due 2026-05-04     # OC 3.11-a
        expect B  invoice due 2027-01-04     # OC 3.11-a: 1 to 3 January are no bank days
        """,
    "a credit carries the VAT that was charged, whatever the rate of its own day": """
        on 2026-03-16
        invoiced F1 bruk COURSE 2 served 2024-08-20
        invoiced F2 bruk COURSE 1 BOOK 2 served 2024-08-20
        invoiced F3 paja BOOK 1 served 2025-12-31
        order  A  bruk  credits F1 served 2024-09-09
        line   A  COURSE -2
        act    A  review maria
        act    A  approve gunnar
        order  B  bruk  credits F2
        line   B  COURSE -1
        line   B  BOOK -1
        act    B  review maria
        act    B  approve gunnar
        order  C  paja  credits F3 case C
        line   C  BOOK -0.6
        act    C  review maria
        act    C  approve gunnar
        expect A  credit net -100.00 vat -24.00 total -124.00 of F1    # OC 3.5-a: 24 % was charged
        expect B  credit net -70.00 vat -14.80 of F2                   # OC 3.5-a: 24 % and 14 %
        expect C  credit net -12.00 vat -1.68 of F3                    # OC 3.5-a
        """,
    "only what is ready or approved is invoiced": """
        on 2026-03-16
        invoiced F1 aino PERMIT 2
        invoiced F2 aino PERMIT 1
        order  A  aino  case A
        line   A  PERMIT 1 at 90.00
        order  B  aino  case B
        line   B  PERMIT 1 at 90.00
        act    B  review maria
        order  C  aino  case C
        line   C  PERMIT 1 at 90.00
        act    C  review maria
        act    C  approve gunnar
        order  D  aino  case D
        line   D  LICENCE 1 at 90.00
        act    D  review maria
        act    D  approve gunnar
        order  E  aino  own-system case E
        line   E  COURSE 1
        order  F  aino  credits F1
        line   F  PERMIT -1
        act    F  review maria
        act    F  approve gunnar
        order  G  aino  credits F1
        line   G  INSPECT -0.5
        act    G  review hanna
        act    G  approve gunnar
        order  H  aino  credits F2
        line   H  PERMIT -1
        act    H  review maria
        act    H  approve gunnar
        order  I  aino  credits F2
        line   I  PERMIT -0.1
        expect A    left NOT_READY                      # OC 3.2.1-a
        expect B    left NOT_READY                      # OC 3.2.1-a
        expect C    invoice total 90.00                 # OC 3.2.1-b
        expect D    left NOT_READY                      # OC 3.2.1-a
        expect E    invoice total 62.75                 # OC 3.2.1-a
        expect F G  credit  total -120.00 of F1         # OC 3.5-a
        expect H    credit  total -100.00 of F2         # OC 3.5-a
        expect I    left NOT_READY                      # OC 3.2.1-a
        """,
}


@pytest.mark.parametrize("name", TABLES)
def test_orders_are_invoiced_as_the_clause_says_in_a_crowd_and_alone(name: str) -> None:
    invoice_in_crowd_and_alone(TABLES[name])


# --- numbers and references (OC 3.9-a, 4.1-a) ------------------------------------------------------------------


def _ready(where: Unit, *whom: str) -> list[Order]:
    """One ready order for each customer named."""
    with inside(where):
        orders = [an_order(where, who, {"item": "PERMIT"}) for who in whom]
    run(OrdersRun(), where)
    return orders


def _numbers(where: Unit) -> tuple[list[int], list[int]]:
    with inside(where):
        return (
            sorted(Invoice.objects.filter(unit=where).values_list("number", flat=True)),
            sorted(Voucher.objects.filter(unit=where).values_list("number", flat=True)),
        )


def test_numbers_are_gap_free_over_runs_also_when_one_is_rolled_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """OC 3.9-a: invoice and voucher numbers come in the invoice run and only there."""
    where = unit()
    _ready(where, "aino", "berit")
    assert _numbers(where) == ([], [])
    run(InvoicingRun(), where)
    _ready(where, "paja")
    with monkeypatch.context() as broken:
        broken.setattr(invoicing, "_controls", lambda *_: [Control("something", "1", "2")])
        with pytest.raises(RunRefused) as refused:
            run(InvoicingRun(), where)
    assert refused.value.key == "run.control_failed"
    assert _numbers(where) == ([1, 2], [1, 2])
    run(InvoicingRun(), where)
    _ready(where, "bruk", "tokyo")
    run(InvoicingRun(), where)
    assert _numbers(where) == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])


def test_each_unit_has_its_own_series_and_vouchers_begin_anew_each_year() -> None:
    """OC 3.9-a"""
    harbour, forest = unit(), unit(FOREST)
    _ready(harbour, "aino", "berit")
    _ready(forest, "aino")
    for where in (harbour, forest):
        run(InvoicingRun(), where)
    _ready(harbour, "aino")
    run(InvoicingRun(), harbour, date(2027, 1, 4))
    with inside(harbour):
        vouchers = set(Voucher.objects.filter(unit=harbour).values_list("kind", "year", "number"))
        assert vouchers == {("SI", 2026, 1), ("SI", 2026, 2), ("SI", 2027, 1)}
        assert _invoice_numbers(harbour) == [1, 2, 3]
    with inside(forest):
        assert _invoice_numbers(forest) == [1]


def _invoice_numbers(where: Unit) -> list[int]:
    return list(Invoice.objects.filter(unit=where).order_by("number").values_list("number", flat=True))


def test_invoices_are_numbered_in_the_order_of_their_first_order() -> None:
    """OC 3.9-a: the same work gives the same numbers."""
    where = unit()
    orders = _ready(where, "tokyo", "aino", "paja", "aino", "bruk")
    run(InvoicingRun(), where)
    with inside(where):
        numbers = dict(InvoicedOrder.objects.filter(unit=where).values_list("number", "invoice__number"))
    assert [numbers[order.number] for order in orders] == [1, 2, 3, 2, 4]


def test_every_reference_begins_with_the_units_code_and_names_one_claim() -> None:
    """OC 4.1-a"""
    where = unit()
    _ready(where, "aino", "berit", "paja")
    run(InvoicingRun(), where)
    with inside(where):
        for invoice in Invoice.objects.filter(unit=where):
            assert invoice.reference == reference(where, invoice.number)
            assert invoice.reference.startswith(HARBOUR)
            claim = Claim.objects.get(unit=where, invoice=invoice)
            assert (claim.reference, claim.amount, claim.due_date) == (
                invoice.reference, invoice.total, invoice.due_date,
            )  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=st.integers(10, 999_999), number=st.integers(1, 999_999_999))
def test_the_reference_made_by_the_database_is_the_kernels(code: int, number: int) -> None:
    """OC 4.1-a"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sales_reference(%s, %s)", [str(code), number])
        assert cursor.fetchone()[0] == unit_reference(str(code), number)


# --- the books ---------------------------------------------------------------------------------------------------


def _entries(where: Unit, invoice: Invoice) -> list[tuple[str, str, str, str | None, str, str, str]]:
    found = Entry.objects.filter(unit=where, voucher=invoice.voucher_id).order_by("position")
    return [
        (
            one.account, str(one.amount), one.vat_category, None if one.vat_percent is None else str(one.vat_percent),
            one.budget_account, one.project, one.partner,
        )
        for one in found
    ]  # fmt: skip


def test_the_voucher_of_a_mixed_invoice_is_exact() -> None:
    """OC 3.9-a, 2.1-a, 2.2-i: receivable, revenue by line with its coding, VAT by rate, a State unit's partner."""
    where = unit()
    with inside(where):
        DimensionValue.objects.create(
            dimension="project", code="P-1", name="P", in_unit=where, validity=_always()
        )
        an_order(
            where,
            "verket",
            {"item": "COURSE", "quantity": 2},
            {"item": "BOOK", "quantity": 3, "project": "P-1"},
            {"item": "SEEDS", "quantity": 1, "account": "39890000"},
            {"item": "COURSE", "quantity": "0.5"},
        )
    run(OrdersRun(), where)
    run(InvoicingRun(), where)
    with inside(where):
        invoice = Invoice.objects.get(unit=where)
        budget = f"12{HARBOUR}"
        assert _entries(where, invoice) == [
            (RECEIVABLE, "232.98", "", None, "", "", "994300"),
            (REVENUE_COMMERCIAL, "-100.00", "S", "25.50", budget, "", "994300"),
            (REVENUE_COMMERCIAL, "-60.00", "S", "13.50", budget, "P-1", "994300"),
            ("39890000", "-8.00", "E", "0.00", budget, "", "994300"),
            (REVENUE_COMMERCIAL, "-25.00", "S", "25.50", budget, "", "994300"),
            (VAT, "-8.10", "S", "13.50", "", "", ""),
            (VAT, "-31.88", "S", "25.50", "", "", ""),
        ]
        assert (invoice.net, invoice.vat, invoice.total) == (
            Decimal("193.00"),
            Decimal("39.98"),
            Decimal("232.98"),
        )
        voucher = Voucher.objects.get(unit=where)
        assert (str(voucher), voucher.posting_date) == ("SI 2026-000001", DAY)
        assert (invoice.internal, invoice.public_law) == (True, False)


def _always() -> Any:
    return PriceListEntry.objects.filter(unit=unit()).order_by("id")[0].validity


def test_a_customer_outside_the_State_has_no_partner_in_the_books() -> None:
    """OC 2.2-k, OC 2.2-i"""
    where = unit()
    _ready(where, "aino")
    run(InvoicingRun(), where)
    with inside(where):
        assert {row[-1] for row in _entries(where, Invoice.objects.get(unit=where))} == {""}


def test_a_credit_invoice_refers_to_its_original_and_reverses_it() -> None:
    """OC 3.5-a, OC 3.2.1-a"""
    told = Told(
        read("""
            on 2026-03-16
            invoiced F1 verket COURSE 2
            order  A  verket  credits F1
            line   A  COURSE -2
            act    A  review maria
            act    A  approve gunnar
            """),
        unit(),
    )
    run(InvoicingRun(), told.where)
    with inside(told.where):
        original = told.invoices["F1"]
        credit = Invoice.objects.get(unit=told.where, credit=True)
        assert (credit.original_id, credit.net, credit.vat, credit.total) == (
            original.pk, -original.net, -original.vat, -original.total,
        )  # fmt: skip
        reversed_entries = [
            (account, str(-Decimal(amount)), *rest)
            for account, amount, *rest in _entries(told.where, original)
        ]
        assert _entries(told.where, credit) == reversed_entries
        assert Claim.objects.get(unit=told.where, invoice=credit).amount == -original.total
        assert credit.number == original.number + 1
        assert Balance.objects.get(unit=told.where, account=RECEIVABLE, year=2026).amount == 0


def test_two_credits_at_once_never_credit_more_than_the_original() -> None:
    """OC 3.5-a: each fits the original, both together do not."""
    told = Told(
        read("""
            on 2026-03-16
            invoiced F1 aino PERMIT 1
            order  A  aino  credits F1
            line   A  PERMIT -0.6
            act    A  review maria
            act    A  approve gunnar
            order  B  aino  credits F1  case B
            line   B  PERMIT -0.6
            act    B  review maria
            act    B  approve gunnar
            """),
        unit(),
    )
    run(InvoicingRun(), told.where)
    with inside(told.where):
        original = told.invoices["F1"]
        [credit] = Invoice.objects.filter(unit=told.where, original=original.pk)
        assert credit.net == Decimal("-60.00")
        left = OrderDecision.objects.get(unit=told.where, rule="invoicing", order=told.orders["B"])
        assert (left.outcome, left.clause) == ("DECIDE_AGAIN", "OC 3.5-a")
    decided_by = run(OrdersRun([told.orders["B"].pk]), told.where).run
    with inside(told.where):
        assert OrderDecision.objects.get(unit=told.where, run=decided_by).outcome == "CREDIT_EXCEEDS_ORIGINAL"


def test_of_an_item_at_two_rates_the_credit_takes_that_of_its_own_day() -> None:
    """OC 3.5-a: one original over two supplies; what neither rate holds is not taken back."""
    where = unit()
    with inside(where):
        for day in (date(2024, 8, 20), date(2024, 9, 5)):
            an_order(where, "bruk", {"item": "COURSE", "quantity": 2}, service_date=day)
    run(OrdersRun(), where)
    run(InvoicingRun(), where)
    with inside(where):
        original = Invoice.objects.get(unit=where)
        credit = {"credit": True, "reference_invoice": f"4210{original.number:09d}"}
        orders = [
            an_order(where, "bruk", {"item": "COURSE", "quantity": quantity}, service_date=day, **credit)
            for day, quantity in (
                (date(2024, 8, 20), "-2"), (date(2024, 9, 5), "-2"), (date(2024, 9, 5), "-2.1"), (DAY, "-1"),
            )
        ]  # fmt: skip
    by = run(OrdersRun(), where).run
    with inside(where):
        become = [OrderDecision.objects.get(unit=where, run=by, order=order).outcome for order in orders]
    assert become == [
        "CREDIT_NEEDS_REVIEW",
        "CREDIT_NEEDS_REVIEW",
        "CREDIT_EXCEEDS_ORIGINAL",
        "CREDIT_NEEDS_REVIEW",
    ]
    for who, act in (("maria", review), ("gunnar", approve)):
        with inside(where, who) as acting:
            for order in orders[:2]:
                act(acting, order, order.digest)
    run(OrdersRun(), where)
    run(InvoicingRun(), where)
    with inside(where):
        credited = Invoice.objects.get(unit=where, credit=True)
        assert (credited.net, credited.vat) == (-original.net, -original.vat) == (-200, Decimal("-49.50"))


def test_credits_take_back_what_was_charged_to_the_cent_a_rate() -> None:
    """OC 3.5-a: halves that round up do not lock the other half; what is not there stays refused."""
    where = unit()
    with inside(where):
        an_order(
            where,
            "bruk",
            {"item": "COURSE", "unit_price": "10.06"},
            {"item": "COURSE", "unit_price": "10.06"},
        )
    run(OrdersRun(), where)
    run(InvoicingRun(), where)
    with inside(where):
        original = Invoice.objects.get(unit=where)
        half = {"item": "COURSE", "quantity": -1, "unit_price": "10.06"}
        credit = {"credit": True, "reference_invoice": f"4210{original.number:09d}", "source": "own_system"}
        halves = [an_order(where, "bruk", half, case_reference=case, **credit) for case in "AB"]
    run(OrdersRun(), where)
    run(InvoicingRun(), where)
    with inside(where):
        done = InvoicedOrder.objects.filter(unit=where, number__in=[one.number for one in halves])
        assert done.count() == 2
        credited = sum(one.total for one in Invoice.objects.filter(unit=where, credit=True))
        assert (original.total, credited) == (Decimal("25.25"), Decimal("-25.26"))
        more = an_order(where, "bruk", {"item": "COURSE", "quantity": "-0.001"}, **credit)
    by = run(OrdersRun(), where).run
    with inside(where):
        assert OrderDecision.objects.get(unit=where, run=by, order=more).outcome == "CREDIT_EXCEEDS_ORIGINAL"


def test_an_invoicing_report_lies_in_the_archive_with_the_digest_in_evidence() -> None:
    """OC 3.9-b: every invoice of the run, without a name."""
    where = unit()
    _ready(where, "aino", "bruk")
    result = run(InvoicingRun(), where)
    [told] = result.files
    rows = list(csv.DictReader(io.StringIO(archive.read(told["digest"]).decode()), delimiter=";"))
    assert [row["invoice"] for row in rows] == ["4210000000001", "4210000000002"]
    assert [row["voucher"] for row in rows] == ["SI 2026-000001", "SI 2026-000002"]
    assert [row["reference"] for row in rows] == [reference(where, 1), reference(where, 2)]
    assert {row["total"] for row in rows} == {"100.00"}
    with inside(where):
        kept = Evidence.objects.get(unit=where, run=result.run, control="invoicing report")
        assert kept.document == told["digest"]


def test_controls_are_kept_as_evidence_and_agree() -> None:
    """OC 3.9-a: what was ordered, invoiced, claimed and posted is one sum."""
    where = unit()
    _ready(where, "aino", "bruk", "verket")
    result = run(InvoicingRun(), where)
    assert {control.name for control in result.controls} >= {
        "orders = invoices, net", "claims = invoices, total", "receivable account grew by the invoices",
        "invoice numbers without gap", "voucher numbers without gap",
    }  # fmt: skip
    with inside(where):
        kept = dict(Evidence.objects.filter(unit=where, run=result.run).values_list("control", "actual"))
    assert all(kept[control.name] == control.actual == control.expected for control in result.controls)
    assert kept["claims = invoices, total"] == "300.00"


def test_a_run_with_nothing_to_invoice_is_done_and_takes_no_number() -> None:
    """OC 3.9-a"""
    result = run(InvoicingRun(), unit())
    assert (result.run.state, result.facts, list(result.files)) == ("applied", {}, [])
    assert _numbers(unit()) == ([], [])
    with inside(unit()):
        assert not NumberSeries.objects.filter(unit=unit(), series="invoice").exists()


# --- many lines on one invoice -------------------------------------------------------------------------------------


def _order_of(where: Unit, who: str, lines: int, **header: Any) -> Order:
    """An order of ``lines`` lines, told to the database at once."""
    order = an_order(where, who, {"item": "COURSE"}, **header)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sales_orderline (order_id, position, unit_id, item_code, quantity, measure, item_text,"
            " line_text, account, budget_account, operating_unit, project, function, product, area, tracking1,"
            " tracking2) SELECT %s, place, %s, 'COURSE', 1, '', '', '', '', '', '', '', '', '', '', '', ''"
            " FROM generate_series(2, %s) place",
            [order.pk, where.pk, lines],
        )
    return order


def _invoices_of(where: Unit, *orders: Order) -> list[int]:
    with inside(where):
        numbers = dict(InvoicedOrder.objects.filter(unit=where).values_list("number", "invoice__number"))
    return [numbers[order.number] for order in orders]


def test_two_large_orders_are_two_invoices_and_stop_nobody_else() -> None:
    """OC 3.5.3-b, OC 3.9-a: more than positions can number are never on one invoice."""
    where = unit()
    with inside(where):
        large = [_order_of(where, "bruk", lines) for lines in (15_100, 16_500)]
        small = [an_order(where, who, {"item": "COURSE"}) for who in ("bruk", "paja", "bruk")]
    run(OrdersRun(), where)
    run(InvoicingRun(), where)
    assert _invoices_of(where, *large, *small) == [1, 2, 3, 4, 3]
    with inside(where):
        for invoice, lines in zip(
            Invoice.objects.filter(unit=where).order_by("number")[:2], (15_100, 16_500), strict=True
        ):
            last = Entry.objects.filter(unit=where, voucher=invoice.voucher_id).order_by("position").last()
            assert last is not None
            assert (last.account, last.position, invoice.net) == (VAT, lines + 1, 50 * lines)
        _books_agree(where)


def test_the_order_that_would_go_beyond_the_limit_begins_the_next_invoice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """OC 3.5.3-b: at the limit together, beyond it apart; what fits is filled in the order of the orders."""
    monkeypatch.setattr(invoicing, "MOST_LINES", 6)
    where = unit()
    with inside(where):
        bruk = [_order_of(where, "bruk", lines) for lines in (2, 4, 1, 6, 7, 3, 3)]
        paja = [_order_of(where, "paja", lines) for lines in (3, 3)]
        aino = [_order_of(where, "aino", lines) for lines in (3, 4)]
        apart = _order_of(where, "bruk", 1, order_number="PO-1")
    run(OrdersRun(), where)
    planned = plan_of(InvoicingRun(), where)
    run(InvoicingRun(), where, planned=_again(where, planned.run))
    assert _invoices_of(where, *bruk) == [1, 1, 2, 3, 4, 5, 5]
    assert _invoices_of(where, *paja, *aino, apart) == [6, 6, 7, 8, 9]
    with inside(where):
        _books_agree(where)


@pytest.mark.parametrize(
    ("sizes", "invoices"),
    [
        # Sizes in kilobytes; the limits are ten files and one megabyte an invoice.
        ([[400], [600], [1], [], [999], [2]], [1, 1, 2, 2, 2, 3]),
        ([[10] * 6, [10] * 4, [], [10], [10] * 9, [10]], [1, 1, 1, 2, 2, 3]),
        ([[1], [1000], [], [1]], [1, 2, 2, 3]),
    ],
)
def test_orders_whose_attachments_do_not_go_on_one_invoice_are_apart(
    sizes: Sequence[Sequence[int]], invoices: Sequence[int]
) -> None:
    """OC 3.2-d, OC 3.5.3-b: known when they are collected, and planned so; what brings no file stays where it is."""
    where = unit()
    with inside(where):
        orders = [
            an_order(
                where,
                "bruk",
                {"item": "COURSE"},
                attachments=[
                    {"name": "a.pdf", "digest": "0" * 64, "size": size * 1000, "kind": "pdf", "basis": False}
                    for size in files
                ],
            )
            for files in sizes
        ]
    run(OrdersRun(), where)
    planned = plan_of(InvoicingRun(), where)
    run(InvoicingRun(), where, planned=_again(where, planned.run))
    assert _invoices_of(where, *orders) == invoices


def test_a_unit_without_a_vat_number_is_told_before_a_number_is_taken() -> None:
    """OC 3.5-a, EN 16931 BR-S-02: what is within VAT waits for the register, what is outside goes."""
    where = unit()
    Unit.objects.filter(pk=where.pk).update(vat_id="")
    with inside(where):
        taxed, free = (an_order(where, "bruk", {"item": item}) for item in ("COURSE", "PERMIT"))
    run(OrdersRun(), where)
    planned = plan_of(InvoicingRun(), where)
    assert {(one.outcome, one.standing, one.clause) for one in planned.counts} == {
        ("UNIT_WITHOUT_VAT_NUMBER", "WAITING", "OC 3.5-a"), ("INVOICE", "READY", "OC 3.9-a"),
    }  # fmt: skip
    run(InvoicingRun(), where)
    assert (_invoices_of(where, free), _numbers(where)[0]) == ([1], [1])
    Unit.objects.filter(pk=where.pk).update(vat_id=where.vat_id)
    run(InvoicingRun(), where)
    assert _invoices_of(where, taxed, free) == [2, 1]


# --- plan and apply ------------------------------------------------------------------------------------------------


def _again(where: Unit, of: Run) -> Run:
    with inside(where):
        return Run.objects.get(unit=where, pk=of.pk)


def test_a_plan_writes_nothing_but_itself_and_is_applied_as_it_was_shown() -> None:
    """OC 3.9-a"""
    where = unit()
    _ready(where, "aino", "bruk")
    planned = plan_of(InvoicingRun(), where)
    assert planned.run.state == "planned"
    assert _numbers(where) == ([], [])
    digest = planned.run.digest
    applied = run(InvoicingRun(), where, planned=_again(where, planned.run))
    assert (applied.run.pk, applied.run.state, applied.run.digest) == (planned.run.pk, "applied", digest)
    assert [(c.outcome, c.count) for c in applied.counts] == [("INVOICE", 2)]
    assert _numbers(where) == ([1, 2], [1, 2])
    with inside(where):
        assert OrderDecision.objects.filter(unit=where, rule="invoicing", run=applied.run).count() == 2


def test_what_has_changed_since_the_plan_is_set_aside() -> None:
    """OC 2.1-b, OC 3.9-a: a group with a new order, and an order with a new version, wait for the next run."""
    where = unit()
    aino, bruk, paja = _ready(where, "aino", "bruk", "paja")
    planned = plan_of(InvoicingRun(), where)
    [joined] = _ready(where, "aino")
    with inside(where):
        twice = {"item": "PERMIT", "quantity": 2}
        an_order(where, "bruk", twice, number=bruk.number, version=2, key=bruk.key, digest="2" * 64)
    run(OrdersRun(), where)
    result = run(InvoicingRun(), where, planned=_again(where, planned.run))
    assert {(c.outcome, c.count) for c in result.counts} == {("INVOICE", 1), ("CHANGED_SINCE_PLAN", 3)}
    assert _invoiced(where) == {paja.number}
    run(InvoicingRun(), where)
    assert _invoiced(where) == {aino.number, bruk.number, paja.number, joined.number}


def _invoiced(where: Unit) -> set[int]:
    with inside(where):
        return set(InvoicedOrder.objects.filter(unit=where).values_list("number", flat=True))


def test_a_group_that_has_lost_an_order_since_the_plan_is_set_aside() -> None:
    """OC 3.9-a: the invoice that was shown had two orders; another invoice than that is not applied unseen."""
    where = unit()
    with inside(where):
        stays = an_order(where, "aino", {"item": "PERMIT"})
        an_order(where, "aino", {"item": "INSPECT"})
    run(OrdersRun(), where)
    planned = plan_of(InvoicingRun(), where)
    with inside(where):
        add_price(where, "INSPECT", "55.00", since=DAY)  # the second order must be decided again
    run(InvoicingRun(), where, planned=_again(where, planned.run))
    with inside(where):
        assert not InvoicedOrder.objects.filter(unit=where, number=stays.number).exists()


def test_an_order_priced_anew_since_it_was_decided_is_decided_again_before_it_is_invoiced() -> None:
    """OC 2.1-b"""
    where = unit()
    [order] = _ready(where, "aino")
    with inside(where):
        add_price(where, "PERMIT", "130.00", since=DAY)
    result = run(InvoicingRun(), where)
    assert [(c.outcome, c.clause, c.count) for c in result.counts] == [("DECIDE_AGAIN", "OC 2.1-b", 1)]
    run(OrdersRun(), where)
    run(InvoicingRun(), where)
    with inside(where):
        assert Invoice.objects.get(unit=where).net == Decimal("130.00")
        assert InvoicedOrder.objects.get(unit=where).number == order.number


def test_an_item_taken_off_the_list_since_its_order_was_decided_does_not_stop_the_others() -> None:
    """OC 2.1-b: the order names its price, so its amount is the same; it is decided again all the same."""
    where = unit()
    with inside(where):
        an_order(where, "aino", {"item": "INSPECT", "unit_price": "40.00"})
        an_order(where, "bruk", {"item": "PERMIT"})
    run(OrdersRun(), where)
    with inside(where):
        entry = PriceListEntry.objects.get(unit=where, item__code="INSPECT")
        entry.validity = type(entry.validity)(entry.validity.lower, date(2026, 1, 1))
        entry.save()
    result = run(InvoicingRun(), where)
    assert {(c.outcome, c.count) for c in result.counts} == {("INVOICE", 1), ("DECIDE_AGAIN", 1)}


def test_a_public_law_price_that_left_the_list_since_its_order_was_decided_is_seen_by_the_unit() -> None:
    """OC 2.1-b: the amount that the order names is the same, the approved list is another."""
    where = unit()
    with inside(where):
        order = an_order(where, "aino", {"item": "PERMIT", "unit_price": "100.00"})
        own = an_order(where, "bruk", {"item": "PERMIT", "unit_price": "100.00"}, source="own_system")
    run(OrdersRun(), where)
    with inside(where):
        add_price(where, "PERMIT", "90.00", since=DAY)
    result = run(InvoicingRun(), where)
    assert {(c.outcome, c.clause, c.count) for c in result.counts} == {
        ("DECIDE_AGAIN", "OC 2.1-b", 1), ("INVOICE", "OC 3.9-a", 1),
    }  # fmt: skip
    decided_by = run(OrdersRun([order.pk]), where).run
    with inside(where):
        assert OrderDecision.objects.get(unit=where, run=decided_by).outcome == "OFF_LIST_PRICE"
        assert InvoicedOrder.objects.get(unit=where).number == own.number


def test_a_plan_is_applied_once() -> None:
    """OC 3.9-a: also when two people hold the same plan."""
    where = unit()
    _ready(where, "aino")
    planned = plan_of(InvoicingRun(), where).run
    one, other = _again(where, planned), _again(where, planned)
    run(InvoicingRun(), where, planned=one)
    with pytest.raises(RunRefused) as refused:
        run(InvoicingRun(), where, planned=one)
    assert refused.value.key == "run.already_applied"
    with pytest.raises(RunRefused):
        run(InvoicingRun(), where, planned=other)
    kept = _again(where, planned)
    assert kept.outcomes == [{"outcome": "INVOICE", "clause": "OC 3.9-a", "count": 1, "amount": "100.00"}]
    assert _numbers(where) == ([1], [1])


def test_an_invoiced_order_is_not_invoiced_again() -> None:
    """OC 3.9-a"""
    where = unit()
    [order] = _ready(where, "aino")
    run(InvoicingRun(), where)
    run(OrdersRun(), where)
    assert not run(InvoicingRun(), where).facts
    with inside(where):
        done = InvoicedOrder.objects.get(unit=where, number=order.number)
    with inside(where), pytest.raises(IntegrityError, match="an_order_is_invoiced_once"):
        InvoicedOrder.objects.create(
            unit=where,
            number=done.number,
            order_id=done.order_id,
            digest=done.digest,
            invoice_id=done.invoice_id,
        )


def test_an_order_that_waits_for_review_cannot_be_invoiced_past_the_rule() -> None:
    """OC 3.2.1-a: the database refuses by name."""
    where = unit()
    _ready(where, "aino")
    run(InvoicingRun(), where)
    with inside(where):
        waiting = an_order(where, "aino", {"item": "PERMIT", "unit_price": "1.00"})
    run(OrdersRun(), where)
    with inside(where), pytest.raises(IntegrityError, match="only_ready_or_approved_orders_are_invoiced"):
        InvoicedOrder.objects.create(
            unit=where, number=waiting.number, order=waiting, digest=waiting.digest,
            invoice=Invoice.objects.get(unit=where),
        )  # fmt: skip


# --- what stops a run leaves nothing ---------------------------------------------------------------------------


def _nothing(where: Unit) -> None:
    assert _numbers(where) == ([], [])
    with inside(where):
        assert not Claim.objects.filter(unit=where).exists()
        assert not Entry.objects.filter(unit=where).exists()
        assert not Run.objects.filter(unit=where, name="invoicing").exists()
        assert not NumberSeries.objects.filter(unit=where, series="invoice").exists()
        assert not OrderDecision.objects.filter(unit=where, rule="invoicing").exists()


def test_a_missing_vat_rate_stops_the_run() -> None:
    """OC 1.6-a"""
    where = unit()
    with inside(where):
        an_order(where, "bruk", {"item": "BOOK"})
    run(OrdersRun(), where)
    VatRate.objects.filter(vat_class="reduced_1", validity__contains=DAY).update(vat_class="reduced_9")
    with pytest.raises(MissingVatRate):
        run(InvoicingRun(), where)
    _nothing(where)


@pytest.mark.parametrize("event", ["receivable", "vat_on_sales"])
def test_a_missing_posting_account_stops_the_run(event: str) -> None:
    """OC 3.9-a"""
    where = unit()
    _ready(where, "aino")
    PostingAccount.objects.filter(event=event).update(event=f"former_{event}")
    with pytest.raises(MissingPostingAccount) as missing:
        run(InvoicingRun(), where)
    assert (missing.value.event, missing.value.on) == (event, DAY)
    _nothing(where)


def test_a_missing_term_stops_the_run() -> None:
    """OC 3.10-a: the guideline's amount is in force from 2024."""
    where = unit()
    _ready(where, "aino")
    with pytest.raises(MissingTerm):
        run(InvoicingRun(), where, date(2023, 12, 29))
    _nothing(where)


def test_a_closed_period_takes_no_voucher() -> None:
    """EX P-a: refused by the constraint's name."""
    where = unit()
    _ready(where, "aino")
    with inside(where):
        ClosedPeriod.objects.create(
            unit=where, month=DAY.replace(day=1), closed_by=person("petra"), closed_at=AT
        )
    with pytest.raises(IntegrityError, match="a_closed_period_takes_no_voucher"):
        run(InvoicingRun(), where)
    _nothing(where)
    assert run(InvoicingRun(), where, date(2026, 4, 1)).facts == {"invoices": 1}


def test_an_order_of_nothing_never_stops_the_others() -> None:
    """OC 3.10-a: where the unit invoices from zero, what costs nothing still claims nothing."""
    where = unit()
    set_term(where, "smallest_invoice_amount", "0.00")
    with inside(where):
        an_order(where, "bruk", {"item": "COURSE", "unit_price": "0.00"})
    _ready(where, "aino")
    result = run(InvoicingRun(), where)
    assert result.facts == {"invoices": 1}


def test_a_credit_whose_VAT_outweighs_it_is_left_and_never_stops_the_others() -> None:
    """OC 3.2.1-a: 104 euro without VAT back, 100 euro with VAT forth: net a credit, in all a claim."""
    told = Told(
        read("""
            on 2026-03-16
            invoiced F1 bruk COURSE 4 SEEDS 13
            order  A  bruk  credits F1
            line   A  SEEDS -13
            line   A  COURSE 2
            act    A  review maria
            act    A  approve gunnar
            order  B  aino
            line   B  PERMIT 1
            """),
        unit(),
    )
    result = run(InvoicingRun(), told.where)
    assert {(c.outcome, c.standing, c.count) for c in result.counts} == {
        ("CREDIT_NOT_NEGATIVE", "LEFT", 1),
        ("INVOICE", "READY", 1),
    }


# --- properties of random worlds -----------------------------------------------------------------------------------

_worlds = count(600_001)
_RATES: Mapping[str, Sequence[tuple[date, str]]] = {
    "standard": [(date(2024, 9, 1), "25.5"), (date(2010, 1, 1), "24")],
    "reduced_1": [(date(2026, 1, 1), "13.5"), (date(2010, 1, 1), "14")],
    "outside_scope": [(date(2010, 1, 1), "0")],
    "exempt": [(date(2010, 1, 1), "0")],
}
_PUBLIC = st.sampled_from(["PERMIT", "INSPECT", "OPINION"])
_COMMERCIAL = st.sampled_from(["COURSE", "BOOK", "SEEDS", "HOURS"])
_line = {
    "quantity": st.decimals("0.001", "250", places=3),
    "unit_price": st.one_of(st.none(), st.decimals("0", "900", places=5)),
}
_orders = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.sampled_from(["aino", "bruk", "verket", "tokyo"]),
            "case_reference": st.sampled_from(["", "VK/1", "VK/2"]),
            "service_date": st.sampled_from(
                [date(2024, 8, 31), date(2024, 9, 1), date(2025, 12, 31), date(2026, 1, 1), DAY]
            ),
            "lines": st.one_of(
                st.lists(st.fixed_dictionaries({"item": _PUBLIC, **_line}), min_size=1, max_size=4),
                st.lists(st.fixed_dictionaries({"item": _COMMERCIAL, **_line}), min_size=1, max_size=4),
            ),
        }
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=_orders, second=_orders)
def test_the_books_agree_whatever_is_ordered(first: Sequence[Any], second: Sequence[Any]) -> None:
    """OC 3.9-a: vouchers and ledger sum to zero, open items are the receivable account, numbers have no gap."""
    where = new_unit(str(next(_worlds)))
    for orders in (first, second):
        with inside(where):
            for told in orders:
                lines = [
                    {key: value for key, value in line.items() if value is not None} for line in told["lines"]
                ]
                header = {key: told[key] for key in ("case_reference", "service_date")}
                an_order(where, told["who"], *lines, **header)
        run(OrdersRun(), where)
        _approve_what_waits(where)
        result = run(InvoicingRun(), where)
        with inside(where):
            _every_order_has_its_answer(where, result.run)
    with inside(where):
        _books_agree(where)
        for invoice in Invoice.objects.filter(unit=where):
            _amounts_are_recomputed(where, invoice)


def _approve_what_waits(where: Unit) -> None:
    """Every second order that waits for review is reviewed and approved."""
    with inside(where):
        invoiced = InvoicedOrder.objects.filter(unit=where).values("order_id")
        acted = OrderApproval.objects.filter(unit=where).values("order_id")
        latest = (
            OrderDecision.objects.filter(unit=where, rule="orders")
            .exclude(order_id__in=invoiced)
            .exclude(order_id__in=acted)
            .order_by("order_id", "-run_id")
            .distinct("order_id")
        )
        waiting = [one.order_id for one in latest if one.standing == "REVIEW"][::2]
        orders = list(Order.objects.filter(unit=where, pk__in=waiting))
    for who, act in (("maria", review), ("gunnar", approve)):
        with inside(where, who) as acting:
            for order in orders:
                act(acting, order, order.digest)


def _every_order_has_its_answer(where: Unit, by: Run) -> None:
    """An order that was ready when the run began is invoiced by it, or waits with the run's decision."""
    decisions = OrderDecision.objects.filter(unit=where, run=by, rule="invoicing")
    decided = dict(decisions.values_list("order_id", "outcome"))
    invoiced = set(InvoicedOrder.objects.filter(unit=where).values_list("order_id", flat=True))
    for order in Order.objects.filter(unit=where):
        assert order.pk in invoiced or decided[order.pk] in ("BELOW_SMALLEST_AMOUNT", "NOT_READY")
    assert all(order in invoiced for order, outcome in decided.items() if outcome == "INVOICE")


def _books_agree(where: Unit) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(abs(total)), 0) FROM (SELECT sum(amount) AS total FROM ledger_entry"
            " WHERE unit_id = %s GROUP BY voucher_id) v",
            [where.pk],
        )
        assert cursor.fetchone()[0] == 0
        cursor.execute(
            "SELECT account, sum(amount) FROM ledger_entry WHERE unit_id = %s GROUP BY 1", [where.pk]
        )
        by_account = dict(cursor.fetchall())
    assert sum(by_account.values()) == 0
    kept = dict(Balance.objects.filter(unit=where).values_list("account", "amount"))
    assert kept == by_account
    claimed = sum(Claim.objects.filter(unit=where).values_list("amount", flat=True))
    assert claimed == by_account.get(RECEIVABLE, 0)
    invoices, vouchers = _numbers(where)
    assert invoices == vouchers == list(range(1, len(invoices) + 1))


def _amounts_are_recomputed(where: Unit, invoice: Invoice) -> None:
    """Net and VAT from what was ordered, with the price list and the rates written out here."""
    bases: dict[tuple[str, Decimal], Decimal] = {}
    for done in InvoicedOrder.objects.filter(unit=where, invoice=invoice):
        order = Order.objects.get(unit=where, pk=done.order_id)
        for line in order.lines.filter(unit=where):
            vat_class, listed = ITEMS[line.item_code][1], ITEMS[line.item_code][3]
            price = line.unit_price if line.unit_price is not None else Decimal(str(listed))
            percent = next(Decimal(rate) for since, rate in _RATES[vat_class] if since <= order.service_date)
            net = (line.quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
            bases[vat_class, percent] = bases.get((vat_class, percent), Decimal(0)) + net
    vat = sum(
        (
            (base * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
            for (_, percent), base in bases.items()
        ),
        Decimal(0),
    )
    assert (invoice.net, invoice.vat, invoice.total) == (
        sum(bases.values()), vat, sum(bases.values()) + vat,
    )  # fmt: skip
    assert sum(line.net for line in InvoiceLine.objects.filter(unit=where, invoice=invoice)) == invoice.net
    assert invoice.public_law == all(ITEMS[line.item.code][0] for line in invoice.lines.filter(unit=where))
