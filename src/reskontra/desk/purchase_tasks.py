"""What waits of expenditure on the start page: mismatches, work of each step, questions, what falls due."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from reskontra.desk.access import Place
from reskontra.desk.task import Task
from reskontra.insight.circulation import Circulating, with_whom
from reskontra.insight.purchase_events import questions_to
from reskontra.insight.purchase_lists import mismatches_open
from reskontra.purchases.circulation import taken_by
from reskontra.registers.unit_terms import terms_of

_STEPS = (
    ("code", ("code_invoice",)),
    ("review", ("review_expenditure",)),
    ("approve", ("approve_expenditure", "approve_without_budget")),
)


def purchase_tasks(place: Place) -> Iterator[Task]:
    """What waits in the unit of purchase invoices. Called inside ``working_in``."""
    code = place.unit.code
    count, amount = mismatches_open(place.unit)
    if count or place.may("route_invoice"):
        address = reverse("mismatches", args=[code])
        yield Task("mismatches", count, amount, address, place.may("route_invoice"))
    waiting = with_whom(place.unit, place.on)
    mine = taken_by(place.person.pk)
    for step, rights in _STEPS:
        of_step = [one for one in waiting if one.step == step]
        with_me = [one for one in of_step if one.invoice in mine]
        if with_me or any(place.may(right) for right in rights):
            yield _task(
                f"purchases_{step}", with_me, f"{reverse('approvals', args=[code])}?step={step}", True
            )
        if others := [one for one in of_step if one.invoice not in mine]:
            address = f"{reverse('circulation', args=[code])}?{urlencode({'step': step})}"
            yield _task(f"purchases_{step}_others", others, address, False)
    if place.may("note_invoice"):
        asked = questions_to(place.unit, place.person.pk)
        if asked:
            where = reverse("purchase", args=[code, asked[0].invoice_id])
            yield Task("questions", len(asked), None, f"{where}#said", mine=True)
    yield from _due(place, waiting)


def _task(name: str, waiting: Sequence[Circulating], address: str, mine: bool) -> Task:
    return Task(name, len(waiting), sum((one.amount for one in waiting), Decimal(0)), address, mine)


def _due(place: Place, waiting: Sequence[Circulating]) -> Iterator[Task]:
    """What is overdue or falls due within the term's days, for whoever watches the circulation."""
    days = int(terms_of(place.unit, place.on).circulation_remind_before_due)
    watches = place.may("route_invoice")
    address = reverse("circulation", args=[place.unit.code])
    late = [one for one in waiting if one.days is not None and one.days < 0]
    soon = [one for one in waiting if one.days is not None and 0 <= one.days <= days]
    if late:
        yield _task("purchases_late", late, address, watches)
    if soon:
        yield _task("purchases_soon", soon, address, watches)
