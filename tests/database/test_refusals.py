"""What the database refuses, by the name of the constraint that refuses it: one line for each name that we gave.

``refusal_lines`` holds rows that differ from an honest one in one thing, a table for each app; ``REFUSED_STORIES`` what
takes more than one row.
The set-wise references stand in ``test_set_wise.py``. A named constraint that nothing here provokes fails a test.
"""
# ruff: noqa: E501 - a table: one line for each constraint

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from psycopg.errors import IntegrityError, RestrictViolation

from database.cast import an_order, bill, post
from database.conftest import Street
from database.house import DAY, House, another, constraint_of, digest, insert, logged_in, work_in
from database.refusal_lines import bank, cards, claims, exchange, ledger, purchases, registers, runs, sales
from database.refusal_lines.line import NOWHERE, one_more, same
from database.refusal_lines.registers import SEALED
from database.test_roles import FACTS
from reskontra.database import server
from reskontra.database.safety import FUNCTIONS, our_models, own_safety

TABLES = (registers, runs, exchange, ledger, sales, bank, claims, purchases, cards)
REFUSED = [line for table in TABLES for line in table.REFUSED]


def refused(street: Street, table: str, row: dict[str, Any], units: tuple[int, ...] = ()) -> str:
    """The constraint that refuses ``row`` from the app role, at the statement or when the transaction would end."""
    street.admin.commit()  # what the story needs is there
    with street.app.transaction(force_rollback=True):
        work_in(street.app, street.own.unit, NOWHERE, *units)
        with pytest.raises(IntegrityError) as told:  # noqa: PT012 - either statement may refuse
            insert(street.app, table, row)
            street.app.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return constraint_of(told.value)


@pytest.mark.parametrize("table", sorted({line.table for line in REFUSED}))
def test_a_row_is_refused_by_name(street: Street, table: str) -> None:
    """Every line of the table, each beside the rows that the houses moved in with."""
    told, expected = [], []
    for line in (line for line in REFUSED if line.table == table):
        have = dict(street.own.have)
        told.append((refused(street, table, street.own.row(table, **line.changes)), list(line.changes)))
        street.own.have = have
        expected.append((line.constraint, list(line.changes)))
    assert told == expected


@pytest.mark.parametrize("table", sorted({line.table for line in REFUSED}))
def test_an_honest_row_is_not_refused(street: Street, table: str) -> None:
    """P40: the refusals above come from their one change: the same row without it goes in."""
    own = street.own
    alone: dict[str, Callable[[], dict[str, Any]]] = {
        "registers_customerinunit": lambda: {"customer_id": own.add("registers_customer")["id"]},
        "registers_pricelistentry": lambda: {"item_id": own.add("registers_item")["id"]},
        "ledger_closedperiod": lambda: {"month": "2020-02-01"},
        "sales_orderapproval": lambda: {
            "order_id": an_order(own)["id"],
            "digest": own.of("sales_order", "digest"),
        },
        "sales_invoicedorder": lambda: {
            **dict(zip(("order_id", "number", "digest"), _identity(an_order(own)), strict=True))
        },
        "sales_invoicedelivery": lambda: {"invoice_id": own.add("sales_invoice")["id"]},
        "sales_invoicelistapproval": lambda: _an_invoice_list(own),
        "bank_line": lambda: {"payment_id": own.add("bank_payment")["id"]},
        "claims_claim": lambda: {"invoice_id": own.add("sales_invoice")["id"]},
        "sales_billingrequest": lambda: {"file_id": own.add("exchange_inboxfile")["id"], "rows": 0},
    }
    changes = alone[table]() if table in alone else {}
    street.admin.commit()
    with logged_in(street.postgres, server.APP, street.database) as app:
        work_in(app, own.unit)
        if table == "ledger_entry":
            own.have["ledger_voucher"] = insert(app, "ledger_voucher", own.row("ledger_voucher"))
            insert(app, "ledger_entry", own.row("ledger_entry", amount="-100.00"))
        if table == "sales_billingrow":
            file = insert(app, "exchange_inboxfile", own.row("exchange_inboxfile"))
            own.have["sales_billingrequest"] = insert(
                app, "sales_billingrequest", own.row("sales_billingrequest", file_id=file["id"])
            )
        if table in {"claims_deferralclaim", "claims_instalment"}:
            deferral = own.row("claims_deferral")
            street.admin.commit()  # with its request and its letter
            own.have["claims_deferral"] = insert(app, "claims_deferral", deferral)
        if table == "purchases_codingline":
            coding = own.row("purchases_coding", invoice_id=another(own, "purchases_purchaseinvoice"))
            street.admin.commit()  # with its invoice
            own.have["purchases_coding"] = insert(app, "purchases_coding", coding)
        if table == "sales_deliveryreceipt":
            own.have["sales_deliveryreport"] = insert(
                app, "sales_deliveryreport", own.row("sales_deliveryreport", rows=1)
            )
        if table == "sales_archivedfile":
            own.have["sales_archivereturn"] = insert(
                app, "sales_archivereturn", own.row("sales_archivereturn", rows=1)
            )
        honest = own.row(table, **changes)
        street.admin.commit()  # what the row points at is there
        row = insert(app, table, honest)
        if table == "ledger_voucher":
            for amount in ("1.00", "-1.00"):
                insert(app, "ledger_entry", own.row("ledger_entry", voucher_id=row["id"], amount=amount))
        for part in PARTS.get(table, ()):
            own.have["claims_deferral"] = row if table == "claims_deferral" else own.have["claims_deferral"]
            honest = own.row(part)
            street.admin.commit()
            insert(app, part, honest)
        app.execute("SET CONSTRAINTS ALL IMMEDIATE")


# What an agreement on payment time needs beside the row of a table of its own (OC 6.1.1-a).
PARTS = {
    "claims_deferral": ("claims_deferralclaim", "claims_instalment"),
    "claims_deferralclaim": ("claims_instalment",),
    "claims_instalment": ("claims_deferralclaim",),
}


def _an_invoice_list(house: House, **changes: Any) -> dict[str, Any]:
    """An invoice run of somebody else with its report and no invoice: the row of an act on its list."""
    run = house.add("runs_run", name="invoicing", person_id=house.add("registers_person")["id"])
    report = house.add("runs_evidence", control="invoicing report", document=digest(house.next()))
    house.add("registers_person")
    return {
        "run_id": run["id"],
        "digest": report["document"],
        "person_id": house.of("registers_person"),
        **changes,
    }


def _identity(order: dict[str, Any]) -> tuple[Any, Any, Any]:
    return order["id"], order["number"], order["digest"]


# What takes more than one row --------------------------------------------------------------------------------------


def _customer_twice(street: Street, **identity: Any) -> str:
    first = street.own.add("registers_customer", **identity)
    return refused(
        street, "registers_customer", street.own.row("registers_customer", **{k: first[k] for k in identity})
    )


def a_personal_code_is_one_customer(street: Street) -> str:
    code = f"index {street.own.next()}".encode()
    return _customer_twice(street, kind="person", personal_code_sealed=SEALED, personal_code_index=code)


def a_business_id_is_one_customer(street: Street) -> str:
    return _customer_twice(street, kind="company", business_id=f"{street.own.next():07d}-0")


def a_batch_is_sent_once(street: Street) -> str:
    street.own.add("exchange_outboxfile")
    street.own.add("exchange_outboxevent", state="sent")
    return refused(street, "exchange_outboxevent", street.own.row("exchange_outboxevent", state="sent"))


def _invoiced(street: Street, order: dict[str, Any], **changes: Any) -> str:
    identity = dict(zip(("order_id", "number", "digest"), _identity(order), strict=True))
    return refused(
        street, "sales_invoicedorder", street.own.row("sales_invoicedorder", **{**identity, **changes})
    )


def a_returned_order(street: Street) -> str:
    return _invoiced(street, an_order(street.own, "RETURNED"))


def an_undecided_order(street: Street) -> str:
    return _invoiced(street, an_order(street.own, None))


def an_order_that_a_later_run_returned(street: Street) -> str:
    order = an_order(street.own, "READY")
    later = street.own.add("runs_run")
    street.own.add("sales_orderdecision", rule="orders", standing="RETURNED", run_id=later["id"])
    return _invoiced(street, order)


def an_order_that_another_rule_let_through(street: Street) -> str:
    order = an_order(street.own, "RETURNED")
    street.own.add(
        "sales_orderdecision", rule="invoicing", standing="READY", run_id=street.own.add("runs_run")["id"]
    )
    return _invoiced(street, order)


def an_order_for_review_without_acts(street: Street) -> str:
    return _invoiced(street, an_order(street.own, "REVIEW"))


def an_order_with_a_review_only(street: Street) -> str:
    order = an_order(street.own, "REVIEW")
    street.own.add("sales_orderapproval")
    return _invoiced(street, order)


def _reviewed_and_approved(house: House) -> None:
    house.add("sales_orderapproval")
    house.add("registers_person")
    house.add("sales_orderapproval", act="approve")


def a_returned_order_with_both_acts(street: Street) -> str:
    order = an_order(street.own, "RETURNED")
    _reviewed_and_approved(street.own)
    return _invoiced(street, order)


def an_order_whose_acts_are_on_an_older_version(street: Street) -> str:
    first = an_order(street.own, "REVIEW")
    _reviewed_and_approved(street.own)
    second = an_order(street.own, "REVIEW", number=first["number"], key=first["key"], version=2)
    return _invoiced(street, second)


def an_older_version(street: Street) -> str:
    first = an_order(street.own, "READY")
    an_order(street.own, "READY", number=first["number"], key=first["key"], version=2)
    return _invoiced(street, first)


def _stopped(street: Street, order: dict[str, Any], **changes: Any) -> str:
    row = street.own.row("sales_orderstop", order_id=order["id"], digest=order["digest"], **changes)
    return refused(street, "sales_orderstop", row)


def an_older_version_that_is_sent_back(street: Street) -> str:
    first = an_order(street.own, "REVIEW")
    an_order(street.own, "REVIEW", number=first["number"], key=first["key"], version=2)
    return _stopped(street, first)


def a_returned_order_that_is_sent_back(street: Street) -> str:
    return _stopped(street, an_order(street.own, "RETURNED"))


def a_ready_order_that_is_withdrawn(street: Street) -> str:
    return _stopped(street, an_order(street.own, "READY"), act="withdraw")


def an_order_that_was_sent_back(street: Street) -> str:
    order = an_order(street.own, "READY")
    street.own.add("sales_orderstop", order_id=order["id"], digest=order["digest"])
    return _invoiced(street, order)


def another_digest_than_the_order_has(street: Street) -> str:
    return _invoiced(street, an_order(street.own), digest=digest("seen elsewhere"))


def another_number_than_the_order_has(street: Street) -> str:
    return _invoiced(street, an_order(street.own), number=street.own.next())


def an_order_invoiced_again_in_its_next_version(street: Street) -> str:
    """OC 3.9-a: by its number, whatever the version."""
    first = an_order(street.own)
    identity = dict(zip(("order_id", "number", "digest"), _identity(first), strict=True))
    street.own.add("sales_invoicedorder", **identity)
    second = an_order(street.own, number=first["number"], key=first["key"], version=2)
    return _invoiced(street, second)


def an_order_key_used_again_in_its_version(street: Street) -> str:
    first = an_order(street.own)
    return refused(street, "sales_order", street.own.row("sales_order", key=first["key"]))


def _answered(street: Street, *statuses: str, attempt: int = 1) -> None:
    """Answers of one report for the unit's delivery."""
    street.own.add("exchange_inboxfile")
    street.own.add("sales_deliveryreport", rows=len(statuses))
    for status in statuses:
        street.own.add("sales_deliveryreceipt", status=status, attempt=attempt)


def an_invoice_that_has_arrived_and_is_to_go_again(street: Street) -> str:
    _answered(street, "pending", "delivered")
    return refused(street, "sales_deliverydecision", street.own.row("sales_deliverydecision"))


def an_answer_to_a_delivery_that_never_was(street: Street) -> str:
    def write(app: psycopg.Connection[Any]) -> None:
        report = insert(app, "sales_deliveryreport", street.own.row("sales_deliveryreport", rows=1))["id"]
        insert(
            app, "sales_deliveryreceipt", street.own.row("sales_deliveryreceipt", report_id=report, attempt=7)
        )

    return _at_the_end(street, write)


def _an_act_on_a_list(**changes: str) -> Callable[[Street], str]:
    def story(street: Street) -> str:
        row = _an_invoice_list(street.own, **changes)
        return refused(
            street, "sales_invoicelistapproval", street.own.row("sales_invoicelistapproval", **row)
        )

    return story


def an_act_by_who_ran_the_invoicing(street: Street) -> str:
    row = _an_invoice_list(street.own) | {"person_id": street.own.of("runs_run", "person_id")}
    return refused(street, "sales_invoicelistapproval", street.own.row("sales_invoicelistapproval", **row))


def an_act_before_the_archive_is_complete(street: Street) -> str:
    row = _an_invoice_list(street.own)
    street.own.add("sales_invoice", run_id=row["run_id"])
    return refused(street, "sales_invoicelistapproval", street.own.row("sales_invoicelistapproval", **row))


def an_approval_of_expenditure_that_nobody_reviewed(street: Street) -> str:
    own = street.own
    row = _an_invoice_list(own)
    account = own.add("registers_account", kind="expense")["code"]
    own.add("ledger_voucher", run_id=row["run_id"])
    own.add("ledger_entry", account=account)
    own.add("ledger_entry", amount="-100.00")
    return refused(street, "sales_invoicelistapproval", own.row("sales_invoicelistapproval", **row))


def _acted(street: Street, act: str, **changes: Any) -> str:
    row = _an_invoice_list(street.own, act="review")
    street.own.add("sales_invoicelistapproval", **row)
    row |= {"act": act, **({"person_id": street.own.add("registers_person")["id"]} if not changes else {})}
    return refused(street, "sales_invoicelistapproval", street.own.row("sales_invoicelistapproval", **row))


def an_act_on_a_list_twice(street: Street) -> str:
    return _acted(street, "review")


def a_list_reviewed_and_approved_by_one(street: Street) -> str:
    return _acted(street, "approve", by="the reviewer")


def _at_the_end(street: Street, write: Callable[[psycopg.Connection[Any]], None]) -> str:
    """The constraint that refuses at COMMIT, where nobody can ask for it earlier or later."""
    street.admin.commit()
    with logged_in(street.postgres, server.APP, street.database) as app:
        work_in(app, street.own.unit, street.foreign.unit)
        with pytest.raises(IntegrityError) as told:  # noqa: PT012 - either may refuse
            write(app)
            app.commit()
    return constraint_of(told.value)


def _a_voucher_of(*amounts: str) -> Callable[[Street], str]:
    def story(street: Street) -> str:
        def write(app: psycopg.Connection[Any]) -> None:
            voucher = insert(app, "ledger_voucher", street.own.row("ledger_voucher"))["id"]
            for amount in amounts:
                insert(app, "ledger_entry", street.own.row("ledger_entry", voucher_id=voucher, amount=amount))

        return _at_the_end(street, write)

    return story


def a_late_balanced_pair(street: Street) -> str:
    """E1: it balances, and would still change what an old voucher says."""
    voucher = post(street.own)

    def write(app: psycopg.Connection[Any]) -> None:
        rows = [
            street.own.row("ledger_entry", voucher_id=voucher, amount=amount) for amount in ("5.00", "-5.00")
        ]
        columns = ", ".join(rows[0])
        values = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * 2)
        app.execute(
            f"INSERT INTO ledger_entry ({columns}) VALUES {values}",
            [value for row in rows for value in row.values()],
        )

    return _at_the_end(street, write)


def an_entry_of_another_unit_than_its_voucher(street: Street) -> str:
    def write(app: psycopg.Connection[Any]) -> None:
        voucher = insert(app, "ledger_voucher", street.own.row("ledger_voucher"))["id"]
        insert(app, "ledger_entry", street.foreign.row("ledger_entry", voucher_id=voucher))

    return _at_the_end(street, write)


def _an_agreement(
    claim: dict[str, Any] | None = None, *instalments: dict[str, Any], **changes: Any
) -> Callable[[Street], str]:
    """OC 6.1.1-a: an agreement with its claim and its instalments, each honest but for what is told."""

    def story(street: Street) -> str:
        deferral = street.own.row("claims_deferral", **changes)
        parts = [
            ("claims_deferralclaim", street.own.row("claims_deferralclaim", **(claim or {}))),
            *(
                ("claims_instalment", street.own.row("claims_instalment", **one))
                for one in instalments or ({},)
            ),
        ]

        def write(app: psycopg.Connection[Any]) -> None:
            made = insert(app, "claims_deferral", deferral)["id"]
            for table, row in parts:
                insert(app, table, {**row, "deferral_id": made})

        return _at_the_end(street, write)

    return story


def an_instalment_after_the_agreement_was_checked(street: Street) -> str:
    own = street.own
    deferral, claim = own.row("claims_deferral"), own.row("claims_deferralclaim")

    def write(app: psycopg.Connection[Any]) -> None:
        made = insert(app, "claims_deferral", deferral)["id"]
        insert(app, "claims_deferralclaim", {**claim, "deferral_id": made})
        insert(app, "claims_instalment", own.row("claims_instalment", deferral_id=made))
        app.execute("SET CONSTRAINTS ALL IMMEDIATE")
        insert(app, "claims_instalment", own.row("claims_instalment", deferral_id=made))

    return _at_the_end(street, write)


def _a_request(rows: int, outcomes: int) -> Callable[[Street], str]:
    def story(street: Street) -> str:
        def write(app: psycopg.Connection[Any]) -> None:
            own = street.own
            file = insert(app, "exchange_inboxfile", own.row("exchange_inboxfile"))["id"]
            request = insert(
                app, "sales_billingrequest", own.row("sales_billingrequest", file_id=file, rows=rows)
            )
            for _ in range(outcomes):
                insert(
                    app,
                    "sales_billingrow",
                    own.row("sales_billingrow", request_id=request["id"], order_id=None),
                )

        return _at_the_end(street, write)

    return story


def a_row_added_after_the_rows_were_counted(street: Street) -> str:
    def write(app: psycopg.Connection[Any]) -> None:
        own = street.own
        file = insert(app, "exchange_inboxfile", own.row("exchange_inboxfile"))["id"]
        request = insert(app, "sales_billingrequest", own.row("sales_billingrequest", file_id=file))["id"]
        insert(app, "sales_billingrow", own.row("sales_billingrow", request_id=request))
        app.execute("SET CONSTRAINTS every_row_has_one_outcome IMMEDIATE")
        insert(app, "sales_billingrow", own.row("sales_billingrow", request_id=request))

    return _at_the_end(street, write)


def a_row_added_to_an_older_request(street: Street) -> str:
    street.own.add("exchange_inboxfile")
    bill(street.own)
    return refused(street, "sales_billingrow", street.own.row("sales_billingrow"))


def _an_applied_run(statement: str) -> Callable[[Street], str]:
    def story(street: Street) -> str:
        run = street.own.add("runs_run")["id"]
        return _at_the_end(street, lambda app: app.execute(statement, {"run": run}) and None)  # type: ignore[arg-type, func-returns-value]

    return story


REFUSED_STORIES: list[tuple[str, Callable[[Street], str], str]] = [
    ("a_personal_code_is_one_customer", a_personal_code_is_one_customer, "twice"),
    ("a_business_id_is_one_customer", a_business_id_is_one_customer, "twice"),
    ("a_batch_is_sent_once", a_batch_is_sent_once, "sent twice"),
    ("only_ready_or_approved_orders_are_invoiced", a_returned_order, "returned"),
    ("only_ready_or_approved_orders_are_invoiced", an_undecided_order, "undecided"),
    ("only_ready_or_approved_orders_are_invoiced", an_order_that_a_later_run_returned, "returned later"),
    ("only_ready_or_approved_orders_are_invoiced", an_order_that_another_rule_let_through, "by another rule"),
    ("only_ready_or_approved_orders_are_invoiced", an_order_for_review_without_acts, "review without acts"),
    ("only_ready_or_approved_orders_are_invoiced", an_order_with_a_review_only, "one act"),
    ("only_ready_or_approved_orders_are_invoiced", a_returned_order_with_both_acts, "returned with both acts"),
    ("only_ready_or_approved_orders_are_invoiced", an_order_whose_acts_are_on_an_older_version, "acts on older digest"),
    ("only_ready_or_approved_orders_are_invoiced", an_older_version, "older version"),
    ("only_ready_or_approved_orders_are_invoiced", another_digest_than_the_order_has, "other digest"),
    ("only_ready_or_approved_orders_are_invoiced", another_number_than_the_order_has, "other number"),
    ("only_ready_or_approved_orders_are_invoiced", an_order_that_was_sent_back, "sent back"),
    ("only_the_newest_version_is_stopped", an_older_version_that_is_sent_back, "older version"),
    ("what_went_back_is_not_sent_back_again", a_returned_order_that_is_sent_back, "returned by the rule"),
    ("only_what_went_back_is_withdrawn", a_ready_order_that_is_withdrawn, "ready"),
    ("an_order_is_invoiced_once", an_order_invoiced_again_in_its_next_version, "also in another version"),
    ("what_has_arrived_does_not_go_again", an_invoice_that_has_arrived_and_is_to_go_again, "delivered"),
    ("an_answer_is_about_a_delivery", an_answer_to_a_delivery_that_never_was, "another attempt"),
    ("an_invoice_list_act_binds_to_its_report", _an_act_on_a_list(digest=digest("seen elsewhere")), "other digest"),
    ("who_ran_the_invoicing_does_not_approve_its_list", an_act_by_who_ran_the_invoicing, "preparer"),
    ("an_invoice_list_waits_for_its_archive", an_act_before_the_archive_is_complete, "nothing came back"),
    ("a_list_with_expenditure_is_reviewed_first", an_approval_of_expenditure_that_nobody_reviewed, "no review"),
    ("an_invoice_list_act_is_given_once", an_act_on_a_list_twice, "twice"),
    ("an_invoice_list_is_not_reviewed_and_approved_by_one", a_list_reviewed_and_approved_by_one, "one person"),
    ("an_order_key_is_used_once", an_order_key_used_again_in_its_version, "under another number"),
    ("voucher_balances", _a_voucher_of(), "empty"),
    ("voucher_balances", _a_voucher_of("1.00"), "one line"),
    ("voucher_balances", _a_voucher_of("1.00", "-0.99"), "a cent missing"),
    ("voucher_balances", _a_voucher_of("1.00", "1.00", "-1.00"), "three lines"),
    ("entries_come_with_their_voucher", a_late_balanced_pair, "balanced pair"),
    ("an_entry_belongs_to_a_voucher_of_its_unit", an_entry_of_another_unit_than_its_voucher, "cross-unit"),
    ("instalments_add_up_to_the_claims", _an_agreement({}, {"amount": "99.99"}), "a cent missing"),
    ("instalments_add_up_to_the_claims", _an_agreement({"principal": "100.01"}), "a cent more owed"),
    ("a_deferral_lasts_until_its_last_instalment", _an_agreement({}, {"due_date": "2026-09-14"}), "a day before its end"),
    ("a_deferral_lasts_until_its_last_instalment", _an_agreement({}, {"due_date": "2026-09-16"}), "a day after its end"),
    ("a_deferral_lasts_until_its_last_instalment", _an_agreement({}, {"amount": "50.00"}, {"amount": "50.00"}), "two on one day"),
    ("a_deferral_is_of_its_customers_claims", _an_agreement(customer_id=one_more("registers_customer")), "of somebody else"),
    ("a_claim_is_deferred_once_at_a_time", _an_agreement({"claim_id": same("claim_id", "claims_deferralclaim")}), "deferred already"),
    ("a_deferral_is_written_at_once", an_instalment_after_the_agreement_was_checked, "after the check"),
    ("every_row_has_one_outcome", _a_request(2, 1), "a row lost"),
    ("every_row_has_one_outcome", _a_request(1, 2), "a row too many"),
    ("every_row_has_one_outcome", _a_request(1, 0), "no row at all"),
    ("rows_come_with_their_billing_request", a_row_added_after_the_rows_were_counted, "after the count"),
    ("rows_come_with_their_billing_request", a_row_added_to_an_older_request, "in a later transaction"),
    ("a_row_keeps_its_key_and_its_unit", _an_applied_run("UPDATE runs_run SET unit_id = unit_id + 1 WHERE id = %(run)s"), "moved"),
    ("an_applied_run_says_when", _an_applied_run("UPDATE runs_run SET applied_at = NULL WHERE id = %(run)s"), "changed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("constraint", "story"),
    [pytest.param(name, story, id=f"{name}: {told}") for name, story, told in REFUSED_STORIES],
)
def test_a_story_is_refused_by_name(street: Street, constraint: str, story: Callable[[Street], str]) -> None:
    assert story(street) == constraint


@pytest.mark.parametrize(
    ("constraint", "story"),
    [
        pytest.param(
            "only_ready_or_approved_orders_are_invoiced",
            lambda street: (an_order(street.own, "REVIEW"), _reviewed_and_approved(street.own)),
            id="review with both acts",
        ),
        pytest.param(
            "only_ready_or_approved_orders_are_invoiced",
            lambda street: (an_order(street.own, "READY"),),
            id="ready",
        ),
    ],
)
def test_what_is_ready_or_approved_is_invoiced(
    street: Street, constraint: str, story: Callable[[Street], tuple[Any, ...]]
) -> None:
    """OC 3.2.1-b: the refusals above are not simply of everything."""
    order = story(street)[0]
    identity = dict(zip(("order_id", "number", "digest"), _identity(order), strict=True))
    street.admin.commit()
    with logged_in(street.postgres, server.APP, street.database) as app:
        work_in(app, street.own.unit)
        insert(app, "sales_invoicedorder", street.own.row("sales_invoicedorder", **identity))


# Facts are append-only ---------------------------------------------------------------------------------


def _change(street: Street, table: str, verb: str) -> str:
    column = "unit_id"
    row = {c: v for c, v in street.own.have[table].items() if c in street.own.row(table)}
    if "id" in street.own.have[table]:
        row["id"] = street.own.of(table)
    columns, holes = ", ".join(row), ", ".join(["%s"] * len(row))
    statement = {
        "update": f"UPDATE {table} SET {column} = {column}",
        "update of no row": f"UPDATE {table} SET {column} = {column} WHERE false",
        "delete": f"DELETE FROM {table}",
        "delete of no row": f"DELETE FROM {table} WHERE false",
        "truncate": f"TRUNCATE {table} CASCADE",
        "merge": f"MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET {column} = t.{column}",
        "update of the parent": f"WITH changed AS (UPDATE {table} SET {column} = {column} RETURNING 1) SELECT 1",
        "on conflict do update": f"INSERT INTO {table} ({columns}) VALUES ({holes})"
        f" ON CONFLICT ({_key(street, table)}) DO UPDATE SET {column} = excluded.{column}",
    }[verb]
    values = [psycopg.types.json.Jsonb(v) if isinstance(v, dict | list) else v for v in row.values()]
    with pytest.raises(RestrictViolation) as told:
        street.admin.execute(statement, values if "conflict" in verb else None)  # type: ignore[arg-type]
    street.admin.rollback()
    return constraint_of(told.value)


def _key(street: Street, table: str) -> str:
    found = street.admin.execute(
        "SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_constraint c JOIN pg_attribute a"
        " ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'p' AND c.conrelid = %s::regclass",
        (table,),
    ).fetchone()
    assert found is not None
    return str(found[0])


VERBS = (
    "update", "update of no row", "delete", "delete of no row", "truncate", "merge", "update of the parent",
    "on conflict do update",
)  # fmt: skip


@pytest.mark.parametrize("table", FACTS)
def test_a_fact_is_never_changed_or_removed_not_even_by_the_superuser(street: Street, table: str) -> None:
    told = {verb: _change(street, table, verb) for verb in VERBS}
    assert told == dict.fromkeys(VERBS, "facts_are_append_only")


# Every name has its line ------------------------------------------------------------------------------------------

UNPROVOKED = {
    # The id alone is a key already: this one exists only so that acts can point at (unit, id, digest).
    "an_order_is_found_by_its_digest": "a key for references, implied by the primary key",
    # Balances are written by a trigger of the check role only, which keeps one row an account and year; nobody else
    # may insert or change them (test_roles), and entries only come with vouchers of a unit that exists.
    "an_account_has_one_balance_a_year": "balances are written by their trigger only, as an upsert on this key",
    "a_balance_belongs_to_a_unit": "balances are written by their trigger only, for entries of a unit that exists",
}


# Triggers on several rows whose stories are told where the rows come from (OC 6.1.4, 6.2-b, 6.2.3; EX 1.2, 3, 8, 9, 10).
TOLD_ELSEWHERE = {
    # Seals are written by the database alone; rows of other makings come from its owner.
    "a_block_is_sealed_once": "database/test_seals.py",
    "the_first_block_alone_follows_none": "database/test_seals.py",
    "a_seal_belongs_to_a_unit": "database/test_seals.py",
    "a_unit_seals_its_own_journal": "database/test_seals.py",
    "a_step_is_one_that_its_kind_of_case_takes": "income/test_court_acts.py",
    "a_court_judges_what_was_applied_for": "income/test_court_acts.py",
    "an_extensive_application_is_signed_by_two": "income/test_court_acts.py",
    "a_signature_is_under_the_dossier_that_holds": "income/test_court_acts.py",
    # Matching and its payables (EX 3)
    "a_coding_adds_up_to_its_invoice": "expenditure/test_matching_facts.py",
    "a_payable_is_approved_or_matched": "expenditure/test_matching_facts.py",
    "a_payable_is_its_invoices_total": "expenditure/test_matching_facts.py",
    "an_automatic_payable_was_matched_by_a_run": "expenditure/test_matching_facts.py",
    "an_invoice_has_one_match_that_holds": "expenditure/test_matching_facts.py",
    "an_order_that_has_ended_receives_nothing": "expenditure/test_matching_facts.py",
    "coding_lines_come_with_their_coding": "expenditure/test_matching_facts.py",
    "only_a_match_that_waits_is_confirmed": "expenditure/test_matching_facts.py",
    "the_match_of_a_payable_does_not_end": "expenditure/test_matching_facts.py",
    # Circulation (EX 1.2, 3.2)
    "an_act_is_on_the_newest_coding": "expenditure/test_circulation_acts.py",
    "an_approval_comes_after_a_review": "expenditure/test_circulation_acts.py",
    "an_assignment_is_to_a_queue_of_its_step": "expenditure/test_circulation_acts.py",
    "what_is_approved_is_not_sent_back": "expenditure/test_circulation_acts.py",
    "what_is_payable_circulates_no_more": "expenditure/test_circulation_acts.py",
    "what_is_returned_circulates_no_more": "expenditure/test_circulation_acts.py",
    "what_was_sent_back_is_coded_anew": "expenditure/test_circulation_acts.py",
    "who_codes_by_a_decision_does_not_approve_by_it": "expenditure/test_circulation_acts.py",
    "a_substitute_acts_while_the_other_is_away": "expenditure/test_circulation_rights.py",
    "an_approver_may_spend_what_he_approves": "expenditure/test_circulation_rights.py",
    "nobody_stands_behind_both_review_and_approval": "expenditure/test_circulation_rights.py",
    "a_substitute_is_not_away": "expenditure/test_circulation_absences.py",
    "absences_of_one_person_do_not_overlap": "expenditure/test_circulation_absences.py",
    # Payment (EX 8, 9)
    "a_ban_takes_no_more_than_it_orders": "expenditure/test_payment_money.py",
    "a_credit_is_set_off_against_the_same_supplier": "expenditure/test_payment_money.py",
    "a_held_payable_is_not_paid": "expenditure/test_payment_money.py",
    "a_payable_is_not_paid_beyond_itself": "expenditure/test_payment_money.py",
    "a_payable_is_paid_as_it_was_released": "expenditure/test_payment_money.py",
    "a_payment_is_what_it_settles": "expenditure/test_payment_money.py",
    "a_payment_run_is_released_before_it_pays": "expenditure/test_payment_money.py",
    "a_remittance_goes_where_its_ban_says": "expenditure/test_payment_money.py",
    "a_supplier_is_paid_to_an_approved_account": "expenditure/test_payment_money.py",
    "an_undoing_takes_back_what_was_paid": "expenditure/test_payment_money.py",
    "who_approved_an_invoice_does_not_release_its_payment": "expenditure/test_payment_money.py",
    "who_plans_a_payment_run_does_not_release_it": "expenditure/test_payment_money.py",
    # Postings of statement lines (EX 10)
    "a_correction_is_of_the_posting_of_its_line": "expenditure/test_statement_acts.py",
    "a_line_is_posted_by_an_approved_rule": "expenditure/test_statement_acts.py",
    "a_line_posting_is_of_what_no_room_of_income_posts": "expenditure/test_statement_acts.py",
    "a_statement_rule_is_approved_as_it_was_told": "expenditure/test_statement_acts.py",
    "an_approved_statement_rule_only_ends": "expenditure/test_statement_acts.py",
}


def named_constraints() -> set[str]:
    """Every constraint that we gave a name that reads as a sentence: models, references, and what an app adds."""
    names = {constraint.name for model in our_models() for constraint in model._meta.constraints}
    names |= {points.name for model in our_models() for points in model.references}
    ours = [app.name for app in apps.get_app_configs() if app.name.startswith("reskontra.")]
    for source in [FUNCTIONS, *(source for app in ours for source in own_safety(app))]:
        names |= set(re.findall(r"CONSTRAINT = '(\w+)'", source))
        names |= set(re.findall(r"(?:reskontra_refuse\w*|claims_settlement_holds)\(\s*'(\w+)'", source))
        names |= set(re.findall(r"ADD CONSTRAINT (\w+)", source))
        names |= set(re.findall(r"RENAME CONSTRAINT \w+ TO (\w+)", source))
        names |= set(re.findall(r"THEN '(\w+)'(?: END\))?$", source, re.MULTILINE))
        names |= set(re.findall(r"WHEN \d+ THEN '(\w+)'", source))
        names |= set(re.findall(r"^\s+SELECT '(?:\d )?(\w+)'", source, re.MULTILINE))
        names |= set(re.findall(r"^\s+\('registers_\w+', '(\w+)',$", source, re.MULTILINE))
    return names


def test_every_named_constraint_has_a_line_that_provokes_it() -> None:
    set_wise = {points.name for model in our_models() for points in model.references if points.set_wise}
    provoked = {line.constraint for line in REFUSED} | {name for name, _, _ in REFUSED_STORIES}
    provoked |= {"facts_are_append_only"} | set(TOLD_ELSEWHERE)
    missing = named_constraints() - provoked - set_wise - set(UNPROVOKED)
    assert missing == set()
    assert set(UNPROVOKED) <= named_constraints()
    assert not set(UNPROVOKED) & provoked


@pytest.mark.parametrize(("name", "where"), TOLD_ELSEWHERE.items())
def test_what_is_told_elsewhere_is_told_there(name: str, where: str) -> None:
    assert f'"{name}"' in (Path(__file__).resolve().parents[1] / where).read_text("utf-8")


def test_every_line_names_a_constraint_that_is_there() -> None:
    here = {line.constraint for line in REFUSED} | {n for n, _, _ in REFUSED_STORIES}
    assert here | set(TOLD_ELSEWHERE) <= named_constraints()


def test_every_constraint_in_the_database_has_a_name_of_ours_or_is_a_plain_key(street: Street) -> None:
    """What refuses must be collected above: checks, exclusions and triggers all bear names that we gave."""
    found = {
        name
        for (name,) in street.admin.execute(
            "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'x', 't')"
            " AND connamespace = 'public'::regnamespace AND conrelid::regclass::text !~ '^(auth|django)_'"
        )
    }
    assert found - named_constraints() == set()


def test_a_refusal_says_nothing_of_the_row(street: Street) -> None:
    """D25, E15: triggers of ours name the rule, the voucher and the counts, never a person's data."""
    with logged_in(street.postgres, server.APP, street.database) as app:
        work_in(app, street.own.unit)
        insert(app, "ledger_voucher", street.own.row("ledger_voucher", posting_date=DAY))
        with pytest.raises(IntegrityError) as told:
            app.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert told.value.diag.message_detail is None
