"""Batches of invoices beside what the operator has answered: as many out as in (OC 3.9-d).

Called inside ``working_in``.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reskontra.database.rows import rows
from reskontra.registers.models import Unit

# The newest answer that counts for each invoice of a batch; the listed batches are few.
_BATCHES = """
SELECT f.id AS file, f.name, f.run_id AS run, f.documents, f.amount, coalesce(stands.state, 'built') AS state,
  (SELECT min(e.happened_at) FROM exchange_outboxevent e
   WHERE e.unit_id = f.unit_id AND e.file_id = f.id AND e.state = 'sent') AS sent_at,
  told.delivered, told.delivered_amount
FROM (SELECT * FROM exchange_outboxfile WHERE unit_id = %(unit)s AND channel = 'finvoice'
        AND (%(after)s::bigint IS NULL OR id < %(after)s) ORDER BY id DESC LIMIT %(most)s) f
LEFT JOIN LATERAL (SELECT e.state FROM exchange_outboxevent e WHERE e.unit_id = f.unit_id AND e.file_id = f.id
                   ORDER BY e.id DESC LIMIT 1) stands ON true
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE said.status = 'delivered') AS delivered,
    coalesce(sum(i.total) FILTER (WHERE said.status = 'delivered'), 0) AS delivered_amount
  FROM sales_invoicedelivery d
  JOIN sales_invoice i ON i.unit_id = d.unit_id AND i.id = d.invoice_id
  JOIN LATERAL (SELECT a.status FROM sales_deliveryreceipt a
                WHERE a.unit_id = d.unit_id AND a.invoice_id = d.invoice_id AND a.attempt = d.attempt
                  AND a.outcome IN ('taken', 'contradicts') ORDER BY a.report_id DESC, a.row DESC LIMIT 1) said ON true
  WHERE d.unit_id = f.unit_id AND d.file_id = f.id) told
ORDER BY f.id DESC
"""


@dataclass(frozen=True)
class Batch:
    """A sealed batch and its answers; ``amount`` went out, ``delivered_amount`` has arrived, in euro."""

    file: int
    name: str
    run: int
    documents: int
    amount: Decimal
    state: str
    sent_at: datetime | None
    delivered: int
    delivered_amount: Decimal

    @property
    def missing(self) -> int:
        """Invoices that nobody has said have arrived, or that were refused."""
        return self.documents - self.delivered

    @property
    def difference(self) -> Decimal:
        """What went out and has not arrived, in euro."""
        return self.amount - self.delivered_amount

    @property
    def reconciled(self) -> bool:
        """Whether as many went out as have arrived, and for as much."""
        return self.missing == 0 and self.difference == 0


def batches(unit: Unit, after: int | None = None, most: int = 10) -> list[Batch]:
    """The newest ``most`` batches of invoices of ``unit``, from behind the batch ``after`` (its id)."""
    return [Batch(**row) for row in rows(_BATCHES, {"unit": unit.pk, "after": after, "most": most})]
