"""A world of suppliers of any size, and files of their Finvoice invoices; reading and storing them, measured.

``python -m bench.purchases --size 100000`` prints how many invoices a second are read, and how many read and stored.
"""

import argparse
import os
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reskontra.settings")
os.environ.setdefault("RESKONTRA_HOME", "var/bench/home")
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

import django  # noqa: E402

django.setup()

from bench.measure import measured  # noqa: E402
from bench.orders import make_registers  # noqa: E402
from reskontra.database import connect, server  # noqa: E402
from reskontra.database.session import working_in  # noqa: E402
from reskontra.exchange.inbox import receive  # noqa: E402
from reskontra.exchange.reading import read_documents  # noqa: E402
from reskontra.expenditure.intake.files import take_in_invoices  # noqa: E402
from reskontra.expenditure.intake.run import inbox_kind  # noqa: E402
from reskontra.registers.models import Person, RoleAssignment, Unit  # noqa: E402
from reskontra.runs.run import Acting  # noqa: E402

DAY = date(2026, 3, 16)
AT = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
SUPPLIERS = 5_000
PER_FILE = 10_000
DATABASE = "bench_purchases"


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


def take_in_files(unit: Unit, person: Person, files: Iterator[tuple[str, bytes]]) -> int:
    """Receive, read, decide and store every file; how many invoices that were."""
    taken = 0
    acting = Acting(person, unit, AT)
    for name, data in files:
        with working_in([unit.pk], person.pk):
            received = receive(acting, data, name, inbox_kind("einvoice"))
        with working_in([unit.pk], person.pk):
            taken += len(take_in_invoices(acting, received, data, DAY).invoices)
    return taken


def main() -> None:
    """Measure reading alone, then reading and storing."""
    parser = argparse.ArgumentParser(prog="python -m bench.purchases")
    parser.add_argument("--size", type=int, default=100_000, help="number of invoices, three rows each")
    size = parser.parse_args().size
    postgres = server.start()
    server.drop_database(postgres, DATABASE)
    connect.prepare(postgres, DATABASE)
    with server.connected(postgres.admin_address(DATABASE)) as admin:
        unit_id = make_purchases(admin)
    connect.connect(postgres, DATABASE)
    unit = Unit.objects.get(pk=unit_id)
    person = RoleAssignment.objects.filter(role="PK").select_related("person")[0].person
    data = finvoice_file(1, min(size, 2_000), unit.edi_code)
    started = time.process_time()
    count = len(read_documents(data, "sample.xml"))
    print(
        f"read           {count:>8}  {count / (time.process_time() - started):>8.0f} a second of a processor"
    )
    files = list(files_of(size, unit.edi_code))
    result = measured(postgres, lambda: take_in_files(unit, person, iter(files)))
    print(
        f"read and store {result.result:>8}  {result.seconds:>8.1f} s  {result.cpu_seconds:>8.1f} cpu s"
        f"  {size / result.seconds:>8.0f} a second  {size / result.cpu_seconds:>8.0f} a cpu second"
        f"  peak {result.peak_mb:.0f} MB"
    )


if __name__ == "__main__":
    main()
