"""Blocks and complaints (OC 6.1.2-a, 6.1.2-b): what each code stops and when, and where collection goes on."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cast import customer, inside, person, unit
from income.reminder_tables import Late, a_block, a_credit, a_late_claim, remind, reminders_of
from income.tables import read
from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import Block, BlockLift, Claim, Complaint, ComplaintAnswer
from reskontra.income.reminders.actions import answer_complaint, block, complain, extend, lift
from reskontra.income.reminders.lists import blocks_for_review, blocks_of_claim, open_complaints
from reskontra.income.reminders.steps import NextStep, next_steps
from reskontra.kernel.blocks import WORK, block_codes
from reskontra.registers.policy import NotAllowed
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused

pytestmark = pytest.mark.usefixtures("database")

DUE = date(2026, 2, 20)
FIRST, LAST = date(2026, 3, 10), date(2026, 3, 20)
LIFTED = date(2026, 3, 15)
DAYS = {
    "the day before": FIRST - timedelta(days=1),
    "its first day": FIRST,
    "its last day": LAST,
    "the day after": LAST + timedelta(days=1),
    "the day before the lift": LIFTED - timedelta(days=1),
    "the day of the lift": LIFTED,
}
TODAY = date(2026, 3, 16)  # of ``inside``


def _claims(text: str) -> Late:
    return Late(read("on 2026-03-16\n" + text), unit()).tell()


def _stopped(late: Late, day: date) -> dict[int, frozenset[str]]:
    """For each claim in hand on ``day`` the work that its blocks stop."""
    with inside(late.where), connection.cursor() as cursor:
        take_claims_in_hand(late.where, terms_of(late.where, day))
        columns = ", ".join(f"{work}_stopped" for work in WORK if work in _IN_HAND)
        cursor.execute(f"SELECT id, {columns} FROM claims_in_hand")
        return {
            row[0]: frozenset(work for work, stops in zip(_IN_HAND, row[1:], strict=True) if stops)
            for row in cursor.fetchall()
        }


# Refunds, which a code may stop too, are not of claims in hand.
_IN_HAND = tuple(work for work in WORK if work in ("reminders", "interest", "agency", "legal", "write_off"))


def test_each_code_stops_its_work_from_its_first_day_to_its_last() -> None:
    """OC 6.1.2-a: sixteen codes, each kind of work, to its last day or to its lift."""
    codes = block_codes()
    assert "".join(codes) == "ABCDEFGHIJKLMNOZ"
    late = _claims("")
    on_claims: dict[int, tuple[str, bool]] = {}
    with inside(late.where):
        for code in codes:
            for lifted in (False, True):
                claim = a_late_claim(late.where, "bruk", "100.00", DUE)
                a_block(late.where, claim, code, FIRST, LAST, LIFTED if lifted else None)
                on_claims[claim.pk] = (code, lifted)
    for told, day in DAYS.items():
        found = _stopped(late, day)
        for claim_id, (code, lifted) in on_claims.items():
            in_force = FIRST <= day <= LAST and (not lifted or day < LIFTED)
            expected = codes[code].stops & frozenset(_IN_HAND) if in_force else frozenset()
            assert found[claim_id] == expected, (code, told, lifted)


def test_a_block_on_a_customer_holds_all_that_he_owes_and_nothing_else() -> None:
    """OC 6.1.2-a"""
    late = _claims(
        f"claim A bruk 100.00 due {DUE}\nclaim B bruk 50.00 due {DUE}\nclaim C paja 50.00 due {DUE}"
    )
    with inside(late.where):
        a_block(late.where, customer("bruk"), "B", FIRST)
    found = _stopped(late, TODAY)
    names = {claim.pk: name for name, claim in late.claims.items()}
    assert {names[claim] for claim, stopped in found.items() if "reminders" in stopped} == {"A", "B"}


def test_every_code_stops_reminders_as_the_database_takes_for_granted() -> None:
    """OC 6.1.2-a: ``a_blocked_claim_is_not_reminded`` looks at every block."""
    assert all("reminders" in code.stops for code in block_codes().values())


# Lifting ------------------------------------------------------------------------------------------------------


def test_lifting_tells_where_collection_goes_on_and_when() -> None:
    """OC 6.1.2-a: nothing due yet, waiting, at once, after the first reminder, held by another block, settled."""
    late = _claims("""
    claim   future bruk 100.00 due 2026-04-20
    claim   fresh  bruk 100.00 due 2026-03-10
    claim   ripe   bruk 100.00 due 2026-02-20
    claim   first  bruk 100.00 due 2026-01-20
    claim   other  bruk 100.00 due 2026-02-20
    claim   paid   bruk 100.00 due 2026-02-20
    block   future A from 2026-01-10
    block   fresh  A from 2026-01-10
    block   ripe   A from 2026-01-10
    block   other  A from 2026-01-10
    block   other  C from 2026-01-10
    block   paid   A from 2026-01-10
    payment paid   100.00
    reminded 2026-03-10
    block   first  A from 2026-03-12
    """)
    expected = {
        "future": "SEND_FIRST_REMINDER 2026-05-04",
        "fresh": "SEND_FIRST_REMINDER 2026-03-24",
        "ripe": "SEND_FIRST_REMINDER 2026-03-16",
        "first": "SEND_SECOND_REMINDER 2026-04-07",
        "other": "COMPLAINED 2026-03-16",
        "paid": "NOTHING_OPEN 2026-03-16",
    }
    for name, step in expected.items():
        with inside(late.where) as acting:
            held = Block.objects.get(unit=late.where, claim=late.claims[name], code="A")
            lifted = lift(acting, held, TODAY, "the ground is gone")
        assert (str(lifted.steps[0]), lifted.lift.next_step) == (step, step), name
    assert NextStep(1, "SEND_SECOND_REMINDER", date(2026, 4, 7)).said("sv") == "andra påminnelsen 7.4.2026"


def test_a_block_is_extended_by_a_fact_and_holds_until_its_new_last_day() -> None:
    """OC 6.1.2-a: reminders, the list of reviews and the claim's own blocks go by the newest extension."""
    late = _claims("""
    claim   kept  bruk 100.00 due 2026-02-20
    claim   left  bruk 100.00 due 2026-02-20
    block   kept  Z from 2026-03-10 until 2026-03-20
    block   left  Z from 2026-03-10 until 2026-03-20
    """)
    kept = late.claims["kept"].pk
    with inside(late.where) as acting:
        held = Block.objects.get(unit=late.where, claim=kept)
        assert [one.block for one in blocks_for_review(late.where, TODAY)] == [held.pk, held.pk + 1]
        extend(acting, held, date(2026, 3, 25), date(2026, 3, 31), "the parties still talk")
        extend(acting, held, date(2026, 4, 10), date(2026, 4, 15), "and still")
        [one] = blocks_of_claim(late.where, kept, TODAY)
        assert (one.until_date, one.review_date) == (date(2026, 4, 15), date(2026, 4, 10))
        assert [one.block for one in blocks_for_review(late.where, TODAY)] == [held.pk + 1]
        assert [one.block for one in blocks_for_review(late.where, date(2026, 4, 10))] == [held.pk]
        with pytest.raises(IntegrityError, match="an_extension_shortens_no_block"), transaction.atomic():
            extend(acting, held, date(2026, 4, 10), date(2026, 4, 14), "sooner")
    stopped = {day: _stopped(late, date(2026, *day))[kept] for day in ((3, 31), (4, 15), (4, 16))}
    assert [bool(works) for works in stopped.values()] == [True, True, False]
    assert not _stopped(late, date(2026, 3, 31))[late.claims["left"].pk]
    with inside(late.where) as acting:
        lift(acting, held, TODAY, "they agreed")
        assert blocks_of_claim(late.where, kept, TODAY) == []
        with pytest.raises(IntegrityError, match="a_block_is_extended_while_it_holds"), transaction.atomic():
            extend(acting, held, date(2026, 5, 1), None, "again")
        with pytest.raises(NotAllowed):
            extend(Acting(person("maria"), late.where, acting.at), held, date(2026, 5, 1), None, "x")


def test_a_complaints_block_that_was_extended_is_lifted_by_its_answer() -> None:
    """OC 6.1.2-b"""
    late = _claims("claim   A bruk 100.00 due 2026-02-20")
    with inside(late.where) as acting:
        made = complain(acting, late.claims["A"], TODAY, "not ordered")
        held = Block.objects.get(unit=late.where, pk=made.block_id)
        extend(acting, held, date(2026, 6, 1), None, "the unit asks the supplier")
        kirsi = Acting(person("kirsi"), late.where, acting.at)
        assert answer_complaint(kirsi, made, "rejected", "it was ordered").lifted is not None
    assert not _stopped(late, TODAY)[late.claims["A"].pk]


def test_a_customers_block_tells_the_step_of_each_claim_the_earliest_first() -> None:
    """OC 6.1.2-a"""
    late = _claims("""
    claim   late  bruk 100.00 due 2026-02-20
    claim   later bruk 100.00 due 2026-04-20
    claim   paid  bruk 100.00 due 2026-02-20
    payment paid  100.00
    """)
    with inside(late.where) as acting:
        held = block(acting, customer("bruk"), "G", "restructuring", date(2026, 9, 1))
        steps = lift(acting, held, TODAY, "approved programme").steps
    assert [(step.claim, str(step)) for step in steps] == [
        (late.claims["late"].pk, "SEND_FIRST_REMINDER 2026-03-16"),
        (late.claims["later"].pk, "SEND_FIRST_REMINDER 2026-05-04"),
    ]


def test_the_step_that_was_told_is_the_step_that_the_run_takes() -> None:
    """OC 6.1.2-a: nothing on the day before, the reminder on the day itself."""
    late = _claims("claim A bruk 100.00 due 2026-03-10\nblock A A from 2026-03-11")
    with inside(late.where) as acting:
        held = Block.objects.get(unit=late.where, claim=late.claims["A"])
        [step] = lift(acting, held, TODAY, "done").steps
    remind(late.where, step.day - timedelta(days=1))
    with inside(late.where):
        assert reminders_of(late.where, late.claims["A"]) == []
    remind(late.where, step.day)
    with inside(late.where):
        assert [one.ordinal for one in reminders_of(late.where, late.claims["A"])] == [1]


@pytest.mark.parametrize(
    ("constraint", "days"),
    [("a_block_is_not_lifted_before_it_begins", [-1]), ("a_block_is_lifted_once", [0, 0])],
)
def test_what_cannot_be_lifted_is_refused_by_name(constraint: str, days: list[int]) -> None:
    """OC 6.1.2-a"""
    late = _claims(f"claim A bruk 100.00 due {DUE}\nblock A A from {TODAY}")

    def lift_it(day: int) -> None:
        with inside(late.where) as acting:
            held = Block.objects.get(unit=late.where, claim=late.claims["A"])
            lift(acting, held, TODAY + timedelta(days=day), "again")

    *before, last = days
    for day in before:
        lift_it(day)
    with pytest.raises(IntegrityError, match=constraint):
        lift_it(last)
    with inside(late.where):
        assert BlockLift.objects.filter(unit=late.where).count() == len(before)


def test_only_clerks_block_and_lift() -> None:
    """OC 1.2-a"""
    late = _claims(f"claim A bruk 100.00 due {DUE}")
    for who, party in (("kirsi", "unit"), ("cecilia", "centre")):
        with inside(late.where, who) as acting:
            assert block(acting, late.claims["A"], "Z", "by hand", LAST).party == party
    for who in ("maria", "gunnar", "petra"):
        with inside(late.where, who) as acting:
            held = Block.objects.filter(unit=late.where).first()
            assert held is not None
            with pytest.raises(NotAllowed):
                block(acting, late.claims["A"], "Z", "by hand", LAST)
            with pytest.raises(NotAllowed):
                lift(acting, held, TODAY, "no")
            with pytest.raises(NotAllowed):
                complain(acting, late.claims["A"], TODAY, "wrong")


# Complaints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "party"), [("kirsi", "unit"), ("cecilia", "centre")])
def test_a_complaint_stops_reminders_at_once_and_is_the_units_task(who: str, party: str) -> None:
    """OC 6.1.2-b: whoever receives it; in one transaction with its block."""
    late = _claims("claim A bruk 100.00 due 2026-02-20")
    with inside(late.where, who) as acting:
        made = complain(acting, late.claims["A"], date(2026, 3, 13), " We never ordered this. ")
        assert (made.received_by, made.message) == (party, "We never ordered this.")
        held = Block.objects.get(unit=late.where, pk=made.block_id)
        assert (held.code, held.from_date, held.review_date) == ("C", TODAY, TODAY + timedelta(days=14))
    result = remind(late.where, TODAY)
    assert [(one.outcome, one.clause) for one in result.counts] == [("COMPLAINED", "OC 6.1.2-b")]
    with inside(late.where):
        [task] = open_complaints(late.where, TODAY)
        assert (task.reference, task.days, task.open) == (late.claims["A"].reference, 3, 100)
        assert blocks_for_review(late.where, TODAY) == []
        [review] = blocks_for_review(late.where, TODAY + timedelta(days=14))
        assert (review.code, review.reference, review.open) == ("C", late.claims["A"].reference, 100)


@pytest.mark.parametrize(
    ("outcome", "credit", "step"),
    [
        ("rejected", False, "SEND_FIRST_REMINDER"),
        ("partly", True, "CREDIT_PROMISED"),
        ("upheld", True, "CREDIT_PROMISED"),
    ],
)
def test_an_answer_lifts_the_block_and_promises_the_credit_that_reminders_wait_for(
    outcome: str, credit: bool, step: str
) -> None:
    """OC 6.1.2-b: no credit is made by machine; until it is made nobody is asked for what was promised away."""
    late = _claims("claim A bruk 100.00 due 2026-02-20")
    with inside(late.where, "cecilia") as acting:
        made = complain(acting, late.claims["A"], TODAY, "half of it is wrong")
    with inside(late.where, "kirsi") as acting:
        answered = answer_complaint(acting, made, outcome, "as decided")
        assert answered.credit_to_be_made is credit
        assert answered.lifted is not None
        assert [one.outcome for one in answered.lifted.steps] == [step]
        assert open_complaints(late.where, TODAY) == []
        a_credit(late.where, late.claims["A"], "40.00", TODAY)
        [after] = next_steps(late.where, TODAY, [late.claims["A"].pk])
        assert after.outcome == "CREDIT_WAITS"


def test_only_the_unit_answers_and_only_once() -> None:
    """OC 6.1.2-b"""
    late = _claims("claim A bruk 100.00 due 2026-02-20")
    with inside(late.where) as acting:
        made = complain(acting, late.claims["A"], TODAY, "wrong")
        with pytest.raises(NotAllowed):
            answer_complaint(acting, made, "rejected", "no")
    with inside(late.where, "kirsi") as acting:
        answer_complaint(acting, made, "rejected", "no")
    with (
        pytest.raises(IntegrityError, match="a_complaint_is_answered_once"),
        inside(late.where, "kirsi") as acting,
    ):
        answer_complaint(acting, made, "rejected", "no")
    with inside(late.where):
        assert ComplaintAnswer.objects.filter(unit=late.where).count() == 1


def test_an_answer_after_the_block_was_lifted_lifts_nothing_again() -> None:
    """OC 6.1.2-b"""
    late = _claims("claim A bruk 100.00 due 2026-02-20")
    with inside(late.where, "kirsi") as acting:
        made = complain(acting, late.claims["A"], TODAY, "wrong")
        lift(acting, Block.objects.get(unit=late.where, pk=made.block_id), TODAY, "withdrawn by telephone")
        assert answer_complaint(acting, made, "rejected", "withdrawn").lifted is None


def test_a_complaint_is_not_received_ahead_of_time() -> None:
    """OC 6.1.2-b"""
    late = _claims("claim A bruk 100.00 due 2026-02-20")
    with pytest.raises(RunRefused, match="complaint_to_come"), inside(late.where) as acting:
        complain(acting, late.claims["A"], TODAY + timedelta(days=1), "wrong")
    with inside(late.where):
        assert not Complaint.objects.filter(unit=late.where).exists()
        assert not Block.objects.filter(unit=late.where).exists()


def test_what_a_block_is_about_is_asked_for_by_its_type(database: object) -> None:
    """OC 6.1.2-a: on a claim or on a customer, never on both."""
    late = _claims(f"claim A bruk 100.00 due {DUE}")
    with inside(late.where) as acting:
        on_claim = block(acting, late.claims["A"], "A", "test", LAST)
        on_customer = block(acting, customer("bruk"), "A", "test", LAST, TODAY, LAST)
        assert isinstance(late.claims["A"], Claim)
        assert (on_claim.claim_id, on_claim.customer_id) == (late.claims["A"].pk, None)
        assert (on_customer.claim_id, on_customer.customer_id) == (None, customer("bruk").pk)
