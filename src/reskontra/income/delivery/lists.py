"""The invoice list voucher: approved when the archive holds what the invoicing report lists (OC 3.9-e, 3.9-f)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.refused import ActRefused, refused_as
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit
from reskontra.registers.policy import require
from reskontra.runs.models import Run
from reskontra.runs.run import Acting
from reskontra.sales.models import InvoiceListApproval

_MOST_SHOWN = 100

# What an invoice ``i`` still lacks in the archive: its document, its image, and the names of its attachments. The
# database asks the same before it takes an act.
_LACKS = """
  array_remove(ARRAY[
    CASE WHEN NOT EXISTS (SELECT FROM sales_archivedfile a WHERE a.unit_id = i.unit_id AND a.invoice_id = i.id
      AND a.outcome = 'accepted' AND a.role = 'xml') THEN 'xml' END,
    CASE WHEN NOT EXISTS (SELECT FROM sales_archivedfile a WHERE a.unit_id = i.unit_id AND a.invoice_id = i.id
      AND a.outcome = 'accepted' AND a.role = 'image') THEN 'image' END], NULL) AS lacks,
  ARRAY(SELECT DISTINCT sent ->> 'name' FROM sales_invoiceline l
      JOIN sales_order o ON o.id = l.order_id AND o.attachments <> '[]'
      CROSS JOIN jsonb_array_elements(o.attachments) sent
      WHERE l.invoice_id = i.id AND l.order_position = 1 AND NOT EXISTS (
        SELECT FROM sales_archivedfile a WHERE a.unit_id = i.unit_id AND a.invoice_id = i.id AND a.outcome = 'accepted'
          AND a.role = 'attachment' AND a.digest = sent ->> 'digest') ORDER BY 1) AS attachments
"""
_STANDING = f"""
WITH listed AS (
  SELECT r.id, r.on_date, e.document FROM runs_run r
  JOIN runs_evidence e ON e.unit_id = r.unit_id AND e.run_id = r.id AND e.control = 'invoicing report'
  WHERE r.unit_id = %(unit)s AND r.name = 'invoicing' AND (%(run)s::bigint IS NULL OR r.id = %(run)s)
), lacking AS (
  SELECT i.run_id, i.id, i.number, i.total, {_LACKS}
  FROM sales_invoice i JOIN listed ON listed.id = i.run_id WHERE i.unit_id = %(unit)s
)
SELECT listed.id, listed.on_date, listed.document, count(*), sum(l.total),
  count(*) FILTER (WHERE l.lacks = '{{}}' AND l.attachments = '{{}}'),
  coalesce((array_agg(jsonb_build_array(%(code)s || lpad(l.number::text, 9, '0'), l.lacks, l.attachments)
                      ORDER BY l.number)
    FILTER (WHERE l.lacks <> '{{}}' OR l.attachments <> '{{}}'))[1:{_MOST_SHOWN}], '{{}}'),
  coalesce((SELECT array_agg(act.act ORDER BY act.id) FROM sales_invoicelistapproval act
            WHERE act.unit_id = %(unit)s AND act.run_id = listed.id), '{{}}')
FROM listed JOIN lacking l ON l.run_id = listed.id
GROUP BY 1, 2, 3 ORDER BY 1
"""

_LACKING = f"""
SELECT jsonb_build_array(%s || lpad(found.number::text, 9, '0'), found.lacks, found.attachments)
FROM (SELECT i.number, {_LACKS} FROM sales_invoice i WHERE i.unit_id = %s AND i.id = ANY (%s)) found
WHERE found.lacks <> '{{}}' OR found.attachments <> '{{}}' ORDER BY found.number
"""


@dataclass(frozen=True)
class Lacking:
    """What the archive still lacks of an invoice: ``lacks`` of xml and image, and ``attachments`` by name."""

    invoice: str
    lacks: Sequence[str]
    attachments: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The same with stable keys."""
        return {"invoice": self.invoice, "lacks": list(self.lacks), "attachments": list(self.attachments)}


@dataclass(frozen=True)
class ListStanding:
    """An invoice list: its run and report, how many invoices are complete in the archive, what the first lack.

    Amount in euro.
    """

    run: int
    on: date
    digest: str
    invoices: int
    amount: Decimal
    complete: int
    lacking: Sequence[Lacking]
    acts: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """The list with stable keys."""
        return {
            "run": self.run,
            "on": self.on.isoformat(),
            "digest": self.digest,
            "invoices": self.invoices,
            "amount": format(self.amount, ".2f"),
            "complete": self.complete,
            "lacking": [one.as_json() for one in self.lacking],
            "acts": list(self.acts),
        }


@clause("OC 3.9-e")
def invoice_lists(unit: Unit, run: int | None = None) -> list[ListStanding]:
    """The invoice lists of the unit, or of one run, beside what the archive holds. Called inside ``working_in``."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"unit": unit.pk, "code": unit.code, "run": run})
        return [
            ListStanding(id, on, digest, invoices, amount, complete, list(map(_lack, lacking)), acts)
            for id, on, digest, invoices, amount, complete, lacking, acts in cursor.fetchall()
        ]


def lacking_of(unit: Unit, invoices: Sequence[int]) -> list[Lacking]:
    """What the archive lacks of those of ``invoices`` that are not complete, by number."""
    with connection.cursor() as cursor:
        cursor.execute(_LACKING, [unit.code, unit.pk, list(invoices)])
        return [_lack(row[0]) for row in cursor.fetchall()]


def _lack(told: str) -> Lacking:
    return Lacking(*json.loads(told))


@clause("OC 3.9-f")
def has_expenditure(run: Run) -> bool:
    """Whether a voucher of the run posts to an account of expenditure: then the unit handles the list itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM ledger_voucher v JOIN ledger_entry e ON e.voucher_id = v.id"
            " JOIN registers_account a ON a.code = e.account AND a.kind = 'expense'"
            " WHERE v.unit_id = %s AND v.run_id = %s)",
            [run.unit_id, run.pk],
        )
        return bool(cursor.fetchone()[0])


@clause("OC 3.9-e", "OC 3.9-f")
def approve_invoice_list(acting: Acting, run: Run, seen: str, comment: str = "") -> InvoiceListApproval:
    """Approve the invoice list of ``run`` on its report with digest ``seen``. Called inside ``working_in``.

    One approver in the centre; with expenditure the unit's approver, after the unit's reviewer. Raises
    ``NotAllowed``, and ``ActRefused`` while the archive is not complete or for who ran the invoicing.
    """
    right = "approve_invoice_list_in_unit" if has_expenditure(run) else "approve_invoice_list"
    require(acting.person, right, acting.unit, acting.day)
    return _act(acting, run, "approve", seen, comment)


@clause("OC 3.9-f")
def review_invoice_list(acting: Acting, run: Run, seen: str, comment: str = "") -> InvoiceListApproval:
    """The unit's reviewer answers for a list with expenditure; a list without is not reviewed apart."""
    require(acting.person, "review_invoice_list", acting.unit, acting.day)
    if not has_expenditure(run):
        raise ActRefused("an_invoice_list_without_expenditure_is_the_centres")
    return _act(acting, run, "review", seen, comment)


def _act(acting: Acting, run: Run, act: str, seen: str, comment: str) -> InvoiceListApproval:
    with refused_as(ActRefused):
        return InvoiceListApproval.objects.create(
            unit=acting.unit,
            run=run,
            digest=seen,
            act=act,
            person=acting.person,
            given_at=acting.at,
            comment=comment,
        )
