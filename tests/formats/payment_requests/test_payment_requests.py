# ruff: noqa: E501 - tables of one line for each case
"""Payments of other expenditure: the multi-recipient workbook and messages of own systems (EX 2.2-b, EX 2.2-c)."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from payment_cast import (
    MESSAGE,
    PAYMENT,
    SECOND_POSTING,
    Row,
    csv_file,
    message,
    payment,
    table,
    workbook,
)

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.payment_request import PaymentRequest
from reskontra.exchange.reading import read_documents, whole_file_findings
from reskontra.formats.workbooks.columns import columns
from reskontra.formats.workbooks.expenditure import read_expenditure
from reskontra.formats.workbooks.isolation import read_in_child

GOLDEN = Path(__file__).parent / "golden"
ORDINARY = [
    PAYMENT,
    SECOND_POSTING,
    payment(long_reference="BID-2026-17_2", instalment=2, due_date=date(2026, 12, 15)),
]


def read(*rows: Row, control: Row | None = None) -> PaymentRequest:
    found = read_expenditure(workbook(table("payments", rows), control), "x")
    assert isinstance(found, PaymentRequest)
    return found


def read_message(data: bytes) -> PaymentRequest:
    found = read_expenditure(data, "x")
    assert isinstance(found, PaymentRequest)
    return found


def places(findings: tuple[Finding, ...]) -> list[tuple[str, int | None, str | None]]:
    return [(finding.rule, finding.row, finding.column) for finding in findings]


def test_the_columns_of_the_form_are_those_that_units_fill_in() -> None:
    """EX 2.2-d"""
    of_the_form = {
        "instalment", "supplier_number", "payee_name", "iban", "own_account", "due_date", "amount", "currency",
        "payment_term", "long_reference", "invoice_date", "voucher_type", "voucher_date", "account", "vat_code",
        "posting_amount", "operating_unit", "budget_account", "authorisation", "project", "function", "product", "area",
        "partner", "tracking1", "tracking2", "reserve1", "reserve2", "joint_funding_unit", "posting_text",
        "reviewer_email", "approver_email",
    }  # fmt: skip
    assert of_the_form <= columns("payments").keys()


@pytest.mark.parametrize("name", ["workbook", "message"])
def test_a_file_reads_as_the_golden_document(name: str) -> None:
    """EX 2.2-d"""
    data = workbook(
        table("payments", ORDINARY), {"Källsystem": "BIDRAG-1", "Antal betalningar": 2, "Kontrollsumma": 3000}
    )
    found = read_message(data if name == "workbook" else json.dumps(MESSAGE).encode())
    golden = GOLDEN / f"{name}.json"
    assert found.findings == ()
    assert json.loads(golden.read_text("utf-8")) == found.as_json()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_workbook_and_csv_in_every_language_say_the_same(language: str) -> None:
    """EX 2.2-d"""
    cells = table("payments", ORDINARY, language)
    one, other = read_message(workbook(cells)), read_message(csv_file(cells))
    assert (one.payments, one.language, one.findings) == (other.payments, language, ())
    assert one.payments == read(*ORDINARY).payments


def test_what_is_printed_can_be_sent_in_again() -> None:
    """EX 2.2-c"""
    found = read(*[{**row, "sender_system": "BIDRAG-1", "receiver": "003702454401100"} for row in ORDINARY])
    again = read_message(json.dumps(found.as_json()).encode())
    assert again.payments == found.payments
    assert (again.sender_system, again.receiver, again.findings) == ("BIDRAG-1", "003702454401100", ())


def test_rows_of_one_reference_and_instalment_are_one_payment_wherever_they_stand() -> None:
    first, second = payment(posting_amount=700), payment(long_reference="BID-2026-17_2", instalment=2)
    found = read(first, second, {**first, "posting_amount": 800})
    assert [(one.instalment, [posting.row for posting in one.postings]) for one in found.payments] == [
        (1, [2, 4]),
        (2, [3]),
    ]
    assert found.findings == ()
    assert [one.posted for one in found.payments] == [Decimal(1500), Decimal(1500)]
    assert [(one.case, one.instalment_number) for one in found.payments] == [
        ("BID-2026-17", 1),
        ("BID-2026-17", 2),
    ]


def test_the_same_row_twice_is_not_paid_twice() -> None:
    found = read(payment(), payment())
    (one,) = found.payments
    assert places(found.findings) == [("payment_postings_differ", 2, "Konteringsbelopp")]
    assert one.amount == Decimal(1500)


def test_rows_without_a_reference_begin_a_payment_when_they_say_something_else() -> None:
    keyless: Row = {
        name: value
        for name, value in payment(invoice_number="77").items()
        if name not in ("long_reference", "instalment")
    }
    other = {**keyless, "invoice_number": "78", "posting_amount": 1500}
    found = read({**keyless, "posting_amount": 1400}, {"posting_amount": 100, "account": "82300000"}, other)
    assert [(one.invoice_number, len(one.postings)) for one in found.payments] == [("77", 2), ("78", 1)]
    assert found.findings == ()


def test_a_row_that_begins_nothing_is_told() -> None:
    found = read(SECOND_POSTING, payment())
    assert places(found.findings) == [("entry_row_starts_nothing", 2, "Lång referens")]
    assert len(found.payments) == 1


def test_a_later_row_that_says_something_else_is_told() -> None:
    found = read(PAYMENT, {**PAYMENT, "posting_amount": 500, "iban": "FI4950009420028730"})
    assert places(found.findings) == [("entry_field_differs", 3, "Bankkonto")]
    assert found.findings[0].detail == {"first": "2"}


WRONG: dict[str, tuple[Row, str, str]] = {
    "no amount": ({"amount": None}, "form_value_missing", "Belopp"),
    "an amount of zero": ({"amount": 0}, "value_amount_not_positive", "Belopp"),
    "a negative amount": ({"amount": -1500}, "value_amount_not_positive", "Belopp"),
    "thousands or decimals": ({"amount": "1,500"}, "form_not_a_number", "Belopp"),
    "a fraction of a cent": ({"amount": 1500.005}, "form_too_many_decimals", "Belopp"),
    "no currency": ({"currency": None}, "form_value_missing", "Valuta"),
    "an unknown currency": ({"currency": "EUX"}, "value_currency_unknown", "Valuta"),
    "no due date": ({"due_date": None}, "form_value_missing", "Förfallodag"),
    "a due date that is a number": ({"due_date": 46280.5}, "form_number_is_no_date", "Förfallodag"),
    "a faulty account": ({"iban": "FI2112345600000786"}, "value_iban_not_valid", "Bankkonto"),
    "no account and no supplier number": ({"iban": None}, "form_value_missing", "Bankkonto"),
    "a faulty BIC": ({"bic": "NDEA"}, "value_bic_not_valid", "Bankens BIC-kod"),
    "a faulty business id": ({"business_id": "0245440-2"}, "value_business_id_not_valid", "FO-nummer"),
    "a technical id of no day": ({"business_id": "4310290-0"}, "value_business_id_not_valid", "FO-nummer"),
    "another instalment": ({"instalment": 3}, "payment_instalment_differs", "Post"),
    "an instalment that is no number": ({"instalment": "A"}, "value_not_a_count", "Post"),
    "postings that are a cent short": ({"posting_amount": 1499.99}, "payment_postings_differ", "Konteringsbelopp"),
    "postings that are a cent over": ({"posting_amount": 1500.01}, "payment_postings_differ", "Konteringsbelopp"),
    "a posting of zero": ({"posting_amount": 0}, "value_amount_is_zero", "Konteringsbelopp"),
    "a posting without an account": ({"account": None}, "form_value_missing", "Affärsbokföringskonto"),
    "an account of seven digits": ({"account": "8230000"}, "value_account_digits", "Affärsbokföringskonto"),
    "an operating unit of nine digits": ({"operating_unit": "123456789"}, "value_operating_unit_digits", "Verksamhetsenhet"),
    "no budget account": ({"budget_account": "moms"}, "value_budget_account_form", "Budgetbokföringskonto"),
    "a voucher type of three": ({"voucher_type": "XBB"}, "value_voucher_type_form", "Verifikatslag"),
    "net and VAT": ({"net": 1200, "vat": 299.99}, "payment_net_and_vat_differ", "Belopp"),
    "one person for both": ({"approver_email": "Rita@verket.example"}, "payment_reviewed_and_approved_by_one", "Godkännarens e-post"),
    "approved, not reviewed": ({"approved_on": date(2026, 9, 1)}, "payment_approved_without_review", "Dag för sakgranskning"),
    "approved before the review": ({"reviewed_on": date(2026, 9, 2), "approved_on": date(2026, 9, 1)}, "payment_approved_before_review", "Dag för godkännande"),
    "a day without its person": ({"reviewed_on": date(2026, 9, 2), "reviewer_email": None}, "form_value_missing", "Sakgranskarens e-post"),
    "no e-mail address": ({"reviewer_email": "rita"}, "form_email_not_valid", "Sakgranskarens e-post"),
    "a personal code in a text": ({"posting_text": "avser 010190-900P"}, "form_personal_code_in_text", "Konteringstext"),
    "a personal code for a business id": ({"business_id": "010190-900P"}, "form_personal_code_in_text", "FO-nummer"),
    "an EDI code with a wrong digit": ({"receiver": "003702454402"}, "value_edi_code_not_valid", "Mottagarens EDI-kod"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_each_finding_names_its_row_and_its_column(case: str) -> None:
    """EX 2.2-d"""
    changed, rule, column = WRONG[case]
    found = read(payment(long_reference="BID-1_9", instalment=9), payment(**changed))
    labels = {finding.rule: (finding.row, finding.column) for finding in found.findings}
    assert labels == {rule: (3, column)}
    clauses = {finding.clause for finding in found.findings}
    assert clauses == ({"OC 2.2-f"} if rule == "form_personal_code_in_text" else {"EX 2.2-d"})
    assert "900P" not in json.dumps(found.as_json())


RIGHT: dict[str, Row] = {
    "a supplier number alone": {
        "supplier_number": "500123",
        "iban": None,
        "payee_name": None,
        "business_id": None,
    },
    "a private person's technical id": {"business_id": "4010190-0"},
    "a leap day": {"business_id": "4290200-0"},
    "a VAT id of another member state": {"business_id": "SE556188840401"},
    "another currency": {"currency": "sek"},
    "net and VAT to the cent": {"net": 1200, "vat": 300},
    "reviewed and approved on one day": {"reviewed_on": date(2026, 9, 2), "approved_on": date(2026, 9, 2)},
    "an IBAN in groups": {"iban": "FI21 1234 5600 0007 85"},
    "a budget account without dots": {"budget_account": "29103020"},
    "no instalment column": {"instalment": None},
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_right_is_told_of_nothing(case: str) -> None:
    assert read(payment(**RIGHT[case])).findings == ()


def test_postings_may_take_back() -> None:
    found = read(payment(posting_amount=1600), {"posting_amount": -100, "account": "82300000"})
    assert (found.findings, found.payments[0].posted) == ((), Decimal(1500))


def test_another_payee_of_one_case_is_shown_and_not_refused() -> None:
    found = read(payment(), payment(long_reference="BID-2026-17_2", instalment=2, iban="FI4950009420028730"))
    (finding,) = found.findings
    assert (finding.rule, finding.severity, finding.row, finding.column) == (
        "payment_payee_differs",
        "warning",
        3,
        "Bankkonto",
    )


def test_sender_and_receiver_are_one_in_a_file() -> None:
    told = payment(sender_system="BIDRAG-1", receiver="003702454401100")
    found = read(told, payment(long_reference="BID-9", instalment=None, sender_system="BIDRAG-2"))
    assert places(found.findings) == [("entry_file_field_differs", 3, "Källsystem")]
    assert (found.sender_system, found.receiver) == ("BIDRAG-1", "003702454401100")
    on_the_sheet = read(told, control={"Källsystem": "ANNAT", "EDI-kod": "003702454401100"})
    assert [finding.rule for finding in on_the_sheet.findings] == ["entry_file_field_differs"]


DECLARED: dict[str, tuple[Row, list[str]]] = {
    "all agree": ({"Antal rader": 3, "Antal betalningar": 2, "Kontrollsumma": 3000}, []),
    "a row more": ({"Antal rader": 4}, ["declared_rows"]),
    "a payment less": ({"Antal betalningar": 1}, ["declared_entries"]),
    "a cent more": ({"Kontrollsumma": 3000.01}, ["declared_total"]),
}


@pytest.mark.parametrize("case", DECLARED)
def test_what_is_declared_is_compared(case: str) -> None:
    control, wrong = DECLARED[case]
    found = whole_file_findings(read(*ORDINARY, control=control))
    assert [finding.where for finding in found] == wrong
    assert {finding.rule for finding in found} <= {"counts_disagree"}


def test_a_message_names_its_sender_and_receiver() -> None:
    """EX 2.2-c"""
    data = json.dumps({name: value for name, value in MESSAGE.items() if name != "sender_system"}).encode()
    (finding,) = read_message(data).findings
    assert (finding.rule, finding.column) == ("payment_message_sender_missing", "Source system")


def test_a_message_that_holds_a_payment_twice_is_told() -> None:
    """EX 2.2-c"""
    payments = MESSAGE["payments"]
    assert isinstance(payments, list)
    found = read_message(json.dumps({**MESSAGE, "payments": payments * 2}).encode())
    assert [(finding.rule, finding.row) for finding in found.findings] == [("entry_repeated", 3)]


REFUSED = {
    "an unknown key": ("file_json_key_unknown", message(discount=1)),
    "an unknown key of a posting": ("file_json_key_unknown", message(postings=[{"amount": 1, "tax": 1}])),
    "an unknown dimension": ("file_json_key_unknown", message(postings=[{"amount": 1, "coding": {"colour": "red"}}])),
    "an unknown key of the payee": ("file_json_key_unknown", message(payee={"personal_code": "010190-900P"})),
    "postings that are no list": ("file_json_value", message(postings={})),
    "truth for an amount": ("file_json_value", message(amount=True)),
    "NaN": ("file_json_not_a_number", message().replace(b'"1500.00"', b"NaN", 1)),
    "an endless exponent": ("file_json_value", message().replace(b'"1500.00"', b"1e400", 1)),
    "a key twice": ("file_json_key_twice", message().replace(b'"kind"', b'"receiver": "", "kind"', 1)),
    "cut off": ("file_json_damaged", message()[:-2]),
    "too deep": ("file_json_too_deep", b'{"kind": "payment_request", "payments": ' + b"[" * 60_000),
    "no payments": ("file_json_value", b'{"kind": "payment_request"}'),
    "another kind": ("file_json_kind", b'{"kind": "payment_order"}'),
    "a formula": ("file_formula_in_cell", None),
    "no amounts": ("file_column_missing", csv_file(table("payments", [{n: v for n, v in payment().items() if n != "amount"}]))),
    "a column twice": ("file_column_twice", csv_file([[*table("payments", [payment()])[0], "Betalningens belopp"], [*table("payments", [payment()])[1], "1"]])),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_file_is_refused_by_the_rule_that_names_it(case: str) -> None:
    rule, data = REFUSED[case]
    with pytest.raises(Refused) as refusal:
        read_message(_with_formula() if data is None else data)
    assert [finding.rule for finding in refusal.value.findings] == [rule]
    assert not {finding.clause for finding in refusal.value.findings} & {"OC 3.9-a"}


def _with_formula() -> bytes:
    import io

    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("Rader")
    for number, row in enumerate(table("payments", [payment()])):
        for place, cell in enumerate(row):
            sheet.write(number, place, str(cell) if cell is not None else None)
    sheet.write_formula(1, 1, "=1+1")
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        workbook(table("payments", ORDINARY)),
        csv_file(table("payments", [payment(amount=0), SECOND_POSTING])),
        message(),
    ],
    ids=["workbook", "faulty csv", "message"],
)
def test_the_one_door_reads_in_a_child_what_the_reader_reads(data: bytes) -> None:
    """EX 2.2-b"""
    assert list(read_documents(data, "x")) == [read_message(data)]
    assert read_in_child("other", data, "x") == read_message(data)


def test_a_faulty_form_of_payments_is_refused_as_one() -> None:
    rows = [{name: value for name, value in payment().items() if name != "amount"}]
    with pytest.raises(Refused) as refusal:
        read_documents(csv_file(table("payments", rows)), "x")
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.clause, finding.column) == ("file_column_missing", "EX 2.2-d", "Belopp")


def test_the_example_of_the_documentation_is_read() -> None:
    """EX 2.2-c"""
    page = Path(__file__).parents[3] / "docs" / "payment-messages.md"
    example = page.read_text("utf-8").split("```json\n")[1].split("```")[0]
    found = read_message(example.encode())
    assert (found.findings, whole_file_findings(found), len(found.payments)) == ((), [], 1)


@given(st.integers(0, len(message()) - 1), st.binary(max_size=3))
def test_a_message_with_damaged_bytes_is_read_or_refused_and_never_more(place: int, put: bytes) -> None:
    whole = message()
    try:
        found = read_message(whole[:place] + put + whole[place + 1 :])
    except Refused:
        return
    assert len(found.payments) == 1
    posted = found.payments[0].posted
    wrong = {finding.rule for finding in found.findings if finding.severity == "error"}
    assert wrong or found.payments[0].amount == posted


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6), st.integers(-1, 1))
def test_postings_are_the_amount_to_the_cent_or_told(cents: list[int], off: int) -> None:
    amount = sum(cents) + off
    assume(amount > 0)
    rows: list[Row] = [payment(amount=_euro(amount), posting_amount=_euro(cents[0]))]
    rows += [{"posting_amount": _euro(one), "account": "82300000"} for one in cents[1:]]
    rules = [finding.rule for finding in read_message(csv_file(table("payments", rows))).findings]
    assert rules == (["payment_postings_differ"] if off else [])


def _euro(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def test_the_order_of_rows_of_other_payments_changes_no_payment() -> None:
    alone = read(payment(), payment(long_reference="BID-9", instalment=None))
    turned = read(payment(long_reference="BID-9", instalment=None), payment())
    assert [replace(one, row=0, postings=()) for one in alone.payments] == [
        replace(one, row=0, postings=()) for one in reversed(turned.payments)
    ]
