"""The national list of reference payments (OC 4.1-b): what it says, and that no part of it passes for a whole."""

import json
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ktl_cast import (
    ACCOUNT,
    GOLDEN,
    IBAN,
    OTHER_ACCOUNT,
    OTHER_IBAN,
    STANDARDS,
    batch,
    file,
    head,
    payment,
    total,
)

from reskontra.documents.findings import Refused
from reskontra.documents.statement import PaymentList
from reskontra.exchange.messages import message
from reskontra.exchange.reading import read_documents
from reskontra.formats.ktl.reader import is_ktl, read
from reskontra.kernel.references import national_reference, rf_reference
from reskontra.kernel.texts import LANGUAGES, texts


def one(*payments: str) -> PaymentList:
    (found,) = read(file(*batch(*payments)))
    return found


def rules(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.rule for finding in refused.value.findings]


def test_the_golden_file_is_read_as_written_down() -> None:
    data = (GOLDEN / "payments.ktl").read_bytes()
    expected = json.loads((GOLDEN / "payments.json").read_text("utf-8"))
    assert [document.as_json() for document in read(data)] == expected


EXAMPLES = {
    "constructed_basic.ktl": ("FI3550000120253504", 2, "1677.62", ["3010123800004578", "3010123800004581"]),
    "popbank_547392460.SVM": ("FI4947300010416310", 1, "49.00", ["13013"]),
}


@pytest.mark.skipif(not STANDARDS.is_dir(), reason="the public examples beside the project are not there")
def test_every_public_example_is_read() -> None:
    found = {}
    for path in sorted((STANDARDS / "examples").iterdir()):
        (document,) = read_documents(path.read_bytes(), path.name)
        assert isinstance(document, PaymentList)
        references = [entry.reference for entry in document.entries]
        found[path.name] = (document.account, document.count, str(document.total), references)
        assert document.findings == ()
    assert found == EXAMPLES


def test_an_entry_says_what_its_record_says() -> None:
    entry = one(payment()).entries[0]
    assert entry.as_json() == entry.as_json() | {
        "amount": "120.50",
        "booking_date": "2026-03-02",
        "payment_date": "2026-03-01",
        "reference": "12344",
        "written_reference": "00000000000000012344",
        "payer": "Sampelström",
        "archive_id": "2603029999A0001",
        "reversal": False,
        "message": None,
        "record_type": "3",
        "position": 2,
    }


def test_a_batch_is_told_apart_by_its_date_time_bank_and_service_id() -> None:
    found = one(payment())
    identity = (found.batch_date.isoformat(), found.batch_time, found.bank, found.service_id, found.account)  # type: ignore[union-attr]
    assert identity == ("2026-03-03", "0501", "99", "900000011", IBAN)


# field                 given                              read
FIELDS = {
    "no payment date": ({"paid": "000000"}, {"payment_date": "2026-03-02"}),
    "no reference": ({"reference": ""}, {"reference": None, "written_reference": None}),
    "a reference of blanks": ({"reference": " " * 20}, {"reference": None}),
    "an RF reference behind zeros": ({"reference": rf_reference("12344")}, {"reference": "12344"}),
    "a wrong reference": ({"reference": "12345"}, {"reference": "12345"}),
    "no archive id": ({"archive_id": ""}, {"archive_id": None}),
    "no payer": ({"payer": ""}, {"payer": None}),
    "a blank return code": ({"kind": "5", "code": " "}, {"amount": "120.50", "return_code": None}),
    "factoring": ({"kind": "S"}, {"amount": "120.50", "record_type": "S"}),
    "a withdrawal": ({"kind": "7"}, {"amount": "-120.50", "direction": "debit", "reversal": False}),
    "a correction": ({"correction": 1}, {"amount": "-120.50", "direction": "debit", "reversal": True}),
    "a withdrawal taken back": ({"kind": "7", "correction": 1}, {"amount": "120.50", "reversal": True}),
    "a debit taken back": (
        {"kind": "5", "correction": 1, "code": "3"},
        {"amount": "-120.50", "return_code": "3"},
    ),
    "the largest amount": ({"cents": 9_999_999_999}, {"amount": "99999999.99"}),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_record_is_read_field_by_field(name: str) -> None:
    fields, expected = FIELDS[name]
    told = one(payment(**fields)).entries[0].as_json()  # type: ignore[arg-type]
    assert {key: told[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("fields", "rule"), [({"reference": "12345"}, "bank_reference_wrong"), ({"kind": "7"}, "ktl_withdrawal")]
)
def test_what_is_doubtful_is_read_with_a_warning(fields: dict[str, str], rule: str) -> None:
    (finding,) = one(payment(**fields)).findings  # type: ignore[arg-type]
    assert (finding.rule, finding.severity, finding.row) == (rule, "warning", 2)


def test_a_failed_direct_debit_is_no_money() -> None:
    found = one(payment(), payment(700, kind="5", code="2"), payment(100, kind="5"))
    assert (found.count, found.total) == (2, Decimal("121.50"))
    assert [(entry.amount, entry.return_code, entry.status) for entry in found.failed] == [
        (Decimal("7.00"), "2", "FAILED")
    ]


def test_a_file_may_hold_several_batches() -> None:
    found = read(file(*batch(payment()), *batch(payment(100), payment(200), day="260304")))
    assert [(document.batch, document.count, str(document.total)) for document in found] == [
        (1, 1, "120.50"),
        (2, 2, "3.00"),
    ]


def test_a_batch_of_two_accounts_gives_a_document_each() -> None:
    found = read(file(*batch(payment(), payment(100, account=OTHER_ACCOUNT), payment(200))))
    assert [(document.account, document.count, str(document.total)) for document in found] == [
        (IBAN, 2, "122.50"),
        (OTHER_IBAN, 1, "1.00"),
    ]


def test_a_batch_without_payments_is_a_document_of_no_account() -> None:
    (found,) = read(file(*batch()))
    assert (found.account, found.count, found.total) == ("", 0, Decimal("0.00"))


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("behind", [b"", b"\r\n", b"\x1a", b"\n\n\x1a"])
def test_line_ends_of_both_kinds_are_taken(end: str, behind: bytes) -> None:
    assert read(file(*batch(payment()), end=end) + behind) == read(file(*batch(payment())))


def test_letters_of_seven_bits_are_the_national_ones() -> None:
    given = batch(payment(payer="[KERBLOM }KE"), payment(payer="]|{"))
    found = read(file(*given, encoding="ascii"))[0]
    assert [entry.payer for entry in found.entries] == ["ÄKERBLOM åKE", "Åöä"]


def test_in_latin_1_a_bracket_is_a_bracket() -> None:
    given = batch(payment(payer="[1]"), payment(payer="Ågren"))
    assert [entry.payer for entry in read(file(*given))[0].entries] == ["[1]", "Ågren"]


GOOD = batch(payment(), payment(100))
HOSTILE = {
    "a record short of a byte": ([GOOD[0], GOOD[1][:-1], GOOD[2], GOOD[3]], "ktl_record_length"),
    "a record a byte too long": ([GOOD[0], GOOD[1] + " ", GOOD[2], GOOD[3]], "ktl_record_length"),
    "a line end within a record": (
        [GOOD[0], GOOD[1][:70] + "\n" + GOOD[1][71:], *GOOD[2:]],
        "ktl_record_length",
    ),
    "an empty line within": ([GOOD[0], "", *GOOD[1:]], "ktl_record_length"),
    "no batch record": (GOOD[1:], "ktl_outside_batch"),
    "no summary": (GOOD[:-1], "ktl_batch_not_ended"),
    "two batch records": ([GOOD[0], *GOOD], "ktl_batch_not_ended"),
    "a payment behind the summary": ([*GOOD, GOOD[1]], "ktl_outside_batch"),
    "an unknown record": ([GOOD[0], "4" + GOOD[1][1:], *GOOD[2:]], "ktl_record_type"),
    "a payment twice": ([GOOD[0], GOOD[1], *GOOD[1:]], "ktl_summary_differs"),
    "a payment lost": ([GOOD[0], *GOOD[2:]], "ktl_summary_differs"),
    "another amount": ([GOOD[0], payment(12051), *GOOD[2:]], "ktl_summary_differs"),
    "amounts exchanged with a correction": (
        [GOOD[0], payment(correction=1), *GOOD[2:]],
        "ktl_summary_differs",
    ),
    "a summary off by a cent": ([*GOOD[:-1], total(payment(), payment(101))], "ktl_summary_differs"),
    "a letter in an amount": ([GOOD[0], GOOD[1][:80] + "O" + GOOD[1][81:], *GOOD[2:]], "ktl_payment_record"),
    "a letter in an account": ([GOOD[0], payment(account="9999990000001X"), *GOOD[2:]], "ktl_payment_record"),
    "another correction code": (
        [GOOD[0], GOOD[1][:87] + "2" + GOOD[1][88:], *GOOD[2:]],
        "ktl_payment_record",
    ),
    "marks as currency": ([GOOD[0], GOOD[1][:75] + "2" + GOOD[1][76:], *GOOD[2:]], "ktl_payment_record"),
    "a batch in marks": ([GOOD[0][:22] + "0" + GOOD[0][23:], *GOOD[1:]], "ktl_batch_record"),
    "no day": ([GOOD[0], payment(booked="260230"), *GOOD[2:]], "ktl_date"),
    "no booking date": ([GOOD[0], payment(booked="000000"), *GOOD[2:]], "ktl_date"),
    "a summary of letters": ([*GOOD[:-1], "9" + "X" * 89], "ktl_summary_record"),
    "NUL": ([GOOD[0], payment(payer="a\0b"), *GOOD[2:]], "ktl_characters"),
    "a tab": ([GOOD[0], payment(payer="a\tb"), *GOOD[2:]], "ktl_characters"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_faulty_file_is_refused_as_a_whole_with_its_reason(name: str) -> None:
    records, rule = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        read(file(*records))
    assert set(rules(refused)) == {rule}
    for finding in refused.value.findings:
        assert all(message(finding, language) != rule for language in LANGUAGES)


def test_the_refusal_says_which_sum_differs_and_by_what() -> None:
    with pytest.raises(Refused) as refused:
        read(file(head(), payment(), total(payment(12051))))
    (finding,) = refused.value.findings
    assert (finding.column, finding.value, finding.detail["read"], finding.row) == (
        "sum",
        "120.51",
        "120.50",
        3,
    )


def test_only_carriage_returns_are_no_line_ends() -> None:
    with pytest.raises(Refused) as refused:
        read(file(*GOOD, end="\r"))
    assert rules(refused) == ["ktl_record_length"]


def test_a_line_of_many_megabytes_is_refused() -> None:
    with pytest.raises(Refused):
        read(file(head()) + b"3" * 20_000_000)


CUT = file(*batch(payment(), payment(100, kind="5", code="2"), payment(300, correction=1)))


def test_a_part_of_a_file_yields_nothing() -> None:
    """Cut anywhere, a batch is refused; only its last line end may be missing."""
    whole = read(CUT)
    for length in range(len(CUT) - 2):
        with pytest.raises(Refused):
            read(CUT[:length])
    assert read(CUT[:-1]) == read(CUT[:-2]) == whole


def test_a_part_of_a_file_stores_nothing_whoever_reads_it() -> None:
    for length in (1, 50, 95, 200, len(CUT) - 40):
        with pytest.raises(Refused):
            read_documents(CUT[:length], "cut.ktl")


AMOUNTS = [77 + at + 92 * record for record in (1, 2, 3) for at in range(10)]
SUMS = [92 * 4 + at for at in range(1, 52)]


@pytest.mark.parametrize("at", AMOUNTS + SUMS)
def test_no_changed_digit_of_an_amount_passes(at: int) -> None:
    """Every other digit in every place of every amount, count and sum."""
    for digit in b"0123456789":
        changed = CUT[:at] + bytes([digit]) + CUT[at + 1 :]
        if changed != CUT:
            with pytest.raises(Refused):
                read(changed)


def test_damaged_files_are_refused_or_hold_the_same_money() -> None:
    """1 000 files with a byte changed, left out, doubled or two exchanged."""
    chance = random.Random(20260303)
    whole = [(entry.amount, entry.reversal) for entry in read(CUT)[0].entries]
    passed, reasons = 0, set()
    for _ in range(1000):
        data = bytearray(CUT)
        at, other = chance.randrange(len(data)), chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at]
            case 2:
                data.insert(at, data[other])
            case _:
                data[at], data[other] = data[other], data[at]
        try:
            found = read(bytes(data))
        except Refused as refused:
            reasons |= {finding.rule for finding in refused.findings}
            continue
        passed += 1
        assert [(entry.amount, entry.reversal) for document in found for entry in document.entries] == whole
    assert 0 < passed < 1000
    assert {f"finding.{rule}" for rule in reasons} <= texts().keys()


@given(
    st.lists(
        st.tuples(st.integers(0, 10**8), st.integers(100, 10**15), st.booleans(), st.sampled_from("357S")),
        max_size=30,
    )
)
@settings(deadline=None, max_examples=60)
def test_the_total_is_the_sum_of_the_entries(payments: list[tuple[int, int, bool, str]]) -> None:
    records = [
        payment(cents, national_reference(str(base)), correction=int(corrected), kind=kind)
        for cents, base, corrected, kind in payments
    ]
    (found,) = read(file(*batch(*records)))
    signs = [-1 if corrected != (kind == "7") else 1 for _, _, corrected, kind in payments]
    assert found.total == sum(
        (sign * Decimal(cents).scaleb(-2) for sign, (cents, *_) in zip(signs, payments, strict=True)),
        Decimal(0),
    )
    assert found.count == len(payments)
    assert [entry.reference for entry in found.entries] == [
        national_reference(str(base)) for _, base, *_ in payments
    ]
    assert found.as_json()["total"] == f"{found.total:.2f}"


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    assert is_ktl(data) in (True, False)
    try:
        read(file(head()) + data)
    except Refused:
        pass
    else:
        pytest.fail("random bytes behind a batch record are no batch")


@pytest.mark.parametrize(
    "data",
    [b"", b"0", b"00000000000;1", b"<xml/>", b"number;name\r\n1;2\r\n", b"3" + b"0" * 89, b"PK\x03\x04"],
)
def test_other_files_are_not_taken_for_the_list(data: bytes) -> None:
    assert not is_ktl(data)


def test_the_file_is_told_apart_by_its_contents() -> None:
    (found,) = read_documents(file(*GOOD), "anything.txt")
    assert isinstance(found, PaymentList)
    assert (found.kind, found.format, found.account) == ("payments", "ktl", IBAN)
    assert ACCOUNT in found.account
