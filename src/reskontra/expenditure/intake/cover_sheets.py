"""Cover sheets for other expenditure vouchers that go by post to be digitised (EX 5.2): one before each voucher."""

from collections.abc import Iterator
from datetime import date

from reskontra.documents.letter import Letter, Party, Table
from reskontra.exchange.lettering import letter_pdf
from reskontra.kernel.clauses import cite, clause
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit

# What whoever sends a voucher fills in by hand, where the voucher itself does not tell it.
FIELDS = ("payee", "amount", "due_date", "reference", "coding", "sender")


@clause("EX 5.2-a")
def cover_sheets(
    unit: Unit, terms: Terms, language: str, day: date, count: int
) -> Iterator[tuple[str, bytes]]:
    """Name and PDF of a sheet for each of ``count`` vouchers of one envelope, in their order.

    The sheet parts the vouchers when they are digitised, so an envelope without sheets holds one voucher only. Raises
    ``MissingTerm`` while the unit has not told its PO box, and ``ValueError`` for a count below one.
    """
    if count < 1:
        raise ValueError("an envelope holds at least one voucher")
    box = tuple(part.strip() for part in terms.text("other_vouchers_box", language).split(","))
    name = unit.name(language)
    for place in range(1, count + 1):
        number = f"{unit.code}-{day:%Y%m%d}-{place}/{count}"
        sheet = Letter(
            kind="cover_sheet",
            language=language,
            day=day,
            sender=Party(name, business_id=unit.business_id),
            receiver=Party(name, box),
            subject=text("cover_sheet.subject", language),
            paragraphs=(text("cover_sheet.about", language, place=place, count=count),),
            tables=(_fields(unit, language),),
            notes=(
                *(text(f"cover_sheet.{rule}", language) for rule in ("address", "envelope", "attachments")),
                cite("EX 5.2-a", language),
            ),
        )
        yield f"{unit.code}-{day:%Y%m%d}-{place}.pdf", letter_pdf(sheet, number)


def _fields(unit: Unit, language: str) -> Table:
    known = [("unit", f"{unit.code} {unit.name(language)}"), ("edi_code", unit.edi_code), ("kind", None)]
    rows = [
        (text(f"cover_sheet.field.{key}", language), value or text("cover_sheet.kind", language))
        for key, value in known
    ]
    rows += [(text(f"cover_sheet.field.{key}", language), "_" * 52) for key in FIELDS]
    heads = (text("cover_sheet.head.field", language), text("cover_sheet.head.value", language))
    return Table(heads, tuple(rows))
