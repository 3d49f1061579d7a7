"""What waits on the way of money out, for the start page: payables, plans, files, what came back, statement lines."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse

from reskontra.desk.access import Place
from reskontra.desk.supplier_payment_pages import plans_of
from reskontra.desk.task import Task
from reskontra.expenditure.statement_posting.lists import standing_rules
from reskontra.insight.payables import files_listed, payables_counted
from reskontra.insight.statement_lines import unposted
from reskontra.insight.suppliers import accounts_to_approve
from reskontra.kernel.days import bank_days_later
from reskontra.purchases.payables import payment_day
from reskontra.registers.policy import may_somewhere
from reskontra.registers.unit_terms import terms_of


def money_out_tasks(place: Place) -> list[Task]:
    """The tasks of money out in the unit; what stands at nothing is shown to whom it belongs. Inside ``working_in``."""
    return [*_payables(place), *_files(place), *_statement(place), *_accounts(place)]


def _payables(place: Place) -> Iterator[Task]:
    code = place.unit.code
    address = reverse("supplier-payments", args=[code])
    sums = payables_counted(place.unit, place.on)
    due = payables_counted(place.unit, last_due(place))["due"]
    yield Task("payables_due", due.count, due.amount, f"{address}?show=due", place.may("run_payment"))
    plans = plans_of(place.unit)
    unreleased = [one for one in plans if one.release is None]
    mine = place.may("release_payment") and any(one.run.person_id != place.person.pk for one in unreleased)
    yield Task("payment_plans", len(unreleased), None, address, mine)
    yield Task(
        "payment_plans_released", len(plans) - len(unreleased), None, address, place.may("run_payment")
    )
    back = sums["back"]
    yield Task("payments_back", back.count, back.amount, f"{address}?show=back", place.may("hold_payment"))


def last_due(place: Place) -> date:
    """The latest due date that a run of today still pays: its file is carried out so many bank days later."""
    terms = terms_of(place.unit, place.on)
    day = earliest = bank_days_later(place.on, terms.payment_lead_days)
    while payment_day(day + timedelta(days=1), terms) <= earliest:
        day += timedelta(days=1)
    return day


def _files(place: Place) -> Iterator[Task]:
    address = reverse("payment-files", args=[place.unit.code])
    for name, states, right in (
        ("payment_files_waiting", ("built", "intent"), "run_payment"),
        ("payment_files_held", ("held",), "decide_held_batch"),
    ):
        found = files_listed(place.unit, states=states)
        amount = sum((one.amount for one in found), Decimal(0))
        yield Task(name, len(found), amount, address, place.may(right))


def _statement(place: Place) -> Iterator[Task]:
    code = place.unit.code
    count, amount = unposted(place.unit)
    address = reverse("statement-lines", args=[code])
    yield Task("statement_lines", count, amount, address, place.may("propose_statement_rule"))
    told = [one for one in standing_rules(place.unit) if one["approved_by"] is None and one["last"] is None]
    others = [one for one in told if one["told_by"] != place.person.username]
    mine = place.may("approve_statement_rule") and (bool(others) or not told)
    yield Task("statement_rules", len(told), None, reverse("statement-rules", args=[code]), mine)


def _accounts(place: Place) -> Iterator[Task]:
    """The register is everybody's: only who may approve in it is told."""
    if may_somewhere(place.person, "approve_supplier_account", place.on):
        address = f"{reverse('suppliers', args=[place.unit.code])}?show=accounts"
        yield Task("supplier_accounts", accounts_to_approve(place.unit, place.on), None, address, mine=True)
