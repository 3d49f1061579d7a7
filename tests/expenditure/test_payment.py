"""Payment (EX 8, EX 9): what falls due is paid once, to whom it is owed, as somebody else has released it."""

import pytest

from expenditure.payment_tables import decide_in_crowd_and_alone

pytestmark = pytest.mark.usefixtures("database")


def test_a_payable_is_paid_on_its_due_date_and_not_a_day_before() -> None:
    """EX 9-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier a
    supplier b
    supplier c
    payable late   a 10.00 due 2026-02-01
    payable today  b 10.00 due 2026-03-16
    payable later  c 10.00 due 2026-03-17
    expect late    PAY pays 10.00              # EX 9-a
    expect today   PAY pays 10.00              # EX 9-a
    expect later   PAYABLE_NOT_DUE             # EX 9-a
    """)


def test_a_due_date_that_is_no_bank_day_moves_as_the_unit_says() -> None:
    """EX 9-a: 2026-03-14 is a Saturday."""
    for moved, on, outcome in (
        ("after", "2026-03-13", "PAYABLE_NOT_DUE"),
        ("after", "2026-03-16", "PAY pays 10.00"),
        ("before", "2026-03-12", "PAYABLE_NOT_DUE"),
        ("before", "2026-03-13", "PAY pays 10.00"),
    ):
        decide_in_crowd_and_alone(f"""
        on {on}
        term payment_day_on_holiday {moved}
        supplier a
        payable one a 10.00 due 2026-03-14
        expect one {outcome}    # EX 9-a
        """)


def test_a_file_goes_out_as_many_bank_days_ahead_as_the_bank_asks() -> None:
    """EX 9-a: the weekend does not count."""
    decide_in_crowd_and_alone("""
    on 2026-03-12
    term payment_lead_days 2
    supplier a
    payable monday  a 10.00 due 2026-03-16
    payable tuesday a 10.00 due 2026-03-17
    expect monday  PAY pays 10.00      # EX 9-a
    expect tuesday PAYABLE_NOT_DUE     # EX 9-a
    """)


def test_nobody_is_paid_to_an_account_that_two_people_do_not_know() -> None:
    """EX 9-c"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier fresh unapproved
    supplier bare accounts 0
    supplier two accounts 2
    supplier gone blocked
    payable a fresh 10.00 due 2026-03-16
    payable b bare  10.00 due 2026-03-16
    payable c two   10.00 due 2026-03-16 to 1
    payable d two   10.00 due 2026-03-16 to 9
    payable e two   10.00 due 2026-03-16
    payable f gone  10.00 due 2026-03-16
    expect a NO_APPROVED_ACCOUNT               # EX 9-c
    expect b NO_APPROVED_ACCOUNT               # EX 9-c
    expect c PAY pays 10.00                    # EX 9-a
    expect d ACCOUNT_NOT_THAT_OF_THE_INVOICE   # EX 9-c
    expect e PAY pays 10.00                    # EX 9-a
    expect f SUPPLIER_BLOCKED                  # EX 9-c
    """)


def test_the_answer_of_the_payees_bank_is_dealt_with_as_the_unit_says() -> None:
    """EX 9-c: no match stops, a close one asks, and who was never asked about is paid."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier no none
    supplier near close
    supplier blind impossible
    supplier unknown unasked
    payable a no      10.00 due 2026-03-16
    payable b near    10.00 due 2026-03-16
    payable c blind   10.00 due 2026-03-16
    payable d unknown 10.00 due 2026-03-16
    expect a PAYEE_NO_MATCH       # EX 9-c
    expect b PAYEE_CLOSE_MATCH    # EX 9-c
    expect c PAY pays 10.00       # EX 9-a
    expect d PAY pays 10.00       # EX 9-a
    """)
    decide_in_crowd_and_alone("""
    on 2026-03-16
    term payee_no_match pay
    term payee_close_match pay
    term payee_not_asked stop
    supplier no none
    supplier near close
    supplier blind impossible
    payable a no      10.00 due 2026-03-16
    payable b near    10.00 due 2026-03-16
    payable c blind   10.00 due 2026-03-16
    expect a PAY pays 10.00       # EX 9-a
    expect b PAY pays 10.00       # EX 9-a
    expect c PAYEE_NOT_VERIFIED   # EX 9-c
    """)


def test_what_is_held_waits_whatever_else_is_wrong_but_not_before_it_is_due() -> None:
    """EX 9-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier a none
    supplier gone blocked
    payable early a    10.00 due 2026-04-01
    payable now   a    10.00 due 2026-03-16
    payable both  gone 10.00 due 2026-03-16
    held early
    held now
    held both
    expect early PAYABLE_NOT_DUE   # EX 9-a
    expect now   PAYMENT_HELD      # EX 9-a
    expect both  PAYMENT_HELD      # EX 9-a
    """)


def test_credits_are_set_off_against_the_oldest_invoices_and_never_beyond() -> None:
    """EX 9-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier a
    supplier b
    supplier c
    supplier d
    payable old     a 100.00 due 2026-03-10
    payable new     a 100.00 due 2026-03-12
    payable first   a -30.00 due 2026-03-01
    payable second  a -90.00 due 2026-06-01     # its own due date does not matter
    payable small   b 20.00 due 2026-03-10
    payable large   b -50.00 due 2026-03-10
    payable lonely  c -50.00 due 2026-03-10
    payable other   d 20.00 due 2026-03-10 other
    payable stock   d -20.00 due 2026-03-10     # procurement and other expenditure are kept apart
    payable waits   c 20.00 due 2026-04-10
    expect old      SETTLED_BY_CREDIT off 100.00              # EX 9-a
    expect new      PAY pays 80.00 off 20.00                  # EX 9-a
    expect first    CREDIT_SET_OFF off -30.00                 # EX 9-a
    expect second   CREDIT_SET_OFF off -90.00                 # EX 9-a
    expect small    SETTLED_BY_CREDIT off 20.00               # EX 9-a
    expect large    CREDIT_SET_OFF off -20.00                 # EX 9-a
    expect lonely   CREDIT_WITHOUT_INVOICE                              # EX 9-a
    expect waits    PAYABLE_NOT_DUE                           # EX 9-a
    expect other    PAY pays 20.00                            # EX 9-a
    expect stock    CREDIT_WITHOUT_INVOICE                              # EX 9-a
    """)


def test_a_held_invoice_is_set_off_with_nothing() -> None:
    """EX 9-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier a
    payable held   a 100.00 due 2026-03-10
    payable open   a  10.00 due 2026-03-12
    payable credit a -30.00 due 2026-03-01
    held held
    expect held   PAYMENT_HELD                     # EX 9-a
    expect open   SETTLED_BY_CREDIT off 10.00      # EX 9-a
    expect credit CREDIT_SET_OFF off -10.00        # EX 9-a
    """)


def test_a_ceiling_stops_a_payment_above_it_and_lets_one_of_its_size_go() -> None:
    """EX 9-a: at, over, and what the invoices of one reference come to together."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    term payment_ceiling 100.00
    supplier at
    supplier over
    supplier sum
    supplier less
    payable a at   100.00 due 2026-03-16
    payable b over 100.01 due 2026-03-16
    payable c sum   60.00 due 2026-03-16 ref 1232
    payable d sum   60.00 due 2026-03-16 ref 1232
    payable e less 110.00 due 2026-03-16
    payable f less -10.00 due 2026-03-16
    expect a PAY pays 100.00                        # EX 9-a
    expect b PAYMENT_ABOVE_CEILING pays 100.01      # EX 9-a
    expect c PAYMENT_ABOVE_CEILING pays 60.00       # EX 9-a
    expect d PAYMENT_ABOVE_CEILING pays 60.00       # EX 9-a
    expect e PAY pays 100.00 off 10.00              # EX 9-a
    expect f CREDIT_SET_OFF off -10.00              # EX 9-a
    """)


@pytest.mark.parametrize(("ceiling", "outcome"), [("30.00", "PAY"), ("29.99", "RUN_ABOVE_CEILING")])
def test_a_run_above_its_ceiling_stops_whole(ceiling: str, outcome: str) -> None:
    """EX 9-a"""
    from cast import unit
    from expenditure.payment_tables import Ledger, read

    told = Ledger(
        read(f"""
    on 2026-03-16
    term payment_run_ceiling {ceiling}
    supplier a
    supplier b
    payable one a 10.00 due 2026-03-16
    payable two b 20.00 due 2026-03-16
    """),
        unit(),
    ).tell()
    assert {one.outcome for one in told.planned().values()} == {outcome}


# --- bans (EX 8-a) ---


def test_a_ban_takes_its_share_of_the_gross_invoice_at_most_so_much_of_each() -> None:
    """EX 8-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier whole
    supplier third
    supplier capped
    supplier credited
    payable a whole    100.00 due 2026-03-10
    payable b third    100.00 due 2026-03-10
    payable c third     10.01 due 2026-03-12
    payable d capped   100.00 due 2026-03-10
    payable e capped    30.00 due 2026-03-11
    payable f credited 100.00 due 2026-03-10
    payable g credited -80.00 due 2026-03-10
    ban w whole
    ban t third share 33.333
    ban c capped share 50 each 20.00
    ban g credited share 30
    expect a WITHHELD_WHOLLY withheld 100.00                       # EX 8-a
    expect b PAID_AND_WITHHELD pays 66.67 withheld 33.33           # EX 8-a
    expect c PAID_AND_WITHHELD pays 6.67 withheld 3.34             # EX 8-a
    expect d PAID_AND_WITHHELD pays 80.00 withheld 20.00           # EX 8-a
    expect e PAID_AND_WITHHELD pays 15.00 withheld 15.00           # EX 8-a
    expect f WITHHELD_WHOLLY withheld 20.00 off 80.00              # EX 8-a: not more than is left
    expect g CREDIT_SET_OFF off -80.00                             # EX 9-a
    """)


def test_a_ban_takes_until_its_sum_is_reached_the_oldest_invoice_first() -> None:
    """EX 8-a: across several invoices, and exactly to its sum."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier s
    supplier just
    payable second s 100.00 due 2026-03-12
    payable first  s 100.00 due 2026-03-10
    payable third  s 100.00 due 2026-03-13
    payable exact  just 100.00 due 2026-03-13
    payable after  just 100.00 due 2026-03-16
    ban b s sum 150.00
    ban j just sum 100.00
    expect first  WITHHELD_WHOLLY withheld 100.00               # EX 8-a
    expect second PAID_AND_WITHHELD pays 50.00 withheld 50.00   # EX 8-a
    expect third  PAY pays 100.00                               # EX 9-a
    expect exact  WITHHELD_WHOLLY withheld 100.00               # EX 8-a
    expect after  PAY pays 100.00                               # EX 9-a
    """)


def test_several_bans_take_in_the_order_of_their_days_and_never_more_than_the_invoice() -> None:
    """EX 8-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier s
    supplier two
    payable a s   100.00 due 2026-03-10
    payable b two 100.00 due 2026-03-10
    ban young s share 60 from 2026-02-01
    ban old   s share 70 from 2026-01-01
    ban one   two share 20
    ban other two share 30
    expect a WITHHELD_WHOLLY withheld 100.00                    # EX 8-a
    expect b PAID_AND_WITHHELD pays 50.00 withheld 50.00        # EX 8-a
    """)


def test_a_ban_holds_from_its_first_day_until_the_day_on_which_it_ended() -> None:
    """EX 8-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    supplier today
    supplier tomorrow
    supplier ended
    supplier ends
    payable a today    10.00 due 2026-03-10
    payable b tomorrow 10.00 due 2026-03-10
    payable c ended    10.00 due 2026-03-10
    payable d ends     10.00 due 2026-03-10
    ban a today    from 2026-03-16
    ban b tomorrow from 2026-03-17
    ban c ended    ends 2026-03-16
    ban d ends     ends 2026-03-17
    expect a WITHHELD_WHOLLY withheld 10.00    # EX 8-a
    expect b PAY pays 10.00                    # EX 9-a
    expect c PAY pays 10.00                    # EX 9-a
    expect d WITHHELD_WHOLLY withheld 10.00    # EX 8-a
    """)
