"""A claim's page: its balance day by day, what happened, why, what comes next; open claims by age (OC 5.1, 6)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cast import AT, inside, person, run, set_term, unit
from income.money import a_claim, a_payment
from income.write_off_tables import a_case, a_reminder
from reskontra.claims.models import Block, BlockLift, Claim
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.write_off.actions import approve, propose, review
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.insight.ageing import ageing, open_claims, open_total, take_open_claims
from reskontra.insight.claims import Story, claim_story, next_step
from reskontra.kernel.days import due_date
from reskontra.registers.unit_terms import terms_of

pytestmark = pytest.mark.usefixtures("database")


def _story(claim: Claim, on: date) -> Story:
    with inside(unit()):
        return claim_story(unit(), claim, on, "en")


def test_the_balance_is_told_day_by_day() -> None:
    """OC 5.1-b"""
    claim = a_claim(unit(), "bruk", "100.00", day=date(2026, 1, 15))
    a_payment(unit(), "30.00", day=date(2026, 3, 2), reference=claim.reference)
    run(AllocationRun(), unit(), date(2026, 3, 3))
    with inside(unit()) as acting:
        proposal = propose(acting, claim, "bankruptcy", "the estate has nothing")
    with inside(unit(), "maria") as acting:
        review(acting, proposal, proposal.digest)
    with inside(unit(), "gunnar") as acting:
        approve(acting, proposal, proposal.digest)
    run(WriteOffsRun(), unit(), date(2026, 4, 1))
    story = _story(claim, date(2026, 4, 2))
    assert [(move.day.isoformat(), move.kind, move.balance) for move in story.moves] == [
        ("2026-01-15", "invoiced", Decimal("100.00")),
        ("2026-03-02", "paid", Decimal("70.00")),
        ("2026-04-01", "written_off", Decimal("0.00")),
    ]
    assert [one.kind for one in story.happened if "write_off" in one.kind] == [
        "write_off_proposed",
        "write_off_review",
        "write_off_approve",
    ]
    assert [(one["rule"], one["outcome"]) for one in story.decisions] == [("write_offs", "WRITE_OFF")]
    assert (story.open, story.next) == (0, None)


def test_what_lies_ahead_of_the_day_is_not_told() -> None:
    """OC 5.1-a"""
    claim = a_claim(unit(), "bruk", "100.00", day=date(2026, 1, 15))
    a_payment(unit(), "100.00", day=date(2026, 3, 2), reference=claim.reference)
    run(AllocationRun(), unit(), date(2026, 3, 3))
    assert _story(claim, date(2026, 3, 1)).open == Decimal("100.00")


@pytest.mark.parametrize(
    ("told", "step", "day"),
    [
        ("", "reminder_1", "2026-02-19"),
        ("first", "reminder_2", "2026-03-16"),
        ("first second", "enforcement", "2026-04-13"),  # fourteen days after it fell due, as the fork waits
        ("first second case", "case_applied", None),
        ("block", "block_review", "2026-06-01"),
        ("block lifted", "reminder_1", "2026-02-19"),
    ],
)
def test_the_next_step_is_told_with_its_day(told: str, step: str, day: str | None) -> None:
    """OC 6.1.2-c, OC 6.1.2-a, OC 6.2.2-a"""
    claim = a_claim(unit(), "bruk", "100.00", day=date(2026, 1, 15))
    assert claim.due_date == due_date(date(2026, 1, 15), 21) == date(2026, 2, 5)
    on = date(2026, 4, 1)
    for word in told.split():
        if word in ("first", "second"):
            ordinal, due = {"first": (1, date(2026, 3, 2)), "second": (2, date(2026, 3, 30))}[word]
            a_reminder(unit(), claim, ordinal, due)
        elif word == "case":
            a_case(unit(), claim, "enforcement", "applied", on, {})
        else:
            with inside(unit()):
                block = Block.objects.filter(unit=unit()).first() or Block.objects.create(
                    unit=unit(), claim=claim, code="A", from_date=on, review_date=date(2026, 6, 1),
                    reason="test", party="unit", person=person("kirsi"), given_at=AT,
                )  # fmt: skip
                if word == "lifted":
                    BlockLift.objects.create(
                        unit=unit(), block=block, day=on, reason="test", person=person("kirsi"), given_at=AT
                    )
    story = _story(claim, on)
    assert story.next is not None
    assert (story.next.step, story.next.day and story.next.day.isoformat()) == (step, day)


DUE = date(2026, 2, 5)
TWICE = {
    "limitation_date": date(2029, 2, 5), "write_off_proposed": False, "in_case": False, "case_kind": None,
    "case_state": None, "deferred_until": None, "reminders_stopped": False, "block_review_date": None, "due_date": DUE,
    "reminders": 2, "last_reminder_date": date(2026, 3, 16), "last_reminder_due": date(2026, 3, 30),
    "judged_date": None, "state_unit": False, "consumer": True, "public_law": False, "open": Decimal("100.00"),
}  # fmt: skip


@pytest.mark.parametrize(("told", "agency", "step", "day"), [
    ({},                                               "no",  "court",              "2026-04-13"),
    ({"judged_date": DUE},                             "no",  "enforcement",        "2026-04-13"),
    ({"public_law": True},                             "yes", "enforcement",        "2026-04-13"),
    ({"open": Decimal("19.99")},                       "no",  "write_off_proposal", "2026-04-13"),
    ({"open": Decimal("20.00")},                       "no",  "court",              "2026-04-13"),
    ({"open": Decimal("10.00"), "public_law": True},   "no",  "enforcement",        "2026-04-13"),
    ({"state_unit": True},                             "yes", "between_units",      None),
    ({},                                               "yes", "agency",             "2026-03-31"),
    ({"last_reminder_date": date(2026, 3, 25)},        "yes", "agency",             "2026-04-08"),
    ({"last_reminder_date": date(2026, 3, 25), "consumer": False}, "yes", "agency", "2026-03-31"),
    ({"case_kind": "agency"},                          "yes", "court",              "2026-04-13"),
    ({"judged_date": DUE},                             "yes", "enforcement",        "2026-04-13"),
    ({"limitation_date": date(2026, 4, 12)},           "no",  "limitation",         "2026-04-12"),
    ({"limitation_date": date(2026, 4, 13)},           "no",  "court",              "2026-04-13"),
    ({"limitation_date": date(2026, 3, 31)},           "no",  "write_off",          None),
    ({"limitation_date": date(2026, 4, 2), "deferred_until": date(2026, 9, 1)}, "no", "payment_time", "2026-09-01"),
])  # fmt: skip
def test_the_next_act_after_both_reminders_is_where_the_rules_send_the_claim(
    told: dict[str, object], agency: str, step: str, day: str | None
) -> None:
    """S40, OC 6.1.4-a, OC 6.2-a, OC 6.2.1-a, OC 6.2.2-a, OC 5.1-c: and what expires before it is told to."""
    set_term(unit(), "agency_in_use", agency)
    with inside(unit()):
        found = next_step({**TWICE, **told}, terms_of(unit(), date(2026, 4, 1)))
    assert (found.step, found.day and found.day.isoformat()) == (step, day)


def test_open_claims_are_aged_and_listed() -> None:
    """OC 5.1-a"""
    claims = [
        a_claim(unit(), "bruk", "100.00", day=date(2026, 1, 15)),
        a_claim(unit(), "paja", "50.00", day=date(2026, 2, 16)),
        a_claim(unit(), "aino", "25.00", day=date(2026, 3, 16)),
    ]
    a_reminder(unit(), claims[0], 1, date(2026, 3, 30))
    on = claims[1].due_date + timedelta(days=14)
    with inside(unit()):
        take_open_claims(unit(), on)
        aged = ageing(on)
        listed = open_claims(on)
        second = open_claims(on, after=(listed[0].due_date, listed[0].id), most=1)
        total = open_total()
    assert [(one.bucket, one.step, one.count, one.open) for one in aged] == [
        ("not_due", "open", 1, Decimal("25.00")),
        ("1-14", "open", 1, Decimal("50.00")),
        ("31-60", "reminded", 1, Decimal("100.00")),
    ]
    assert [one.id for one in listed] == [one.pk for one in claims]
    assert [one.id for one in second] == [claims[1].pk]
    assert total == (3, Decimal("175.00"))
    with inside(unit()):
        take_open_claims(unit(), on)
        assert [one.id for one in open_claims(on, bucket="1-14")] == [claims[1].pk]
        assert [one.id for one in open_claims(on, step="reminded")] == [claims[0].pk]
        terms = terms_of(unit(), on)
        assert [one.next(terms).step for one in listed] == ["reminder_2", "reminder_1", "due"]
