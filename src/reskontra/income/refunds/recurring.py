"""Who is invoiced again and again: only their overpayments may go to the next invoice (OC 4.2-c)."""

from collections.abc import Collection

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit


@clause("OC 4.2-c")
def recurring(unit: Unit, terms: Terms, payers: Collection[int]) -> set[int]:
    """Those of ``payers`` (ids) that ``unit`` invoices again and again, on the day of ``terms``.

    They got at least so many invoices, in so many days up to the day, as the terms say; a credit is none.
    """
    if not payers:
        return set()
    values = {
        "unit": unit.pk,
        "payers": list(payers),
        "on": terms.on,
        "days": terms.recurring_invoicing_days,
        "least": terms.recurring_invoicing_least,
    }
    return {one["payer_id"] for one in rows(_INVOICED, values)}


_INVOICED = """
SELECT c.payer_id
FROM claims_claim c JOIN sales_invoice i ON i.id = c.invoice_id
WHERE c.unit_id = %(unit)s AND c.payer_id = ANY (%(payers)s) AND c.kind = 'invoice' AND c.amount > 0
  AND i.issue_date <= %(on)s AND i.issue_date > %(on)s - %(days)s::int
GROUP BY 1 HAVING count(*) >= %(least)s
"""
