"""The invoicing report: every invoice of a run and the requests behind it, kept in the archive (OC 3.9-b)."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from reskontra.exchange import archive
from reskontra.kernel.clauses import clause
from reskontra.runs.models import Evidence, Run

_ROWS = """
SELECT %(code)s || lpad(i.number::text, 9, '0') AS invoice, i.reference, i.issue_date, i.due_date, c.number AS customer,
  i.net, i.vat, i.total, v.kind || ' ' || v.year || '-' || lpad(v.number::text, 6, '0') AS voucher,
  l.orders, l.lines, l.requests
FROM sales_invoice i
JOIN registers_customer c ON c.id = i.payer_id
JOIN ledger_voucher v ON v.id = i.voucher_id
JOIN (SELECT d.invoice_id, string_agg(d.number::text, ' ' ORDER BY d.number) AS orders,
        sum(o.lines_count) AS lines, coalesce(string_agg(DISTINCT f.digest, ' '), '') AS requests
      FROM sales_invoicedorder d
      JOIN sales_invoice of_run ON of_run.id = d.invoice_id AND of_run.run_id = %(run)s
      JOIN sales_order o ON o.id = d.order_id
      LEFT JOIN sales_billingrequest r ON r.id = o.request_id
      LEFT JOIN exchange_inboxfile f ON f.id = r.file_id
      WHERE d.unit_id = %(unit)s GROUP BY 1) l ON l.invoice_id = i.id
WHERE i.unit_id = %(unit)s AND i.run_id = %(run)s
ORDER BY i.number
"""


@clause("OC 3.9-b")
def write_report(run: Run) -> dict[str, Any]:
    """Archive the report of ``run`` as CSV and keep its digest as evidence.

    One row per invoice: numbers, reference, dates, customer number, sums, voucher, orders, and the SHA-256 of the
    billing requests that the orders came in by, which lie in the same archive. Names are not in it.
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
    values = {"unit": run.unit.pk, "code": run.unit.code, "run": run.pk}
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        driver = cursor.cursor
        query = f"COPY ({_ROWS}) TO STDOUT (FORMAT csv, HEADER, DELIMITER ';')"
        with driver.copy(query, values) as copy:
            yield from (bytes(chunk) for chunk in copy)
