"""What a reminder costs (OC 6.1.3): named by the invoice, within the act's days and caps, apart from the letter."""

import pytest

from income.reminder_tables import decide_in_crowd_and_alone

pytestmark = pytest.mark.usefixtures("database")


def test_the_cost_is_what_the_invoice_named_and_the_letter_goes_without_one() -> None:
    """OC 6.1.3-a: an invoice that named less, or that never left, asks for no more than it named."""
    decide_in_crowd_and_alone("""
    on 2026-05-04
    claim   named   bruk   100.00 due 2026-04-20
    claim   less    bruk   100.00 due 2026-04-20 named 4.00
    claim   more    bruk   100.00 due 2026-04-20 named 9.00
    claim   nothing bruk   100.00 due 2026-04-20 named 0.00
    claim   unsent  bruk   100.00 due 2026-04-20 unsent
    claim   state   verket 100.00 due 2026-04-20
    expect  named   SEND_FIRST_REMINDER 5.00 COST                 # OC 6.1.2-c
    expect  less    SEND_FIRST_REMINDER 4.00 COST                 # OC 6.1.2-c
    expect  more    SEND_FIRST_REMINDER 5.00 COST                 # OC 6.1.2-c
    expect  nothing SEND_FIRST_REMINDER 0 NO_COST_SET             # OC 6.1.2-c
    expect  unsent  SEND_FIRST_REMINDER 0 NO_COST_NOT_NAMED       # OC 6.1.2-c
    expect  state   SEND_FIRST_REMINDER 0 NO_COST_STATE_UNIT      # OC 6.1.2-c
    """)


def test_a_consumer_pays_only_when_the_days_of_the_act_have_passed() -> None:
    """OC 6.1.3-b (Act 513/1999, section 10 b): fourteen days before the due date and fourteen after it."""
    decide_in_crowd_and_alone("""
    on 2026-05-04
    term    reminder_wait_days 1
    claim   in_time  aino 100.00 due 2026-04-20 issued 2026-03-30 sent 2026-04-06
    claim   too_late aino 100.00 due 2026-04-20 issued 2026-03-30 sent 2026-04-07
    claim   day_14   aino 100.00 due 2026-04-20
    claim   day_13   aino 100.00 due 2026-04-21
    claim   company  bruk 100.00 due 2026-04-30 issued 2026-04-29
    expect  in_time  SEND_FIRST_REMINDER 5.00 COST                 # OC 6.1.2-c
    expect  too_late SEND_FIRST_REMINDER 0 NO_COST_INVOICED_LATE   # OC 6.1.2-c
    expect  day_14   SEND_FIRST_REMINDER 5.00 COST                 # OC 6.1.2-c
    expect  day_13   SEND_FIRST_REMINDER 0 NO_COST_TOO_EARLY       # OC 6.1.2-c
    expect  company  SEND_FIRST_REMINDER 5.00 COST                 # OC 6.1.2-c
    """)


@pytest.mark.parametrize(
    ("on", "consumer", "other"),
    [
        ("2026-05-13", "NO_COST_TOO_SOON_AGAIN", "NO_COST_TOO_SOON_AGAIN"),
        ("2026-05-14", "NO_COST_TOO_SOON_AGAIN", "COST"),
        ("2026-05-17", "NO_COST_TOO_SOON_AGAIN", "COST"),
        ("2026-05-18", "COST", "COST"),
    ],
)
def test_nobody_pays_again_too_soon(on: str, consumer: str, other: str) -> None:
    """OC 6.1.3-b (sections 10 b and 10 f): fourteen days for a consumer, ten for others, at and under."""
    decide_in_crowd_and_alone(f"""
    on {on}
    term    reminder_wait_days 0
    term    reminder_term_days 2
    claim   person  aino 100.00 due 2026-04-20
    claim   company bruk 100.00 due 2026-04-20
    reminded 2026-05-04
    expect  person  SEND_SECOND_REMINDER {"5.00" if consumer == "COST" else "0"} {consumer}    # OC 6.1.2-c
    expect  company SEND_SECOND_REMINDER {"5.00" if other == "COST" else "0"} {other}          # OC 6.1.2-c
    """)


@pytest.mark.parametrize(
    ("asked", "consumer", "other"),
    [
        ("4.99", "4.99 COST", "4.99 COST"),
        ("5.00", "5.00 COST", "5.00 COST"),
        ("5.01", "5 COST_CAPPED", "5.01 COST"),
        ("12.00", "5 COST_CAPPED", "12.00 COST"),
        ("12.01", "5 COST_CAPPED", "12 COST_CAPPED"),
    ],
)
def test_one_reminder_costs_no_more_than_its_cap(asked: str, consumer: str, other: str) -> None:
    """OC 6.1.3-b: five euro from a private person, whatever the kind of law, and twelve from others."""
    decide_in_crowd_and_alone(f"""
    on 2026-05-04
    term    collection_cost {asked}
    claim   public  aino 100.00 due 2026-04-20 named 99.00
    claim   private aino 100.00 due 2026-04-20 named 99.00 commercial
    claim   company bruk 100.00 due 2026-04-20 named 99.00
    claim   sale    bruk 100.00 due 2026-04-20 named 99.00 commercial
    expect  public  SEND_FIRST_REMINDER {consumer}    # OC 6.1.2-c
    expect  private SEND_FIRST_REMINDER {consumer}    # OC 6.1.2-c
    expect  company SEND_FIRST_REMINDER {other}       # OC 6.1.2-c
    expect  sale    SEND_FIRST_REMINDER {other}       # OC 6.1.2-c
    """)


@pytest.mark.parametrize(
    ("on", "consumer", "other"),
    [
        ("2022-04-29", "5 COST_CAPPED", "10 COST_CAPPED"),
        ("2022-05-02", "5 COST_CAPPED", "12 COST_CAPPED"),  # 1 May was the day of the change
    ],
)
def test_the_caps_are_those_of_the_day(on: str, consumer: str, other: str) -> None:
    """OC 6.1.3-b: what may be asked of others rose from ten to twelve euro on 1 May 2022 (SDK 299/2022)."""
    decide_in_crowd_and_alone(f"""
    on {on}
    term    collection_cost 15.00
    term    reminder_wait_days 14
    term    bank_material_lag_days 1
    claim   person  aino 100.00 due 2022-04-05 named 15.00
    claim   company bruk 100.00 due 2022-04-05 named 15.00
    expect  person  SEND_FIRST_REMINDER {consumer}    # OC 6.1.2-c
    expect  company SEND_FIRST_REMINDER {other}       # OC 6.1.2-c
    """)


def test_all_costs_together_stay_within_the_total() -> None:
    """OC 6.1.3-b: 51 euro when directly enforceable; by size of the claim for others; at, under and over each bound."""
    decide_in_crowd_and_alone("""
    on 2026-05-04
    claim   room_51   aino   100.00 due 2026-04-20
    claim   cent_51   aino   100.00 due 2026-04-20
    claim   full_51   aino   100.00 due 2026-04-20
    claim   at_100    aino   100.00 due 2026-04-20 commercial
    claim   over_100  aino   100.01 due 2026-04-20 commercial
    claim   at_1000   aino  1000.00 due 2026-04-20 commercial
    claim   over_1000 aino  1000.01 due 2026-04-20 commercial
    claim   full_210  aino  5000.00 due 2026-04-20 commercial
    claim   firm_214  bruk   100.00 due 2026-04-20
    claim   firm_250  bruk   500.00 due 2026-04-20 commercial
    claim   firm_470  bruk   500.01 due 2026-04-20 commercial
    claim   firm_620  bruk 10000.01 due 2026-04-20 commercial
    claim   court     aino   100.00 due 2026-04-20
    cost    room_51    46.00 demand
    cost    cent_51    46.01 demand
    cost    full_51    51.00 payment_time
    cost    at_100     58.00 demand
    cost    over_100   58.00 demand
    cost    at_1000   118.00 demand
    cost    over_1000 118.00 demand
    cost    full_210  210.00 demand
    cost    firm_214  210.00 demand
    cost    firm_250  249.00 demand
    cost    firm_470  249.00 demand
    cost    firm_620  619.99 demand
    cost    court     100.00 court_fee
    expect  room_51   SEND_FIRST_REMINDER 5.00 COST                # OC 6.1.2-c
    expect  cent_51   SEND_FIRST_REMINDER 4.99 COST_CAPPED         # OC 6.1.2-c
    expect  full_51   SEND_FIRST_REMINDER 0 NO_COST_ABOVE_TOTAL    # OC 6.1.2-c
    expect  at_100    SEND_FIRST_REMINDER 2.00 COST_CAPPED         # OC 6.1.2-c
    expect  over_100  SEND_FIRST_REMINDER 5.00 COST                # OC 6.1.2-c
    expect  at_1000   SEND_FIRST_REMINDER 2.00 COST_CAPPED         # OC 6.1.2-c
    expect  over_1000 SEND_FIRST_REMINDER 5.00 COST                # OC 6.1.2-c
    expect  full_210  SEND_FIRST_REMINDER 0 NO_COST_ABOVE_TOTAL    # OC 6.1.2-c
    expect  firm_214  SEND_FIRST_REMINDER 4.00 COST_CAPPED         # OC 6.1.2-c
    expect  firm_250  SEND_FIRST_REMINDER 1.00 COST_CAPPED         # OC 6.1.2-c
    expect  firm_470  SEND_FIRST_REMINDER 5.00 COST                # OC 6.1.2-c
    expect  firm_620  SEND_FIRST_REMINDER 0.01 COST_CAPPED         # OC 6.1.2-c
    expect  court     SEND_FIRST_REMINDER 5.00 COST                # OC 6.1.2-c
    """)
