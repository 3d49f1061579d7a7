"""Reminders (OC 6.1.2): two for everybody, who waits and why; each claim decided in a crowd and alone."""

from datetime import timedelta

import pytest

from cast import inside, person
from income.reminder_tables import decide_in_crowd_and_alone, remind
from reskontra.claims.exclusions import leave_out, take_back
from reskontra.claims.models import ClaimDecision, Exclusion, ExclusionEnd
from reskontra.database.refused import ActRefused
from reskontra.income.reminders.steps import next_steps
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import Acting, RunRefused

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


def test_there_is_no_third_reminder() -> None:
    """OC 6.1.2-c"""
    decide_in_crowd_and_alone("""
    on 2026-12-05
    claim   A aino 100.00 due 2026-03-20
    reminded 2026-04-07
    reminded 2026-05-05
    reminded 2026-06-05
    expect  A REMINDED_TWICE    # OC 6.1.2-c
    """)


@pytest.mark.parametrize(
    ("on", "outcome"),
    [
        ("2026-04-21", "FIRST_RUNNING"),  # the first is due today
        ("2026-05-04", "FIRST_RUNNING"),
        ("2026-05-05", "SEND_SECOND_REMINDER"),
    ],
)
def test_the_first_reminder_runs_to_the_day_before_the_second(on: str, outcome: str) -> None:
    """OC 6.1.2-c"""
    decide_in_crowd_and_alone(f"""
    on {on}
    claim   A aino 100.00 due 2026-03-20
    reminded 2026-04-07
    expect  A {outcome}    # OC 6.1.2-c
    """)


def test_a_unit_without_a_waiting_time_still_waits_for_what_has_been_asked() -> None:
    """OC 6.1.2-c: the day after the due date at the earliest, also of a reminder."""
    decide_in_crowd_and_alone("""
    on 2026-04-22
    term    reminder_wait_days 0
    claim   A aino 100.00 due 2026-03-20
    reminded 2026-04-07
    claim   B aino 100.00 due 2026-04-21
    expect  A SEND_SECOND_REMINDER    # OC 6.1.2-c
    expect  B SEND_FIRST_REMINDER     # OC 6.1.2-c
    """)


def test_the_second_reminder_runs_until_it_is_due() -> None:
    """OC 6.1.2-c"""
    decide_in_crowd_and_alone("""
    on 2026-05-19
    claim   A aino 100.00 due 2026-03-20
    reminded 2026-04-07
    reminded 2026-05-05
    expect  A SECOND_RUNNING    # OC 6.1.2-c
    """)


def test_what_speaks_for_waiting_comes_before_what_is_due() -> None:
    """OC 6.1.2-a, OC 6.1.2-b, OC 6.1.2-c: each ground to wait, and which of two comes first."""
    decide_in_crowd_and_alone("""
    on 2026-05-05
    claim   expired  bruk  100.00 due 2023-05-04 commercial
    claim   living   bruk  100.00 due 2023-05-05 commercial
    claim   case     bruk  100.00 due 2026-04-01 commercial
    claim   judged   bruk  100.00 due 2026-04-01 commercial
    claim   back     bruk  100.00 due 2026-04-01 commercial
    claim   complain bruk  100.00 due 2026-04-01
    claim   blocked  bruk  100.00 due 2026-04-01
    claim   both     bruk  100.00 due 2026-04-01
    claim   promise  bruk  100.00 due 2026-04-01
    claim   kept     bruk  100.00 due 2026-04-01
    claim   credit   bruk  100.00 due 2026-04-01
    claim   paid     bruk  100.00 due 2026-04-01
    claim   part     bruk  100.00 due 2026-04-01
    claim   time     bruk  100.00 due 2026-04-01
    claim   broken   bruk  100.00 due 2026-04-01
    claim   written  bruk  100.00 due 2026-04-01
    case    case     registered
    case    judged   judged
    case    back     withdrawn
    block   complain C from 2026-05-05
    block   blocked  O from 2026-05-05
    block   both     A from 2026-05-05
    block   both     C from 2026-05-05
    block   expired  A from 2026-05-05
    promised promise 2026-05-05
    promised kept    2026-05-01
    credited kept    30.00
    credited credit  30.00
    payment part 40.00
    payment paid 100.00 waiting
    deferred time   until 2026-12-31
    deferred broken until 2026-12-31 ended 2026-05-05
    proposed written
    expect  expired  EXPIRED_NOT_ASKED      # OC 5.1-c
    expect  living   SEND_FIRST_REMINDER    # OC 6.1.2-c
    expect  case     JUDGED_OR_IN_CASE      # OC 6.2-a
    expect  judged   JUDGED_OR_IN_CASE      # OC 6.2-a
    expect  back     SEND_FIRST_REMINDER    # OC 6.1.2-c
    expect  complain COMPLAINED             # OC 6.1.2-b
    expect  blocked  REMINDERS_BLOCKED      # OC 6.1.2-a
    expect  both     COMPLAINED             # OC 6.1.2-b
    expect  promise  CREDIT_PROMISED        # OC 6.1.2-b
    expect  kept     CREDIT_WAITS           # OC 3.2.1-a
    expect  credit   CREDIT_WAITS           # OC 3.2.1-a
    expect  paid     PAYMENT_WAITS          # OC 4.1-b
    expect  part     SEND_FIRST_REMINDER    # OC 6.1.2-c
    expect  time     PAYMENT_TIME_RUNS      # OC 6.1.1-a
    expect  broken   SEND_FIRST_REMINDER    # OC 6.1.2-c
    expect  written  WRITE_OFF_AWAITED      # OC 5.1-b
    """)


def test_a_claim_is_left_out_of_the_runs_of_its_day_only() -> None:
    """OC 6.1.2-a: it waits with its reason, what is taken back goes on, and the next day asks anew."""
    late = decide_in_crowd_and_alone("""
    on 2026-05-05
    claim   out     bruk 100.00 due 2026-04-01
    claim   second  bruk 100.00 due 2026-03-20
    claim   before  bruk 100.00 due 2026-04-01
    claim   back    bruk 100.00 due 2026-04-01
    claim   both    bruk 100.00 due 2026-04-01
    claim   early   bruk 100.00 due 2026-05-04
    block   both    A from 2026-05-05
    left    out
    left    before  2026-05-04
    left    back    back
    left    both
    left    early
    expect  out     REMINDER_LEFT_OUT      # OC 6.1.2-a
    expect  second  SEND_FIRST_REMINDER    # OC 6.1.2-c
    expect  before  SEND_FIRST_REMINDER    # OC 6.1.2-c
    expect  back    SEND_FIRST_REMINDER    # OC 6.1.2-c
    expect  both    REMINDERS_BLOCKED      # OC 6.1.2-a
    expect  early   JUST_DUE               # OC 6.1.2-c
    """)
    with inside(late.where):
        told = ClaimDecision.objects.filter(unit=late.where, outcome="REMINDER_LEFT_OUT").first()
        [step] = next_steps(late.where, late.on, [late.claims["out"].pk])
    assert told is not None
    assert told.inputs["left_out"] == "tala först"
    assert (step.outcome, step.day) == ("SEND_FIRST_REMINDER", late.on + timedelta(days=1))
    [sent] = [one for one in remind(late.where, late.on).counts if one.outcome == "SEND_FIRST_REMINDER"]
    assert sent.count == 3
    [sent] = [
        one
        for one in remind(late.where, late.on + timedelta(days=1)).counts
        if one.outcome == "SEND_FIRST_REMINDER"
    ]
    assert sent.count == 1


def test_claims_are_left_out_together_or_not_at_all_by_who_runs_the_reminders() -> None:
    """OC 1.2-a, OC 6.1.2-a"""
    late = decide_in_crowd_and_alone("""
    on 2026-05-05
    claim   A bruk 100.00 due 2026-04-01
    claim   B bruk 100.00 due 2026-04-01
    left    A
    expect  A REMINDER_LEFT_OUT      # OC 6.1.2-a
    expect  B SEND_FIRST_REMINDER    # OC 6.1.2-c
    """)
    both = list(late.claims.values())
    with inside(late.where) as acting:
        with pytest.raises(ActRefused, match="a_claim_is_left_out_of_a_run_once"):
            leave_out(acting, "reminders", both, late.on, "x")
        assert Exclusion.objects.filter(unit=late.where).count() == 1
        with pytest.raises(RunRefused, match=r"exclusion\.not_left_out"):
            take_back(acting, "reminders", both, late.on)
        assert not ExclusionEnd.objects.filter(unit=late.where).exists()
        for claims, reason, key in (
            ([], "x", "of_nothing"), (both, " ", "without_reason"), (both, "x" * 351, "reason_too_long"),
        ):  # fmt: skip
            with pytest.raises(RunRefused, match=key):
                leave_out(acting, "reminders", claims, late.on, reason)
        unit_clerk = Acting(person("kirsi"), late.where, acting.at)
        with pytest.raises(NotAllowed):
            leave_out(unit_clerk, "reminders", both[1:], late.on, "x")
        with pytest.raises(NotAllowed):
            take_back(unit_clerk, "reminders", both[:1], late.on)
