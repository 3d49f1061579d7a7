"""How much of expenditure runs by itself, against its targets, and why the rest does not (EX 1-a, 1-c, 3.1-a).

Called inside ``working_in``. A month is the month in which an invoice arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import round_cents
from reskontra.kernel.terms import MissingTerm, terms_on
from reskontra.registers.models import Unit


@dataclass(frozen=True, slots=True)
class Month:
    """Purchase invoices of one month: how many, how many of them by themselves; targets in percent, if known.

    ``automatic``: matched by the system to an order or a contract, also when somebody confirmed it. ``referenced``:
    those, and the ones coded by a posting reference. ``ordered``: with the number of a known order.
    """

    month: date
    invoices: int
    automatic: int
    referenced: int
    ordered: int
    automation_target: Decimal | None
    order_target: Decimal | None

    def rate(self, part: int) -> Decimal:
        """``part`` in percent of all invoices of the month, with two decimals."""
        return round_cents(Decimal(part) * 100 / self.invoices)

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report automation --json``."""
        return {
            "month": self.month.strftime("%Y-%m"),
            "invoices": self.invoices,
            "automatic": self.automatic,
            "automatic_rate": str(self.rate(self.automatic)),
            "automation_target": None if self.automation_target is None else str(self.automation_target),
            "with_posting_reference": self.referenced,
            "with_posting_reference_rate": str(self.rate(self.referenced)),
            "with_order_number": self.ordered,
            "with_order_number_rate": str(self.rate(self.ordered)),
            "order_number_target": None if self.order_target is None else str(self.order_target),
        }


_MONTHS = """
SELECT date_trunc('month', i.received_date)::date AS month, count(*) AS invoices,
  count(*) FILTER (WHERE h.id IS NOT NULL) AS automatic,
  count(*) FILTER (WHERE h.id IS NOT NULL OR coding.source = 'template') AS referenced,
  count(*) FILTER (WHERE EXISTS (
    SELECT FROM purchases_invoiceidentifier n
    JOIN purchases_purchaseorder o ON o.unit_id = n.unit_id AND o.number = n.value
    WHERE n.invoice_id = i.id AND n.kind = 'order')) AS ordered
FROM purchases_purchaseinvoice i
LEFT JOIN purchases_invoicereturn r ON r.invoice_id = i.id
LEFT JOIN purchases_match_held h ON h.invoice_id = i.id AND h.by_run AND h.confirmed
LEFT JOIN LATERAL (SELECT c.source FROM purchases_coding c WHERE c.invoice_id = i.id ORDER BY c.version DESC LIMIT 1)
  coding ON true
WHERE i.unit_id = %(unit)s AND i.stream = 'procurement' AND i.kind IN ('invoice', 'credit') AND r.id IS NULL
  AND i.received_date BETWEEN %(first)s AND %(last)s
GROUP BY 1 ORDER BY 1
"""


@clause("EX 1-a", "EX 1-c")
def automation(unit: Unit, first: date, last: date) -> list[Month]:
    """The months from ``first`` to ``last`` (both included) in which purchase invoices came, the oldest first.

    What was returned to its supplier, such as a duplicate, is no purchase invoice; other expenditure is none either.
    """
    found = rows(_MONTHS, {"unit": unit.pk, "first": first, "last": last})
    return [
        Month(
            automation_target=_target("automation_target", row["month"]),
            order_target=_target("order_number_target", row["month"]),
            **row,
        )
        for row in found
    ]


def _target(key: str, on: date) -> Decimal | None:
    try:
        return Decimal(getattr(terms_on(on), key))
    except MissingTerm:
        return None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of special handling: invoices and their total in euro, and the share of this and all greater ones."""

    outcome: str
    clause: str
    invoices: int
    amount: Decimal
    open: int
    cumulative: Decimal

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra report mismatches --json``."""
        return {
            "reason": self.outcome,
            "clause": self.clause,
            "invoices": self.invoices,
            "amount": format(self.amount, ".2f"),
            "open": self.open,
            "cumulative": str(self.cumulative),
        }


# The first reason that an invoice was given counts: it is what went wrong when it came. ``open``: it waits still, which
# what was sent back to its supplier does not.
_REASONS = """
SELECT outcome, clause, count(*) AS invoices, sum(amount) AS amount, count(*) FILTER (WHERE open) AS open
FROM (
  SELECT DISTINCT ON (i.id) d.outcome, d.clause, d.amount, d.standing,
    p.id IS NULL AND h.id IS NULL AND r.id IS NULL AS open
  FROM purchases_purchaseinvoice i
  JOIN purchases_purchasedecision d ON d.invoice_id = i.id AND d.rule = 'matching'
  JOIN runs_run u ON u.id = d.run_id AND u.state = 'applied'
  LEFT JOIN purchases_payable p ON p.invoice_id = i.id
  LEFT JOIN purchases_match_held h ON h.invoice_id = i.id
  LEFT JOIN purchases_invoicereturn r ON r.invoice_id = i.id
  WHERE i.unit_id = %(unit)s AND i.received_date BETWEEN %(first)s AND %(last)s
  ORDER BY i.id, d.run_id, d.id) told
WHERE standing = 'REVIEW'
GROUP BY 1, 2 ORDER BY 3 DESC, 1
"""


@clause("EX 3.1-a")
def mismatches(unit: Unit, first: date, last: date) -> Sequence[Reason]:
    """Why invoices that came from ``first`` to ``last`` were not matched, the most frequent reason first."""
    found = rows(_REASONS, {"unit": unit.pk, "first": first, "last": last})
    whole, so_far, told = sum(row["invoices"] for row in found), 0, []
    for row in found:
        so_far += row["invoices"]
        told.append(Reason(cumulative=round_cents(Decimal(so_far) * 100 / whole), **row))
    return told
