"""What the database refuses, by the name of the constraint that refuses it: one line for each name that we gave.

``REFUSED`` holds rows that differ from an honest one in one thing; ``REFUSED_STORIES`` what takes more than one row.
The set-wise references stand in ``test_set_wise.py``. A named constraint that nothing here provokes fails a test.
"""
# ruff: noqa: E501 - a table: one line for each constraint

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from django.apps import apps
from psycopg.errors import IntegrityError, RestrictViolation

from database.cast import (
    DAY,
    REMINDED,
    House,
    an_order,
    another,
    another_claim,
    bill,
    claimed,
    constraint_of,
    digest,
    insert,
    logged_in,
    of_interest,
    overpaid,
    paid,
    post,
    work_in,
)
from database.conftest import Street
from database.test_roles import FACTS
from reskontra.database import server
from reskontra.database.safety import FUNCTIONS, our_models, own_safety

NOWHERE = 999_999_999
Value = Callable[[House], Any]


def same(column: str, table: str) -> Value:
    """The value that the unit's stored row of ``table`` has."""
    return lambda house: house.of(table, column)


class Line(NamedTuple):
    """A constraint, and the row that it refuses: an honest row of the table with these changes."""

    constraint: str
    table: str
    changes: dict[str, Any]


def line(constraint: str, table: str, **changes: Any) -> Line:
    return Line(constraint, table, changes)


def undone(table: str) -> Callable[[House], Any]:
    """A fact about money that was undone already; its undoing is of one euro or what the table's row is of."""

    def make(h: House) -> Any:
        first = h.add(table)
        h.add(table, undoes_id=first["id"], amount=-first["amount"])
        return first["id"]

    return make


def claimed_interest(h: House) -> Any:
    """An interest invoice that a claim was made of."""
    claim = of_interest(h)
    another(h, "claims_claim", **claim)
    return claim["interest_invoice_id"]


def charged(h: House) -> Any:
    """A claim with one cost of 5.00 euro; the cost is the unit's row from now on."""
    return h.add("claims_cost", claim_id=another_claim(h))["claim_id"]


def paid_cost(h: House) -> Any:
    """A cost that somebody paid."""
    h.add("claims_sidepayment", claim_id=charged(h), kind="cost", amount="5.00")
    return h.of("claims_cost")


def one_more(table: str, **changes: Any) -> Value:
    """One more row of the table, beside the one that the unit's rows use."""
    return lambda house: another(house, table, **changes)


def charged_interest(h: House) -> Any:
    """An interest invoice of 5.00 euro with its charge, of which no claim was made; the unit's row from now on."""
    invoice = h.add("claims_interestinvoice")["id"]
    another(h, "claims_interestcharge", invoice_id=invoice)
    return invoice


def credited_interest(h: House) -> Any:
    """A credit of the unit's interest invoice, still without charges."""
    return another(h, "claims_interestinvoice", original_id=h.of("claims_interestinvoice"), total="-5.00")


def blocked(**changes: Any) -> Value:
    """A claim with a block; the block is the unit's row from now on."""
    return lambda h: h.add("claims_block", claim_id=claimed(h, "100.00"), **changes)["claim_id"]


def blocked_customer(h: House) -> Any:
    """A claim of a customer with a block on everything."""
    customer = another(h, "registers_customer")
    another(h, "claims_block", claim_id=None, customer_id=customer, until_date=None)
    return another_claim(h, payer_id=customer)


def lifted(day: str) -> Value:
    """A claim whose block was lifted on a day."""

    def make(h: House) -> Any:
        claim = blocked(until_date=None)(h)
        another(h, "claims_blocklift", block_id=h.of("claims_block"), day=day)
        return claim

    return make


def stepped(*kinds: str, certificate: str = "", **changes: Any) -> Value:
    """A case that took these steps."""

    def make(h: House) -> Any:
        case = another(h, "claims_case", **changes)
        for kind in kinds:
            another(h, "claims_caseevent", case_id=case, kind=kind, detail={"certificate": certificate})
        return case

    return make


def next_place(h: House) -> int:
    """The place behind all steps that were taken so far."""
    return h.next()


def ended_before_another(h: House) -> Any:
    """A case that met an obstacle, whose claim stands in a later one now."""
    first, second = stepped("obstacle")(h), another(h, "claims_case")
    claim = claimed(h, "100.00")
    for case in (first, second):
        another(h, "claims_caseclaim", case_id=case, claim_id=claim)
    return first


def approved_refunds(*, by_who_ran_it: bool = False) -> Value:
    """A run that decided to pay an overpayment out by a payment order, and was approved."""

    def make(h: House) -> Any:
        planner = another(h, "registers_person")
        run = insert(
            h.admin, "runs_run", h.row("runs_run", name="refunds", person_id=planner, digest=digest(h.next()))
        )
        h.add(
            "claims_overpaymentdecision", run_id=run["id"], overpayment_id=overpaid(h), standing="READY",
            outcome="PAYMENT_ORDER", inputs={"way": "payment_order"},
        )  # fmt: skip
        approver = {"person_id": planner} if by_who_ran_it else {}
        another(h, "claims_refundapproval", run_id=run["id"], digest=run["digest"], **approver)
        return run["id"]

    return make


def redeemed(h: House) -> Any:
    """A payment order that somebody redeemed."""
    refund = another(
        h, "claims_refund", way="payment_order", run_id=approved_refunds(), amount="1.00",
        overpayment_id=same("overpayment_id", "claims_overpaymentdecision"),
    )  # fmt: skip
    another(h, "claims_refundanswer", refund_id=refund, outcome="redeemed")
    return refund


def acted_on(*acts: str) -> Value:
    """A proposal with these acts, each of another person; it is the unit's row from now on."""

    def make(h: House) -> Any:
        proposal = h.add("claims_writeoffproposal")
        for act in acts:
            another(
                h, "claims_writeoffapproval", proposal_id=proposal["id"], digest=proposal["digest"], act=act,
                person_id=one_more("registers_person"),
            )  # fmt: skip
        return proposal["id"]

    return make


def written_off(h: House) -> Any:
    """A proposal that was decided and written off."""
    proposal = acted_on("review", "approve")(h)
    claim = h.of("claims_writeoffproposal", "claim_id")
    another(h, "claims_writeoff", ground="small_claim", proposal_id=proposal, claim_id=claim)
    return proposal


def kept(h: House) -> Any:
    """A proposal that the unit refused; it is the unit's row from now on."""
    proposal = acted_on()(h)
    another(h, "claims_writeoffrefusal", proposal_id=proposal)
    return proposal


SEALED = b"sealed"
REFUSED = [
    # Registers (OC 2.1, 2.2; D26)
    line("a_unit_code_is_two_to_six_digits", "registers_unit", code="0123"),
    line("a_unit_code_is_two_to_six_digits", "registers_unit", code="12A"),
    line("a_bank_account_belongs_to_a_unit", "registers_unitaccount", unit_id=NOWHERE),
    line("a_bank_account_is_for_income_or_expenditure", "registers_unitaccount", purpose="both"),
    line("a_bank_account_is_named_once", "registers_unitaccount", iban=same("iban", "registers_unitaccount")),
    line("a_unit_term_belongs_to_a_unit", "registers_unitterm", unit_id=NOWHERE),
    line("a_unit_has_one_term_at_a_time", "registers_unitterm", key=same("key", "registers_unitterm"), validity="[2025-01-01,2025-02-01)"),
    line("a_responsibility_belongs_to_a_unit", "registers_responsibility", unit_id=NOWHERE),
    line("a_step_is_done_by_the_unit_or_the_centre", "registers_responsibility", party="nobody"),
    line("a_step_has_one_party_at_a_time", "registers_responsibility", step=same("step", "registers_responsibility")),
    line("an_own_system_belongs_to_a_unit", "registers_ownsystem", unit_id=NOWHERE),
    line("a_role_is_one_of_the_nine", "registers_roleassignment", role="XX"),
    line("a_customer_is_of_a_known_kind", "registers_customer", kind="friend"),
    line("letter_numbers_belong_to_own_systems", "registers_customer", number="A000000001"),
    line("letter_numbers_belong_to_own_systems", "registers_customer", own_system_id=same("id", "registers_ownsystem")),
    line("a_letter_number_names_its_own_system", "registers_customer", number="A000000001", own_system_id=NOWHERE),
    line("a_state_unit_has_its_partner_code", "registers_customer", kind="state_unit", business_id="9900018-9"),
    line("only_a_state_unit_has_a_partner_code", "registers_customer", partner_code="123"),
    line("a_person_is_identified", "registers_customer", kind="person"),
    line("a_foreign_person_has_a_code_or_a_birth_date", "registers_customer", kind="foreign_person"),
    line("a_business_is_identified", "registers_customer", kind="company"),
    line("a_personal_code_is_sealed_and_indexed", "registers_customer", personal_code_index=SEALED),
    line("a_personal_code_is_sealed_and_indexed", "registers_customer", personal_code_sealed=SEALED),
    line("a_protected_person_has_only_a_safe_address", "registers_customer", protected=True, street="Gatan 1"),
    line("an_extension_belongs_to_a_unit", "registers_customerinunit", unit_id=NOWHERE),
    line("a_customer_is_extended_once", "registers_customerinunit"),
    line("letter_numbered_customers_are_not_extended", "registers_customerinunit", number="A000000001"),
    line("a_price_belongs_to_a_unit", "registers_pricelistentry", unit_id=NOWHERE),
    line("a_price_is_not_negative", "registers_pricelistentry", price="-0.01"),
    line("an_approval_has_a_person_and_a_time", "registers_pricelistentry", approved_by_id=None),
    line("an_approval_has_a_person_and_a_time", "registers_pricelistentry", approved_at=None),
    line("approved_prices_do_not_overlap", "registers_pricelistentry", validity="[2030-01-01,2030-01-02)"),
    line("a_vat_class_has_one_rate_a_day", "registers_vatrate", vat_class=same("vat_class", "registers_vatrate")),
    line("an_event_posts_to_one_account_a_day", "registers_postingaccount", event=same("event", "registers_postingaccount")),
    # Runs
    line("a_run_belongs_to_a_unit", "runs_run", unit_id=NOWHERE),
    line("a_run_is_planned_applied_or_dropped", "runs_run", state="begun"),
    line("an_applied_run_says_when", "runs_run", applied_at=None),
    line("evidence_belongs_to_a_run", "runs_evidence", run_id=NOWHERE),
    line("evidence_agrees", "runs_evidence", actual="2"),
    # Files in and out
    line("a_file_comes_in_to_a_unit", "exchange_inboxfile", unit_id=NOWHERE),
    line("the_same_file_comes_in_once", "exchange_inboxfile", digest=same("digest", "exchange_inboxfile")),
    line("a_batch_comes_from_a_run", "exchange_outboxfile", run_id=NOWHERE),
    line("a_batch_has_its_name_once", "exchange_outboxfile", name=same("name", "exchange_outboxfile")),
    line("a_batch_is_not_empty", "exchange_outboxfile", documents=0),
    line("an_outbox_event_belongs_to_a_batch", "exchange_outboxevent", file_id=NOWHERE),
    line("a_batch_moves_through_known_states", "exchange_outboxevent", state="lost"),
    line("a_held_batch_is_decided_by_two", "exchange_outboxevent", state="released"),
    line("a_held_batch_is_decided_by_two", "exchange_outboxevent", state="sent", person_id=same("id", "registers_person")),
    line("a_held_batch_is_decided_by_two", "exchange_outboxevent", state="sent", second_person_id=same("id", "registers_person")),
    line("a_held_batch_is_decided_by_two", "exchange_outboxevent", state="sent", person_id=same("id", "registers_person"), second_person_id=same("id", "registers_person")),
    # The ledger
    line("voucher_numbers_are_unique", "ledger_voucher", number=same("number", "ledger_voucher")),
    line("a_voucher_is_dated_in_its_year", "ledger_voucher", posting_date="2025-12-31"),
    line("a_voucher_is_dated_in_its_year", "ledger_voucher", year=2025),
    line("a_closed_period_takes_no_voucher", "ledger_voucher", year=2020, posting_date="2020-01-31"),
    line("a_closed_period_takes_no_voucher", "ledger_voucher", year=2020, posting_date="2020-01-01"),
    line("voucher_balances", "ledger_voucher"),  # without entries
    line("an_entry_is_not_zero", "ledger_entry", amount="0.00"),
    line("an_entry_belongs_to_a_voucher_of_its_unit", "ledger_entry", voucher_id=NOWHERE),
    line("entries_come_with_their_voucher", "ledger_entry"),
    line("a_number_series_belongs_to_a_unit", "ledger_numberseries", unit_id=NOWHERE),
    line("a_series_has_one_counter_a_year", "ledger_numberseries", series=same("series", "ledger_numberseries")),
    line("a_number_series_starts_at_one", "ledger_numberseries", next_number=0),
    line("a_closed_period_belongs_to_a_unit", "ledger_closedperiod", unit_id=NOWHERE),
    line("a_period_is_closed_once", "ledger_closedperiod"),
    line("a_period_is_a_month", "ledger_closedperiod", month="2020-02-02"),
    # Orders (OC 3.2)
    line("a_billing_request_comes_in_by_a_run", "sales_billingrequest", run_id=NOWHERE, file_id=lambda h: h.add("exchange_inboxfile")["id"], rows=0),
    line("a_billing_request_is_a_file_that_came_in", "sales_billingrequest", file_id=NOWHERE, rows=0),
    line("a_file_is_one_billing_request", "sales_billingrequest"),
    line("an_order_version_is_unique", "sales_order", number=same("number", "sales_order")),
    line("an_order_key_is_used_once", "sales_order", key=same("key", "sales_order")),
    line("an_order_has_lines", "sales_order", lines_count=0),
    line("a_payment_term_is_within_a_year", "sales_order", payment_term=366),
    line("a_payment_term_is_within_a_year", "sales_order", payment_term=-1),
    line("an_order_line_has_a_quantity", "sales_orderline", quantity="0"),
    line("a_unit_price_is_not_negative", "sales_orderline", unit_price="-0.01"),
    line("a_row_is_accepted_returned_or_duplicate", "sales_billingrow", status="lost"),
    line("rows_come_with_their_billing_request", "sales_billingrow"),
    line("an_act_is_a_review_or_an_approval", "sales_orderapproval", act="nod", person_id=lambda h: h.add("registers_person")["id"]),
    line("an_approval_is_about_an_order_of_its_unit", "sales_orderapproval", order_id=NOWHERE),
    line("an_act_binds_to_the_version_seen", "sales_orderapproval", order_id=lambda h: an_order(h)["id"], digest=digest("other")),
    line("an_act_is_given_once", "sales_orderapproval", person_id=lambda h: h.add("registers_person")["id"]),
    line("reviewer_is_not_approver", "sales_orderapproval", act="approve"),
    line("an_approval_follows_a_review", "sales_orderapproval", act="approve", order_id=lambda h: an_order(h)["id"], digest=same("digest", "sales_order")),
    # Invoices and claims (OC 3.9, 3.11; D6)
    line("invoice_numbers_are_unique", "sales_invoice", number=same("number", "sales_invoice")),
    line("an_invoice_adds_up", "sales_invoice", vat="25.50"),
    line("a_credit_has_an_original_and_an_invoice_has_none", "sales_invoice", credit=True, net="-1.00", total="-1.00"),
    line("a_credit_has_an_original_and_an_invoice_has_none", "sales_invoice", credit=True, original_id=same("id", "sales_invoice")),
    line("a_credit_has_an_original_and_an_invoice_has_none", "sales_invoice", net="-1.00", total="-1.00"),
    line("a_credit_has_an_original_and_an_invoice_has_none", "sales_invoice", original_id=same("id", "sales_invoice")),
    line("an_invoice_falls_due_after_its_date", "sales_invoice", due_date="2026-03-15"),
    line("a_line_is_quantity_times_price", "sales_invoiceline", net="100.01"),
    line("an_order_is_invoiced_once", "sales_invoicedorder"),
    line("an_invoice_goes_out_once", "sales_invoicedelivery"),
    # Delivery, its answers and the archive (OC 3.9-d, 3.9-e, 3.9-f)
    line("an_invoice_goes_again_only_by_a_decision", "sales_invoicedelivery", attempt=3),
    line("an_invoice_goes_again_only_by_a_decision", "sales_invoicedelivery", attempt=0),
    line("an_invoice_goes_again_only_by_a_decision", "sales_invoicedelivery", attempt=2, invoice_id=lambda h: h.add("sales_invoice")["id"]),
    line("a_delivery_decision_gives_its_reason", "sales_deliverydecision", reason=""),
    line("a_delivery_decision_is_about_the_next_delivery", "sales_deliverydecision", attempt=1),
    line("a_delivery_decision_is_about_the_next_delivery", "sales_deliverydecision", attempt=3),
    line("a_delivery_report_comes_in_by_a_run", "sales_deliveryreport", run_id=NOWHERE),
    line("a_delivery_report_is_a_file_that_came_in", "sales_deliveryreport", file_id=NOWHERE),
    line("an_archive_return_comes_in_by_a_run", "sales_archivereturn", run_id=NOWHERE),
    line("an_archive_return_is_a_file_that_came_in", "sales_archivereturn", file_id=NOWHERE),
    line("every_answer_is_kept", "sales_deliveryreport", rows=1),
    line("every_answer_is_kept", "sales_archivereturn", rows=1),
    line("an_answer_is_taken_known_contradicting_or_returned", "sales_deliveryreceipt", outcome="lost"),
    line("an_answer_that_counts_names_its_delivery", "sales_deliveryreceipt", invoice_id=None),
    line("an_answer_that_counts_names_its_delivery", "sales_deliveryreceipt", attempt=None),
    line("an_answer_that_counts_names_its_delivery", "sales_deliveryreceipt", status="perhaps"),
    line("answers_come_with_their_file", "sales_deliveryreceipt"),
    line("answers_come_with_their_file", "sales_archivedfile"),
    line("an_archived_file_is_accepted_known_or_returned", "sales_archivedfile", outcome="lost"),
    line("an_accepted_file_says_what_it_is", "sales_archivedfile", role="song"),
    line("an_accepted_file_says_what_it_is", "sales_archivedfile", digest=""),
    line("an_accepted_file_says_what_it_is", "sales_archivedfile", invoice_id=None),
    line("an_archived_file_is_kept_once", "sales_archivedfile", digest=same("digest", "sales_archivedfile")),
    line("an_invoice_list_is_reviewed_or_approved", "sales_invoicelistapproval", act="nod", person_id=lambda h: h.add("registers_person")["id"], run_id=lambda h: h.add("runs_run")["id"]),
    line("an_invoice_list_is_of_a_run", "sales_invoicelistapproval", run_id=NOWHERE),
    # Bank material (OC 4.1-b; D17)
    line("an_assertion_is_made_once", "ledger_assertion", told_by=same("told_by", "ledger_assertion")),
    line("bank_material_comes_from_a_run", "bank_material", run_id=NOWHERE),
    line("bank_material_came_in_a_file", "bank_material", file_id=NOWHERE),
    line("bank_material_is_about_an_account_of_the_unit", "bank_material", account_id=NOWHERE),
    line("the_same_bank_material_comes_once", "bank_material", identity=same("identity", "bank_material")),
    line("bank_material_is_a_statement_or_a_list", "bank_material", kind="payments"),
    line("bank_material_is_a_statement_or_a_list", "bank_material", source="ktl"),
    line("bank_material_is_a_statement_or_a_list", "bank_material", source="camt.052", kind="payments"),
    line("a_statement_adds_up", "bank_material", closing="100.01"),
    line("a_statement_adds_up", "bank_material", total="99.99"),
    line("a_payment_is_not_zero", "bank_payment", amount="0.00"),
    line("a_bank_line_has_its_place_once", "bank_line", position=same("position", "bank_line"), payment_id=lambda h: h.add("bank_payment")["id"]),
    line("a_source_tells_of_a_payment_once", "bank_line"),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", payment_id=None),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", booking_date=None),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", kind="sum"),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", kind="pending"),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", kind="gift", payment_id=None),
    line("a_payment_line_names_its_payment_and_no_other_does", "bank_line", kind="other", payment_id=None, booking_date=None),
    line("an_invoice_is_claimed_once", "claims_claim"),
    line("an_interest_invoice_is_claimed_once", "claims_claim", kind="interest", invoice_id=None, interest_invoice_id=claimed_interest),
    line("a_claim_is_of_an_invoice_or_of_interest", "claims_claim", kind="interest"),
    line("a_claim_is_of_an_invoice_or_of_interest", "claims_claim", invoice_id=None),
    line("a_claim_is_of_an_invoice_or_of_interest", "claims_claim", interest_invoice_id=same("id", "claims_interestinvoice")),
    line("a_claim_is_of_an_invoice_or_of_interest", "claims_claim", kind="gift"),
    line("a_reference_names_one_claim", "claims_claim", reference=same("reference", "claims_claim"), invoice_id=lambda h: h.add("sales_invoice")["id"]),
    # Money to claims (OC 4.1-4.3)
    line("an_allocation_is_undone_once", "claims_allocation", undoes_id=undone("claims_allocation"), amount="-1.00"),
    line("an_allocation_is_of_a_payment_or_of_a_credit", "claims_allocation", payment_id=None),
    line("an_allocation_is_of_a_payment_or_of_a_credit", "claims_allocation", credit_id=lambda h: h.of("claims_claim")),
    line("an_allocation_is_money_and_its_undoing_takes_it_back", "claims_allocation", amount="-1.00"),
    line("an_allocation_is_money_and_its_undoing_takes_it_back", "claims_allocation", amount="0.00"),
    line("an_undoing_takes_back_what_was_allocated", "claims_allocation", undoes_id=lambda h: h.add("claims_allocation")["id"], amount="-0.50"),
    line("an_overpayment_is_undone_once", "claims_overpayment", undoes_id=undone("claims_overpayment"), amount="-1.00"),
    line("an_overpayment_is_refunded_or_income", "claims_overpayment", treatment="gift"),
    line("only_what_goes_back_has_no_claim", "claims_overpayment", claim_id=None, treatment="income"),
    line("an_overpayment_is_money_and_its_undoing_takes_it_back", "claims_overpayment", amount="-1.00"),
    line("an_undoing_takes_back_what_was_overpaid", "claims_overpayment", undoes_id=lambda h: h.add("claims_overpayment")["id"], amount="-1.00", treatment="income"),
    line("a_write_off_is_undone_once", "claims_writeoff", undoes_id=undone("claims_writeoff"), amount="-1.00"),
    line("a_write_off_has_a_ground_that_is_known", "claims_writeoff", ground="mercy"),
    line("a_write_off_is_money_and_its_undoing_takes_it_back", "claims_writeoff", amount="-1.00"),
    line("an_undoing_takes_back_what_was_written_off", "claims_writeoff", undoes_id=lambda h: h.add("claims_writeoff")["id"], amount="-0.99"),
    line("a_payment_is_not_spent_beyond_its_amount", "claims_allocation", amount="100.01", claim_id=lambda h: claimed(h, "500.00")),
    line("a_payment_is_not_spent_beyond_its_amount", "claims_overpayment", amount="100.01"),
    line("a_claim_is_not_settled_beyond_its_amount", "claims_allocation", amount="100.01", payment_id=lambda h: paid(h, "500.00")),
    line("a_claim_is_not_settled_beyond_its_amount", "claims_writeoff", amount="100.01"),
    line("a_payment_is_taken_back_once", "claims_paymentreversal", payment_id=same("payment_id", "claims_paymentreversal")),
    line("a_reversal_takes_back_one_payment", "claims_paymentreversal", reversal_id=same("reversal_id", "claims_paymentreversal")),
    line("a_payment_reversal_is_money", "claims_paymentreversal", amount="-100.00"),
    line("a_reversal_is_the_payment_with_the_other_sign", "claims_paymentreversal", amount="99.99"),
    line("a_pointing_is_of_a_payment", "claims_paymentpointing", payment_id=NOWHERE),
    line("a_pointing_is_to_a_claim", "claims_paymentpointing", claim_id=NOWHERE),
    line("a_turn_of_pointings_is_told_once", "claims_paymentpointing", turn=same("turn", "claims_paymentpointing")),
    line("a_share_that_is_pointed_is_money", "claims_paymentpointing", amount="0.00"),
    line("a_share_that_is_pointed_is_money", "claims_paymentpointing", amount="1.00", claim_id=None),
    line("a_pointing_has_a_reason", "claims_paymentpointing", reason=""),
    # Side payments (OC 6.1.3-b)
    line("a_side_payment_is_undone_once", "claims_sidepayment", undoes_id=undone("claims_sidepayment"), amount="-1.00"),
    line("a_side_payment_is_of_interest_or_of_costs", "claims_sidepayment", kind="tip"),
    line("a_side_payment_is_money_and_its_undoing_takes_it_back", "claims_sidepayment", amount="-1.00"),
    line("a_side_payment_is_money_and_its_undoing_takes_it_back", "claims_sidepayment", amount="0.00"),
    line("a_side_payment_is_money_and_its_undoing_takes_it_back", "claims_sidepayment", undoes_id=one_more("claims_sidepayment")),
    line("an_undoing_takes_back_what_was_paid_aside", "claims_sidepayment", undoes_id=one_more("claims_sidepayment"), amount="-0.99"),
    line("an_undoing_takes_back_what_was_paid_aside", "claims_sidepayment", undoes_id=one_more("claims_sidepayment"), amount="-1.00", kind="cost"),
    line("an_undoing_takes_back_what_was_paid_aside", "claims_sidepayment", undoes_id=one_more("claims_sidepayment"), amount="-1.00", claim_id=lambda h: claimed(h, "1.00")),
    line("an_undoing_takes_back_what_was_paid_aside", "claims_sidepayment", undoes_id=one_more("claims_sidepayment"), amount="-1.00", payment_id=lambda h: paid(h, "1.00")),
    line("a_payment_is_not_spent_beyond_its_amount", "claims_sidepayment", amount="100.01"),
    line("costs_are_not_paid_beyond_what_they_are", "claims_sidepayment", kind="cost", claim_id=charged, amount="5.01"),
    line("costs_are_not_paid_beyond_what_they_are", "claims_sidepayment", kind="cost", claim_id=lambda h: claimed(h, "100.00")),
    # Letters
    line("letter_numbers_are_unique", "claims_letter", number=same("number", "claims_letter")),
    line("a_letter_is_of_a_known_kind", "claims_letter", kind="love_letter"),
    line("a_letter_goes_out_once", "claims_letterdelivery", letter_id=same("letter_id", "claims_letterdelivery")),
    # Blocks and complaints (OC 6.1.2-a, 6.1.2-b)
    line("a_block_has_a_known_code", "claims_block", code="P"),
    line("a_block_is_on_a_claim_or_on_a_customer", "claims_block", claim_id=None),
    line("a_block_is_on_a_claim_or_on_a_customer", "claims_block", customer_id=same("id", "registers_customer")),
    line("a_block_comes_from_a_run_or_a_person", "claims_block", run_id=None),
    line("a_block_comes_from_a_run_or_a_person", "claims_block", person_id=same("id", "registers_person")),
    line("a_block_has_a_reason", "claims_block", reason=""),
    line("a_block_is_reviewed_and_ends_after_it_begins", "claims_block", until_date="2026-03-15"),
    line("a_block_is_reviewed_and_ends_after_it_begins", "claims_block", review_date="2026-03-15"),
    line("a_block_is_the_units_or_the_centres", "claims_block", party="debtor"),
    line("a_block_is_lifted_once", "claims_blocklift", block_id=same("block_id", "claims_blocklift")),
    line("a_lift_comes_from_a_run_or_a_person", "claims_blocklift", run_id=None),
    line("a_lift_comes_from_a_run_or_a_person", "claims_blocklift", person_id=same("id", "registers_person")),
    line("a_lift_has_a_reason", "claims_blocklift", reason=""),
    line("a_block_is_not_lifted_before_it_begins", "claims_blocklift", day="2026-03-15"),
    line("a_complaint_has_a_block_of_its_own", "claims_complaint", block_id=same("block_id", "claims_complaint")),
    line("a_complaint_is_received_by_the_unit_or_the_centre", "claims_complaint", received_by="bank"),
    line("a_complaint_says_something", "claims_complaint", message=""),
    line("a_complaint_is_answered_once", "claims_complaintanswer", complaint_id=same("complaint_id", "claims_complaintanswer")),
    line("a_complaint_is_upheld_partly_or_rejected", "claims_complaintanswer", outcome="ignored"),
    # Reminders and costs (OC 6.1.2-c, 6.1.3)
    line("a_reminder_is_sent_once", "claims_reminder", claim_id=same("claim_id", "claims_reminder")),
    line("two_reminders_at_most", "claims_reminder", ordinal=0),
    line("two_reminders_at_most", "claims_reminder", ordinal=3),
    line("a_reminder_asks_for_money", "claims_reminder", open="0.00"),
    line("a_reminder_falls_due_after_it_is_sent", "claims_reminder", due_date=REMINDED),
    line("a_claim_that_is_not_due_is_not_reminded", "claims_reminder", sent_date="2026-04-07"),
    line("a_second_reminder_waits_for_the_first", "claims_reminder", ordinal=2),
    line("a_second_reminder_waits_for_the_first", "claims_reminder", ordinal=2, claim_id=same("claim_id", "claims_reminder"), sent_date="2026-05-18", due_date="2026-06-01"),
    line("a_blocked_claim_is_not_reminded", "claims_reminder", claim_id=blocked(until_date=None)),
    line("a_blocked_claim_is_not_reminded", "claims_reminder", claim_id=blocked(until_date=REMINDED)),
    line("a_blocked_claim_is_not_reminded", "claims_reminder", claim_id=blocked(from_date=REMINDED, until_date=None, review_date=REMINDED)),
    line("a_blocked_claim_is_not_reminded", "claims_reminder", claim_id=blocked_customer),
    line("a_blocked_claim_is_not_reminded", "claims_reminder", claim_id=lifted("2026-05-05")),
    line("a_cost_is_of_a_known_kind", "claims_cost", kind="coffee"),
    line("a_cost_is_money_and_its_undoing_takes_it_back", "claims_cost", amount="-5.00"),
    line("a_cost_is_money_and_its_undoing_takes_it_back", "claims_cost", amount="0.00"),
    line("a_cost_is_money_and_its_undoing_takes_it_back", "claims_cost", undoes_id=one_more("claims_cost")),
    line("a_cost_is_undone_once", "claims_cost", undoes_id=undone("claims_cost"), amount="-5.00"),
    line("a_reminder_costs_once", "claims_cost", reminder_id=lambda h: h.add("claims_cost", reminder_id=h.of("claims_reminder"))["reminder_id"]),
    line("costs_are_not_paid_beyond_what_they_are", "claims_cost", undoes_id=paid_cost, claim_id=same("claim_id", "claims_cost"), amount="-5.00"),
    # Interest (OC 6.1.1-a, 6.1.5)
    line("interest_invoice_numbers_are_unique", "claims_interestinvoice", number=same("number", "claims_interestinvoice")),
    line("interest_is_late_or_of_payment_time", "claims_interestinvoice", kind="usury"),
    line("an_interest_invoice_is_money_and_its_credit_takes_it_back", "claims_interestinvoice", total="0.00"),
    line("an_interest_invoice_is_money_and_its_credit_takes_it_back", "claims_interestinvoice", total="-5.00"),
    line("an_interest_invoice_is_money_and_its_credit_takes_it_back", "claims_interestinvoice", original_id=same("id", "claims_interestinvoice")),
    line("an_interest_invoice_falls_due_after_its_date", "claims_interestinvoice", due_date="2026-05-31"),
    line("a_claim_stands_on_an_interest_invoice_once", "claims_interestcharge", claim_id=same("claim_id", "claims_interestcharge")),
    line("an_interest_charge_is_not_zero", "claims_interestcharge", amount="0.00"),
    line("an_interest_claim_is_what_its_invoice_charges", "claims_claim", kind="interest", invoice_id=None, interest_invoice_id=charged_interest, reference=same("reference", "claims_interestinvoice"), amount="4.99"),
    line("an_interest_claim_is_what_its_invoice_charges", "claims_claim", kind="interest", invoice_id=None, interest_invoice_id=charged_interest, amount="5.00"),
    line("an_interest_claim_is_what_its_invoice_charges", "claims_claim", kind="interest", invoice_id=None, interest_invoice_id=lambda h: h.add("claims_interestinvoice")["id"], reference=same("reference", "claims_interestinvoice"), amount="5.00"),
    line("interest_charges_come_before_their_claim", "claims_interestcharge", invoice_id=claimed_interest),
    line("only_invoices_bear_interest", "claims_interestcharge", claim_id=lambda h: another(h, "claims_claim", **of_interest(h))),
    line("only_invoices_bear_interest", "claims_interestcharge", claim_id=lambda h: claimed(h, "-1.00")),
    line("an_interest_credit_takes_back_no_more_than_was_charged", "claims_interestcharge", invoice_id=credited_interest, claim_id=same("claim_id", "claims_interestcharge"), amount="-5.01"),
    line("an_interest_credit_takes_back_no_more_than_was_charged", "claims_interestcharge", invoice_id=credited_interest, amount="-5.00"),
    line("an_interest_line_has_its_place_once", "claims_interestline", position=same("position", "claims_interestline")),
    line("an_interest_line_counts_its_days", "claims_interestline", days=0),
    line("an_interest_line_counts_its_days", "claims_interestline", to_date="2026-04-07"),
    line("an_interest_waiver_has_a_reason", "claims_interestwaiver", reason=""),
    # Payment time (OC 6.1.1-a) and limitation (OC 5.1-c)
    line("a_request_for_time_looks_ahead", "claims_deferralrequest", wished_until=DAY),
    line("a_request_for_time_is_refused_once", "claims_deferralrefusal", request_id=same("request_id", "claims_deferralrefusal")),
    line("a_refusal_of_time_has_a_reason", "claims_deferralrefusal", reason=""),
    line("deferral_numbers_are_unique", "claims_deferral", number=same("number", "claims_deferral")),
    line("a_request_for_time_is_granted_once", "claims_deferral", request_id=same("request_id", "claims_deferral")),
    line("a_request_for_time_is_granted_or_refused", "claims_deferral", request_id=same("request_id", "claims_deferralrefusal")),
    line("a_request_for_time_is_granted_or_refused", "claims_deferralrefusal", request_id=same("request_id", "claims_deferral")),
    line("more_than_a_year_needs_a_ground", "claims_deferral", until_date="2027-03-18"),
    line("instalments_add_up_to_the_claims", "claims_deferral"),  # without claims or instalments
    line("a_deferral_is_written_at_once", "claims_deferralclaim"),
    line("a_deferral_is_written_at_once", "claims_instalment"),
    line("a_deferral_gives_time", "claims_deferral", until_date=DAY),
    line("a_claim_stands_in_a_deferral_once", "claims_deferralclaim", claim_id=same("claim_id", "claims_deferralclaim")),
    line("a_deferred_claim_is_open", "claims_deferralclaim", principal="0.00"),
    line("an_instalment_has_its_place_once", "claims_instalment", position=same("position", "claims_instalment")),
    line("an_instalment_is_money", "claims_instalment", amount="0.00"),
    line("a_deferral_ends_once", "claims_deferralend", deferral_id=same("deferral_id", "claims_deferralend")),
    line("a_deferral_is_kept_broken_or_withdrawn", "claims_deferralend", outcome="forgotten"),
    line("a_deferral_is_withdrawn_for_a_reason", "claims_deferralend", outcome="withdrawn"),
    line("an_interruption_is_by_a_known_act", "claims_interruption", act="thought"),
    line("an_interruption_says_how", "claims_interruption", note=""),
    line("a_public_law_claim_is_not_interrupted", "claims_interruption", claim_id=lambda h: claimed(h, "100.00")),
    # Cases (OC 6.1.4, 6.2)
    line("case_numbers_are_unique", "claims_case", number=same("number", "claims_case")),
    line("a_case_is_of_a_known_kind", "claims_case", kind="duel"),
    line("a_case_takes_a_procedure_of_its_kind", "claims_case", procedure="extensive"),
    line("a_case_takes_a_procedure_of_its_kind", "claims_case", kind="court", public_law=False, court="Helsingfors tingsrätt"),
    line("a_case_takes_a_procedure_of_its_kind", "claims_case", kind="agency", public_law=False),
    line("only_private_law_claims_go_to_court_or_to_an_agency", "claims_case", kind="agency", procedure=""),
    line("only_private_law_claims_go_to_court_or_to_an_agency", "claims_case", kind="court", procedure="limited", court="x"),
    line("a_summons_names_its_court", "claims_case", kind="court", public_law=False, procedure="limited"),
    line("a_claim_stands_in_a_case_once", "claims_caseclaim", claim_id=same("claim_id", "claims_caseclaim")),
    line("a_case_asks_for_money", "claims_caseclaim", principal="-0.01"),
    line("a_case_asks_for_money", "claims_caseclaim", costs="-0.01"),
    line("a_claim_in_a_case_names_its_ground", "claims_caseclaim", provision=""),
    line("a_case_is_about_claims_of_its_debtor", "claims_caseclaim", case_id=one_more("claims_case", debtor_id=one_more("registers_customer"))),
    line("a_case_is_of_one_kind_of_law", "claims_caseclaim", case_id=one_more("claims_case", public_law=False)),
    line("a_claim_is_in_one_case_at_a_time", "claims_caseclaim", case_id=one_more("claims_case"), claim_id=same("claim_id", "claims_caseclaim")),
    line("a_claim_is_in_one_case_at_a_time", "claims_caseevent", kind="abroad", case_id=ended_before_another, position=next_place),
    line("a_case_takes_one_step_at_a_time", "claims_caseevent", position=same("position", "claims_caseevent")),
    line("a_step_of_a_case_is_known", "claims_caseevent", kind="forgotten"),
    line("a_step_of_a_case_comes_from_a_run_or_a_person", "claims_caseevent", run_id=None),
    line("what_is_told_of_a_case_counts_once", "claims_caseevent", told_as=lambda h: h.add("claims_caseevent", told_as="message 1")["told_as"]),
    line("the_steps_of_a_case_follow_each_other", "claims_caseevent", position=0),
    line("a_case_that_is_over_takes_no_more_steps", "claims_caseevent", kind="received", case_id=stepped("closed"), position=next_place),
    line("a_case_that_is_over_takes_no_more_steps", "claims_caseevent", kind="received", case_id=stepped("withdrawn"), position=next_place),
    line("a_case_that_is_over_takes_no_more_steps", "claims_caseevent", kind="received", case_id=stepped("returned"), position=next_place),
    line("a_case_that_is_over_takes_no_more_steps", "claims_caseevent", kind="passive", case_id=stepped("obstacle", "passive", "passive_ended", certificate="lack_of_means"), position=next_place),
    line("a_step_is_not_before_its_case", "claims_caseevent", day="2026-06-14"),
    line("only_enforcement_meets_an_obstacle", "claims_caseevent", kind="obstacle", case_id=one_more("claims_case", kind="court", public_law=False, procedure="limited", court="Helsingfors tingsrätt")),
    line("only_enforcement_meets_an_obstacle", "claims_caseevent", kind="passive", case_id=one_more("claims_case", kind="court", public_law=False, procedure="limited", court="Helsingfors tingsrätt")),
    line("only_enforcement_meets_an_obstacle", "claims_caseevent", kind="passive_ended", case_id=one_more("claims_case", kind="court", public_law=False, procedure="limited", court="Helsingfors tingsrätt")),
    line("passive_registration_needs_a_certificate_that_allows_it", "claims_caseevent", kind="passive"),
    line("passive_registration_needs_a_certificate_that_allows_it", "claims_caseevent", kind="passive", case_id=stepped("obstacle", certificate="obstacle"), position=next_place),
    line("passive_registration_needs_a_certificate_that_allows_it", "claims_caseevent", kind="passive", case_id=stepped("obstacle", certificate="lack_of_means", procedure="limited"), position=next_place),
    line("a_dossier_is_signed_by_two_persons", "claims_casesignature", case_id=same("case_id", "claims_casesignature"), digest=same("digest", "claims_casesignature")),
    line("a_dossier_is_signed", "claims_casesignature", act="nod"),
    line("a_signature_is_under_a_case_of_its_unit", "claims_casesignature", case_id=NOWHERE),
    line("a_deducted_fee_is_undone_once", "claims_feededucted", undoes_id=undone("claims_feededucted"), amount="-1.00"),
    line("a_deducted_fee_is_money_and_its_undoing_takes_it_back", "claims_feededucted", amount="-1.00"),
    line("a_deducted_fee_is_money_and_its_undoing_takes_it_back", "claims_feededucted", undoes_id=one_more("claims_feededucted")),
    line("an_undoing_takes_back_what_was_deducted", "claims_feededucted", undoes_id=one_more("claims_feededucted"), amount="-0.99"),
    line("an_undoing_takes_back_what_was_deducted", "claims_feededucted", undoes_id=one_more("claims_feededucted"), amount="-1.00", event_id=one_more("claims_caseevent")),
    line("an_undoing_takes_back_what_was_deducted", "claims_feededucted", undoes_id=one_more("claims_feededucted"), amount="-1.00", claim_id=lambda h: claimed(h, "1.00")),
    line("a_claim_is_not_settled_beyond_its_amount", "claims_feededucted", amount="100.01"),
    # Refunds (OC 4.2)
    line("a_refund_is_asked_once", "claims_refundrequest", overpayment_id=same("overpayment_id", "claims_refundrequest")),
    line("a_refund_account_is_known_from_somewhere", "claims_refundaccount", source="dream"),
    line("a_refund_account_has_a_holder", "claims_refundaccount", holder=""),
    line("a_refund_account_has_a_holder", "claims_refundaccount", iban=""),
    line("an_account_of_somebody_else_says_why", "claims_refundaccount", holder_is_customer=False),
    line("a_choice_is_the_next_invoice_a_bank_return_or_the_rule", "claims_refundchoice", way="cash"),
    line("a_choice_has_a_reason", "claims_refundchoice", reason=""),
    line("an_account_is_asked_for_once", "claims_refundinquiry", overpayment_id=same("overpayment_id", "claims_refundinquiry")),
    line("an_inquiry_leaves_time_to_answer", "claims_refundinquiry", answer_by=REMINDED),
    line("a_refund_goes_a_known_way", "claims_refund", way="cash"),
    line("a_refund_is_money_and_its_undoing_takes_it_back", "claims_refund", amount="-0.01"),
    line("a_refund_is_money_and_its_undoing_takes_it_back", "claims_refund", amount="0.00"),
    line("a_refund_to_an_account_names_it", "claims_refund", way="account", payee="Koe Aino"),
    line("a_refund_to_an_account_names_it", "claims_refund", way="account", iban="FI2112345600000785"),
    line("a_refund_is_undone_once", "claims_refund", undoes_id=undone("claims_refund"), amount="-0.01"),
    line("an_undoing_takes_back_what_was_refunded", "claims_refund", undoes_id=one_more("claims_refund"), amount="-0.02"),
    line("an_undoing_takes_back_what_was_refunded", "claims_refund", undoes_id=one_more("claims_refund"), amount="-0.01", way="payment_order"),
    line("an_undoing_takes_back_what_was_refunded", "claims_refund", undoes_id=one_more("claims_refund"), amount="-0.01", overpayment_id=overpaid),
    line("a_refund_is_within_its_overpayment", "claims_refund", overpayment_id=overpaid, amount="1.01"),
    line("a_refund_run_is_approved_by_somebody_else", "claims_refund", way="payment_order"),
    line("a_refund_run_is_approved_by_somebody_else", "claims_refund", way="bank_return"),
    line("a_refund_run_is_approved_by_somebody_else", "claims_refund", way="payment_order", run_id=approved_refunds(by_who_ran_it=True), overpayment_id=same("overpayment_id", "claims_overpaymentdecision"), amount="1.00"),
    line("a_refund_is_what_was_approved", "claims_refund", way="payment_order", run_id=approved_refunds(), overpayment_id=same("overpayment_id", "claims_overpaymentdecision"), amount="0.99"),
    line("a_refund_is_what_was_approved", "claims_refund", way="bank_return", run_id=approved_refunds(), overpayment_id=same("overpayment_id", "claims_overpaymentdecision"), amount="1.00"),
    line("a_refund_is_what_was_approved", "claims_refund", way="payment_order", run_id=approved_refunds(), overpayment_id=overpaid, amount="1.00"),
    line("a_refund_is_what_was_approved", "claims_refund", way="payment_order", run_id=approved_refunds(), overpayment_id=same("overpayment_id", "claims_overpaymentdecision"), amount="1.00", iban="FI2112345600000785"),
    line("what_was_refunded_is_not_taken_back", "claims_overpayment", undoes_id=same("id", "claims_overpayment"), amount="-1.00"),
    line("a_refund_has_its_own_identity", "claims_refund", end_to_end_id=lambda h: h.add("claims_refund", end_to_end_id="R1")["end_to_end_id"]),
    line("an_answer_about_a_refund_comes_once", "claims_refundanswer", refund_id=same("refund_id", "claims_refundanswer")),
    line("a_refund_is_accepted_rejected_redeemed_or_unredeemed", "claims_refundanswer", outcome="lost"),
    line("only_a_payment_order_is_redeemed_or_not", "claims_refundanswer", outcome="redeemed"),
    line("only_a_payment_order_is_redeemed_or_not", "claims_refundanswer", outcome="unredeemed"),
    line("a_payment_order_is_redeemed_or_it_is_not", "claims_refundanswer", refund_id=redeemed, outcome="unredeemed"),
    line("a_refund_run_is_approved_once", "claims_refundapproval", run_id=same("run_id", "claims_refundapproval")),
    line("a_refund_run_is_approved", "claims_refundapproval", act="review"),
    line("a_refund_approval_is_of_a_run", "claims_refundapproval", run_id=NOWHERE),
    line("a_contact_with_a_payer_says_something", "claims_payercontact", note=""),
    line("a_contact_with_a_payer_is_a_units", "claims_payercontact", unit_id=NOWHERE),
    # Write-off and valuation (OC 5.1, 6.4)
    line("a_proposal_has_a_ground_that_is_known", "claims_writeoffproposal", ground="mercy"),
    line("a_proposal_comes_from_a_run_or_a_person", "claims_writeoffproposal", run_id=None),
    line("a_proposal_comes_from_a_run_or_a_person", "claims_writeoffproposal", person_id=same("id", "registers_person")),
    line("a_proposal_is_about_money", "claims_writeoffproposal", amount="0.00"),
    line("a_claim_has_one_proposal_at_a_time", "claims_writeoffproposal", claim_id=same("claim_id", "claims_writeoffproposal")),
    line("a_proposal_is_acted_on_once", "claims_writeoffapproval", proposal_id=same("proposal_id", "claims_writeoffapproval"), person_id=one_more("registers_person")),
    line("a_write_off_is_not_reviewed_and_approved_by_one", "claims_writeoffapproval", proposal_id=same("proposal_id", "claims_writeoffapproval"), act="approve"),
    line("a_proposal_is_reviewed_or_approved", "claims_writeoffapproval", act="nod"),
    line("a_proposal_is_approved_after_its_review", "claims_writeoffapproval", act="approve"),
    line("a_proposal_is_not_approved_by_who_made_it", "claims_writeoffapproval", proposal_id=lambda h: h.add("claims_writeoffproposal", run_id=None, person_id=h.of("registers_person"))["id"], digest=same("digest", "claims_writeoffproposal")),
    line("an_act_is_on_the_proposal_as_it_stands", "claims_writeoffapproval", digest=digest("seen elsewhere")),
    line("an_act_is_on_the_proposal_as_it_stands", "claims_writeoffapproval", proposal_id=kept, digest=same("digest", "claims_writeoffproposal")),
    line("an_approval_is_about_a_proposal_of_its_unit", "claims_writeoffapproval", proposal_id=NOWHERE),
    line("a_proposal_is_refused_once", "claims_writeoffrefusal", proposal_id=same("proposal_id", "claims_writeoffrefusal")),
    line("what_is_written_off_is_not_refused", "claims_writeoffrefusal", proposal_id=written_off),
    line("a_claim_that_is_kept_is_followed_up", "claims_writeoffrefusal", reason=""),
    line("a_claim_that_is_kept_is_followed_up", "claims_writeoffrefusal", follow_up_date=REMINDED),
    line("what_is_written_off_was_proposed_unless_it_is_a_small_remainder", "claims_writeoff", ground="decided"),
    line("what_is_written_off_was_proposed_unless_it_is_a_small_remainder", "claims_writeoff", proposal_id=same("id", "claims_writeoffproposal")),
    line("a_write_off_is_reviewed_and_approved", "claims_writeoff", ground="small_claim", proposal_id=same("id", "claims_writeoffproposal"), claim_id=same("claim_id", "claims_writeoffproposal")),
    line("a_write_off_is_reviewed_and_approved", "claims_writeoff", ground="small_claim", proposal_id=acted_on("review"), claim_id=same("claim_id", "claims_writeoffproposal")),
    line("a_write_off_is_reviewed_and_approved", "claims_writeoff", ground="small_claim", proposal_id=acted_on("review", "approve")),
    line("a_write_off_is_reviewed_and_approved", "claims_writeoff", ground="decided", proposal_id=acted_on("review", "approve"), claim_id=same("claim_id", "claims_writeoffproposal")),
    line("a_write_off_is_within_its_approval", "claims_writeoff", ground="small_claim", proposal_id=acted_on("review", "approve"), claim_id=same("claim_id", "claims_writeoffproposal"), amount="1.01"),
    line("a_follow_up_comes_from_a_run_or_a_person", "claims_followup", run_id=None),
    line("a_follow_up_comes_from_a_run_or_a_person", "claims_followup", person_id=same("id", "registers_person")),
    line("a_claim_is_valued_once_a_run", "claims_valuation", claim_id=same("claim_id", "claims_valuation")),
    line("a_claim_is_worth_its_nominal_value_at_most", "claims_valuation", probable="100.01"),
    line("a_claim_is_worth_its_nominal_value_at_most", "claims_valuation", probable="-0.01"),
    # What a person states for a summons (OC 6.2.3, 6.2.5)
    line("a_statement_is_of_a_court_or_about_a_claim", "claims_summonsstatement", kind="agreement"),
    line("a_statement_is_of_a_court_or_about_a_claim", "claims_summonsstatement", customer_id=None),
    line("a_statement_is_of_a_court_or_about_a_claim", "claims_summonsstatement", claim_id=same("id", "claims_claim")),
    line("a_statement_says_something", "claims_summonsstatement", statement=""),
]  # fmt: skip


def refused(street: Street, table: str, row: dict[str, Any], units: tuple[int, ...] = ()) -> str:
    """The constraint that refuses ``row`` from the app role, at the statement or when the transaction would end."""
    street.admin.commit()  # what the story needs is there
    with logged_in(street.postgres, server.APP, street.database) as app:
        work_in(app, street.own.unit, NOWHERE, *units)
        with pytest.raises(IntegrityError) as told:  # noqa: PT012 - either statement may refuse
            insert(app, table, row)
            app.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return constraint_of(told.value)


@pytest.mark.parametrize("line", REFUSED, ids=lambda line: f"{line.constraint} {' '.join(line.changes)}")
def test_a_row_is_refused_by_name(street: Street, line: Line) -> None:
    row = street.own.row(line.table, **line.changes)
    assert refused(street, line.table, row) == line.constraint


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


@pytest.mark.parametrize(
    "verb",
    [
        "update", "update of no row", "delete", "delete of no row", "truncate", "merge", "update of the parent",
        "on conflict do update",
    ],
)  # fmt: skip
@pytest.mark.parametrize("table", FACTS)
def test_a_fact_is_never_changed_or_removed_not_even_by_the_superuser(
    street: Street, table: str, verb: str
) -> None:
    assert _change(street, table, verb) == "facts_are_append_only"


# Every name has its line ------------------------------------------------------------------------------------------

UNPROVOKED = {
    # The id alone is a key already: this one exists only so that acts can point at (unit, id, digest).
    "an_order_is_found_by_its_digest": "a key for references, implied by the primary key",
    # Balances are written by a trigger of the check role only, which keeps one row an account and year; nobody else
    # may insert or change them (test_roles), and entries only come with vouchers of a unit that exists.
    "an_account_has_one_balance_a_year": "balances are written by their trigger only, as an upsert on this key",
    "a_balance_belongs_to_a_unit": "balances are written by their trigger only, for entries of a unit that exists",
}


# Triggers on several rows whose stories are told where the rows come from (OC 6.1.4, 6.2-b, 6.2.3).
TOLD_ELSEWHERE = {
    "a_step_is_one_that_its_kind_of_case_takes": "income/test_court_acts.py",
    "a_court_judges_what_was_applied_for": "income/test_court_acts.py",
    "an_extensive_application_is_signed_by_two": "income/test_court_acts.py",
    "a_signature_is_under_the_dossier_that_holds": "income/test_court_acts.py",
}


def named_constraints() -> set[str]:
    """Every constraint that we gave a name that reads as a sentence: models, references, and what an app adds."""
    names = {constraint.name for model in our_models() for constraint in model._meta.constraints}
    names |= {points.name for model in our_models() for points in model.references}
    ours = [app.name for app in apps.get_app_configs() if app.name.startswith("reskontra.")]
    for source in [FUNCTIONS, *(source for app in ours for source in own_safety(app))]:
        names |= set(re.findall(r"CONSTRAINT = '(\w+)'", source))
        names |= set(re.findall(r"claims_(?:refuse\w*|settlement_holds)\(\s*'(\w+)'", source))
        names |= set(re.findall(r"ADD CONSTRAINT (\w+)", source))
        names |= set(re.findall(r"RENAME CONSTRAINT \w+ TO (\w+)", source))
        names |= set(re.findall(r"THEN '(\w+)'(?: END\))?$", source, re.MULTILINE))
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
    assert {line.constraint for line in REFUSED} | {n for n, _, _ in REFUSED_STORIES} <= named_constraints()


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
