"""What a billing request may hold: everything that the database would refuse is told by row and column first."""

from collections.abc import Mapping
from typing import Any

import pytest
from billing_files import as_json, asked, everything, row, rules, send, statuses, stored, workbook

from cast import DAY, FOREST, HARBOUR, customer, inside, unit
from reskontra.documents.findings import Refused
from reskontra.exchange.checking import file_findings
from reskontra.exchange.messages import message
from reskontra.registers.models import OwnSystem
from reskontra.sales.limits import MOST_LINES
from reskontra.sales.models import OrderDecision

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("price", "found"),
    [
        ("-0.00001", ["form_unit_price_negative"]),
        ("-5", ["form_unit_price_negative"]),
        ("0", []),
        ("0.01", []),
    ],
)
def test_a_negative_price_is_told_by_row_and_column_and_stops_no_other_order(
    price: str, found: list[str]
) -> None:
    """OC 3.9-c: below, at and above zero; in a credit the quantity is negative, the price is not."""
    data = workbook([row("A-1", unit_price=price.replace(".", ",")), row("A-2")], "en")
    assert [one.rule for one in file_findings(data, "day", None)] == found
    answer = send(data)
    assert statuses(answer) == ["returned" if found else "accepted", "accepted"]
    told = [one for one in answer.rows[0].findings if one.severity == "error"]
    assert [(one.rule, one.row, one.column, one.clause) for one in told] == [
        (rule, 2, "Unit price", "OC 3.9-c") for rule in found
    ]
    for language in ("sv", "fi", "en"):
        assert all("Unit price" in message(one, language) for one in told)


def test_a_control_sum_may_be_negative() -> None:
    """OC 3.9-a: that of a file of credits is."""
    data = as_json(
        asked("A-1", "aino", {"item": "PERMIT", "quantity": -2, "unit_price": 5}), declared_total="-10"
    )
    assert rules(send(data).rows[0]) == ["order_negative_without_credit"]


_HELD: Mapping[str, Mapping[str, Any]] = {
    "a_payment_term_is_within_a_year": {"payment_term": "366"},
    "a_payment_term_is_within_a_year, below": {"payment_term": "-1"},
    "an_order_line_has_a_quantity": {"lines": [{"item": "PERMIT", "quantity": 0}]},
    "an_order_line_has_a_quantity, in three decimals": {"lines": [{"item": "PERMIT", "quantity": "0.0001"}]},
    "a_unit_price_is_not_negative": {"lines": [{"item": "PERMIT", "quantity": 1, "unit_price": -1}]},
    "language": {"customer": {"number": "70001", "language": "swedish"}},
    "tax_country": {"tax_country": "FINLAND"},
}


@pytest.mark.parametrize("held", _HELD)
def test_what_the_database_holds_of_an_order_is_told_before_it_refuses(held: str) -> None:
    """OC 3.9-c: each of the constraints on orders and lines that a file could break."""
    answer = send(as_json({**asked("A-1"), **_HELD[held]}, asked("A-2")))
    assert statuses(answer) == ["returned", "accepted"]
    assert all(one.row == 1 and one.column for one in answer.rows[0].findings)


@pytest.mark.parametrize(("lines", "status"), [(MOST_LINES, "accepted"), (MOST_LINES + 1, "returned")])
def test_an_order_has_at_most_as_many_lines_as_a_voucher_holds(lines: int, status: str) -> None:
    """OC 3.9-c: at the limit and over it; the other order of the file is taken."""
    large = asked("A-1", "bruk", *[{"item": "COURSE", "quantity": 1}] * lines)
    answer = send(as_json(large, asked("A-2")))
    assert statuses(answer) == [status] * lines + ["accepted"]
    if status == "returned":
        [found] = answer.rows[0].findings
        assert (found.rule, found.detail) == (
            "order_too_many_lines", {"most": str(MOST_LINES), "count": str(lines)},
        )  # fmt: skip
        assert rules(answer.rows[-2]) == ["order_returned_with"]


@pytest.mark.parametrize("what", ["json", "workbook", "csv", "customers"])
def test_a_file_without_rows_is_refused(what: str) -> None:
    """OC 3.2-a, OC 3.9-a: there is nothing to bill, and nothing is kept of it but its bytes."""
    labels = {
        "order_start": "",
        "order_key": "",
        "customer_no": "",
        "item": "",
        "quantity": "",
        "service_date": "",
    }
    empty = {
        "json": as_json(),
        "workbook": workbook([labels], "fi"),
        "csv": "Tilausavain;Asiakasnro;Nimike;Määrä\n".encode(),
        "customers": workbook([{"name": "", "business_id": "", "kind": ""}], "fi", "customers"),
    }[what]
    before = everything()
    with pytest.raises(Refused) as refused:
        send(empty)
    assert [one.rule for one in refused.value.findings] == ["file_without_rows"]
    assert {**everything(), "InboxFile": 0} == {**before, "InboxFile": 0}
    assert [one.rule for one in file_findings(empty, "day", None)] == ["file_without_rows"]


def test_another_units_system_does_not_bill_the_customers_of_ours() -> None:
    """OC 2.2-a: a letter number is billed by what its own system sends, and by nobody else."""
    forest = unit(FOREST)
    with inside(forest):
        OwnSystem.objects.create(unit=forest, sender="SKOG", name="Forest", validity=f"[{DAY},)")
    number = {"customer": {"number": customer("museum").number}}
    order = asked("S-1", "", {"item": "COURSE", "quantity": 1}, **number)
    answer = send(as_json(order, asked("S-2"), sender="SKOG"), FOREST)
    assert statuses(answer) == ["returned", "accepted"]
    assert rules(answer.rows[0]) == ["order_customer_of_own_system"]
    assert statuses(send(as_json(order, sender="HAMN-SHOP"), HARBOUR)) == ["accepted"]
    assert len(stored(FOREST)) == 2
    with inside(forest):
        assert OrderDecision.objects.filter(unit=forest, outcome="CUSTOMER_OF_OWN_SYSTEM").count() == 1
