"""Charges beside what was ordered or agreed, and lines that offset each other (EX 3): reasons, posting, credits."""

from decimal import Decimal
from typing import Any

import pytest

from cast import DAY, inside, run
from expenditure.matching_tables import Purchases, match_in_crowd_and_alone, match_together
from expenditure.purchase_cast import EXPENSE, SERVICES
from reskontra.expenditure.matching.actions import accept
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.purchases.models import CodingLine, MatchLine, PurchaseInvoice
from reskontra.registers.posting import posting_account

pytestmark = pytest.mark.usefixtures("database")


def _coded(told: Purchases, invoice: PurchaseInvoice) -> list[tuple[Any, ...]]:
    """Account, budget account, net and VAT of each line of the invoice's coding."""
    with inside(told.where):
        lines = CodingLine.objects.filter(unit=told.where, coding__invoice=invoice).order_by("position")
        return [(one.account, one.budget_account, f"{one.net:.2f}", f"{one.vat:.2f}") for one in lines]


def _freight() -> str:
    return posting_account("freight", DAY)


def test_a_charge_that_a_contract_does_not_name_goes_to_people() -> None:
    """EX 3-b: within its limits, on its schedule, and not of a contract that is about just that."""
    match_in_crowd_and_alone("""
    on 2026-03-16
    contract VSK11 kontor budget
    contract VSK12 kontor budget name Rahtisopimus
    contract VSK13 kontor schedule
    row      VSK13 2026-03-10 100.00
    contract VSK14 kontor budget
    invoice freight  kontor 105.00 VSK11
    item    freight  100.00 text cleaning
    item    freight    5.00 text Rahtikulut
    invoice carrier  kontor 105.00 VSK12
    item    carrier  105.00 text Rahti
    invoice expected kontor 105.00 VSK13
    item    expected 100.00 text cleaning
    item    expected   5.00 text Toimitusmaksu
    invoice plain    kontor 105.00 VSK14
    item    plain    100.00 text cleaning
    item    plain      5.00 text windows
    expect  freight  UNAGREED_CHARGE    # EX 3-b
    expect  carrier  AUTO_APPROVED      # EX 3-a
    expect  expected UNAGREED_CHARGE    # EX 3-b
    expect  plain    AUTO_APPROVED      # EX 3-a
    """)


def test_a_charge_that_may_pass_is_posted_to_its_own_account() -> None:
    """EX 3-b: of an order by header and by line, of a contract; budget and objects follow the larger line."""
    told = match_together("""
    on 2026-03-16
    term     match_unagreed_charge yes
    order    V11 kontor
    line     V11 1 60.00 budget_account 2901
    line     V11 2 40.00 account 43000000 budget_account 2902
    receipt  V11 1 60.00
    receipt  V11 2 40.00
    order    V12 kontor
    line     V12 1 100.00
    line     V12 2 300.00 account 43000000
    receipt  V12 1 100.00
    receipt  V12 2 300.00
    contract VSK11 kontor budget
    invoice  header kontor 103.01 V11
    item     header  98.00 text paper
    item     header   5.01 text Rahti
    invoice  named  kontor 304.50 V12
    item     named  300.00 line 2
    item     named    4.50 text Frakt
    invoice  agreed kontor 55.00 VSK11
    item     agreed  50.00 text cleaning
    item     agreed   5.00 text Emballage
    expect   header AUTO_APPROVED    # EX 3-a
    expect   named  AUTO_APPROVED    # EX 3-a
    expect   agreed AUTO_APPROVED    # EX 3-a
    """)
    assert _coded(told, told.invoices["header"]) == [
        (EXPENSE, "2901", "58.80", "14.99"),
        (SERVICES, "2902", "39.20", "10.00"),
        (_freight(), "2901", "5.01", "1.28"),
    ]
    assert _coded(told, told.invoices["named"]) == [
        (SERVICES, "", "300.00", "76.50"),
        (_freight(), "", "4.50", "1.15"),
    ]
    assert _coded(told, told.invoices["agreed"]) == [
        (SERVICES, "", "50.00", "12.75"),
        (_freight(), "", "5.00", "1.28"),
    ]
    with inside(told.where):
        lines = MatchLine.objects.filter(unit=told.where, match__invoice=told.invoices["header"])
        taken = {one.order_line and one.order_line.position: one.net for one in lines}
    assert taken == {1: Decimal("58.80"), 2: Decimal("39.20"), None: Decimal("5.01")}


def test_a_charge_of_another_rate_leaves_the_lines_their_own() -> None:
    """EX 3-b: accepted by a person; net and VAT add up by rate."""
    told = Purchases.of("""
    on 2026-03-16
    order    V11 kontor
    line     V11 1 60.00 vat 13.5
    line     V11 2 40.00 vat 13.5 account 43000000
    receipt  V11 1 60.00
    receipt  V11 2 40.00
    invoice  mixed kontor 110.00 V11 rates 13.5:100.00,25.5:10.00
    item     mixed 100.00 text food vat 13.5
    item     mixed  10.00 text Leveransavgift vat 25.5
    """)
    run(MatchingRun(), told.where)
    with inside(told.where, "kirsi") as acting:
        accept(acting, told.invoices["mixed"], "the carrier was agreed by telephone")
    assert _coded(told, told.invoices["mixed"]) == [
        (EXPENSE, "", "60.00", "8.10"),
        (SERVICES, "", "40.00", "5.40"),
        (_freight(), "", "10.00", "2.55"),
    ]


def test_a_credit_takes_a_charge_back_from_its_account_and_no_more_than_was_charged() -> None:
    """EX 3-a, EX 3-b: as it says, or what the lines cannot carry."""
    told = match_together("""
    on 2026-03-16
    term     match_unagreed_charge yes
    order    V11 kontor
    line     V11 1 100.00
    receipt  V11 1 100.00
    order    V12 kontor
    line     V12 1 100.00
    receipt  V12 1 100.00
    invoice  A     kontor  105.00 V11 dated 2026-03-10
    item     A     100.00 text paper
    item     A       5.00 text Rahti
    invoice  part  kontor   -2.00 V11 dated 2026-03-11
    item     part   -2.00 text Rahti
    invoice  more  kontor -103.01 V11 dated 2026-03-12
    invoice  rest  kontor -103.00 V11 dated 2026-03-13
    invoice  again kontor  100.00 V11 dated 2026-03-14
    invoice  B     kontor  105.00 V12 dated 2026-03-10
    item     B     100.00 line 1
    item     B       5.00 text Rahti
    invoice  over  kontor  -16.00 V12 dated 2026-03-11
    item     over  -10.00 line 1
    item     over   -6.00 text Rahti
    expect   A     AUTO_APPROVED        # EX 3-a
    expect   part  AUTO_APPROVED        # EX 3-a
    expect   more  OVER_TOLERANCE_UP    # EX 3-a
    expect   rest  AUTO_APPROVED        # EX 3-a
    expect   again AUTO_APPROVED        # EX 3-a
    expect   B     AUTO_APPROVED        # EX 3-a
    expect   over  OVER_TOLERANCE_UP    # EX 3-a
    """)
    assert _coded(told, told.invoices["part"]) == [(_freight(), "", "-2.00", "-0.51")]
    assert _coded(told, told.invoices["rest"]) == [
        (EXPENSE, "", "-100.00", "-25.50"),
        (_freight(), "", "-3.00", "-0.77"),
    ]


def test_no_line_differs_by_more_than_the_invoice_may() -> None:
    """EX 3-a: at, under and over the bound by line, in both directions, though the rows add up to what was received."""
    rows = "\n".join(
        f"""
    order    V1{place} kontor
    line     V1{place} 1 1000.00
    line     V1{place} 2 1000.00
    receipt  V1{place} 1 1000.00
    receipt  V1{place} 2 1000.00
    invoice  {name} kontor {first + second} V1{place}
    item     {name} {first} line 1
    item     {name} {second} line 2
    expect   {name} {outcome}    # EX 3-a"""
        for place, (name, first, second, outcome) in enumerate(
            (
                ("under_up", Decimal("1009.99"), Decimal("990.01"), "AUTO_APPROVED"),
                ("at_up", Decimal("1010.00"), Decimal("990.00"), "AUTO_APPROVED"),
                ("over_up", Decimal("1010.01"), Decimal("989.99"), "OVER_TOLERANCE_UP"),
                ("far", Decimal("1100.00"), Decimal("900.00"), "OVER_TOLERANCE_UP also OVER_TOLERANCE_DOWN"),
                ("under_down", Decimal("950.01"), Decimal("1009.00"), "AUTO_APPROVED"),
                ("at_down", Decimal("950.00"), Decimal("1010.00"), "AUTO_APPROVED"),
                ("over_down", Decimal("949.99"), Decimal("1010.00"), "OVER_TOLERANCE_DOWN"),
            )
        )
    )
    match_in_crowd_and_alone("on 2026-03-16" + rows)


def test_a_line_ahead_of_its_receipt_lacks_it_and_a_row_that_takes_back_is_bounded() -> None:
    """EX 3-a"""
    match_in_crowd_and_alone("""
    on 2026-03-16
    order    V11 kontor
    line     V11 1 1000.00
    line     V11 2 1000.00
    receipt  V11 1  600.00
    receipt  V11 2 1000.00
    order    V12 kontor
    line     V12 1 100.00
    line     V12 2 100.00
    receipt  V12 1 100.00
    receipt  V12 2 100.00
    invoice  ahead kontor 1600.00 V11
    item     ahead 1000.00 line 1
    item     ahead  600.00 line 2
    invoice  back  kontor   99.00 V12
    item     back   100.00 line 1
    item     back    -1.00 line 2
    expect   ahead NOT_RECEIVED also OVER_TOLERANCE_DOWN         # EX 3-a
    expect   back  OVER_TOLERANCE_UP also OVER_TOLERANCE_DOWN    # EX 3-a
    """)
