"""The invoice run: set by set from ready orders to numbered invoices, claims and balanced vouchers."""

from typing import Any

from django.db import connection

from reskontra.database.scripts import statements
from reskontra.exchange.attachments import MEGABYTE
from reskontra.income.invoicing.report import write_report
from reskontra.income.invoicing.rules import (
    DECISION_HOLDS,
    collected_by,
    decide_invoicing,
    payment_terms,
)
from reskontra.kernel.days import due_date
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import CHANGED_SINCE_PLAN
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control
from reskontra.sales.decided import decide_orders_in_hand, record_order_decisions
from reskontra.sales.in_hand import take_in_hand
from reskontra.sales.limits import MOST_LINES

_ROOM = "reskontra.income.invoicing"

# What the rule asks of an order beyond the order itself: its invoice to be, and where its payer is.
_SUBJECTS = """(
SELECT o.*, c.grp, g.total AS invoice_total, e.id IS NOT NULL AS exceeds_with_others,
  coalesce(country.europe, false) AS in_europe, coalesce(country.eu @> {on}::date, false) AS in_eu,
  unit.vat_id = '' AS no_vat_number
FROM orders_in_hand o
JOIN registers_unit unit ON unit.id = o.unit_id
LEFT JOIN collected c ON c.id = o.id
LEFT JOIN groups_in_hand g ON g.grp = c.grp
LEFT JOIN exceeding e ON e.id = o.id
LEFT JOIN registers_country country ON country.code = o.country)"""


class InvoicingRun:
    """Invoice every ready order of the unit."""

    name = "invoicing"
    lock = "sales"

    def decide(self, run: Run, terms: Terms) -> None:
        """Collect the ready orders and decide every open one."""
        take_in_hand(run.unit)
        with connection.cursor() as cursor:
            cursor.execute(
                "DROP TABLE IF EXISTS exceeding, collected, too_many, vat_in_hand, groups_in_hand,"
                " new_invoice, new_order, numbered"
            )
            for statement in statements(_ROOM, "subjects.sql"):
                cursor.execute(
                    statement.format(
                        collected_by=collected_by(terms),
                        decision_holds=DECISION_HOLDS,
                        most_lines=MOST_LINES,
                        most_files=terms.attachment_count_limit,
                        most_bytes=terms.attachment_size_limit * MEGABYTE,
                    )
                )
        subjects = _SUBJECTS.format(on=f"'{run.on_date.isoformat()}'")
        decide_orders_in_hand(decide_invoicing(terms), subjects, ["invoice_total"])

    def record(self, run: Run) -> None:
        """Store why each open order is invoiced, waits or is left."""
        record_order_decisions(run, self.name)

    def set_aside(self, run: Run) -> None:
        """Leave every group in which an order is no longer as it was planned, is new since, or is gone."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE decided SET outcome = %s, standing = %s WHERE outcome = 'INVOICE' AND grp IN"
                " (SELECT d.grp FROM decided d LEFT JOIN sales_orderdecision planned"
                "  ON planned.order_id = d.id AND planned.run_id = %s AND planned.rule = %s"
                "  WHERE d.grp IS NOT NULL AND (planned.outcome IS DISTINCT FROM d.outcome"
                "    OR planned.amount <> d.amount"
                "    OR (planned.inputs ->> 'invoice_total')::numeric IS DISTINCT FROM d.invoice_total))",
                [CHANGED_SINCE_PLAN.name, CHANGED_SINCE_PLAN.standing, run.pk, self.name],
            )

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write invoices, lines, claims and vouchers; numbers are taken when all else is computed."""
        with connection.cursor() as cursor:
            self._collect(cursor, terms)
            cursor.execute("SELECT count(*) FROM new_invoice")
            count = cursor.fetchone()[0]
            if count == 0:
                return Applied()
            before = _receivable(cursor, run)
            first_invoice, first_voucher = self._write(cursor, run, count, before[0])
            controls = _controls(cursor, run, count, first_invoice, first_voucher, before)
        report = write_report(run)
        return Applied(controls, [report], {"invoices": count})

    def _collect(self, cursor: Any, terms: Terms) -> None:
        for statement in statements(_ROOM, "collect.sql"):
            cursor.execute(statement.format(payment_terms=payment_terms(terms)))

    def _write(self, cursor: Any, run: Run, count: int, receivable: str) -> tuple[int, int]:
        cursor.execute("SELECT DISTINCT term_days FROM new_invoice ORDER BY 1")
        terms = [row[0] for row in cursor.fetchall()]
        year = run.on_date.year
        first_invoice = take_numbers(run.unit, "invoice", count)
        first_voucher = take_numbers(run.unit, "voucher SI", count, year)
        values = {
            "unit": run.unit.pk,
            "code": run.unit.code,
            "run": run.pk,
            "on": run.on_date,
            "year": year,
            "receivable": receivable,
            "vat_account": posting_account("vat_on_sales", run.on_date),
            "terms": terms,
            "dues": [due_date(run.on_date, days) for days in terms],
            "first_invoice": first_invoice,
            "first_voucher": first_voucher,
        }
        for statement in statements(_ROOM, "facts.sql"):
            cursor.execute(statement, values)
        return first_invoice, first_voucher


def _receivable(cursor: Any, run: Run) -> tuple[str, Any]:
    """The receivable account and its balance before the run."""
    account = posting_account("receivable", run.on_date)
    return account, _balance(cursor, run, account)


def _balance(cursor: Any, run: Run, account: str) -> Any:
    cursor.execute(
        "SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE unit_id = %s AND account = %s",
        [run.unit.pk, account],
    )
    return cursor.fetchone()[0]


# What was written, read back by the range of its ids: the cost does not grow with what other runs have written.
_CONTROLS = """
WITH fresh AS (SELECT min(invoice_id) AS first, max(invoice_id) AS last, min(voucher_id) AS first_voucher,
                 max(voucher_id) AS last_voucher FROM new_invoice)
SELECT (SELECT sum(amount) FROM decided WHERE outcome = 'INVOICE'), lines.net, invoices.*, claims.*, vouchers.*
FROM fresh,
  LATERAL (SELECT sum(l.net) AS net FROM sales_invoiceline l WHERE l.unit_id = %(unit)s
           AND l.invoice_id BETWEEN fresh.first AND fresh.last) lines,
  LATERAL (SELECT sum(i.net), sum(i.total), count(*), min(i.number), max(i.number) FROM sales_invoice i
           WHERE i.unit_id = %(unit)s AND i.run_id = %(run)s AND i.id BETWEEN fresh.first AND fresh.last) invoices,
  LATERAL (SELECT count(*), sum(c.amount) FROM claims_claim c WHERE c.unit_id = %(unit)s AND c.run_id = %(run)s
           AND c.invoice_id BETWEEN fresh.first AND fresh.last) claims,
  LATERAL (SELECT count(*), min(v.number), max(v.number) FROM ledger_voucher v WHERE v.unit_id = %(unit)s
           AND v.run_id = %(run)s AND v.id BETWEEN fresh.first_voucher AND fresh.last_voucher) vouchers
"""


def _controls(
    cursor: Any, run: Run, count: int, first_invoice: int, first_voucher: int, before: tuple[str, Any]
) -> list[Control]:
    account, opening = before
    cursor.execute(_CONTROLS, {"unit": run.unit.pk, "run": run.pk})
    ordered, lines, net, total, invoices, lowest, highest, claims, claimed, vouchers, low, high = (
        cursor.fetchone()
    )
    return [
        Control("orders = invoices, net", str(ordered), str(net)),
        Control("invoice lines = invoices, net", str(lines), str(net)),
        Control("claims = invoices, total", str(claimed), str(total)),
        Control(
            "receivable account grew by the invoices",
            str(total),
            str(_balance(cursor, run, account) - opening),
        ),
        Control("invoices, claims, vouchers", f"{count} {count} {count}", f"{invoices} {claims} {vouchers}"),
        Control(
            "invoice numbers without gap",
            f"{first_invoice}-{first_invoice + count - 1}",
            f"{lowest}-{highest}",
        ),
        Control(
            "voucher numbers without gap", f"{first_voucher}-{first_voucher + count - 1}", f"{low}-{high}"
        ),
    ]
