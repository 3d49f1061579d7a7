"""What a file that comes back from the operator must tell: that it is what was sent, or an image of it (OC 3.9-e)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reskontra.documents.findings import Refused
from reskontra.exchange.comparing import Content, Told, content, difference, value_at
from reskontra.kernel.clauses import clause

# A rule that a file breaks, and what its sentence tells.
Wrong = tuple[str, Mapping[str, str]]

_NUMBER = "InvoiceDetails/InvoiceNumber"
_BLANK = r"\s*"
_GROUPED = r"[\s.,'’]?"  # how people part the thousands


@dataclass(frozen=True)
class Sent:
    """An invoice as its run's invoicing report has it, and as it went out.

    ``total`` in euro by the report. ``documents`` are what was sent, the newest first; ``attachments`` are the
    names of the files that went along, by SHA-256.
    """

    id: int
    number: str
    total: Decimal
    reference: str
    documents: Sequence[bytes]
    attachments: Mapping[str, str]


@clause("OC 3.9-e")
def document_differs(data: bytes, sent: Sent) -> list[Wrong]:
    """Why ``data`` is not the document that was sent of the invoice; nothing when it is, by its content."""
    try:
        returned = content(data)
    except Refused:
        return [("archive_xml_unreadable", {})]
    number = value_at(returned, _NUMBER)
    if number != sent.number:
        return [("archive_xml_other", {"found": number or "–"})]
    if not sent.documents:
        return [("archive_never_sent", {})]
    places = _differences(returned, sent)
    return [] if None in places else [("archive_xml_differs", {"place": places[0] or ""})]


@clause("OC 3.9-e")
def image_differs(told: Told | None, sent: Sent) -> list[Wrong]:
    """Why what a PDF tells is not an image of the invoice.

    An image that carries the document that was sent is that invoice's; otherwise its words have the invoice's
    number and total, and its reference where there is something to pay.
    """
    if told is None:
        return [("archive_image_unreadable", {})]
    for data in told.documents:
        carried = _content(data)
        if carried is None:
            continue
        places = _differences(carried, sent)
        return (
            [] if None in places else [("archive_image_document", {"place": (places or [_NUMBER])[0] or ""})]
        )
    if not told.words.strip():
        return [("archive_image_silent", {})]
    wrong: list[Wrong] = []
    if not _stands(_digits(sent.number), told.words):
        wrong.append(("archive_image_number", {"expected": sent.number}))
    if not _stands(_amount(sent.total), told.words):
        wrong.append(("archive_image_total", {"expected": format(sent.total, ".2f")}))
    if sent.total > 0 and not _stands(_digits(sent.reference), told.words):
        wrong.append(("archive_image_reference", {"expected": sent.reference}))
    return wrong


@clause("OC 3.9-e")
def attachment_differs(name: str, digest: str, sent: Sent) -> list[Wrong]:
    """Why a file is not one that went along with the invoice: another content under its name, or another file."""
    if digest in sent.attachments:
        return []
    same_name = name in sent.attachments.values()
    return [("archive_attachment_differs" if same_name else "archive_attachment_unknown", {})]


def _differences(found: Content, sent: Sent) -> list[str | None]:
    """Where ``found`` is not as each document that was sent; None where it is."""
    return [difference(found, content(one)) for one in sent.documents]


def _content(data: bytes) -> Content | None:
    try:
        return content(data)
    except Refused:
        return None


def _stands(form: str, words: str) -> bool:
    return re.search(rf"(?<![0-9]){form}(?![0-9])", words) is not None


def _digits(written: str) -> str:
    """A number in groups of any size."""
    return _BLANK.join(map(re.escape, written))


def _amount(amount: Decimal) -> str:
    """An amount in any language's form, without its sign: 1 234,50, 1,234.50, 1.234,50, 1234.50."""
    whole, cents = format(abs(amount), ".2f").split(".")
    head = len(whole) % 3 or 3
    groups = [whole[:head], *(whole[at : at + 3] for at in range(head, len(whole), 3))]
    return _GROUPED.join(groups) + r"\s?[.,]\s?" + cents
