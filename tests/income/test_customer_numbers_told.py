"""New customers' numbers are completed in what goes back to the unit (OC 3.2-b)."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from billing_files import as_json, asked, row, rules, send, statuses, stored, workbook
from python_calamine import CalamineWorkbook

from cast import CUSTOMERS, business_id, customer, inside, personal_code, unit
from reskontra.exchange import archive
from reskontra.formats.workbooks.columns import columns
from reskontra.income.order_handling.files import Answer
from reskontra.sales.models import Order

pytestmark = pytest.mark.usefixtures("database")

FIRM, CODE = business_id(78), personal_code("110395", 978)
ADDRESS = {"street": "Uudenkatu 7", "postcode": "00997", "town": "Koekylä"}


def _cells(answer: Answer, column: str, form: Any = "billing") -> list[str]:
    """What stands in a column of the answer workbook, row by row."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(archive.read(answer.result))).get_sheet_by_index(0)
    heading, *found = sheet.to_python()
    place = heading.index(columns(form)[column].label("fi"))
    return [str(cells[place]) for cells in found]


def _new(item: str = "PERMIT", **who: str) -> Mapping[str, Any]:
    """A row of the State's form, which has no order key, for a customer without a number."""
    told = row("", item=item)
    del told["order_key"], told["customer_no"]
    return {**told, **ADDRESS, **who}


def test_the_register_s_numbers_stand_in_the_result_workbook() -> None:
    """OC 3.2-b: in the form's own column, or in one that is added where the form has none."""
    people = [
        _new(name="Ny Nina", identity=CODE),
        _new(name="Ny Prov Ab", identity=FIRM),
        _new(name="Provbruket Ab", identity=CUSTOMERS["bruk"]["business_id"]),
    ]
    for more in ({}, {"customer_no": ""}):
        answer = send(
            workbook([{**one, **more, "header_text": str(len(more))} for one in people]), language="fi"
        )
        assert statuses(answer) == ["accepted"] * 3
        numbers = _cells(answer, "customer_no")
        with inside(unit()):
            found = Order.objects.filter(unit=unit()).order_by("-id").select_related("customer")[:3]
            assert numbers == [order.customer.number for order in reversed(found)]
        assert numbers[2] == customer("bruk").number
        told = answer.as_json("fi")["customers"]
        assert told == [{"row": at, "number": number} for at, number in enumerate(numbers, start=2)]
        assert CODE not in str(answer.as_json("fi"))


def test_the_answer_sent_in_again_bills_nobody_twice() -> None:
    """OC 3.2-b, OC 3.9-a: with the number filled in it is still the same order, with and without a key."""
    keyed = {**_new(name="Ny Prov Ab", identity=FIRM), "order_key": "A-1"}
    for rows in (
        [_new(name="Ny Nina", identity=CODE), _new("LICENCE", name="Ny Nina", identity=CODE)],
        [keyed],
    ):
        first = send(workbook(rows), language="fi")
        again = send(archive.read(first.result), language="fi")
        assert (statuses(first)[0], statuses(again)[0]) == ("accepted", "duplicate")
    assert [one[:2] for one in stored()] == [(1, 1), (2, 1), (2, 2), (3, 1)]


@pytest.mark.parametrize(
    ("who", "identity", "found"),
    [
        ("bruk", CUSTOMERS["bruk"]["business_id"], []),
        ("bruk", CUSTOMERS["paja"]["business_id"], ["order_customer_identity_differs"]),
        ("aino", CUSTOMERS["aino"]["code"], []),
        ("aino", CUSTOMERS["berit"]["code"], ["order_customer_identity_differs"]),
        ("berlin", FIRM, []),
    ],
)
def test_a_number_and_an_identity_are_of_the_same_customer(who: str, identity: str, found: list[str]) -> None:
    """OC 2.2-a: whoever has another identity in the register is not billed."""
    party = {"number": customer(who).number, "identity": identity}
    answer = send(as_json(asked("A-1", "", customer=party)))
    assert rules(answer.rows[0]) == found
    assert identity not in str(answer.as_json("sv"))


def test_a_customer_update_is_answered_with_its_numbers() -> None:
    """OC 3.2-b: an answer workbook for it too, which sent in again changes nothing."""
    update = workbook(
        [
            {"name": "Ny Prov Ab", "kind": "company", "business_id": FIRM, "number": "", **ADDRESS},
            {"name": "Ny Nina", "kind": "person", "personal_code": CODE, "number": "", **ADDRESS},
            {"name": "Fel Prov Ab", "kind": "company", "business_id": "1234567-8", "number": "", **ADDRESS},
        ],
        "fi",
        "customers",
    )
    answer = send(update, language="fi")
    assert statuses(answer) == ["accepted", "accepted", "returned"]
    numbers = _cells(answer, "number", "customers")
    assert numbers[2] == ""
    assert answer.as_json("fi")["customers"] == [
        {"row": at, "number": number} for at, number in enumerate(numbers[:2], start=2)
    ]
    status, error = (_cells(answer, name, "customers") for name in ("answer_status", "answer_error"))
    assert len(set(status)) == 2
    assert [bool(one) for one in error] == [False, False, True]
    again = send(archive.read(answer.result), language="fi")
    assert statuses(again) == ["accepted", "accepted", "returned"]
    assert _cells(again, "number", "customers") == numbers
