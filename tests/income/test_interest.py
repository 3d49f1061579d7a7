"""Interest invoices (OC 6.1.5, 6.1.1-a): tables by clause, each claim in a crowd, asked for apart, and alone."""

from datetime import date
from decimal import Decimal

import pytest

from cast import DAY, HARBOUR, inside, run, unit
from income.interest_tables import History, decide_in_crowd_and_alone, paid
from income.money import a_payment, balance, open_amount
from income.tables import read
from reskontra.claims.models import (
    Claim,
    ClaimDecision,
    InterestCharge,
    InterestInvoice,
    InterestWaiver,
    Letter,
)
from reskontra.documents.letter import letter_from_json
from reskontra.income.allocation.candidates import candidates
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.income.interest.actions import waive_interest
from reskontra.income.interest.run import InterestRun, PaymentTimeInterestRun
from reskontra.kernel.blocks import block_codes
from reskontra.kernel.references import is_national_reference
from reskontra.kernel.terms import MissingTerm, TermNotAllowed
from reskontra.ledger.models import Entry
from reskontra.registers.policy import NotAllowed
from reskontra.registers.unit_terms import history_of, own_history_of
from reskontra.runs.run import RunRefused, apply, plan

pytestmark = pytest.mark.usefixtures("database")


def _told(text: str, room: type[InterestRun] = InterestRun) -> History:
    return History(read("on 2026-03-16\n" + text), unit(), room).tell()


def test_late_interest_is_charged_when_the_claim_is_settled() -> None:
    """OC 6.1.5-a: late, in time, on the day itself, and not yet."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    claim A bruk  1000.00 due 2026-01-05
    claim B bruk  1000.00 due 2026-01-05
    claim C aino  1000.00 due 2026-01-05
    claim D paja  1000.00 due 2026-01-05
    claim E paja  1000.00 due 2026-01-05
    claim F berit   10.00 due 2026-01-05
    paid  A 1000.00 2026-03-02
    paid  B 1000.00 2026-01-05
    paid  C  400.00 2025-12-30
    paid  C  600.00 2026-02-04
    paid  D  999.99 2026-01-20
    paid  F   10.00 2026-01-06
    expect A CHARGE_INTEREST 14.58    # OC 6.1.5-a
    expect B NO_INTEREST    0.00     # OC 6.1.5-a
    expect C INTEREST_BELOW_FLOOR 4.68    # OC 6.1.5-a
    expect D PRINCIPAL_OPEN  0.00     # OC 6.1.5-a
    expect E PRINCIPAL_OPEN  0.00     # OC 6.1.5-a
    expect F NO_INTEREST    0.00     # OC 6.1.5-a
    invoice bruk 14.58
    """)


def test_the_smallest_amount_is_of_a_customer_and_what_is_below_it_accumulates() -> None:
    """OC 6.1.5-a: 4.99 waits, 5.00 goes, and so do 2.50 and 2.50 together."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    claim under  aino  641.00 due 2026-01-05
    claim at     bruk  640.37 due 2026-01-05
    claim half   paja  320.18 due 2026-01-05
    claim other  paja  320.18 due 2026-01-05
    claim ten    berit 1281.00 due 2026-01-05
    paid  under  641.00  2026-02-03
    paid  at     640.37  2026-02-04
    paid  half   320.18  2026-02-04
    paid  other  320.18  2026-02-04
    paid  ten    1281.00 2026-02-04
    expect under INTEREST_BELOW_FLOOR 4.84    # OC 6.1.5-a
    expect at    CHARGE_INTEREST      5.00    # OC 6.1.5-a
    expect half  CHARGE_INTEREST      2.50    # OC 6.1.5-a
    expect other CHARGE_INTEREST      2.50    # OC 6.1.5-a
    expect ten   CHARGE_INTEREST      10.00   # OC 6.1.5-a
    invoice berit 10.00
    invoice bruk  5.00
    invoice paja  5.00
    """)


def test_a_cent_below_the_floor_waits() -> None:
    """OC 6.1.5-a: 4.99, and then with 0.01 of another invoice 5.00."""
    told = _told("""
    claim A aino 639.20 due 2026-01-05
    paid  A 639.20 2026-02-04
    """)
    assert told.decided(DAY)["A"] == ("INTEREST_BELOW_FLOOR", "4.99", "OC 6.1.5-a")
    told.table = read("on 2026-03-16\nclaim B aino 20.00 due 2026-01-05\npaid B 20.00 2026-01-07")
    told.tell()
    assert {name: one[:2] for name, one in told.decided(DAY).items()} == {
        "A": ("CHARGE_INTEREST", "4.99"), "B": ("CHARGE_INTEREST", "0.01"),
    }  # fmt: skip
    assert told.invoices() == [("aino", "5.00", False)]


def test_no_interest_between_state_units() -> None:
    """OC 6.1.5-a: what it would have been is told, because the situation is followed."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    claim A verket 1000.00 due 2026-01-05
    claim B verket 1000.00 due 2026-01-05
    claim C stum   1000.00 due 2026-01-05
    claim D bruk   1000.00 due 2026-01-05
    paid  A 1000.00 2026-03-02
    paid  B 1000.00 2026-01-02
    paid  D 1000.00 2026-03-02
    expect A BETWEEN_STATE_UNITS 14.58    # OC 6.1.5-a
    expect B NO_INTEREST        0.00     # OC 6.1.5-a
    expect C BETWEEN_STATE_UNITS 0.00     # OC 6.1.5-a
    expect D CHARGE_INTEREST     14.58    # OC 6.1.5-a
    invoice bruk 14.58
    """)


def test_each_block_code_stops_interest_or_does_not() -> None:
    """OC 6.1.2-a: as guidelines/blocks.toml reads the sixteen codes."""
    lines, expected = [], {}
    for place, code in enumerate(block_codes()):
        who = "aino" if place % 2 else "bruk"
        lines += [
            f"claim {code} {who} 1000.00 due 2026-01-05",
            f"paid {code} 1000.00 2026-03-02",
            f"block {code} {code}",
        ]
        stops = "interest" in block_codes()[code].stops
        expected[code] = "INTEREST_STOPPED" if stops else "CHARGE_INTEREST"
    decided = _told("\n".join(lines)).decided(DAY)
    assert {name: one[0] for name, one in decided.items()} == expected
    assert set(expected.values()) == {"INTEREST_STOPPED", "CHARGE_INTEREST"}


def test_a_block_or_a_case_holds_the_interest_back_and_counts_towards_no_floor() -> None:
    """OC 6.1.2-a, OC 6.2-a; a block on a customer stops all that is his."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    claim A bruk  1000.00 due 2026-01-05
    claim B bruk   100.00 due 2026-01-05
    claim C aino  1000.00 due 2026-01-05
    claim D aino  1000.00 due 2026-01-05
    claim E paja  1000.00 due 2026-01-05
    claim F berit 1000.00 due 2026-01-05
    paid  A 1000.00 2026-03-02
    paid  B  100.00 2026-03-02
    paid  C 1000.00 2026-03-02
    paid  D 1000.00 2026-03-02
    paid  E 1000.00 2026-03-02
    block A C
    block customer berit B
    case  C
    case  D over
    expect A INTEREST_STOPPED     14.58   # OC 6.1.2-a
    expect B INTEREST_BELOW_FLOOR 1.46    # OC 6.1.5-a
    expect C INTEREST_IN_CASE     14.58   # OC 6.2-a
    expect D CHARGE_INTEREST      14.58   # OC 6.1.5-a
    expect E CHARGE_INTEREST      14.58   # OC 6.1.5-a
    expect F INTEREST_STOPPED     0.00    # OC 6.1.2-a
    invoice aino 14.58
    invoice paja 14.58
    """)


def test_a_remainder_ends_interest_and_a_written_off_claim_is_not_charged() -> None:
    """OC 6.1.5-a, OC 6.4-a"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 1000.00 due 2026-01-05
    claim   B aino 1000.00 due 2026-01-05
    paid    A  998.00 2026-03-02
    written A    2.00 2026-03-03
    paid    B  500.00 2026-01-20
    written B  500.00 2026-03-02 obstacle
    expect A CHARGE_INTEREST   14.58     # OC 6.1.5-a
    expect B INTEREST_GIVEN_UP 9.24      # OC 6.4-a
    invoice bruk 14.58
    """)


def test_a_credit_lessens_what_bears_interest_from_the_beginning() -> None:
    """OC 6.1.5-a: set off or not, before or after the payment."""
    told = _told("""
    claim    A bruk 1000.00 due 2026-01-05
    claim    B aino 1000.00 due 2026-01-05
    credited A 250.00 2026-02-16
    paid     A 750.00 2026-03-02
    paid     B 1000.00 2026-03-02
    credited B 250.00 2026-03-10
    """)
    run(SetOffRun(), told.where)
    decided = told.decided(DAY)
    assert decided["A"][:2] == decided["B"][:2] == ("CHARGE_INTEREST", "10.93")


def test_payments_are_deducted_day_by_day_and_what_was_undone_is_not() -> None:
    """OC 4.1-c, OC 6.1.5-a"""
    told = _told("""
    claim  A bruk 1000.00 due 2026-01-05
    paid   A  400.00 2026-01-19
    paid   A  600.00 2026-02-02
    undone A
    paid   A  600.00 2026-02-16
    """)
    assert told.decided(DAY)["A"][:2] == ("CHARGE_INTEREST", "8.02")  # 14 days of 1000 and 28 of 600


def test_what_was_paid_aside_or_charged_before_is_not_asked_for_again() -> None:
    """OC 6.1.5-a, OC 6.1.3-b"""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    claim A bruk 1000.00 due 2026-01-05
    claim B aino 1000.00 due 2026-01-05
    claim C paja 1000.00 due 2026-01-05
    paid  A 1000.00 2026-03-02
    paid  B 1000.00 2026-03-02
    paid  C 1000.00 2026-03-02
    aside A 4.58 2026-03-02
    aside B 14.58 2026-03-02
    charged 2026-03-10
    expect A INTEREST_CHARGED_BEFORE 0.00    # OC 6.1.5-a
    expect B INTEREST_CHARGED_BEFORE 0.00    # OC 6.1.5-a
    expect C INTEREST_CHARGED_BEFORE 0.00    # OC 6.1.5-a
    """)


def test_interest_that_is_waived_is_not_charged_and_what_was_charged_of_it_is_credited() -> None:
    """OC 6.1.5-a: waived wholly, in part, and after it was charged."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk  1000.00 due 2026-01-05
    claim   B aino  1000.00 due 2026-01-05
    claim   C paja  1000.00 due 2026-01-05
    paid    C 1000.00 2026-03-02
    charged 2026-03-10
    paid    A 1000.00 2026-03-02
    paid    B 1000.00 2026-03-02
    waived  A 2026-03-02
    waived  B 2026-01-31
    waived  C 2026-01-31
    expect A INTEREST_WAIVED 0.00      # OC 6.1.5-a
    expect B CHARGE_INTEREST 7.81      # OC 6.1.5-a
    expect C CREDIT_INTEREST -6.77     # OC 6.1.5-a
    invoice aino 7.81
    invoice paja -6.77 credit
    """)


def test_public_and_private_claims_of_a_customer_get_an_invoice_each_and_one_floor() -> None:
    """OC 6.1.5-a, OC 6.2.2-a: what is directly enforceable is kept apart."""
    told = _told("""
    claim A bruk 320.00 due 2026-01-05
    claim B bruk 320.37 due 2026-01-05 private
    paid  A 320.00 2026-02-04
    paid  B 320.37 2026-02-04
    """)
    told.decided(DAY)
    assert told.invoices() == [("bruk", "2.50", False), ("bruk", "2.50", False)]
    with inside(told.where):
        raised = Claim.objects.filter(unit=told.where, kind="interest").order_by("id")
        assert [one.public_law for one in raised] == [False, True]


# Credits --------------------------------------------------------------------------------------------------------


def test_a_payment_that_turns_out_to_be_earlier_reverses_interest() -> None:
    """OC 6.1.5-a: charged, credited, set off; nothing is asked for any more, and the books are as before."""
    told = _told("""
    claim  A bruk 1000.00 due 2026-01-05
    paid   A 1000.00 2026-03-02
    """)
    told.decided(DAY)
    told.table = read("on 2026-03-16\nundone A\npaid A 1000.00 2026-01-05")
    told.tell()
    assert told.decided(DAY)["A"] == ("CREDIT_INTEREST", "-14.58", "OC 6.1.5-a")
    assert told.invoices() == [("bruk", "14.58", False), ("bruk", "-14.58", True)]
    assert told.decided(DAY)["A"] == ("NO_INTEREST", "0.00", "OC 6.1.5-a")
    run(SetOffRun(), told.where)
    with inside(told.where):
        first, credit = Claim.objects.filter(unit=told.where, kind="interest").order_by("id")
        assert (open_amount(told.where, first), open_amount(told.where, credit)) == (0, 0)
        assert balance(told.where, "late_interest") == 0
        found = ClaimDecision.objects.get(unit=told.where, claim=credit, rule="set_off")
        assert (found.outcome, found.clause) == ("SET_OFF", "OC 3.2.1-a")


def test_a_credit_takes_back_from_the_newest_invoice_first() -> None:
    """OC 6.1.5-a: charged 16.03 and, as the last payment moved, 8.75 more; of 13.54 waived 8.75 come off first."""
    told = _told("""
    claim  A bruk 2000.00 due 2026-01-05
    paid   A  800.00 2026-01-19
    paid   A 1200.00 2026-02-16
    charged 2026-03-01
    undone A
    paid   A 1200.00 2026-03-16
    """)
    assert told.decided(DAY)["A"] == ("CHARGE_INTEREST", "8.75", "OC 6.1.5-a")
    told.table = read("on 2026-03-16\nwaived A 2026-02-08")
    told.tell()
    assert told.decided(DAY)["A"] == ("CREDIT_INTEREST", "-13.54", "OC 6.1.5-a")
    with inside(told.where):
        first, newest, *credits = InterestInvoice.objects.filter(unit=told.where).order_by("number")
        assert [(one.total, one.original_id) for one in (first, newest)] == [
            (Decimal("16.03"), None), (Decimal("8.75"), None),
        ]  # fmt: skip
        assert {(one.total, one.original_id) for one in credits} == {
            (Decimal("-8.75"), newest.pk), (Decimal("-4.79"), first.pk),
        }  # fmt: skip


def test_a_credit_of_interest_lessens_what_a_payment_of_the_interest_invoice_finds_open() -> None:
    """OC 4.2-a: before the set-off as after it."""
    told = _told("""
    claim  A bruk 1000.00 due 2026-01-05
    paid   A 1000.00 2026-03-02
    """)
    told.decided(DAY)
    told.table = read("on 2026-03-16\nwaived A 2026-01-31")
    told.tell()
    told.decided(DAY)
    with inside(told.where):
        invoice = Claim.objects.filter(unit=told.where, kind="interest", amount__gt=0).get()
    a_payment(told.where, "14.58", reference=invoice.reference)
    result = run(AllocationRun(), told.where)
    assert [(one.outcome, one.amount) for one in result.counts] == [("OVERPAID_INCOME", Decimal("14.58"))]


# Payment time ---------------------------------------------------------------------------------------------------


def test_interest_for_payment_time_is_charged_when_the_agreement_has_ended() -> None:
    """OC 6.1.1-a: kept, broken, running; no floor; an invoice of its own."""
    crowd = decide_in_crowd_and_alone(
        """
    on 2026-03-16
    claim    A bruk  1000.00 due 2025-09-01
    claim    B aino  1000.00 due 2025-09-01
    claim    C paja  1000.00 due 2025-09-01
    claim    D berit 1000.00 due 2026-03-02
    claim    E svea  1000.00 due 2025-09-01
    deferred A 2025-10-01 2026-01-30 ended 2026-01-15 kept
    deferred B 2025-10-01 2026-01-30 ended 2025-10-31 broken
    deferred C 2025-10-01 2026-06-30
    deferred D 2026-03-01 2026-03-31 ended 2026-03-01 withdrawn
    deferred E 2026-03-01 2026-03-31 ended 2026-03-02 withdrawn
    paid     A  500.00 2025-11-30
    paid     A  500.00 2026-01-15
    paid     E 1000.00 2026-03-01
    expect A CHARGE_INTEREST      12.66   # OC 6.1.1-a
    expect B CHARGE_INTEREST      4.67    # OC 6.1.1-a
    expect C INTEREST_WAITS_FOR_AGREEMENT    0.00    # OC 6.1.1-a
    expect D NO_PAYMENT_TIME_USED 0.00    # OC 6.1.1-a
    expect E CHARGE_INTEREST      0.15    # OC 6.1.1-a
    invoice aino 4.67
    invoice bruk 12.66
    invoice svea 0.15
    """,
        PaymentTimeInterestRun,
    )
    with inside(crowd.where):
        assert {one.kind for one in InterestInvoice.objects.filter(unit=crowd.where)} == {"payment_time"}
        assert balance(crowd.where, "payment_time_interest") == Decimal("-17.48")
    crowd.room = InterestRun
    late = crowd.decided(DAY)
    # A: 2 to 30 September at 9.5 percent on 1000; the days of the agreement bear their own interest.
    assert late["A"] == ("CHARGE_INTEREST", "7.55", "OC 6.1.5-a")
    assert late["B"][0] == late["C"][0] == "PRINCIPAL_OPEN"


def test_a_payment_plan_block_does_not_hold_its_own_interest_back_but_a_complaint_does() -> None:
    """OC 6.1.1-a, OC 6.1.2-a"""
    told = _told(
        """
    claim    A bruk 1000.00 due 2025-09-01
    claim    B aino 1000.00 due 2025-09-01
    deferred A 2025-10-01 2026-01-30 ended 2025-10-31 broken
    deferred B 2025-10-01 2026-01-30 ended 2025-10-31 broken
    block    A I
    block    B C
    """,
        PaymentTimeInterestRun,
    )
    decided = told.decided(DAY)
    assert (decided["A"][0], decided["B"][0]) == ("CHARGE_INTEREST", "INTEREST_STOPPED")
    assert told.decided(DAY)["A"] == ("INTEREST_CHARGED_BEFORE", "0.00", "OC 6.1.1-a")


def test_waived_payment_time_and_a_written_off_claim_are_not_charged() -> None:
    """OC 6.1.1-a, OC 6.4-a"""
    told = _told(
        """
    claim    A bruk 1000.00 due 2025-09-01
    claim    B aino 1000.00 due 2025-09-01
    claim    C paja 1000.00 due 2025-09-01
    deferred A 2025-10-01 2026-01-30 ended 2025-10-31 broken
    deferred B 2025-10-01 2026-01-30 ended 2025-10-31 broken
    deferred C 2025-10-01 2026-01-30 ended 2025-10-31 broken
    waived   A 2025-10-31
    written  B 1000.00 2026-03-02 obstacle
    charged  2026-03-10
    waived   C 2025-10-15
    """,
        PaymentTimeInterestRun,
    )
    decided = told.decided(DAY)
    assert (decided["A"][0], decided["B"][0]) == ("INTEREST_WAIVED", "INTEREST_GIVEN_UP")
    assert decided["C"][:2] == ("CREDIT_INTEREST", "-2.26")


# Rates and terms ------------------------------------------------------------------------------------------------


def test_a_rate_that_is_not_known_stops_the_run_and_the_units_own_lets_it_go_on() -> None:
    """OC 6.1.5-b: and only for its half-year, however long the unit meant it to hold."""
    told = _told("claim A bruk 1000.00 due 2026-06-01\npaid A 1000.00 2026-07-01")
    with pytest.raises(MissingTerm) as stopped:
        told.decided(date(2026, 8, 3))
    assert (stopped.value.key, stopped.value.day) == ("reference_rate", date(2026, 7, 1))
    told.table = read("on 2026-08-03\nrate 2026-07-01 4.0")
    told.tell()
    assert told.decided(date(2026, 8, 3))["A"][:2] == ("CHARGE_INTEREST", "7.85")  # 29 d at 9.5, one at 11
    told.table = read("on 2027-02-01\nclaim B bruk 1000.00 due 2026-12-01\npaid B 1000.00 2027-01-01")
    told.tell()
    with pytest.raises(MissingTerm) as stopped:
        told.decided(date(2027, 2, 1))
    assert stopped.value.day == date(2027, 1, 1)


def test_nothing_is_missing_for_claims_that_are_open_or_were_settled_before() -> None:
    """OC 6.1.5-b"""
    told = _told("""
    claim A bruk 1000.00 due 2026-06-01
    claim B aino 1000.00 due 2026-06-01
    paid  A 1000.00 2026-06-30
    """)
    decided = told.decided(date(2026, 8, 3))
    assert (decided["A"][0], decided["B"][0]) == ("CHARGE_INTEREST", "PRINCIPAL_OPEN")


def test_a_units_own_value_never_replaces_a_rate_that_is_known() -> None:
    """OC 6.1.5-b"""
    told = _told("rate 2026-01-01 9.0")
    with inside(told.where):
        assert [one.first for one in own_history_of(told.where, "reference_rate")] == [date(2026, 7, 1)]
        known = [one for one in history_of(told.where, "reference_rate") if one.first == date(2026, 1, 1)]
        assert [one.value for one in known] == ["2.5"]


@pytest.mark.parametrize(
    ("ground", "who", "amount"),
    [
        ("section_4", "bruk", "7.81"), ("section_4a", "bruk", "8.63"), ("section_4a", "aino", "7.81"),
        ("special_act", "bruk", "6.16"), ("special_act", "aino", "6.16"),
    ],
)  # fmt: skip
def test_the_ground_gives_the_surcharge(ground: str, who: str, amount: str) -> None:
    """OC 6.1.5-a: section 4 a is for payments between businesses, so a consumer owes by section 4."""
    told = _told(f"""
    term  late_interest_ground {ground}
    term  late_interest_surcharge_special 5.0
    claim A {who} 1000.00 due 2026-02-02
    paid  A 1000.00 2026-03-04
    """)
    assert told.decided(DAY)["A"][:2] == ("CHARGE_INTEREST", amount)


def test_a_special_act_without_its_surcharge_stops() -> None:
    """OC 6.1.5-b"""
    told = _told("""
    term  late_interest_ground special_act
    claim A bruk 1000.00 due 2026-02-02
    paid  A 1000.00 2026-03-04
    """)
    with pytest.raises(MissingTerm, match="late_interest_surcharge_special"):
        told.decided(DAY)


@pytest.mark.parametrize(
    ("key", "value"), [("late_interest_ground", "section_5"), ("interest_day_count", "30_360")]
)
def test_a_ground_or_day_count_that_does_not_exist_stops(key: str, value: str) -> None:
    told = _told(f"term {key} {value}\nclaim A bruk 1000.00 due 2026-02-02\npaid A 1000.00 2026-03-04")
    with pytest.raises(TermNotAllowed, match=value):
        told.decided(DAY)


def test_a_units_own_day_count_is_used() -> None:
    """OC 6.1.5-a"""
    told = _told(
        "term interest_day_count actual_360\nclaim A bruk 1000.00 due 2023-12-29\npaid A 1000.00 2024-01-31"
    )
    assert told.decided(DAY)["A"][:2] == ("CHARGE_INTEREST", "10.51")


# What is written ------------------------------------------------------------------------------------------------


def _charged() -> History:
    told = _told("""
    claim A berit 1000.00 due 2022-12-15
    claim B berit 1000.00 due 2023-12-29
    paid  A 1000.00 2023-02-15
    paid  B 1000.00 2024-01-31
    aside B 1.34 2024-01-31
    """)
    told.decided(DAY)
    return told


def test_an_interest_invoice_has_its_specification_voucher_claim_and_reference() -> None:
    """OC 6.1.5-a, OC 4.1-a"""
    told = _charged()
    where = told.where
    with inside(where):
        (invoice,) = InterestInvoice.objects.filter(unit=where)
        assert (invoice.total, invoice.kind, invoice.language) == (Decimal("24.04"), "late", "sv")
        assert (invoice.issue_date, invoice.due_date) == (DAY, date(2026, 4, 7))  # 21 days, and Easter Monday
        claim = Claim.objects.get(unit=where, interest_invoice=invoice)
        assert (claim.amount, claim.payer_id, claim.due_date) == (
            invoice.total,
            invoice.customer_id,
            invoice.due_date,
        )
        assert claim.reference == invoice.reference
        assert invoice.reference[:-1] == invoice.shown(HARBOUR) == "4210800000001"
        assert is_national_reference(invoice.reference)
        charges = InterestCharge.objects.filter(invoice=invoice).order_by("id")
        assert [(one.amount, one.until_date) for one in charges] == [
            (Decimal("15.04"), date(2023, 2, 15)), (Decimal("9.00"), date(2024, 1, 31)),
        ]  # fmt: skip
        assert [
            (line.days, line.percent, round(line.amount, 4)) for line in charges[0].lines.order_by("position")
        ] == [(16, 7, Decimal("3.0685")), (46, Decimal("9.5"), Decimal("11.9726"))]
        entries = Entry.objects.filter(unit=where, voucher=invoice.voucher_id).order_by("position")
        assert [(one.account, one.amount) for one in entries] == [
            ("17000000", Decimal("24.04")), ("50000000", Decimal("-24.04")),
        ]  # fmt: skip
        assert invoice.voucher.kind == "KR"


def test_the_letter_tells_every_stretch_and_what_was_paid() -> None:
    """OC 6.1.5-a"""
    told = _charged()
    with inside(told.where):
        (row,) = Letter.objects.filter(unit=told.where)
    letter = letter_from_json(row.document)
    assert (letter.kind, letter.language, letter.day) == ("interest_invoice", "sv", DAY)
    assert letter.subject == "Dröjsmålsräntefaktura 4210800000001"
    assert letter.slip is not None
    assert (letter.slip.amount, letter.slip.due_date) == (Decimal("24.04"), date(2026, 4, 7))
    first, second = letter.tables
    assert first.caption == "Faktura 4210000000001, förföll 15.12.2022"
    assert first.rows == (
        ("16.12.2022", "31.12.2022", "16", "1\xa0000,00\xa0€", "7", "3,0685"),
        ("1.1.2023", "15.2.2023", "46", "1\xa0000,00\xa0€", "9,5", "11,9726"),
        ("Sammanlagt", "", "", "", "", "15,04\xa0€"),
    )
    assert [row[0] for row in second.rows[-3:]] == ["Sammanlagt", "Redan betalt", "På denna faktura"]
    assert [row[-1] for row in second.rows[-3:]] == ["10,34\xa0€", "−1,34\xa0€", "9,00\xa0€"]
    assert len(letter.notes) == 3
    assert "§" in letter.notes[0]


@pytest.mark.parametrize(("who", "subject"), [("aino", "Viivästyskorkolasku"), ("berlin", "Invoice")])
def test_the_letter_is_in_the_language_of_the_customers_newest_invoice(who: str, subject: str) -> None:
    """OC 6.1.5-a"""
    told = _told(f"claim A {who} 1000.00 due 2026-01-05\npaid A 1000.00 2026-03-02")
    told.decided(DAY)
    with inside(told.where):
        letter = letter_from_json(Letter.objects.get(unit=told.where).document)
    assert letter.subject.startswith(subject)


def test_a_credit_letter_names_its_original_and_asks_for_nothing() -> None:
    """OC 6.1.5-a"""
    told = _told(
        "claim A bruk 1000.00 due 2026-01-05\npaid A 1000.00 2026-03-02\ncharged 2026-03-10\nwaived A 2026-01-31"
    )
    told.decided(DAY)
    with inside(told.where):
        letter = letter_from_json(Letter.objects.filter(unit=told.where).latest("number").document)
    assert letter.slip is None
    assert "4210800000001" in letter.paragraphs[0]
    assert [row[0] for row in letter.tables[0].rows[-3:]] == [
        "Sammanlagt",
        "Tidigare debiterat",
        "På denna faktura",
    ]
    assert [row[-1] for row in letter.tables[0].rows[-3:]] == ["7,81\xa0€", "−14,58\xa0€", "−6,77\xa0€"]


def test_an_interest_claim_bears_no_interest() -> None:
    """OC 6.1.5-a: paid a year late, it costs nothing more."""
    told = _charged()
    with inside(told.where):
        interest = Claim.objects.get(unit=told.where, kind="interest")
    paid(told.where, interest, "24.04", date(2026, 6, 30))
    assert set(told.decided(date(2026, 6, 30))) == {"A", "B"}


def test_an_unclear_payment_finds_the_interest_invoice() -> None:
    """OC 4.1-c"""
    told = _charged()
    payment = a_payment(told.where, "24.04")
    with inside(told.where):
        (found,) = candidates(told.where, payment, Decimal("24.04"))
    assert (found.invoice, found.reasons) == ("4210800000001", ("amount",))


# Decisions, plans and races --------------------------------------------------------------------------------------


def test_what_stays_as_it_was_is_told_once() -> None:
    """OC 6.1.5-a: a claim below the floor says so in the first run, and again when it changes."""
    told = _told("claim A aino 500.00 due 2026-01-05\npaid A 500.00 2026-02-04")
    for _ in range(3):
        told.decided(DAY)
    with inside(told.where):
        found = ClaimDecision.objects.filter(unit=told.where, claim=told.claims["A"], rule="interest")
        assert [(one.outcome, one.amount, one.inputs["customer_total"]) for one in found] == [
            ("INTEREST_BELOW_FLOOR", Decimal("3.90"), "3.90")
        ]


def test_a_plan_that_has_aged_charges_only_what_is_still_so() -> None:
    """OC 6.1.5-a: interest waived after the plan leaves the whole customer for the next run."""
    told = _told("""
    claim A bruk 1000.00 due 2026-01-05
    claim B bruk 1000.00 due 2026-01-05
    claim C aino 1000.00 due 2026-01-05
    paid  A 1000.00 2026-03-02
    paid  B 1000.00 2026-03-02
    paid  C 1000.00 2026-03-02
    """)
    with inside(told.where) as acting:
        planned = plan(InterestRun(), acting, DAY)
    told.table = read("on 2026-03-16\nwaived A 2026-03-02")
    told.tell()
    with inside(told.where) as acting:
        result = apply(InterestRun(), acting, DAY, planned.run)
    assert {one.outcome: one.count for one in result.counts} == {
        "CHARGE_INTEREST": 1, "CHANGED_SINCE_PLAN": 1, "INTEREST_WAIVED": 1,
    }  # fmt: skip
    assert told.invoices() == [("aino", "14.58", False)]


def test_running_twice_charges_once() -> None:
    """OC 6.1.5-a"""
    told = _charged()
    told.decided(DAY)
    assert len(told.invoices()) == 1


# Waiving --------------------------------------------------------------------------------------------------------


def test_a_waiver_says_who_until_when_and_why() -> None:
    """OC 6.1.5-a"""
    told = _told("claim A bruk 1000.00 due 2026-01-05")
    with inside(told.where, "kirsi") as acting:
        waive_interest(acting, told.claims["A"], date(2026, 2, 1), "the unit's mistake")
        found = InterestWaiver.objects.get(unit=told.where)
        assert (found.person.username, found.until_date, found.reason) == (
            "kirsi", date(2026, 2, 1), "the unit's mistake",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("until", "reason", "refused"),
    [
        (date(2026, 1, 5), "mistake", "interest.none_has_run"),
        (date(2026, 1, 6), "  ", "interest.waiver_without_reason"),
    ],
)
def test_a_waiver_is_about_days_of_interest_and_has_a_reason(until: date, reason: str, refused: str) -> None:
    told = _told("claim A bruk 1000.00 due 2026-01-05")
    with pytest.raises(RunRefused) as why, inside(told.where) as acting:
        waive_interest(acting, told.claims["A"], until, reason)
    assert why.value.key == refused


def test_only_invoices_bear_interest_that_can_be_waived() -> None:
    told = _charged()
    with inside(told.where) as acting:
        interest = Claim.objects.get(unit=told.where, kind="interest")
        with pytest.raises(RunRefused, match=r"interest\.bears_none"):
            waive_interest(acting, interest, date(2026, 12, 1), "test")


@pytest.mark.parametrize("who", ["maria", "gunnar"])
def test_only_clerks_waive(who: str) -> None:
    """OC 1.2-a"""
    told = _told("claim A bruk 1000.00 due 2026-01-05")
    with inside(told.where, who) as acting, pytest.raises(NotAllowed):
        waive_interest(acting, told.claims["A"], date(2026, 2, 1), "test")


def test_interest_is_left_out_of_the_runs_of_its_day_and_does_not_count_for_the_customer() -> None:
    """OC 6.1.5-a: it waits; what is to be credited does not, and what was left out on another day is asked about."""
    decide_in_crowd_and_alone("""
    on 2026-03-16
    claim D paja  1000.00 due 2026-01-05
    paid  D 1000.00 2026-02-10
    charged 2026-02-20
    claim A bruk  1000.00 due 2026-01-05
    claim B bruk   300.00 due 2026-01-05
    claim C aino  1000.00 due 2026-01-05
    paid  A 1000.00 2026-03-02
    paid  B  300.00 2026-03-02
    paid  C 1000.00 2026-03-02
    waived D 2026-02-10
    left  A
    left  C 2026-03-15
    left  D
    expect A INTEREST_LEFT_OUT    14.58    # OC 6.1.5-a
    expect B INTEREST_BELOW_FLOOR  4.37    # OC 6.1.5-a
    expect C CHARGE_INTEREST      14.58    # OC 6.1.5-a
    expect D CREDIT_INTEREST      -9.37    # OC 6.1.5-a
    invoice aino 14.58
    invoice paja -9.37 credit
    """)
