"""What a customer update says beside name and address: kept, refused, or told that it is not kept (OC 3.2-b)."""

from datetime import date
from typing import Any

import pytest
from billing_files import as_json, asked, rules, send, statuses, workbook

from cast import FOREST, HARBOUR, business_id, customer, inside, run, unit
from reskontra.exchange.messages import message
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.registers.models import CustomerInUnit
from reskontra.sales.models import Invoice

pytestmark = pytest.mark.usefixtures("database")

ADDRESS = {"street": "Uudenkatu 7", "postcode": "00997", "town": "Koekylä"}
FIRM = {"name": "Ny Prov Ab", "kind": "company", "business_id": business_id(79), **ADDRESS}


def _update(**more: Any) -> bytes:
    return workbook([{**FIRM, **more}], "sv", "customers")


def _invoiced(where: str = HARBOUR) -> list[tuple[int, date]]:
    run(InvoicingRun(), unit(where))
    with inside(unit(where)):
        found = Invoice.objects.filter(unit=unit(where)).order_by("number")
        return [(one.term_days, one.due_date) for one in found]


def test_an_agreed_payment_term_is_kept_for_the_unit_and_invoices_follow_it() -> None:
    """OC 3.11-a: a contract comes before the rule, an order's own term before it, and it binds no other unit."""
    answer = send(_update(payment_term="ZM30"))
    assert (statuses(answer), rules(answer.rows[0])) == (["accepted"], [])
    number = {"customer": {"number": answer.rows[0].customer}}
    course = {"item": "COURSE", "quantity": 1}
    orders = [
        asked("A-1", "", course, **number, case_reference="A"),
        asked("A-2", "", course, **number, case_reference="B", payment_term="ZM7"),
        asked("A-3", "aino", course, payer=number["customer"], case_reference="C"),
    ]
    send(as_json(*orders))
    assert sorted(days for days, _ in _invoiced()) == [7, 30, 30]
    send(as_json(asked("A-1", "", course, **number)), FOREST)
    assert [days for days, _ in _invoiced(FOREST)] == [21]
    send(_update(payment_term="14"))
    send(_update(name2="osasto"))
    with inside(unit()):
        kept = CustomerInUnit.objects.get(unit=unit(), number=answer.rows[0].customer)
    assert kept.payment_term == 14, "what an update leaves empty stays"


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("payment_term", "ZM366", "customer_payment_term"), ("payment_term", "thirty", "customer_payment_term"),
        ("payment_term", "-1", "customer_payment_term"), ("unit", FOREST, "customer_of_another_unit"),
        ("unit", "9999", "customer_of_another_unit"),
    ],
)  # fmt: skip
def test_what_cannot_be_so_returns_the_row(column: str, value: str, rule: str) -> None:
    """OC 1.2-a, OC 3.11-a"""
    answer = send(_update(**{column: value}))
    assert (statuses(answer), rules(answer.rows[0])) == (["returned"], [rule])
    [found] = answer.rows[0].findings
    assert (found.row, found.value) == (2, value)
    assert all(value in message(found, language) for language in ("sv", "fi", "en"))


def test_what_the_register_has_no_place_for_is_told_by_row_and_column() -> None:
    """OC 3.2-b: the customer is saved, and nothing is dropped in silence."""
    said = {
        "account_group": "Z001", "classification": "10", "sort_text": "NYPROV", "delivery": "paper",
        "interest_key": "Z1", "sales_org": "4210", "channel": "10", "division": "00",
    }  # fmt: skip
    answer = send(_update(**said, unit=HARBOUR, currency="EUR", payment_term="ZM365"))
    assert statuses(answer) == ["accepted"]
    assert rules(answer.rows[0]) == ["customer_value_not_kept"] * len(said)
    told = {(one.row, one.column, one.value) for one in answer.rows[0].findings}
    assert {value for _, _, value in told} == set(said.values())
    assert (2, "Räntenyckel", "Z1") in told


def test_an_own_system_s_customer_takes_its_terms_from_its_orders() -> None:
    """OC 2.2-a, OC 3.2-b: such a customer is not extended to a unit, so that a term has no place."""
    shop = customer("museum")
    rows = [{"number": shop.number, "name": shop.name, "payment_term": "ZM30", "sender": "HAMN-SHOP"}]
    answer = send(workbook(rows, "sv", "customers"))
    assert (statuses(answer), rules(answer.rows[0])) == (["accepted"], ["customer_value_not_kept"])
    with inside(unit()):
        assert not CustomerInUnit.objects.filter(unit=unit(), customer=shop).exists()
