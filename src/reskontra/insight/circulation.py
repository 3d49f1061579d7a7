"""Where the circulation stands: what is overdue, what falls due, and with whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.purchases.circulation import take_people
from reskontra.registers.models import Person, Unit
from reskontra.registers.unit_terms import terms_of


@dataclass(frozen=True)
class Circulating:
    """One invoice that waits: its step, since when, with whom, and who of them stands in for somebody away.

    ``queue`` is the queue's code, empty for one person's list; ``people`` and ``away`` are names. ``days`` is what
    is left to the due date, negative when it has passed, None for an invoice without one. ``amount`` is in
    ``currency``; none named is euro.
    """

    invoice: int
    number: str
    supplier: str
    voucher_type: str
    amount: Decimal
    currency: str
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

    @property
    def euro(self) -> Decimal:
        """The amount, when it is in euro; else nothing: what waits is summed in one currency."""
        return self.amount if self.currency in ("", "EUR") else Decimal(0)

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
    take_people(unit, on, _unfinished(unit) if invoices is None else invoices)
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
    take_people(unit, on, _unfinished(unit))
    mine = {
        row["id"]
        for row in rows("SELECT DISTINCT id FROM circulation_people WHERE person_id = %s", [person.pk])
    }
    return [one for one in (Circulating(**row) for row in rows(_WAITING)) if one.invoice in mine]


def _unfinished(unit: Unit) -> list[int]:
    """The invoices (ids) that are neither payable nor returned: of all that ever came, what may still circulate."""
    found = rows(
        "SELECT i.id FROM purchases_purchaseinvoice i WHERE i.unit_id = %s"
        " AND NOT EXISTS (SELECT FROM purchases_payable p WHERE p.unit_id = i.unit_id AND p.invoice_id = i.id)"
        " AND NOT EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.unit_id = i.unit_id AND r.invoice_id = i.id)",
        [unit.pk],
    )
    return [row["id"] for row in found]


_WAITING = """
SELECT c.id AS invoice, c.number, coalesce(s.name, c.seller_name) AS supplier, c.voucher_type, c.amount, i.currency,
  c.due_date, c.due_date - c.on_date AS days, c.step, c.cause, c.since_date, c.placed, coalesce(q.code, '') AS queue,
  coalesce(w.people, '{}') AS people, coalesce(w.away, '{}') AS away, c.coding_digest AS digest
FROM invoices_in_circulation c
JOIN purchases_purchaseinvoice i ON i.id = c.id
LEFT JOIN registers_supplier s ON s.id = c.supplier_id
LEFT JOIN registers_workqueue q ON q.id = c.queue_id
LEFT JOIN (SELECT o.id, array_agg(DISTINCT p.name::text ORDER BY p.name::text) AS people,
             array_agg(DISTINCT a.name::text) FILTER (WHERE a.id IS NOT NULL) AS away
           FROM circulation_people o JOIN registers_person p ON p.id = o.person_id
           LEFT JOIN registers_person a ON a.id = o.instead_of_id GROUP BY 1) w ON w.id = c.id
ORDER BY c.due_date NULLS LAST, c.id
"""
