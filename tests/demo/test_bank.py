"""The bank's files: the same every time, whole where they are meant to be, and by the public schemas (OC 4.1-b)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from reskontra.demo.bank import FILE_FAULTS, BankFile, bank_days, bank_files
from reskontra.demo.diary import DAY
from reskontra.demo.payers import FAULTS, Owed, Payment, payments
from reskontra.demo.world import records
from reskontra.documents.findings import Refused
from reskontra.documents.statement import BankMaterial, PaymentList, Statement
from reskontra.exchange.reading import read_documents
from reskontra.kernel.days import is_bank_day
from reskontra.kernel.identifiers import find_personal_codes, is_iban
from reskontra.kernel.references import is_national_reference, unit_reference

UNITS = ("3910", "3920", "3930")
SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "standards" / "iso20022" / "xsd"
ACCOUNTS = {row["unit"]: row["iban"] for row in records("unit_accounts") if row["purpose"] == "income"}


def owed(unit: str, count: int = 120) -> list[Owed]:
    """Invoices of one unit; every sixth payer has two of them."""
    due = (date(2026, 4, 7), date(2026, 4, 15))
    return [
        Owed(
            invoice=f"{unit}{number:09d}",
            reference=unit_reference(unit, number),
            amount=Decimal(6000 + 137 * number) / 100,
            due_date=due[number % 20 == 0],
            payer=f"Maksaja Nro{number - (number % 6 == 0)}",
            kind="person" if number % 2 else "company",
        )
        for number in range(1, count + 1)
    ]


def play() -> tuple[Mapping[str, Sequence[Payment]], list[BankFile]]:
    days = bank_days(DAY)
    paid = payments({unit: owed(unit) for unit in UNITS}, days)
    return paid, [file for unit in UNITS for file in bank_files(unit, ACCOUNTS[unit], paid[unit], days)]


PAID, FILES = play()
READABLE = [file for file in FILES if file.fault != "cut_off"]


def read(file: BankFile) -> BankMaterial:
    (document,) = read_documents(file.data, file.name)
    assert isinstance(document, BankMaterial)
    return document


def test_the_same_invoices_give_the_same_bytes() -> None:
    assert play() == (PAID, FILES)


def test_the_bank_works_on_bank_days_only() -> None:
    days = bank_days(DAY)
    assert (days[0], days[-1], len(days)) == (date(2026, 3, 17), date(2026, 4, 10), 17)
    assert not {date(2026, 4, 3), date(2026, 4, 6)} & set(days)  # Good Friday and Easter Monday
    assert all(is_bank_day(file.arrives) for file in FILES)


@pytest.mark.parametrize("file", READABLE, ids=lambda file: file.name)
def test_every_file_is_read_without_a_complaint_of_its_own_sums(file: BankFile) -> None:
    found = read(file)
    assert found.account == ACCOUNTS[file.unit]
    assert found.count > 0
    assert {one.rule for one in found.findings} <= {"bank_reference_wrong"}


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the public schemas beside the project are not there")
def test_every_message_follows_its_public_schema() -> None:
    seen = set()
    for file in READABLE:
        if file.name.endswith(".xml"):
            root = etree.fromstring(file.data)
            version = etree.QName(root).namespace.rpartition(":")[2]
            etree.XMLSchema(etree.parse(SCHEMAS / f"{version}.xsd")).assertValid(root)
            seen.add(version)
    assert seen == {"camt.053.001.02", "camt.053.001.08", "camt.054.001.02", "camt.054.001.08"}


@pytest.mark.parametrize("unit", UNITS)
def test_statements_follow_each_other_and_end_near_nothing(unit: str) -> None:
    statements = [
        found for file in READABLE if file.unit == unit and isinstance(found := read(file), Statement)
    ]
    statements.sort(key=lambda one: int(one.sequence or 0))
    assert [int(one.sequence or 0) for one in statements] == list(range(1, len(statements) + 1))
    balance = Decimal(0)
    closings = set()
    for one in statements:
        assert one.opening
        assert one.closing
        assert one.opening.amount == balance
        balance = one.closing.amount
        closings.add(balance)
    assert closings == ({Decimal(0), Decimal(25)} if unit == "3930" else {Decimal(0)})


def test_lists_and_statements_tell_of_the_same_money() -> None:
    for unit in UNITS:
        whole = [
            file
            for file in READABLE
            if file.unit == unit and file.fault not in ("sent_twice", "told_by_three_sources")
        ]
        lists = sum((read(one).total for one in whole if isinstance(read(one), PaymentList)), Decimal(0))
        transfers = sum((one.amount for one in PAID[unit] if not one.by_list), Decimal(0))
        booked = sum((one.amount for one in PAID[unit]), Decimal(0))
        assert lists + transfers == booked
        out = sum(
            (entry.amount for file in whole if isinstance(found := read(file), Statement)
             for entry in found.entries if entry.transaction_code in ("720", "730")), Decimal(0),
        )  # fmt: skip
        assert -out == booked


def test_every_fault_of_payments_and_files_is_there_once() -> None:
    assert sorted((unit, one.fault) for unit in UNITS for one in PAID[unit] if one.fault) == sorted(
        (unit, fault) for unit, faults in FAULTS.items() for fault in faults
    )
    assert {(file.unit, file.fault) for file in FILES if file.fault} == {
        (unit, fault) for (unit, _), fault in FILE_FAULTS.items()
    }


def test_the_file_that_was_cut_off_is_refused_and_comes_again_whole() -> None:
    (cut,) = [file for file in FILES if file.fault == "cut_off"]
    with pytest.raises(Refused):
        read_documents(cut.data, cut.name)
    (whole,) = [file for file in FILES if file.name == cut.name.replace(".xml", "_2.xml")]
    assert whole.data.startswith(cut.data)
    assert FILES.index(whole) == FILES.index(cut) + 1


def test_a_file_comes_twice_and_a_statement_comes_late() -> None:
    (again,) = [file for file in FILES if file.fault == "sent_twice"]
    (first,) = [file for file in FILES if file.data == again.data and file is not again]
    assert first.arrives < again.arrives
    (late,) = [file for file in FILES if file.fault == "statement_late"]
    of_unit = [read(file) for file in FILES if file.unit == late.unit and "CAMT053" in file.name]
    numbers = [int(found.sequence or 0) for found in of_unit]
    place = numbers.index(int(read(late).sequence or 0))
    assert numbers[place - 1] == numbers[place] + 1


def test_one_day_of_payments_is_told_by_three_sources() -> None:
    (listed,) = [file for file in FILES if file.fault == "told_by_three_sources"]
    told = read(listed)
    (day,) = {entry.booking_date for entry in told.entries}
    others = [
        read(file) for file in FILES
        if file.unit == listed.unit and file is not listed and f"_{day:%Y%m%d}." in file.name
    ]  # fmt: skip
    assert {one.format[:8] for one in others} == {"camt.053", "camt.054"}
    ids = {entry.archive_id for entry in told.entries}
    assert len(ids) == told.count > 1
    assert all(ids <= {entry.archive_id for entry in one.entries} for one in others)


def test_archive_ids_are_the_banks_own_and_stand_once() -> None:
    for unit in UNITS:
        ids = [
            entry.archive_id for file in READABLE
            if file.unit == unit and "CAMT053" in file.name for entry in read(file).entries
        ]  # fmt: skip
        assert len(set(ids)) == len(ids)
        assert all(one and len(one) == 16 for one in ids)


def test_only_the_typo_has_a_wrong_reference() -> None:
    wrong = {
        one.fault
        for unit in UNITS
        for one in PAID[unit]
        if one.reference and not one.reference.startswith("RF") and not is_national_reference(one.reference)
    }
    assert wrong == {"reference_typo"}
    assert any(one.reference.startswith("RF") for one in PAID["3920"])


def test_nothing_in_the_files_is_anybodys() -> None:
    for unit in UNITS:
        for one in PAID[unit]:
            assert is_iban(one.payer_account)
            assert one.payer_account[4:8] == "9990"  # a bank group that does not exist
    for file in FILES:
        texts = re.sub(rb"<(AcctSvcrRef|IBAN|Ref|Nb|Id)>[^<]*<", b"<", file.data)
        assert find_personal_codes(texts.decode("iso-8859-1")) == [] or file.name.startswith("KTL")
