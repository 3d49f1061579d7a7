"""Sums over several rows, held to the cent: side payments, costs and deducted fees, one by one and raced."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.errors import IntegrityError

from database.cast import another_claim, claimed, paid
from database.conftest import Street
from database.house import House, another, constraint_of, insert, work_in
from database.test_races import at_once
from reskontra.database import server

Row = dict[str, Any]
Story = tuple[str, str]


def a_cost(house: House, *amounts: str) -> Any:
    """A claim of 100.00 euro with costs of these amounts."""
    claim = another_claim(house)
    for amount in amounts:
        another(house, "claims_cost", claim_id=claim, amount=amount)
    return claim


def told(street: Street, table: str, row: Row) -> str:
    """What refuses the row, or nothing: then it is there."""
    try:
        with street.admin.transaction():
            insert(street.admin, table, row)
    except IntegrityError as refused:
        return constraint_of(refused)
    return ""


# Costs (OC 6.1.3-b) -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("costs", "paid_before", "amount", "refused"),
    [
        (["5.00"], [], "4.99", False),
        (["5.00"], [], "5.00", False),
        (["5.00"], [], "5.01", True),
        (["5.00"], ["3.00"], "2.00", False),
        (["5.00"], ["3.00"], "2.01", True),
        (["5.00", "12.00"], ["5.00"], "12.00", False),
        (["5.00", "12.00"], ["5.00"], "12.01", True),
        ([], [], "0.01", True),
    ],
)
def test_costs_are_paid_up_to_what_they_are(
    street: Street, admin: object, costs: list[str], paid_before: list[str], amount: str, refused: bool
) -> None:
    """OC 6.1.3-b: at, under and over."""
    own = street.own
    claim = a_cost(own, *costs)
    for before in paid_before:
        another(own, "claims_sidepayment", claim_id=claim, kind="cost", amount=before)
    row = own.row("claims_sidepayment", claim_id=claim, kind="cost", amount=amount)
    assert told(street, "claims_sidepayment", row) == (
        "costs_are_not_paid_beyond_what_they_are" if refused else ""
    )


def test_interest_that_is_paid_needs_no_cost(street: Street, admin: object) -> None:
    row = street.own.row("claims_sidepayment", claim_id=a_cost(street.own), kind="interest")
    assert told(street, "claims_sidepayment", row) == ""


def test_a_cost_is_taken_back_once_nobody_has_paid_it(street: Street, admin: object) -> None:
    """The payment first, then the cost; and what was taken back can be neither paid nor taken back again."""
    own = street.own
    claim = another_claim(own)
    cost = another(own, "claims_cost", claim_id=claim)
    payment: Row = {"claim_id": claim, "kind": "cost"}
    side = another(own, "claims_sidepayment", **payment, amount="5.00")
    back = own.row("claims_cost", claim_id=claim, undoes_id=cost, amount="-5.00")
    assert told(street, "claims_cost", back) == "costs_are_not_paid_beyond_what_they_are"
    another(own, "claims_sidepayment", **payment, amount="-5.00", undoes_id=side)
    assert told(street, "claims_cost", back) == ""
    again = own.row("claims_sidepayment", **payment, amount="0.01")
    assert told(street, "claims_sidepayment", again) == "costs_are_not_paid_beyond_what_they_are"


# Payments and claims ----------------------------------------------------------------------------------------------


def test_every_cent_of_a_payment_has_one_owner(street: Street, admin: object) -> None:
    """OC 4.1-b, OC 6.1.3-b: to the claim, to its interest, to its costs and beyond; one cent more is refused."""
    own = street.own
    claim, payment = a_cost(own, "5.00"), paid(own, "112.00")
    of: Row = {"claim_id": claim, "payment_id": payment}
    another(own, "claims_allocation", **of, amount="100.00")
    another(own, "claims_sidepayment", **of, amount="1.22")
    another(own, "claims_sidepayment", **of, kind="cost", amount="5.00")
    more = own.row("claims_overpayment", **of, amount="5.79")
    assert told(street, "claims_overpayment", more) == "a_payment_is_not_spent_beyond_its_amount"
    assert told(street, "claims_overpayment", more | {"amount": "5.78"}) == ""


def test_a_claim_is_settled_by_money_fee_and_write_off_together(street: Street, admin: object) -> None:
    """OC 6.2-a: what the authority kept settles the claim as money does; one cent more is refused."""
    own = street.own
    claim = claimed(own, "100.00")
    another(own, "claims_allocation", claim_id=claim, amount="60.00")
    fee = another(own, "claims_feededucted", claim_id=claim, amount="15.00")
    rest = own.row("claims_writeoff", claim_id=claim, amount="25.01")
    assert told(street, "claims_writeoff", rest) == "a_claim_is_not_settled_beyond_its_amount"
    another(own, "claims_feededucted", claim_id=claim, amount="-15.00", undoes_id=fee)
    assert told(street, "claims_writeoff", rest | {"amount": "40.00"}) == ""


# At the same moment -----------------------------------------------------------------------------------------------


def two_pay_one_cost(house: House) -> list[tuple[str, Row]]:
    claim = a_cost(house, "5.00")
    row: Row = {"claim_id": claim, "kind": "cost", "amount": "5.00"}
    return [
        ("claims_sidepayment", house.row("claims_sidepayment", payment_id=paid(house, "5.00"), **row))
        for _ in range(2)
    ]


def a_cost_is_paid_and_taken_back(house: House) -> list[tuple[str, Row]]:
    claim = another_claim(house)
    cost = another(house, "claims_cost", claim_id=claim)
    side = house.row(
        "claims_sidepayment", payment_id=paid(house, "5.00"), claim_id=claim, kind="cost", amount="5.00"
    )
    return [
        ("claims_sidepayment", side),
        ("claims_cost", house.row("claims_cost", claim_id=claim, undoes_id=cost, amount="-5.00")),
    ]


def one_payment_goes_two_ways(house: House) -> list[tuple[str, Row]]:
    payment = paid(house, "1.00")
    return [
        (table, house.row(table, payment_id=payment))
        for table in ("claims_sidepayment", "claims_overpayment")
    ]


def one_claim_is_settled_twice(house: House) -> list[tuple[str, Row]]:
    claim = claimed(house, "1.00")
    return [
        ("claims_feededucted", house.row("claims_feededucted", claim_id=claim)),
        ("claims_allocation", house.row("claims_allocation", claim_id=claim, payment_id=paid(house, "1.00"))),
    ]


RACES = [
    (two_pay_one_cost, "costs_are_not_paid_beyond_what_they_are"),
    (a_cost_is_paid_and_taken_back, "costs_are_not_paid_beyond_what_they_are"),
    (one_payment_goes_two_ways, "a_payment_is_not_spent_beyond_its_amount"),
    (one_claim_is_settled_twice, "a_claim_is_not_settled_beyond_its_amount"),
]


@pytest.mark.parametrize(
    ("race", "refused"), RACES, ids=[race.__name__.replace("_", " ") for race, _ in RACES]
)
def test_of_two_at_once_one_is_refused(
    street: Street, race: Callable[[House], list[tuple[str, Row]]], refused: str
) -> None:
    """Each waits for the other in its unit, and then sees what it did."""
    own = street.own
    address = street.postgres.address(server.APP, street.database)

    def give(table: str, row: Row) -> str:
        with psycopg.connect(**address) as app:
            work_in(app, own.unit)
            try:
                insert(app, table, row)
            except IntegrityError as problem:
                return constraint_of(problem)
            time.sleep(0.1)  # the other comes while this one has not ended
        return ""

    for _ in range(3):
        first, second = race(own)
        street.admin.commit()
        assert sorted(at_once(lambda: give(*first), lambda: give(*second))) == ["", refused]  # noqa: B023
