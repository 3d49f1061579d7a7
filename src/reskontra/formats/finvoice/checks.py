"""What is wrong with an invoice or a file, rule by rule with its clause.

Outgoing invoices must be right: what is found is an error. Incoming ones are what they are: real files
hold wrong check digits and sums that do not meet, so that only what leaves an invoice unusable is an error
and the rest are warnings. The rules of all invoices stand in ``en16931``, those of Finvoice alone in
``structure``, ``wording``, ``barcode`` and ``state``.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.formats import xml
from reskontra.formats.en16931.checks import check_invoice
from reskontra.formats.en16931.report import Report, placed
from reskontra.formats.finvoice import attachments as attached
from reskontra.formats.finvoice import schema
from reskontra.formats.finvoice.barcode import check_barcode
from reskontra.formats.finvoice.places import PLACES
from reskontra.formats.finvoice.reader import invoice_pieces, read, read_piece
from reskontra.formats.finvoice.state import check_state
from reskontra.formats.finvoice.structure import check_structure
from reskontra.formats.finvoice.wording import check_wording


def check(invoice: Invoice, outgoing: bool = False) -> list[Finding]:
    """All that is wrong with ``invoice``, the reader's own findings first.

    ``outgoing`` says that the invoice is ours and about to leave: findings are then errors, and what the
    State's guideline asks of its invoices is checked too (OC 3.5-a, 4.1-a, 2.2-f, 3.2-d).
    """
    report = Report(outgoing)
    check_invoice(invoice, report)
    check_structure(invoice, report)
    check_wording(invoice, report)
    check_barcode(invoice, report)
    check_state(invoice, report)
    return [*invoice.findings, *placed(report.found, PLACES)]


def check_file(data: bytes, schemas: Path | None, outgoing: bool = False) -> list[Finding]:
    """Everything that is wrong with the messages of a file; never raises for its content.

    ``schemas`` is a folder with ``Finvoice3.0.xsd`` and its sisters; without it only our own rules run. In
    a file of several messages each finding names its message in ``where``.
    """
    try:
        numbered = list(enumerate(invoice_pieces(data), start=1))
    except Refused as refused:
        return list(refused.findings)
    found: list[Finding] = []
    for number, (piece, frame) in numbered:
        try:
            if piece.root == "Finvoice":
                findings = check(read_piece(piece, frame), outgoing)
            else:
                attached.read_message(piece)
                findings = []
            if schemas is not None:
                root = xml.parse(piece.data, assume=piece.assume, most_bytes=xml.MOST_BYTES_STREAMED)
                version = root.get("Version") or "" if piece.root == "Finvoice" else "attachments"
                findings += schema.validate(root, version, schemas)
        except Refused as refused:
            findings = list(refused.findings)
        found.extend(_numbered(findings, number) if len(numbered) > 1 else findings)
    if any(piece.root != "Finvoice" for _, (piece, _) in numbered):
        found.extend(_lonely_attachments(data))
    return found


def _numbered(findings: list[Finding], number: int) -> Iterator[Finding]:
    for finding in findings:
        yield replace(finding, where="/".join(filter(None, (f"message[{number}]", finding.where))))


def _lonely_attachments(data: bytes) -> list[Finding]:
    """What only shows when the messages are read together: attachments without their invoice."""
    try:
        read(data)
    except Refused as refused:
        return [finding for finding in refused.findings if finding.rule == "finvoice_attachments_alone"]
    return []
