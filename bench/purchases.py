"""A world of suppliers of any size, and files of their Finvoice invoices."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bench.orders import make_registers

SUPPLIERS = 5_000
PER_FILE = 10_000


def supplier_ids(place: int) -> tuple[str, str]:
    """A business id with a right check digit of the range not given out, and a Finnish IBAN."""
    digits = f"99{place:05d}"
    rest = sum(int(sign) * weight for sign, weight in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    if rest == 1:
        return supplier_ids(place + 50_000)
    account = f"9900{place:010d}"
    return (
        f"{digits}-{0 if rest == 0 else 11 - rest}",
        f"FI{98 - int(f'{account}151800') % 97:02d}{account}",
    )


def make_suppliers(admin: Any, person: int, suppliers: int = SUPPLIERS) -> None:
    """Suppliers with an approved account each."""
    with admin.cursor() as cursor:
        columns = "number, kind, name, sort_key, language, business_id, technical_id, vat_id, foreign_id, partner_code,"
        columns += " street, postcode, town, country, address_lines, email, einvoice_address, blocked"
        with cursor.copy(f"COPY registers_supplier ({columns}) FROM STDIN") as copy:
            for place in range(suppliers):
                own, _ = supplier_ids(place)
                name = f"Mittari {place} Oy"
                blank = [""] * 3
                address = ["Mittatie 1", "00999", "Mittala", "FI"]
                copy.write_row(
                    [str(500_001 + place), "company", name, name.lower(), "fi", own, "",
                     "FI" + own.replace("-", ""), "", "", *address, *blank, ""]
                )  # fmt: skip
        accounts = [supplier_ids(place) for place in range(suppliers)]
        cursor.execute(
            "INSERT INTO registers_supplieraccount (supplier_id, iban, bic, source, verification, verified_name,"
            " told_by_id, told_at, approved_by_id, approved_at)"
            " SELECT s.id, a.iban, '', 'register', '', '', %s, now(), p.id, now()"
            " FROM unnest(%s::text[], %s::text[]) a (business_id, iban) JOIN registers_supplier s USING (business_id)"
            " CROSS JOIN LATERAL (SELECT id FROM registers_person WHERE id <> %s ORDER BY id LIMIT 1) p",
            [person, [own for own, _ in accounts], [account for _, account in accounts], person],
        )
    admin.execute("ANALYZE registers_supplier")
    admin.execute("ANALYZE registers_supplieraccount")


def finvoice_file(first: int, count: int, edi_code: str) -> bytes:
    """``count`` Finvoice 3.0 messages with three rows each; of a hundred 40 name an order, 20 a contract."""
    return "".join(_message(place, edi_code) for place in range(first, first + count)).encode("iso-8859-15")


def _message(place: int, edi_code: str) -> str:
    own, iban = supplier_ids(place % SUPPLIERS)
    net = Decimal(10_000 + place % 5_000) / 100
    vat = (net * Decimal("0.255")).quantize(Decimal("0.01"))
    total = 3 * (net + vat)
    told = {True: f"<OrderIdentifier>V1{place:07d}</OrderIdentifier>"}.get(place % 100 < 40, "")
    if 40 <= place % 100 < 60:
        told = f"<BuyerReferenceIdentifier>VSK1{place % 50:06d}</BuyerReferenceIdentifier>"
    money = 'AmountCurrencyIdentifier="EUR">'
    return (
        '<?xml version="1.0" encoding="ISO-8859-15"?><Finvoice Version="3.0"><MessageTransmissionDetails>'
        f"<MessageSenderDetails><FromIdentifier>0037{own.replace('-', '')}</FromIdentifier>"
        "<FromIntermediator>PROVOPER</FromIntermediator></MessageSenderDetails><MessageReceiverDetails>"
        f"<ToIdentifier>{edi_code}</ToIdentifier><ToIntermediator>STATEOPER</ToIntermediator></MessageReceiverDetails>"
        f"<MessageDetails><MessageIdentifier>M{place}</MessageIdentifier><MessageTimeStamp>2026-03-16T06:00:00"
        "</MessageTimeStamp><SpecificationIdentifier>EN16931</SpecificationIdentifier></MessageDetails>"
        f"</MessageTransmissionDetails><SellerPartyDetails><SellerPartyIdentifier>{own}</SellerPartyIdentifier>"
        f"<SellerOrganisationName>Mittari {place % SUPPLIERS} Oy</SellerOrganisationName>"
        f"<SellerOrganisationTaxCode>FI{own.replace('-', '')}</SellerOrganisationTaxCode><SellerPostalAddressDetails>"
        "<SellerStreetName>Mittatie 1</SellerStreetName><SellerTownName>Mittala</SellerTownName>"
        "<SellerPostCodeIdentifier>00999</SellerPostCodeIdentifier><CountryCode>FI</CountryCode>"
        "</SellerPostalAddressDetails></SellerPartyDetails><BuyerPartyDetails>"
        "<BuyerOrganisationName>Mätverket</BuyerOrganisationName><BuyerPostalAddressDetails>"
        "<BuyerStreetName>Mätgatan 1</BuyerStreetName><BuyerTownName>Provhamn</BuyerTownName>"
        "<BuyerPostCodeIdentifier>00990</BuyerPostCodeIdentifier><CountryCode>FI</CountryCode>"
        "</BuyerPostalAddressDetails></BuyerPartyDetails><InvoiceDetails><InvoiceTypeCode>INV01</InvoiceTypeCode>"
        "<InvoiceTypeText>LASKU</InvoiceTypeText><OriginCode>Original</OriginCode>"
        f'<InvoiceNumber>{place}</InvoiceNumber><InvoiceDate Format="CCYYMMDD">20260316</InvoiceDate>{told}'
        f"<InvoiceTotalVatExcludedAmount {money}{_fi(3 * net)}</InvoiceTotalVatExcludedAmount>"
        f"<InvoiceTotalVatAmount {money}{_fi(3 * vat)}</InvoiceTotalVatAmount>"
        f"<InvoiceTotalVatIncludedAmount {money}{_fi(total)}</InvoiceTotalVatIncludedAmount>"
        f"<VatSpecificationDetails><VatBaseAmount {money}{_fi(3 * net)}</VatBaseAmount>"
        f"<VatRatePercent>25,5</VatRatePercent><VatCode>S</VatCode><VatRateAmount {money}{_fi(3 * vat)}</VatRateAmount>"
        '</VatSpecificationDetails><PaymentTermsDetails><InvoiceDueDate Format="CCYYMMDD">20260415</InvoiceDueDate>'
        f"</PaymentTermsDetails></InvoiceDetails>{''.join(_row(row, net, vat) for row in (1, 2, 3))}"
        "<EpiDetails><EpiPartyDetails><EpiBfiPartyDetails/><EpiBeneficiaryPartyDetails>"
        f'<EpiAccountID IdentificationSchemeName="IBAN">{iban}</EpiAccountID></EpiBeneficiaryPartyDetails>'
        "</EpiPartyDetails><EpiPaymentInstructionDetails><EpiRemittanceInfoIdentifier>30101238"
        f"</EpiRemittanceInfoIdentifier><EpiInstructedAmount {money}{_fi(total)}</EpiInstructedAmount>"
        "</EpiPaymentInstructionDetails></EpiDetails></Finvoice>\n"
    )


def _row(position: int, net: Decimal, vat: Decimal) -> str:
    money = 'AmountCurrencyIdentifier="EUR">'
    return (
        f"<InvoiceRow><ArticleIdentifier>T{position}</ArticleIdentifier><ArticleName>Tuote {position}</ArticleName>"
        f'<InvoicedQuantity QuantityUnitCode="kpl">1</InvoicedQuantity><UnitPriceAmount {money}{_fi(net)}'
        f"</UnitPriceAmount><RowPositionIdentifier>{position}</RowPositionIdentifier>"
        f"<RowVatRatePercent>25,5</RowVatRatePercent><RowVatCode>S</RowVatCode><RowVatAmount {money}{_fi(vat)}"
        f"</RowVatAmount><RowVatExcludedAmount {money}{_fi(net)}</RowVatExcludedAmount>"
        f"<RowAmount {money}{_fi(net + vat)}</RowAmount></InvoiceRow>"
    )


def _fi(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def make_purchases(admin: Any) -> int:
    """One unit, its people and the suppliers; returns the unit's id."""
    unit, person = make_registers(admin, 10)
    admin.execute(
        "INSERT INTO registers_person (username, name, email, language, password, is_active)"
        " SELECT 'second', 'Second', '', language, password, true FROM registers_person WHERE id = %s"
        " AND NOT EXISTS (SELECT FROM registers_person WHERE id <> %s)",
        (person, person),
    )
    admin.execute(
        "INSERT INTO registers_roleassignment (person_id, role, in_unit_id, validity)"
        " VALUES (%s, 'PK', NULL, '[2020-01-01,)')",
        (person,),
    )
    make_suppliers(admin, person)
    return int(unit)


def files_of(size: int, edi_code: str) -> Iterator[tuple[str, bytes]]:
    """The files of ``size`` invoices, at most ``PER_FILE`` in each."""
    for first in range(1, size + 1, PER_FILE):
        count = min(PER_FILE, size + 1 - first)
        yield f"purchases-{first}.xml", finvoice_file(first, count, edi_code)
