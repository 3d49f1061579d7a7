"""Lines of statements post themselves: by our own payments, by standing rules, and by nothing that only looks alike."""

from decimal import Decimal

import pytest

from cast import unit
from expenditure.statement_tables import (
    BANK,
    CARDS,
    FEES,
    IN_TRANSIT,
    SWEEP,
    UNEXPLAINED,
    WAGES,
    Told,
    decide_in_crowd_and_alone,
)
from income.tables import read
from reskontra.expenditure.statement_posting.rules import decide_lines
from reskontra.kernel.terms import terms_on

pytestmark = pytest.mark.usefixtures("database")


def test_each_field_is_looked_at_by_itself() -> None:
    """EX 10-a"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        rule wages  10 batch       PALKAT*              41000000
        rule whole  20 batch       LOMARAHA             41000000
        rule own    30 id          9834454645554699     43000000
        rule order  40 instruction KIRJE-*              43000000
        rule debtor 50 debtor      "Provskolan *"       43000000
        rule fee    60 code        730                  45000000 by 10-b
        rule cards  70 who         "Provkort Abp"       17500000 by 10-b
        rule rent   80 iban        FI2112345600000785   42000000
        rule ref    90 reference   RF18539007547034     42000000
        rule text   99 message     "Maksupalvelu *"     45000000 by 10-b
        line A -100.00 batch PALKAT-202603
        line B -110.00 batch LOMARAHA
        line C -120.00 id 9834454645554699
        line D -130.00 instruction KIRJE-77
        line E -140.00 debtor "Provskolan i norr"
        line F -1.50   code 730
        line G -160.00 who "provkort abp"
        line H -170.00 iban FI2112345600000785
        line I -180.00 reference RF18539007547034
        line J -190.00 message "maksupalvelu 3/2026"
        line K -200.00 batch LOMARAHA-2
        line L -210.00 who "Provkort Abp filial"
        expect A RULE wages     # EX 10-a
        expect B RULE whole     # EX 10-a
        expect C RULE own       # EX 10-a
        expect D RULE order     # EX 10-a
        expect E RULE debtor    # EX 10-a
        expect F RULE fee       # EX 10-b
        expect G RULE cards     # EX 10-b
        expect H RULE rent      # EX 10-a
        expect I RULE ref       # EX 10-a
        expect J RULE text      # EX 10-b
        expect K NO_RULE        # EX 10-a
        expect L NO_RULE        # EX 10-a
    """)


def test_the_lower_position_goes_first_whatever_else_knows_the_line() -> None:
    """EX 10-a"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        rule first  10 batch PALKAT-*     41000000
        rule second 20 who   "Provbanken" 45000000
        rule third  5  id    E-*          43000000
        line A -100.00 batch PALKAT-1 who "Provbanken"
        line B -110.00 who "Provbanken"
        line C -120.00 batch PALKAT-2 who "Provbanken" id E-1
        expect A RULE first     # EX 10-a
        expect B RULE second    # EX 10-a
        expect C RULE third     # EX 10-a
    """)


def test_rules_of_one_position_must_say_the_same() -> None:
    """EX 10-a"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        rule one   10 batch PALKAT-*     41000000
        rule two   10 who   "Provbanken" 41000000
        rule three 10 code  730          45000000
        line A -100.00 batch PALKAT-1 who "Provbanken"
        line B -110.00 batch PALKAT-2 code 730
        line C -120.00 code 730
        expect A RULE one two   # EX 10-a
        expect B SEVERAL_RULES  # EX 10-a
        expect C RULE three     # EX 10-a
    """)


def test_an_id_that_was_not_given_matches_nothing() -> None:
    """EX 10-a"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        rule ids    10 id          N*    41000000
        rule batch  20 batch       NOT*  41000000
        rule order  30 instruction N*    41000000
        rule who    40 who         NOTP* 41000000
        line A -100.00 id NOTPROVIDED
        line B -110.00 batch NOTPROVIDED id notprovided instruction NOTPROVIDED who NOTPROVIDED
        line C -120.00 id NOTE-7
        line D -130.00
        expect A NO_RULE        # EX 10-a
        expect B NO_RULE        # EX 10-a
        expect C RULE ids       # EX 10-a
        expect D NO_RULE        # EX 10-a
    """)


def test_a_rule_is_for_its_direction_its_account_its_days_and_only_once_approved() -> None:
    """EX 10-a"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        rule out    10 who "Provbanken" 45000000
        rule in     11 who "Provbanken" 43000000 in
        rule here   20 batch HERE-*     41000000 on expenditure
        rule there  21 batch THERE-*    41000000 on income
        rule days   30 batch DAYS       41000000 from 2026-03-10 to 2026-03-12
        rule not    40 batch NOTYET     41000000 unapproved
        line A -100.00 who "Provbanken"
        line B 100.00  who "Provbanken"
        line C -110.00 batch HERE-1
        line D -120.00 batch THERE-1
        line E -120.00 batch THERE-2 on income
        line F -120.00 batch HERE-2  on income
        line G -130.00 batch DAYS day 2026-03-09
        line H -130.00 batch DAYS day 2026-03-10
        line I -130.00 batch DAYS day 2026-03-12
        line J -130.00 batch DAYS day 2026-03-13
        line K -140.00 batch NOTYET
        expect A RULE out       # EX 10-a
        expect B RULE in        # EX 10-a
        expect C RULE here      # EX 10-a
        expect D NO_RULE        # EX 10-a
        expect E RULE there     # EX 10-a
        expect F NO_RULE        # EX 10-a
        expect G NO_RULE        # EX 10-a
        expect H RULE days      # EX 10-a
        expect I RULE days      # EX 10-a
        expect J NO_RULE        # EX 10-a
        expect K NO_RULE        # EX 10-a
    """)


def test_our_own_payments_go_before_any_rule_and_must_be_the_sum() -> None:
    """EX 9-a"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        rule broad 1 who "Provleverans Ab" 43000000
        rule ours  2 batch PAY*            43000000
        sent PAY1 E1 100.00
        sent PAY1 E2 50.00
        sent PAY2 E3 70.00 batch B3
        sent PAY4 E4 80.00 batch B4
        sent PAY5 E5 90.00
        line A -150.00 batch PAY1 who "Provleverans Ab"
        line B -70.00  id E3
        line C -80.01  batch B4 who "Provleverans Ab"
        line D -90.00  id E5 batch PAY5
        line E -99.99  id E1 who "Provleverans Ab"
        line F -33.00  who "Provleverans Ab"
        expect A PAYMENT_FILE   # EX 9-a
        expect B PAYMENT_FILE   # EX 9-a
        expect C AMOUNT_DIFFERS # EX 9-a
        expect D PAYMENT_FILE   # EX 9-a
        expect E AMOUNT_DIFFERS # EX 9-a
        expect F RULE broad     # EX 10-a
    """)


def test_a_whole_file_may_be_named_by_its_message_id() -> None:
    """EX 9-a"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        sent PAY1 E1 100.00 batch B1
        sent PAY1 E2 50.00  batch B2
        line A -150.00 batch PAY1
        expect A PAYMENT_FILE   # EX 9-a
    """)


def test_a_file_is_booked_without_what_was_refused_or_in_full_with_what_came_back() -> None:
    """EX 9-a"""
    books = decide_in_crowd_and_alone("""
        on 2026-03-16
        sent NET  E1 100.00
        sent NET  E2 50.00
        undone E2
        sent GROSS E3 70.00
        sent GROSS E4 30.00
        undone E4
        line A -100.00 batch NET
        line B -100.00 batch GROSS
        line C 30.00   id E4
        expect A PAYMENT_FILE   # EX 9-a
        expect B PAYMENT_FILE   # EX 9-a
        expect C PAYMENT_FILE   # EX 9-a
    """).books()
    # What is on its way is at nothing: everything was told, out and back.
    assert IN_TRANSIT not in books
    assert UNEXPLAINED not in books
    assert books[BANK] == Decimal("-170.00")


def test_what_was_told_once_is_not_told_again() -> None:
    """EX 9-a"""
    books = Told(read("""
        on 2026-03-16
        sent PAY E1 100.00
        sent PAY E2 50.00
        sent ONE E3 70.00
        line A -150.00 batch PAY
        line B -150.00 batch PAY
        line C -70.00  id E3
        line D -70.00  id E3
        posted
        line E -150.00 batch PAY
        line F -70.00  id E3
        line G 70.00   id E3
    """), unit()).tell()  # fmt: skip
    assert {name: told[0] for name, told in books.decided().items()} == {
        "B": "AMOUNT_DIFFERS", "D": "AMOUNT_DIFFERS", "E": "AMOUNT_DIFFERS", "F": "AMOUNT_DIFFERS", "G": "PAYMENT_FILE",
    }  # fmt: skip


def test_payments_of_a_batch_may_be_booked_one_by_one_and_the_rest_together() -> None:
    """EX 9-a"""
    books = Told(read("""
        on 2026-03-16
        sent PAY E1 100.00
        sent PAY E2 50.00
        sent PAY E3 25.00
        line A -100.00 batch PAY id E1
        line B -75.00  batch PAY
        sent TWO E4 10.00
        sent TWO E5 20.00
        line C -10.00  batch TWO id NOTPROVIDED
        line D -20.00  batch TWO id NOTPROVIDED
    """), unit()).tell()  # fmt: skip
    assert {told[0] for told in books.decided().values()} == {"PAYMENT_FILE"}
    assert IN_TRANSIT not in books.books()


def test_another_accounts_file_is_not_this_accounts_line() -> None:
    """EX 9-a"""
    decide_in_crowd_and_alone("""
        on 2026-03-16
        sent PAY1 E1 100.00
        line A -100.00 batch PAY1 on income
        expect A NO_RULE        # EX 10-a
    """)


def test_sweep_cover_fees_and_cards_are_ordinary_rules() -> None:
    """EX 10-b"""
    books = decide_in_crowd_and_alone("""
        on 2026-03-16
        rule cover 10 code 902 20830    in by 10-b
        rule sweep 11 code 902 20830    by 10-b
        rule fee   20 code 730 45000000 by 10-b
        rule cards 30 who "Provkort Abp" 17500000 by 10-b
        rule wages 40 batch PALKAT-* 41000000 budget 124210
        line A 1000.00 code 902
        line B -2.50   code 730
        line C -300.00 who "Provkort Abp"
        line D -600.00 batch PALKAT-1
        line E -97.50  code 902
        expect A RULE cover     # EX 10-b
        expect B RULE fee       # EX 10-b
        expect C RULE cards     # EX 10-b
        expect D RULE wages     # EX 10-a
        expect E RULE sweep     # EX 10-b
    """).books()
    assert books == {
        SWEEP: Decimal("-902.50"), FEES: Decimal("2.50"), CARDS: Decimal("300.00"), WAGES: Decimal("600.00"),
    }  # fmt: skip


def test_what_is_pending_or_posted_is_only_counted() -> None:
    """EX 10-a"""
    books = Told(read("""
        on 2026-03-16
        rule fee 20 code 730 45000000
        line A -2.50 code 730
        line B -3.50 code 730 pending
        line C 0.00  code 730
        posted
    """), unit()).tell()  # fmt: skip
    assert books.decided() == {}
    assert books.decided(["A"]) == {}
    assert books.books() == {BANK: Decimal("-2.50"), FEES: Decimal("2.50")}


def test_every_outcome_stands_in_a_table_and_has_its_clause() -> None:
    """EX 10-a"""
    told = {case.outcome.name for case in decide_lines(terms_on(read("on 2026-03-16").on, {})).cases}
    assert told == {
        "ALREADY_POSTED", "NOT_BOOKED", "PAYMENT_FILE", "AMOUNT_DIFFERS", "SEVERAL_RULES", "RULE", "NO_RULE",
    }  # fmt: skip
