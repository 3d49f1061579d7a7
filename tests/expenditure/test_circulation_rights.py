"""Who may do what to an invoice: role by act by own or foreign unit by substitute, and four eyes (EX 1.2, 3.2)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from cast import ALWAYS, DAY, FOREST, HARBOUR, inside, person, unit
from expenditure.circulation_tables import (
    BUDGET,
    COST,
    OTHER_BUDGET,
    a_line,
    a_person,
    a_queue,
    an_invoice,
    furnish_expenditure,
    newest,
)
from reskontra.database.refused import ActRefused
from reskontra.documents.complaint import Charge
from reskontra.expenditure.circulation.absences import tell_absence
from reskontra.expenditure.circulation.actions import (
    approve,
    approve_by_decision,
    assign,
    code,
    complain,
    note,
    return_for_work,
    return_to_supplier,
    review,
)
from reskontra.purchases.models import InvoiceApproval, PurchaseInvoice
from reskontra.registers.models import Responsibility, RoleAssignment, SpendingRight, Unit
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import Acting

pytestmark = pytest.mark.usefixtures("database")

ROLES = ("K", "SG", "GK", "PK", "PG", "KA", "RE", "IN", "AD")
Act = Callable[[Acting, PurchaseInvoice, str], Any]
ACTS: Mapping[str, tuple[Act, frozenset[str]]] = {
    "assign": (
        lambda who, one, digest: assign(who, one, "review", person=person("maria")),
        frozenset({"K", "PK"}),
    ),
    "code": (
        lambda who, one, digest: code(who, one, [a_line(account="41000000")]),
        frozenset({"K", "PK"}),
    ),
    "review": (lambda who, one, digest: review(who, one, digest), frozenset({"SG"})),
    "approve": (lambda who, one, digest: approve(who, one, digest), frozenset({"GK"})),
    "approve by decision": (
        lambda who, one, digest: approve_by_decision(
            who, one, digest, "VN/1/2026", DAY, [(COST, BUDGET, Decimal("100.00"))]
        ),
        frozenset({"GK"}),
    ),
    "return for work": (
        lambda who, one, digest: return_for_work(who, one, digest, "wrong"),
        frozenset({"SG", "GK"}),
    ),
    "return to supplier": (
        lambda who, one, digest: return_to_supplier(who, one, "not_ours", "not ours"),
        frozenset({"K", "PK"}),
    ),
    "note": (lambda who, one, digest: note(who, one, "well"), frozenset({"K", "SG", "GK", "PK", "PG"})),
    "complain": (
        lambda who, one, digest: complain(who, one, [Charge("freight", Decimal(5))], "V1001", DAY),
        frozenset({"K"}),
    ),
}


def _coded(where: Unit, coder: str = "cecilia", **more: Any) -> tuple[PurchaseInvoice, str]:
    invoice = an_invoice(where, **more)
    budget = more.get("vat", "25.50") != "0.00"
    with inside(where, coder) as acting:
        line = a_line(str(invoice.net), str(invoice.vat), BUDGET if budget else "")
        return invoice, code(acting, invoice, [line]).digest


@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_for_its_roles_in_the_unit_that_holds_them(act: str) -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    do, allowed = ACTS[act]
    for role in ROLES:
        for place in (HARBOUR, FOREST):
            who = a_person(f"{role}{place}".lower())
            RoleAssignment.objects.create(person=who, role=role, in_unit=unit(place), validity=ALWAYS)
            with inside(where):
                SpendingRight.objects.create(unit=where, person=who, validity=ALWAYS)
            invoice, digest = _coded(where)
            if act == "approve":
                with inside(where, "maria") as acting:
                    review(acting, invoice, digest)
            may = role in allowed and place == HARBOUR
            try:
                with inside(where, who.username) as acting:
                    do(acting, invoice, digest)
                done = True
            except NotAllowed:
                done = False
            assert done == may, (act, role, place)


def test_a_role_that_begins_tomorrow_is_no_role_today() -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    who = a_person("later")
    RoleAssignment.objects.create(
        person=who, role="SG", in_unit=where, validity=DateRange(DAY + timedelta(days=1), None)
    )
    invoice, digest = _coded(where)
    with pytest.raises(NotAllowed), inside(where, "later") as acting:
        review(acting, invoice, digest)


def test_the_responsibility_table_gives_coding_to_one_party() -> None:
    """EX 1.2.2-a"""
    for party, refused in (("unit", "cecilia"), ("centre", "kirsi")):
        where = unit() if party == "unit" else unit(FOREST)
        furnish_expenditure(where)
        if party == "centre":
            RoleAssignment.objects.create(person=person("kirsi"), role="K", in_unit=where, validity=ALWAYS)
        with inside(where):
            Responsibility.objects.create(
                unit=where, step="code_expenditure", party=party, validity=ALWAYS, clause="EX 1.2.2-a"
            )
        invoice = an_invoice(where)
        with pytest.raises(NotAllowed), inside(where, refused) as acting:
            code(acting, invoice, [a_line()])
        with inside(where, "kirsi" if party == "unit" else "cecilia") as acting:
            code(acting, invoice, [a_line()])


# --- four eyes ------------------------------------------------------------------------------------------------

# Who stands behind the review and who behind the approval (+ is: instead of), and whether both may be.
_EYES = [
    ("maria", "gunnar", ""),
    ("hanna", "gunnar", ""),
    ("hanna", "hanna", "reviewer_and_approver_of_an_invoice_differ"),
    ("hanna+maria", "gunnar", ""),
    ("hanna+maria", "hanna", "reviewer_and_approver_of_an_invoice_differ"),
    ("hanna+twin", "twin", "nobody_stands_behind_both_review_and_approval"),
    ("twin", "hanna+twin", "nobody_stands_behind_both_review_and_approval"),
    ("maria+twin", "hanna+twin", "nobody_stands_behind_both_review_and_approval"),
    ("hanna", "gunnar+hanna", "nobody_stands_behind_both_review_and_approval"),
    ("maria+hanna", "gunnar+twin", ""),
]


@pytest.mark.parametrize(("reviewer", "approver", "refused"), _EYES)
def test_reviewer_and_approver_are_two_people_whoever_acts_for_whom(
    reviewer: str, approver: str, refused: str
) -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    a_person("twin")
    for role in ("SG", "GK"):
        RoleAssignment.objects.create(person=person("twin"), role=role, in_unit=where, validity=ALWAYS)
    for one in ("maria", "gunnar", "hanna", "twin"):
        RoleAssignment.objects.get_or_create(
            person=person(one), role="SG", in_unit=where, defaults={"validity": ALWAYS}
        )
        RoleAssignment.objects.get_or_create(
            person=person(one), role="GK", in_unit=where, defaults={"validity": ALWAYS}
        )
        with inside(where):
            SpendingRight.objects.get_or_create(unit=where, person=person(one), defaults={"validity": ALWAYS})
    invoice, digest = _coded(where)
    if not refused:
        _both(where, invoice, digest, reviewer, approver)
        with inside(where):
            told = InvoiceApproval.objects.filter(invoice=invoice).order_by("id")
            assert [_named(one) for one in told] == [reviewer, approver]
        return
    with pytest.raises(ActRefused) as problem:
        _both(where, invoice, digest, reviewer, approver)
    assert problem.value.constraint == refused


def _named(one: InvoiceApproval) -> str:
    return one.person.username + (f"+{one.instead_of.username}" if one.instead_of else "")


def _both(where: Unit, invoice: PurchaseInvoice, digest: str, reviewer: str, approver: str) -> None:
    """Each act on a day of its own, on which whoever is acted for is away."""
    for days, (do, step, told) in enumerate(((review, "review", reviewer), (approve, "approve", approver))):
        who, _, instead_of = told.partition("+")
        day = DAY + timedelta(days=days)
        at = inside_at(days)
        if instead_of:
            with inside(where, instead_of, at) as acting:
                tell_absence(acting, person(instead_of), person(who), day, day)
        with inside(where, "kirsi", at) as acting:
            assign(acting, invoice, step, person=person(instead_of or who))
        with inside(where, who, at) as acting:
            do(acting, invoice, digest)


def inside_at(days: int) -> Any:
    """The moment of the acts, so many days later."""
    from cast import AT

    return AT + timedelta(days=days)


def test_a_substitute_in_a_queue_acts_instead_of_who_is_away() -> None:
    """EX 3.2-a"""
    where = unit()
    furnish_expenditure(where)
    with inside(where):
        a_queue(where, "REVIEW", "review", "maria")
    invoice, digest = _coded(where)
    with inside(where, "maria") as acting:
        tell_absence(acting, person("maria"), person("saga"), DAY, DAY)
    with inside(where, "saga") as acting:
        assert review(acting, invoice, digest).instead_of == person("maria")


def test_nobody_says_to_act_for_somebody_who_is_there() -> None:
    """EX 3.2-a"""
    where = unit()
    furnish_expenditure(where)
    invoice, digest = _coded(where)
    from reskontra.database.refused import refused_as

    with inside(where, "saga") as acting, pytest.raises(ActRefused) as problem, refused_as(ActRefused):
        InvoiceApproval.objects.create(
            unit=where, invoice=invoice, digest=digest, act="review", person=acting.person,
            instead_of=person("maria"), given_at=acting.at,
        )  # fmt: skip
    assert problem.value.constraint == "a_substitute_acts_while_the_other_is_away"


# --- the right to spend ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rights", "lines", "may"),
    [
        ([("125.50", "")], [("100.00", BUDGET)], True),
        ([("125.49", "")], [("100.00", BUDGET)], False),
        ([("125.51", "")], [("100.00", BUDGET)], True),
        ([(None, "29.10")], [("100.00", BUDGET)], True),
        ([(None, "29.10.01")], [("100.00", BUDGET)], True),
        ([(None, "29.1")], [("100.00", BUDGET)], False),
        ([(None, "32")], [("100.00", BUDGET)], False),
        ([(None, "29.10")], [("60.00", BUDGET), ("40.00", OTHER_BUDGET)], False),
        ([(None, "29.10"), (None, "32.01")], [("60.00", BUDGET), ("40.00", OTHER_BUDGET)], True),
        ([("100.00", "29.10"), ("100.00", "32.01")], [("60.00", BUDGET), ("40.00", OTHER_BUDGET)], False),
        ([("100.00", ""), (None, "29.10")], [("60.00", BUDGET), ("40.00", OTHER_BUDGET)], False),
        ([], [("100.00", BUDGET)], False),
    ],
)
def test_an_approver_may_spend_the_whole_sum_on_every_line(
    rights: list[tuple[str | None, str]], lines: list[tuple[str, str]], may: bool
) -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    who = a_person("limited")
    RoleAssignment.objects.create(person=who, role="GK", in_unit=where, validity=ALWAYS)
    with inside(where):
        for amount, beginning in rights:
            SpendingRight.objects.create(
                unit=where, person=who, amount=amount and Decimal(amount), budget_account=beginning, validity=ALWAYS
            )  # fmt: skip
    invoice = an_invoice(where)
    vats = {"100.00": "25.50", "60.00": "15.30", "40.00": "10.20"}
    with inside(where) as acting:
        digest = code(acting, invoice, [a_line(net, vats[net], budget) for net, budget in lines]).digest
    with inside(where, "maria") as acting:
        review(acting, invoice, digest)
    if may:
        with inside(where, "limited") as acting:
            approve(acting, invoice, digest)
    else:
        with pytest.raises(ActRefused) as problem, inside(where, "limited") as acting:
            approve(acting, invoice, digest)
        assert problem.value.constraint == "an_approver_may_spend_what_he_approves"


def test_a_right_to_spend_holds_on_its_days() -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    for username, validity, may in (
        ("today", DateRange(DAY, DAY + timedelta(days=1)), True),
        ("yesterday", DateRange(DAY - timedelta(days=1), DAY), False),
    ):
        who = a_person(username)
        RoleAssignment.objects.create(person=who, role="GK", in_unit=where, validity=ALWAYS)
        with inside(where):
            SpendingRight.objects.create(unit=where, person=who, validity=validity)
        invoice, digest = _coded(where)
        with inside(where, "maria") as acting:
            review(acting, invoice, digest)
        if may:
            with inside(where, username) as acting:
                approve(acting, invoice, digest)
            continue
        with pytest.raises(ActRefused) as problem, inside(where, username) as acting:
            approve(acting, invoice, digest)
        assert problem.value.constraint == "an_approver_may_spend_what_he_approves"


def test_the_centre_approves_only_what_holds_no_budget_line_and_then_alone() -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    plain, digest = _coded(where, vat="0.00")
    with inside(where, "petra") as acting:
        approve(acting, plain, digest)
    mixed = an_invoice(where, "100.00", "0.00")
    with inside(where) as acting:
        digest = code(acting, mixed, [a_line("99.99", "0.00", ""), a_line("0.01", "0.00", BUDGET)]).digest
    with pytest.raises(NotAllowed), inside(where, "petra") as acting:
        approve(acting, mixed, digest)
    with inside(where):
        assert newest(where, plain).digest != newest(where, mixed).digest
        assert InvoiceApproval.objects.get(unit=where).person == person("petra")
