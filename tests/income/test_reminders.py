"""Reminders (OC 6.1.2): two for everybody, who waits and why; each claim decided in a crowd and alone."""

import pytest

from income.reminder_tables import decide_in_crowd_and_alone

pytestmark = pytest.mark.usefixtures("database")


def test_a_first_reminder_goes_out_when_the_waiting_time_has_passed() -> None:
    """OC 6.1.2-c: not on the due date, not a day too early; to private persons, companies and State units alike."""
    decide_in_crowd_and_alone("""
    on 2026-05-04
    claim   future  aino   100.00 due 2026-05-05
    claim   today   bruk   100.00 due 2026-05-04
    claim   fresh   bruk   100.00 due 2026-05-03
    claim   eve     aino   100.00 due 2026-04-21
    claim   ripe    aino   100.00 due 2026-04-20
    claim   company bruk   100.00 due 2026-04-20 commercial
    claim   state   verket 100.00 due 2026-04-20
    expect  future  NOT_YET_DUE               # OC 6.1.2-c
    expect  today   NOT_YET_DUE               # OC 6.1.2-c
    expect  fresh   JUST_DUE                  # OC 6.1.2-c
    expect  eve     JUST_DUE                  # OC 6.1.2-c
    expect  ripe    SEND_FIRST_REMINDER 5.00 COST               # OC 6.1.2-c
    expect  company SEND_FIRST_REMINDER 5.00 COST               # OC 6.1.2-c
    expect  state   SEND_FIRST_REMINDER 0 NO_COST_STATE_UNIT    # OC 6.1.2-c
    """)
