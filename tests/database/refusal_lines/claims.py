"""What the database refuses of claims and what happens to them, by the name of the constraint."""
# ruff: noqa: E501 - a table: one line for each constraint

from collections.abc import Callable
from typing import Any

from database.cast import another_claim, claimed, of_interest, overpaid, paid
from database.house import DAY, REMINDED, House, another, digest, insert
from database.refusal_lines.line import NOWHERE, Line, Value, line, one_more, same


def undone(table: str, *repeated: str) -> Callable[[House], Any]:
    """A fact about money that was undone already, by one that repeats its columns ``repeated``."""

    def make(h: House) -> Any:
        first = h.add(table)
        same_as_before = {name: first[name] for name in repeated}
        h.add(table, undoes_id=first["id"], amount=-first["amount"], **same_as_before)
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


def extended(until: str | None, **changes: Any) -> Value:
    """A claim whose block was extended until a day, or until it is lifted."""

    def make(h: House) -> Any:
        claim = blocked(**changes)(h)
        another(h, "claims_blockextension", block_id=h.of("claims_block"), until_date=until)
        return claim

    return make


def left_out(day: str, rule: str) -> Value:
    """A claim that is left out of the runs of a day."""

    def make(h: House) -> Any:
        claim = claimed(h, "100.00")
        another(h, "claims_exclusion", claim_id=claim, day=day, rule=rule)
        return claim

    return make


def a_lifted_block(h: House) -> Any:
    lifted("2026-03-19")(h)
    return h.of("claims_block")


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


REFUSED: list[Line] = [
    # Bank material (OC 4.1-b; D17)
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
    line("a_payment_is_not_spent_beyond_its_amount", "claims_paymentreversal", payment_id=same("payment_id", "claims_paymentreversal")),
    line("a_payment_is_not_spent_beyond_its_amount", "claims_paymentreversal", reversal_id=same("reversal_id", "claims_paymentreversal")),
    line("a_payment_is_not_spent_beyond_its_amount", "claims_paymentreversal", payment_id=lambda h: paid(h, "99.99")),
    line("a_payment_reversal_is_money_and_its_undoing_gives_it_back", "claims_paymentreversal", amount="-100.00"),
    line("a_payment_reversal_is_undone_once", "claims_paymentreversal", undoes_id=undone("claims_paymentreversal", "payment_id", "reversal_id"), amount="-1.00"),
    line("an_undoing_gives_back_what_was_taken_back", "claims_paymentreversal", undoes_id=lambda h: h.add("claims_paymentreversal")["id"], amount="-1.00"),
    line("a_reversal_takes_money_back_from_the_account_it_came_to", "claims_paymentreversal", payment_id=lambda h: paid(h, "-100.00")),
    line("a_reversal_takes_money_back_from_the_account_it_came_to", "claims_paymentreversal", reversal_id=lambda h: paid(h, "100.00")),
    line("a_reversal_takes_money_back_from_the_account_it_came_to", "claims_paymentreversal", payment_id=lambda h: another(h, "bank_payment", amount="100.00", account_id=another(h, "registers_unitaccount"))),
    line("a_pointing_is_of_a_payment", "claims_paymentpointing", payment_id=NOWHERE),
    line("a_pointing_is_to_a_claim", "claims_paymentpointing", claim_id=NOWHERE),
    line("a_pointing_takes_back_a_payment", "claims_paymentpointing", claim_id=None, takes_back_id=NOWHERE),
    line("a_pointing_is_to_a_claim_or_takes_a_payment_back", "claims_paymentpointing", takes_back_id=lambda h: paid(h, "100.00")),
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
    line("an_extension_has_a_reason", "claims_blockextension", reason=""),
    line("an_extended_block_is_reviewed_later_on", "claims_blockextension", review_date="2026-03-20"),
    line("a_block_is_extended_while_it_holds", "claims_blockextension", block_id=a_lifted_block, until_date=None),
    line("a_block_is_extended_while_it_holds", "claims_blockextension", day="2026-04-01"),
    line("an_extension_shortens_no_block", "claims_blockextension", until_date="2026-03-30"),
    line("an_extension_shortens_no_block", "claims_blockextension", block_id=lambda h: another(h, "claims_block", until_date=None)),
    line("an_extension_shortens_no_block", "claims_blockextension", block_id=same("block_id", "claims_blockextension"), until_date="2026-04-29"),
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
    line("a_blocked_claim_is_not_reminded", "claims_reminder", claim_id=extended(REMINDED)),
    line("a_blocked_claim_is_not_reminded", "claims_reminder", claim_id=extended(None)),
    line("a_claim_left_out_is_not_reminded", "claims_reminder", claim_id=left_out(REMINDED, "reminders")),
    line("a_claim_is_left_out_of_a_known_run", "claims_exclusion", rule="court"),
    line("an_exclusion_has_a_reason", "claims_exclusion", reason=""),
    line("a_claim_is_left_out_of_a_run_once", "claims_exclusion", claim_id=same("claim_id", "claims_exclusion")),
    line("an_exclusion_is_taken_back_once", "claims_exclusionend", exclusion_id=same("exclusion_id", "claims_exclusionend")),
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
    line("interest_of_a_claim_left_out_is_not_charged", "claims_interestcharge", claim_id=left_out("2026-06-01", "interest")),
    line("interest_of_a_claim_left_out_is_not_charged", "claims_interestcharge", claim_id=left_out("2026-06-01", "payment_time"), invoice_id=lambda h: another(h, "claims_interestinvoice", kind="payment_time")),
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
