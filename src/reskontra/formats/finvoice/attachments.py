"""FinvoiceAttachments 1.0: the files that belong to an invoice, in and out (guidelines, section 16).

The message names the invoice's message; its content is base64, its checksum the SHA-1 of the base64 text.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Attachment
from reskontra.formats import xml
from reskontra.formats.finvoice.splitting import Piece, pieces

SUFFIX = "::attachments"
MOST_FILES = 10
MOST_BYTES = 1_000_000
MIME_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})

_MESSAGE_ID = "MessageIdentifier"
_REFERS_TO = "RefToMessageIdentifier"
_KEPT = frozenset({_MESSAGE_ID, _REFERS_TO})
_PARTS = frozenset({"AttachmentContent", "AttachmentName", "AttachmentMimeType", "AttachmentSecureHash"})
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class AttachmentMessage:
    """The attachments of one invoice message; ``invoice_message_id`` is that message's identifier."""

    invoice_message_id: str | None
    attachments: tuple[Attachment, ...]


def read_attachments(data: bytes) -> AttachmentMessage:
    """Reads a file that holds one attachments message and nothing else.

    Raises ``Refused`` when it is something else, a content is not base64, or a checksum is wrong: by the
    guidelines one wrong attachment makes the whole message unusable.
    """
    found = list(pieces(data))
    if len(found) != 1 or found[0].local_name != "FinvoiceAttachments":
        raise Refused(Finding("finvoice_attachments_expected"))
    return read_message(found[0])


def read_message(piece: Piece) -> AttachmentMessage:
    """As ``read_attachments``, from one piece of a file."""
    collected = xml.stream(piece.data, _Collector(), assume=piece.assume)
    invoice = collected.values.get(_REFERS_TO)
    if not invoice and (own := collected.values.get(_MESSAGE_ID, "")).endswith(SUFFIX):
        invoice = own.removesuffix(SUFFIX)
    return AttachmentMessage(invoice or None, tuple(_attachment(parts) for parts in collected.files))


@dataclass(slots=True)
class _Collector:
    """Gathers texts piece by piece, so that a content of many megabytes needs no tree."""

    values: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, str]] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._pieces = []
        if tag == "AttachmentDetails":
            self.files.append({})

    def data(self, text: str) -> None:
        self._pieces.append(text)

    def end(self, tag: str) -> None:
        if tag in _PARTS and self.files:
            self.files[-1].setdefault(tag, "".join(self._pieces))
        elif tag in _KEPT:
            self.values.setdefault(tag, "".join(self._pieces).strip())
        self._pieces = []

    def close(self) -> "_Collector":
        return self


def _attachment(parts: dict[str, str]) -> Attachment:
    name = (parts.get("AttachmentName") or "").strip()
    coded = parts.get("AttachmentContent", "")
    compact = _BLANKS.sub("", coded)
    try:
        content = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Finding("finvoice_attachment_not_base64", value=name)) from None
    stated = _BLANKS.sub("", parts.get("AttachmentSecureHash", "")).lower()
    # Over the base64 text by the guidelines; some senders take the line breaks along, or the file itself.
    if stated not in {_sha1(compact.encode()), _sha1(coded.strip().encode()), _sha1(content)}:
        raise Refused(Finding("finvoice_attachment_checksum", value=name))
    mime_type = (parts.get("AttachmentMimeType") or "").strip() or "application/octet-stream"
    return Attachment(name=name, mime_type=mime_type, content=content)


def checksum(coded: str) -> str:
    """The checksum of an attachment from its base64 text, in small hexadecimal letters."""
    return _sha1(coded.encode("ascii"))


def _sha1(content: bytes) -> str:
    # Finvoice fixes the algorithm; it finds damage on the way, not forgery.
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
