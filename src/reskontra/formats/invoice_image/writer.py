"""An invoice to PDF: PDF/A-3a and PDF/UA-1 in one file, with the Finvoice XML inside (ISO 19005-3, ISO 14289-1).

The same invoice gives the same bytes, always: fonts and template come with the program, dates from the invoice.
"""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typst

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.formats.invoice_image.view import Json, Places, view
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.texts import text

__all__ = ["Places", "preview", "write"]

_HERE: Final = Path(__file__).parent
_REGIONS: Final = {"sv": "FI", "fi": "FI", "en": "GB"}
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
    made = _compilers.own.compile(
        sys_inputs=inputs, pdf_standards=["a-3a", "ua-1"], timestamp=_midnight(shown), format="pdf"
    )
    assert isinstance(made, bytes)
    return made


def preview(invoice: Invoice, *, places: Places = _NO_PLACES, ppi: int = 110) -> list[bytes]:
    """The pages as PNG pictures, ``ppi`` pixels an inch, for a screen. Raises ``Refused`` as ``write`` does."""
    _, inputs = _inputs(invoice, None, places)
    made = _compilers.own.compile(sys_inputs=inputs, ppi=float(ppi), format="png")
    assert made is not None
    return [made] if isinstance(made, bytes) else list(made)


def _inputs(invoice: Invoice, xml: bytes | None, places: Places) -> tuple[Json, dict[str, str]]:
    if xml is not None and find_personal_codes(xml.decode("latin-1")):
        raise Refused(Finding("image_personal_code", clause="OC 2.2-f", where="XML"))
    shown = view(invoice, places)
    shown["day"] = [int(part) for part in shown["date"].split("-")]
    shown["region"] = _REGIONS[shown["lang"]]
    shown["file"] = f"finvoice-{shown['number']}.xml"
    shown["file-about"] = text("image.xml", shown["lang"])
    inputs = {"invoice": json.dumps(shown, ensure_ascii=False)}
    if xml is not None:
        # What goes in is text; the bytes of a document in ISO-8859-15 go as numbers.
        inputs["xml"] = json.dumps(list(xml), separators=(",", ":"))
    return shown, inputs


def _midnight(shown: Json) -> datetime:
    return datetime.fromisoformat(shown["date"]).replace(tzinfo=UTC)


class _Compilers(threading.local):
    """One compiler a thread: it keeps fonts and template, and cannot be used by two at once."""

    def __init__(self) -> None:
        # No font of the machine is ever used.
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_HERE / "fonts")]
        )
        self.own = typst.Compiler(str(_HERE / "invoice.typ"), root=str(_HERE), font_paths=fonts)


_compilers: Final = _Compilers()
