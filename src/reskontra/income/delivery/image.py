"""The invoice that people see, from the database (OC 3.5, 3.6-a): a copy of what was sent, or of what will be.

Once an invoice has gone out, its image says what its Finvoice document in the sealed batch said, and carries that
document: an address or a text that has changed since does not change the past. Before, it is built from the facts as
the delivery run would build it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from reskontra.database.scripts import script
from reskontra.documents.invoice import Invoice as Document
from reskontra.exchange.archive import ArchiveBroken
from reskontra.exchange.excerpts import finvoice_of
from reskontra.exchange.imaging import (
    Places,
    as_finvoice_says,
    finvoice_document,
    image,
    pages,
    read_finvoice,
)
from reskontra.exchange.writing import Message
from reskontra.income.delivery.document import Seller, invoice_document
from reskontra.income.delivery.run import ROOM, income_account
from reskontra.kernel.clauses import clause
from reskontra.kernel.references import invoice_number
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of
from reskontra.sales.models import Invoice, InvoiceDelivery


@dataclass(frozen=True)
class Copy:
    """An invoice as it was or will be sent: the document, its Finvoice bytes, the place of each of its notes."""

    document: Document
    xml: bytes
    places: Places
    sent: bool

    def pdf(self) -> bytes:
        """The image, the same bytes each time; raises ``Refused``, also for a personal code (OC 2.2-f)."""
        return image(self.document, self.xml, self.places)

    def pages(self) -> list[bytes]:
        """The same pages as PNG pictures for a screen; raises ``Refused`` as ``pdf`` does."""
        return pages(self.document, self.places)


@clause("OC 3.5-a", "OC 3.5-b", "OC 3.6-a", "OC 3.8-a", "OC 4.1-a", "OC 6.1.3-a")
def invoice_image(unit: Unit, invoice_id: int) -> bytes:
    """The PDF of one invoice of ``unit``, with its Finvoice document inside. Called inside ``working_in``.

    Raises ``Invoice.DoesNotExist`` when the unit has no such invoice, ``MissingBankAccount`` and ``MissingTerm``
    as the delivery run does, ``Refused`` for what may not be printed, and ``ArchiveBroken`` when the sealed
    batch is gone.
    """
    return invoice_copy(unit, invoice_id).pdf()


def invoice_copy(unit: Unit, invoice_id: int) -> Copy:
    """One invoice as it was or will be sent; raises as ``invoice_image`` does."""
    copies = dict(invoice_copies(unit, [invoice_id]))
    if invoice_id not in copies:
        raise Invoice.DoesNotExist(invoice_id)
    return copies[invoice_id]


def invoice_copies(unit: Unit, invoice_ids: Sequence[int]) -> Iterator[tuple[int, Copy]]:
    """Each of the unit's invoices with its id: those that have gone out first, then the others by number.

    A fixed number of queries, and one for each day of issue or delivery.
    """
    sellers = _Sellers(unit)
    deliveries = _newest_deliveries(unit, invoice_ids)
    for invoice_id, (number, delivery) in deliveries.items():
        yield invoice_id, _as_sent(sellers, number, delivery)
    waiting = [one for one in invoice_ids if one not in deliveries]
    for head, rows in _heads_with_lines(unit, waiting) if waiting else ():
        yield head[0], _as_it_will_be(sellers, head, rows)


class _Sellers:
    """The unit as the seller on a day: its account, its texts."""

    def __init__(self, unit: Unit) -> None:
        self.unit, self._known = unit, dict[date, Seller]()

    def on(self, day: date) -> Seller:
        if day not in self._known:
            self._known[day] = Seller(self.unit, income_account(self.unit, day), terms_of(self.unit, day))
        return self._known[day]


def _places(seller: Seller, language: str) -> Places:
    """Where the notes that every invoice has stand; the order's own texts stand before the rows."""
    in_finnish, in_swedish, e_invoices, cost = seller.notes[language]
    return Places(
        payment=(in_finnish, in_swedish, cost),
        rectification=(seller.rectification[language],),
        notices=(e_invoices,),
    )


# --- what has gone out ---------------------------------------------------------------------------------------------


def _newest_deliveries(unit: Unit, invoice_ids: Sequence[int]) -> Mapping[int, tuple[str, InvoiceDelivery]]:
    """The latest delivery of each invoice that has one, with the invoice's number as people see it."""
    found = (
        InvoiceDelivery.objects.filter(unit=unit, invoice_id__in=invoice_ids)
        .select_related("file__run", "invoice")
        .order_by("invoice__number", "file_id")
    )
    return {one.invoice_id: (invoice_number(unit.code, one.invoice.number), one) for one in found}


def _as_sent(sellers: _Sellers, number: str, delivery: InvoiceDelivery) -> Copy:
    run = delivery.file.run
    xml = finvoice_of(delivery.file.digest, f"{run.pk}-{number}")
    if xml is None:
        raise ArchiveBroken(delivery.file.digest)
    document = read_finvoice(xml)
    places = _places(sellers.on(run.on_date), document.language or "fi")
    return Copy(document, xml, _as_read(places), sent=True)


def _as_read(places: Places) -> Places:
    return Places(
        payment=tuple(map(as_finvoice_says, places.payment)),
        rectification=tuple(map(as_finvoice_says, places.rectification)),
        notices=tuple(map(as_finvoice_says, places.notices)),
    )


# --- what has not gone out -----------------------------------------------------------------------------------------


def _as_it_will_be(sellers: _Sellers, head: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Copy:
    number, issue_date, language = head[1], head[3], head[6]
    seller = sellers.on(issue_date)
    document = invoice_document(seller, head, rows)
    carrier = seller.terms.invoice_operator_code
    message = Message(
        message_id=number,
        timestamp=datetime.combine(issue_date, time(), UTC),
        sender=sellers.unit.edi_code,
        sender_operator=carrier,
        receiver=head[24] or carrier,
        receiver_operator=head[25] or carrier,
    )
    return Copy(document, finvoice_document(document, message), _places(seller, language), sent=False)


def _heads_with_lines(
    unit: Unit, invoice_ids: Sequence[int]
) -> Iterator[tuple[Sequence[Any], list[Sequence[Any]]]]:
    """The rows that the delivery run reads, for these invoices, whatever became of their channel."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS decided")
        cursor.execute(
            "CREATE TEMP TABLE decided ON COMMIT DROP AS"
            " SELECT id, '' AS outcome, 'READY' AS standing, 1::smallint AS attempt FROM sales_invoice"
            " WHERE unit_id = %s AND id = ANY (%s)",
            [unit.pk, list(invoice_ids)],
        )
        cursor.execute(script(ROOM, "documents.sql"), {"code": unit.code})
        heads = cursor.fetchall()
        cursor.execute(script(ROOM, "lines.sql"))
        lines = cursor.fetchall()
    own = {invoice: list(rows) for invoice, rows in groupby(lines, itemgetter(0))}
    for head in heads:
        yield head, own.get(head[0], [])
