"""Account statements and notifications in ISO 20022 (OC 4.1-b): what they say, in both versions alike."""

import json
from decimal import Decimal

import pytest
from bank_cast import (
    DAY,
    GOLDEN,
    IBAN,
    KTL_GOLDEN,
    PAYER_IBAN,
    PAYMENTS,
    STANDARDS,
    STATEMENT,
    VERSIONS,
    balance,
    batch,
    day_of_payments,
    document,
    entry,
    part,
    payment,
    structured,
    summary,
    working_day,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reskontra.documents.findings import Refused
from reskontra.documents.statement import Entry, PaymentList, Statement
from reskontra.exchange.checking import file_findings
from reskontra.exchange.messages import message
from reskontra.exchange.reading import read_documents
from reskontra.formats.camt.reader import is_camt, read
from reskontra.formats.ktl.reader import read as read_ktl
from reskontra.kernel.references import national_reference, rf_reference
from reskontra.kernel.texts import LANGUAGES

BUILT = {"statement": working_day, "payments": day_of_payments}
both = pytest.mark.parametrize("version", VERSIONS)


def statement(version: str, *entries: str, **of_part: str) -> Statement:
    """A statement without balances: what it lacks is no matter here."""
    (found,) = read(document(version, part(version, *entries, **of_part)))  # type: ignore[arg-type]
    assert isinstance(found, Statement)
    return found


def notification(version: str, *entries: str, **of_part: str) -> PaymentList:
    (found,) = read(document(version, part(version, *entries, family=PAYMENTS, **of_part), family=PAYMENTS))  # type: ignore[arg-type]
    assert isinstance(found, PaymentList)
    return found


def only(version: str, *entries: str) -> Entry:
    found = notification(version, *entries)
    assert len(found.entries) == 1
    return found.entries[0]


def rules(found: Statement | PaymentList) -> list[str]:
    return [finding.rule for finding in found.findings]


# --- golden files and public examples ---


@both
@pytest.mark.parametrize("name", BUILT)
def test_the_golden_files_are_read_as_written_down(name: str, version: str) -> None:
    data = (GOLDEN / f"{name}_{version}.xml").read_bytes()
    assert data == BUILT[name](version)
    told = [found.as_json() for found in read(data)]
    family = STATEMENT if name == "statement" else PAYMENTS
    assert [found.pop("format") for found in told] == [f"{family}.001.{version}"]
    assert told == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@both
@pytest.mark.parametrize("name", BUILT)
@pytest.mark.skipif(not STANDARDS.is_dir(), reason="the public schemas beside the project are not there")
def test_the_golden_files_follow_the_public_schema(name: str, version: str) -> None:
    family = STATEMENT if name == "statement" else PAYMENTS
    schema = etree.XMLSchema(etree.parse(STANDARDS / "xsd" / f"{family}.001.{version}.xsd"))
    schema.assertValid(etree.fromstring((GOLDEN / f"{name}_{version}.xml").read_bytes()))


# example                               kind         count  total          what is found, or why it is refused
EXAMPLES = {
    "camt.053.001.02_popbank.xml": ("statement", 1, "-1.23", []),
    "camt.053.001.02_generic.xml": (
        "statement",
        1,
        "8.85",
        [
            "bank_copy",
            "bank_reference_wrong",
            "statement_balance_currency",
            "statement_does_not_add_up",
            "statement_other_period",
        ],
    ),
    "camt.053.001.08_generic.xml": (
        "statement",
        1,
        "8.85",
        [
            "bank_copy",
            "bank_reference_wrong",
            "statement_balance_currency",
            "statement_does_not_add_up",
            "statement_other_period",
        ],
    ),
    "camt.054.001.02_handelsbanken_fi.xml": ("payments", 4, "7048.00", ["bank_account_wrong"]),
    "camt.054.001.08_generic.xml": ("payments", 1, "-200000.00", ["bank_booking_date_missing"]),
    "pain.001.001.03_fi_national_reference.xml": ("refused", 0, "", ["camt_other_message"]),
    "pain.001.001.03_fi_rf_reference.xml": ("refused", 0, "", ["camt_other_message"]),
    "pain.001.001.03_fi_two_batches.xml": ("refused", 0, "", ["camt_other_message"]),
    "pain.001.001.09_generic.xml": ("refused", 0, "", ["camt_other_message"]),
    "pain.001.001.09_sepa_salary.xml": ("refused", 0, "", ["camt_other_message"]),
    "pain.002.001.03_actc.xml": ("refused", 0, "", ["camt_other_message"]),
    "pain.002.001.03_popbank_xsd_invalid.xml": ("refused", 0, "", ["camt_other_message"]),
}


@pytest.mark.skipif(not STANDARDS.is_dir(), reason="the public examples beside the project are not there")
def test_every_public_example_is_read_or_refused_with_a_reason() -> None:
    told = {}
    for path in sorted((STANDARDS / "examples").iterdir()):
        try:
            (found,) = read(path.read_bytes())
        except Refused as refused:
            told[path.name] = ("refused", 0, "", [finding.rule for finding in refused.findings])
        else:
            assert isinstance(found, Statement | PaymentList)
            told[path.name] = (found.kind, found.count, str(found.total), sorted(rules(found)))
    assert told == EXAMPLES


@pytest.mark.skipif(not STANDARDS.is_dir(), reason="the public examples beside the project are not there")
def test_a_real_payment_for_an_invoice_and_a_credit_note_keeps_its_parts() -> None:
    data = (STANDARDS / "examples" / "camt.054.001.02_handelsbanken_fi.xml").read_bytes()
    second = read(data)[0].entries[1]
    assert second.reference == "9544208"
    assert [(part.amount, part.document_number) for part in second.parts] == [
        (Decimal("1371.13"), None),
        (Decimal("-628.68"), "9582095"),
    ]


# --- the same payments by two ways ---

SHARED = (
    "amount",
    "booking_date",
    "payment_date",
    "reference",
    "payer",
    "archive_id",
    "reversal",
    "direction",
)


@both
def test_a_notification_and_the_reference_payment_list_give_the_same_payments(version: str) -> None:
    """OC 4.1-b: the one is reconciled with the other, so that both must say the same."""
    by_camt = read((GOLDEN / f"payments_{version}.xml").read_bytes())[0]
    by_ktl = read_ktl((KTL_GOLDEN / "payments.ktl").read_bytes())[0]
    assert (by_camt.account, by_camt.currency, by_camt.count, by_camt.total) == (
        by_ktl.account,
        by_ktl.currency,
        by_ktl.count,
        by_ktl.total,
    )
    for one, other in zip(by_camt.entries, by_ktl.entries, strict=True):
        assert {key: getattr(one, key) for key in SHARED} == {key: getattr(other, key) for key in SHARED}
    assert by_camt.as_json().keys() - {"format"} == by_ktl.as_json().keys() - {"format"}


# --- one payment ---


@both
def test_the_four_identifiers_of_a_payment_order_are_found(version: str) -> None:
    found = only(
        version,
        entry(
            version,
            "-250.00",
            payment(
                version,
                "-250.00",
                ultimate_debtor="Exempelverket",
                end_to_end_id="E2E-7",
                instruction_id="INSTR-7",
                payment_information_id="PMT-7",
            ),
            batch=batch("BATCH-1"),
        ),
    )
    identifiers = (
        found.ultimate_debtor,
        found.payment_information_id,
        found.end_to_end_id,
        found.instruction_id,
    )
    assert identifiers == ("Exempelverket", "PMT-7", "E2E-7", "INSTR-7")


@both
def test_the_batch_is_repeated_on_each_of_its_payments(version: str) -> None:
    found = notification(
        version,
        entry(
            version,
            "30.00",
            payment(version, "10.00"),
            payment(version, "20.00"),
            batch=batch("B-9", 2, "30.00"),
        ),
    )
    assert [(one.amount, one.payment_information_id, one.transaction) for one in found.entries] == [
        (Decimal("10.00"), "B-9", 1),
        (Decimal("20.00"), "B-9", 2),
    ]


@both
def test_not_provided_counts_as_absent_everywhere(version: str) -> None:
    gone = "NOTPROVIDED"
    found = only(
        version,
        entry(
            version,
            "1.00",
            payment(
                version,
                "1.00",
                reference=gone,
                message=gone,
                payer=gone,
                ultimate_debtor=gone,
                archive_id=gone,
                end_to_end_id=gone,
                instruction_id=gone,
                payment_information_id=gone,
            ),
            batch=batch(gone),
            archive_id=gone,
            information=gone,
        ),
    )
    told = found.as_json()
    absent = (
        "reference",
        "written_reference",
        "message",
        "payer",
        "ultimate_debtor",
        "archive_id",
        "end_to_end_id",
    )
    assert {
        told[key] for key in (*absent, "instruction_id", "payment_information_id", "entry_archive_id")
    } == {None}


# written                          reference   warned
REFERENCES = {
    "12344": ("12344", False),
    "00000000000000012344": ("12344", False),
    "1 2344": ("12344", False),
    rf_reference("12344"): ("12344", False),
    "rf08 12344": ("12344", False),
    "0000000000" + rf_reference("12344"): ("12344", False),
    "RF18539007547034": ("RF18539007547034", False),
    "12345": ("12345", True),
    "INVOICE 7": ("INVOICE 7", True),
    "00000000000000000000": (None, False),
}


@both
@pytest.mark.parametrize("written", REFERENCES)
def test_a_reference_is_compared_in_one_form_and_kept_as_written(version: str, written: str) -> None:
    expected, warned = REFERENCES[written]
    found = notification(version, entry(version, "1.00", payment(version, "1.00", reference=written)))
    one = found.entries[0]
    assert one.reference == expected
    assert one.written_reference == (written if expected else None)
    assert [(finding.rule, finding.severity) for finding in found.findings] == (
        [("bank_reference_wrong", "warning")] if warned else []
    )


@both
@pytest.mark.parametrize(
    ("written", "read_as"), [("7", "7.00"), ("96.4", "96.40"), ("0.5000", "0.50"), ("12.", "12.00")]
)
def test_an_amount_may_be_written_short(version: str, written: str, read_as: str) -> None:
    assert only(version, entry(version, written, payment(version, written))).as_json()["amount"] == read_as


@both
def test_a_payment_without_an_amount_of_its_own_has_the_entrys(version: str) -> None:
    assert only(version, entry(version, "-5.00", payment(version, payer="A"))).amount == Decimal("-5.00")


@both
def test_a_reversal_is_booked_in_its_own_direction_and_not_negated_again(version: str) -> None:
    found = notification(
        version,
        entry(version, "-20.00", payment(version, "-20.00"), reversal=True),
        entry(version, "20.00", payment(version, "20.00"), reversal=True),
        entry(version, "20.00", payment(version, "20.00"), reversal=False),
    )
    assert [(one.amount, one.reversal, one.direction) for one in found.entries] == [
        (Decimal("-20.00"), True, "debit"),
        (Decimal("20.00"), True, "credit"),
        (Decimal("20.00"), False, "credit"),
    ]


@both
def test_the_first_three_digits_are_the_code_whatever_text_the_bank_adds(version: str) -> None:
    for code in ("705 VIITESIIRROT", "705VIITESIIRTO", "705"):
        assert (
            only(version, entry(version, "1.00", payment(version, "1.00"), code=code)).transaction_code
            == "705"
        )
    assert only(version, entry(version, "1.00", code="NTRF")).transaction_code is None


@both
def test_several_lines_of_a_message_are_kept_apart(version: str) -> None:
    remittance = "<Ustrd>Lasku 17</Ustrd><Ustrd>Kiitos</Ustrd>"
    found = only(version, entry(version, "1.00", payment(version, "1.00", remittance=remittance)))
    assert found.message == "Lasku 17\nKiitos"


@both
def test_the_accounts_and_days_of_a_payment_are_read(version: str) -> None:
    details = payment(version, "1.00", account=PAYER_IBAN, paid="2026-03-01", payee="Exempelverket")
    found = only(version, entry(version, "1.00", details))
    assert (found.payer_account, found.payee) == (PAYER_IBAN, "Exempelverket")
    assert (str(found.booking_date), str(found.value_date), str(found.payment_date)) == (
        DAY,
        DAY,
        "2026-03-01",
    )


# --- one payment for several invoices (AOS2) ---


@both
def test_a_payment_for_several_invoices_has_parts_and_no_reference_of_its_own(version: str) -> None:
    remittance = (
        structured("12344", "80.00") + structured("12357", "40.00") + structured("12360", credit_note="20.00")
    )
    found = notification(version, entry(version, "100.00", payment(version, "100.00", remittance=remittance)))
    one = found.entries[0]
    assert one.reference is None
    assert [(part.reference, part.amount) for part in one.parts] == [
        ("12344", Decimal("80.00")),
        ("12357", Decimal("40.00")),
        ("12360", Decimal("-20.00")),
    ]
    assert found.findings == ()


@both
def test_one_invoice_and_a_credit_note_keep_the_reference(version: str) -> None:
    remittance = structured("12344", "80.00") + structured(credit_note="20.00", number="77")
    one = only(version, entry(version, "60.00", payment(version, "60.00", remittance=remittance)))
    assert (one.reference, [part.document_number for part in one.parts]) == ("12344", [None, "77"])


@both
def test_parts_that_do_not_make_the_payment_are_found(version: str) -> None:
    remittance = structured("12344", "80.00") + structured("12357", "40.00")
    found = notification(version, entry(version, "100.00", payment(version, "100.00", remittance=remittance)))
    (finding,) = found.findings
    assert (finding.rule, finding.value, finding.detail["sum"]) == ("bank_parts_differ", "100.00", "120.00")


# --- sums and what is set aside ---

SUMS = {
    "705 without details": ({"code": "705 VIITESIIRROT"}, (), True),
    "705 with bare details": ({"code": "705VIITESIIRTO"}, ({},), True),
    "705 with a payer": ({"code": "705VIITESIIRTO"}, ({"payer": "A"},), False),
    "705 with a reference": ({"code": "705VIITESIIRTO"}, ({"reference": "12344"},), False),
    "a batch without details": ({"batch": batch("B-1", 17)}, (), True),
    "a batch of one": ({"batch": batch("B-1", 1)}, (), False),
    "a bank fee": ({"code": "730PALVELUMAKSU"}, (), False),
}


@both
@pytest.mark.parametrize("name", SUMS)
def test_a_sum_that_is_detailed_elsewhere_is_marked(version: str, name: str) -> None:
    fields, details, expected = SUMS[name]
    payments = [payment(version, "50.00", **one) for one in details]
    found = only(version, entry(version, "50.00", *payments, **fields))  # type: ignore[arg-type]
    assert (found.summary, found.amount) == (expected, Decimal("50.00"))


@both
def test_a_sum_of_a_batch_keeps_the_batchs_identifier(version: str) -> None:
    assert only(version, entry(version, "50.00", batch=batch("B-1", 17))).payment_information_id == "B-1"


@both
@pytest.mark.parametrize("status", ["PDNG", "INFO"])
def test_what_is_not_booked_is_listed_apart_and_not_counted(version: str, status: str) -> None:
    found = statement(
        version,
        entry(version, "10.00", payment(version, "10.00")),
        entry(version, "99.00", payment(version, "99.00"), status=status),
        opening="0",
        closing="10.00",
    )
    assert (found.count, found.total, found.findings) == (1, Decimal("10.00"), ())
    assert [(one.amount, one.status) for one in found.pending] == [(Decimal("99.00"), status)]


@both
def test_another_currency_than_the_accounts_is_listed_apart_with_an_error(version: str) -> None:
    found = notification(version, entry(version, "10.00"), entry(version, "99.00", currency="SEK"))
    assert (found.count, found.total, rules(found)) == (1, Decimal("10.00"), ["bank_other_currency"])
    assert [(one.amount, one.currency) for one in found.foreign] == [(Decimal("99.00"), "SEK")]


@both
def test_an_account_in_another_currency_is_read_in_it(version: str) -> None:
    found = notification(version, entry(version, "10.00", currency="SEK"), currency="SEK")
    assert (found.currency, found.total, found.findings) == ("SEK", Decimal("10.00"), ())


@both
def test_several_statements_in_one_file_are_several_documents(version: str) -> None:
    first = part(version, entry(version, "1.00"), opening="0", closing="1", number=1)
    second = part(version, entry(version, "2.00"), opening="1", closing="3", number=2)
    found = read(document(version, first, second))
    assert [(one.statement_id, one.sequence, one.total) for one in found] == [
        ("STMT1", "1", Decimal("1.00")),
        ("STMT2", "2", Decimal("2.00")),
    ]


@both
def test_a_statement_is_told_apart_by_account_sequence_and_balances(version: str) -> None:
    (found,) = read(working_day(version))
    assert isinstance(found, Statement)
    assert found.opening is not None
    assert found.closing is not None
    assert (found.account, found.sequence, found.opening.amount, found.closing.amount) == (
        IBAN,
        "61",
        Decimal("1000.00"),
        Decimal("3147.40"),
    )
    assert [one.position for one in found.entries] == [1, 2, 2, 3, 4, 5, 6]


# --- what does not add up ---

ONE = {"opening": "100.00", "closing": "110.00"}
WRONG = {
    "the closing balance": ({"opening": "100.00", "closing": "110.01"}, ["statement_does_not_add_up"]),
    "an overdrawn account": ({"opening": "-100.00", "closing": "110.00"}, ["statement_does_not_add_up"]),
    "no opening balance": ({"closing": "110.00"}, ["statement_balance_missing"]),
    "no closing balance": ({"opening": "100.00"}, ["statement_balance_missing"]),
    "the number of entries": (
        ONE | {"summary": summary("02", (2, "10.00"), (0, "0"))},
        ["bank_summary_differs"] * 2,
    ),
    "the sum of entries": (
        ONE | {"summary": summary("02", (1, "10.01"), (0, "0"))},
        ["bank_summary_differs"],
    ),
    "the direction": (ONE | {"summary": summary("02", (0, "0"), (1, "10.00"))}, ["bank_summary_differs"] * 4),
    "a copy": (ONE | {"extra": "<CpyDplctInd>DUPL</CpyDplctInd>"}, ["bank_copy"]),
    "nothing": (ONE | {"summary": summary("02", (1, "10.00"), (0, "0"))}, []),
    "an overdrawn account that adds up": ({"opening": "-10.00", "closing": "0"}, []),
}


@both
@pytest.mark.parametrize("name", WRONG)
def test_what_the_bank_says_is_compared_with_what_was_read(version: str, name: str) -> None:
    fields, expected = WRONG[name]
    assert rules(statement(version, entry(version, "10.00"), **fields)) == expected


@both
def test_the_previous_closing_balance_stands_in_for_the_opening_one(version: str) -> None:
    found = statement(version, entry(version, "10.00"), closing="30.00", balances=balance("PRCD", "20.00"))
    assert rules(found) == []


@both
def test_the_finding_says_by_how_much_the_statement_is_out(version: str) -> None:
    (finding,) = statement(version, entry(version, "10.00"), opening="5", closing="16").findings
    assert finding.severity == "error"
    assert finding.detail == {"opening": "5.00", "booked": "10.00", "closing": "16.00", "difference": "-1.00"}


@both
def test_an_entry_that_its_only_payment_contradicts_keeps_its_amount_with_an_error(version: str) -> None:
    found = notification(version, entry(version, "10.00", payment(version, "11.00", payer="A")))
    assert (found.total, rules(found), found.entries[0].payer) == (
        Decimal("10.00"),
        ["bank_amounts_differ"],
        "A",
    )


@both
@pytest.mark.parametrize(
    ("amounts", "rule"), [(("4.00", "5.00"), "bank_amounts_differ"), (("4.00", None), "bank_amount_missing")]
)
def test_payments_that_do_not_make_their_entry_stay_one_sum(
    version: str, amounts: tuple[str], rule: str
) -> None:
    details = [payment(version, amount, payer="A") for amount in amounts]
    found = notification(version, entry(version, "10.00", *details))
    assert (found.count, found.total, found.entries[0].summary) == (1, Decimal("10.00"), True)
    assert rules(found) == [rule]


@both
def test_what_a_batch_says_of_itself_is_compared(version: str) -> None:
    details = [payment(version, "4.00"), payment(version, "6.00")]
    found = notification(version, entry(version, "10.00", *details, batch=batch("B-1", 3, "10.01")))
    assert rules(found) == ["bank_batch_count_differs", "bank_amounts_differ"]


@both
def test_a_day_outside_the_statement_is_warned_of(version: str) -> None:
    found = statement(version, entry(version, "10.00", day="2026-02-02"), **ONE)
    assert [(finding.rule, finding.severity, finding.row) for finding in found.findings] == [
        ("statement_other_period", "warning", 1)
    ]


@both
def test_a_page_in_the_middle_of_a_statement_needs_no_balances(version: str) -> None:
    if version == "02":
        pytest.skip("version .02 numbers its pages for the whole message only")
    pages = "<StmtPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"
    found = statement(version, entry(version, "10.00"), extra=pages)
    assert (found.page, found.last_page, found.findings) == (2, False, ())


# --- other files ---


@both
def test_what_real_banks_leave_blank_is_tolerated(version: str) -> None:
    data = (
        working_day(version)
        .replace(b"<MsgId>MSG1</MsgId>", b"<MsgId></MsgId>")
        .replace(b"<Id>STMT61</Id>", b"<Id/>")
        .replace(b"<Ccy>EUR</Ccy></Acct>", b"<Svcr><FinInstnId><BIC></BIC></FinInstnId></Svcr></Acct>")
    )
    (found,) = read(data)
    assert (found.message_id, found.statement_id, found.currency, found.count) == (None, None, "EUR", 7)


@pytest.mark.parametrize("name", ["camt.053.001.04", "camt.053.001.06", "camt.054.001.09", "camt.053.001.2"])
def test_other_versions_are_refused_by_their_name(name: str) -> None:
    family = name[:8]
    data = working_day("02").replace(b"camt.053.001.02", name.encode())
    with pytest.raises(Refused) as refused:
        read(data, "day.xml")
    (finding,) = refused.value.findings
    assert (finding.rule, finding.value, finding.where) == ("camt_version", name, "day.xml")
    assert all(family in message(finding, language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (working_day("02").replace(b"camt.053.001.02", b"camt.052.001.02"), "camt_other_message"),
        (
            working_day("02").replace(b"urn:iso:std:iso:20022:tech:xsd:", b"urn:elsewhere:"),
            "camt_not_iso20022",
        ),
        (
            working_day("02").replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"', b""),
            "camt_not_iso20022",
        ),
        (working_day("02").replace(b"BkToCstmrStmt", b"BkToCstmrStnt"), "camt_missing"),
        (document("02"), "camt_missing"),
    ],
)
def test_other_messages_are_refused_with_their_reason(data: bytes, rule: str) -> None:
    assert is_camt(data)
    with pytest.raises(Refused) as refused:
        read_documents(data, "day.xml")
    assert [finding.rule for finding in refused.value.findings] == [rule]


@pytest.mark.parametrize(
    "data", [b"", b"<", b"<Finvoice/>", b"<Document/>", b"0260303", b"PK\x03\x04", b"\xff\xfe<\0"]
)
def test_other_files_are_not_taken_for_camt(data: bytes) -> None:
    assert not is_camt(data)


@both
def test_files_are_told_apart_by_content_and_their_findings_listed(version: str) -> None:
    (found,) = read_documents(working_day(version), "a.bin")
    (payments,) = read_documents(day_of_payments(version), "b.bin")
    assert (found.kind, payments.kind) == ("statement", "payments")
    wrong = working_day(version).replace(b">3147.4<", b">3147.5<")
    assert [finding.rule for finding in file_findings(wrong, "a.bin", None)] == ["statement_does_not_add_up"]


@both
def test_a_prefix_makes_no_difference(version: str) -> None:
    plain = working_day(version)
    prefixed = plain.replace(b"<", b"<c:").replace(b"<c:/", b"</c:").replace(b"<c:?", b"<?")
    prefixed = prefixed.replace(b"xmlns=", b"xmlns:c=")
    assert read(prefixed) == read(plain)
    assert read(prefixed, large=0) == read(plain)


# --- properties ---

payments_given = st.lists(
    st.tuples(
        st.decimals(min_value="0.01", max_value=10**7, places=2),
        st.booleans(),
        st.integers(100, 10**12),
        st.sampled_from(["", "Sampelström & Ågren <x>", "  A  "]),
    ),
    max_size=12,
)


@given(payments_given, st.sampled_from(VERSIONS), st.booleans())
@settings(deadline=None, max_examples=40)
def test_the_total_is_the_sum_of_the_entries(
    given_payments: list[tuple[Decimal, bool, int, str]], version: str, together: bool
) -> None:
    signed = [amount if credit else -amount for amount, credit, *_ in given_payments]
    details = [
        payment(
            version,
            str(amount),
            reference=national_reference(str(base)),
            payer=payer.replace("&", "&amp;").replace("<", "&lt;"),
        )
        for amount, (_, _, base, payer) in zip(signed, given_payments, strict=True)
    ]
    if together and version == "08" and details:  # a batch may hold payments in both directions
        entries = [entry(version, str(sum(signed)), *details)]
    else:
        entries = [entry(version, str(amount), one) for amount, one in zip(signed, details, strict=True)]
    closing = str(sum(signed, Decimal("17.00")))
    data = document(version, part(version, *entries, opening="17.00", closing=closing))
    (found,) = read(data)
    assert found.total == sum((one.amount for one in found.entries), Decimal("0.00")) == sum(signed)
    assert (found.count, found.findings) == (len(signed), ())
    assert [one.reference for one in found.entries] == [
        national_reference(str(b)) for _, _, b, _ in given_payments
    ]
    assert [one.payer for one in found.entries] == [payer.strip() or None for *_, payer in given_payments]
    assert read(data, large=0) == [found]
