"""Sums and states of expenditure over several rows: receipts and their corrections, lines of matches, and raced."""

import time
from typing import Any

import psycopg
import pytest
from psycopg.errors import IntegrityError

from database.conftest import Street
from database.house import House, another, constraint_of, copy, insert, work_in
from database.test_races import at_once
from database.test_settlements import told
from reskontra.database import server

BEYOND = "a_receipt_correction_takes_back_no_more_than_came"
Came = tuple[str, str | None]  # euro without VAT, quantity


def came(house: House, *receipts: Came) -> Any:
    """An order line of which this came."""
    ordered = another(house, "purchases_purchaseorderline")
    for net, quantity in receipts:
        another(house, "purchases_receipt", line_id=ordered, net=net, quantity=quantity)
    return ordered


def total(street: Street, ordered: Any) -> Any:
    """What came of an order line in all, in euro."""
    found = street.admin.execute(
        "SELECT sum(net) FROM purchases_receipt WHERE line_id = %s", (ordered,)
    ).fetchone()
    assert found is not None
    return str(found[0])


# Receipts and their corrections (EX 1, EX 3) ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("receipts", "correction", "refused"),
    [
        ([("10.00", "1")], ("-9.99", "-0.9999"), False),
        ([("10.00", "1")], ("-10.00", "-1"), False),
        ([("10.00", "1")], ("-10.01", "-1"), True),
        ([("10.00", "1")], ("-10.00", "-1.0001"), True),
        ([("10.00", "1")], ("-10.00", None), False),
        ([("10.00", "1")], ("0.00", "-1"), False),
        ([("10.00", "1")], ("0.00", "-1.0001"), True),
        ([("10.00", None)], ("-10.00", None), False),
        ([("10.00", None)], ("-10.00", "-1"), True),
        ([("10.00", "1"), ("20.00", "2")], ("-30.00", "-3"), False),
        ([("10.00", "1"), ("20.00", "2")], ("-30.01", "-3"), True),
        ([("10.00", "1"), ("-10.00", "-1")], ("-0.01", None), True),
        ([("10.00", "1"), ("-10.00", "-1"), ("5.00", "1")], ("-5.00", "-1"), False),
        ([], ("-0.01", None), True),
        ([], ("10.00", "1"), False),
    ],
)
def test_a_correction_takes_back_up_to_what_came(
    street: Street, admin: object, receipts: list[Came], correction: Came, refused: bool
) -> None:
    """At, under and over, in euro and in pieces."""
    own = street.own
    ordered = came(own, *receipts)
    row = own.row("purchases_receipt", line_id=ordered, net=correction[0], quantity=correction[1])
    assert told(street, "purchases_receipt", row) == (BEYOND if refused else "")


def test_what_came_of_another_line_is_not_taken_back_from_this_one(street: Street, admin: object) -> None:
    came(street.own, ("100.00", "10"))
    row = street.own.row(
        "purchases_receipt", line_id=came(street.own, ("10.00", "1")), net="-10.01", quantity="-1"
    )
    assert told(street, "purchases_receipt", row) == BEYOND


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_correction_too_many_in_a_crowd_refuses_the_statement(
    street: Street, admin: psycopg.Connection[Any], place: int
) -> None:
    """Decided over all rows of the statement: three lines, each taken back to nothing, one of them a cent further."""
    own = street.own
    honest = [
        own.row("purchases_receipt", line_id=came(own, ("10.00", "1")), net="-10.00", quantity="-1")
        for _ in range(3)
    ]
    wrong = [row | {"net": "-10.01"} if n == place else row for n, row in enumerate(honest)]
    with pytest.raises(IntegrityError) as refused, admin.transaction():
        copy(admin, "purchases_receipt", wrong)
    assert constraint_of(refused.value) == BEYOND
    copy(admin, "purchases_receipt", honest)
    assert {total(street, row["line_id"]) for row in honest} == {"0.00"}


def test_a_receipt_and_its_correction_come_in_one_statement(
    street: Street, admin: psycopg.Connection[Any]
) -> None:
    """The sum counts, not the order of the rows: a file may tell the correction first."""
    ordered = came(street.own)
    rows = [
        street.own.row("purchases_receipt", line_id=ordered, net=net, quantity=None)
        for net in ("-4.00", "4.00")
    ]
    copy(admin, "purchases_receipt", rows)
    assert total(street, ordered) == "0.00"


def test_two_corrections_at_once_take_back_one_receipt_once(street: Street) -> None:
    """Each would hold alone: whoever comes second waits for the first, and sees what is left."""
    own = street.own
    rounds = []
    for _ in range(10):
        ordered = came(own, ("10.00", "1"))
        rounds.append(
            [own.row("purchases_receipt", line_id=ordered, net="-6.00", quantity=None) for _ in range(2)]
        )
    street.admin.commit()
    for rows in rounds:
        answers = at_once(*(lambda row=row: _corrected(street, row) for row in rows))
        assert sorted(answers) == ["", BEYOND]
        assert total(street, rows[0]["line_id"]) == "4.00"
        street.admin.commit()


def _corrected(street: Street, row: dict[str, Any]) -> str:
    """A correction in a transaction of its own that ends a moment later; what refused it, or nothing."""
    with psycopg.connect(**street.postgres.address(server.APP, street.database)) as app:
        work_in(app, street.own.unit)
        try:
            insert(app, "purchases_receipt", row)
        except IntegrityError as refused:
            return constraint_of(refused)
        time.sleep(0.05)
        app.commit()
    return ""


def test_a_receipt_waits_for_no_correction(street: Street) -> None:
    """What only adds takes no lock: while somebody corrects, receipts of the unit still come in."""
    ordered = came(street.own, ("10.00", "1"))
    row = street.own.row("purchases_receipt", line_id=ordered)
    taken_back = street.own.row("purchases_receipt", line_id=ordered, net="-10.00", quantity="-1")
    street.admin.commit()
    address = street.postgres.address(server.APP, street.database)
    with psycopg.connect(**address) as correcting, psycopg.connect(**address) as receiving:
        work_in(correcting, street.own.unit)
        insert(correcting, "purchases_receipt", taken_back)
        work_in(receiving, street.own.unit)
        receiving.execute("SET LOCAL lock_timeout = '2s'")
        assert insert(receiving, "purchases_receipt", row)["line_id"] == ordered
        receiving.rollback()
        correcting.rollback()


# Lines of matches (EX 3) ------------------------------------------------------------------------------------------


def test_a_match_takes_of_its_order_or_of_its_contract(street: Street, admin: object) -> None:
    """EX 3: the refusals of match lines are not of everything: of the order, of the contract, or of neither."""
    own = street.own
    of_order = own.row("purchases_matchline")
    assert told(street, "purchases_matchline", of_order) == ""
    by_header = own.row("purchases_matchline", order_line_id=None)
    assert told(street, "purchases_matchline", by_header) == ""
    contract = another(own, "purchases_match", order_id=None, contract_id=own.of("purchases_contract"))
    of_contract = own.row(
        "purchases_matchline",
        match_id=contract,
        order_line_id=None,
        contract_row_id=own.of("purchases_contractrow"),
    )
    assert told(street, "purchases_matchline", of_contract) == ""


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_line_of_another_order_in_a_crowd_refuses_the_statement(
    street: Street, admin: psycopg.Connection[Any], place: int
) -> None:
    own = street.own
    elsewhere = another(own, "purchases_purchaseorderline", order_id=another(own, "purchases_purchaseorder"))
    rows = [own.row("purchases_matchline") for _ in range(3)]
    rows[place]["order_line_id"] = elsewhere
    with pytest.raises(IntegrityError) as refused, admin.transaction():
        copy(admin, "purchases_matchline", rows)
    assert constraint_of(refused.value) == "a_match_line_is_of_its_matchs_order"


def test_what_is_corrected_is_seen_in_the_state_of_the_order_line(street: Street, admin: object) -> None:
    """EX 3: the state of an order line adds receipts and corrections, and counts matches that have not ended."""
    own = street.own
    ordered = came(own, ("10.00", "1"), ("20.00", "2"), ("-10.00", "-1"))
    order = own.of("purchases_purchaseorder")
    for ends, waits in ((False, False), (True, False), (False, True)):
        match = another(own, "purchases_match", order_id=order, waits=waits)
        another(own, "purchases_matchline", match_id=match, order_line_id=ordered, net="10.00", quantity="1")
        if ends:
            another(own, "purchases_matchend", match_id=match)
    found = street.admin.execute(
        "SELECT received_net, received_quantity, invoiced_net, invoiced_quantity FROM purchases_order_line_state"
        " WHERE id = %s",
        (ordered,),
    ).fetchone()
    assert found is not None
    assert [str(value) for value in found] == ["20.00", "2.0000", "20.00", "2.0000"]
