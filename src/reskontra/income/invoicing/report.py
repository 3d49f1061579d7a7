"""The invoicing report: every invoice of a run and the orders and requests behind it, archived (OC 3.9-b)."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from reskontra.exchange import archive
from reskontra.kernel.clauses import clause
from reskontra.runs.models import Evidence, Run

# One row an order: what was asked for beside what became of it. Read while the run's own tables are at hand.
_ROWS = """
SELECT %(code)s || lpad(n.number::text, 9, '0') AS invoice, n.reference, %(on)s::date AS issue_date, n.due_date,
  c.number AS customer, n.net, n.vat, n.total,
  v.kind || ' ' || v.year || '-' || lpad(v.number::text, 6, '0') AS voucher,
  d.number AS "order", d.amount AS order_net, d.lines, f.digest AS request
FROM numbered n
JOIN ledger_voucher v ON v.id = n.voucher_id
JOIN registers_customer c ON c.id = n.payer_id
JOIN decided d ON d.grp = n.grp AND d.outcome = 'INVOICE'
LEFT JOIN sales_billingrequest r ON r.id = d.request_id
LEFT JOIN exchange_inboxfile f ON f.id = r.file_id
ORDER BY n.number, d.number
"""


@clause("OC 3.9-b")
def write_report(run: Run) -> dict[str, Any]:
    """Archive the report of ``run`` as CSV and keep its digest as evidence.

    One row per invoiced order: invoice number, reference, dates, customer number, sums, voucher, order, and the
    SHA-256 of the billing request that the order came in by, which lies in the same archive. Names are not in it.
    """
    stored = archive.store(_rows(run))
    Evidence.objects.create(unit=run.unit, run=run, control="invoicing report", document=stored.digest)
    return {
        "kind": "invoicing report",
        "name": f"invoicing-report-{run.unit.code}-{run.on_date.isoformat()}-{run.pk}.csv",
        "digest": stored.digest,
        "size": stored.size,
    }


def _rows(run: Run) -> Iterator[bytes]:
    values = {"code": run.unit.code, "on": run.on_date}
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        driver = cursor.cursor
        query = f"COPY ({_ROWS}) TO STDOUT (FORMAT csv, HEADER, DELIMITER ';')"
        with driver.copy(query, values) as copy:
            yield from (bytes(chunk) for chunk in copy)
