# ruff: noqa: E501 - tables of one line for each case
"""Billing requests as JSON: digits exact, keys known, nothing twice (OC 3.2-a, 3.2-e)."""

import json
from decimal import Decimal

import pytest

from reskontra.documents.findings import Refused
from reskontra.formats.workbooks.billing import counts_agree, read_billing

LINE = {"item": "T-10", "quantity": "1.125", "unit_price": "12.50"}
ORDER = {"key": "A-1", "customer": {"number": "100245"}, "lines": [LINE, {**LINE, "item": "T-20"}]}
REQUEST = {"kind": "billing_request", "unit": "KPY-1", "sender": "SYS-7", "orders": [ORDER]}


def test_a_request_of_an_own_system_is_read() -> None:
    found = read_billing(json.dumps(REQUEST).encode(), "x")
    (order,) = found.orders
    assert (found.source, found.unit, found.sender, found.counted_rows) == ("json", "KPY-1", "SYS-7", 2)
    assert (order.key, order.customer.number, [line.item for line in order.lines]) == (
        "A-1",
        "100245",
        ["T-10", "T-20"],
    )
    assert order.lines[0].quantity == Decimal("1.125")
    assert found.findings == ()


@pytest.mark.parametrize("digits", ["0.1", "12.34567", "1", "3.5", "1234567890.12345"])
@pytest.mark.parametrize("quoted", [True, False])
def test_numbers_are_read_digit_by_digit(digits: str, quoted: bool) -> None:
    price = f'"{digits}"' if quoted else digits
    text = json.dumps(REQUEST).replace('"12.50"', price, 1)
    assert read_billing(text.encode(), "x").orders[0].lines[0].unit_price == Decimal(digits)


def test_declared_counts_are_compared() -> None:
    told = {**REQUEST, "declared_rows": 2, "declared_orders": 1, "declared_total": "28.13"}
    assert counts_agree(read_billing(json.dumps(told).encode(), "x")) == []
    for name, value in (("declared_rows", 3), ("declared_orders", 2), ("declared_total", "28.20")):
        (finding,) = counts_agree(read_billing(json.dumps({**told, name: value}).encode(), "x"))
        assert (finding.rule, finding.where) == ("counts_disagree", name)
    rows = {**REQUEST, "rows": [{"row": 1, "order": 0, "cells": {}}]}
    assert [finding.where for finding in counts_agree(read_billing(json.dumps(rows).encode(), "x"))] == [
        "counted_rows"
    ]


def _nested(depth: int) -> bytes:
    return b'{"kind":' + b"[" * depth + b"]" * depth + b"}"


REFUSED = {
    "not JSON": ("file_json_damaged", b'{"kind": billing_request}'),
    "cut off": ("file_json_damaged", json.dumps(REQUEST).encode()[:-2]),
    "two documents": ("file_json_damaged", json.dumps(REQUEST).encode() * 2),
    "Latin-1": ("file_json_not_utf8", '{"kind": "fråga"}'.encode("latin-1")),
    "21 levels": ("file_json_too_deep", _nested(21)),
    "a million levels": ("file_json_too_deep", _nested(1_000_000)),
    "a key twice": ("file_json_key_twice", b'{"kind": "billing_request", "kind": "billing_request", "orders": []}'),
    "an order's key twice": ("file_json_key_twice", json.dumps(REQUEST).replace('"key"', '"key": "B", "key"').encode()),
    "NaN": ("file_json_not_a_number", json.dumps(REQUEST).replace('"12.50"', "NaN", 1).encode()),
    "infinity": ("file_json_not_a_number", json.dumps(REQUEST).replace('"12.50"', "-Infinity", 1).encode()),
    "1e400": ("file_json_value", json.dumps(REQUEST).replace('"12.50"', "1e400", 1).encode()),
    "a list": ("file_json_value", json.dumps([REQUEST]).encode()),
    "another kind": ("file_json_kind", json.dumps({**REQUEST, "kind": "invoice"}).encode()),
    "no kind": ("file_json_kind", b"{}"),
    "no orders": ("file_json_value", b'{"kind": "billing_request"}'),
    "orders that are no list": ("file_json_value", json.dumps({**REQUEST, "orders": ORDER}).encode()),
    "an order without lines": ("file_json_order_without_lines", json.dumps({**REQUEST, "orders": [{"key": "A", "lines": []}]}).encode()),
    "an unknown key": ("file_json_key_unknown", json.dumps({**REQUEST, "discount": 1}).encode()),
    "an unknown key of an order": ("file_json_key_unknown", json.dumps({**REQUEST, "orders": [{**ORDER, "discount": 1}]}).encode()),
    "an unknown key of a line": ("file_json_key_unknown", json.dumps({**REQUEST, "orders": [{**ORDER, "lines": [{"vat": 1}]}]}).encode()),
    "a payer's address": ("file_json_key_unknown", json.dumps({**REQUEST, "orders": [{**ORDER, "payer": {"street": "x"}}]}).encode()),
    "truth for a number": ("file_json_value", json.dumps(REQUEST).replace('"12.50"', "true", 1).encode()),
    "an object for a text": ("file_json_value", json.dumps({**REQUEST, "unit": {}}).encode()),
    "row numbers that fall": ("file_rows_out_of_order", json.dumps({**REQUEST, "orders": [{**ORDER, "lines": [{**LINE, "row": 5}, {**LINE, "row": 4}]}]}).encode()),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_faulty_json_file_is_refused_by_the_rule_that_names_it(name: str) -> None:
    rule, data = REFUSED[name]
    with pytest.raises(Refused) as refusal:
        read_billing(data, "x.json")
    assert [finding.rule for finding in refusal.value.findings] == [rule]


def test_the_form_asks_of_json_what_it_asks_of_a_workbook() -> None:
    faulty = {
        **ORDER,
        "header_text": "avser 010190-900P",
        "lines": [{"item": "T", "quantity": 0, "gross_net": "B"}],
    }
    found = read_billing(json.dumps({**REQUEST, "orders": [faulty, faulty]}).encode(), "x")
    assert [finding.rule for finding in found.findings if finding.row == 1] == [
        "form_personal_code_in_text",
        "form_quantity_is_zero",
        "gross_prices_not_accepted",
    ]
    assert "form_order_key_repeated" in [finding.rule for finding in found.findings if finding.row == 2]


def test_an_order_without_a_key_gets_the_key_of_its_content() -> None:
    keyless = {name: value for name, value in ORDER.items() if name != "key"}
    orders = read_billing(json.dumps({**REQUEST, "orders": [keyless, keyless]}).encode(), "x").orders
    assert orders[0].key.endswith("-1")
    assert orders[1].key == orders[0].key.removesuffix("-1") + "-2"
