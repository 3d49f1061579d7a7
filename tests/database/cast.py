"""A cast of rows: two units, and one honest row in every table of each, written as plain SQL.

``House.row`` gives an honest row of a table; a test changes one thing in it and asks whether the database refuses.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from reskontra.database import server

Row = dict[str, Any]
DAY = "2026-03-16"
AT = "2026-03-16 09:00+02"
ALWAYS = "[2020-01-01,)"


@dataclass
class House:
    """One unit and its newest row of every table; ``next`` never gives the same number twice."""

    admin: psycopg.Connection[Any]
    unit: int = 0
    code: str = ""
    have: dict[str, Row] = field(default_factory=dict)
    _count: Iterator[int] = field(default_factory=lambda: _NUMBERS)

    def next(self) -> int:
        """A number that no other row has."""
        return next(self._count)

    def of(self, table: str, column: str = "id") -> Any:
        """A value of this unit's row in ``table``."""
        return self.have[table][column]

    def row(self, table: str, **changes: Any) -> Row:
        """An honest new row of ``table``, with ``changes``; a callable is asked with the house."""
        made = {**(self.unit_column(table)), **HONEST[table](self)}
        for column, value in changes.items():
            made[column] = value(self) if callable(value) else value
        return made

    def unit_column(self, table: str) -> Row:
        """``unit_id``, for the tables that have one."""
        return {} if table in STATE_WIDE else {"unit_id": self.unit}

    def add(self, table: str, **changes: Any) -> Row:
        """Store a row as the preparing login and keep it as the unit's row of the table."""
        self.have[table] = insert(self.admin, table, self.row(table, **changes))
        return self.have[table]


_NUMBERS = count(1)


def digest(number: object) -> str:
    """A digest, as SHA-256 in hex."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def insert(connection: psycopg.Connection[Any], table: str, row: Mapping[str, Any]) -> Row:
    """INSERT one row; gives it back as it was stored."""
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [_stored(value) for value in row.values()])
        assert cursor.description is not None
        names = [column.name for column in cursor.description]
        found = cursor.fetchone()
    assert found is not None
    return dict(zip(names, found, strict=True))


def copy(connection: psycopg.Connection[Any], table: str, rows: list[Row]) -> None:
    """COPY rows into ``table``."""
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    )
    with connection.cursor() as cursor, cursor.copy(query) as stream:
        for row in rows:
            stream.write_row([_stored(value) for value in row.values()])


def _stored(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) else value


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
    "claims_claim": lambda h: {
        "run_id": h.of("runs_run"), "invoice_id": h.of("sales_invoice"), "payer_id": h.of("registers_customer"),
        "reference": str(h.next()), "public_law": True, "amount": "100.00", "due_date": "2026-04-07",
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
        "treatment": "income",
    },
    "claims_writeoff": lambda h: {
        **_settled(h, "OC 4.3-a"), "claim_id": h.of("claims_claim"), "ground": "small_remainder",
    },
    "claims_paymentreversal": lambda h: {
        "run_id": h.of("runs_run"), "payment_id": paid(h, "100.00"), "reversal_id": paid(h, "-100.00"),
        "amount": "100.00",
    },
    "claims_summonsstatement": lambda h: {
        "kind": "court", "day": DAY, "customer_id": h.of("registers_customer"), "claim_id": None, "reason": "",
        "statement": "helsinki", "person_id": h.of("registers_person"), "given_at": AT,
    },
    "claims_paymentpointing": lambda h: {
        "payment_id": h.of("bank_payment"), "turn": h.next(), "position": 1, "claim_id": h.of("claims_claim"),
        "amount": None, "reason": "told by the payer", "person_id": h.of("registers_person"), "given_at": AT,
    },
}  # fmt: skip


def _settled(h: House, clause: str) -> Row:
    return {
        "run_id": h.of("runs_run"),
        "voucher_id": h.of("ledger_voucher"),
        "amount": "1.00",
        "clause": clause,
        "undoes_id": None,
    }


def claimed(h: House, amount: str) -> Any:
    """One more claim of the unit, beside the one that its rows use."""
    invoice = insert(h.admin, "sales_invoice", h.row("sales_invoice"))["id"]
    return insert(h.admin, "claims_claim", h.row("claims_claim", amount=amount, invoice_id=invoice))["id"]


def paid(h: House, amount: str) -> Any:
    """One more payment of the unit, beside the one that its rows use."""
    return insert(h.admin, "bank_payment", h.row("bank_payment", amount=amount))["id"]


STATE_WIDE = frozenset(
    "registers_" + name
    for name in (
        "unit", "person", "roleassignment", "country", "customer", "item", "account", "postingaccount",
        "dimensionvalue", "vatrate",
    )
)  # fmt: skip


def _letters(number: int) -> str:
    return chr(65 + number // 26 % 26) + chr(65 + number % 26)


def move_in(admin: psycopg.Connection[Any]) -> House:
    """A unit with one honest row in every table; one of its orders is decided, reviewed, invoiced and sent."""
    house = House(admin)
    house.unit = house.add("registers_unit")["id"]
    house.code = house.of("registers_unit", "code")
    for table in HONEST:
        if table == "registers_unit":
            continue
        if table == "ledger_voucher":
            post(house)
        elif table == "sales_billingrequest":
            bill(house)
        elif table == "sales_invoicedorder":
            house.add("sales_orderdecision", rule="orders", outcome="READY", standing="READY")
            house.add(table)
        elif table in {"sales_deliveryreport", "sales_archivereturn"}:
            house.add(table, rows=1)
        elif table == "sales_invoicelistapproval":
            list_of(house)
        elif table not in {"ledger_entry", "sales_billingrow", "sales_order"}:
            house.add(table)
    return house


def post(house: House) -> int:
    """A balanced voucher of two entries; its id."""
    house.add("ledger_voucher")
    house.add("ledger_entry", amount="-100.00", account="30000000")
    house.add("ledger_entry")
    return int(house.of("ledger_voucher"))


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


@contextmanager
def logged_in(postgres: server.Server, role: str, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of one of our roles, outside Django; what it did is taken back at the end."""
    with psycopg.connect(**postgres.address(role, database)) as connection:
        try:
            yield connection
        finally:
            connection.rollback()


def work_in(connection: psycopg.Connection[Any], *units: int) -> None:
    """See these units until the transaction ends, as ``working_in`` does."""
    connection.execute("SELECT set_config('reskontra.units', %s, true)", (",".join(map(str, units)),))


def constraint_of(problem: psycopg.Error) -> str:
    """The name of the constraint that refused."""
    return problem.diag.constraint_name or ""
