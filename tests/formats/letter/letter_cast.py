"""Invented letters of the format's tests, in three languages."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.documents.letter import Letter, Party, Slip, Table
from reskontra.kernel.references import national_reference

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ["sv", "fi", "en"]
NUMBER = "4210L00000017"
IBAN = "FI1299999900000017"  # a bank group that does not exist
WRITTEN, DUE = date(2026, 3, 16), date(2026, 3, 30)

SENDER = Party(
    name="Exempelverket",
    address=("Provgatan 1", "00100 Helsingfors"),
    business_id="9900018-1",
    email="fakturor@example.org",
    phone="029 000 0000",
)
RECEIVER = Party(name="Sampelström Rosa", address=("Ängsstigen 4 B 7", "10600 Ekenäs"))
SAID = {
    "sv": ("Betalningspåminnelse", "Vi har inte fått din betalning.", "Fordringar", "Lag 513/1999: du får invända."),
    "fi": ("Maksumuistutus", "Emme ole saaneet maksuasi.", "Saatavat", "Laki 513/1999 antaa oikeuden kiistää."),
    "en": ("Payment reminder", "We have not received your payment.", "Claims", "Act 513/1999: you may object."),
}  # fmt: skip
HEADS = {
    "sv": ("Faktura", "Förfallodag", "Belopp", "Att betala"),
    "fi": ("Lasku", "Eräpäivä", "Määrä", "Maksettavaa"),
    "en": ("Invoice", "Due date", "Amount", "To pay"),
}
SLIP = Slip(IBAN, "NDEAFIHH", national_reference("421000000001"), DUE, Decimal("1245.00"))


def letter(language: str = "sv", *, rows: int = 2, **more: Any) -> Letter:
    """A reminder of some claims."""
    subject, said, caption, note = SAID[language]
    lines = tuple((f"77000000{place:05d}", "16.2.2026", "1 000,00", "622,50") for place in range(rows))
    values: dict[str, Any] = {
        "kind": "reminder",
        "language": language,
        "day": WRITTEN,
        "sender": SENDER,
        "receiver": RECEIVER,
        "subject": subject,
        "paragraphs": (said,),
        "tables": (Table(HEADS[language], lines, (2, 3), caption),),
        "slip": SLIP,
        "notes": (note,),
    }
    return Letter(**{**values, **more})
