"""The start page (S02): what waits for the person and for the unit, and what the machine did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from reskontra.desk.access import Place
from reskontra.desk.clock import now
from reskontra.desk.legal_tasks import legal_tasks
from reskontra.desk.money_out_tasks import money_out_tasks
from reskontra.desk.purchase_tasks import purchase_tasks
from reskontra.desk.status import RunLine, batches_by_state, line_of, orders_by_state
from reskontra.desk.steps import STEPS
from reskontra.desk.task import Task
from reskontra.income.delivery.follow_up import follow_up
from reskontra.income.reminders.lists import blocks_for_review, open_complaints
from reskontra.income.write_off.lists import waiting_proposals
from reskontra.insight.collection import due_for_reminder
from reskontra.insight.invoices import left_count, unsent_count
from reskontra.insight.payments import unallocated_count
from reskontra.insight.refunds import overpayments_open, plans_to_approve
from reskontra.insight.runs import latest_day, runs_of_day
from reskontra.registers.unit_terms import terms_of

_ORDER_ACTS = {
    "review": "review_order",
    "approval": "approve_order",
    "returned": "import",
    "undecided": "run_orders",
    "ready": "run_invoicing",
}


@dataclass(frozen=True)
class Machine:
    """The share of orders that nobody had to look at on one day, by what the orders rule said of them."""

    through: int
    looked_at: int
    returned: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.through + self.looked_at + self.returned

    @property
    def percent(self) -> int:
        """The share that went through by itself, in whole percent, rounded down."""
        return self.through * 100 // self.total if self.total else 0


@dataclass(frozen=True)
class Home:
    """Everything on the start page."""

    mine: Sequence[Task]
    others: Sequence[Task]
    day: date | None
    runs: Sequence[RunLine]
    machine: Machine


def home_of(place: Place) -> Home:
    """What waits in the unit, and what its latest day of runs brought. Called inside ``working_in``."""
    tasks = _tasks(place)
    day = latest_day(place.unit, place.on)
    runs = [line_of(run) for run in (runs_of_day(place.unit, day) if day else ())]
    return Home(
        [task for task in tasks if task.mine],
        [task for task in tasks if not task.mine and task.count],
        day,
        runs,
        machine_of(runs),
    )


def machine_of(runs: Sequence[RunLine]) -> Machine:
    """What became of the orders in the intakes and orders runs of ``runs``."""
    standings = STEPS["orders"].standings
    counts = {"READY": 0, "REVIEW": 0, "RETURNED": 0}
    for line in runs:
        # What came in that day was decided by the intake; a later orders run sees the same orders again.
        if line.run.name == "intake":
            for one in line.outcomes:
                counts[standings.get(one.name, "REVIEW")] += one.count
    return Machine(counts["READY"], counts["REVIEW"], counts["RETURNED"])


def _tasks(place: Place) -> list[Task]:
    code = place.unit.code
    orders = {one.state: one for one in orders_by_state(place.unit)}
    tasks = [
        Task(
            state,
            orders[state].count,
            orders[state].amount,
            f"{reverse('orders', args=[code])}?state={state}",
            place.may(act),
        )
        for state, act in _ORDER_ACTS.items()
    ]
    tasks.append(
        Task(
            "unsent",
            unsent_count(place.unit),
            None,
            f"{reverse('invoices', args=[code])}?kind=unsent",
            place.may("run_delivery"),
        )
    )
    if place.may("send_again"):
        late = follow_up(place.unit, now(), standing="REVIEW")
        amount = sum((one.amount for one in late), Decimal(0))
        tasks.append(Task("deliveries", len(late), amount, reverse("deliveries", args=[code]), mine=True))
    if stuck := left_count(place.unit):
        address = f"{reverse('invoices', args=[code])}?kind=left"
        tasks.append(Task("left", stuck, None, address, place.may("run_delivery")))
    if place.may("point_payment"):
        count, left = unallocated_count(place.unit)
        tasks.append(Task("unallocated", count, left, reverse("payments", args=[code]), mine=True))
    tasks += _collection(place)
    tasks += legal_tasks(place)
    tasks += purchase_tasks(place)
    tasks += money_out_tasks(place)
    for held in batches_by_state(place.unit):
        if held.state == "held":
            address = f"{reverse('status', args=[code])}#outbox"
            tasks.append(Task("held", held.count, held.amount, address, place.may("decide_held_batch")))
    return tasks


def _collection(place: Place) -> list[Task]:
    """What waits between a payment that came and the end of a claim that did not."""
    unit, code = place.unit, place.unit.code
    complaints = open_complaints(unit, place.on)
    blocks = blocks_for_review(unit, place.on)
    proposals = waiting_proposals(unit)
    owed = overpayments_open(unit, most=_MOST)
    plans = plans_to_approve(unit)
    return [
        _task(
            "complaints", complaints, "open", reverse("blocks", args=[code]), place.may("answer_complaint")
        ),
        _task("blocks", blocks, "open", f"{reverse('blocks', args=[code])}#blocks", place.may("block")),
        *(
            _task(
                name,
                [one for one in proposals if one.standing == standing],
                "amount",
                f"{reverse('write-offs', args=[code])}?for={standing}",
                place.may(right),
            )
            for name, standing, right in _PROPOSALS
        ),
        _task("refunds", owed, "amount", reverse("refunds", args=[code]), place.may("prepare_refund")),
        Task("refund_plans", len(plans), None, reverse("refunds", args=[code]), place.may("approve_refunds")),
        *([_to_remind(place)] if place.may("run_reminders") else []),
    ]


_MOST = 1000
_PROPOSALS = (
    ("write_off_review", "WAITS_FOR_REVIEW", "review_write_off"),
    ("write_off_approval", "WAITS_FOR_APPROVAL", "approve_write_off"),
)


def _task(name: str, waiting: Sequence[Any], amount: str, address: str, mine: bool) -> Task:
    return Task(name, len(waiting), sum((getattr(one, amount) for one in waiting), Decimal(0)), address, mine)


def _to_remind(place: Place) -> Task:
    """Claims that are due for a reminder as far as their days go; the run looks at everything else."""
    count, amount = due_for_reminder(place.unit, terms_of(place.unit, place.on))
    return Task("reminders", count, amount, reverse("runs", args=[place.unit.code]), mine=True)
