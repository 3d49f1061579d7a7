"""Where the circulation stands: what is overdue, what falls due, with whom, and what late payment costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.claims.interest import late_curves
from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.interest import Curve, Movement, accrued, stretches
from reskontra.purchases.circulation import take_people
from reskontra.registers.models import Person, Unit
from reskontra.registers.unit_terms import terms_of


@dataclass(frozen=True)
class Circulating:
    """One invoice that waits: its step, since when, with whom, and who of them stands in for somebody away.

    ``queue`` is the queue's code, empty for one person's list; ``people`` and ``away`` are names. ``days`` is what
    is left to the due date, negative when it has passed, None for an invoice without one.
    """

    invoice: int
    number: str
    supplier: str
    voucher_type: str
    amount: Decimal
    due_date: date | None
    days: int | None
    step: str
    cause: str | None
    since_date: date | None
    placed: bool
    queue: str
    people: Sequence[str]
    away: Sequence[str]
    digest: str | None

    def as_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {
            **self.__dict__,
            "amount": f"{self.amount:.2f}",
            "due_date": self.due_date.isoformat() if self.due_date else None,
            "since_date": self.since_date.isoformat() if self.since_date else None,
            "people": list(self.people),
            "away": list(self.away),
        }


@clause("EX 3.2-a")
def with_whom(unit: Unit, on: date, invoices: Sequence[int] | None = None) -> list[Circulating]:
    """Every invoice of ``unit`` that waits on the day ``on``, by due date. Called inside ``working_in``."""
    take_people(unit, on, invoices)
    return [Circulating(**row) for row in rows(_WAITING)]


@clause("EX 3.2-a")
def overdue(unit: Unit, on: date) -> list[Circulating]:
    """What waits although its due date has passed, the oldest first."""
    return [one for one in with_whom(unit, on) if one.days is not None and one.days < 0]


@clause("EX 3.2-a")
def falling_due(unit: Unit, on: date) -> list[Circulating]:
    """What waits and falls due within the days of the unit's term, today included."""
    days = int(terms_of(unit, on).circulation_remind_before_due)
    return [one for one in with_whom(unit, on) if one.days is not None and 0 <= one.days <= days]


@clause("EX 3.2-a")
def list_of(unit: Unit, person: Person, on: date) -> list[Circulating]:
    """What ``person`` has on the day ``on``: their own, their queues', and that of those they stand in for."""
    take_people(unit, on)
    mine = {
        row["id"]
        for row in rows("SELECT DISTINCT id FROM circulation_people WHERE person_id = %s", [person.pk])
    }
    return [one for one in (Circulating(**row) for row in rows(_WAITING)) if one.invoice in mine]


_WAITING = """
SELECT c.id AS invoice, c.number, coalesce(s.name, c.seller_name) AS supplier, c.voucher_type, c.amount, c.due_date,
  c.due_date - c.on_date AS days, c.step, c.cause, c.since_date, c.placed, coalesce(q.code, '') AS queue,
  coalesce(w.people, '{}') AS people, coalesce(w.away, '{}') AS away, c.coding_digest AS digest
FROM invoices_in_circulation c
LEFT JOIN registers_supplier s ON s.id = c.supplier_id
LEFT JOIN registers_workqueue q ON q.id = c.queue_id
LEFT JOIN (SELECT o.id, array_agg(DISTINCT p.name::text ORDER BY p.name::text) AS people,
             array_agg(DISTINCT a.name::text) FILTER (WHERE a.id IS NOT NULL) AS away
           FROM circulation_people o JOIN registers_person p ON p.id = o.person_id
           LEFT JOIN registers_person a ON a.id = o.instead_of_id GROUP BY 1) w ON w.id = c.id
ORDER BY c.due_date NULLS LAST, c.id
"""


@dataclass(frozen=True)
class LatePayment:
    """A payable that was not paid in time: euro, the due date, when the last of it was paid (None: open), interest."""

    invoice: int
    number: str
    supplier: str
    amount: Decimal
    due_date: date
    paid_date: date | None
    interest: Decimal

    def as_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {
            **self.__dict__,
            "amount": f"{self.amount:.2f}",
            "interest": f"{self.interest:.2f}",
            "due_date": self.due_date.isoformat(),
            "paid_date": self.paid_date.isoformat() if self.paid_date else None,
        }


@clause("EX 9-d")
def late_payments(unit: Unit, on: date) -> list[LatePayment]:
    """Every payable of ``unit`` that was paid late or is late on ``on``, with the interest that it costs.

    The interest is that of the Interest Act, section 4 a (to a private person section 4), on what was open, from the
    day after the due date to the day of payment, at most to ``on``. What is withheld for a ban and what is set off
    lessens it too. Called inside ``working_in``; raises ``MissingTerm`` where a reference rate is not known.
    """
    curves = {natural: late_curves(unit, "section_4a", consumer=natural) for natural in (False, True)}
    return [
        one
        for row in rows(_PAYABLES, {"unit": unit.pk, "on": on})
        if (one := _late(row, on, curves[row["natural_person"]])).interest > 0
    ]


def _late(row: dict[str, Any], on: date, curves: Sequence[Curve]) -> LatePayment:
    moved = [Movement(date.fromisoformat(day), Decimal(amount)) for day, amount in row["moved"]]
    last = max((one.day for one in moved if one.day), default=None)
    paid_date = last if sum((one.amount for one in moved), Decimal(0)) >= row["amount"] else None
    found = stretches(row["amount"], row["due_date"], paid_date or on, moved, late=curves)
    return LatePayment(
        row["id"], row["number"], row["supplier"], row["amount"], row["due_date"], paid_date, accrued(found)
    )


_PAYABLES = """
SELECT p.invoice_id AS id, i.number, s.name AS supplier, p.amount, p.due_date,
  s.kind IN ('person', 'foreign_person') AS natural_person,
  coalesce((SELECT jsonb_agg(jsonb_build_array(coalesce(x.payment_date, r.on_date), t.amount::text) ORDER BY t.id)
            FROM purchases_payablesettlement t
            JOIN runs_run r ON r.id = t.run_id
            LEFT JOIN purchases_supplierpayment x ON x.id = t.payment_id
            WHERE t.payable_id = p.id AND coalesce(x.payment_date, r.on_date) <= %(on)s), '[]') AS moved
FROM purchases_payable p
JOIN purchases_purchaseinvoice i ON i.id = p.invoice_id
JOIN registers_supplier s ON s.id = p.supplier_id
WHERE p.unit_id = %(unit)s AND p.amount > 0 AND p.due_date < %(on)s
ORDER BY p.due_date, p.id
"""
