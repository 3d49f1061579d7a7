"""What happened to a purchase invoice, who was asked what about it, and what it stands beside (EX 3, 3.2).

Called inside ``working_in``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.purchases.models import (
    Contract,
    ContractEnd,
    ContractRow,
    InvoiceNote,
    PurchaseInvoice,
    PurchaseOrder,
    Receipt,
)
from reskontra.registers.models import Unit


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: ``what`` names it, ``who`` a person (empty for a run), ``detail`` in words or codes.

    ``step`` is the step of a placement, ``instead_of`` whom a substitute stood in for; ``amount`` is euro.
    """

    what: str
    at: datetime
    who: str
    run: int | None
    detail: str
    step: str
    instead_of: str
    amount: Decimal | None


_EVENTS = """
SELECT 'arrived' AS what, u.applied_at AS at, '' AS who, i.run_id AS run, f.name AS detail,
  '' AS step, '' AS instead_of, i.total AS amount
FROM purchases_purchaseinvoice i JOIN runs_run u ON u.id = i.run_id JOIN exchange_inboxfile f ON f.id = i.file_id
WHERE i.id = %(invoice)s
UNION ALL
SELECT 'number', n.given_at, p.name, NULL, n.value, '', '', NULL
FROM purchases_invoiceidentifier n JOIN registers_person p ON p.id = n.person_id WHERE n.invoice_id = %(invoice)s
UNION ALL
SELECT 'linked', k.given_at, p.name, NULL, format('%%s → %%s %%s', r.position, o.number, l.position), '', '', NULL
FROM purchases_rowlink k JOIN purchases_purchaseinvoiceline r ON r.id = k.row_id
JOIN purchases_purchaseorderline l ON l.id = k.order_line_id JOIN purchases_purchaseorder o ON o.id = l.order_id
JOIN registers_person p ON p.id = k.person_id WHERE r.invoice_id = %(invoice)s
UNION ALL
SELECT 'unlinked', e.given_at, p.name, NULL, format('%%s → %%s %%s', r.position, o.number, l.position), '', '', NULL
FROM purchases_rowlinkend e JOIN purchases_rowlink k ON k.id = e.link_id
JOIN purchases_purchaseinvoiceline r ON r.id = k.row_id
JOIN purchases_purchaseorderline l ON l.id = k.order_line_id JOIN purchases_purchaseorder o ON o.id = l.order_id
JOIN registers_person p ON p.id = e.person_id WHERE r.invoice_id = %(invoice)s
UNION ALL
SELECT 'supplier', f.given_at, coalesce(p.name, ''), f.run_id, s.number || ' ' || s.name, '', '', NULL
FROM purchases_invoicesupplier f JOIN registers_supplier s ON s.id = f.supplier_id
LEFT JOIN registers_person p ON p.id = f.person_id WHERE f.invoice_id = %(invoice)s
UNION ALL
SELECT 'placed', a.given_at, coalesce(p.name, ''), a.run_id,
  concat_ws(': ',
    coalesce(CASE %(language)s WHEN 'sv' THEN q.name_sv WHEN 'fi' THEN q.name_fi ELSE q.name_en END, t.name),
    CASE WHEN a.person_id IS NOT NULL THEN nullif(a.reason, '') END),
  a.step, '', NULL
FROM purchases_assignment a LEFT JOIN registers_workqueue q ON q.id = a.queue_id
LEFT JOIN registers_person t ON t.id = a.to_person_id LEFT JOIN registers_person p ON p.id = a.person_id
WHERE a.invoice_id = %(invoice)s
UNION ALL
SELECT 'coded_' || c.source, c.given_at, coalesce(p.name, ''), c.run_id, c.version::text, '', '', NULL
FROM purchases_coding c LEFT JOIN registers_person p ON p.id = c.person_id WHERE c.invoice_id = %(invoice)s
UNION ALL
SELECT a.act, a.given_at, p.name, NULL, concat_ws(' ', nullif(a.decision, ''), nullif(a.comment, '')), '',
  coalesce(o.name, ''), NULL
FROM purchases_invoiceapproval a JOIN registers_person p ON p.id = a.person_id
LEFT JOIN registers_person o ON o.id = a.instead_of_id WHERE a.invoice_id = %(invoice)s
UNION ALL
SELECT CASE WHEN m.run_id IS NULL THEN 'accepted' ELSE 'matched' END, m.given_at, coalesce(p.name, ''), m.run_id,
  concat_ws(': ', coalesce(o.number, k.number), nullif(m.reason, '')), '', '', m.difference
FROM purchases_match m LEFT JOIN purchases_purchaseorder o ON o.id = m.order_id
LEFT JOIN purchases_contract k ON k.id = m.contract_id LEFT JOIN registers_person p ON p.id = m.person_id
WHERE m.invoice_id = %(invoice)s
UNION ALL
SELECT 'confirmed', c.given_at, p.name, NULL, '', '', '', NULL
FROM purchases_matchconfirmation c JOIN purchases_match m ON m.id = c.match_id
JOIN registers_person p ON p.id = c.person_id
WHERE m.invoice_id = %(invoice)s
UNION ALL
SELECT 'match_ended', e.given_at, coalesce(p.name, ''), e.run_id, e.reason, '', '', NULL
FROM purchases_matchend e JOIN purchases_match m ON m.id = e.match_id LEFT JOIN registers_person p ON p.id = e.person_id
WHERE m.invoice_id = %(invoice)s
UNION ALL
SELECT 'returned', r.given_at, coalesce(p.name, ''), r.run_id, r.message, r.reason, '', NULL
FROM purchases_invoicereturn r LEFT JOIN registers_person p ON p.id = r.person_id WHERE r.invoice_id = %(invoice)s
UNION ALL
SELECT 'payable', u.applied_at, '', y.run_id, y.account, '', '', y.amount
FROM purchases_payable y JOIN runs_run u ON u.id = y.run_id WHERE y.invoice_id = %(invoice)s
UNION ALL
SELECT 'settled', u.applied_at, '', t.run_id, '', '', '', t.amount
FROM purchases_payablesettlement t JOIN purchases_payable y ON y.id = t.payable_id JOIN runs_run u ON u.id = t.run_id
WHERE y.invoice_id = %(invoice)s
ORDER BY at
"""


def purchase_events(invoice: PurchaseInvoice, language: str) -> list[Event]:
    """Everything that happened to ``invoice``, in order of time; what was said of it is not among it.

    Queues are called by their names in ``language``.
    """
    return [Event(**row) for row in rows(_EVENTS, {"invoice": invoice.pk, "language": language})]


@dataclass(frozen=True, slots=True)
class Said:
    """A note with what was answered to it; ``waits`` for the answer of whom it asks."""

    note: InvoiceNote
    answers: Sequence[InvoiceNote]

    @property
    def waits(self) -> bool:
        """Somebody was asked and has not answered."""
        return self.note.to_person_id is not None and not self.answers


def said_of(unit: Unit, invoice: PurchaseInvoice) -> list[Said]:
    """Comments, questions with their answers, and letters to the supplier, the newest first."""
    notes = list(
        InvoiceNote.objects.filter(unit=unit, invoice=invoice)
        .select_related("person", "to_person")
        .order_by("id")
    )
    return [
        Said(one, [other for other in notes if other.answers_id == one.pk])
        for one in notes[::-1]
        if one.answers_id is None
    ]


@clause("EX 3.2-a")
def questions_to(unit: Unit, person: int) -> list[InvoiceNote]:
    """The questions that somebody (an id) was asked in ``unit`` and has not answered, the oldest first."""
    asked = InvoiceNote.objects.filter(unit=unit, to_person=person)
    answered = InvoiceNote.objects.filter(unit=unit, answers__in=asked.values("pk")).values("answers")
    return list(asked.exclude(pk__in=answered).select_related("invoice", "person").order_by("id"))


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line of an order beside what the invoice asks for it: euro without VAT.

    ``before`` is what other invoices took; ``asked`` is what of this one goes to the line, None where no row does.
    """

    position: int
    text: str
    quantity: Decimal
    ordered: Decimal
    received: Decimal
    received_quantity: Decimal
    received_date: date | None
    before: Decimal
    asked: Decimal | None

    @property
    def left(self) -> Decimal:
        """What was received and not invoiced before."""
        return self.received - self.before

    @property
    def differs(self) -> Decimal:
        """What this invoice asks for above what is left; negative below it, zero where it asks for nothing."""
        return Decimal(0) if self.asked is None else self.asked - self.left


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A row of an invoice beside an order: euro without VAT.

    ``named`` is the place of the order's line that the row itself names, ``linked`` of the one that somebody linked it
    to, which counts instead; None where there is none.
    """

    position: int
    text: str
    quantity: Decimal | None
    measure: str
    net: Decimal | None
    named: int | None
    linked: int | None


@dataclass(frozen=True, slots=True)
class OrderBeside:
    """The order that an invoice names, line by line; ``by_line`` when the invoice's rows go to its lines."""

    order: PurchaseOrder
    lines: Sequence[OrderRow]
    receipts: Sequence[Receipt]

    @property
    def by_line(self) -> bool:
        """Whether the invoice tells which lines it asks for."""
        return any(one.asked is not None for one in self.lines)


# The rows of an invoice with the line of an order that somebody linked each of them to, and the one that it names: by
# its place, or by an item that the order has on one line only.
_BESIDE = """
WITH items AS (
  SELECT item, min(id) AS id, min(position) AS position FROM purchases_purchaseorderline
  WHERE order_id = %(order)s AND item <> '' GROUP BY 1 HAVING count(*) = 1),
beside AS (
  SELECT r.position, coalesce(nullif(r.text, ''), r.item) AS text, r.quantity, r.measure, r.net,
    coalesce(named.id, items.id) AS named_id, coalesce(named.position, items.position) AS named,
    k.order_line_id AS linked_id, linked.position AS linked
  FROM purchases_purchaseinvoiceline r
  LEFT JOIN purchases_purchaseorderline named
    ON named.order_id = %(order)s AND named.position::text = ltrim(r.order_line, '0')
  LEFT JOIN items ON items.item = r.item AND r.order_line = ''
  LEFT JOIN purchases_row_link_held k ON k.row_id = r.id AND k.order_id = %(order)s
  LEFT JOIN purchases_purchaseorderline linked ON linked.id = k.order_line_id
  WHERE r.invoice_id = %(invoice)s)
"""
_ORDER_ROWS = f"""{_BESIDE}
SELECT l.position, l.text, l.quantity, s.net AS ordered, s.received_net AS received, s.received_quantity,
  s.received_date, s.invoiced_net - coalesce(mine.net, 0) AS before, asked.net AS asked
FROM purchases_order_line_state s JOIN purchases_purchaseorderline l ON l.id = s.id
LEFT JOIN (SELECT t.order_line_id, sum(t.net) AS net FROM purchases_matchline t
           JOIN purchases_match_held m ON m.id = t.match_id WHERE m.invoice_id = %(invoice)s GROUP BY 1) mine
  ON mine.order_line_id = l.id
LEFT JOIN (SELECT coalesce(linked_id, named_id) AS id, sum(net) AS net FROM beside GROUP BY 1) asked ON asked.id = l.id
WHERE s.order_id = %(order)s ORDER BY l.position
"""


def order_beside(unit: Unit, invoice: PurchaseInvoice, number: str) -> OrderBeside | None:
    """The order ``number`` of the unit, beside ``invoice``; None when there is none."""
    order = (
        PurchaseOrder.objects.filter(unit=unit, number=number).select_related("supplier", "orderer").first()
    )
    if order is None:
        return None
    lines = [OrderRow(**row) for row in rows(_ORDER_ROWS, {"invoice": invoice.pk, "order": order.pk})]
    receipts = Receipt.objects.filter(unit=unit, line__order=order).select_related("line")
    return OrderBeside(order, lines, list(receipts.order_by("received_date", "id")))


def rows_beside(invoice: PurchaseInvoice, order: PurchaseOrder) -> list[InvoiceRow]:
    """The rows of ``invoice`` by their place, with the lines of ``order`` that they name or were linked to."""
    told = rows(
        _BESIDE
        + "SELECT position, text, quantity, measure, net, named, linked FROM beside ORDER BY position",
        {"invoice": invoice.pk, "order": order.pk},
    )
    return [InvoiceRow(**one) for one in told]


@dataclass(frozen=True, slots=True)
class ContractBeside:
    """The contract that an invoice names: its newest version, the rows it expects, what was matched to it in euro."""

    contract: Contract
    rows: Sequence[ContractRow]
    used: Decimal
    ended: date | None


def contract_beside(unit: Unit, number: str) -> ContractBeside | None:
    """The newest version of contract ``number``; None when there is none."""
    contract = (
        Contract.objects.filter(unit=unit, number=number)
        .select_related("supplier", "owner")
        .order_by("-version")
        .first()
    )
    if contract is None:
        return None
    (told,) = rows(
        "SELECT coalesce(sum(m.net), 0) AS used FROM purchases_match_held m"
        " JOIN purchases_contract c ON c.id = m.contract_id WHERE c.unit_id = %s AND c.number = %s",
        [unit.pk, number],
    )
    ended = ContractEnd.objects.filter(unit=unit, number=number).first()
    expected = ContractRow.objects.filter(unit=unit, contract=contract).order_by("expected_date", "position")
    return ContractBeside(contract, list(expected), told["used"], ended.day if ended else None)
