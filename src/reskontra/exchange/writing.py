"""Documents to bytes: invoices as Finvoice, each checked before it leaves (OC 3.4-a)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.formats.finvoice import checks
from reskontra.formats.finvoice.writer import Message, frame, write_attachments
from reskontra.kernel.clauses import clause

__all__ = ["Message", "finvoice_batch", "finvoice_findings"]

Rejected = Callable[[Invoice, list[Finding]], None]
Attached = Callable[[bytes], None]
_CHUNK = 256


@clause("OC 3.4-a")
def finvoice_batch(
    messages: Iterable[tuple[Invoice, Message]], rejected: Rejected, attached: Attached, schemas: Path | None
) -> Iterator[bytes]:
    """The framed messages of a batch, one after another, in ISO-8859-15.

    An invoice that our own checks find wrong is given to ``rejected`` and left out. The message that carries
    an invoice's attachments is given to ``attached``: it goes in a file of its own. With ``schemas`` (a folder
    with the public XSD files) every document is validated against them as well.
    """
    for invoice, message in _passing(messages, rejected):
        try:
            framed = frame(replace(invoice, attachments=()) if invoice.attachments else invoice, message)
            files = write_attachments(invoice, message) if invoice.attachments else b""
        except Refused as refused:
            rejected(invoice, list(refused.findings))
            continue
        if schemas and (errors := _schema_errors(framed, files, schemas)):
            rejected(invoice, errors)
            continue
        if files:
            attached(files)
        yield framed


def _passing(
    messages: Iterable[tuple[Invoice, Message]], rejected: Rejected
) -> Iterator[tuple[Invoice, Message]]:
    """What our own checks let through. A chunk is checked before it is written: each pass stays in cache."""
    stream = iter(messages)
    while chunk := list(islice(stream, _CHUNK)):
        checked = [(invoice, message, checks.check(invoice, outgoing=True)) for invoice, message in chunk]
        for invoice, message, found in checked:
            errors = [finding for finding in found if finding.severity == "error"] if found else ()
            if errors:
                rejected(invoice, list(errors))
            else:
                yield invoice, message


def _schema_errors(framed: bytes, files: bytes, schemas: Path) -> list[Finding]:
    found = checks.check_file(framed + files, schemas)
    return [finding for finding in found if finding.severity == "error"]


def finvoice_findings(data: bytes, schemas: Path | None) -> list[Finding]:
    """What is wrong with a Finvoice file, by rule; against the public XSD too when ``schemas`` is given."""
    return checks.check_file(data, schemas)
