"""A cast of rows: two units, and one honest row in every table of each. Income and what is common; the rows of
expenditure stand in ``expenditure_rows``.
"""

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from database.expenditure_rows import EXPENDITURE
from database.house import (
    ALWAYS,
    AT,
    DAY,
    REMINDED,
    House,
    Row,
    another,
    by_person,
    by_run,
    digest,
    insert,
    work_in,
)


def _places() -> Row:
    return dict.fromkeys(("budget_account", "operating_unit", "project", "function", "product", "area"), "")


def _unit(house: House) -> Row:
    code = str(3000 + house.next())
    return {
        "code": code, "name_sv": "Verket", "name_fi": "Virasto", "name_en": "Agency", "branch": "",
        "business_id": "9900018-9", "vat_id": "", "edi_code": "0037" + code, "partner_code": code, "street": "",
        "postcode": "", "town": "", "email": "", "phone": "",
    }  # fmt: skip


def _customer(house: House) -> Row:
    return {
        "number": str(500000 + house.next()), "kind": "foreign_company", "name": "Kund", "name2": "",
        "sort_key": "kund", "language": "sv", "business_id": "", "vat_id": "", "personal_code_sealed": None,
        "personal_code_index": None, "birth_date": None, "partner_code": "", "street": "", "postcode": "",
        "town": "", "country": "FI", "email": "", "einvoice_address": "", "einvoice_operator": "",
        "protected": False, "safe_address": False, "own_system_id": None,
    }  # fmt: skip


def _order(house: House) -> Row:
    number = house.next()
    return {
        "run_id": house.of("runs_run"), "request_id": None, "row": None, "number": number, "version": 1,
        "key": f"key {number}", "digest": digest(number), "source": "workbook", "order_type": "", "credit": False,
        "reference_invoice": "", "customer_id": house.of("registers_customer"),
        "payer_id": house.of("registers_customer"), "bill_to_id": None, "ship_to_id": None, "language": "sv",
        "service_date": "2026-03-10", "pricing_date": "2026-03-10", "case_reference": "", "order_number": "",
        "agreement": "", "accounting": "", "site": "", "tax_country": "", "payment_term": None, "header_text": "",
        "charge_basis_text": "", "attachments": [], "lines_count": 1, "form": {},
    }  # fmt: skip


def _stop(h: House) -> Row:
    """An order of its own sent back: the unit's other one is invoiced."""
    order = insert(h.admin, "sales_order", h.row("sales_order"))
    return {
        "order_id": order["id"], "digest": order["digest"], "act": "return", "reason": "wrong price",
        "person_id": h.of("registers_person"), "stopped_at": AT,
    }  # fmt: skip


def _invoice(house: House) -> Row:
    number = house.next()
    return {
        "run_id": house.of("runs_run"), "number": number, "credit": False, "original_id": None, "issue_date": DAY,
        "due_date": "2026-04-07", "term_days": 21, "term_clause": "OC 3.11-a",
        "customer_id": house.of("registers_customer"), "payer_id": house.of("registers_customer"),
        "bill_to_id": None, "ship_to_id": None, "language": "sv", "internal": False, "public_law": True,
        "reference": str(number), "supply_date": "2026-03-10", "case_reference": "", "order_number": "",
        "agreement": "", "accounting": "", "site": "", "net": "100.00", "vat": "0.00", "total": "100.00",
        "voucher_id": house.of("ledger_voucher"),
    }  # fmt: skip


HONEST: Mapping[str, Callable[[House], Row]] = {
    "registers_unit": _unit,
    "registers_person": lambda h: {
        "username": f"person{h.next()}", "name": "Person", "email": "", "language": "sv", "is_active": True,
        "password": "!",
    },
    "registers_roleassignment": lambda h: {
        "person_id": h.of("registers_person"), "role": "K", "in_unit_id": h.unit, "validity": ALWAYS,
    },
    "registers_country": lambda h: {
        "code": _letters(h.next()), "name_sv": "", "name_fi": "", "name_en": "", "europe": True, "eu": None,
    },
    "registers_customer": _customer,
    "registers_item": lambda h: {
        "code": f"I{h.next()}", "name_sv": "", "name_fi": "", "name_en": "", "meaning_key": "", "measure": "st",
        "public_law": True, "vat_class": "standard", "legal_basis_sv": "", "legal_basis_fi": "", "legal_basis_en": "",
    },
    "registers_account": lambda h: {
        "code": str(10000000 + h.next()), "name_sv": "", "name_fi": "", "name_en": "", "kind": "asset",
        "sourced": False, "source": "", "validity": ALWAYS,
    },
    "registers_postingaccount": lambda h: {
        "event": f"event {h.next()}", "account": "17000000", "validity": ALWAYS, "clause": "OC 3.9-a",
    },
    "registers_dimensionvalue": lambda h: {
        "dimension": "project", "code": str(h.next()), "name": "", "in_unit_id": None, "validity": ALWAYS,
    },
    "registers_vatrate": lambda h: {
        "vat_class": f"class {h.next()}", "category": "S", "percent": "25.5", "validity": ALWAYS, "reason_sv": "",
        "reason_fi": "", "reason_en": "", "source": "test", "sourced": False,
    },
    "registers_unitaccount": lambda h: {
        "iban": f"FI{h.next():016d}", "bic": "NDEAFIHH", "purpose": "income", "account": "19500000",
        "validity": ALWAYS,
    },
    "registers_unitterm": lambda h: {
        "key": f"term {h.next()}", "value": "1", "validity": ALWAYS, "source": "test",
    },
    "registers_responsibility": lambda h: {
        "step": f"step {h.next()}", "party": "unit", "validity": ALWAYS, "clause": "OC 1.2-a",
    },
    "registers_ownsystem": lambda h: {"sender": f"sender {h.next()}", "name": "System", "validity": ALWAYS},
    "registers_customerinunit": lambda h: {
        "customer_id": h.of("registers_customer"), "number": str(h.next()),
    },
    "registers_pricelistentry": lambda h: {
        "item_id": h.of("registers_item"), "price": "10.00", "account": "30000000", **_places(),
        "validity": ALWAYS, "announced_by_id": None, "approved_by_id": h.of("registers_person"), "approved_at": AT,
    },
    "registers_apikey": lambda h: {
        "prefix": f"rk_{h.next():08d}", "digest": digest(f"key {h.next()}"), "name": "Ordering system",
        "person_id": h.of("registers_person"), "scopes": "files:write read", "created_at": AT,
        "expires_at": "2027-03-16 09:00+02", "ended_at": None, "made_by_id": h.of("registers_person"),
    },
    "runs_run": lambda h: {
        "name": "orders", "on_date": DAY, "state": "applied", "person_id": h.of("registers_person"),
        "planned_at": AT, "applied_at": AT, "terms": {}, "outcomes": [], "digest": "",
    },
    "runs_evidence": lambda h: {
        "run_id": h.of("runs_run"), "control": "test", "expected": "1", "actual": "1", "document": "",
    },
    "exchange_inboxfile": lambda h: {
        "digest": digest(f"in {h.next()}"), "name": "in.xlsx", "kind": "import", "size": 1,
        "person_id": h.of("registers_person"), "received_at": AT,
    },
    "exchange_fileanswer": lambda h: {
        "file_id": h.of("exchange_inboxfile"), "state": "taken", "kind": "billing_request", "way": "command", "read": 1,
        "accepted": 1, "returned": 0, "duplicates": 0, "answer": {}, "person_id": h.of("registers_person"),
        "answered_at": AT,
    },
    "exchange_apianswer": lambda h: {
        "client_id": h.of("registers_person"), "name": f"request {h.next()}", "request": digest(h.next()),
        "status": 201, "answer": {}, "answered_at": AT,
    },
    "exchange_outboxfile": lambda h: {
        "run_id": h.of("runs_run"), "name": f"batch-{h.next()}.xml", "digest": digest(f"out {h.next()}"), "size": 1,
        "documents": 1, "amount": "100.00", "channel": "finvoice", "built_at": AT,
    },
    "exchange_outboxevent": lambda h: {
        "file_id": h.of("exchange_outboxfile"), "state": "intent", "happened_at": AT, "detail": "",
        "person_id": None, "second_person_id": None,
    },
    "ledger_voucher": lambda h: {
        "run_id": h.of("runs_run"), "kind": "SI", "year": 2026, "number": h.next(), "posting_date": DAY,
    },
    "ledger_entry": lambda h: {
        "voucher_id": h.of("ledger_voucher"), "position": h.next(), "account": "17000000", "amount": "100.00",
        "vat_category": "", "vat_percent": None, **_places(), "partner": "", "tracking1": "", "tracking2": "",
    },
    "ledger_posting": lambda h: {
        "first_voucher": h.of("ledger_voucher"), "last_voucher": h.of("ledger_voucher"),
    },
    "ledger_numberseries": lambda h: {"series": f"series {h.next()}", "year": 0, "next_number": 1},
    "ledger_closedperiod": lambda h: {
        "month": "2020-01-01", "closed_by_id": h.of("registers_person"), "closed_at": AT,
    },
    "ledger_balance": lambda h: {"account": str(90000000 + h.next()), "year": 2026, "amount": "0.00"},
    "ledger_assertion": lambda h: {
        "run_id": h.of("runs_run"), "account": "19500000", "day": DAY, "amount": "100.00",
        "told_by": f"statement {h.next()}",
    },
    "ledger_seal": lambda h: {
        "block": h.next() + 1, "form": 1, "upto": Jsonb({}), "vouchers": 0, "entries": 0,
        "previous_root": digest(h.next()), "root": digest(h.next()), "sealed_at": AT,
    },
    "bank_material": lambda h: {
        "run_id": h.of("runs_run"), "file_id": h.of("exchange_inboxfile"), "position": 1, "kind": "statement",
        "source": "camt.053", "account_id": h.of("registers_unitaccount"), "identity": f"statement {h.next()}",
        "sequence": "", "from_date": DAY, "to_date": DAY, "opening": "0.00", "closing": "100.00", "lines": 1,
        "total": "100.00",
    },
    "bank_payment": lambda h: {
        "run_id": h.of("runs_run"), "account_id": h.of("registers_unitaccount"), "booking_date": DAY,
        "amount": "100.00", "reference": str(h.next()), "reference_holds": False, "message": "", "payer": "",
        "payer_key": "", "payer_account": "", "archive_id": "", "reversal": False,
    },
    "bank_line": lambda h: {
        "material_id": h.of("bank_material"), "position": h.next(), "source": "camt.053", "kind": "payment",
        "payment_id": h.of("bank_payment"), "booking_date": DAY, "value_date": DAY, "amount": "100.00",
        "currency": "EUR", "transaction_code": "", "reference": "", "message": "", "counterparty": "",
        "counterparty_account": "", "ultimate_debtor": "", "end_to_end_id": "", "instruction_id": "",
        "payment_information_id": "", "archive_id": "", "reversal": False, "name_key": "", "parts": None,
    },
    "sales_billingrequest": lambda h: {
        "run_id": h.of("runs_run"), "file_id": h.of("exchange_inboxfile"), "source": "workbook", "sender": "",
        "rows": 1, "orders": 1,
    },
    "sales_order": _order,
    "sales_orderline": lambda h: {
        "order_id": h.of("sales_order"), "position": h.next(), "row": None, "item_code": "I", "quantity": "1",
        "measure": "", "unit_price": "1.00", "item_text": "", "line_text": "", "account": "", **_places(),
        "tracking1": "", "tracking2": "",
    },
    "sales_billingrow": lambda h: {
        "request_id": h.of("sales_billingrequest"), "row": h.next(), "status": "accepted",
        "order_id": h.of("sales_order"), "findings": [],
    },
    "sales_orderdecision": lambda h: {
        "run_id": h.of("runs_run"), "order_id": h.of("sales_order"), "rule": f"rule {h.next()}"[:12],
        "outcome": "READY", "standing": "READY", "clause": "OC 3.9-a", "reasons": [], "inputs": {},
        "amount": "100.00",
    },
    "sales_orderapproval": lambda h: {
        "order_id": h.of("sales_order"), "digest": h.of("sales_order", "digest"), "act": "review",
        "person_id": h.of("registers_person"), "given_at": AT, "comment": "",
    },
    "sales_orderstop": _stop,
    "sales_invoice": _invoice,
    "sales_invoiceline": lambda h: {
        "invoice_id": h.of("sales_invoice"), "position": h.next(), "order_id": h.of("sales_order"),
        "order_position": 1, "item_id": h.of("registers_item"), "quantity": "1", "measure": "st",
        "unit_price": "100.00", "net": "100.00", "vat_category": "O", "vat_percent": "0",
    },
    "sales_invoicedorder": lambda h: {
        "number": h.of("sales_order", "number"), "order_id": h.of("sales_order"),
        "digest": h.of("sales_order", "digest"), "invoice_id": h.of("sales_invoice"),
    },
    "sales_invoicedelivery": lambda h: {
        "invoice_id": h.of("sales_invoice"), "attempt": 1, "file_id": h.of("exchange_outboxfile"),
        "channel": "E_INVOICE", "clause": "OC 3.6-a", "skipped": "",
    },
    "sales_deliverydecision": lambda h: {
        "invoice_id": h.of("sales_invoice"), "attempt": 2, "channel": "", "reason": "no answer",
        "person_id": h.of("registers_person"), "decided_at": AT,
    },
    "sales_invoicedecision": lambda h: {
        "run_id": h.of("runs_run"), "invoice_id": h.of("sales_invoice"), "rule": f"rule {h.next()}"[:12],
        "outcome": "NO_WAY_TO_SEND", "standing": "LEFT", "clause": "OC 3.8-a", "reasons": [], "inputs": {},
        "amount": "100.00",
    },
    "sales_deliveryreport": lambda h: {
        "run_id": h.of("runs_run"), "file_id": h.of("exchange_inboxfile"), "rows": 0,
    },
    "sales_deliveryreceipt": lambda h: {
        "report_id": h.of("sales_deliveryreport"), "row": h.next(), "invoice_id": h.of("sales_invoice"), "attempt": 1,
        "status": "pending", "channel": "", "reason": "", "happened_at": AT, "outcome": "taken", "findings": [],
    },
    "sales_archivereturn": lambda h: {
        "run_id": h.of("runs_run"), "file_id": h.of("exchange_inboxfile"), "rows": 0,
    },
    "sales_archivedfile": lambda h: {
        "archive_return_id": h.of("sales_archivereturn"), "row": h.next(), "invoice_id": h.of("sales_invoice"),
        "role": "xml", "digest": digest(f"archived {h.next()}"), "outcome": "accepted", "findings": [],
    },
    "sales_invoicelistapproval": lambda h: {
        "run_id": h.of("runs_run"), "digest": h.of("runs_evidence", "document"), "act": "approve",
        "person_id": h.of("registers_person"), "given_at": AT, "comment": "",
    },
    # What is written to customers, and interest invoices: a claim may be of one
    "claims_letter": lambda h: {
        "run_id": h.of("runs_run"), "customer_id": h.of("registers_customer"), "kind": "reminder", "number": h.next(),
        "language": "sv", "day": REMINDED, "document": {}, "digest": digest(f"letter {h.next()}"),
    },
    "claims_letterdelivery": lambda h: {
        "run_id": h.of("runs_run"), "letter_id": another(h, "claims_letter"), "file_id": h.of("exchange_outboxfile"),
        "channel": "LETTER", "clause": "OC 3.6-a", "skipped": "", "digest": digest(f"posted {h.next()}"),
    },
    "claims_letterdecision": lambda h: {
        "run_id": h.of("runs_run"), "letter_id": h.of("claims_letter"), "rule": f"rule {h.next()}"[:12],
        "outcome": "NO_WAY_TO_SEND", "standing": "LEFT", "clause": "OC 3.8-a", "reasons": [], "inputs": {},
        "amount": "5.00",
    },
    "claims_interestinvoice": lambda h: {
        "run_id": h.of("runs_run"), "number": h.next(), "kind": "late", "customer_id": h.of("registers_customer"),
        "original_id": None, "language": "sv", "issue_date": "2026-06-01", "due_date": "2026-06-22",
        "reference": str(h.next()), "total": "5.00", "voucher_id": h.of("ledger_voucher"),
        "letter_id": h.of("claims_letter"),
    },
    "claims_claim": lambda h: {
        "run_id": h.of("runs_run"), "kind": "invoice", "invoice_id": h.of("sales_invoice"),
        "interest_invoice_id": None, "payer_id": h.of("registers_customer"), "reference": str(h.next()),
        "public_law": True, "amount": "100.00", "due_date": "2026-04-07",
    },
    "claims_paymentdecision": lambda h: {
        "run_id": h.of("runs_run"), "payment_id": h.of("bank_payment"), "rule": "allocation", "outcome": "PAID",
        "standing": "READY", "clause": "OC 4.1-b", "reasons": [], "inputs": {}, "amount": "100.00",
    },
    "claims_claimdecision": lambda h: {
        "run_id": h.of("runs_run"), "claim_id": h.of("claims_claim"), "rule": "set_off", "outcome": "SET_OFF",
        "standing": "READY", "clause": "OC 3.2.1-a", "reasons": [], "inputs": {}, "amount": "100.00",
    },
    "claims_allocation": lambda h: {
        **_settled(h, "OC 4.1-b"), "claim_id": h.of("claims_claim"), "payment_id": h.of("bank_payment"),
        "credit_id": None,
    },
    "claims_overpayment": lambda h: {
        **_settled(h, "OC 4.2-a"), "payment_id": h.of("bank_payment"), "claim_id": h.of("claims_claim"),
        "treatment": "refund",
    },
    "claims_sidepayment": lambda h: {
        **_settled(h, "OC 6.1.3-b"), "payment_id": h.of("bank_payment"), "claim_id": h.of("claims_claim"),
        "kind": "interest",
    },
    "claims_writeoffproposal": lambda h: {
        **by_run(h), "claim_id": claimed(h, "100.00"), "ground": "small_claim", "amount": "1.00",
        "proposed_date": REMINDED, "clause": "OC 5.1-b", "evidence": {}, "digest": digest(f"proposal {h.next()}"),
    },
    "claims_writeoffapproval": lambda h: {
        **_a_proposal(h), "act": "review", "person_id": h.of("registers_person"), "given_at": AT, "comment": "",
    },
    "claims_writeoffrefusal": lambda h: {
        **by_person(h), "proposal_id": another(h, "claims_writeoffproposal"), "day": REMINDED,
        "reason": "the debtor has found work", "follow_up_date": "2026-11-04",
    },
    "claims_writeoff": lambda h: {
        **_settled(h, "OC 4.3-a"), "claim_id": h.of("claims_claim"), "ground": "small_remainder",
        "proposal_id": None,
    },
    "claims_paymentreversal": lambda h: {
        "run_id": h.of("runs_run"), "payment_id": paid(h, "100.00"), "reversal_id": paid(h, "-100.00"),
        "amount": "100.00", "undoes_id": None,
    },
    "claims_summonsstatement": lambda h: {
        "kind": "court", "day": DAY, "customer_id": h.of("registers_customer"), "claim_id": None, "reason": "",
        "statement": "helsinki", "person_id": h.of("registers_person"), "given_at": AT,
    },
    "claims_paymentpointing": lambda h: {
        "payment_id": h.of("bank_payment"), "turn": h.next(), "position": 1, "claim_id": h.of("claims_claim"),
        "takes_back_id": None, "amount": None, "reason": "told by the payer",
        "person_id": h.of("registers_person"), "given_at": AT,
    },
    # Blocks, reminders and costs
    "claims_block": lambda h: {
        **by_run(h), "claim_id": h.of("claims_claim"), "customer_id": None, "code": "C", "from_date": DAY,
        "until_date": "2026-03-31", "review_date": "2026-03-31", "reason": "a complaint", "party": "unit",
    },
    "claims_blocklift": lambda h: {
        **by_run(h), "block_id": another(h, "claims_block"), "day": "2026-03-20", "reason": "it was answered",
        "next_step": "",
    },
    "claims_blockextension": lambda h: {
        **by_person(h), "block_id": another(h, "claims_block"), "day": "2026-03-20", "until_date": "2026-04-30",
        "review_date": "2026-04-20", "reason": "it goes on",
    },
    "claims_complaint": lambda h: {
        **by_person(h), "claim_id": h.of("claims_claim"), "block_id": another(h, "claims_block"),
        "received_date": DAY, "received_by": "unit", "message": "not ordered",
    },
    "claims_complaintanswer": lambda h: {
        **by_person(h), "complaint_id": another(h, "claims_complaint"), "day": "2026-03-20", "outcome": "rejected",
        "message": "it was ordered",
    },
    "claims_reminder": lambda h: {
        "run_id": h.of("runs_run"), "claim_id": claimed(h, "100.00"), "letter_id": h.of("claims_letter"),
        "ordinal": 1, "sent_date": REMINDED, "due_date": "2026-05-18", "open": "100.00", "clause": "OC 6.1.2-c",
    },
    "claims_cost": lambda h: {
        "run_id": h.of("runs_run"), "claim_id": h.of("claims_claim"), "kind": "demand", "day": REMINDED,
        "amount": "5.00", "clause": "OC 6.1.3-a", "reminder_id": None, "case_id": None, "undoes_id": None,
    },
    # Interest
    "claims_interestcharge": lambda h: {
        "invoice_id": h.of("claims_interestinvoice"), "claim_id": claimed(h, "100.00"), "until_date": "2026-05-31",
        "amount": "5.00",
    },
    "claims_interestline": lambda h: {
        "charge_id": h.of("claims_interestcharge"), "position": h.next(), "from_date": "2026-04-08",
        "to_date": "2026-05-31", "days": 54, "principal": "100.00", "percent": "9.500", "amount": "5.00000000",
    },
    "claims_interestwaiver": lambda h: {
        **by_person(h), "claim_id": h.of("claims_claim"), "until_date": "2026-05-31", "reason": "the bank was late",
    },
    "claims_exclusion": lambda h: {
        **by_person(h), "claim_id": claimed(h, "100.00"), "rule": "reminders", "day": DAY, "reason": "we talk today",
    },
    "claims_exclusionend": lambda h: {**by_person(h), "exclusion_id": another(h, "claims_exclusion")},
    # Payment time and limitation
    "claims_deferralrequest": lambda h: {
        **by_person(h), "customer_id": h.of("registers_customer"), "requested_date": DAY,
        "wished_until": "2026-09-15", "message": "",
    },
    "claims_deferralrefusal": lambda h: {
        **by_person(h), "request_id": another(h, "claims_deferralrequest"), "day": DAY, "reason": "asked too often",
    },
    "claims_deferral": lambda h: {
        **by_person(h), "run_id": h.of("runs_run"), "request_id": another(h, "claims_deferralrequest"),
        "number": h.next(), "customer_id": h.of("registers_customer"), "from_date": DAY, "until_date": "2026-09-15",
        "ground": "", "letter_id": h.of("claims_letter"),
    },
    "claims_deferralclaim": lambda h: {
        "deferral_id": h.of("claims_deferral"), "claim_id": claimed(h, "100.00"), "principal": "100.00",
    },
    "claims_instalment": lambda h: {
        "deferral_id": h.of("claims_deferral"), "position": h.next(), "due_date": "2026-09-15", "amount": "100.00",
    },
    "claims_deferraldecision": lambda h: {
        "run_id": h.of("runs_run"), "deferral_id": h.of("claims_deferral"), "rule": "deferrals", "outcome": "RUNNING",
        "standing": "WAITING", "clause": "OC 6.1.1-a", "reasons": [], "inputs": {}, "amount": "100.00",
    },
    "claims_deferralend": lambda h: {
        "run_id": h.of("runs_run"), "deferral_id": agreed(h), "day": "2026-09-15",
        "outcome": "kept", "reason": "",
    },
    "claims_interruption": lambda h: {
        **by_person(h), "claim_id": another_claim(h, public_law=False), "day": REMINDED, "act": "acknowledgement",
        "note": "by e-mail",
    },
    # Cases
    "claims_case": lambda h: {
        "run_id": h.of("runs_run"), "number": h.next(), "kind": "enforcement",
        "debtor_id": h.of("registers_customer"), "public_law": True, "opened_date": "2026-06-15",
        "procedure": "normal", "court": "", "follows_id": None,
    },
    "claims_caseclaim": lambda h: {
        "case_id": h.of("claims_case"), "claim_id": claimed(h, "100.00"), "principal": "100.00", "costs": "5.00",
        "interest_from": "2026-04-08", "interest_pauses": [], "interest_ground": "section_4", "provision": "706/2007",
    },
    "claims_caseevent": lambda h: {
        **by_run(h), "case_id": h.of("claims_case"), "position": h.next(), "kind": "collected", "day": "2026-08-03",
        "amount": "10.00", "detail": {}, "digest": "", "file_id": None,
    },
    "claims_casesignature": lambda h: {
        **_a_dossier(h), "act": "sign", "person_id": h.of("registers_person"), "given_at": AT, "comment": "",
    },
    "claims_feededucted": lambda h: {
        **_settled(h, "OC 6.2-a"), "claim_id": h.of("claims_claim"), "event_id": h.of("claims_caseevent"),
    },
    # Refunds
    "claims_refundrequest": lambda h: {
        **by_person(h), "overpayment_id": overpaid(h), "requested_date": REMINDED, "message": "",
    },
    "claims_refundaccount": lambda h: {
        **by_person(h), "overpayment_id": h.of("claims_overpayment"), "iban": "FI2112345600000785",
        "holder": "Koe Aino", "source": "unit", "told_date": REMINDED,
    },
    "claims_refundchoice": lambda h: {
        **by_person(h), "overpayment_id": h.of("claims_overpayment"), "way": "next_invoice", "reason": "asked for",
    },
    "claims_refundinquiry": lambda h: {
        "run_id": h.of("runs_run"), "overpayment_id": overpaid(h), "letter_id": h.of("claims_letter"),
        "sent_date": REMINDED, "answer_by": "2026-05-25",
    },
    "claims_overpaymentdecision": lambda h: {
        "run_id": h.of("runs_run"), "overpayment_id": h.of("claims_overpayment"), "rule": "refunds",
        "outcome": "WAITING_FOR_ANSWER", "standing": "WAITING", "clause": "OC 4.2-b", "reasons": [], "inputs": {},
        "amount": "1.00",
    },
    "claims_refund": lambda h: {
        "run_id": h.of("runs_run"), "overpayment_id": h.of("claims_overpayment"),
        "voucher_id": h.of("ledger_voucher"), "amount": "0.01", "way": "income", "iban": "", "payee": "",
        "end_to_end_id": "", "file_id": None, "clause": "OC 4.2-b", "undoes_id": None,
    },
    "claims_refundanswer": lambda h: {
        "refund_id": another(h, "claims_refund"), "day": "2026-05-20", "outcome": "accepted", "reason": "",
        "person_id": None,
    },
    "claims_refundapproval": lambda h: {
        "run_id": another(h, "runs_run", name="refunds", person_id=another(h, "registers_person")),
        "digest": digest(f"refunds {h.next()}"), "act": "approve", "person_id": h.of("registers_person"),
        "given_at": AT, "comment": "",
    },
    "claims_payercontact": lambda h: {
        **by_person(h), "payer_key": "koe aino", "contacted_date": REMINDED, "note": "will use the reference",
    },
    # After the end
    "claims_followup": lambda h: {
        **by_run(h), "claim_id": h.of("claims_claim"), "day": "2026-09-15", "due_date": None, "note": "no means",
    },
    "claims_valuation": lambda h: {
        "run_id": h.of("runs_run"), "claim_id": claimed(h, "100.00"), "open": "100.00", "probable": "50.00",
        "ground": "overdue",
    },
    **EXPENDITURE,
}  # fmt: skip


def _settled(h: House, clause: str) -> Row:
    return {
        "run_id": h.of("runs_run"),
        "voucher_id": h.of("ledger_voucher"),
        "amount": "1.00",
        "clause": clause,
        "undoes_id": None,
    }


def _a_proposal(h: House) -> Row:
    proposal = insert(h.admin, "claims_writeoffproposal", h.row("claims_writeoffproposal"))
    return {"proposal_id": proposal["id"], "digest": proposal["digest"]}


def _a_dossier(h: House) -> Row:
    case = another(
        h, "claims_case", kind="court", procedure="extensive", court="Helsingfors tingsrätt", public_law=False
    )
    kept = digest(f"dossier {h.next()}")
    another(h, "claims_caseevent", case_id=case, kind="dossier", amount=None, digest=kept)
    return {"case_id": case, "digest": kept}


def another_claim(h: House, **changes: Any) -> Any:
    """One more claim of the unit, of an invoice of its own."""
    return another(h, "claims_claim", invoice_id=another(h, "sales_invoice"), **changes)


def of_interest(h: House) -> Row:
    """What the row of a claim says when it is of one more interest invoice, with its charge."""
    invoice = insert(h.admin, "claims_interestinvoice", h.row("claims_interestinvoice"))
    another(h, "claims_interestcharge", invoice_id=invoice["id"])
    same = {"amount": invoice["total"], "payer_id": invoice["customer_id"], "reference": invoice["reference"]}
    return {"kind": "interest", "invoice_id": None, "interest_invoice_id": invoice["id"], **same}


def agreed(h: House) -> Any:
    """One more agreement on payment time, with its claim and its instalment."""
    deferral = another(h, "claims_deferral")
    for table in ("claims_deferralclaim", "claims_instalment"):
        another(h, table, deferral_id=deferral)
    return deferral


def claimed(h: House, amount: str) -> Any:
    """One more claim of this amount."""
    return another_claim(h, amount=amount)


def paid(h: House, amount: str) -> Any:
    """One more payment of this amount."""
    return another(h, "bank_payment", amount=amount)


def overpaid(h: House) -> Any:
    """One more overpayment, of a payment of its own."""
    return another(h, "claims_overpayment", payment_id=paid(h, "1.00"))


def _letters(number: int) -> str:
    return chr(65 + number // 26 % 26) + chr(65 + number % 26)


def move_in(admin: psycopg.Connection[Any]) -> House:
    """A unit with one honest row in every table; one of its orders is decided, reviewed, invoiced and sent."""
    house = House(admin, HONEST)
    house.unit = house.add("registers_unit")["id"]
    house.code = house.of("registers_unit", "code")
    for table in HONEST:
        if table == "registers_unit":
            continue
        if table == "ledger_voucher":
            post(house)
        elif table == "sales_billingrequest":
            bill(house)
        elif table == "ledger_seal":
            seal(house)
        elif table == "sales_invoicedorder":
            house.add("sales_orderdecision", rule="orders", outcome="READY", standing="READY")
            house.add(table)
        elif table in {"sales_deliveryreport", "sales_archivereturn"}:
            house.add(table, rows=1)
        elif table == "sales_invoicelistapproval":
            list_of(house)
        elif table == "purchases_coding":
            house.add(table, invoice_id=house.of("purchases_purchaseinvoice"))  # its line is the next row
        elif table not in {"ledger_entry", "sales_billingrow", "sales_order"}:
            house.add(table)
    return house


def post(house: House) -> int:
    """A balanced voucher of two entries; its id."""
    house.add("ledger_voucher")
    house.add("ledger_entry", amount="-100.00", account="30000000")
    house.add("ledger_entry")
    return int(house.of("ledger_voucher"))


def seal(house: House) -> None:
    """What is posted so far, in a sealed block of the journal."""
    work_in(house.admin, house.unit)
    house.admin.execute("SELECT ledger_seal_journal(%s)", (house.unit,))
    found = house.admin.execute(
        "SELECT id, block, root FROM ledger_seal WHERE unit_id = %s", (house.unit,)
    ).fetchone()
    assert found is not None
    house.have["ledger_seal"] = dict(zip(("id", "block", "root"), found, strict=True))


def list_of(house: House) -> None:
    """An approved invoice list of a run that somebody else ran."""
    first = dict(house.have)
    run = house.add("runs_run", name="invoicing", person_id=house.add("registers_person")["id"])
    report = house.add("runs_evidence", control="invoicing report", document=digest(house.next()))
    act = house.add(
        "sales_invoicelistapproval",
        run_id=run["id"],
        digest=report["document"],
        person_id=house.add("registers_person")["id"],
    )
    house.have = {**first, "sales_invoicelistapproval": act}


def bill(house: House) -> None:
    """A billing request of one row that became an order."""
    house.add("sales_billingrequest")
    house.add("sales_order", request_id=house.of("sales_billingrequest"), row=1)
    house.add("sales_billingrow", row=1)


def an_order(house: House, standing: str | None = "READY", **changes: Any) -> Row:
    """A fresh order of ``house`` and the newest decision of the orders rule about it."""
    order = house.add("sales_order", **changes)
    if standing:
        house.add("sales_orderdecision", rule="orders", outcome=standing, standing=standing)
    return order
