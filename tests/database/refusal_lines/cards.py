"""What the database refuses of payment cards and offices abroad, by the name of the constraint."""
# ruff: noqa: E501 - a table: one line for each constraint

from typing import Any

from database.expenditure_rows import by_a_card, of_the_company
from database.house import House, another, digest
from database.refusal_lines.line import NOWHERE, Line, line, one_more, same


def charged(h: House) -> Any:
    """A purchase that is reconciled with the company's invoice."""
    purchase = another(h, "purchases_cardpurchase")
    another(h, "purchases_cardcharge", purchase_id=purchase)
    return purchase


def of_an_organisation(h: House) -> Any:
    """A purchase with a card that is issued to an organisation."""
    return by_a_card(h, kind="procurement", profile="3", issued_to="organisation", way="invoice")


def on_row_one(h: House) -> Any:
    """An invoice of the company whose first row charges a purchase."""
    invoice = of_the_company(h)
    another(h, "purchases_cardcharge", invoice_id=invoice, row=1)
    return invoice


def transferred(h: House) -> Any:
    """A purchase that the travel system has settled."""
    purchase = by_a_card(h)
    another(h, "purchases_cardtransfer", purchase_id=purchase)
    return purchase


def sent_back(h: House) -> Any:
    """An invoice whose memo voucher, with digest ``sent back``, was sent back."""
    invoice = another(h, "purchases_officeinvoice")
    drawn = digest("sent back")
    another(h, "purchases_officememo", invoice_id=invoice, digest=drawn)
    another(
        h, "purchases_officeapproval", invoice_id=invoice, digest=drawn, act="return", comment="wrong account"
    )
    return invoice


def paid_drawn_up(h: House) -> Any:
    """An invoice with a memo voucher of digest ``paid``, paid on paper."""
    invoice = another(h, "purchases_officeinvoice")
    another(h, "purchases_officememo", invoice_id=invoice, digest=digest("paid"))
    another(h, "purchases_officepayment", invoice_id=invoice)
    return invoice


def without_an_account(h: House) -> Any:
    """An invoice at an office that has no local account."""
    office = another(h, "registers_officeabroad", local_account="", account="")
    return another(h, "purchases_officeinvoice", office_id=office)


REFUSED: list[Line] = [
    # Registers
    line("a_card_agreement_belongs_to_a_unit", "registers_cardagreement", unit_id=NOWHERE),
    line("a_card_agreement_is_named_once", "registers_cardagreement", identifier=same("identifier", "registers_cardagreement")),
    line("a_card_is_billed_by_a_posting_reference_or_a_contract", "registers_cardagreement", identifier="V1100"),
    line("a_card_is_international_or_of_one_of_five_profiles", "registers_cardagreement", profile="1"),
    line("a_card_is_international_or_of_one_of_five_profiles", "registers_cardagreement", kind="procurement"),
    line("a_card_is_international_or_of_one_of_five_profiles", "registers_cardagreement", kind="procurement", profile="6"),
    line("a_card_is_issued_to_a_person_or_an_organisation", "registers_cardagreement", issued_to="organisation", way="invoice"),
    line("a_card_is_issued_to_a_person_or_an_organisation", "registers_cardagreement", issued_to="car"),
    line("an_organisations_card_never_goes_through_the_travel_system", "registers_cardagreement", kind="procurement", profile="1", issued_to="organisation"),
    line("an_organisations_card_never_goes_through_the_travel_system", "registers_cardagreement", way="gift"),
    line("only_what_becomes_cost_from_the_invoice_has_a_contract", "registers_cardagreement", identifier="VSK1100"),
    line("a_payment_card_belongs_to_a_unit", "registers_paymentcard", unit_id=NOWHERE),
    line("a_payment_card_is_of_an_agreement_of_its_unit", "registers_paymentcard", agreement_id=NOWHERE),
    line("a_payment_card_is_told_by_its_last_four_digits", "registers_paymentcard", digits="12a4"),
    line("a_payment_card_is_told_by_its_last_four_digits", "registers_paymentcard", holder=""),
    line("a_payment_card_is_named_once", "registers_paymentcard", holder=same("holder", "registers_paymentcard")),
    line("an_office_abroad_belongs_to_a_unit", "registers_officeabroad", unit_id=NOWHERE),
    line("an_office_abroad_is_named_once", "registers_officeabroad", code=same("code", "registers_officeabroad")),
    line("an_office_abroad_is_not_in_finland", "registers_officeabroad", country="FI"),
    line("a_local_account_has_its_ledger_account", "registers_officeabroad", account=""),
    line("a_local_account_has_its_ledger_account", "registers_officeabroad", local_account=""),
    # Cards (EX 4)
    line("a_card_statement_comes_once", "purchases_cardstatement", number=same("number", "purchases_cardstatement")),
    line("a_card_purchase_has_its_place_once", "purchases_cardpurchase", position=same("position", "purchases_cardpurchase")),
    line("a_card_purchase_is_money", "purchases_cardpurchase", amount="0.00"),
    line("a_card_purchase_keeps_four_digits_of_its_card", "purchases_cardpurchase", digits="123"),
    line("a_card_receipt_is_a_document_or_an_ereceipt", "purchases_cardreceipt", ereceipt=""),
    line("a_card_receipt_is_a_document_or_an_ereceipt", "purchases_cardreceipt", document=digest("receipt")),
    line("an_ereceipt_is_of_one_card_purchase", "purchases_cardreceipt", ereceipt=same("ereceipt", "purchases_cardreceipt")),
    line("a_card_coding_has_each_version_once", "purchases_cardcoding", purchase_id=same("purchase_id", "purchases_cardcoding"), version=same("version", "purchases_cardcoding")),
    line("a_card_purchase_outside_the_groups_says_why", "purchases_cardcoding", bought="other"),
    line("a_card_purchase_outside_the_groups_says_why", "purchases_cardcoding", bought="gift", reason="a gift"),
    line("a_card_purchase_that_is_charged_is_coded_no_more", "purchases_cardcoding", purchase_id=charged),
    line("a_card_coding_line_has_its_place_once", "purchases_cardcodingline", coding_id=same("coding_id", "purchases_cardcodingline")),
    line("a_card_coding_line_is_money_on_an_account", "purchases_cardcodingline", account=""),
    line("a_card_coding_line_is_money_on_an_account", "purchases_cardcodingline", amount="0.00"),
    line("a_card_coding_is_the_whole_purchase", "purchases_cardcodingline", amount="99.99"),
    line("a_card_coding_is_the_whole_purchase", "purchases_cardcodingline", amount="100.01"),
    line("a_card_purchase_is_transferred_once", "purchases_cardtransfer", purchase_id=transferred),
    line("a_card_transfer_names_its_claim", "purchases_cardtransfer", claim=""),
    line("a_card_transfer_is_of_the_whole_purchase", "purchases_cardtransfer", amount="99.99"),
    line("only_a_card_of_the_travel_system_is_settled_there", "purchases_cardtransfer", purchase_id=of_an_organisation),
    line("only_a_card_of_the_travel_system_is_settled_there", "purchases_cardtransfer", purchase_id=one_more("purchases_cardpurchase", digits="0000", day="2019-12-31")),
    line("a_card_purchase_is_charged_once", "purchases_cardcharge", purchase_id=charged),
    line("an_invoice_row_charges_one_card_purchase", "purchases_cardcharge", invoice_id=on_row_one, row=1),
    line("a_card_charge_is_of_the_whole_purchase", "purchases_cardcharge", amount="99.99"),
    line("a_card_charge_stands_on_the_companys_own_invoice", "purchases_cardcharge", invoice_id=one_more("purchases_purchaseinvoice")),
    line("a_card_difference_is_money_with_a_reason", "purchases_carddifference", amount="0.00"),
    line("a_card_difference_is_money_with_a_reason", "purchases_carddifference", reason=""),
    # Offices abroad (EX 7)
    line("an_invoice_abroad_is_told_once", "purchases_officeinvoice", number_key=same("number_key", "purchases_officeinvoice")),
    line("an_invoice_abroad_is_money", "purchases_officeinvoice", amount="0.00"),
    line("who_passes_over_the_e_invoice_abroad_says_why", "purchases_officeinvoice", reason=""),
    line("a_memo_voucher_has_each_version_once", "purchases_officememo", invoice_id=same("invoice_id", "purchases_officememo"), version=same("version", "purchases_officememo")),
    line("a_memo_voucher_line_has_its_place_once", "purchases_officememoline", memo_id=same("memo_id", "purchases_officememoline")),
    line("a_memo_voucher_line_is_money_on_an_account", "purchases_officememoline", account=""),
    line("a_memo_voucher_line_is_money_on_an_account", "purchases_officememoline", amount="0.00"),
    line("a_memo_voucher_is_the_whole_invoice", "purchases_officememoline", amount="79.99"),
    line("a_memo_voucher_is_the_whole_invoice", "purchases_officememoline", amount="80.01"),
    line("a_memo_voucher_is_reviewed_and_approved_once", "purchases_officeapproval", invoice_id=same("invoice_id", "purchases_officeapproval"), digest=same("digest", "purchases_officeapproval"), person_id=one_more("registers_person")),
    line("reviewer_and_approver_of_a_memo_voucher_differ", "purchases_officeapproval", invoice_id=same("invoice_id", "purchases_officeapproval"), digest=same("digest", "purchases_officeapproval"), act="approve"),
    line("a_memo_voucher_is_reviewed_approved_or_returned", "purchases_officeapproval", act="nod"),
    line("a_memo_voucher_is_reviewed_approved_or_returned", "purchases_officeapproval", act="return"),
    line("an_act_abroad_is_on_the_newest_memo_voucher", "purchases_officeapproval", digest=digest("older")),
    line("a_memo_voucher_is_reviewed_before_it_is_approved", "purchases_officeapproval", act="approve"),
    line("a_memo_voucher_sent_back_is_drawn_up_anew", "purchases_officeapproval", invoice_id=sent_back, digest=digest("sent back")),
    line("what_is_paid_abroad_circulates_no_more", "purchases_officeapproval", invoice_id=paid_drawn_up, digest=digest("paid")),
    line("an_invoice_abroad_is_paid_once", "purchases_officepayment", invoice_id=same("invoice_id", "purchases_officepayment")),
    line("a_payment_by_card_or_in_cash_has_its_receipt", "purchases_officepayment", means="cash"),
    line("a_payment_by_card_or_in_cash_has_its_receipt", "purchases_officepayment", means="gift", receipt=digest("receipt")),
    line("a_payment_abroad_has_a_voucher_unless_a_card_paid", "purchases_officepayment", voucher_id=None),
    line("a_payment_abroad_has_a_voucher_unless_a_card_paid", "purchases_officepayment", means="card", receipt=digest("receipt")),
    line("two_people_sign_an_invoice_on_paper", "purchases_officepayment", approved_by=""),
    line("two_people_sign_an_invoice_on_paper", "purchases_officepayment", approved_by="A. Attaché"),
    line("a_payment_abroad_is_the_whole_invoice", "purchases_officepayment", amount="79.99"),
    line("a_memo_voucher_is_approved_before_its_payment", "purchases_officepayment", reviewed_by="", approved_by=""),
    line("an_office_with_a_local_account_pays_from_it", "purchases_officepayment", means="cash", receipt=digest("receipt")),
    line("an_office_with_a_local_account_pays_from_it", "purchases_officepayment", invoice_id=without_an_account),
    line("an_original_from_abroad_comes_once", "purchases_officeoriginal", invoice_id=same("invoice_id", "purchases_officeoriginal")),
    line("an_original_from_abroad_is_scanned", "purchases_officeoriginal", document=""),
]  # fmt: skip
