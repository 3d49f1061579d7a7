"""Invented invoices of the Finvoice tests: a document and a message each, by a name that says what it is."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from reskontra.documents.invoice import Attachment, Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.formats.finvoice.writer import Message, einvoice_note, payment_notes
from reskontra.kernel.identifiers import ovt_of, vat_id_of
from reskontra.kernel.references import bank_barcode, national_reference

STANDARDS = Path(__file__).resolve().parents[4] / "shared" / "standards" / "finvoice"
GOLDEN = Path(__file__).parent / "golden"

IBAN, BIC = "FI1299999900000017", "NDEAFIHH"  # a bank group that does not exist
SELLER_ID, BUYER_ID, UNIT_ID = "9000001-1", "9000003-8", "9000004-6"  # not yet given to anybody
ISSUED, DUE = date(2026, 11, 23), date(2026, 12, 14)
SENT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
STATE_CHARGES = "Lag om grunderna för avgifter till staten (150/1992)"

SELLER = Party(
    name="Exempelverket",
    name2="Esimerkkivirasto",
    business_id=SELLER_ID,
    vat_id=vat_id_of(SELLER_ID),
    street="Provgatan 1",
    postcode="00100",
    town="Helsingfors",
    country="FI",
    einvoice_address=ovt_of(SELLER_ID),
    einvoice_operator="OKOYFIHH",
    contact_name="Fakturarådgivningen",
    contact_email="fakturor@example.org",
    contact_phone="029 000 0000",
    iban=IBAN,
    bic=BIC,
)
CITIZEN = Party(
    name="Sampelström Rosa",
    number="20000017",
    street="Ängsstigen 4 B 7",
    postcode="10600",
    town="Ekenäs",
    country="FI",
    einvoice_address="FI1410093000123458",
    einvoice_operator="NDEAFIHH",
)
COMPANY = Party(
    name="Påhitt & Söner Ab",
    name2="c/o Bokföringsbyrån",
    business_id=BUYER_ID,
    vat_id=vat_id_of(BUYER_ID),
    number="10000245",
    street="Hamngatan 12",
    postcode="20100",
    town="Åbo",
    country="FI",
    einvoice_address=ovt_of(BUYER_ID),
    einvoice_operator="003721291126",
    contact_name="Anna Påhitt",
)
UNIT = Party(
    name="Övningsämbetet",
    business_id=UNIT_ID,
    vat_id=vat_id_of(UNIT_ID),
    number="90000012",
    street="PB 100",
    postcode="00531",
    town="Helsingfors",
    country="FI",
    einvoice_address=ovt_of(UNIT_ID),
    einvoice_operator="OKOYFIHH",
)
FOREIGNER = Party(
    name="Hittepå Instrument AB",
    vat_id="SE556000000001",
    number="10000777",
    street="Provvägen 3",
    postcode="111 22",
    town="Stockholm",
    country="SE",
    einvoice_address="0007:5560000000",
    einvoice_operator="EUPEPPOL",
)


@dataclass(frozen=True)
class Case:
    invoice: Invoice
    message: Message


def euro(text: str) -> Decimal:
    return Decimal(text)


def line(
    position: int,
    item: str,
    name: str,
    quantity: str,
    unit: str,
    price: str,
    vat: str,
    percent: str | None,
    **more: object,
) -> InvoiceLine:
    net = (euro(quantity) * euro(price)).quantize(euro("0.01"))
    category = more.pop("category", "S")
    return InvoiceLine(
        position=position,
        item=item,
        name=name,
        quantity=euro(quantity),
        unit=unit,
        unit_price=euro(price),
        net=net,
        vat=euro(vat),
        gross=net + euro(vat),
        vat_category=str(category),
        vat_percent=None if percent is None else euro(percent),
        **more,  # type: ignore[arg-type]
    )


def _case(
    number: int, buyer: Party, lines: tuple[InvoiceLine, ...], vat: tuple[VatBreakdown, ...], **more: object
) -> Case:
    net = sum((row.net for row in lines if row.net is not None), start=euro("0.00"))
    tax = sum((part.amount for part in vat if part.amount is not None), start=euro("0.00"))
    language = str(more.get("language", "sv"))
    reference = national_reference(f"3010{number:06d}")
    credit = net < 0
    fields: dict[str, object] = {
        "number": f"3010{number:06d}",
        "issue_date": ISSUED,
        "due_date": None if credit else DUE,
        "currency": "EUR",
        "seller": SELLER,
        "buyer": buyer,
        "net": net,
        "vat": tax,
        "total": net + tax,
        "payable": net + tax,
        "type_code": "INV02" if credit else "INV01",
        "reference": reference,
        "lines": lines,
        "vat_breakdown": vat,
        "legal_basis": (STATE_CHARGES,),
        "notes": (*payment_notes(), einvoice_note(language)),
        "payment_terms": None if credit else "21 dagar netto",
        "late_interest_text": None if credit else "Dröjsmålsränta enligt räntelagen",
        "barcode": None if credit else bank_barcode(IBAN, net + tax, reference, DUE),
        "specification": "EN16931",
        "message_id": f"3010-{number:06d}",
        "language": language,
        "format": "finvoice 3.0",
        **more,
    }
    invoice = Invoice(**fields)  # type: ignore[arg-type]
    message = Message(
        message_id=f"3010-{number:06d}",
        timestamp=SENT,
        sender=SELLER.einvoice_address or "",
        sender_operator=SELLER.einvoice_operator or "",
        receiver=buyer.einvoice_address or "",
        receiver_operator=buyer.einvoice_operator or "",
    )
    return Case(invoice, message)


def public_law() -> Case:
    """A decision's fee to a citizen: outside the scope of VAT, consumer e-invoice."""
    reason = "Myndighetsverksamhet, utanför mervärdesbeskattningens tillämpningsområde"
    case = _case(
        1,
        CITIZEN,
        (
            line(
                1,
                "40010",
                "Registerutdrag",
                "2",
                "st",
                "17.50",
                "0.00",
                None,
                category="O",
                text="Ärende 7/2026",
            ),
        ),
        (VatBreakdown("O", None, euro("35.00"), euro("0.00"), reason),),
        type_text="Faktura",
        supply_date=date(2026, 11, 20),
    )
    # Outside the scope of VAT nobody's VAT number is named (BR-O-02).
    invoice = replace(case.invoice, seller=replace(case.invoice.seller, vat_id=None))
    return replace(case, invoice=invoice, message=replace(case.message, payment_instruction="REGISTERUTDRAG"))


def commercial() -> Case:
    """Three VAT rates, all identifiers that an outside customer may ask for."""
    return _case(
        2,
        COMPANY,
        (
            line(
                1, "10023", "Expertarbete", "12.5", "h", "96.40", "307.28", "25.5", accounting="4300;ABC100"
            ),
            line(2, "20001", "Handbok, tryckt", "3", "kpl", "28.00", "11.34", "13.5"),
            line(3, "20002", "Tidskrift", "10", "st", "4.12345", "4.12", "10"),
        ),
        (
            VatBreakdown("S", euro("25.5"), euro("1205.00"), euro("307.28")),
            VatBreakdown("S", euro("13.5"), euro("84.00"), euro("11.34")),
            VatBreakdown("S", euro("10"), euro("41.23"), euro("4.12")),
        ),
        type_text="Lasku",
        language="fi",
        agreement="SOP-2026/14",
        order="TIL-88123",
        buyer_reference="Kost 4711",
        accounting="4300;ABC100",
        site="TP-0612",
        period_start=date(2026, 10, 1),
        period_end=date(2026, 10, 31),
        delivery=Party(name="Lagret", street="Kajen 2", postcode="20100", town="Åbo", country="FI"),
        payment_terms="21 päivää netto",
        late_interest_text="Viivästyskorko korkolain mukaan",
        late_interest_percent=euro("10.5"),
        legal_basis=("Valtion maksuperustelaki (150/1992)",),
    )


def credit() -> Case:
    """A credit note for a part of the commercial invoice."""
    return _case(
        3,
        COMPANY,
        (line(1, "10023", "Expertarbete", "-2.5", "h", "96.40", "-61.46", "25.5"),),
        (VatBreakdown("S", euro("25.5"), euro("-241.00"), euro("-61.46")),),
        type_text="Kreditfaktura",
        original_number="3010000002",
        original_date=ISSUED,
        legal_basis=(),
        notes=("Krediteringen gäller timmar som fakturerades två gånger.",),
    )


def internal() -> Case:
    """Between accounting units: the contract number ends with a comma, a decision is attached."""
    return _case(
        4,
        UNIT,
        (line(1, "50001", "Lokalhyra", "1", "mån", "1000.00", "0.00", "0", category="E"),),
        (VatBreakdown("E", euro("0"), euro("1000.00"), euro("0.00"), "Mervärdesskattelagen 27 §"),),
        type_text="Faktura",
        agreement="UPPH-77",
        order="TIL-5, andra texter",
        buyer_reference="VSK1000123456, Lindqvist",
        accounting="TK1-2026",
        attachments=(Attachment("beslut.pdf", "application/pdf", b"%PDF-1.7 invented\n" * 9),),
    )


def foreign() -> Case:
    """A foreign company by Peppol: reverse charge, a euro sign and a Czech name among the texts."""
    reason = "Omvänd skattskyldighet, direktiv 2006/112/EG art. 44"
    return _case(
        5,
        FOREIGNER,
        (
            line(
                1,
                "60001",
                "Kalibrering åt Škodův ústav",
                "1",
                "st",
                "850.00",
                "0.00",
                "0",
                category="AE",
                text="Pris 850 €\nEnligt offert",
            ),
        ),
        (VatBreakdown("AE", euro("0"), euro("850.00"), euro("0.00"), reason),),
        type_text="Invoice",
        language="en",
        legal_basis=("Act on Criteria for Charges Payable to the State (150/1992)",),
    )


CASES = {case.__name__: case for case in (public_law, commercial, credit, internal, foreign)}
