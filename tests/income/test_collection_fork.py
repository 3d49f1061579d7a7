"""The fork of legal collection (OC 6.2): where a claim goes after its second reminder, alone and in a crowd."""

from datetime import date

import pytest

from cast import inside, plan_of, run
from income.legal_tables import decide_in_crowd_and_alone, decisions, told
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.run import CollectionRun
from reskontra.kernel.blocks import block_codes, stopped_by

pytestmark = pytest.mark.usefixtures("database")


def test_the_way_of_a_claim_follows_its_law_its_debtor_and_what_has_been_done() -> None:
    """OC 6.2-a, OC 6.2.2-a, OC 6.2.7-a, OC 6.5-a"""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    claim    PUBLIC   bruk   100.00
    claim    PRIVATE  paja   100.00 item SEEDS
    claim    JUDGED   aino   100.00 item SEEDS
    claim    LOST     contact 100.00 item SEEDS
    claim    ABROAD   svea   100.00
    claim    SUED     berlin 100.00 item SEEDS
    claim    WON      tokyo  100.00 item SEEDS day 2025-12-15  # 60 days outside Europe
    claim    HIDDEN   skyddbox 100.00
    claim    STATE    verket 100.00
    claim    NONE     berit  100.00
    claim    ONE      contact 100.00
    reminded PUBLIC
    reminded PRIVATE
    reminded JUDGED
    reminded LOST
    reminded ABROAD
    reminded SUED
    reminded WON
    reminded HIDDEN
    reminded STATE
    reminded ONE second none
    judged   JUDGED 2026-05-04 L1/2026
    judged   LOST 2026-05-04 dismissed
    judged   WON 2026-05-04 L2/2026
    expect   PUBLIC  TO_ENFORCEMENT                  # OC 6.2.2-a
    expect   PRIVATE TO_COURT                        # OC 6.2.3-a
    expect   JUDGED  TO_ENFORCEMENT_AFTER_JUDGMENT   # OC 6.2.7-a
    expect   LOST    LEGAL_DISMISSED                 # OC 6.2-a
    expect   ABROAD  TO_ENFORCEMENT_ABROAD           # OC 6.5-a
    expect   SUED    COURT_ABROAD                    # OC 6.5-a
    expect   WON     TO_ENFORCEMENT_ABROAD           # OC 6.5-a
    expect   HIDDEN  LEGAL_DEBTOR_PROTECTED          # OC 3.8-a
    expect   STATE   LEGAL_BETWEEN_STATE_UNITS       # OC 6.2-a
    expect   NONE    LEGAL_NOT_REMINDED              # OC 6.1.2-c
    expect   ONE     LEGAL_NOT_REMINDED              # OC 6.1.2-c
    """,
        CollectionRun,
    )


def test_the_floors_hold_the_open_capital_of_each_claim_and_costs_do_not_lift_it() -> None:
    """OC 6.2.1-a"""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    claim    AT_PUBLIC    bruk   10.00
    claim    UNDER_PUBLIC aino   12.00
    claim    WITH_COSTS   berit  12.00
    claim    AT_OTHER     paja   20.00 item SEEDS
    claim    UNDER_OTHER  svea   19.99 item SEEDS
    claim    PART_PAID    contact 100.00
    reminded AT_PUBLIC
    reminded UNDER_PUBLIC
    reminded WITH_COSTS
    reminded AT_OTHER
    reminded UNDER_OTHER
    reminded PART_PAID
    cost     WITH_COSTS 5.00
    pay      UNDER_PUBLIC 2.01 day 2026-05-04
    pay      WITH_COSTS   2.01 day 2026-05-04
    pay      PART_PAID   90.00 day 2026-05-04
    expect   AT_PUBLIC    TO_ENFORCEMENT      # OC 6.2.2-a
    expect   UNDER_PUBLIC LEGAL_BELOW_FLOOR   # OC 6.2.1-a
    expect   WITH_COSTS   LEGAL_BELOW_FLOOR   # OC 6.2.1-a
    expect   AT_OTHER     TO_COURT            # OC 6.2.3-a
    expect   UNDER_OTHER  LEGAL_BELOW_FLOOR   # OC 6.2.1-a
    expect   PART_PAID    TO_ENFORCEMENT      # OC 6.2.2-a
    """,
        CollectionRun,
    )


def test_a_unit_may_set_higher_floors() -> None:
    """OC 6.2.1-a"""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    term     legal_floor_public_law 50.00
    term     legal_floor_other 80.00
    claim    AT      bruk  50.00
    claim    UNDER   aino  49.99
    claim    OTHER   paja  79.99 item SEEDS
    reminded AT
    reminded UNDER
    reminded OTHER
    expect   AT      TO_ENFORCEMENT      # OC 6.2.2-a
    expect   UNDER   LEGAL_BELOW_FLOOR   # OC 6.2.1-a
    expect   OTHER   LEGAL_BELOW_FLOOR   # OC 6.2.1-a
    """,
        CollectionRun,
    )


def test_the_last_reminder_falls_due_and_the_waiting_time_passes_first() -> None:
    """OC 6.2.2-a: due on the 15th of May, 14 days to wait; with no waiting time, the day after the due date"""
    decide_in_crowd_and_alone(
        """
    on 2026-05-29
    claim    PASSED bruk 100.00
    claim    EVE    paja 100.00
    reminded PASSED second 2026-05-01
    reminded EVE    second 2026-05-02
    expect   PASSED TO_ENFORCEMENT       # OC 6.2.2-a
    expect   EVE    LEGAL_REMINDER_RUNS  # OC 6.2.2-a
    """,
        CollectionRun,
    )


def test_without_a_waiting_time_the_due_day_itself_still_belongs_to_the_debtor() -> None:
    """OC 6.2.2-a"""
    decide_in_crowd_and_alone(
        """
    on 2026-05-16
    term     reminder_wait_days 0
    claim    PASSED bruk 100.00
    claim    TODAY  paja 100.00
    reminded PASSED second 2026-05-01
    reminded TODAY  second 2026-05-02
    expect   PASSED TO_ENFORCEMENT       # OC 6.2.2-a
    expect   TODAY  LEGAL_REMINDER_RUNS  # OC 6.2.2-a
    """,
        CollectionRun,
    )


def test_what_stops_collection_comes_before_what_is_not_done_yet() -> None:
    """OC 6.1.2-a, OC 6.1.1-a, OC 5.1-c: precedence"""
    decide_in_crowd_and_alone(
        """
    on 2026-06-01
    claim    BLOCKED   bruk   100.00
    claim    DEFERRED  aino   100.00
    claim    SMALL     berit  12.00
    claim    TINY      contact 12.00
    reminded BLOCKED
    reminded DEFERRED
    block    BLOCKED C
    block    SMALL   C
    pay      SMALL   7.00 day 2026-05-04
    pay      TINY    7.00 day 2026-05-04
    time     DEFERRED 2026-09-01
    expect   BLOCKED   LEGAL_STOPPED_BY_BLOCK  # OC 6.1.2-a
    expect   DEFERRED  LEGAL_PAYMENT_TIME      # OC 6.1.1-a
    expect   SMALL     LEGAL_STOPPED_BY_BLOCK  # OC 6.1.2-a
    expect   TINY      LEGAL_NOT_REMINDED      # OC 6.1.2-c
    """,
        CollectionRun,
    )


def test_a_claim_that_is_proposed_for_write_off_waits_for_the_unit() -> None:
    """OC 5.1-b: proposed, and approved but not posted yet; one that the unit keeps goes on. What stops comes first."""
    street = decide_in_crowd_and_alone(
        """
    on 2026-06-01
    claim    PROPOSED bruk   100.00
    claim    APPROVED aino   100.00
    claim    KEPT     berit  100.00
    claim    COURT    paja   100.00 item SEEDS
    claim    BLOCKED  contact 100.00
    claim    EARLY    svea   100.00
    claim    SMALL    contact 12.00
    reminded PROPOSED
    reminded APPROVED
    reminded KEPT
    reminded COURT
    reminded BLOCKED
    reminded SMALL
    block    BLOCKED C
    pay      SMALL   7.00 day 2026-05-04
    proposed PROPOSED
    proposed APPROVED approved
    proposed KEPT refused
    proposed COURT
    proposed BLOCKED
    proposed EARLY
    proposed SMALL
    expect   PROPOSED LEGAL_WRITE_OFF_PROPOSED  # OC 5.1-b
    expect   APPROVED LEGAL_WRITE_OFF_PROPOSED  # OC 5.1-b
    expect   KEPT     TO_ENFORCEMENT            # OC 6.2.2-a
    expect   COURT    LEGAL_WRITE_OFF_PROPOSED  # OC 5.1-b
    expect   BLOCKED  LEGAL_STOPPED_BY_BLOCK    # OC 6.1.2-a
    expect   EARLY    LEGAL_NOT_REMINDED        # OC 6.1.2-c
    expect   SMALL    LEGAL_WRITE_OFF_PROPOSED  # OC 5.1-b
    """,
        CollectionRun,
    )
    assert street.decided(EnforcementRun()).keys() == {"KEPT"}


def test_an_expired_claim_goes_nowhere_whatever_else_holds() -> None:
    """OC 5.1-c: imposed in 2026, a public-law claim lives to the end of 2031"""
    street = decide_in_crowd_and_alone(
        """
    on 2031-12-31
    claim    LAST_DAY bruk 100.00
    reminded LAST_DAY
    expect   LAST_DAY TO_ENFORCEMENT  # OC 6.2.2-a
    """,
        CollectionRun,
    )
    street.table = type(street.table)(date(2032, 1, 1), street.table.lines)
    assert street.decided(CollectionRun()) == {"LAST_DAY": ("LEGAL_CLAIM_EXPIRED", "OC 5.1-c")}


@pytest.mark.parametrize("code", list(block_codes()))
def test_every_block_code_stops_legal_collection_as_its_table_says(code: str) -> None:
    """OC 6.1.2-a: from its first day to its last, and to the day before it is lifted"""
    stops = code in stopped_by("legal")
    blocked, free = ("LEGAL_STOPPED_BY_BLOCK", "OC 6.1.2-a"), ("TO_ENFORCEMENT", "OC 6.2.2-a")
    street = told(f"""
    on 2026-06-01
    claim    FIRST  bruk 100.00
    claim    LAST   paja 100.00
    claim    OVER   aino 100.00
    claim    BEFORE berit 100.00
    claim    LIFTED contact 100.00
    claim    TOMORROW svea 100.00
    reminded FIRST
    reminded LAST
    reminded OVER
    reminded BEFORE
    reminded LIFTED
    reminded TOMORROW
    block    FIRST  {code} from 2026-06-01
    block    LAST   {code} until 2026-06-01
    block    OVER   {code} until 2026-05-31
    block    BEFORE {code} from 2026-06-02
    block    LIFTED {code} lifted 2026-06-01
    block    TOMORROW {code} lifted 2026-06-02
    """)
    held = blocked if stops else free
    assert street.decided(CollectionRun()) == {
        "FIRST": held, "LAST": held, "OVER": free, "BEFORE": free, "LIFTED": free,
        "TOMORROW": held if held == blocked else ("TO_ENFORCEMENT_ABROAD", "OC 6.5-a"),
    }  # fmt: skip


def test_the_fork_stores_what_somebody_may_ask_about_and_counts_the_rest() -> None:
    """OC 6.2-a"""
    street = told("""
    on 2026-06-01
    claim    A bruk 100.00
    claim    B paja 100.00
    reminded A
    """)
    result = run(CollectionRun(), street.where, street.table.on)
    assert {one.outcome: one.count for one in result.counts} == {"TO_ENFORCEMENT": 1, "LEGAL_NOT_REMINDED": 1}
    with inside(street.where):
        (decision,) = decisions(street, "A", "collection")
        assert (decision.outcome, decision.clause, decision.inputs["reminders"]) == (
            "TO_ENFORCEMENT",
            "OC 6.2.2-a",
            2,
        )
        assert decisions(street, "B", "collection") == []


def test_a_plan_of_the_fork_that_has_aged_leaves_what_has_changed() -> None:
    """OC 6.2-a"""
    street = told("""
    on 2026-06-01
    claim    A bruk 100.00
    claim    B paja 100.00
    reminded A
    reminded B
    """)
    planned = plan_of(CollectionRun(), street.where, street.table.on)
    street.block("B", "C")
    result = run(CollectionRun(), street.where, street.table.on, planned.run)
    assert {one.outcome: one.count for one in result.counts} == {
        "TO_ENFORCEMENT": 1, "LEGAL_STOPPED_BY_BLOCK": 1,
    }  # fmt: skip
