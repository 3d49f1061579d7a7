"""Invoices as documents, made in memory: what the Finvoice writer is measured on without a database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from reskontra.documents.invoice import Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.exchange.writing import Message
from reskontra.kernel.money import round_cents
from reskontra.kernel.references import unit_reference

_AT = datetime(2026, 3, 16, 12, tzinfo=UTC)
_SELLER = Party(
    name="Mätverket", business_id="9900018-1", vat_id="FI99000181", street="Provgatan 1", postcode="00100",
    town="Helsingfors", country="FI", iban="FI2112345600000785", bic="NDEAFIHH", einvoice_address="003799000181",
    contact_email="faktura@example.fi",
)  # fmt: skip
_RATES = (Decimal("25.5"), Decimal("13.5"), Decimal("10"))
_NOTES = (
    "Käytä maksaessasi viitenumeroa.",
    "Använd referensnumret när du betalar.",
    "Du kan få dina fakturor som nätfakturor.",
    "För en betalningspåminnelse tas 5,00 € ut i indrivningskostnad.",
)


def messages(count: int) -> Iterator[tuple[Invoice, Message]]:
    """``count`` invoices of three rows with three VAT rates, each with its message."""
    for number in range(1, count + 1):
        yield _invoice(number), _message(number)


def _invoice(number: int) -> Invoice:
    lines = tuple(
        InvoiceLine(
            position=place, item=f"B{number % 60 + place}", name=f"Prestation {number % 60 + place}",
            quantity=Decimal(1 + number % 7), unit="st", unit_price=Decimal(20 + number % 17),
            net=Decimal((1 + number % 7) * (20 + number % 17)).quantize(Decimal("0.01")), vat_category="S",
            vat_percent=_RATES[place - 1],
        )
        for place in (1, 2, 3)
    )  # fmt: skip
    breakdown = tuple(
        VatBreakdown("S", rate, line.net, round_cents((line.net or Decimal(0)) * rate / 100))
        for line, rate in zip(lines, _RATES, strict=True)
    )
    net = sum((line.net or Decimal(0) for line in lines), Decimal(0))
    vat = sum((part.amount or Decimal(0) for part in breakdown), Decimal(0))
    return Invoice(
        number=f"3990{number:09d}", issue_date=date(2026, 3, 16), due_date=date(2026, 4, 7), currency="EUR",
        seller=_SELLER,
        buyer=Party(
            name=f"Mätbolaget Ab {number}", number=str(500000 + number), street=f"Storgatan {number}",
            postcode="00200", town="Helsingfors", country="FI",
        ),
        net=net, vat=vat, total=net + vat, type_code="INV01", reference=unit_reference("3990", number),
        buyer_reference=f"CASE-{number}", supply_date=date(2026, 3, 10), lines=lines, vat_breakdown=breakdown,
        legal_basis=("Lag (150/1992)",), notes=_NOTES, payment_terms="21 dagar netto",
        late_interest_text="Dröjsmålsränta enligt räntelagen", specification="EN16931", language="sv",
    )  # fmt: skip


def _message(number: int) -> Message:
    return Message(
        message_id=f"1-3990{number:09d}", timestamp=_AT, sender="003799000181", sender_operator="FI28768767",
        receiver=f"0037{number:08d}", receiver_operator="NDEAFIHH", channel="E_INVOICE",
    )  # fmt: skip
