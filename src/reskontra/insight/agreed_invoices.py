"""The invoices of one order, contract or posting reference, with what matching said of each (EX 3).

Called inside ``working_in``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.database.rows import rows
from reskontra.insight.purchase_difference import difference_of
from reskontra.insight.purchase_lists import STATE_IN_WORDS
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit


@dataclass(frozen=True, slots=True)
class AgreedInvoice:
    """An invoice that names a number: ``matched`` once a match holds, ``difference`` from what was agreed, in euro.

    ``outcome`` and ``clause`` are what matching said last, empty before. ``net`` is without VAT, in ``currency``.
    """

    id: int
    number: str
    supplier: str
    issue_date: date | None
    net: Decimal | None
    currency: str
    state: str
    matched: bool
    waits: bool
    outcome: str
    clause: str
    difference: Decimal | None


@clause("EX 3-a")
def invoices_naming(unit: Unit, number: str, before: int | None, most: int) -> list[AgreedInvoice]:
    """At most ``most`` invoices that name ``number`` or were matched to it, the newest first, behind ``before``.

    What a person corrected takes the place of what the file said.
    """
    found = rows(_NAMING, {"unit": unit.pk, "number": number, "before": before, "most": most})
    return [_told(row) for row in found]


def _told(row: dict[str, object]) -> AgreedInvoice:
    inputs, terms, matched_by = row.pop("inputs"), row.pop("terms"), row.pop("match_difference")
    difference = matched_by
    if not row["matched"] and isinstance(inputs, dict):
        seen = difference_of(inputs, (terms or {}).get("terms", {}))  # type: ignore[attr-defined]
        difference = seen.euro if seen else None
    return AgreedInvoice(difference=difference, **row)  # type: ignore[arg-type]


def to_match_anew(unit: Unit, number: str, *, corrected: bool = False) -> Sequence[int]:
    """The invoices (ids) that a change of ``number`` concerns: not returned, and not owed.

    After a receipt was ``corrected``, also those that are owed: what they stand on may be gone.
    """
    return [row["id"] for row in rows(_CONCERNED, {"unit": unit.pk, "number": number, "owed": corrected})]


_TOLD = """
  SELECT n.invoice_id FROM purchases_invoiceidentifier n
  WHERE n.unit_id = %(unit)s AND n.value = %(number)s AND NOT EXISTS (
    SELECT FROM purchases_invoiceidentifier c WHERE c.invoice_id = n.invoice_id AND c.person_id IS NOT NULL
      AND c.id > n.id AND c.value <> n.value)
  UNION
  SELECT m.invoice_id FROM purchases_match_held m
  LEFT JOIN purchases_purchaseorder o ON o.id = m.order_id LEFT JOIN purchases_contract k ON k.id = m.contract_id
  WHERE m.unit_id = %(unit)s AND coalesce(o.number, k.number) = %(number)s
"""
_CONCERNED = f"""
SELECT i.id FROM purchases_purchaseinvoice i
WHERE i.unit_id = %(unit)s AND i.stream = 'procurement' AND i.id IN ({_TOLD})
  AND NOT EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.invoice_id = i.id)
  AND (%(owed)s OR NOT EXISTS (SELECT FROM purchases_payable p WHERE p.invoice_id = i.id))
ORDER BY i.id
"""
_NAMING = f"""
SELECT i.id, i.number, coalesce(s.name, i.seller_name) AS supplier, i.issue_date, i.net, i.currency,
  {STATE_IN_WORDS} AS state, m.id IS NOT NULL AS matched, coalesce(m.waits AND NOT m.confirmed, false) AS waits,
  held.difference AS match_difference, coalesce(d.outcome, '') AS outcome, coalesce(d.clause, '') AS clause,
  d.inputs, u.terms
FROM purchases_purchaseinvoice i
LEFT JOIN LATERAL (SELECT f.supplier_id FROM purchases_invoicesupplier f WHERE f.invoice_id = i.id
                   ORDER BY f.id DESC LIMIT 1) named ON true
LEFT JOIN registers_supplier s ON s.id = named.supplier_id
LEFT JOIN purchases_match_held m ON m.invoice_id = i.id
LEFT JOIN purchases_match held ON held.id = m.id
LEFT JOIN LATERAL (
  SELECT d.outcome, d.clause, d.inputs, d.run_id FROM purchases_purchasedecision d
  JOIN runs_run r ON r.id = d.run_id AND r.state = 'applied'
  WHERE d.invoice_id = i.id AND d.rule = 'matching' ORDER BY d.run_id DESC LIMIT 1) d ON true
LEFT JOIN runs_run u ON u.id = d.run_id
WHERE i.unit_id = %(unit)s AND i.id IN ({_TOLD}) AND (%(before)s::bigint IS NULL OR i.id < %(before)s::bigint)
ORDER BY i.id DESC LIMIT %(most)s
"""
