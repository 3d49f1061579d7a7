"""What the database refuses of expenditure, by the name of the constraint."""
# ruff: noqa: E501 - a table: one line for each constraint

from typing import Any

from database.house import House, another
from database.refusal_lines.line import NOWHERE, Line, line, one_more, same


def received(h: House) -> Any:
    """An order line of which 10.00 euro, one piece, came."""
    ordered = another(h, "purchases_purchaseorderline")
    another(h, "purchases_receipt", line_id=ordered)
    return ordered


def of_another_order(h: House) -> Any:
    """A line of an order that the unit's match is not to."""
    return another(h, "purchases_purchaseorderline", order_id=another(h, "purchases_purchaseorder"))


def matched_to_a_contract(h: House) -> Any:
    """A match to the unit's contract."""
    return another(h, "purchases_match", order_id=None, contract_id=h.of("purchases_contract"))


def of_another_contract(h: House) -> Any:
    """A row of a contract that the unit's match is not to."""
    return another(h, "purchases_contractrow", contract_id=another(h, "purchases_contract"))


def of_the_next_version(h: House) -> Any:
    """A row of the next version of the unit's contract: a match is to one version, and so are its lines."""
    later = another(h, "purchases_contract", number=h.of("purchases_contract", "number"), version=h.next())
    return another(h, "purchases_contractrow", contract_id=later)


def undone_payment(h: House) -> Any:
    """A payment that came back."""
    first = another(h, "purchases_supplierpayment")
    another(h, "purchases_supplierpayment", undoes_id=first, amount="-1.00", file_id=None, end_to_end_id="")
    return first


def linked(h: House) -> Any:
    """A row of an invoice that somebody linked."""
    row = another(h, "purchases_purchaseinvoiceline", invoice_id=another(h, "purchases_purchaseinvoice"))
    another(h, "purchases_rowlink", row_id=row)
    return row


def of_a_returned_invoice(h: House) -> Any:
    """A row of an invoice that went back to its supplier."""
    invoice = another(h, "purchases_purchaseinvoice")
    another(h, "purchases_invoicereturn", invoice_id=invoice)
    return another(h, "purchases_purchaseinvoiceline", invoice_id=invoice)


REFUSED: list[Line] = [
    # Orders and receipts (EX 1, 3)
    line("purchase_order_numbers_are_unique", "purchases_purchaseorder", number=same("number", "purchases_purchaseorder")),
    line("a_purchase_order_number_begins_with_v1", "purchases_purchaseorder", number="V2100"),
    line("a_purchase_order_line_has_its_place_once", "purchases_purchaseorderline", position=same("position", "purchases_purchaseorderline")),
    line("a_purchase_order_line_asks_for_something", "purchases_purchaseorderline", quantity="0"),
    line("a_purchase_order_line_asks_for_something", "purchases_purchaseorderline", net="-0.01"),
    line("an_order_is_changed_by_a_run_or_a_person", "purchases_purchaseorderlinechange", run_id=None),
    line("an_order_is_changed_by_a_run_or_a_person", "purchases_purchaseorderlinechange", person_id=same("id", "registers_person")),
    line("a_changed_order_line_asks_for_nothing_negative", "purchases_purchaseorderlinechange", quantity="0"),
    line("a_changed_order_line_asks_for_nothing_negative", "purchases_purchaseorderlinechange", net="-0.01"),
    line("a_change_of_an_order_comes_from_a_run", "purchases_purchaseorderlinechange", run_id=NOWHERE),
    line("a_change_is_of_a_purchase_order_line", "purchases_purchaseorderlinechange", line_id=NOWHERE),
    line("an_order_is_ended_by_a_run_or_a_person", "purchases_purchaseorderend", run_id=None),
    line("an_order_is_ended_by_a_run_or_a_person", "purchases_purchaseorderend", person_id=same("id", "registers_person")),
    line("a_purchase_order_ends_once", "purchases_purchaseorderend", order_id=same("order_id", "purchases_purchaseorderend")),
    line("a_receipt_is_told_by_a_run_or_a_person", "purchases_receipt", run_id=None),
    line("a_receipt_is_told_by_a_run_or_a_person", "purchases_receipt", person_id=same("id", "registers_person")),
    line("a_receipt_is_not_nothing", "purchases_receipt", net="0.00", quantity="0"),
    line("a_receipt_is_not_nothing", "purchases_receipt", net="0.00", quantity=None),
    line("a_receipt_is_told_once", "purchases_receipt", told_as=same("told_as", "purchases_receipt")),
    line("a_receipt_correction_takes_back_no_more_than_came", "purchases_receipt", line_id=one_more("purchases_purchaseorderline"), net="-0.01", quantity=None),
    line("a_receipt_correction_takes_back_no_more_than_came", "purchases_receipt", line_id=received, net="-10.01", quantity=None),
    line("a_receipt_correction_takes_back_no_more_than_came", "purchases_receipt", line_id=received, net="-10.00", quantity="-1.0001"),
    line("a_receipt_correction_takes_back_no_more_than_came", "purchases_receipt", line_id=received, net="0.00", quantity="-1.0001"),
    # Contracts (EX 3, 4)
    line("a_contract_has_each_version_once", "purchases_contract", number=same("number", "purchases_contract")),
    line("a_contract_number_begins_with_vsk1", "purchases_contract", number="VSK2100"),
    line("a_contract_has_a_plan_of_a_known_kind", "purchases_contract", plan="hope"),
    line("a_period_limit_names_its_period", "purchases_contract", period=""),
    line("a_period_limit_names_its_period", "purchases_contract", period="week"),
    line("a_period_limit_names_its_period", "purchases_contract", period_limit=None),
    line("a_contract_is_valid_for_some_time", "purchases_contract", valid_until="2025-12-31"),
    line("a_contract_limit_is_money", "purchases_contract", total_limit="0.00"),
    line("a_contract_limit_is_money", "purchases_contract", period_limit="-1.00"),
    line("a_schedule_row_has_its_place_once", "purchases_contractrow", position=same("position", "purchases_contractrow")),
    line("a_schedule_row_expects_money", "purchases_contractrow", net="0.00"),
    line("a_schedule_row_expects_money", "purchases_contractrow", tolerance="-0.01"),
    line("a_period_belongs_to_a_contract", "purchases_contractperiod", contract_id=NOWHERE),
    line("a_period_of_a_contract_has_its_place_once", "purchases_contractperiod", position=same("position", "purchases_contractperiod")),
    line("a_period_of_a_contract_has_days_and_a_limit", "purchases_contractperiod", until_date="2020-01-01"),
    line("a_period_of_a_contract_has_days_and_a_limit", "purchases_contractperiod", net="-0.01"),
    line("a_contract_line_has_its_place_once", "purchases_contractline", position=same("position", "purchases_contractline")),
    line("a_contract_line_has_a_share", "purchases_contractline", share="0"),
    line("a_contract_line_has_a_share", "purchases_contractline", share="100.0001"),
    line("a_contract_end_is_in_a_unit", "purchases_contractend", unit_id=NOWHERE),
    line("a_contract_ends_once", "purchases_contractend", number=same("number", "purchases_contractend")),
    line("a_contract_end_has_a_reason", "purchases_contractend", reason=""),
    # Invoices as they came (EX 2, 5, 6)
    line("a_purchase_invoice_has_its_place_in_a_file_once", "purchases_purchaseinvoice", position=same("position", "purchases_purchaseinvoice")),
    line("a_purchase_invoice_is_an_invoice_or_a_credit", "purchases_purchaseinvoice", kind="offer"),
    line("a_purchase_invoice_came_by_a_known_way", "purchases_purchaseinvoice", channel="pigeon"),
    line("procurement_and_other_expenditure_are_kept_apart", "purchases_purchaseinvoice", stream="other"),
    line("procurement_and_other_expenditure_are_kept_apart", "purchases_purchaseinvoice", voucher_type="XB"),
    line("procurement_and_other_expenditure_are_kept_apart", "purchases_purchaseinvoice", stream="other", voucher_type="XL"),
    line("procurement_and_other_expenditure_are_kept_apart", "purchases_purchaseinvoice", stream="income"),
    line("procurement_and_other_expenditure_are_kept_apart", "purchases_purchaseinvoice", voucher_type="XZ"),
    line("an_invoice_row_has_its_place_once", "purchases_purchaseinvoiceline", position=same("position", "purchases_purchaseinvoiceline")),
    line("vat_of_an_invoice_has_its_place_once", "purchases_purchasevat", position=same("position", "purchases_purchasevat")),
    line("an_identifier_is_read_or_corrected", "purchases_invoiceidentifier", run_id=None),
    line("an_identifier_is_read_or_corrected", "purchases_invoiceidentifier", person_id=same("id", "registers_person")),
    line("an_identifier_is_of_its_kind_by_prefix", "purchases_invoiceidentifier", kind="contract"),
    line("an_identifier_is_of_its_kind_by_prefix", "purchases_invoiceidentifier", kind="posting"),
    line("an_identifier_is_of_its_kind_by_prefix", "purchases_invoiceidentifier", value="VSK11"),
    line("an_identifier_is_of_its_kind_by_prefix", "purchases_invoiceidentifier", value="TK11"),
    line("an_identifier_is_of_its_kind_by_prefix", "purchases_invoiceidentifier", kind="number"),
    line("a_finding_has_its_place_once", "purchases_invoicefinding", position=same("position", "purchases_invoicefinding")),
    line("a_finding_is_an_error_or_a_warning", "purchases_invoicefinding", severity="hint"),
    line("a_supplier_is_found_or_named", "purchases_invoicesupplier", run_id=None),
    line("a_supplier_is_found_or_named", "purchases_invoicesupplier", person_id=same("id", "registers_person")),
    line("an_invoice_is_returned_by_a_run_or_a_person", "purchases_invoicereturn", run_id=None),
    line("an_invoice_is_returned_by_a_run_or_a_person", "purchases_invoicereturn", person_id=same("id", "registers_person")),
    line("a_purchase_invoice_is_returned_once", "purchases_invoicereturn", invoice_id=same("invoice_id", "purchases_invoicereturn")),
    line("an_invoice_is_returned_for_a_known_reason", "purchases_invoicereturn", reason="too dear"),
    line("a_sender_is_told_once", "purchases_senderanswer", invoice_id=same("invoice_id", "purchases_senderanswer")),
    line("only_what_is_paid_has_a_day_and_an_amount", "purchases_senderanswer", day=None),
    line("only_what_is_paid_has_a_day_and_an_amount", "purchases_senderanswer", amount="0.00"),
    line("only_what_is_paid_has_a_day_and_an_amount", "purchases_senderanswer", state="accepted"),
    line("an_answer_to_a_sender_comes_from_a_run", "purchases_senderanswer", run_id=NOWHERE),
    line("an_answer_to_a_sender_is_about_an_invoice", "purchases_senderanswer", invoice_id=NOWHERE),
    line("an_answer_to_a_sender_goes_out_in_a_file", "purchases_senderanswer", file_id=NOWHERE),
    line("a_note_says_something", "purchases_invoicenote", text=""),
    line("a_note_goes_to_a_colleague_or_to_the_supplier", "purchases_invoicenote", to_supplier=True, to_person_id=one_more("registers_person")),
    # Matching (EX 3)
    line("a_match_is_made_by_a_run_or_a_person", "purchases_match", run_id=None),
    line("a_match_is_made_by_a_run_or_a_person", "purchases_match", person_id=same("id", "registers_person"), reason="accepted"),
    line("a_match_is_to_an_order_or_a_contract", "purchases_match", order_id=None),
    line("a_match_is_to_an_order_or_a_contract", "purchases_match", contract_id=same("id", "purchases_contract")),
    line("a_match_is_by_line_or_by_header", "purchases_match", level="guess"),
    line("who_accepts_a_match_says_why", "purchases_match", run_id=None, person_id=same("id", "registers_person")),
    line("a_match_line_has_its_place_once", "purchases_matchline", position=same("position", "purchases_matchline")),
    line("a_match_line_takes_of_one_thing", "purchases_matchline", contract_row_id=same("id", "purchases_contractrow")),
    line("a_match_line_is_of_its_matchs_order", "purchases_matchline", order_line_id=of_another_order),
    line("a_match_line_is_of_its_matchs_order", "purchases_matchline", match_id=matched_to_a_contract),
    line("a_match_line_is_of_its_matchs_contract", "purchases_matchline", match_id=matched_to_a_contract, order_line_id=None, contract_row_id=of_another_contract),
    line("a_match_line_is_of_its_matchs_contract", "purchases_matchline", match_id=matched_to_a_contract, order_line_id=None, contract_row_id=of_the_next_version),
    line("a_match_line_is_of_its_matchs_contract", "purchases_matchline", order_line_id=None, contract_row_id=same("id", "purchases_contractrow")),
    line("a_match_is_ended_by_a_run_or_a_person", "purchases_matchend", run_id=None),
    line("a_match_is_ended_by_a_run_or_a_person", "purchases_matchend", person_id=same("id", "registers_person")),
    line("a_match_ends_once", "purchases_matchend", match_id=same("match_id", "purchases_matchend")),
    line("a_match_end_has_a_reason", "purchases_matchend", reason=""),
    line("a_row_has_one_link_that_holds", "purchases_rowlink", row_id=linked),
    line("what_is_settled_is_not_linked", "purchases_rowlink", row_id=of_a_returned_invoice),
    line("a_link_ends_once", "purchases_rowlinkend", link_id=same("link_id", "purchases_rowlinkend")),
    line("a_match_is_confirmed_once", "purchases_matchconfirmation", match_id=same("match_id", "purchases_matchconfirmation")),
    # Circulation (EX 1.2, 3.2)
    line("an_assignment_is_made_by_a_run_or_a_person", "purchases_assignment", run_id=None),
    line("an_assignment_is_made_by_a_run_or_a_person", "purchases_assignment", person_id=same("id", "registers_person")),
    line("an_assignment_is_for_a_known_step", "purchases_assignment", step="sleep"),
    line("an_assignment_is_to_a_queue_or_to_somebody", "purchases_assignment", queue_id=None),
    line("an_assignment_is_to_a_queue_or_to_somebody", "purchases_assignment", to_person_id=same("id", "registers_person")),
    line("a_coding_is_made_by_a_run_or_a_person", "purchases_coding", run_id=None),
    line("a_coding_is_made_by_a_run_or_a_person", "purchases_coding", person_id=same("id", "registers_person")),
    line("a_coding_has_each_version_once", "purchases_coding", invoice_id=same("invoice_id", "purchases_coding"), version=same("version", "purchases_coding")),
    line("a_coding_comes_from_a_known_source", "purchases_coding", source="guess"),
    line("a_coding_line_has_its_place_once", "purchases_codingline", position=same("position", "purchases_codingline")),
    line("a_coding_line_is_money", "purchases_codingline", net="0.00", vat="0.00"),
    line("a_coding_line_names_an_account", "purchases_codingline", account=""),
    line("an_invoice_approval_is_of_a_purchase_invoice", "purchases_invoiceapproval", invoice_id=NOWHERE),
    line("a_coding_is_reviewed_and_approved_once", "purchases_invoiceapproval", invoice_id=same("invoice_id", "purchases_invoiceapproval"), digest=same("digest", "purchases_invoiceapproval"), person_id=one_more("registers_person")),
    line("reviewer_and_approver_of_an_invoice_differ", "purchases_invoiceapproval", invoice_id=same("invoice_id", "purchases_invoiceapproval"), digest=same("digest", "purchases_invoiceapproval"), act="approve"),
    line("an_invoice_is_reviewed_approved_or_returned", "purchases_invoiceapproval", act="nod"),
    line("who_returns_an_invoice_says_why", "purchases_invoiceapproval", act="return"),
    line("nobody_substitutes_for_themselves", "purchases_invoiceapproval", instead_of_id=same("id", "registers_person")),
    # Payables (EX 8)
    line("an_invoice_becomes_one_payable", "purchases_payable", invoice_id=same("invoice_id", "purchases_payable")),
    line("a_payable_is_money", "purchases_payable", amount="0.00"),
    line("a_payment_hold_has_a_reason", "purchases_paymenthold", reason=""),
    line("a_payment_hold_ends_once", "purchases_paymentholdend", hold_id=same("hold_id", "purchases_paymentholdend")),
    line("a_payment_ban_is_in_a_unit", "purchases_paymentban", unit_id=NOWHERE),
    line("a_payment_ban_is_recorded_once", "purchases_paymentban", protocol=same("protocol", "purchases_paymentban")),
    line("a_payment_ban_orders_something", "purchases_paymentban", amount="0.00"),
    line("a_payment_ban_orders_something", "purchases_paymentban", share="0"),
    line("a_payment_ban_orders_something", "purchases_paymentban", share="100.001"),
    line("a_payment_ban_orders_something", "purchases_paymentban", each_invoice="0.00"),
    line("a_payment_ban_says_where_the_money_goes", "purchases_paymentban", protocol=""),
    line("a_payment_ban_says_where_the_money_goes", "purchases_paymentban", payee=""),
    line("a_payment_ban_says_where_the_money_goes", "purchases_paymentban", iban=""),
    line("a_payment_ban_says_where_the_money_goes", "purchases_paymentban", reference=""),
    line("a_payment_ban_ends_once", "purchases_paymentbanend", ban_id=same("ban_id", "purchases_paymentbanend")),
    # Payments (EX 9)
    line("a_payment_release_is_of_a_run", "purchases_paymentrelease", run_id=NOWHERE),
    line("a_payment_run_is_released_once", "purchases_paymentrelease", run_id=same("run_id", "purchases_paymentrelease")),
    line("a_payment_run_is_released", "purchases_paymentrelease", act="review"),
    line("a_payment_file_comes_from_a_run", "purchases_paymentfile", run_id=NOWHERE),
    line("a_payment_file_goes_out_in_a_file_of_its_unit", "purchases_paymentfile", file_id=NOWHERE),
    line("a_payment_file_is_paid_from_an_account_of_its_unit", "purchases_paymentfile", account_id=NOWHERE),
    line("a_payment_file_has_its_own_message_id", "purchases_paymentfile", message_id=same("message_id", "purchases_paymentfile")),
    line("a_payment_file_holds_payments", "purchases_paymentfile", count=0),
    line("a_payment_file_holds_payments", "purchases_paymentfile", total="0.00"),
    line("a_supplier_payment_is_money_and_its_undoing_takes_it_back", "purchases_supplierpayment", amount="0.00"),
    line("a_supplier_payment_is_money_and_its_undoing_takes_it_back", "purchases_supplierpayment", amount="-1.00"),
    line("a_supplier_payment_is_money_and_its_undoing_takes_it_back", "purchases_supplierpayment", undoes_id=one_more("purchases_supplierpayment")),
    line("a_payment_goes_to_the_supplier_or_by_a_ban", "purchases_supplierpayment", pays="ban"),
    line("a_payment_goes_to_the_supplier_or_by_a_ban", "purchases_supplierpayment", ban_id=same("id", "purchases_paymentban")),
    line("a_payment_goes_to_the_supplier_or_by_a_ban", "purchases_supplierpayment", pays="gift"),
    line("a_payment_that_goes_out_is_in_a_file", "purchases_supplierpayment", file_id=None),
    line("a_payment_that_goes_out_is_in_a_file", "purchases_supplierpayment", end_to_end_id=""),
    line("a_supplier_payment_has_its_own_identity", "purchases_supplierpayment", end_to_end_id=same("end_to_end_id", "purchases_supplierpayment")),
    line("a_supplier_payment_is_undone_once", "purchases_supplierpayment", undoes_id=undone_payment, amount="-1.00"),
    line("a_payable_settlement_is_money", "purchases_payablesettlement", amount="0.00"),
    line("a_payable_is_paid_withheld_or_set_off", "purchases_payablesettlement", payment_id=None),
    line("a_payable_is_paid_withheld_or_set_off", "purchases_payablesettlement", kind="withheld", payment_id=None),
    line("a_payable_is_paid_withheld_or_set_off", "purchases_payablesettlement", kind="gift"),
    line("a_supplier_payment_is_accepted_pending_rejected_or_returned", "purchases_paymentanswer", state="lost"),
    line("a_bank_answer_about_a_payment_comes_once", "purchases_paymentanswer", payment_id=same("payment_id", "purchases_paymentanswer")),
    line("a_payment_permit_is_a_units", "purchases_paymentpermit", unit_id=NOWHERE),
    line("a_payment_permit_has_a_time_and_a_reason", "purchases_paymentpermit", until_date="2026-03-15"),
    line("a_payment_permit_has_a_time_and_a_reason", "purchases_paymentpermit", reason=""),
    line("a_payment_permit_has_a_time_and_a_reason", "purchases_paymentpermit", number=""),
    line("a_payment_permit_is_recorded_once", "purchases_paymentpermit", number=same("number", "purchases_paymentpermit")),
]  # fmt: skip
