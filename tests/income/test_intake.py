"""Billing requests from bytes to orders: every row ends as accepted, returned or known (OC 3.2, 3.9)."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from billing_files import as_json, asked, everything, further, row, rules, send, statuses, stored, workbook
from django.db import connection
from python_calamine import CalamineWorkbook

from cast import CUSTOMERS, FOREST, HARBOUR, business_id, customer, inside, personal_code, run, unit
from reskontra.database.session import working_in
from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.exchange.attachments import BASIS_MARK
from reskontra.exchange.inbox import receive
from reskontra.exchange.messages import message
from reskontra.exchange.models import InboxFile
from reskontra.formats.workbooks.columns import columns
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.actions import approve, review
from reskontra.income.order_handling.files import Answer
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.registers.keys import key_ring
from reskontra.registers.models import Customer, CustomerInUnit, Unit
from reskontra.registers.sealing import personal_code_of
from reskontra.sales.models import BillingRequest, BillingRow, Invoice, Order, OrderDecision, OrderLine

pytestmark = pytest.mark.usefixtures("database")

PDF = b"%PDF-1.7 beslut"


# --- every row has one outcome ----------------------------------------------------------------------------------


def test_every_row_of_a_workbook_ends_accepted_returned_or_known_and_the_answer_says_so() -> None:
    """OC 3.2-a, OC 3.9-a, OC 3.9-c: by row and column as the sender sees them, in the sender's language."""
    data = workbook(
        [
            row("A-1"),
            further("A-1"),
            row("A-2", item="LICENCE"),
            further("A-2"),
            row("A-3", quantity="kaksi"),
            row("A-4", item="OPINION", unit_price=300),
            row("A-1", item="INSPECT"),
            row("A-4", item="OPINION", unit_price=300),
        ]
    )
    answer = send(data, language="fi")
    assert statuses(answer) == [
        "accepted",
        "accepted",
        "returned",
        "returned",
        "returned",
        "accepted",
        "returned",
        "duplicate",
    ]
    assert [rules(outcome) for outcome in answer.rows] == [
        [], [], ["order_item_not_on_price_list"], ["order_returned_with"], ["form_not_a_number"],
        ["order_no_standard_price"], ["order_key_twice_other_content"], ["order_key_twice"],
    ]  # fmt: skip
    wrong = answer.rows[2].findings[0]
    assert (wrong.row, wrong.column, wrong.value, wrong.clause) == (4, "Nimike", "LICENCE", "OC 2.1-a")
    assert answer.rows[3].findings[0].detail == {"rows": "4"}
    assert [answer.rows[place].findings[0].detail["first"] for place in (6, 7)] == ["2", "7"]
    assert (answer.orders, format(answer.amount, ".2f")) == (2, "440.00")
    assert dict(answer.outcomes) == {"READY": 1, "ITEM_NOT_ON_PRICE_LIST": 1, "NO_STANDARD_PRICE": 1}
    with inside(unit()):
        request = BillingRequest.objects.get(unit=unit())
        assert (request.rows, request.orders, request.source) == (8, 6, "workbook")
        kept = BillingRow.objects.filter(unit=unit(), request=request).order_by("row")
        assert [one.status for one in kept] == statuses(answer)
        assert [one.row for one in kept] == [2, 3, 4, 5, 6, 7, 8, 9]
    _result_says_the_same(answer, ["Hyväksytty", "Palautettu", "Tunnettu"])


def _result_says_the_same(answer: Answer, words: Sequence[str]) -> None:
    """The result workbook: the sender's own rows with status, error and order number in columns of their own."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(archive.read(answer.result))).get_sheet_by_index(0)
    heading, *rows = sheet.to_python()
    labels = [
        columns("billing")[name].label("fi") for name in ("answer_status", "answer_error", "answer_order")
    ]
    places = [heading.index(label) for label in labels]
    assert heading[:2] == ["T", "Tilausavain"]
    assert len(rows) == len(answer.rows)
    for outcome, cells in zip(answer.rows, rows, strict=True):
        status, error, order = (str(cells[place]) for place in places)
        assert status
        assert error == " ".join(message(finding, "fi") for finding in outcome.findings)
        assert order == (str(outcome.order_number) if outcome.order_number else "")
    by_status = {
        outcome.status: str(cells[places[0]]) for outcome, cells in zip(answer.rows, rows, strict=True)
    }
    assert len(set(by_status.values())) == 3, f"three different words, like {words}"


def test_the_result_workbook_corrected_and_sent_in_again_is_read_as_a_request() -> None:
    """OC 3.9-c: returned for correction and resubmission."""
    answer = send(workbook([row("A-1"), row("A-2", item="LICENCE")]))
    again = send(archive.read(answer.result))
    assert statuses(again) == ["duplicate", "returned"]
    assert stored() == [(1, 1, "A-1"), (2, 1, "A-2"), (2, 2, "A-2")], "what went back is judged anew"


def test_a_request_is_the_same_as_workbook_csv_and_json() -> None:
    """OC 3.2-a: the same order keys and content, whatever carries them."""
    rows = [row("A-1"), further("A-1", quantity=2), row("A-2", item="COURSE", quantity="1,5")]
    text = io.StringIO()
    names = list(dict.fromkeys(name for one in rows for name in one))
    writer = csv.writer(text, delimiter=";")
    writer.writerow(columns("billing")[name].label("en") for name in names)
    writer.writerows([one.get(name, "") for name in names] for one in rows)
    first = send(workbook(rows, "sv"))
    assert statuses(first) == ["accepted"] * 3
    assert statuses(send(text.getvalue().encode())) == ["duplicate"] * 3
    told = as_json(
        asked("A-1", "aino", {"item": "PERMIT", "quantity": 1}, {"item": "INSPECT", "quantity": 2}),
        asked("A-2", "aino", {"item": "COURSE", "quantity": 1.5}),
    )
    assert statuses(send(told)) == ["duplicate"] * 3
    assert len(stored()) == 2


_WRONG: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "order type": ("order_order_type", {"order_type": "Z009"}, "OC 3.2-a"),
    "no service date": ("order_service_date", {"service_date": None}, "OC 3.5-a"),
    "no such day": ("form_not_a_date", {"service_date": "2026-02-30"}, "OC 3.9-c"),
    "term in words": ("order_payment_term", {"payment_term": "thirty"}, "OC 3.11-a"),
    "term of two years": ("order_payment_term", {"payment_term": "ZM730"}, "OC 3.11-a"),
    "unknown customer": ("order_customer_unknown", {"customer": {"number": "999999"}}, "OC 2.2-a"),
    "no customer": ("order_customer_missing", {"customer": {}}, "OC 2.2-a"),
    "unknown payer": ("order_customer_unknown", {"payer": {"number": "999998"}}, "OC 2.2-a"),
    "nobody's code": (
        "form_identity_not_valid", {"customer": {"name": "Koe Kalle", "identity": "010190-900X"}}, "OC 2.2-d",
    ),
    "a name only": (
        "order_customer_without_identity",
        {"customer": {"name": "Koe Kalle", "street": "Katu 1", "postcode": "00999", "town": "Koe"}}, "OC 2.2-a",
    ),
    "no quantity": ("form_value_missing", {"lines": [{"item": "PERMIT"}]}, "OC 3.9-c"),
    "gross price": (
        "gross_prices_not_accepted", {"lines": [{"item": "PERMIT", "quantity": 1, "gross_net": "B"}]}, "OC 3.9-c",
    ),
    "state unit without address": ("order_state_unit_without_e_address", {"customer": "stum"}, "OC 2.2-i"),
    "protected person": ("order_protected_without_safe_way", {"customer": "skydd"}, "OC 3.8-a"),
    "own system's customer": ("order_customer_of_own_system", {"customer": "museum"}, "OC 2.2-a"),
    "basis": ("order_legal_basis_missing", {"lines": [{"item": "BARE", "quantity": 1}]}, "OC 3.5-a"),
    "unknown coding": (
        "order_posting_unknown", {"lines": [{"item": "PERMIT", "quantity": 1, "budget_account": "99.99"}]}, "OC 2.1-b",
    ),
    "no original": (
        "order_original_unknown", {"order_type": "Z002", "lines": [{"item": "PERMIT", "quantity": -1}]}, "OC 3.5-a",
    ),
}  # fmt: skip


def test_what_is_wrong_with_an_order_is_said_by_rule_and_clause_and_stops_no_other() -> None:
    """OC 3.9-c: one file, each order wrong in one way, and one that is right."""
    orders = []
    for key, (_, change, _) in _WRONG.items():
        changed = dict(change)
        if isinstance(changed.get("customer"), str):
            changed["customer"] = {"number": customer(changed["customer"]).number}
        orders.append({name: value for name, value in {**asked(key), **changed}.items() if value is not None})
    answer = send(as_json(*orders, asked("right")))
    assert statuses(answer) == ["returned"] * len(_WRONG) + ["accepted"]
    for outcome, (key, (rule, _, clause)) in zip(answer.rows, _WRONG.items(), strict=False):
        found = {finding.rule: finding.clause for finding in outcome.findings if finding.severity == "error"}
        assert rule in found, f"{key}: {found}"
        assert found[rule] == clause, key
        for finding in outcome.findings:
            assert all(message(finding, language) != finding.rule for language in ("sv", "fi", "en"))
    told = answer.as_json("sv")
    counts = [told[key] for key in ("read", "accepted", "returned", "duplicates")]
    assert counts == [len(_WRONG) + 1, 1, len(_WRONG), 0]
    assert told["totals"] == {"orders": 1, "net": "100.00"}
    assert {"rule", "severity", "clause", "row", "status", "message"} <= set(told["reasons"][0])


@pytest.mark.parametrize(
    ("where", "field", "length"),
    [
        ("line", "item", 30), ("line", "unit", 20), ("line", "item_text", 200), ("line", "account", 20),
        ("line", "project", 30), ("line", "budget_account", 30), ("line", "function", 20), ("line", "product", 30),
        ("line", "area", 20), ("line", "profit_unit", 20), ("line", "tracking1", 30), ("line", "line_text", 351),
        ("order", "key", 70), ("order", "order_type", 30), ("order", "reference_invoice", 30),
        ("order", "case_reference", 71), ("order", "charge_basis_text", 900), ("order", "header_text", 351),
        ("order", "site", 36), ("order", "agreement", 71),
    ],
)  # fmt: skip
def test_a_value_longer_than_we_hold_returns_its_order_and_never_stops_the_file(
    where: str, field: str, length: int
) -> None:
    """OC 3.9-c"""
    order = asked("long")
    (order["lines"][0] if where == "line" else order)[field] = "7" * length
    answer = send(as_json(order, asked("right")))
    assert statuses(answer) == ["returned", "accepted"]


@pytest.mark.parametrize(
    "line",
    [
        {"quantity": 9_999_999_999, "unit_price": 9_999_999_999},
        {"quantity": 9_999_999_999.999, "unit_price": 1},
        {"quantity": 1, "unit_price": 9_999_999_999.99999},
    ],
)
def test_an_amount_too_large_to_hold_returns_its_order_and_never_stops_the_file(
    line: Mapping[str, Any],
) -> None:
    """OC 3.9-c"""
    answer = send(as_json(asked("large", "bruk", {"item": "COURSE", **line}), asked("right")))
    assert statuses(answer)[1] == "accepted"


def test_a_year_mistyped_returns_its_order_and_never_stops_the_file() -> None:
    """OC 3.9-c, 1.6-a: no VAT rate is known for 1926."""
    answer = send(as_json(asked("old", service_date="1926-03-16"), asked("right")))
    assert statuses(answer) == ["returned", "accepted"]


# --- customers (OC 2.2, 3.2-b) ------------------------------------------------------------------------------------

_NEW_FIRM, _NEW_CODE = business_id(77), personal_code("110395", 977)
_ADDRESS = {"street": "Uudenkatu 7", "postcode": "00997", "town": "Koekylä"}


def _orders() -> Sequence[Order]:
    """The harbour's orders with their customers. Called inside ``working_in``."""
    return list(Order.objects.filter(unit=unit()).order_by("number").select_related("customer"))


def test_a_new_customer_is_made_once_gets_a_number_and_is_extended_to_the_unit() -> None:
    """OC 2.2-a, OC 2.2-d, OC 3.2-b"""
    firm = {"name": "Uusi Koe Oy", "identity": _NEW_FIRM, **_ADDRESS}
    human = {"name": "Uusi Koe-Maija", "identity": _NEW_CODE, **_ADDRESS}
    answer = send(
        as_json(
            *[asked(f"N-{place}", "", customer=told) for place, told in enumerate([firm, human, firm, human])]
        )
    )
    assert statuses(answer) == ["accepted"] * 4
    with inside(unit()):
        numbers = [order.customer.number for order in _orders()]
    assert numbers[0] == numbers[2]
    assert numbers[1] == numbers[3]
    assert all(number.isdigit() for number in numbers)
    made_firm, made_human = Customer.objects.get(number=numbers[0]), Customer.objects.get(number=numbers[1])
    assert (made_firm.kind, made_firm.business_id) == ("company", _NEW_FIRM)
    assert (made_human.kind, made_human.name) == ("person", "Uusi Koe-Maija")
    assert personal_code_of(made_human, key_ring()) == _NEW_CODE
    with inside(unit()):
        assert set(CustomerInUnit.objects.filter(unit=unit()).values_list("number", flat=True)) >= set(
            numbers
        )


def test_a_customer_without_a_number_is_found_before_one_is_made() -> None:
    """OC 2.2-a: by identity, or by exact name and postcode."""
    before = Customer.objects.count()
    aino, bruk = CUSTOMERS["aino"], CUSTOMERS["bruk"]
    answer = send(
        as_json(
            asked("F-1", "", customer={"name": "Somebody Else", "identity": aino["code"], **_ADDRESS}),
            asked("F-2", "", customer={"name": "Another Name", "identity": bruk["business_id"], **_ADDRESS}),
            asked(
                "F-3", "", customer={"name": aino["name"], "street": "x", "postcode": "00999", "town": "x"}
            ),
            asked(
                "F-4", "", customer={"name": aino["name"], "street": "x", "postcode": "00111", "town": "x"}
            ),
        )
    )
    assert statuses(answer) == ["accepted", "accepted", "accepted", "returned"]
    with inside(unit()):
        found = [order.customer.name for order in _orders()]
    assert found == [aino["name"], bruk["name"], aino["name"]]
    assert Customer.objects.count() == before


def test_a_customer_update_comes_first_and_the_request_finds_its_customers() -> None:
    """OC 3.2-b: the new customers' numbers are completed in the request."""
    update = workbook(
        [
            {"name": "Ny Prov Ab", "kind": "company", "business_id": _NEW_FIRM, "language": "sv", **_ADDRESS},
            {"name": "Ny Provia", "kind": "person", "personal_code": _NEW_CODE, "language": "sv", **_ADDRESS},
            {
                "name": "Fel Prov Ab",
                "kind": "company",
                "business_id": "1234567-8",
                "language": "sv",
                **_ADDRESS,
            },
        ],
        "sv",
        "customers",
    )
    answer = send(update)
    assert (answer.kind, statuses(answer)) == ("customer_update", ["accepted", "accepted", "returned"])
    numbers = [outcome.customer for outcome in answer.rows]
    request = as_json(
        asked("U-1", "", customer={"name": "Ny Prov Ab", "identity": _NEW_FIRM, **_ADDRESS}),
        asked("U-2", "", customer={"number": str(numbers[1])}),
    )
    assert statuses(send(request)) == ["accepted", "accepted"]
    with inside(unit()):
        assert [order.customer.number for order in _orders()] == [str(number) for number in numbers[:2]]
    again = send(update)
    assert statuses(again) == ["accepted", "accepted", "returned"]
    assert [outcome.customer for outcome in again.rows][:2] == numbers[:2]


# --- the same again (OC 3.9-a, 3.9-c) -----------------------------------------------------------------------------


def test_the_same_file_three_times_is_one_request() -> None:
    """OC 3.9-a"""
    data = as_json(asked("A-1"), asked("A-2"))
    assert statuses(send(data)) == ["accepted", "accepted"]
    before = everything()
    for _ in range(2):
        answer = send(data)
        assert statuses(answer) == ["duplicate", "duplicate"]
        assert [finding.rule for finding in answer.findings] == ["file_known"]
        assert answer.before
    assert everything() == before


def test_the_same_orders_in_another_file_change_nothing_and_name_the_order() -> None:
    """OC 3.9-a"""
    first = send(as_json(asked("A-1"), asked("A-2")))
    again = send(as_json(asked("A-2"), asked("A-3"), asked("A-1")))
    assert statuses(first) == ["accepted", "accepted"]
    assert statuses(again) == ["duplicate", "accepted", "duplicate"]
    assert rules(again.rows[2]) == ["order_key_known"]
    assert again.rows[2].order_number == first.rows[0].order_number
    assert stored() == [(1, 1, "A-1"), (2, 1, "A-2"), (3, 1, "A-3")]


def test_other_content_under_the_key_of_an_accepted_order_goes_back_and_says_so() -> None:
    """OC 3.9-a: a change of what is already accepted is a matter between people, and never taken for the same."""
    send(as_json(asked("A-1")))
    again = send(as_json(asked("A-1", "aino", {"item": "PERMIT", "quantity": 7})))
    assert (statuses(again), rules(again.rows[0])) == (["returned"], ["order_key_other_content"])
    assert again.rows[0].order_number == 1
    for language in ("sv", "fi", "en"):
        assert "A-1" in message(again.rows[0].findings[0], language)
    assert stored() == [(1, 1, "A-1")]
    with inside(unit()):
        assert [line.quantity for line in OrderLine.objects.filter(unit=unit())] == [1]


def test_a_returned_order_that_comes_corrected_is_its_next_version_under_the_same_number() -> None:
    """OC 3.9-c"""
    first = send(as_json(asked("A-1", "aino", {"item": "LICENCE", "quantity": 1}), asked("A-2")))
    still = send(as_json(asked("A-1", "aino", {"item": "LICENSE", "quantity": 1})))
    mended = send(as_json(asked("A-1", "aino", {"item": "PERMIT", "quantity": 1})))
    after = send(as_json(asked("A-1", "aino", {"item": "INSPECT", "quantity": 1})))
    assert [statuses(answer)[0] for answer in (first, still, mended, after)] == [
        "returned", "returned", "accepted", "returned",
    ]  # fmt: skip
    assert rules(after.rows[0]) == ["order_key_other_content"]
    assert {answer.rows[0].order_number for answer in (first, still, mended, after)} == {1}
    assert stored() == [(1, 1, "A-1"), (2, 1, "A-2"), (1, 2, "A-1"), (1, 3, "A-1")]
    run(InvoicingRun(), unit())
    with inside(unit()):
        assert [invoice.net for invoice in Invoice.objects.filter(unit=unit())] == [200]


def test_a_row_that_the_form_returned_leaves_its_key_free() -> None:
    """OC 3.9-c: it never became an order, so its correction is the first version."""
    first = send(as_json(asked("A-1", "aino", {"item": "PERMIT", "quantity": "two"})))
    mended = send(as_json(asked("A-1")))
    assert (statuses(first), statuses(mended)) == (["returned"], ["accepted"])
    assert stored() == [(1, 1, "A-1")]


def test_the_acts_on_a_returned_version_do_not_let_its_correction_through() -> None:
    """OC 3.2.1-b: an approval binds to what was seen."""
    off_list = {"item": "PERMIT", "quantity": 1, "unit_price": 90}
    send(as_json(asked("A-1", "aino", off_list, {"item": "LICENCE", "quantity": 1})))
    with inside(unit()):
        [seen] = Order.objects.filter(unit=unit())
    for who, act in (("maria", review), ("gunnar", approve)):
        with inside(unit(), who) as acting:
            act(acting, seen, seen.digest)
    mended = send(as_json(asked("A-1", "aino", off_list)))
    assert dict(mended.outcomes) == {"OFF_LIST_PRICE": 1}
    assert not run(InvoicingRun(), unit()).facts


def test_order_numbers_come_on_arrival_without_gap_and_in_the_order_of_the_rows() -> None:
    """OC 3.9-a"""
    answer = send(
        as_json(asked("A-1"), asked("A-2", "aino", {"item": "PERMIT", "quantity": "x"}), asked("A-3"))
    )
    assert [outcome.order_number for outcome in answer.rows] == [1, None, 2]
    with inside(unit()):
        assert not Invoice.objects.exists(), "invoice numbers come in the invoice run"


# --- the whole file (OC 3.9-a, 3.2.1-a) -----------------------------------------------------------------------------


def _refused(data: bytes, where: str = HARBOUR) -> list[str]:
    """The rules that refuse the file; of it nothing but its bytes is kept."""
    with inside(unit(where)) as acting:
        receive(acting, data, "day", "import")
    before = everything()
    with pytest.raises(Refused) as refused:
        send(data, where)
    assert everything() == before
    with inside(unit(where)):
        assert InboxFile.objects.filter(unit=unit(where)).count() == 1
    return [finding.rule for finding in refused.value.findings]


@pytest.mark.parametrize(
    "declared",
    [{"declared_rows": 3}, {"declared_orders": 1}, {"declared_total": "150.01"}],
    ids=lambda told: next(iter(told)),
)
def test_a_file_whose_own_counts_disagree_is_refused_whole(declared: Mapping[str, Any]) -> None:
    """OC 3.9-a: reconciled with what the unit sent."""
    orders = [
        asked("A-1", "", customer={"name": "Uusi Koe Oy", "identity": _NEW_FIRM, **_ADDRESS}),
        asked("A-2", "aino", {"item": "PERMIT", "quantity": 1, "unit_price": 50}),
    ]
    orders[0]["lines"] = [{"item": "PERMIT", "quantity": 1, "unit_price": 100}]
    assert _refused(as_json(*orders, **declared)) == ["counts_disagree"]


def test_counts_that_agree_are_taken_and_those_of_the_control_sheet_are_asked_too() -> None:
    """OC 3.9-a"""
    rows = [row("A-1", unit_price=100), row("A-2", unit_price=50.5)]
    right = {"rows": 2, "orders": 2, "total": 150.5, "unit": HARBOUR}
    assert statuses(send(workbook(rows, control=right))) == ["accepted", "accepted"]
    assert _refused(workbook(rows, control={**right, "rows": 1}), FOREST)[0] == "counts_disagree"


def test_another_units_file_is_refused() -> None:
    """OC 3.9-a"""
    assert _refused(as_json(asked("A-1"), unit=FOREST)) == ["file_of_another_unit"]


@pytest.mark.parametrize(("sender", "where"), [("NOBODY", HARBOUR), ("HAMN-SHOP", FOREST)])
def test_a_sender_that_is_no_system_of_the_unit_is_refused(sender: str, where: str) -> None:
    """OC 3.2.1-a: what is exempt from review comes from the unit's own system and nobody else."""
    assert _refused(as_json(asked("A-1"), sender=sender), where) == ["sender_unknown"]


def test_orders_of_the_units_own_system_are_ready_as_they_come() -> None:
    """OC 3.2.1-a, OC 2.2-a"""
    answer = send(
        as_json(
            asked("S-1", "museum", {"item": "PERMIT", "quantity": 1, "unit_price": 1}),
            asked("S-2"),
            sender="HAMN-SHOP",
        )
    )
    assert dict(answer.outcomes) == {"READY_FROM_OWN_SYSTEM": 2}
    with inside(unit()):
        assert {order.source for order in Order.objects.filter(unit=unit())} == {"own_system"}
        assert BillingRequest.objects.get(unit=unit()).sender == "HAMN-SHOP"


def test_a_workbook_without_the_form_and_an_empty_file_are_refused() -> None:
    """OC 3.9-c"""
    assert _refused(b" \n ") == ["empty_file"]


def test_a_unit_never_sees_anothers_requests() -> None:
    """OC 1.2-a: the database keeps the units apart."""
    send(as_json(asked("A-1")))
    assert stored(FOREST) == []
    assert statuses(send(as_json(asked("A-1")), FOREST)) == ["accepted"], "a key is the unit's own"


# --- attachments (OC 3.2-d) ---------------------------------------------------------------------------------------

_FILES: Mapping[str, bytes] = {
    "decision.pdf": PDF,
    "map.png": b"\x89PNG\r\n\x1a\n....",
    "photo.jpg": b"\xff\xd8\xff\xe0....",
    "macro.pdf": b"PK\x03\x04 no pdf at all",
    "large.pdf": b"%PDF-" + b"x" * 700_000,
    "other.pdf": b"%PDF-" + b"y" * 700_000,
    **{f"many{place}.pdf": PDF for place in range(11)},
}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["decision.pdf", "map.png", "photo.jpg"], []),
        (["forgotten.pdf"], ["attachment_missing"]),
        (["macro.pdf"], ["attachment_kind"]),
        (["large.pdf"], []),
        (["large.pdf", "other.pdf"], ["attachments_too_large"]),
        ([f"many{place}.pdf" for place in range(11)], ["too_many_attachments"]),
        (["decision.pdf", "forgotten.pdf"], ["attachment_missing"]),
    ],
)
def test_attachments_are_checked_by_number_kind_and_size(names: Sequence[str], found: Sequence[str]) -> None:
    """OC 3.2-d: the kind by content, not by name."""
    answer = send(as_json(asked("A-1", attachments=names)), fetch=_FILES.get)
    assert rules(answer.rows[0]) == found
    assert statuses(answer) == ["returned" if found else "accepted"]
    with inside(unit()):
        kept = [one for order in Order.objects.filter(unit=unit()) for one in order.attachments]
    assert [one["name"] for one in kept] == ([] if found else list(names))
    assert all(archive.read(one["digest"]) == _FILES[one["name"]] for one in kept)


def test_a_decision_that_states_the_basis_comes_as_a_marked_attachment() -> None:
    """OC 3.5-a: then the invoice itself need not name it."""
    bare = {"item": "BARE", "quantity": 1}
    answer = send(
        as_json(
            asked("A-1", "aino", bare, attachments=["decision.pdf"]),
            asked("A-2", "aino", bare, attachments=[f"{BASIS_MARK}decision.pdf"]),
        ),
        fetch=_FILES.get,
    )
    assert rules(answer.rows[0]) == ["order_legal_basis_missing"]
    assert statuses(answer) == ["returned", "accepted"]


# --- personal codes (OC 2.2-f) --------------------------------------------------------------------------------------


def _stored_text() -> str:
    """Everything that the app can read of the facts, as text."""
    with working_in(Unit.objects.values_list("pk", flat=True)), connection.cursor() as cursor:
        told = []
        for model in (BillingRow, BillingRequest, Order, OrderLine, OrderDecision):
            cursor.execute(f"SELECT coalesce(jsonb_agg(to_jsonb(t))::text, '') FROM {model._meta.db_table} t")
            told.append(cursor.fetchone()[0])
    return " ".join(told)


def _result_text(answer: Answer, but: str = "") -> str:
    """The result workbook's cells, but those of the column ``but``."""
    if not answer.result:
        return ""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(archive.read(answer.result))).get_sheet_by_index(0)
    heading, *rows = sheet.to_python()
    return "\n".join(
        str(cell) for cells in rows for label, cell in zip(heading, cells, strict=False) if label != but
    )


_CODE = personal_code("120396", 955)
_SPOKEN = {
    "as the identity of a new customer": {"customer": {"name": "Uusi Koe-Olli", "identity": _CODE, **_ADDRESS}},
    "as the identity of a customer with a fault": {
        "customer": {"name": "Olli", "identity": _CODE, **_ADDRESS}, "payment_term": "soon",
    },
    "as a customer number": {"customer": {"number": _CODE}},
    "as a payer's number": {"payer": {"number": _CODE}},
    "as a name": {"customer": {"name": f"Koe Olli {_CODE}", **_ADDRESS}},
    "in a text": {"header_text": f"Asiakas {_CODE} on tavattu"},
    "in a long text": {"header_text": f"{_CODE} " + "x" * 400},
    "in a line text": {"lines": [{"item": "PERMIT", "quantity": 1, "line_text": f"Olli {_CODE}"}]},
    "as an item": {"lines": [{"item": _CODE, "quantity": 1}]},
    "as a quantity": {"lines": [{"item": "PERMIT", "quantity": _CODE}]},
    "as the case reference": {"case_reference": f"VK/1 {_CODE}"},
    "as a term": {"payment_term": _CODE},
    "as an order type": {"order_type": _CODE},
    "as an original": {"order_type": "Z002", "reference_invoice": _CODE},
    "in an attachment's name": {"attachments": [f"Päätös {_CODE}.pdf"]},
    "as an account": {"lines": [{"item": "PERMIT", "quantity": 1, "budget_account": _CODE}]},
    "as a service date": {"service_date": _CODE},
}  # fmt: skip


@pytest.mark.parametrize("place", _SPOKEN)
def test_a_personal_code_is_never_told_back_nor_stored_outside_its_seal(place: str) -> None:
    """OC 2.2-f: not in a row's outcome, an order, a decision, or a message, wherever the sender wrote it."""
    answer = send(as_json(asked("A-1", **_SPOKEN[place])), language="fi")
    assert not find_personal_codes(_stored_text(), glued=True)
    told = json.dumps(answer.as_json("fi"), ensure_ascii=False, default=str)
    assert not find_personal_codes(told, glued=True)
    # The sender's own column of identities stays as it was, so that the file can be corrected and sent again.
    assert not find_personal_codes(_result_text(answer, but="identity"), glued=True)


def test_two_orders_under_a_personal_code_as_key_do_not_tell_it() -> None:
    """OC 2.2-f"""
    answer = send(as_json(asked(_CODE), asked(_CODE), asked("A-2")))
    assert answer.rows[2].status == "accepted"
    assert not find_personal_codes(_stored_text(), glued=True)
    assert not find_personal_codes(json.dumps(answer.as_json("sv"), default=str), glued=True)
