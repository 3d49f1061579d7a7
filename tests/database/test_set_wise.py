"""A set-wise reference refuses the same rows as a real foreign key would (ADR 0003).

For every one of them: an honest row, a dangling one and one that points into another unit, by INSERT and by COPY as
superuser, alone and hidden in a crowd. The same row is tried on a comparison table with the real key.
"""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import ForeignKeyViolation

from database.cast import an_order, claimed, of_interest, paid
from database.conftest import Street
from database.expenditure_rows import credited
from database.house import House, another, constraint_of, copy, digest, insert
from database.refusal_lines.cards import without_an_account
from database.test_roles import OURS
from reskontra.database.tables import InUnit, Points
from reskontra.runs.models import Decision

Case = tuple[Any, Points]
CASES: list[Case] = [
    (model, points)
    for model in OURS
    for points in model.references
    if points.set_wise or points.name == "an_entry_belongs_to_a_voucher_of_its_unit"
]
NAMES = [points.name for _, points in CASES]
DECISIONS = [model for model in OURS if issubclass(model, Decision)]
# What else a row says when it points there, by the name of the reference.
ALONE: dict[str, dict[str, Any]] = {
    "a_credit_names_its_original": {"credit": True, "net": "-1.00", "total": "-1.00"},
    "an_interest_credit_names_its_original": {"total": "-1.00"},
    "an_interest_claim_belongs_to_an_interest_invoice": {"kind": "interest", "invoice_id": None},
    "an_allocation_is_of_a_credit": {"payment_id": None},
    "a_block_is_on_a_customer": {"claim_id": None},
    "a_write_off_follows_a_proposal_of_its_unit": {"ground": "decided"},
    "a_statement_is_about_a_claim_of_its_unit": {"kind": "agreement", "customer_id": None},
    "a_match_is_to_a_contract_of_its_unit": {"order_id": None},
    "a_match_line_is_of_a_schedule_row": {"order_line_id": None},
    "a_remittance_is_of_a_ban_of_its_unit": {"pays": "ban"},
    "a_line_posting_corrects_one_of_its_unit": {"by": "memo", "rule_id": None, "reason": "a fee"},
}
# What a row says instead when it does not point there.
INSTEAD: dict[str, Callable[[House], dict[str, Any]]] = {
    "an_allocation_is_of_a_payment": lambda h: {"credit_id": claimed(h, "-1.00")},
    "a_claim_belongs_to_an_invoice": of_interest,
    "a_block_is_on_a_claim_of_its_unit": lambda h: {"customer_id": h.of("registers_customer")},
    "a_statement_is_about_a_debtor": lambda h: {"kind": "agreement", "claim_id": h.of("claims_claim")},
    **dict.fromkeys(
        (
            "a_block_comes_from_a_run",
            "a_lift_comes_from_a_run",
            "a_step_of_a_case_comes_from_a_run",
            "a_proposal_comes_from_a_run",
            "a_follow_up_comes_from_a_run",
            "a_change_of_an_order_comes_from_a_run",
            "a_coding_comes_from_a_run",
            "a_match_end_comes_from_a_run",
            "a_receipt_comes_from_a_run",
            "a_return_comes_from_a_run",
            "a_supplier_is_found_by_a_run",
            "an_assignment_comes_from_a_run",
            "an_identifier_comes_from_a_run",
            "an_order_end_comes_from_a_run",
        ),
        lambda h: {"person_id": h.of("registers_person")},
    ),
    "a_match_comes_from_a_run": lambda h: {
        "person_id": h.of("registers_person"),
        "reason": "the unit accepts it",
    },
    "a_match_is_to_an_order_of_its_unit": lambda h: {"contract_id": h.of("purchases_contract")},
    "an_assignment_is_to_a_queue_of_its_unit": lambda h: {"to_person_id": h.of("registers_person")},
    "a_payable_settlement_is_by_a_payment": lambda _: {"kind": "credit"},
    "a_supplier_payment_goes_out_in_a_payment_file": lambda h: {
        "undoes_id": another(h, "purchases_supplierpayment"),
        "amount": "-1.00",
    },
    "a_bank_line_tells_of_a_payment_of_its_unit": lambda h: {"kind": "other"},
    "a_payment_abroad_has_its_voucher": lambda h: {
        "means": "card",
        "receipt": digest("receipt"),
        "invoice_id": without_an_account(h),
    },
}
# What comes beside such a row in its statement: what is set off has a counterpart.
BESIDE: dict[str, Callable[[House], dict[str, Any]]] = {
    "a_payable_settlement_is_by_a_payment": lambda h: {"payable_id": credited(h), "amount": "-1.00"},
}
INSIDE = [
    (model, points)
    for model, points in CASES
    if issubclass(model._meta.get_field(points.field).related_model, InUnit)
]


def comparison(street: Street, model: Any, points: Points) -> str:
    """A table like ``model``'s with a real foreign key in the place of the set-wise reference."""
    field = model._meta.get_field(points.field)
    table, target = model._meta.db_table, field.related_model._meta.db_table
    inside = issubclass(field.related_model, InUnit)
    keys, targets = (f"unit_id, {field.column}", "unit_id, id") if inside else (field.column, "id")
    street.admin.execute(f"CREATE TABLE compared (LIKE {table} INCLUDING DEFAULTS INCLUDING IDENTITY)")
    if inside:
        street.admin.execute(f"CREATE UNIQUE INDEX compared_key ON {target} (unit_id, id)")
    street.admin.execute(
        f"ALTER TABLE compared ADD CONSTRAINT {points.name} FOREIGN KEY ({keys}) REFERENCES {target} ({targets})"
    )
    return "compared"


def fresh(house: House, table: str) -> dict[str, Any]:
    """An honest row that no key of the table refuses, and that its other rules let in."""
    match table:
        case "sales_deliveryreceipt":
            house.add("sales_deliveryreport")
        case "sales_archivedfile":
            house.add("sales_archivereturn")
            return house.row(table, outcome="returned")
        case "claims_claim" | "sales_invoicedelivery":
            house.add("sales_invoice")
        case "bank_line":  # of a source that has told of no payment yet, also none of the other unit
            house.add("bank_payment")
            return house.row(table, source="camt.054")
        case "claims_allocation":
            return house.row(table, claim_id=claimed(house, "1.00"), payment_id=paid(house, "1.00"))
        case "claims_overpayment":
            return house.row(table, payment_id=paid(house, "1.00"))
        case "claims_writeoff":
            return house.row(table, claim_id=claimed(house, "1.00"))
        case "sales_invoicedorder":
            order = an_order(house)
            return house.row(table, number=order["number"])
        case "ledger_entry":
            house.add("ledger_voucher")
        case "claims_deferralclaim" | "claims_instalment":
            house.add("claims_deferral")
        case "purchases_codingline":
            house.add("purchases_coding")
        case "sales_billingrow":
            house.add("exchange_inboxfile")
            house.add("sales_billingrequest")
        case _ if table in {model._meta.db_table for model in DECISIONS}:
            return house.row(table, rule=f"rule {house.next()}")
    return house.row(table)


def written(street: Street, way: str, table: str, rows: list[dict[str, Any]]) -> str:
    """What refuses the rows when they are written in one statement: a constraint's name, or nothing."""
    try:
        with street.admin.transaction():
            if way == "COPY":
                copy(street.admin, table, rows)
            elif len(rows) == 1:
                insert(street.admin, table, rows[0])
            else:
                _insert_all(street.admin, table, rows)
    except ForeignKeyViolation as refused:
        return constraint_of(refused)
    except psycopg.errors.CheckViolation as refused:
        return constraint_of(refused)
    return ""


def _insert_all(admin: psycopg.Connection[Any], table: str, rows: list[dict[str, Any]]) -> None:
    admin.execute(f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT * FROM {table} WITH NO DATA")
    copy(admin, "staged", rows)
    columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    admin.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM staged").format(sql.Identifier(table), columns, columns)
    )
    admin.execute("DROP TABLE staged")


def broken(street: Street, model: Any, points: Points, fault: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row, pointing at nothing or into the other unit."""
    field = model._meta.get_field(points.field)
    wrong = {
        "dangling": 10**9,
        "negative": -1,
        "cross-unit": street.foreign.have.get(field.related_model._meta.db_table, {}).get("id"),
    }[fault]
    also = ALONE.get(points.name, {})
    if points.field == "undoes":
        also = {"amount": "-1.00"}
    return {**row, **also, field.column: wrong}


Rows = Callable[[], list[dict[str, Any]]]


def attempts(street: Street, model: Any, points: Points) -> dict[str, tuple[Rows, str]]:
    """What is written, by what it is, and what refuses it: a constraint's name, or nothing."""
    table = model._meta.db_table

    def honest() -> list[dict[str, Any]]:
        return [fresh(street.own, table)]

    def wrong(fault: str) -> list[dict[str, Any]]:
        return [broken(street, model, points, fault, fresh(street.own, table))]

    def crowd(place: int) -> list[dict[str, Any]]:
        rows = [fresh(street.own, table) for _ in range(3)]
        rows[place] = broken(street, model, points, "dangling", rows[place])
        return rows

    def empty() -> list[dict[str, Any]]:
        nothing = {model._meta.get_field(points.field).column: None}
        instead = INSTEAD[points.name](street.own) if points.name in INSTEAD else {}
        row = {**fresh(street.own, table), **nothing, **instead}
        return [row, {**row, **BESIDE[points.name](street.own)}] if points.name in BESIDE else [row]

    faults = ["dangling", "negative", *(["cross-unit"] if (model, points) in INSIDE else [])]
    return {
        "honest": (honest, ""),
        **{fault: (lambda fault=fault: wrong(fault), points.name) for fault in faults},
        **{
            f"dangling at {place} of 3": (lambda place=place: crowd(place), points.name) for place in range(3)
        },
        **({"empty": (empty, "")} if model._meta.get_field(points.field).null else {}),
    }


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_set_wise_reference_answers_as_a_real_key_does(
    street: Street, admin: psycopg.Connection[Any], case: Case
) -> None:
    """An honest row, an empty one, one that points nowhere or into another unit; alone and in a crowd."""
    model, points = case
    compared = comparison(street, model, points)  # before any row waits for a deferred check
    told, expected = {}, {}
    for what, (make, answer) in attempts(street, model, points).items():
        for way in ("INSERT", "COPY"):
            have = dict(street.own.have)
            with admin.transaction(force_rollback=True):
                rows = make()
                told[what, way] = [
                    written(street, way, table, rows) for table in (model._meta.db_table, compared)
                ]
            street.own.have = have
            expected[what, way] = [answer, answer]
    assert told == expected


def test_there_is_a_set_wise_reference_to_compare() -> None:
    assert len(CASES) > 25
    assert len(INSIDE) > 15


def test_a_target_that_was_taken_back_is_no_target(street: Street, admin: psycopg.Connection[Any]) -> None:
    """The target lived in a savepoint that was rolled back: the reference dangles."""
    savepoint = "before_the_invoice"
    admin.execute(f"SAVEPOINT {savepoint}")
    invoice = street.own.add("sales_invoice")["id"]
    admin.execute(f"ROLLBACK TO {savepoint}")
    with pytest.raises(ForeignKeyViolation):
        insert(admin, "claims_claim", street.own.row("claims_claim", invoice_id=invoice))


def test_a_target_that_another_transaction_has_not_committed_is_no_target(
    street: Street, admin: psycopg.Connection[Any]
) -> None:
    with psycopg.connect(**street.postgres.admin_address(street.database)) as other:
        order = insert(other, "sales_order", street.own.row("sales_order", digest=digest("unseen")))["id"]
        with pytest.raises(ForeignKeyViolation):
            insert(admin, "sales_orderline", street.own.row("sales_orderline", order_id=order))
        other.rollback()


def test_rows_that_a_target_needs_come_in_one_statement_with_it(
    street: Street, admin: psycopg.Connection[Any]
) -> None:
    """A statement with parts is checked when all of it is written, as a real key is."""
    order, line = street.own.row("sales_order"), street.own.row("sales_orderline")
    columns = ", ".join(order)
    line_columns = [column for column in line if column != "order_id"]
    values = [psycopg.types.json.Jsonb(v) if isinstance(v, dict | list) else v for v in order.values()]
    admin.execute(
        f"WITH made AS (INSERT INTO sales_order ({columns}) VALUES ({', '.join(['%s'] * len(order))}) RETURNING id)"
        f" INSERT INTO sales_orderline (order_id, {', '.join(line_columns)})"
        f" SELECT id, {', '.join(['%s'] * len(line_columns))} FROM made",
        [*values, *(line[column] for column in line_columns)],
    )


def test_a_rule_decides_about_a_subject_once_in_a_run() -> None:
    for model in DECISIONS:
        subject, *key = model._meta.pk.field_names  # type: ignore[union-attr]
        assert key == ["run_id", "rule"], model
        assert subject.removesuffix("_id") in {points.field for points in model.references}, model


def test_what_a_run_decided_is_found_by_the_run() -> None:
    """The list of what a run gave one outcome reads those rows alone, however many decisions there are."""
    assert len(DECISIONS) >= 8
    without = [
        model.__name__
        for model in DECISIONS
        if not [index for index in model._meta.indexes if list(index.fields[:2]) == ["run", "outcome"]]
    ]
    assert without == []
