"""An invoice to PDF: PDF/A-3a and PDF/UA-1 in one file, with the Finvoice XML inside (ISO 19005-3, ISO 14289-1).

The same invoice gives the same bytes, always: fonts and template come with the program, dates from the invoice.
"""

import json
from pathlib import Path
from typing import Final

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.formats.invoice_image.view import Places, view
from reskontra.formats.printing.typesetting import Template, setting
from reskontra.formats.printing.words import Json
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.texts import text

__all__ = ["Places", "preview", "write"]

_NO_PLACES: Final = Places()


@clause("OC 2.2-f", "OC 3.5-a", "OC 3.5-b", "OC 3.6-d", "OC 3.8-a", "OC 4.1-a", "OC 6.1.3-a")
def write(invoice: Invoice, xml: bytes | None = None, *, places: Places = _NO_PLACES) -> bytes:
    """The invoice as a PDF, in its own language (sv, fi, en; Finnish when it has none, English for any other).

    ``xml`` is its Finvoice document and goes in as an attachment, byte for byte; ``places`` says which notes
    stand beside the payment, under the heading of rectification, or last. A credit invoice names its original
    and has no payment part. Raises ``Refused`` when the invoice has no number, date or total, and when a
    personal identity code stands in any text of it or of ``xml``.
    """
    shown, inputs = _inputs(invoice, xml, places)
    return _TEMPLATE.pdf(inputs, shown["date"])


def preview(invoice: Invoice, *, places: Places = _NO_PLACES, ppi: int = 110) -> list[bytes]:
    """The pages as PNG pictures, ``ppi`` pixels an inch, for a screen. Raises ``Refused`` as ``write`` does."""
    _, inputs = _inputs(invoice, None, places)
    return _TEMPLATE.pages(inputs, ppi)


def _inputs(invoice: Invoice, xml: bytes | None, places: Places) -> tuple[Json, dict[str, str]]:
    if xml is not None and find_personal_codes(xml.decode("latin-1")):
        raise Refused(Finding("image_personal_code", clause="OC 2.2-f", where="XML"))
    shown = view(invoice, places)
    shown |= setting(shown)
    shown["file"] = f"finvoice-{shown['number']}.xml"
    shown["file-about"] = text("image.xml", shown["lang"])
    inputs = {"invoice": json.dumps(shown, ensure_ascii=False)}
    if xml is not None:
        # What goes in is text; the bytes of a document in ISO-8859-15 go as numbers.
        inputs["xml"] = json.dumps(list(xml), separators=(",", ":"))
    return shown, inputs


_TEMPLATE: Final = Template(Path(__file__).parent / "invoice.typ")
