"""The cast of expenditure: one honest row in every table of suppliers, circulation, purchases and statement lines."""

from collections.abc import Callable, Mapping
from typing import Any

from database.house import ALWAYS, AT, DAY, House, Row, another, by_person, by_run, digest


def _supplier(house: House) -> Row:
    number = house.next()
    return {
        "number": f"S{number}", "kind": "foreign_company", "name": "Leverantör", "sort_key": "leverantor",
        "language": "sv", "business_id": "", "technical_id": "", "vat_id": "", "foreign_id": f"SE{number}",
        "partner_code": "", "street": "", "postcode": "", "town": "", "country": "SE", "address_lines": "",
        "email": "", "einvoice_address": "", "blocked": "",
    }  # fmt: skip


def _purchase_invoice(house: House) -> Row:
    number = house.next()
    return {
        "run_id": house.of("runs_run"), "file_id": house.of("exchange_inboxfile"), "position": number,
        "format": "ubl", "channel": "einvoice", "received_date": DAY, "receiving_address": "",
        "stream": "procurement", "voucher_type": "XA", "kind": "invoice", "number": str(number),
        "number_key": str(number), "issue_date": DAY, "due_date": "2026-04-15", "supply_date": DAY, "currency": "EUR",
        "net": "100.00", "vat": "25.50", "total": "125.50", "payable": "125.50", "seller_name": "Leverantör",
        "seller_key": "leverantor", "seller_business_id": "", "seller_vat_id": "", "iban": "", "reference": "",
        "message": "", "original_number": "", "late_interest_percent": None, "sender_reference": "",
        "sender_instalment": None, "sender_system": "",
        "attachments": [],
    }  # fmt: skip


def _tracked() -> Row:
    """Where one line of money is posted."""
    return {
        "account": "40000000", "budget_account": "", "operating_unit": "", "project": "", "function": "",
        "product": "", "area": "", "tracking1": "", "tracking2": "",
    }  # fmt: skip


def _decided(house: House, rule: str, outcome: str) -> Row:
    return {
        "run_id": house.of("runs_run"), "rule": rule, "outcome": outcome, "standing": "READY", "clause": "EX 3-a",
        "reasons": [], "inputs": {}, "amount": "100.00",
    }  # fmt: skip


def _named() -> Row:
    return {"name_sv": "Kö", "name_fi": "Jono", "name_en": "Queue"}


def _payment(house: House) -> Row:
    return {
        "run_id": released(house), "voucher_id": house.of("ledger_voucher"),
        "file_id": house.of("purchases_paymentfile"), "pays": "supplier",
        "supplier_id": house.of("registers_supplier"), "ban_id": None, "amount": "1.00", "payment_date": DAY,
        "payee": "Leverantör", "iban": house.of("registers_supplieraccount", "iban"), "bic": "", "reference": "",
        "message": "", "payment_information_id": "", "end_to_end_id": f"E{house.next()}", "undoes_id": None,
    }  # fmt: skip


EXPENDITURE: Mapping[str, Callable[[House], Row]] = {
    # Registers (EX 1.2, 8, 9, 10)
    "registers_supplier": _supplier,
    "registers_supplieraccount": lambda h: {
        "supplier_id": h.of("registers_supplier"), "iban": f"FI{h.next():016d}", "bic": "", "source": "invoice",
        "verification": "match", "verified_name": "Leverantör", "verified_at": AT,
        "verified_by_id": h.of("registers_person"),
        "told_by_id": h.of("registers_person"), "told_at": AT, "approved_by_id": another(h, "registers_person"),
        "approved_at": AT, "ended_date": None,
    },
    "registers_receivingaddress": lambda h: {
        "edi_code": f"0037{h.next():08d}", "stream": "procurement", "voucher_type": "XA", "validity": ALWAYS,
    },
    "registers_workqueue": lambda h: {
        "code": f"Q{h.next()}", **_named(), "step": "review", "validity": ALWAYS,
    },
    "registers_workqueuemember": lambda h: {
        "queue_id": h.of("registers_workqueue"), "person_id": h.of("registers_person"), "validity": ALWAYS,
    },
    "registers_codingtemplate": lambda h: {
        "reference": f"TK1{h.next()}", "name": "Telefoner", "queue_id": None, "validity": ALWAYS,
    },
    "registers_codingtemplateline": lambda h: {
        **_tracked(), "template_id": h.of("registers_codingtemplate"), "position": h.next(), "share": "100",
    },
    "registers_spendingright": lambda h: {
        "person_id": h.of("registers_person"), "amount": "10000.00", "budget_account": "", "validity": ALWAYS,
    },
    "registers_absence": lambda h: {
        **_told_themselves(another(h, "registers_person")), "substitute_id": another(h, "registers_person"),
        "validity": ALWAYS, "reason": "",
    },
    "registers_statementrule": lambda h: {
        "position": h.next(), "name": "Bankavgifter", "bank_account_id": None, "field": "message",
        "pattern": "PALVELUMAKSU*", "direction": "out", "account": "43000000", "budget_account": "",
        "operating_unit": "", "project": "", "function": "", "product": "", "area": "", "tracking1": "",
        "tracking2": "", "clause": "EX 10-a", "validity": ALWAYS,
        "told_by_id": h.of("registers_person"), "approved_by_id": another(h, "registers_person"), "approved_at": AT,
    },
    "registers_cardagreement": lambda h: {
        "identifier": f"TK1{h.next()}", "name": "Tjänsteresor", "company_id": h.of("registers_supplier"),
        "kind": "international", "profile": "", "issued_to": "person", "way": "travel", "validity": ALWAYS,
    },
    "registers_paymentcard": lambda h: {
        "agreement_id": h.of("registers_cardagreement"), "digits": "1234", "holder": f"Mia {h.next()}",
        "person_id": None, "validity": ALWAYS,
    },
    "registers_officeabroad": lambda h: {
        "code": f"O{h.next()}", "name": "Ambassaden", "country": "SE", "captures": False,
        "local_account": "SE-1", "account": "19700000", "validity": ALWAYS,
    },
    # Orders and receipts (EX 1, 3)
    "purchases_purchaseorder": lambda h: {
        "run_id": h.of("runs_run"), "number": f"V1{h.next()}", "supplier_id": h.of("registers_supplier"),
        "ordered_date": DAY, "currency": "EUR", "orderer_id": None,
    },
    "purchases_purchaseorderline": lambda h: {
        **_tracked(), "order_id": h.of("purchases_purchaseorder"), "position": h.next(), "item": "", "text": "Stolar",
        "quantity": "10", "measure": "st", "price": "10.00", "net": "100.00", "vat_percent": "25.50",
    },
    "purchases_purchaseorderlinechange": lambda h: {
        **_tracked(), **by_run(h), "line_id": h.of("purchases_purchaseorderline"), "text": "Stolar", "quantity": "9",
        "measure": "st", "price": "10.00", "net": "90.00", "vat_percent": "25.50",
    },
    "purchases_purchaseorderend": lambda h: {
        **by_run(h), "order_id": another(h, "purchases_purchaseorder"), "day": DAY, "reason": "all of it has come",
    },
    "purchases_receipt": lambda h: {
        **by_run(h), "line_id": h.of("purchases_purchaseorderline"), "received_date": DAY, "receiver": "Aino",
        "quantity": "1", "net": "10.00", "told_as": f"receipt {h.next()}",
    },
    # Contracts (EX 3, 4)
    "purchases_contract": lambda h: {
        "run_id": h.of("runs_run"), "number": f"VSK1{h.next()}", "version": 1,
        "supplier_id": h.of("registers_supplier"), "name": "Städning", "valid_from": "2026-01-01",
        "valid_until": "2026-12-31", "plan": "schedule", "total_limit": "1000.00", "period_limit": "100.00",
        "period": "month", "confirm": True, "currency": "EUR", "owner_id": None,
    },
    "purchases_contractrow": lambda h: {
        "contract_id": h.of("purchases_contract"), "position": h.next(), "expected_date": DAY, "net": "100.00",
        "tolerance": "1.00",
    },
    "purchases_contractperiod": lambda h: {
        "contract_id": h.of("purchases_contract"), "position": h.next(), "from_date": DAY, "until_date": DAY,
        "net": "100.00",
    },
    "purchases_contractline": lambda h: {
        **_tracked(), "contract_id": h.of("purchases_contract"), "position": h.next(), "share": "100",
    },
    "purchases_contractend": lambda h: {
        **by_person(h), "number": f"VSK1{h.next()}", "day": DAY, "reason": "terminated",
    },
    # Invoices as they came (EX 2, 5, 6)
    "purchases_purchaseinvoice": _purchase_invoice,
    "purchases_purchaseinvoiceline": lambda h: {
        "invoice_id": h.of("purchases_purchaseinvoice"), "position": h.next(), "item": "", "text": "Stolar",
        "quantity": "10", "measure": "st", "price": "10.00", "net": "100.00", "vat": "25.50", "vat_category": "S",
        "vat_percent": "25.50", "order_line": "", "accounting": "",
    },
    "purchases_purchasevat": lambda h: {
        "invoice_id": h.of("purchases_purchaseinvoice"), "position": h.next(), "category": "S", "percent": "25.50",
        "base": "100.00", "amount": "25.50",
    },
    "purchases_invoiceidentifier": lambda h: {
        **by_run(h), "invoice_id": h.of("purchases_purchaseinvoice"), "kind": "order", "value": "V11",
        "field": "BT-13", "right_field": True,
    },
    "purchases_invoicefinding": lambda h: {
        "invoice_id": h.of("purchases_purchaseinvoice"), "position": h.next(), "rule": "no_number",
        "severity": "error", "row": None, "place": "", "value": "", "clause": "", "detail": {},
    },
    "purchases_invoicesupplier": lambda h: {
        **by_run(h), "invoice_id": h.of("purchases_purchaseinvoice"), "supplier_id": h.of("registers_supplier"),
    },
    "purchases_invoicereturn": lambda h: {
        **by_run(h), "invoice_id": another(h, "purchases_purchaseinvoice"), "day": DAY, "reason": "duplicate",
        "message": "", "clause": "EX 2.3-a",
    },
    "purchases_purchasedecision": lambda h: {
        **_decided(h, "matching", "MATCHED"), "invoice_id": h.of("purchases_purchaseinvoice"),
    },
    "purchases_senderanswer": lambda h: {
        "run_id": h.of("runs_run"), "invoice_id": another(h, "purchases_purchaseinvoice"),
        "file_id": h.of("exchange_outboxfile"), "state": "paid", "day": DAY, "amount": "125.50",
    },
    "purchases_invoicenote": lambda h: {
        **by_person(h), "invoice_id": h.of("purchases_purchaseinvoice"), "text": "What is this?",
        "to_person_id": None, "to_supplier": False, "answers_id": None,
    },
    # Matching (EX 3)
    "purchases_match": lambda h: {
        **by_run(h), "invoice_id": another(h, "purchases_purchaseinvoice"),
        "order_id": h.of("purchases_purchaseorder"), "contract_id": None, "net": "100.00", "difference": "0.00",
        "waits": False, "level": "line", "clause": "EX 3-a", "reason": "",
    },
    "purchases_matchline": lambda h: {
        "match_id": h.of("purchases_match"), "position": h.next(),
        "order_line_id": h.of("purchases_purchaseorderline"), "contract_row_id": None, "invoice_row": 1,
        "quantity": "1", "net": "10.00",
    },
    "purchases_matchend": lambda h: {
        **by_run(h), "match_id": another(h, "purchases_match"), "day": DAY, "reason": "the receipt was corrected",
    },
    "purchases_matchconfirmation": lambda h: {
        **by_person(h), "match_id": to_confirm(h),
    },
    "purchases_rowlink": lambda h: {
        **by_person(h), "row_id": another(h, "purchases_purchaseinvoiceline",
                                          invoice_id=another(h, "purchases_purchaseinvoice")),
        "order_line_id": h.of("purchases_purchaseorderline"),
    },
    "purchases_rowlinkend": lambda h: {
        **by_person(h), "link_id": another(h, "purchases_rowlink"),
    },
    # Circulation (EX 1.2, 3.2)
    "purchases_assignment": lambda h: {
        **by_run(h), "invoice_id": h.of("purchases_purchaseinvoice"), "step": "review",
        "queue_id": h.of("registers_workqueue"), "to_person_id": None, "day": DAY, "reason": "",
    },
    # Of an invoice of nothing: as many lines as it needs, which is none.
    "purchases_coding": lambda h: {
        **by_run(h), "invoice_id": another(h, "purchases_purchaseinvoice", **_amounts("0.00", "0.00", "0.00")),
        "version": h.next(), "digest": digest(f"coding {h.next()}"), "source": "match",
    },
    "purchases_codingline": lambda h: {
        **_tracked(), "coding_id": h.of("purchases_coding"), "position": h.next(), "net": "100.00", "vat": "25.50",
        "vat_percent": "25.50", "text": "",
    },
    "purchases_invoiceapproval": lambda h: {
        **_coded(h), "act": "review", "person_id": h.of("registers_person"), "given_at": AT, "comment": "",
        "instead_of_id": None, "decision": "",
    },
    # Payables and payments (EX 8, 9)
    "purchases_payable": lambda h: {
        "run_id": h.of("runs_run"), "invoice_id": matched(h),
        "voucher_id": h.of("ledger_voucher"), "supplier_id": h.of("registers_supplier"), "account": "25500000",
        "amount": "125.50", "due_date": "2026-04-15", "automatic": True,
    },
    "purchases_paymenthold": lambda h: {
        **by_person(h), "payable_id": h.of("purchases_payable"), "reason": "the goods are broken",
        "answer_id": None,
    },
    "purchases_paymentholdend": lambda h: {
        **by_person(h), "hold_id": another(h, "purchases_paymenthold"),
    },
    "purchases_paymentban": lambda h: {
        **by_person(h), "supplier_id": h.of("registers_supplier"), "protocol": f"UO {h.next()}", "from_date": DAY,
        "amount": "1000.00", "share": "100", "each_invoice": "500.00", "payee": "Ulosottolaitos",
        "iban": "FI2112345600000785", "reference": "1009",
    },
    "purchases_paymentbanend": lambda h: {
        **by_person(h), "ban_id": another(h, "purchases_paymentban"), "day": DAY,
    },
    "purchases_payabledecision": lambda h: {
        **_decided(h, "payments", "PAY"), "payable_id": h.of("purchases_payable"),
    },
    "purchases_paymentrelease": lambda h: {
        **_planned_payments(h), "act": "approve", "person_id": h.of("registers_person"), "given_at": AT, "comment": "",
    },
    "purchases_paymentfile": lambda h: {
        "run_id": h.of("runs_run"), "file_id": h.of("exchange_outboxfile"),
        "account_id": h.of("registers_unitaccount"), "message_id": f"M{h.next()}", "version": "pain.001.001.09",
        "count": 1, "total": "125.50", "signature": "",
    },
    "purchases_supplierpayment": _payment,
    "purchases_payablesettlement": lambda h: {
        "run_id": released(h), "payable_id": decided_to_pay(h, "1.00"),
        "payment_id": another(h, "purchases_supplierpayment"), "kind": "paid", "amount": "1.00",
    },
    "purchases_paymentanswer": lambda h: {
        "payment_id": another(h, "purchases_supplierpayment"), "file_id": h.of("exchange_inboxfile"), "day": DAY,
        "state": "accepted", "code": "ACSC", "reason": "",
    },
    "purchases_paymentpermit": lambda h: {
        **by_person(h), "number": f"VK/{h.next()}", "from_date": DAY, "until_date": "2026-03-31",
        "reason": "the bank's channel is closed",
    },
    # Cards (EX 4)
    "purchases_cardstatement": lambda h: {
        "run_id": h.of("runs_run"), "file_id": h.of("exchange_inboxfile"), "number": f"K{h.next()}",
        "company_id": h.of("registers_supplier"), "invoice": "88123", "invoice_key": "88123", "from_date": DAY,
        "to_date": DAY, "purchases": 1, "total": "100.00",
    },
    "purchases_cardpurchase": lambda h: {
        "statement_id": h.of("purchases_cardstatement"), "position": h.next(), "digits": "1234", "holder": "Mia",
        "day": DAY, "merchant": "Hotellet", "country": "SE", "amount": "100.00", "original_amount": None,
        "original_currency": "", "vat_percent": None, "vat": None, "receipt": "",
    },
    "purchases_cardstatementinvoice": lambda h: {
        **by_person(h), "statement_id": h.of("purchases_cardstatement"),
        "invoice_id": h.of("purchases_purchaseinvoice"),
    },
    "purchases_cardreceipt": lambda h: {
        **by_person(h), "purchase_id": h.of("purchases_cardpurchase"), "document": "", "ereceipt": f"E{h.next()}",
    },
    "purchases_cardcoding": lambda h: {
        **by_person(h), "purchase_id": h.of("purchases_cardpurchase"), "version": h.next(), "bought": "travel",
        "reason": "",
    },
    "purchases_cardcodingline": lambda h: {
        **_tracked(), "coding_id": another(h, "purchases_cardcoding"), "position": 1, "amount": "100.00",
    },
    "purchases_cardtransfer": lambda h: {
        "run_id": h.of("runs_run"), "purchase_id": by_a_card(h), "voucher_id": h.of("ledger_voucher"),
        "claim": "M2-1", "day": DAY, "amount": "100.00",
    },
    "purchases_cardcharge": lambda h: {
        "run_id": h.of("runs_run"), "purchase_id": another(h, "purchases_cardpurchase"),
        "invoice_id": of_the_company(h), "row": None, "amount": "100.00",
    },
    "purchases_carddifference": lambda h: {
        **_tracked(), "run_id": h.of("runs_run"), "invoice_id": h.of("purchases_purchaseinvoice"),
        "voucher_id": None, "amount": "5.00", "reason": "yearly fee",
    },
    "purchases_cardpurchasedecision": lambda h: {
        **_decided(h, "cards", "CARD_TO_COST"), "purchase_id": h.of("purchases_cardpurchase"),
    },
    # Offices abroad (EX 7)
    "purchases_officeinvoice": lambda h: {
        **by_person(h), "office_id": h.of("registers_officeabroad"), "supplier": "Elbolaget", "number": f"{h.next()}",
        "number_key": f"{h.next()}", "issue_date": DAY, "due_date": DAY, "amount": "80.00", "can_einvoice": False,
        "can_request": False, "can_memo": True, "can_mail": False, "reason": "sells on paper only",
    },
    "purchases_officedecision": lambda h: {
        **_decided(h, "offices", "ABROAD_MEMO"), "invoice_id": h.of("purchases_officeinvoice"),
    },
    "purchases_officememo": lambda h: {
        **by_person(h), "invoice_id": h.of("purchases_officeinvoice"), "version": h.next(),
        "digest": digest(f"memo {h.next()}"),
    },
    "purchases_officememoline": lambda h: {
        **_tracked(), "memo_id": another(h, "purchases_officememo"), "position": 1, "amount": "80.00",
    },
    "purchases_officeapproval": lambda h: {
        **drawn_up(h), "act": "review", "person_id": h.of("registers_person"), "given_at": AT, "comment": "",
    },
    "purchases_officepayment": lambda h: {
        "run_id": h.of("runs_run"), "invoice_id": another(h, "purchases_officeinvoice"),
        "voucher_id": h.of("ledger_voucher"), "means": "account", "day": DAY, "amount": "80.00", "receipt": "",
        "reviewed_by": "A. Attaché", "approved_by": "B. Consul",
    },
    "purchases_officeoriginal": lambda h: {
        **by_person(h), "invoice_id": another(h, "purchases_officeinvoice"), "document": digest(f"scan {h.next()}"),
    },
    # Statement lines (EX 10)
    "bank_linedecision": lambda h: {
        **_decided(h, "statement", "POSTED_BY_RULE"), "line_id": h.of("bank_line"),
    },
    "bank_lineposting": lambda h: {
        "run_id": h.of("runs_run"), "line_id": unpaid_line(h), "voucher_id": h.of("ledger_voucher"), "by": "rule",
        "rule_id": h.of("registers_statementrule"), "reason": "", "clause": "EX 10-a",
        "corrects_id": None,
    },
}  # fmt: skip


def by_a_card(h: House, **agreement: Any) -> Any:
    """A purchase of its own with a card of an agreement of its own: the unit's person's, in the travel system."""
    digits = f"{h.next() % 10_000:04d}"
    of = another(h, "registers_cardagreement", **agreement)
    another(h, "registers_paymentcard", agreement_id=of, digits=digits)
    return another(h, "purchases_cardpurchase", digits=digits)


def of_the_company(h: House) -> Any:
    """An invoice of its own of the company whose statement the unit has."""
    invoice = another(h, "purchases_purchaseinvoice")
    company = h.of("purchases_cardstatement", "company_id")
    another(h, "purchases_invoicesupplier", invoice_id=invoice, supplier_id=company)
    return invoice


def drawn_up(h: House) -> Row:
    """An invoice abroad of its own with its memo voucher, as an act names it."""
    invoice, drawn = another(h, "purchases_officeinvoice"), digest(f"drawn {h.next()}")
    another(h, "purchases_officememo", invoice_id=invoice, digest=drawn)
    return {"invoice_id": invoice, "digest": drawn}


def to_confirm(h: House) -> Any:
    """A match to a contract that waits for somebody's confirmation."""
    return another(
        h,
        "purchases_match",
        order_id=None,
        contract_id=h.of("purchases_contract"),
        waits=True,
        level="header",
    )


def matched(h: House, **amounts: str) -> Any:
    """An invoice of its own that the run matched to the unit's order."""
    invoice = another(h, "purchases_purchaseinvoice", **amounts)
    another(h, "purchases_match", invoice_id=invoice)
    return invoice


def credited(h: House) -> Any:
    """A payable to set off: a credit note of 125.50 euro."""
    note = matched(h, kind="credit", **_amounts("-100.00", "-25.50", "-125.50"))
    return another(h, "purchases_payable", invoice_id=note, amount="-125.50")


def released(h: House) -> Any:
    """The payment run that the unit's release let go."""
    return h.of("purchases_paymentrelease", "run_id")


def decided_to_pay(h: House, amount: str) -> Any:
    """A payable that the released run decided to pay so much of, to the supplier's account."""
    payable = another(h, "purchases_payable")
    account = h.of("registers_supplieraccount", "iban")
    inputs = {"pays": amount, "account": account}
    another(h, "purchases_payabledecision", run_id=released(h), payable_id=payable, inputs=inputs)
    return payable


def _amounts(net: str, vat: str, total: str) -> dict[str, str]:
    return {"net": net, "vat": vat, "total": total, "payable": total}


def _told_themselves(person: Any) -> Row:
    return {"person_id": person, "told_by_id": person}


def _coded(h: House) -> Row:
    """An invoice of its own with its coding, as an act names it."""
    invoice = another(h, "purchases_purchaseinvoice")
    coded = digest(f"coded {h.next()}")
    coding = another(h, "purchases_coding", invoice_id=invoice, digest=coded)
    another(h, "purchases_codingline", coding_id=coding)
    return {"invoice_id": invoice, "digest": coded}


def _planned_payments(h: House) -> Row:
    """A payment run that somebody else planned, as its release names it."""
    planner, planned = another(h, "registers_person"), digest(f"payments {h.next()}")
    run = another(
        h, "runs_run", name="payments", state="planned", applied_at=None, person_id=planner, digest=planned
    )
    return {"run_id": run, "digest": planned}


def unpaid_line(h: House) -> Any:
    """A line of a statement that tells of no payment of income, such as a fee."""
    return another(h, "bank_line", kind="other", payment_id=None, amount="-3.10")
