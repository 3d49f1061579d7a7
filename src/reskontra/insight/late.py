"""What was or will be paid late to suppliers, what interest they may ask for it, and why it is late (EX 9-d)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.claims.interest import late_curves
from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import bank_day_on_or_after
from reskontra.kernel.interest import Curve, Movement, accrued, stretches
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.registers.models import Unit

LATE_ON_ARRIVAL = Outcome("LATE_ON_ARRIVAL", "REVIEW")
LATE_IN_MATCHING = Outcome("LATE_IN_MATCHING", "REVIEW")
LATE_IN_CIRCULATION = Outcome("LATE_IN_CIRCULATION", "REVIEW")
LATE_IN_PAYMENT = Outcome("LATE_IN_PAYMENT", "REVIEW")


@dataclass(frozen=True)
class LatePayment:
    """An invoice that was not paid in time: gross euro, days late, when the last of it was paid (None: open), interest.

    ``cause`` is the outcome of ``decide_cause``.
    """

    invoice: int
    number: str
    supplier: str
    amount: Decimal
    due_date: date
    paid_date: date | None
    days: int
    cause: str
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
def decide_cause() -> Decisions:
    """Why an invoice is late: where it was when its due date passed. What came after that day was late before us.

    ``unmatched``: it was left for special handling although it named an order or a contract.
    """
    return decide(
        (LATE_ON_ARRIVAL, "received_date > due_date", "EX 9-d"),
        (LATE_IN_MATCHING, "owed_date IS NULL AND unmatched OR owed_date > due_date AND unmatched", "EX 9-d"),
        (LATE_IN_CIRCULATION, "owed_date IS NULL OR owed_date > due_date", "EX 9-d"),
        otherwise=(LATE_IN_PAYMENT, "EX 9-d"),
    )


@clause("EX 9-d")
def late_payments(unit: Unit, on: date, since: date | None = None) -> list[LatePayment]:
    """Every invoice of ``unit`` that was paid late or is late on ``on``, with the interest that it costs.

    Also what is in circulation still: the supplier is owed from the due date on, not from our approval. The interest is
    that of the Interest Act, section 4 a (to a private person section 4), on what was open, from the day after the due
    date to the day of payment, at most to ``on``. What is withheld for a ban and what is set off lessens it too. Given
    ``since``, only what fell due on that day or later. Called inside ``working_in``; raises ``MissingTerm`` where a
    reference rate is not known.
    """
    curves = {natural: late_curves(unit, "section_4a", consumer=natural) for natural in (False, True)}
    rule = decide_cause().select(f"({_DUE})", "*")
    query = f"SELECT late.* FROM ({rule}) late ORDER BY due_date, id"
    found = (
        _late(row, on, curves[row["natural_person"]])
        for row in rows(query, {"unit": unit.pk, "on": on, "since": since})
    )
    return [one for one in found if one.interest > 0]


def _late(row: Mapping[str, Any], on: date, curves: Sequence[Curve]) -> LatePayment:
    moved = [Movement(date.fromisoformat(day), Decimal(amount)) for day, amount in row["moved"]]
    last = max((one.day for one in moved if one.day), default=None)
    paid_date = last if sum((one.amount for one in moved), Decimal(0)) >= row["amount"] else None
    found = stretches(row["amount"], row["due_date"], paid_date or on, moved, late=curves)
    return LatePayment(
        invoice=row["id"],
        number=row["number"],
        supplier=row["supplier"],
        amount=row["amount"],
        due_date=row["due_date"],
        paid_date=paid_date,
        days=((paid_date or on) - bank_day_on_or_after(row["due_date"])).days,
        cause=row["outcome"],
        interest=accrued(found),
    )


# Payables whose due date has passed, without those that were paid before it; and what circulates past its due date.
_UNMATCHED = """LEFT JOIN LATERAL (
  SELECT d.standing = 'REVIEW' AND d.outcome <> 'NO_IDENTIFIER' AS unmatched
  FROM purchases_purchasedecision d JOIN runs_run u ON u.id = d.run_id AND u.state = 'applied'
  WHERE d.invoice_id = i.id AND d.rule = 'matching' ORDER BY d.run_id LIMIT 1) first ON true"""
_DUE = f"""
SELECT p.invoice_id AS id, i.number, s.name AS supplier, p.amount, p.due_date, i.received_date,
  made.on_date AS owed_date, s.kind IN ('person', 'foreign_person') AS natural_person, first.unmatched, paid.moved
FROM purchases_payable p
JOIN purchases_purchaseinvoice i ON i.id = p.invoice_id
JOIN registers_supplier s ON s.id = p.supplier_id
JOIN runs_run made ON made.id = p.run_id
LEFT JOIN LATERAL (
  SELECT sum(t.amount) FILTER (WHERE coalesce(x.payment_date, r.on_date) <= p.due_date) AS in_time,
    coalesce(jsonb_agg(jsonb_build_array(coalesce(x.payment_date, r.on_date), t.amount::text) ORDER BY t.id), '[]')
      AS moved
  FROM purchases_payablesettlement t
  JOIN runs_run r ON r.id = t.run_id
  LEFT JOIN purchases_supplierpayment x ON x.id = t.payment_id
  WHERE t.payable_id = p.id AND coalesce(x.payment_date, r.on_date) <= %(on)s) paid ON true
{_UNMATCHED}
WHERE p.unit_id = %(unit)s AND p.amount > 0 AND p.due_date < %(on)s
  AND (%(since)s::date IS NULL OR p.due_date >= %(since)s::date) AND coalesce(paid.in_time, 0) < p.amount
UNION ALL
SELECT i.id, i.number, coalesce(s.name, i.seller_name), i.total, i.due_date, i.received_date, NULL,
  coalesce(s.kind IN ('person', 'foreign_person'), false), first.unmatched, '[]'::jsonb
FROM purchases_purchaseinvoice i
JOIN purchases_invoice_state t ON t.id = i.id
LEFT JOIN registers_supplier s ON s.id = t.supplier_id
{_UNMATCHED}
WHERE i.unit_id = %(unit)s AND i.kind = 'invoice' AND i.total > 0 AND i.currency IN ('', 'EUR')
  AND i.due_date < %(on)s AND (%(since)s::date IS NULL OR i.due_date >= %(since)s::date)
  AND t.payable_id IS NULL AND t.returned IS NULL
"""
