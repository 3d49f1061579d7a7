"""Allocation (OC 4.1, 4.2, 4.3): tables by clause, each payment in a crowd and with nobody but its neighbours."""

import pytest

from income.money import allocate_in_crowd_and_alone

pytestmark = pytest.mark.usefixtures("database")


def test_a_payment_goes_to_the_claim_of_its_reference() -> None:
    """OC 4.1-b"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B paja  55.50
    payment p 100.00 of A
    payment q  55.50 of B from "SOMEBODY ELSE"
    expect  p PAID A 100.00       # OC 4.1-b
    expect  q PAID B 55.50        # OC 4.1-b
    open    A 0.00
    open    B 0.00
    """)


def test_too_much_is_refunded_above_the_limit_and_income_up_to_it() -> None:
    """OC 4.2-a"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 100.00
    claim   C bruk 100.00
    claim   D bruk 100.00
    payment one_cent  100.01 of A
    payment at_limit  110.00 of B
    payment over      110.01 of C
    payment double    200.00 of D
    expect  one_cent OVERPAID_INCOME A 100.00 income 0.01     # OC 4.2-a
    expect  at_limit OVERPAID_INCOME B 100.00 income 10.00    # OC 4.2-a
    expect  over     OVERPAID_REFUND C 100.00 refund 10.01    # OC 4.2-a
    expect  double   OVERPAID_REFUND D 100.00 refund 100.00   # OC 4.2-a
    """)


def test_a_claim_that_is_paid_twice_owes_the_second_payment_back() -> None:
    """OC 4.2-a"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 10.00
    payment first  100.00 day 2026-03-12 of A
    payment second 100.00 day 2026-03-13 of A
    payment small   10.00 day 2026-03-12 of B
    payment again   10.00 day 2026-03-13 of B
    expect  first  PAID A 100.00                   # OC 4.1-b
    expect  second OVERPAID_REFUND refund 100.00   # OC 4.2-a
    expect  small  PAID B 10.00                    # OC 4.1-b
    expect  again  OVERPAID_INCOME income 10.00    # OC 4.2-a
    """)


def test_too_little_leaves_the_claim_open_and_is_paid_up_by_what_comes() -> None:
    """OC 4.3-a"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 100.00
    payment a  40.00 day 2026-03-11 of A
    payment b  60.00 day 2026-03-12 of A
    payment c  99.99 of B
    expect  a PART_PAID A 40.00       # OC 4.3-a
    expect  b PAID A 60.00            # OC 4.1-b
    expect  c PART_PAID B 99.99       # OC 4.3-a
    open    A 0.00
    open    B 0.01
    """)


def test_a_small_remainder_is_waived_where_the_unit_has_set_how_small() -> None:
    """OC 4.3-a"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    term    remainder_waived_up_to 2.00
    claim   A bruk 100.00
    claim   B bruk 100.00
    claim   C bruk 100.00
    payment at_limit 98.00 of A
    payment over     97.99 of B
    payment first    98.50 day 2026-03-11 of C
    payment last      0.50 day 2026-03-12 of C
    expect  at_limit REMAINDER_WAIVED A 98.00 waived 2.00     # OC 4.3-a
    expect  over     PART_PAID B 97.99                        # OC 4.3-a
    expect  first    PART_PAID C 98.50                        # OC 4.3-a
    expect  last     REMAINDER_WAIVED C 0.50 waived 1.00      # OC 4.3-a
    open    A 0.00
    open    B 2.01
    open    C 0.00
    """)


def test_a_payment_without_its_reference_goes_where_its_message_names_one_invoice() -> None:
    """OC 4.1-c"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 70.00
    claim   C bruk 30.00
    claim   D bruk 45.00
    claim   E bruk 60.00
    payment ref     100.00 says "lasku viite {A} kiitos"
    payment number   70.00 says "faktura {B#}"
    payment wrong    75.00 text 123 says "viite {C} ja {D}"
    payment part     20.00 says "{E}"
    expect  ref    PAID_WITHOUT_REFERENCE A 100.00    # OC 4.1-c
    expect  number PAID_WITHOUT_REFERENCE B 70.00     # OC 4.1-c
    expect  wrong  SHARED C 30.00 D 45.00             # OC 4.1-c
    expect  part   PART_PAID E 20.00                  # OC 4.3-a
    """)


def test_a_message_that_names_several_invoices_pays_them_when_it_is_enough_for_all() -> None:
    """OC 4.1-c: less than all is a person's matter; more than all is decided as for one invoice (OC 4.2-a)."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 70.00
    claim   C bruk 100.00
    claim   D bruk 70.00
    claim   E bruk 3581.40
    claim   F bruk 764.00
    payment little  169.99 says "{A} {B}"
    payment income  180.00 says "{C} {D}"
    payment refund 6000.00 says "{E} {F}"
    expect  little SEVERAL_POSSIBLE                                              # OC 4.1-c
    expect  income SHARED_OVERPAID_INCOME C 100.00 D 70.00 income 10.00          # OC 4.2-a
    expect  refund SHARED_OVERPAID_REFUND E 3581.40 F 764.00 refund 1654.60      # OC 4.2-a
    open    A 100.00
    open    E 0.00
    """)


def test_what_a_person_shares_may_leave_something_over_and_something_open() -> None:
    """OC 4.1-c, OC 4.2-a, OC 4.3-a: by the same terms as a payment to one claim; at, under and over them."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    term    remainder_waived_up_to 2.00
    claim   A bruk 100.00
    claim   B bruk 100.00
    claim   C bruk 100.00
    claim   D bruk 100.00
    claim   E bruk 100.00
    claim   F bruk 100.00
    claim   G bruk 100.00
    payment over     110.01
    payment at_limit 110.00
    payment a_cent   100.01
    payment waived    98.00
    payment short     97.99
    payment mixed     99.00
    payment beyond    50.00
    point   over     A 100.00
    point   at_limit B 100.00
    point   a_cent   C 100.01
    point   waived   D 98.00
    point   short    E 97.99
    point   mixed    F 98.50
    point   beyond   G 50.01
    expect  over     SHARED_OVERPAID_REFUND A 100.00 refund 10.01    # OC 4.2-a
    expect  at_limit SHARED_OVERPAID_INCOME B 100.00 income 10.00    # OC 4.2-a
    expect  a_cent   SHARED_OVERPAID_INCOME C 100.00 income 0.01     # OC 4.2-a
    expect  waived   SHARED_REMAINDER_WAIVED D 98.00 waived 2.00     # OC 4.3-a
    expect  short    SHARED E 97.99                                  # OC 4.1-c
    expect  mixed    SHARED_REMAINDER_WAIVED F 99.00 waived 1.00     # OC 4.3-a
    expect  beyond   SHARES_DO_NOT_FIT                               # OC 4.1-c
    open    D 0.00
    open    E 2.01
    """)


def test_payer_and_amount_find_the_one_invoice_that_they_point_to() -> None:
    """OC 4.1-c"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A aino 100.00
    claim   B paja 50.00
    claim   C paja 50.00
    claim   D bruk 80.00
    claim   E berit 12.00
    payment turned   100.00 from "AINO KOE"
    payment either    50.00 from "Koepaja"
    payment no_form   80.00 from "PROVBRUKET"
    payment a_cent_off 12.01 from "Prov Berit"
    payment stranger  12.00 from "Ingen Känd"
    payment nobody    12.00
    expect  turned     PAID_WITHOUT_REFERENCE A 100.00   # OC 4.1-c
    expect  either     SEVERAL_POSSIBLE                  # OC 4.1-c
    expect  no_form    PAID_WITHOUT_REFERENCE D 80.00    # OC 4.1-c
    expect  a_cent_off NO_REFERENCE                      # OC 4.1-c
    expect  stranger   NO_REFERENCE                      # OC 4.1-c
    expect  nobody     NO_REFERENCE                      # OC 4.1-c
    """)


def test_a_second_payment_by_the_same_payer_does_not_point_at_an_invoice_that_is_paid() -> None:
    """OC 4.1-c: without a reference, paid twice is not clear enough to be called overpaid."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A aino 100.00
    payment first  100.00 day 2026-03-11 from "Koe Aino"
    payment second 100.00 day 2026-03-12 from "Koe Aino"
    expect  first  PAID_WITHOUT_REFERENCE A 100.00   # OC 4.1-c
    expect  second SEVERAL_POSSIBLE                  # OC 4.1-c
    """)


def test_what_points_nowhere_waits_with_the_reason() -> None:
    """OC 4.1-c; OC 4.2-d for money that belongs to another unit."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    payment typo    100.00 text 42100000000018
    payment unknown 100.00 number 999999
    payment other   100.00 forest 1
    payment silent  100.00
    expect  typo    WRONG_CHECK_DIGIT       # OC 4.1-c
    expect  unknown UNKNOWN_REFERENCE       # OC 4.1-c
    expect  other   OTHER_UNITS_REFERENCE   # OC 4.2-d
    expect  silent  NO_REFERENCE            # OC 4.1-c
    open    A 100.00
    """)


def test_one_payment_is_shared_as_its_payer_tells() -> None:
    """OC 4.1-c: several invoices, and a credit note that lessens its invoice, in one payment."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 70.00
    claim   C bruk 60.00
    claim   D bruk 50.00
    claim   E bruk 40.00
    credit  X C 20.00
    payment told    170.00 part A 100.00 part B 70.00
    payment less     40.00 part C 60.00 part X -20.00
    payment more     95.00 part D 55.00 part E 40.00
    claim   F bruk 50.00
    claim   G bruk 40.00
    payment no_fit   96.00 part F 55.00 part G 40.00
    expect  told   SHARED A 100.00 B 70.00                           # OC 4.1-c
    expect  less   SHARED C 40.00                                    # OC 4.1-c
    expect  more   SHARED_OVERPAID_INCOME D 50.00 E 40.00 income 5.00 # OC 4.2-a
    expect  no_fit SHARES_DO_NOT_FIT                                 # OC 4.1-c
    open    D 0.00
    open    F 50.00
    """)


def test_a_credit_that_waits_for_its_set_off_is_not_paid_again() -> None:
    """OC 4.2-a: what was credited is no longer owed, so a full payment is too much."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    credit  X A 30.00
    payment full 100.00 of A
    expect  full OVERPAID_REFUND A 70.00 refund 30.00    # OC 4.2-a
    """)


def test_money_that_the_bank_takes_back_undoes_its_payment() -> None:
    """OC 4.1-b: before it was allocated, and where there is nothing that it takes back."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 70.00
    payment came    100.00 day 2026-03-11 of A
    payment back   -100.00 day 2026-03-12 of A
    payment alone   -70.00 of B
    payment nothing -12.00
    expect  came    TAKEN_BACK          # OC 4.1-b
    expect  back    TAKES_BACK          # OC 4.1-b
    expect  alone   REVERSAL_UNKNOWN    # OC 4.1-c
    expect  nothing REVERSAL_UNKNOWN    # OC 4.1-c
    open    A 100.00
    """)


def test_what_a_person_says_comes_before_what_the_payment_says() -> None:
    """OC 4.1-c"""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 100.00
    claim   C bruk 30.00
    claim   D bruk 30.00
    claim   E bruk 30.00
    payment moved  100.00 of A
    payment found  105.00
    payment kept    30.00 of E
    payment parted  60.00
    point   moved B
    point   found A
    point   kept person
    expect  moved  PAID_WITHOUT_REFERENCE B 100.00                # OC 4.1-c
    expect  found  OVERPAID_INCOME A 100.00 income 5.00           # OC 4.2-a
    expect  kept   HELD_FOR_PERSON                                # OC 4.1-c
    expect  parted NO_REFERENCE                                   # OC 4.1-c
    open    E 30.00
    """)
