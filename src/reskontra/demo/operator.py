"""What an invented invoice operator answers: a receipt report for each batch, and archive material for one unit.

The operator is a double for the demonstration. Every invoice has been delivered, but one was refused, one is still
on its way and one was forgotten (OC 3.9-d, 3.9-e).
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reskontra.demo.pdf import one_line_pdf
from reskontra.formats.delivery_reports.package import HEADING as LISTED
from reskontra.formats.delivery_reports.package import MANIFEST
from reskontra.formats.delivery_reports.reader import HEADING as ANSWERED
from reskontra.formats.finvoice.reader import invoice_pieces, read_piece

_REFUSED, _PENDING, _FORGOTTEN = 17, 41, 97  # places in the batch of the unit where not all is well
_STAMP = (2026, 3, 18, 6, 0, 0)


@dataclass(frozen=True)
class Sent:
    """An invoice in a batch: its number, euro amount and the channel that the batch asks for."""

    invoice: str
    amount: Decimal
    channel: str


def receipt_report(batch: str, sent: Sequence[Sent], at: datetime, all_is_well: bool) -> bytes:
    """The report on ``batch`` as CSV; three invoices are not simply delivered unless ``all_is_well``."""
    answers = [_answer(place, one, all_is_well) for place, one in enumerate(sent)]
    told = [(one, *answer) for one, answer in zip(sent, answers, strict=True) if answer is not None]
    lines = [";".join(ANSWERED)]
    lines += [
        f"{batch};{one.invoice};{one.amount:.2f};{one.channel};{status};{reason};{at.isoformat()}"
        for one, status, reason in told
    ]
    total = sum((one.amount for one, _, _ in told), Decimal(0))
    lines.append(f"total;{len(told)};{total:.2f};;;;")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _answer(place: int, one: Sent, all_is_well: bool) -> tuple[str, str] | None:
    if all_is_well or place not in (_REFUSED, _PENDING, _FORGOTTEN):
        return "delivered", ""
    if place == _REFUSED:
        return "refused", "Vastaanottajan osoite ei ole enää voimassa"
    return ("pending", "") if place == _PENDING else None


def archive_package(batch: bytes) -> bytes:
    """Document and image of every invoice in ``batch``, with the list that names each by its SHA-256, as a zip file."""
    files = dict(_files(batch))
    rows = [
        (name.split(".")[0], "image" if name.endswith(".pdf") else "xml", name, _sha256(data))
        for name, data in files.items()
    ]
    listed = [LISTED, *rows, ("total", str(len(rows)), "", "")]
    files[MANIFEST] = "".join(f"{';'.join(row)}\r\n" for row in listed).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _files(batch: bytes) -> Iterator[tuple[str, bytes]]:
    for piece, frame in invoice_pieces(batch):
        invoice = read_piece(piece, frame)
        shown = f"Invoice {invoice.number}, total {invoice.total} EUR, reference {invoice.reference}"
        yield f"{invoice.number}.xml", piece.data
        yield f"{invoice.number}.pdf", one_line_pdf(shown)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
