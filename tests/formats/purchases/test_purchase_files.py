# ruff: noqa: E501 - tables of one line for each case
"""Orders, receipts, contract cover sheets and coding templates from files (EX 3-a, EX 3-c, EX 3-d)."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from purchase_cast import (
    CONTRACTS,
    FILES,
    ORDERS,
    RECEIPTS,
    TEMPLATES,
    Row,
    changed,
    csv_file,
    table,
    workbook,
)

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.purchase import CodingTemplates, Contracts, PurchaseOrders, Receipts
from reskontra.exchange.reading import read_documents, whole_file_findings
from reskontra.formats.workbooks.columns import Form, columns
from reskontra.formats.workbooks.expenditure import Expenditure, read_expenditure
from reskontra.formats.workbooks.isolation import read_in_child

GOLDEN = Path(__file__).parent / "golden"
FORMS: tuple[Form, ...] = tuple(FILES)


def read(form: Form, rows: Sequence[Row], language: str = "sv") -> Expenditure:
    return read_expenditure(csv_file(table(form, rows, language)), "x")


def entries(document: Expenditure) -> object:
    for name in ("orders", "receipts", "contracts", "templates", "suppliers"):
        if hasattr(document, name):
            return getattr(document, name)
    raise AssertionError(document)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_reads_as_the_golden_document(form: Form) -> None:
    """EX 3-a, EX 3-d"""
    found = read(form, FILES[form])
    assert found.findings == ()
    assert json.loads((GOLDEN / f"{form}.json").read_text("utf-8")) == found.as_json()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_workbook_csv_and_json_in_every_language_say_the_same(form: Form, language: str) -> None:
    cells = table(form, FILES[form], language)
    one, other = read_expenditure(workbook(cells), "x"), read_expenditure(csv_file(cells), "x")
    again = read_expenditure(json.dumps(one.as_json()).encode(), "x")
    assert entries(one) == entries(other) == entries(again) == entries(read(form, FILES[form]))
    assert (one.language, one.findings, other.findings, again.findings) == (language, (), (), ())


@pytest.mark.parametrize("form", FORMS)
def test_the_one_door_reads_in_a_child_what_the_reader_reads(form: Form) -> None:
    data = workbook(table(form, FILES[form]))
    assert list(read_documents(data, "x")) == [read_expenditure(data, "x")]
    assert read_in_child("other", data, "x") == read_expenditure(data, "x")


def test_an_order_line_is_worth_its_net_or_quantity_times_price() -> None:
    """EX 3-a"""
    found = read("purchase_orders", ORDERS)
    assert isinstance(found, PurchaseOrders)
    assert [line.ordered for order in found.orders for line in order.lines] == [
        Decimal("599.70"),
        Decimal(40),
        Decimal("25.00"),
    ]
    assert found.total == Decimal("664.70")


def test_a_row_gives_a_contract_each_part_that_it_fills_in() -> None:
    """EX 3-d"""
    found = read("contracts", CONTRACTS)
    assert isinstance(found, Contracts)
    budget, schedule = found.contracts
    assert [(one.row, one.start, one.end, one.amount) for one in budget.limits] == [
        (2, date(2026, 1, 1), date(2026, 6, 30), Decimal(7000)),
        (3, date(2026, 7, 1), date(2026, 12, 31), Decimal(5000)),
    ]
    assert [(one.percent, one.coding.project) for one in budget.coding_lines] == [
        (Decimal(60), "P-1"),
        (Decimal(40), "P-2"),
    ]
    assert (budget.plan_type, budget.confirmation, budget.schedule) == ("budget", True, ())
    assert (schedule.plan_type, schedule.confirmation, schedule.valid_until, schedule.limits) == (
        "schedule",
        False,
        None,
        (),
    )
    assert [(one.day, one.tolerance) for one in schedule.schedule] == [
        (date(2026, 1, 31), Decimal(5)),
        (date(2026, 2, 28), None),
    ]


def test_a_receipt_of_a_negative_quantity_is_a_correction() -> None:
    """EX 3-a"""
    found = read("receipts", RECEIPTS)
    assert isinstance(found, Receipts)
    assert [(one.position, one.quantity, one.amount) for one in found.receipts] == [
        (10, Decimal(2), None),
        (10, Decimal(-1), None),
        (20, None, Decimal(40)),
        (None, None, Decimal("12.5")),
    ]


def test_a_template_may_only_name_a_queue() -> None:
    """EX 3-c"""
    found = read("coding_templates", TEMPLATES)
    assert isinstance(found, CodingTemplates)
    assert [(one.reference, one.queue, len(one.coding_lines)) for one in found.templates] == [
        ("TK1-55", "Fordon", 2),
        ("TK1-56", "Resor", 0),
    ]


# form, row to change, what changes, rule, row told, column told (our name)
WRONG: dict[str, tuple[Form, int, Row, str, int, str]] = {
    "an order without a number": ("purchase_orders", 2, {"order_number": None}, "form_value_missing", 4, "order_number"),
    "a number with a space": ("purchase_orders", 2, {"order_number": "V1 4712"}, "value_number_with_space", 4, "order_number"),
    "a number with a comma": ("purchase_orders", 2, {"order_number": "V1,4712"}, "value_number_with_space", 4, "order_number"),
    "an order without a supplier": ("purchase_orders", 2, {"business_id": None}, "purchase_supplier_missing", 4, "supplier_number"),
    "an order without a currency": ("purchase_orders", 2, {"currency": None}, "form_value_missing", 4, "currency"),
    "an order without a day": ("purchase_orders", 2, {"ordered_on": None}, "form_value_missing", 4, "ordered_on"),
    "a position twice": ("purchase_orders", 1, {"position": 10}, "purchase_position_twice", 3, "position"),
    "no position": ("purchase_orders", 1, {"position": None}, "form_value_missing", 3, "position"),
    "position zero": ("purchase_orders", 1, {"position": 0}, "value_not_a_count", 3, "position"),
    "a net that is a cent over": ("purchase_orders", 0, {"net": 599.71}, "purchase_net_differs", 2, "net"),
    "a net that is a cent under": ("purchase_orders", 0, {"net": 599.69}, "purchase_net_differs", 2, "net"),
    "a line without worth": ("purchase_orders", 2, {"unit_price": None}, "purchase_line_without_worth", 4, "net"),
    "a rate as a fraction": ("purchase_orders", 0, {"vat_percent": 0.255}, "value_percent_is_a_share", 2, "vat_percent"),
    "a rate over a hundred": ("purchase_orders", 0, {"vat_percent": 100.5}, "value_percent_out_of_range", 2, "vat_percent"),
    "another supplier on a later row": ("purchase_orders", 1, {"supplier_number": "500124"}, "entry_field_differs", 3, "supplier_number"),
    "a receipt of no order": ("receipts", 0, {"order_number": None}, "form_value_missing", 2, "order_number"),
    "a receipt without a day": ("receipts", 0, {"received_on": None}, "form_value_missing", 2, "received_on"),
    "a receipt of nobody": ("receipts", 0, {"receiver": None}, "form_value_missing", 2, "receiver"),
    "neither quantity nor amount": ("receipts", 0, {"received_quantity": None}, "purchase_receipt_quantity_or_amount", 2, "received_quantity"),
    "both quantity and amount": ("receipts", 0, {"received_amount": 5}, "purchase_receipt_quantity_or_amount", 2, "received_quantity"),
    "a quantity of no line": ("receipts", 0, {"position": None}, "form_value_missing", 2, "position"),
    "a quantity of zero": ("receipts", 0, {"received_quantity": 0}, "form_quantity_is_zero", 2, "received_quantity"),
    "an amount of zero": ("receipts", 3, {"received_amount": 0}, "value_amount_is_zero", 5, "received_amount"),
    "the same receipt again": ("receipts", 1, {"received_on": date(2026, 3, 9), "received_quantity": 2}, "purchase_receipt_repeated", 3, "order_number"),
    "a contract without a plan": ("contracts", 0, {"plan_type": None}, "form_value_missing", 2, "plan_type"),
    "an unknown plan": ("contracts", 0, {"plan_type": "ram"}, "value_plan_type", 2, "plan_type"),
    "confirmation not told": ("contracts", 0, {"confirmation": None}, "form_value_missing", 2, "confirmation"),
    "a contract of nobody": ("contracts", 0, {"owner": None}, "form_value_missing", 2, "owner"),
    "a contract that ends before it begins": ("contracts", 2, {"valid_until": date(2025, 12, 31), "schedule_day": None, "schedule_amount": None, "schedule_tolerance": None}, "purchase_days_reversed", 4, "valid_until"),
    "a negative limit": ("contracts", 0, {"limit": -1}, "value_amount_is_negative", 2, "limit"),
    "a period that ends before it begins": ("contracts", 0, {"period_from": date(2026, 7, 2)}, "purchase_days_reversed", 2, "period_until"),
    "a day of two periods": ("contracts", 1, {"period_from": date(2026, 6, 30)}, "purchase_periods_overlap", 3, "period_from"),
    "a period before the contract": ("contracts", 0, {"period_from": date(2025, 12, 31)}, "purchase_day_outside_validity", 2, "period_from"),
    "a period after the contract": ("contracts", 1, {"period_until": date(2027, 1, 1)}, "purchase_day_outside_validity", 3, "period_until"),
    "a period without a limit": ("contracts", 1, {"period_limit": None}, "form_value_missing", 3, "period_limit"),
    "a budget with a schedule": ("contracts", 1, {"schedule_day": date(2026, 2, 1), "schedule_amount": 5}, "purchase_budget_with_schedule", 3, "schedule_day"),
    "an expected invoice without an amount": ("contracts", 3, {"schedule_amount": None}, "form_value_missing", 5, "schedule_amount"),
    "an expected invoice before the contract": ("contracts", 3, {"schedule_day": date(2025, 12, 31)}, "purchase_day_outside_validity", 5, "schedule_day"),
    "a negative tolerance": ("contracts", 2, {"schedule_tolerance": -1}, "value_amount_is_negative", 4, "schedule_tolerance"),
    "shares below the whole": ("contracts", 1, {"percent": 39.9999}, "purchase_shares_not_whole", 2, "percent"),
    "shares over the whole": ("contracts", 1, {"percent": 40.0001}, "purchase_shares_not_whole", 2, "percent"),
    "a share without an account": ("contracts", 1, {"account": None}, "form_value_missing", 3, "account"),
    "a template of another prefix": ("coding_templates", 2, {"posting_reference": "V1-56"}, "purchase_number_prefix", 4, "posting_reference"),
    "a template that says nothing": ("coding_templates", 2, {"queue": None}, "purchase_template_says_nothing", 4, "queue"),
    "a share of five decimals": ("coding_templates", 1, {"percent": "66,66671"}, "form_too_many_decimals", 3, "percent"),
    "a share of nothing": ("coding_templates", 1, {"percent": 0}, "value_percent_out_of_range", 3, "percent"),
    "a personal code for a name": ("coding_templates", 2, {"queue": "för 010190-900P"}, "form_personal_code_in_text", 4, "queue"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_each_finding_names_its_row_and_its_column(case: str) -> None:
    """EX 3-a, EX 3-c, EX 3-d"""
    form, place, values, rule, row, column = WRONG[case]
    found = read(form, changed(FILES[form], place, values))
    told = {(finding.rule, finding.row, finding.column) for finding in found.findings}
    assert (rule, row, columns(form)[column].label("sv")) in told
    # A schedule whose only day is taken away with its contract's validity is told for its other days too.
    assert {finding[0] for finding in told} - {rule} <= (
        {"purchase_day_outside_validity"} if "ends before" in case else set()
    )
    assert "900P" not in json.dumps(found.as_json())


def test_a_contract_begins_with_its_prefix() -> None:
    """EX 3-c"""
    (finding,) = read("contracts", [{**CONTRACTS[2], "contract_number": "SOP-1"}]).findings
    assert (finding.rule, finding.clause, finding.value) == ("purchase_number_prefix", "EX 3-c", "SOP-1")


def test_a_plan_needs_what_it_plans_with() -> None:
    """EX 3-d"""
    bare: Row = {
        name: value
        for name, value in CONTRACTS[0].items()
        if name not in ("limit", "period_from", "period_until", "period_limit")
    }
    for plan, rule in (
        ("budget", "purchase_budget_without_limit"),
        ("schedule", "purchase_schedule_missing"),
    ):
        found = read("contracts", [{**bare, "plan_type": plan, "percent": 100}])
        assert [finding.rule for finding in found.findings] == [rule]


def test_days_on_the_bounds_of_a_contract_are_within_it() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    days = [
        {**CONTRACTS[2], "valid_until": last, "schedule_day": first},
        {"contract_number": "VSK1-89", "schedule_day": last, "schedule_amount": 1},
    ]
    assert read("contracts", days).findings == ()


def test_what_is_declared_is_compared() -> None:
    document = read("purchase_orders", ORDERS).as_json()
    for name, value, wrong in (
        ("declared_total", "664.70", []),
        ("declared_total", "664.71", ["declared_total"]),
        ("declared_entries", 3, ["declared_entries"]),
        ("declared_rows", 3, []),
        ("declared_rows", 4, ["declared_rows"]),
    ):
        again = read_expenditure(json.dumps({**document, name: value}).encode(), "x")
        findings: list[Finding] = whole_file_findings(again)
        assert [finding.where for finding in findings] == wrong
        assert all(finding.clause == "EX 3-a" for finding in findings)


@given(st.lists(st.integers(1, 9_999), min_size=1, max_size=8))
def test_every_row_ends_in_an_order_or_in_a_finding(positions: list[int]) -> None:
    rows = [{**ORDERS[0], "position": position} for position in positions]
    found = read("purchase_orders", rows)
    assert isinstance(found, PurchaseOrders)
    (order,) = found.orders
    assert [line.row for line in order.lines] == list(range(2, len(rows) + 2))
    told = [finding for finding in found.findings if finding.rule == "purchase_position_twice"]
    assert len(told) == len(positions) - len(set(positions))


@given(st.integers(1, 999_999), st.integers(1, 99_999_999))
def test_shares_of_two_lines_are_the_whole_or_told(first: int, second: int) -> None:
    one, other = Decimal(first) / 10_000, Decimal(second) / 10_000
    rows = [
        {**TEMPLATES[0], "percent": str(one).replace(".", ",")},
        {"posting_reference": "TK1-55", "percent": str(other).replace(".", ","), "account": "40100000"},
    ]
    rules = {finding.rule for finding in read("coding_templates", rows).findings}
    assert (rules == set()) == (one + other == 100)


HOSTILE = {
    "an unknown key": b'{"kind": "purchase_orders", "orders": [{"number": "V1-1", "evil": 1}]}',
    "a list of lists": b'{"kind": "receipts", "receipts": [[1]]}',
    "lines that are text": b'{"kind": "purchase_orders", "orders": [{"number": "V1-1", "lines": "x"}]}',
    "the register itself": b'{"kind": "contracts", "contracts": {"number": "VSK1-1"}}',
    "an endless number": b'{"kind": "receipts", "receipts": [{"amount": 1e999}]}',
    "half a file": b'{"kind": "coding_templates", "templates": [',
    "a row of minus one": b'{"kind": "receipts", "receipts": [{"row": -1}]}',
    "truth for a text": b'{"kind": "receipts", "receipts": [{"receiver": true}]}',
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused(case: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_expenditure(HOSTILE[case], "x")
    assert all(finding.rule.startswith("file_json_") for finding in refusal.value.findings)


def test_a_child_that_lies_about_a_register_makes_the_file_unreadable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    from reskontra.formats.workbooks import isolation

    lies = [
        {"form": "receipts", "entries": [{"row": 1, "amount": "x"}]},
        {"form": "receipts", "entries": [{"row": "1"}]},
        {"form": "receipts", "entries": [{"row": 1, "evil": 1}]},
        {"form": "contracts", "entries": [{"row": 1, "plan_type": "war"}]},
        {"form": "contracts", "entries": [{"row": 1, "confirmation": 1}]},
        {"form": "contracts", "entries": [{"row": 1, "limits": {"row": 1}}]},
        {"form": "billing", "entries": []},
        {"form": ["receipts"], "entries": []},
    ]
    for lie in lies:
        told = {
            **lie,
            "head": {"source": "csv", "findings": []},
            "end": {"rows": 0, "orders": 0, "customers": 0, "entries": len(lie["entries"])},
        }
        program = f"import sys; sys.stdin.buffer.read(); print({json.dumps(told)!r})"
        monkeypatch.setattr(
            isolation, "_command", lambda kind, name, program=program: [sys.executable, "-c", program]
        )
        with pytest.raises(Refused) as refusal:
            read_in_child("other", b"x", "x")
        assert [finding.rule for finding in refusal.value.findings] == ["unreadable"]


def test_every_label_means_one_thing_in_its_form() -> None:
    from reskontra.formats.workbooks.columns import known_labels

    new = [form for form in get_args(Form) if form not in ("billing", "customers", "control")]
    assert all(len(known_labels(form)) >= len(columns(form)) for form in new)
    assert {frozenset(column.labels) for form in new for column in columns(form).values()} == {
        frozenset(("fi", "sv", "en"))
    }


def test_the_example_of_the_documentation_is_read() -> None:
    """EX 3-c"""
    page = Path(__file__).parents[3] / "docs" / "purchase-registers.md"
    example = page.read_text("utf-8").split("```json\n")[1].split("```")[0]
    assert read_expenditure(example.encode(), "x").findings == ()
