"""Purchases by card: what each still needs, alone and in a crowd; how they meet the card company's invoice (EX 4)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cast import DAY, inside, plan_of, run, set_term
from expenditure.cards_tables import decide_in_crowd_and_alone, tell
from expenditure.circulation_tables import a_queue
from reskontra.expenditure.cards.run import CardsRun
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.purchases.models import CardCharge, Coding, CodingLine

pytestmark = pytest.mark.usefixtures("database")


def test_every_outcome_in_its_precedence() -> None:
    """EX 4-a, EX 4-b"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        agreement TK1FLEET   3             organisation invoice
        agreement TK1TRAVEL  international person       travel
        agreement TK1WRONG   international person       travel
        agreement VSK1900    1             organisation invoice
        agreement TK1FUEL    5             organisation invoice
        agreement TK1CLEARS  2             organisation invoice
        template  TK1TRAVEL  17500000
        template  TK1WRONG   45000000
        template  TK1FUEL    45000000
        template  TK1CLEARS  17500000
        card 1111 TK1FLEET
        card 2222 TK1TRAVEL
        card 3333 TK1WRONG
        card 4444 VSK1900
        card 5555 TK1FUEL
        card 6666 TK1CLEARS
        card 7777 TK1FLEET to 2026-02-28
        card 8888 TK1FLEET  holder "Bil 1"
        card 8888 TK1TRAVEL holder "Mia M"

        buy A 9999 1.00                 statement S1 billed ""
        buy B 7777 1.00                 statement S1 billed ""
        buy C 3333 1.00                 statement S1 billed ""
        buy D 6666 1.00                 statement S1 billed ""
        buy E 1111 1.00 day 2026-03-01  statement S1 billed ""
        buy F 1111 1.00 day 2026-03-02  statement S1 billed ""
        buy G 2222 1.00 day 2026-02-13  statement S1 billed ""
        buy H 2222 1.00 day 2026-02-14  statement S1 billed ""
        buy I 1111 1.00                 statement S1 billed ""
        buy J 8888 1.00                 statement S1 billed ""
        receipt I
        buy K 1111 10.00 statement S2 billed 200
        buy L 4444 20.00 statement S3 billed 300
        buy M 5555 30.00 statement S4 billed 400
        buy N 5555 40.00 statement S4 billed 400
        buy O 1111 50.00 statement S5 billed 500
        buy P 1111 60.00 statement S5 billed 500
        buy Q 1111 5.00  statement S6 billed 600
        buy R 2222 70.00 statement S7 billed 700
        buy S 2222 80.00 statement S7 billed 700
        invoice 200 200 10.00  TK1FUEL
        invoice 300 300 20.00  VSK1900
        invoice 400 400 71.00  TK1FUEL  rows 30.00,41.00
        invoice 500 500 110.00 TK1FLEET rows 50.00,60.00
        invoice 600 600 5.01   TK1FLEET
        invoice 700 700 90.00  TK1TRAVEL rows 70.00,20.00
        receipt K
        receipt L
        receipt M
        receipt N
        receipt O
        receipt Q
        code    K 40000000
        code    O 40000000
        code    P 40000000
        code    Q 40000000
        transfer R M2-1 43000000
        transfer S M2-1 43000000

        expect A CARD_UNKNOWN          also CARD_INVOICE_AWAITED # EX 4-b
        expect B CARD_NOT_VALID        also CARD_INVOICE_AWAITED # EX 4-b
        expect C CARD_TEMPLATE_WRONG   also CARD_TRANSFER_AWAITED CARD_INVOICE_AWAITED    # EX 4-a
        expect D CARD_TEMPLATE_WRONG   also CARD_RECEIPT_AWAITED CARD_INVOICE_AWAITED     # EX 4-a
        expect E CARD_RECEIPT_OVERDUE  also CARD_CODING_AWAITED CARD_INVOICE_AWAITED  # EX 4-a
        expect F CARD_RECEIPT_AWAITED  also CARD_CODING_AWAITED CARD_INVOICE_AWAITED      # EX 4-a
        expect G CARD_TRANSFER_OVERDUE also CARD_INVOICE_AWAITED    # EX 4-b
        expect H CARD_TRANSFER_AWAITED also CARD_INVOICE_AWAITED                          # EX 4-b
        expect I CARD_CODING_AWAITED   also CARD_INVOICE_AWAITED                          # EX 4-a
        expect J CARD_TRANSFER_AWAITED also CARD_INVOICE_AWAITED                          # EX 4-b
        expect K CARD_OTHER_REFERENCE  # EX 4-a
        expect L CARD_TO_COST          # EX 4-a
        expect M CARD_SUM_DIFFERS      # EX 4-a
        expect N CARD_NOT_ON_INVOICE   also CARD_SUM_DIFFERS # EX 4-a
        expect O CARD_OTHERS_OPEN      # EX 4-a
        expect P CARD_RECEIPT_AWAITED  # EX 4-a
        expect Q CARD_SUM_DIFFERS      # EX 4-a
        expect R CARD_CLEARED          # EX 4-b
        expect S CARD_NOT_ON_INVOICE   # EX 4-a
    """)


def test_a_day_more_is_late_and_a_unit_sets_its_own_days() -> None:
    """EX 4-a"""
    told = tell("""
        on 2026-03-16
        agreement TK1FLEET 3 organisation invoice
        card 1111 TK1FLEET
        buy A 1111 10.00 day 2026-03-13 billed ""
    """)
    assert told.decided()["A"][0] == "CARD_RECEIPT_AWAITED"
    set_term(told.where, "card_receipt_days", "3")
    assert told.decided()["A"][0] == "CARD_RECEIPT_AWAITED"
    told.table = type(told.table)(DAY + timedelta(days=1), told.table.lines)
    assert told.decided()["A"][0] == "CARD_RECEIPT_OVERDUE"


def test_a_charge_of_the_wrong_number_is_found_when_somebody_names_the_invoice() -> None:
    """EX 4-a"""
    told = tell("""
        on 2026-03-16
        agreement VSK1900 1 organisation invoice
        card 1111 VSK1900
        buy A 1111 10.00 statement S1 billed 77
        buy B 1111 20.00 statement S2 billed ""
        receipt A
        receipt B
        invoice I 78 30.00 VSK1900
        invoice J 77 10.00 VSK1900 by other
    """)
    assert {one[0] for one in told.decided().values()} == {"CARD_INVOICE_AWAITED"}
    told._belongs(("S1", "I"))
    assert {name: one[0] for name, one in told.decided().items()} == {
        "A": "CARD_SUM_DIFFERS", "B": "CARD_INVOICE_AWAITED",
    }  # fmt: skip
    told._belongs(("S2", "I"))
    assert {one[0] for one in told.decided().values()} == {"CARD_TO_COST"}


def test_purchases_of_a_month_code_their_invoice_with_the_fee() -> None:
    """EX 4-a"""
    told = tell("""
        on 2026-03-16
        agreement TK1FLEET 3 organisation invoice
        card 1111 TK1FLEET
        buy A 1111 100.00 day 2026-03-02
        buy B 1111 -5.00  day 2026-03-03
        buy C 1111 20.00  day 2026-03-04
        receipt A
        receipt B
        receipt C
        code A 43000000 29.10.01
        code B 43000000 29.10.01
        code C 40000000
        invoice I 88123 120.00 TK1FLEET
    """)
    assert {one[0] for one in told.decided().values()} == {"CARD_SUM_DIFFERS"}
    told._difference(("I", "5.00"))
    planned = plan_of(CardsRun(), told.where, DAY)
    result = run(CardsRun(), told.where, DAY, planned.run)
    assert (result.facts["charges"], result.facts["codings"]) == (3, 1)
    with inside(told.where):
        coding = Coding.objects.get(unit=told.where, invoice=told.invoices["I"])
        lines = CodingLine.objects.filter(unit=told.where, coding=coding).order_by("position")
        assert (coding.source, [(one.net, one.account, one.text) for one in lines]) == (
            "cards",
            [
                (Decimal("100.00"), "43000000", "2026-03-02 Provbutiken 4"),
                (Decimal("-5.00"), "43000000", "2026-03-03 Provbutiken 5"),
                (Decimal("20.00"), "40000000", "2026-03-04 Provbutiken 6"),
                (Decimal("5.00"), "45000000", "yearly fee"),
            ],
        )
        assert CardCharge.objects.filter(unit=told.where, row__isnull=True).count() == 3
        a_queue(told.where, "UNIT", "review", "maria")
    sent_on = run(CirculationRun(), told.where, DAY)
    assert [one.outcome for one in sent_on.counts] == ["ROUTE_TO_REVIEW"]
    assert told.decided() == {}


def test_what_one_run_after_the_other_reconciles_is_coded_when_the_last_is_ready() -> None:
    """EX 4-a"""
    told = tell("""
        on 2026-03-16
        agreement TK1FLEET 3 organisation invoice
        card 1111 TK1FLEET
        buy A 1111 10.00
        buy B 1111 10.00
        receipt A
        receipt B
        code A 40000000
        code B 40000000
        invoice I 88123 20.00 TK1FLEET rows 10.00,10.00
    """)
    only = [told.purchases["A"]]
    assert run(CardsRun(only), told.where, DAY).facts == {"charges": 1, "codings": 0}
    assert run(CardsRun(), told.where, DAY).facts == {"charges": 1, "codings": 1}
    with inside(told.where):
        rows = CardCharge.objects.filter(unit=told.where).order_by("row").values_list("row", flat=True)
        assert list(rows) == [1, 2]


def test_a_plan_sets_aside_what_has_changed() -> None:
    """EX 4-a"""
    told = tell("""
        on 2026-03-16
        agreement VSK1900 1 organisation invoice
        card 1111 VSK1900
        buy A 1111 10.00
        receipt A
    """)
    planned = plan_of(CardsRun(), told.where, DAY)
    told._invoice(("I", "88123", "10.00", "VSK1900"))
    result = run(CardsRun(), told.where, DAY, planned.run)
    assert [(one.outcome, one.count) for one in result.counts] == [("CHANGED_SINCE_PLAN", 1)]
    assert told.decided()["A"][0] == "CARD_TO_COST"
