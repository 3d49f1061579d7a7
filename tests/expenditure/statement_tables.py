"""Statement lines as tables: standing rules, payments of our own on their way, and what becomes of each line.

rule   NAME POSITION FIELD PATTERN ACCOUNT [in] [on PURPOSE] [from DAY] [to DAY] [by 10-b] [budget B] [unapproved]
sent   FILE NAME AMOUNT [batch ID]              a payment to a supplier; its end-to-end id is NAME
undone NAME                                     it was refused, or came back
line   NAME AMOUNT [on PURPOSE] [day DAY] [pending] [FIELD VALUE ...]
posted                                          the run posts what it may, before the lines below it
expect NAME OUTCOME [RULE]                      # clause

Fields: batch (payment information id), id (end-to-end id), instruction, debtor (ultimate), code, who (counterparty),
iban, reference, message. Words are as ``shlex`` reads them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count, groupby
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from apart import thirds
from cast import ALWAYS, AT, inside, new_unit, person, run, unit
from income.bank_tables import File, account, ask, take_in
from income.tables import Line, Table, read
from reskontra.bank.models import Line as BankLine
from reskontra.bank.models import LineDecision
from reskontra.documents.statement import Balance, Entry, Statement
from reskontra.exchange.models import OutboxFile
from reskontra.expenditure.statement_posting.run import StatementPostingRun
from reskontra.ledger.models import Entry as LedgerEntry
from reskontra.ledger.models import Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.purchases.models import PaymentFile, PaymentRelease, SupplierPayment
from reskontra.registers.models import StatementRule, Supplier, SupplierAccount, Unit, UnitAccount
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run

BANK, UNEXPLAINED, IN_TRANSIT, REFUNDS = "19500000", "26200090", "25700190", "17900100"
WAGES, FEES, CARDS, SWEEP = "41000000", "45000000", "17500000", "20830"

FIELDS = {
    "batch": "payment_information_id", "id": "end_to_end_id", "instruction": "instruction_id",
    "debtor": "ultimate_debtor", "code": "transaction_code", "who": "counterparty",
    "iban": "counterparty_account", "reference": "reference", "message": "message",
}  # fmt: skip
_FLAGS = frozenset({"in", "pending", "unapproved"})
_codes = count(670_001)
_numbers = count(1)
SUPPLIER_ACCOUNT = "FI2112345600000785"


@dataclass
class Told:
    """A table told into a unit: its rules, payments and lines by name."""

    table: Table
    where: Unit
    rules: dict[str, StatementRule] = field(default_factory=dict)
    payments: dict[str, SupplierPayment] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    files: dict[str, PaymentFile] = field(default_factory=dict)

    def tell(self) -> "Told":
        """Everything in the table in its order. Lines side by side come in one statement."""
        for keyword, told in groupby(self.table.lines, key=lambda one: one.keyword):
            if keyword == "line":
                self._lines(list(told))
                continue
            for one in told:
                if keyword in ("rule", "sent", "undone", "posted"):
                    getattr(self, f"_{keyword}")(one)
        return self

    def decided(self, asked: Collection[str] | None = None) -> dict[str, tuple[Any, ...]]:
        """Outcome, clause and rule of every line (or of those asked for) in one run more."""
        lines = None if asked is None else [self.lines[name] for name in asked]
        result = run(StatementPostingRun(lines), self.where, self.table.on)
        names = {pk: name for name, pk in self.lines.items()}
        by_rule = {rule.pk: name for name, rule in self.rules.items()}
        with inside(self.where):
            return {
                names[one.line_id]: (
                    one.outcome, one.clause,
                    tuple(by_rule[rule] for rule in one.inputs.get("rules", ())) if one.outcome == "RULE" else (),
                )
                for one in LineDecision.objects.filter(unit=self.where, run=result.run)
            }  # fmt: skip

    def books(self) -> dict[str, Decimal]:
        """The ledger by account, without what is at nothing."""
        return balances_of(self.where)

    def _rule(self, told: Line) -> None:
        name, position, sought, pattern, code = told.words[:5]
        said = options(told.words[5:])
        self.rules[name] = a_rule(
            self.where, FIELDS[sought], pattern, code, position=int(position), name=name,
            direction="in" if "in" in said else "out", purpose=said.get("on"), clause=f"EX {said.get('by', '10-a')}",
            first=said.get("from"), last=said.get("to"), budget_account=said.get("budget", ""),
            approved="unapproved" not in said,
        )  # fmt: skip

    def _sent(self, told: Line) -> None:
        file, name, amount = told.words[:3]
        said = options(told.words[3:])
        if file not in self.files:
            together = [Decimal(one.words[2]) for one in self.table.all("sent") if one.words[0] == file]
            self.files[file] = a_payment_file(self.where, file, together, self.table.on)
        self.payments[name] = a_supplier_payment(
            self.where, self.files[file], name, amount, self.table.on, said.get("batch", file)
        )

    def _undone(self, told: Line) -> None:
        undo(self.where, self.payments[told.words[0]], self.table.on)

    def _posted(self, told: Line) -> None:
        run(StatementPostingRun(), self.where, self.table.on)

    def _lines(self, rows: Sequence[Line]) -> None:
        for purpose in ("expenditure", "income"):
            mine = [one for one in rows if options(one.words[2:]).get("on", "expenditure") == purpose]
            if mine:
                take_in(self.where, a_statement(self.where, purpose, mine, self.table.on))
        with inside(self.where):
            names = {one.words[0] for one in rows}
            found = BankLine.objects.filter(unit=self.where, archive_id__in=names)
            self.lines |= dict(found.values_list("archive_id", "id"))
        assert names <= self.lines.keys()


def options(words: Sequence[str]) -> dict[str, str]:
    """The words behind the first ones, as option and value; a flag is its own value."""
    left, said = iter(words), {}
    for word in left:
        said[word] = word if word in _FLAGS else next(left)
    return said


def a_rule(
    where: Unit,
    sought: str,
    pattern: str,
    code: str,
    *,
    position: int = 10,
    name: str = "rule",
    direction: str = "out",
    purpose: str | None = None,
    clause: str = "EX 10-a",
    first: str | None = None,
    last: str | None = None,
    budget_account: str = "",
    approved: bool = True,
) -> StatementRule:
    """A standing rule that Kirsi told and Petra approved."""
    days = DateRange(
        (first and date.fromisoformat(first)) or ALWAYS.lower, last and date.fromisoformat(last), "[]"
    )
    with inside(where):
        return StatementRule.objects.create(
            unit=where, position=position, name=name, field=sought, pattern=pattern, direction=direction, account=code,
            budget_account=budget_account, clause=clause, validity=days, told_by=person("kirsi"),
            bank_account=UnitAccount.objects.get(unit=where, purpose=purpose) if purpose else None,
            approved_by=person("petra") if approved else None, approved_at=AT if approved else None,
        )  # fmt: skip


def a_statement(
    where: Unit, purpose: str, rows: Sequence[Line], on: date, opening: str | None = None
) -> File:
    """One statement of ``on`` with the lines of a table; it begins where the account's latest one ended."""
    entries = [_entry(row, on) for row in rows]
    booked = tuple(one for one in entries if one.status == "BOOK")
    number = f"ST-{next(_numbers)}"
    before = ask(
        where,
        "SELECT m.closing FROM bank_material m JOIN registers_unitaccount a ON a.id = m.account_id"
        " WHERE m.unit_id = %(unit)s AND a.purpose = %(purpose)s ORDER BY m.id DESC LIMIT 1",
        purpose=purpose,
    )
    first = Decimal(opening) if opening is not None else (before[0][0] if before else Decimal("0.00"))
    total = sum((one.amount for one in booked), Decimal("0.00"))
    days = [one.booking_date or on for one in entries]
    balances = (Balance("OPBD", first, "EUR", min(days)), Balance("CLBD", first + total, "EUR", max(days)))
    return File(
        number,
        (
            Statement(
                format="camt.053.001.02", account=account(where, purpose), currency="EUR", entries=booked,
                pending=tuple(one for one in entries if one.status != "BOOK"), statement_id=number, message_id=number,
                created=f"{on}T20:00:00", from_date=min(days), to_date=max(days), balances=balances,
            ),
        ),
    )  # fmt: skip


def _entry(row: Line, on: date) -> Entry:
    name, amount = row.words[:2]
    said = options(row.words[2:])
    out = amount.startswith("-")
    return Entry(
        amount=Decimal(amount), booking_date=date.fromisoformat(said["day"]) if "day" in said else on,
        archive_id=name, payment_information_id=said.get("batch"), end_to_end_id=said.get("id"),
        instruction_id=said.get("instruction"), ultimate_debtor=said.get("debtor"), transaction_code=said.get("code"),
        payee=said.get("who") if out else None, payer=None if out else said.get("who"),
        payee_account=said.get("iban") if out else None, payer_account=None if out else said.get("iban"),
        reference=said.get("reference"), message=said.get("message"), direction="debit" if out else "credit",
        status="PDNG" if "pending" in said else "BOOK",
    )  # fmt: skip


def a_supplier() -> Supplier:
    """Somebody who is paid."""
    found, _ = Supplier.objects.get_or_create(
        number="990001",
        defaults={
            "kind": "company",
            "name": "Provleverans Ab",
            "sort_key": "provleverans",
            "business_id": "9900001-2",
        },
    )
    SupplierAccount.objects.get_or_create(
        supplier=found,
        iban=SUPPLIER_ACCOUNT,
        defaults={
            "source": "register", "told_by": person("cecilia"), "told_at": AT, "approved_by": person("kirsi"),
            "approved_at": AT,
        },
    )  # fmt: skip
    return found


def a_payment_file(where: Unit, name: str, amounts: Sequence[Decimal], on: date) -> PaymentFile:
    """A payment file that went out from the expenditure account."""
    with inside(where):
        by = Run.objects.create(
            unit=where, name="payment", on_date=on, state="applied", person=person("cecilia"), planned_at=AT,
            applied_at=AT, digest="0" * 64,
        )  # fmt: skip
        PaymentRelease.objects.create(
            unit=where, run=by, digest=by.digest, act="approve", person=person("kirsi"), given_at=AT
        )
        total = sum(amounts, Decimal(0))
        file = OutboxFile.objects.create(
            unit=where, run=by, name=f"pain-{where.code}-{next(_numbers)}", digest="0" * 64, size=1,
            documents=len(amounts), amount=total, channel="pain.001", built_at=AT,
        )  # fmt: skip
        return PaymentFile.objects.create(
            unit=where, run=by, file=file, message_id=name, version="001.001.09", count=len(amounts), total=total,
            account=UnitAccount.objects.get(unit=where, purpose="expenditure"),
        )  # fmt: skip


def a_supplier_payment(
    where: Unit, file: PaymentFile, name: str, amount: str, on: date, batch: str
) -> SupplierPayment:
    """One payment of a file, and its voucher: the payable against what is on its way."""
    money = Decimal(amount)
    with inside(where):
        return SupplierPayment.objects.create(
            unit=where, run_id=file.run_id, file=file, pays="supplier", supplier=a_supplier(), amount=money,
            payment_date=on, payee="Provleverans Ab", iban=SUPPLIER_ACCOUNT, end_to_end_id=name,
            payment_information_id=batch, voucher=_voucher(where, file.run_id, on, money),
        )  # fmt: skip


def undo(where: Unit, payment: SupplierPayment, on: date) -> None:
    """The counter-fact of a payment that was refused or came back."""
    with inside(where):
        SupplierPayment.objects.create(
            unit=where, run_id=payment.run_id, file=payment.file, pays="supplier", supplier=payment.supplier,
            amount=-payment.amount, payment_date=on, payee=payment.payee, iban=payment.iban, undoes=payment,
            voucher=_voucher(where, payment.run_id, on, -payment.amount),
        )  # fmt: skip


def _voucher(where: Unit, by: int, on: date, amount: Decimal) -> Voucher:
    voucher = Voucher.objects.create(
        unit=where, run_id=by, kind="PA", year=on.year, number=take_numbers(where, "voucher PA", 1, on.year),
        posting_date=on,
    )  # fmt: skip
    LedgerEntry.objects.bulk_create(
        LedgerEntry(unit=where, voucher=voucher, position=place, account=code, amount=money)
        for place, (code, money) in enumerate(
            (
                (posting_account("payable_procurement", on), amount),
                (posting_account("supplier_payments_in_transit", on), -amount),
            ),
            1,
        )
    )
    return voucher


def balances_of(where: Unit) -> dict[str, Decimal]:
    """The ledger of a unit by account, without what is at nothing."""
    return dict(
        ask(
            where,
            "SELECT account, sum(amount) FROM ledger_entry WHERE unit_id = %(unit)s GROUP BY 1 HAVING sum(amount) <> 0",
        )
    )


def decide_in_crowd_and_alone(text: str) -> Told:
    """Every line becomes what the table expects, in one run with all and asked for apart before it."""
    table = read(text)
    expected = {one.words[0]: (one.words[1], one.clause, tuple(one.words[2:])) for one in table.all("expect")}
    apart = Told(table, new_unit(str(next(_codes)))).tell()
    for third in thirds(expected):
        assert apart.decided(third) == {name: expected[name] for name in third}
    books = Told(table, unit()).tell()
    assert books.decided() == expected
    return books
