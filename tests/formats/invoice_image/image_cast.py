"""Invented invoices of the image's tests, and what is asked of a PDF: its words, its tags, its pixels."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from reskontra.documents.invoice import Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.formats.invoice_image.view import Places
from reskontra.kernel.references import national_reference

GOLDEN = Path(__file__).parent / "golden"
IBAN = "FI1299999900000017"  # a bank group that does not exist
ISSUED, DUE = date(2026, 11, 23), date(2026, 12, 14)
ASK_FI, ASK_SV = "Käytä maksaessasi viitenumeroa.", "Ange referensnumret när du betalar."
COST = {
    "sv": "En påminnelse kostar 5,00 €.",
    "fi": "Muistutus maksaa 5,00 €.",
    "en": "A reminder costs €5.00.",
}
RECTIFY = {
    "sv": "Begär omprövning skriftligt.",
    "fi": "Vaadi oikaisua kirjallisesti.",
    "en": "Ask us in writing.",
}
NOTICE = {
    "sv": "Nätfaktura finns att få.",
    "fi": "Verkkolasku on saatavilla.",
    "en": "E-invoices are available.",
}
MESSAGE = "Tack för besöket."
ITEM = {"sv": "Vattentillstånd", "fi": "Vesilupa", "en": "Water permit"}
BASIS = {"sv": "Avgiftslagen 1/2020", "fi": "Maksulaki 1/2020", "en": "Charges Act 1/2020"}

SELLER = Party(
    name="Exempelverket",
    business_id="9000001-1",
    vat_id="FI90000011",
    street="Provgatan 1",
    postcode="00100",
    town="Helsingfors",
    country="FI",
    contact_email="fakturor@example.org",
    contact_phone="029 000 0000",
    iban=IBAN,
    bic="NDEAFIHH",
)
BUYER = Party(
    name="Sampelström Rosa",
    number="20000017",
    street="Ängsstigen 4 B 7",
    postcode="10600",
    town="Ekenäs",
    country="FI",
)


def line(position: int = 1, **more: Any) -> InvoiceLine:
    """A row: two and a half hours at 96.40 with 25.5 per cent."""
    values: dict[str, Any] = {
        "item": "10023", "name": "Expertarbete", "quantity": Decimal("2.500"), "unit": "h",
        "unit_price": Decimal("96.40000"), "net": Decimal("241.00"), "vat_category": "S",
        "vat_percent": Decimal("25.50"),
    }  # fmt: skip
    return InvoiceLine(position=position, **{**values, **more})


def invoice(language: str = "sv", **more: Any) -> Invoice:
    """A public-law charge and two and a half hours of work, in a language."""
    charge = line(
        2, item="1001", name=ITEM[language], text="Ärende 7/2026", quantity=Decimal(1), unit="kpl",
        unit_price=Decimal(1000), net=Decimal(1000), vat_category="O", vat_percent=None,
    )  # fmt: skip
    values: dict[str, Any] = {
        "number": "3010000000018",
        "issue_date": ISSUED,
        "due_date": DUE,
        "currency": "EUR",
        "seller": SELLER,
        "buyer": BUYER,
        "net": Decimal("1241.00"),
        "vat": Decimal("61.46"),
        "total": Decimal("1302.46"),
        "type_code": "INV01",
        "reference": national_reference("301000000001"),
        "lines": (line(), charge),
        "vat_breakdown": (
            VatBreakdown("S", Decimal("25.5"), Decimal("241.00"), Decimal("61.46")),
            VatBreakdown("O", None, Decimal("1000.00"), Decimal("0.00"), "Utanför tillämpningsområdet"),
        ),
        "legal_basis": (BASIS[language],),
        "notes": (MESSAGE, RECTIFY[language], ASK_FI, ASK_SV, NOTICE[language], COST[language]),
        "payment_terms": "21 dagar netto",
        "language": language,
    }
    return Invoice(**{**values, **more})


def places(language: str = "sv") -> Places:
    """Where the notes of ``invoice`` belong."""
    return Places((ASK_FI, ASK_SV, COST[language]), (RECTIFY[language],), (NOTICE[language],))


def credit(language: str = "sv") -> Invoice:
    """Half an hour of it was too much."""
    amount = Decimal("-48.20")
    return invoice(
        language,
        number="3010000000026",
        type_code="INV02",
        lines=(line(quantity=Decimal("-0.5"), net=amount),),
        vat_breakdown=(VatBreakdown("S", Decimal("25.5"), amount, Decimal("-12.29")),),
        net=amount,
        vat=Decimal("-12.29"),
        total=Decimal("-60.49"),
        due_date=None,
        original_number="3010000000018",
        original_date=ISSUED,
        legal_basis=(),
    )


def of_many_rows(rows: int) -> Invoice:
    """An invoice of as many rows as wanted, each with a name of its own."""
    one = invoice()
    return replace(one, lines=tuple(line(at, name=f"Arbete {at:03d}") for at in range(1, rows + 1)))


# --- what a PDF says ------------------------------------------------------------------------------------------


def opened(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    """The text of all pages on one line; no-break and zero-width spaces evened out."""
    text = "\n".join(page.extract_text() for page in opened(pdf).pages)
    return " ".join(text.replace("\u200b", "").split())


def pages(pdf: bytes) -> list[str]:
    """The text of each page on one line."""
    return [" ".join(page.extract_text().split()) for page in opened(pdf).pages]


def tags(pdf: bytes) -> Iterator[dict[str, Any]]:
    """Every element of the structure tree, in reading order."""
    root = opened(pdf).trailer["/Root"]["/StructTreeRoot"]
    stack = [root["/K"].get_object()]
    while stack:
        one = stack.pop(0)
        if isinstance(one, list):
            stack = [child.get_object() for child in one if not isinstance(child, int)] + stack
        elif isinstance(one, dict) and "/S" in one:
            yield one
            if "/K" in one:
                stack.insert(0, one["/K"].get_object())


def grey(png: bytes) -> memoryview:
    """The grey values of an eight-bit PNG picture, as rows of pixels."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[kind]
    data, at = b"", 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += size + 12
    raw, stride = zlib.decompress(data), width * channels
    before, shown = bytearray(stride), bytearray()
    for row in range(height):
        start = row * (stride + 1)
        before = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before, channels)
        shown += before[::channels]
    return memoryview(bytes(shown)).cast("B", (height, width))


def _unfiltered(kind: int, row: bytearray, before: bytearray, step: int) -> bytearray:
    """One row of a PNG picture with its filter taken away (ISO/IEC 15948, 9.2)."""
    if kind in (2, 4) and not any(row):
        return before  # nothing differs from the row above
    for at in range(len(row)):
        left = row[at - step] if at >= step else 0
        up = before[at]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            corner = before[at - step] if at >= step else 0
            by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            guess = (
                left if by_left <= by_up and by_left <= by_corner else up if by_up <= by_corner else corner
            )
        else:
            guess = 0
        row[at] = (row[at] + guess) & 255
    return row
