"""How a unit stands: read from the facts, a fixed number of queries however much there is.

Called inside ``working_in``: row-level security sees the unit, and every query names it as well.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.safety import unsafe
from reskontra.exchange.models import InboxFile
from reskontra.insight.orders import DECIDED, OPEN, STATE
from reskontra.kernel.clauses import Coverage, Document, coverage, documents
from reskontra.registers.models import Unit
from reskontra.runs.models import Run

ORDER_STATES = ("undecided", "returned", "review", "approval", "ready")
BATCH_STATES = ("held", "refused", "released", "built", "intent", "sent", "receipted")
RUNS_SHOWN = 20
OUTCOMES_SHOWN = 3  # in a list; the run itself shows all


@dataclass(frozen=True)
class Orders:
    """Open orders in one state; ``amount`` in euro without VAT as decided, None while undecided."""

    state: str
    count: int
    amount: Decimal | None


@dataclass(frozen=True)
class Invoices:
    """The month's invoices, credits or both together (``kind``); amounts in euro."""

    kind: str
    count: int
    net: Decimal
    vat: Decimal
    total: Decimal


@dataclass(frozen=True)
class Batches:
    """The batches in one state, with the invoices in them and their amount in euro."""

    state: str
    count: int
    documents: int
    amount: Decimal
    oldest: datetime


@dataclass(frozen=True)
class Outcomes:
    """What a run decided: one outcome, how many subjects, euro."""

    name: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class RunLine:
    """One run with its decisions; ``at`` is when it was applied, or planned when it was not."""

    run: Run
    outcomes: Sequence[Outcomes]
    at: datetime

    @property
    def most(self) -> Sequence[Outcomes]:
        """The outcomes of the most subjects, as many as a list has room for."""
        return sorted(self.outcomes, key=lambda one: -one.count)[:OUTCOMES_SHOWN]

    @property
    def more(self) -> int:
        """How many outcomes there are beside those."""
        return max(len(self.outcomes) - OUTCOMES_SHOWN, 0)


@dataclass(frozen=True)
class Requirements:
    """How many requirements of one guideline are built, say something only, or are not built."""

    document: Document
    built: int
    information: int
    not_built: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.built + self.information + self.not_built


@dataclass(frozen=True)
class System:
    """What the desk stands on: what is wrong with how units are kept apart, the login, the version."""

    problems: int
    role: str
    version: str
    embedded: bool


@dataclass(frozen=True)
class Status:
    """Everything on the status page of one unit on one day."""

    file: InboxFile | None
    orders: Sequence[Orders]
    month: date
    invoices: Sequence[Invoices]
    batches: Sequence[Batches]
    runs: Sequence[RunLine]
    requirements: Sequence[Requirements]
    system: System

    @property
    def open_orders(self) -> int:
        """Orders that are not invoiced, in whatever state."""
        return sum(one.count for one in self.orders)

    @property
    def held(self) -> Batches | None:
        """The batches that wait for two persons, if any."""
        return next((one for one in self.batches if one.state == "held"), None)

    @property
    def latest_run(self) -> RunLine | None:
        """The newest run, if there is one."""
        return self.runs[0] if self.runs else None


def status_of(unit: Unit, on: date) -> Status:
    """How ``unit`` stands on ``on``, as far as the facts go; ``on`` says which month is this month."""
    return Status(
        file=InboxFile.objects.filter(unit=unit).order_by("-id").first(),
        orders=orders_by_state(unit),
        month=on.replace(day=1),
        invoices=invoices_of_month(unit, on),
        batches=batches_by_state(unit),
        runs=latest_runs(unit),
        requirements=requirements(coverage()),
        system=system(),
    )


def orders_by_state(unit: Unit) -> list[Orders]:
    """Open orders by what the newest decision and the acts on the seen version say, all states in order.

    A reviewed order waits for its approval; one that two persons have let through is ready (OC 3.2.1-b).
    """
    found = {
        state: Orders(state, count, amount)
        for state, count, amount in _rows(
            f"""
            {OPEN}
            SELECT state, count(*), sum(amount) FROM (
              SELECT decided.amount, {STATE} AS state FROM open_orders o {DECIDED}) found
            GROUP BY state
            """,
            unit=unit.pk,
        )
    }
    return [found.get(state, Orders(state, 0, Decimal(0))) for state in ORDER_STATES]


def invoices_of_month(unit: Unit, on: date) -> list[Invoices]:
    """Invoices and credits issued in the month of ``on``, and a last row of both; nothing without any."""
    first = on.replace(day=1)
    return [
        Invoices("all" if both else "credit" if credit else "invoice", *sums)
        for both, credit, *sums in _rows(
            """
            SELECT grouping(credit) = 1, credit, count(*), sum(net), sum(vat), sum(total) FROM sales_invoice
            WHERE unit_id = %(unit)s AND issue_date >= %(first)s AND issue_date < %(after)s
            GROUP BY GROUPING SETS ((credit), ()) HAVING count(*) > 0 ORDER BY 1, 2
            """,
            unit=unit.pk,
            first=first,
            after=(first + timedelta(days=31)).replace(day=1),
        )
    ]


def batches_by_state(unit: Unit) -> list[Batches]:
    """The unit's batches by where they stand, as ``exchange.outbox.state_of`` says it, troubles first."""
    found = {
        row[0]: Batches(*row)
        for row in _rows(
            """
            SELECT coalesce(newest.state, 'built'), count(*), sum(f.documents), sum(f.amount), min(f.built_at)
            FROM exchange_outboxfile f
            LEFT JOIN LATERAL (
              SELECT e.state FROM exchange_outboxevent e
              WHERE e.unit_id = f.unit_id AND e.file_id = f.id ORDER BY e.id DESC LIMIT 1) newest ON true
            WHERE f.unit_id = %(unit)s GROUP BY 1
            """,
            unit=unit.pk,
        )
    }
    return [found[state] for state in BATCH_STATES if state in found]


def latest_runs(unit: Unit, most: int = RUNS_SHOWN) -> list[RunLine]:
    """The unit's newest runs with what they decided."""
    runs = Run.objects.filter(unit=unit).select_related("person").defer("terms").order_by("-id")[:most]
    return [line_of(run) for run in runs]


def line_of(run: Run) -> RunLine:
    """One run as lists show it."""
    return RunLine(
        run,
        [Outcomes(one["outcome"], one["count"], Decimal(one["amount"])) for one in run.outcomes],
        run.applied_at or run.planned_at,
    )


def requirements(chapters: Sequence[Coverage]) -> list[Requirements]:
    """How far each guideline is built, from the coverage of its chapters."""
    return [
        Requirements(
            document,
            built=sum(one.counts[status] for one in mine for status in ("rule", "term", "workflow")),
            information=sum(one.counts["information"] for one in mine),
            not_built=sum(one.counts["not built"] for one in mine),
        )
        for key, document in documents().items()
        if (mine := [one for one in chapters if one.document == key])
    ]


def system() -> System:
    """What this process is connected to."""
    [(role, version)] = _rows("SELECT current_user, split_part(current_setting('server_version'), ' ', 1)")
    return System(len(unsafe()), role, version, embedded=not os.environ.get("DATABASE_URL"))


def _rows(query: str, **values: int | date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())
