"""Invoices as people look for them, and one with its lines, its VAT, its way out and its voucher.

Called inside ``working_in``. Lists are read by key, newest first: a page costs the same wherever it is.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from reskontra.database.rows import one_row, rows
from reskontra.kernel.money import round_cents
from reskontra.kernel.references import NotAReference, normal_reference, running_number
from reskontra.registers.models import Unit
from reskontra.sales.models import Invoice

KINDS = ("all", "unsent", "left", "credit")

# To go again by a person's decision, and not gone yet.
_AGAIN = """SELECT again.invoice_id FROM sales_deliverydecision again
  WHERE again.unit_id = %(unit)s AND again.attempt > 1
    AND NOT EXISTS (SELECT FROM sales_invoicedelivery done WHERE done.unit_id = again.unit_id
      AND done.invoice_id = again.invoice_id AND done.attempt = again.attempt)"""
# Left by a delivery run, and the delivery that this was about has not been made since.
_LEFT = """SELECT d.invoice_id FROM sales_invoicedecision d
  WHERE d.unit_id = %(unit)s AND NOT EXISTS (SELECT FROM sales_invoicedelivery done
    WHERE done.unit_id = d.unit_id AND done.invoice_id = d.invoice_id
      AND done.attempt >= (d.inputs ->> 'attempt')::int)"""
_ONLY = {
    "all": "true",
    "left": f"i.id IN ({_LEFT})",
    "credit": "i.credit",
    "unsent": "i.id IN (SELECT first.id FROM sales_invoice first WHERE first.unit_id = %(unit)s"
    " AND NOT EXISTS (SELECT FROM sales_invoicedelivery d WHERE d.unit_id = first.unit_id AND d.invoice_id = first.id)"
    f" UNION {_AGAIN})",
}

_LIST = """
SELECT i.id, i.number, i.credit, i.issue_date, i.due_date, i.total, c.number AS customer_number, c.name AS customer,
  CASE WHEN out.file_id IS NULL OR again.attempt > out.attempt THEN 'unsent'
    WHEN answer.status = 'delivered' THEN 'delivered' WHEN answer.status = 'refused' THEN 'not_delivered'
    ELSE coalesce(out.state, 'built') END AS state
FROM (
  SELECT i.* FROM sales_invoice i WHERE i.unit_id = %(unit)s AND {only}
    AND (%(customers)s::bigint[] IS NULL OR i.customer_id = ANY (%(customers)s::bigint[]))
    AND (%(number)s::bigint IS NULL OR i.number = %(number)s::bigint)
    AND (%(after)s::bigint IS NULL OR i.number < %(after)s::bigint)
  ORDER BY i.number DESC LIMIT %(most)s
) i
JOIN registers_customer c ON c.id = i.customer_id
LEFT JOIN LATERAL (
  SELECT d.file_id, d.attempt, (SELECT e.state FROM exchange_outboxevent e
                     WHERE e.unit_id = d.unit_id AND e.file_id = d.file_id ORDER BY e.id DESC LIMIT 1) AS state
  FROM sales_invoicedelivery d WHERE d.unit_id = i.unit_id AND d.invoice_id = i.id
  ORDER BY d.attempt DESC LIMIT 1) out ON true
LEFT JOIN LATERAL (
  SELECT a.status FROM sales_deliveryreceipt a
  WHERE a.unit_id = i.unit_id AND a.invoice_id = i.id AND a.attempt = out.attempt
    AND a.outcome IN ('taken', 'contradicts') AND a.status <> 'pending'
  ORDER BY a.report_id DESC, a.row DESC LIMIT 1) answer ON true
LEFT JOIN LATERAL (
  SELECT max(c.attempt) AS attempt FROM sales_deliverydecision c
  WHERE c.unit_id = i.unit_id AND c.invoice_id = i.id) again ON true
ORDER BY i.number DESC
"""

_LINES = """
SELECT l.position, t.code AS item, coalesce(nullif(asked.item_text, ''), {name}) AS name,
  coalesce(asked.line_text, '') AS text, l.quantity, l.measure, l.unit_price AS price, l.net, l.vat_category,
  l.vat_percent, o.number AS "order"
FROM sales_invoiceline l
JOIN sales_order o ON o.id = l.order_id AND o.unit_id = l.unit_id
JOIN registers_item t ON t.id = l.item_id
LEFT JOIN sales_orderline asked ON asked.unit_id = l.unit_id AND asked.order_id = l.order_id
  AND asked.position = l.order_position
WHERE l.unit_id = %(unit)s AND l.invoice_id = %(invoice)s ORDER BY l.position
"""

_ENTRIES = """
SELECT e.position, e.account, coalesce({name}, '') AS name, e.amount, e.vat_percent, e.budget_account, e.partner
FROM ledger_entry e LEFT JOIN registers_account a ON a.code = e.account
WHERE e.unit_id = %(unit)s AND e.voucher_id = %(voucher)s ORDER BY e.position
"""

# The operator tells whole seconds: within one, things stand in the order in which they happen.
_OUT = """
SELECT * FROM (
SELECT f.id AS file, f.name, f.digest, f.run_id AS run, d.channel, d.clause, f.built_at AS at, 'built' AS state,
  '' AS said
FROM sales_invoicedelivery d JOIN exchange_outboxfile f ON f.id = d.file_id AND f.unit_id = d.unit_id
WHERE d.unit_id = %(unit)s AND d.invoice_id = %(invoice)s
UNION ALL
SELECT f.id, f.name, f.digest, f.run_id, d.channel, d.clause, e.happened_at, e.state, ''
FROM sales_invoicedelivery d JOIN exchange_outboxfile f ON f.id = d.file_id AND f.unit_id = d.unit_id
JOIN exchange_outboxevent e ON e.unit_id = f.unit_id AND e.file_id = f.id
WHERE d.unit_id = %(unit)s AND d.invoice_id = %(invoice)s
UNION ALL
SELECT f.id, f.name, f.digest, report.run_id, d.channel, 'OC 3.9-d', coalesce(a.happened_at, ran.applied_at),
  CASE a.status WHEN 'refused' THEN 'not_delivered' ELSE a.status END, a.reason
FROM sales_deliveryreceipt a
JOIN sales_deliveryreport report ON report.unit_id = a.unit_id AND report.id = a.report_id
JOIN runs_run ran ON ran.unit_id = report.unit_id AND ran.id = report.run_id
JOIN sales_invoicedelivery d ON d.unit_id = a.unit_id AND d.invoice_id = a.invoice_id AND d.attempt = a.attempt
JOIN exchange_outboxfile f ON f.id = d.file_id AND f.unit_id = d.unit_id
WHERE a.unit_id = %(unit)s AND a.invoice_id = %(invoice)s AND a.outcome IN ('taken', 'contradicts')
UNION ALL
SELECT NULL, person.name, '', NULL, c.channel, 'OC 3.9-d', c.decided_at, 'goes_again', c.reason
FROM sales_deliverydecision c JOIN registers_person person ON person.id = c.person_id
WHERE c.unit_id = %(unit)s AND c.invoice_id = %(invoice)s) steps
ORDER BY date_trunc('second', at), array_position(ARRAY['built', 'intent', 'sent', 'receipted', 'pending', 'delivered',
  'not_delivered', 'goes_again'], state), at, file
"""


@dataclass(frozen=True)
class Listed:
    """One invoice in a list; the total in euro with VAT.

    ``state`` is ``unsent``, where its batch stands, or what the operator answered: ``delivered``, ``not_delivered``.
    """

    id: int
    number: int
    credit: bool
    issue_date: date
    due_date: date
    total: Decimal
    customer_number: str
    customer: str
    state: str


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice; amounts in euro without VAT."""

    position: int
    item: str
    name: str
    text: str
    quantity: Decimal
    measure: str
    price: Decimal
    net: Decimal
    vat_category: str
    vat_percent: Decimal
    order: int


@dataclass(frozen=True)
class Vat:
    """What one VAT rate is charged on, in euro; the tax of an invoice is rounded once a rate."""

    category: str
    percent: Decimal
    net: Decimal

    @property
    def tax(self) -> Decimal:
        """The tax of the rate, rounded once, as the invoice run computes it."""
        return round_cents(self.net * self.percent / 100)


@dataclass(frozen=True)
class EntryLine:
    """One entry of the voucher, debit positive, in euro."""

    position: int
    account: str
    name: str
    amount: Decimal
    vat_percent: Decimal | None
    budget_account: str
    partner: str

    @property
    def credit(self) -> Decimal:
        """The amount as it stands on the credit side."""
        return -self.amount


@dataclass(frozen=True)
class WayOut:
    """One step of a batch that the invoice is in, an answer of the operator, or a person's word (without a batch).

    ``said`` are the operator's or the person's words.
    """

    file: int | None
    name: str
    digest: str
    run: int | None
    channel: str
    clause: str
    at: datetime
    state: str
    said: str


def invoices_listed(
    unit: Unit,
    kind: str = "all",
    after: int | None = None,
    most: int = 50,
    number: int | None = None,
    customers: Sequence[int] | None = None,
) -> list[Listed]:
    """At most ``most`` invoices of ``unit``, newest first, from behind the number ``after``.

    ``kind`` is one of ``KINDS``; ``number`` and ``customers`` (ids) narrow the list.
    """
    values = {
        "unit": unit.pk,
        "number": number,
        "customers": None if customers is None else list(customers),
        "after": after,
        "most": most,
    }
    return [Listed(**row) for row in rows(_LIST.format(only=_ONLY[kind]), values)]


def unsent_count(unit: Unit) -> int:
    """How many invoices of ``unit`` have not gone out, or are to go again."""
    (count,) = one_row(
        "SELECT (SELECT count(*) FROM sales_invoice WHERE unit_id = %(unit)s)"
        " - (SELECT count(*) FROM sales_invoicedelivery WHERE unit_id = %(unit)s AND attempt = 1)"
        f" + (SELECT count(DISTINCT invoice_id) FROM ({_AGAIN}) again)",
        {"unit": unit.pk},
    )
    return int(count)


def left_count(unit: Unit) -> int:
    """How many invoices of ``unit`` a delivery run has left, and no run has sent since."""
    (count,) = one_row(f"SELECT count(DISTINCT invoice_id) FROM ({_LEFT}) stuck", {"unit": unit.pk})
    return int(count)


def number_of(unit: Unit, written: str) -> int | None:
    """The invoice number that somebody wrote: with the unit's code, bare, or as a reference; else None."""
    compact = re.sub(r"\s", "", written)
    number = running_number(unit.code, compact)
    if number is None:
        with suppress(NotAReference):
            number = running_number(unit.code, normal_reference(compact)[:-1])  # without the check digit
    if number is None and re.fullmatch(r"[0-9]{1,9}", compact):
        number = int(compact)
    return number


def lines_of(unit: Unit, invoice: Invoice, language: str) -> list[InvoiceLine]:
    """The lines of ``invoice``; names of items in ``language`` where the order gave none."""
    query = _LINES.format(name=f"t.name_{language if language in ('sv', 'fi') else 'en'}")
    return [InvoiceLine(**row) for row in rows(query, {"unit": unit.pk, "invoice": invoice.pk})]


def vat_of(lines: Sequence[InvoiceLine]) -> list[Vat]:
    """What each VAT rate is charged on, highest rate first."""
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        key = (line.vat_category, line.vat_percent)
        sums[key] = sums.get(key, Decimal(0)) + line.net
    return [Vat(*key, net) for key, net in sorted(sums.items(), key=lambda one: (-one[0][1], one[0][0]))]


def entries_of(unit: Unit, invoice: Invoice, language: str) -> list[EntryLine]:
    """The entries of the invoice's voucher, with the names of their accounts in ``language``."""
    query = _ENTRIES.format(name=f"a.name_{language if language in ('sv', 'fi') else 'en'}")
    return [EntryLine(**row) for row in rows(query, {"unit": unit.pk, "voucher": invoice.voucher_id})]


def way_out(unit: Unit, invoice: Invoice) -> list[WayOut]:
    """Every batch that ``invoice`` is in and what happened to it, in order of time."""
    return [WayOut(**row) for row in rows(_OUT, {"unit": unit.pk, "invoice": invoice.pk})]
