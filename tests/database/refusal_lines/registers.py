"""What the database refuses of registers, by the name of the constraint."""
# ruff: noqa: E501 - a table: one line for each constraint

from typing import Any

from database.house import House, another
from database.refusal_lines.line import NOWHERE, Line, Value, line, one_more, same

SEALED = b"sealed"


def known_supplier(column: str, **changes: str) -> Value:
    """What another supplier is known by."""

    def make(h: House) -> Any:
        another(h, "registers_supplier", **changes)
        return changes[column]

    return make


REFUSED: list[Line] = [
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
    line("an_api_key_belongs_to_a_unit", "registers_apikey", unit_id=NOWHERE),
    line("an_api_key_has_its_own_secret", "registers_apikey", digest=same("digest", "registers_apikey")),
    line("an_api_key_is_known_by_its_prefix", "registers_apikey", prefix=same("prefix", "registers_apikey")),
    line("an_api_key_keeps_a_hash_and_no_secret", "registers_apikey", digest="rk_secret"),
    line("an_api_key_expires_after_it_was_made", "registers_apikey", expires_at=same("created_at", "registers_apikey")),
    line("an_api_key_is_ended_after_it_was_made", "registers_apikey", ended_at="2020-01-01 09:00+02"),
    line("an_api_key_opens_what_there_is", "registers_apikey", scopes="files:write everything"),
    line("an_api_key_opens_what_there_is", "registers_apikey", scopes=""),
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
    line("an_agreed_payment_term_is_within_a_year", "registers_customerinunit", payment_term=366),
    line("an_agreed_payment_term_is_within_a_year", "registers_customerinunit", payment_term=-1),
    line("a_price_belongs_to_a_unit", "registers_pricelistentry", unit_id=NOWHERE),
    line("a_price_is_not_negative", "registers_pricelistentry", price="-0.01"),
    line("an_approval_has_a_person_and_a_time", "registers_pricelistentry", approved_by_id=None),
    line("an_approval_has_a_person_and_a_time", "registers_pricelistentry", approved_at=None),
    line("approved_prices_do_not_overlap", "registers_pricelistentry", validity="[2030-01-01,2030-01-02)"),
    line("a_posting_reference_has_one_template_a_day", "registers_codingtemplate", reference=same("reference", "registers_codingtemplate")),
    line("an_address_steers_to_one_stream_a_day", "registers_receivingaddress", edi_code=same("edi_code", "registers_receivingaddress")),
    line("a_vat_class_has_one_rate_a_day", "registers_vatrate", vat_class=same("vat_class", "registers_vatrate")),
    line("an_event_posts_to_one_account_a_day", "registers_postingaccount", event=same("event", "registers_postingaccount")),
    # Suppliers (EX 5.1, 8, 9)
    line("a_supplier_is_of_a_known_kind", "registers_supplier", kind="friend"),
    line("a_supplier_is_identified", "registers_supplier", kind="company"),
    line("a_supplier_is_identified", "registers_supplier", kind="sole_trader"),
    line("a_supplier_is_identified", "registers_supplier", kind="state_unit", partner_code="123"),
    line("a_supplier_is_identified", "registers_supplier", kind="person"),
    line("a_technical_id_has_its_form", "registers_supplier", kind="person", technical_id="4411290-0"),
    line("a_technical_id_has_its_form", "registers_supplier", kind="person", technical_id="4011290-1"),
    line("only_a_state_unit_supplies_as_a_partner", "registers_supplier", partner_code="123"),
    line("only_a_state_unit_supplies_as_a_partner", "registers_supplier", kind="state_unit", business_id="9900018-9"),
    line("a_business_id_is_one_supplier", "registers_supplier", kind="company", business_id=known_supplier("business_id", kind="company", business_id="9900026-9")),
    line("a_technical_id_is_one_supplier", "registers_supplier", kind="person", technical_id=known_supplier("technical_id", kind="person", technical_id="4011290-0")),
    line("a_supplier_account_is_known_from_somewhere", "registers_supplieraccount", source="rumour"),
    line("a_supplier_account_is_known_from_somewhere", "registers_supplieraccount", iban=""),
    line("a_verification_is_a_known_answer_told_by_somebody_at_a_time", "registers_supplieraccount", verification="maybe"),
    line("a_verification_is_a_known_answer_told_by_somebody_at_a_time", "registers_supplieraccount", verification=""),
    line("a_verification_is_a_known_answer_told_by_somebody_at_a_time", "registers_supplieraccount", verified_at=None),
    line("a_verification_is_a_known_answer_told_by_somebody_at_a_time", "registers_supplieraccount", verified_by_id=None),
    line("who_tells_the_answer_of_a_payees_bank_does_not_approve_it", "registers_supplieraccount", told_by_id=lambda h: another(h, "registers_person"), verified_by_id=same("id", "registers_person"), approved_by_id=same("id", "registers_person")),
    line("a_supplier_account_is_approved_by_somebody_at_a_time", "registers_supplieraccount", approved_by_id=None),
    line("a_supplier_account_is_approved_by_somebody_at_a_time", "registers_supplieraccount", approved_at=None),
    line("who_tells_a_supplier_account_does_not_approve_it", "registers_supplieraccount", approved_by_id=same("id", "registers_person")),
    line("a_supplier_has_an_account_once", "registers_supplieraccount", iban=same("iban", "registers_supplieraccount")),
    # How invoices of expenditure find their people (EX 1.2, 2.2, 3.2)
    line("a_receiving_address_belongs_to_a_unit", "registers_receivingaddress", unit_id=NOWHERE),
    line("a_receiving_address_steers_to_a_voucher_type_of_its_stream", "registers_receivingaddress", stream="other"),
    line("a_receiving_address_steers_to_a_voucher_type_of_its_stream", "registers_receivingaddress", voucher_type="XB"),
    line("a_receiving_address_steers_to_a_voucher_type_of_its_stream", "registers_receivingaddress", stream="other", voucher_type="XK"),
    line("a_receiving_address_steers_to_a_voucher_type_of_its_stream", "registers_receivingaddress", stream="income"),
    line("a_work_queue_belongs_to_a_unit", "registers_workqueue", unit_id=NOWHERE),
    line("a_work_queue_is_for_a_known_step", "registers_workqueue", step="sleep"),
    line("a_work_queue_is_named_once", "registers_workqueue", code=same("code", "registers_workqueue")),
    line("a_queue_member_is_in_a_unit", "registers_workqueuemember", unit_id=NOWHERE),
    line("a_member_works_in_a_queue_of_the_unit", "registers_workqueuemember", queue_id=NOWHERE),
    line("a_coding_template_belongs_to_a_unit", "registers_codingtemplate", unit_id=NOWHERE),
    line("a_coding_template_names_a_queue_of_its_unit", "registers_codingtemplate", queue_id=NOWHERE),
    line("a_posting_reference_begins_with_tk1", "registers_codingtemplate", reference="TK2100"),
    line("a_template_line_is_in_a_unit", "registers_codingtemplateline", unit_id=NOWHERE),
    line("a_template_line_belongs_to_a_template_of_its_unit", "registers_codingtemplateline", template_id=NOWHERE),
    line("a_template_line_has_its_place_once", "registers_codingtemplateline", position=same("position", "registers_codingtemplateline")),
    line("a_template_line_has_a_share", "registers_codingtemplateline", share="0"),
    line("a_template_line_has_a_share", "registers_codingtemplateline", share="100.0001"),
    line("a_spending_right_is_in_a_unit", "registers_spendingright", unit_id=NOWHERE),
    line("a_spending_right_is_not_negative", "registers_spendingright", amount="-0.01"),
    line("an_absence_is_in_a_unit", "registers_absence", unit_id=NOWHERE),
    line("nobody_is_their_own_substitute", "registers_absence", person_id=same("id", "registers_person"), substitute_id=same("id", "registers_person"), told_by_id=same("id", "registers_person")),
    line("who_marks_somebody_absent_says_why", "registers_absence", told_by_id=one_more("registers_person")),
    # Standing rules for statements (EX 10)
    line("a_statement_rule_belongs_to_a_unit", "registers_statementrule", unit_id=NOWHERE),
    line("a_statement_rule_is_about_an_account_of_its_unit", "registers_statementrule", bank_account_id=NOWHERE),
    line("a_statement_rule_looks_at_a_known_field", "registers_statementrule", field="amount"),
    line("a_statement_rule_never_looks_for_an_id_that_was_not_given", "registers_statementrule", pattern="NOTPROVIDED"),
    line("a_statement_rule_never_looks_for_an_id_that_was_not_given", "registers_statementrule", pattern="notprovided*"),
    line("a_statement_rule_never_looks_for_an_id_that_was_not_given", "registers_statementrule", pattern="*"),
    line("a_statement_rule_never_looks_for_an_id_that_was_not_given", "registers_statementrule", pattern=""),
    line("a_statement_rule_is_for_money_in_or_out", "registers_statementrule", direction="up"),
    line("who_tells_a_statement_rule_does_not_approve_it", "registers_statementrule", approved_by_id=same("id", "registers_person")),
    line("a_statement_rule_is_approved_by_somebody_at_a_time", "registers_statementrule", approved_by_id=None),
    line("a_statement_rule_is_approved_by_somebody_at_a_time", "registers_statementrule", approved_at=None),
]  # fmt: skip
