"""Invoices as people see them, and the single Finvoice documents that lie inside: the door to both formats."""

from dataclasses import replace

from reskontra.documents.invoice import Invoice
from reskontra.exchange.writing import Message
from reskontra.formats.finvoice import reader, writer
from reskontra.formats.finvoice.latin9 import encodable
from reskontra.formats.invoice_image.view import Places
from reskontra.formats.invoice_image.writer import preview, write

__all__ = ["Places", "as_finvoice_says", "finvoice_document", "image", "pages", "read_finvoice"]


def finvoice_document(invoice: Invoice, message: Message) -> bytes:
    """The Finvoice document alone, without frame and attachments; raises ``Refused`` for what is no invoice."""
    return writer.write(replace(invoice, attachments=()), message)


def read_finvoice(xml: bytes) -> Invoice:
    """The one invoice in ``xml``; raises ``Refused`` when there is none to be read."""
    [invoice] = reader.read(xml)
    return invoice


def as_finvoice_says(text: str) -> str:
    """A text as it comes back from a Finvoice document: on one line, in the characters of ISO-8859-15."""
    return encodable(text)


def image(invoice: Invoice, xml: bytes, places: Places) -> bytes:
    """The PDF of ``invoice`` with ``xml`` inside; raises ``Refused``, also for a personal code (OC 2.2-f)."""
    return write(invoice, xml, places=places)


def pages(invoice: Invoice, places: Places) -> list[bytes]:
    """The pages as PNG pictures for a screen; raises ``Refused`` as ``image`` does."""
    return preview(invoice, places=places)
