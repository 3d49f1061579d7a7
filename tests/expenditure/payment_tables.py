"""Payment as tables: payables with what stands against them, bans, and what becomes of each, in a crowd and alone.

on       DAY
term     KEY VALUE
supplier NAME [country C] [blocked] [none|match|close|impossible|unasked] [unapproved] [accounts N]
payable  NAME SUPPLIER AMOUNT due DAY [ref R] [says T] [to ACCOUNT] [other]
held     NAME
ban      NAME SUPPLIER [share S] [each E] [sum A] [from DAY] [ends DAY]
expect   NAME OUTCOME [pays A] [withheld A] [off A]      # clause

``to`` names the account on the invoice: 1 or 2 of the supplier's own, 9 of nobody. A negative amount is a credit.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from apart import asked_apart, halves
from cast import ALWAYS, AT, DAY, business_id, iban, inside, new_unit, person, plan_of, run, set_term
from income.tables import Line, Table, read
from reskontra.exchange.models import InboxFile
from reskontra.expenditure.payment.actions import Order, ban, end_ban, hold, release
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.purchases.models import (
    Coding,
    CodingLine,
    Contract,
    InvoiceApproval,
    InvoiceSupplier,
    Match,
    Payable,
    PayableDecision,
    PayableSettlement,
    PaymentBan,
    PurchaseInvoice,
    SupplierPayment,
)
from reskontra.registers.models import SpendingRight, Supplier, SupplierAccount, Unit
from reskontra.registers.posting import posting_account
from reskontra.registers.sorting import sort_key
from reskontra.runs.models import Run
from reskontra.runs.run import Result

_numbers = count(1)
_codes = count(660_001)
AUTHORITY = iban("99000000777777")
VERIFIED_AT = datetime(2026, 3, 1, 7, 0, tzinfo=AT.tzinfo)
_VERIFIED = {"match": "match", "close": "close", "none": "none", "impossible": "not_possible", "unasked": ""}


def supplier(
    name: str, *, blocked: str = "", country: str = "FI", kind: str = "company", **told: Any
) -> Supplier:
    """A supplier of the register, without an account yet."""
    number = next(_numbers)
    return Supplier.objects.create(
        number=f"S{number:08d}", kind=kind, name=f"Leverantör {name} {number} Ab", sort_key=sort_key(name),
        language="sv", business_id=business_id(20_000 + number), blocked=blocked, country=country, **told,
    )  # fmt: skip


def account(
    of: Supplier, *, verification: str = "", approved: bool = True, approved_at: datetime = AT
) -> SupplierAccount:
    """An account of a supplier, told by the centre's clerk and approved by somebody else."""
    return SupplierAccount.objects.create(
        supplier=of, iban=iban(f"99{next(_numbers):012d}"), bic="PROVFIHH", source="supplier",
        verification=verification, verified_at=VERIFIED_AT if verification else None,
        verified_by=person("cecilia") if verification else None,

        told_by=person("cecilia"), told_at=AT, approved_by=person("petra") if approved else None,
        approved_at=approved_at if approved else None,
    )  # fmt: skip


def a_run(where: Unit, name: str, on: date) -> Run:
    """An applied run. Called inside ``working_in``."""
    return Run.objects.create(
        unit=where, name=name, on_date=on, state="applied", person=person("cecilia"), planned_at=AT, applied_at=AT
    )  # fmt: skip


def payable(
    where: Unit,
    of: Supplier,
    amount: str | Decimal,
    due: date,
    *,
    reference: str = "",
    message: str = "",
    to: str = "",
    stream: str = "procurement",
    number: str = "",
    day: date = DAY,
    approver: str = "",
) -> Payable:
    """An invoice that a run matched to its supplier's agreement: its payable with a balanced voucher."""
    money, place = Decimal(amount), next(_numbers)
    with inside(where):
        by = a_run(where, "circulation", day)
        file = InboxFile.objects.create(
            unit=where, digest=f"{place:064x}", name=f"{place}.xml", kind="purchases", size=1,
            person=person("cecilia"), received_at=AT,
        )  # fmt: skip
        invoice = PurchaseInvoice.objects.create(
            unit=where, run=by, file=file, position=1, format="finvoice", channel="einvoice", received_date=day,
            stream=stream, voucher_type="XA" if stream == "procurement" else "XB",
            kind="invoice" if money > 0 else "credit", number=number or f"L{place}", number_key=f"{place}",
            issue_date=day, due_date=due, currency="EUR", net=money, vat=0, total=money, payable=money,
            seller_name=of.name, seller_key=of.business_id, iban=to, reference=reference, message=message,
        )  # fmt: skip
        InvoiceSupplier.objects.create(unit=where, invoice=invoice, supplier=of, run=by, given_at=AT)
        Match.objects.create(
            unit=where, run=by, given_at=AT, invoice=invoice, contract=_agreement(where, of, by), net=money,
            difference=0, waits=False, level="header", clause="EX 3-d",
        )  # fmt: skip
        if approver:
            coding = Coding.objects.create(
                unit=where, run=by, given_at=AT, invoice=invoice, version=1, digest="0" * 64, source="match"
            )
            CodingLine.objects.create(
                unit=where, coding=coding, position=1, net=money, vat=0, account="45000000"
            )
            SpendingRight.objects.create(unit=where, person=person(approver), validity=ALWAYS)
            InvoiceApproval.objects.create(
                unit=where, invoice=invoice, digest=coding.digest, act="approve", person=person(approver), given_at=AT
            )  # fmt: skip
        ledger = posting_account("payable_procurement" if stream == "procurement" else "payable_other", day)
        voucher = Voucher.objects.create(
            unit=where, run=by, kind="PU", year=day.year, number=take_numbers(where, "voucher PU", 1, day.year),
            posting_date=day,
        )  # fmt: skip
        Entry.objects.bulk_create(
            Entry(unit=where, voucher=voucher, position=at, account=one, amount=sign * money)
            for at, (one, sign) in enumerate((("45000000", 1), (ledger, -1)))
        )
        return Payable.objects.create(
            unit=where, run=by, invoice=invoice, voucher=voucher, supplier=of, account=ledger, amount=money,
            due_date=due, automatic=True,
        )  # fmt: skip


def _agreement(where: Unit, of: Supplier, by: Run) -> Contract:
    """The supplier's agreement with the unit, the same for all its invoices. Called inside ``working_in``."""
    known = Contract.objects.filter(unit=where, supplier=of).first()
    return known or Contract.objects.create(
        unit=where, run=by, number=f"VSK1{next(_numbers)}", version=1, supplier=of, name="Agreement",
        valid_from=date(2020, 1, 1), plan="budget", confirm=False, owner=person("kirsi"),
    )  # fmt: skip


def a_ban(where: Unit, of: Supplier, **order: Any) -> PaymentBan:
    """A ban on a supplier, with the authority's account and reference."""
    told = {
        "protocol": f"P{next(_numbers)}",
        "from_date": date(2026, 1, 1),
        "payee": "Ulosottolaitos",
        "iban": AUTHORITY,
        "reference": "1232",
        **order,
    }
    with inside(where) as acting:
        return ban(acting, of, Order(**told))


def released(where: Unit, on: date = DAY, room: PaymentRun | None = None, who: str = "petra") -> Run:
    """A plan of the clerk's that somebody else has released."""
    planned = plan_of(room or PaymentRun(), where, on).run
    with inside(where, who) as acting:
        release(acting, planned, planned.digest)
    return planned


def pay(where: Unit, on: date = DAY, room: PaymentRun | None = None) -> Result:
    """Plan, release and apply."""
    planned = released(where, on, room)
    return run(room or PaymentRun(), where, on, planned)


@dataclass(frozen=True)
class Fate:
    """What became of one payable: outcome, clause, and its money."""

    outcome: str
    clause: str | None
    money: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Ledger:
    """A table told into a unit: its payables by name."""

    table: Table
    where: Unit
    suppliers: dict[str, Supplier] = field(default_factory=dict)
    payables: dict[str, Payable] = field(default_factory=dict)

    def tell(self, only: Collection[str] | None = None) -> "Ledger":
        """Everything in the table; with ``only``, what concerns those suppliers."""
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        for line in self.table.all("supplier"):
            if only is None or line.words[0] in only:
                self.suppliers[line.words[0]] = _supplier(line)
        for line in self.table.all("payable"):
            if line.words[1] in self.suppliers:
                self.payables[line.words[0]] = self._payable(line)
        for line in self.table.all("held"):
            if line.words[0] in self.payables:
                with inside(self.where) as acting:
                    hold(acting, self.payables[line.words[0]], "a question")
        for line in self.table.all("ban"):
            if line.words[1] in self.suppliers:
                self._ban(line)
        return self

    def _payable(self, line: Line) -> Payable:
        words = [word for word in line.words[3:] if word != "other"]
        told = dict(zip(words[::2], words[1::2], strict=True))
        of = self.suppliers[line.words[1]]
        return payable(
            self.where, of, line.words[2], date.fromisoformat(told["due"]), reference=told.get("ref", ""),
            message=told.get("says", ""), to=_account_named(of, told.get("to", "")),
            stream="other" if "other" in line.words else "procurement",
        )  # fmt: skip

    def _ban(self, line: Line) -> None:
        told = dict(zip(line.words[2::2], line.words[3::2], strict=True))
        order: dict[str, Any] = {
            key: Decimal(told[word])
            for word, key in (("share", "share"), ("each", "each_invoice"), ("sum", "amount"))
            if word in told
        }
        if "from" in told:
            order["from_date"] = date.fromisoformat(told["from"])
        made = a_ban(self.where, self.suppliers[line.words[1]], **order)
        if "ends" in told:
            with inside(self.where) as acting:
                end_ban(acting, made, date.fromisoformat(told["ends"]))

    def planned(self) -> dict[str, Fate]:
        """What the rule says of every payable; one that is not due is only counted."""
        result = plan_of(PaymentRun(), self.where, self.table.on)
        with inside(self.where):
            told = {
                one.payable_id: Fate(one.outcome, one.clause, _money(one.inputs))
                for one in PayableDecision.objects.filter(unit=self.where, run=result.run)
            }
        waiting = sum(one.count for one in result.counts if one.outcome == "PAYABLE_NOT_DUE")
        assert waiting == len(self.payables) - len(told)
        return {
            name: told.get(one.pk, Fate("PAYABLE_NOT_DUE", "EX 9-a")) for name, one in self.payables.items()
        }


def _supplier(line: Line) -> Supplier:
    words = line.words[1:]
    country = words[words.index("country") + 1] if "country" in words else "FI"
    of = supplier(line.words[0], blocked="closed down" if "blocked" in words else "", country=country)
    many = int(words[words.index("accounts") + 1]) if "accounts" in words else 1
    verification = next((_VERIFIED[word] for word in words if word in _VERIFIED), "match")
    for _ in range(many):
        account(of, verification=verification, approved="unapproved" not in words,
                approved_at=datetime(2026, 2, 1, tzinfo=AT.tzinfo))  # fmt: skip
    return of


def _account_named(of: Supplier, told: str) -> str:
    if told in ("", "9"):
        return iban("99000000999999") if told else ""
    known = SupplierAccount.objects.filter(supplier=of).order_by("id")
    return known[int(told) - 1].iban


def _money(inputs: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    parts = {
        "pays": Decimal(inputs.get("pays", 0)),
        "withheld": sum(map(Decimal, inputs.get("withheld", {}).values()), Decimal(0)),
        "off": sum(map(Decimal, inputs.get("set_off", {}).values()), Decimal(0)),
    }
    return frozenset((key, format(amount, ".2f")) for key, amount in parts.items() if amount)


def decide_in_crowd_and_alone(text: str) -> Ledger:
    """Every payable becomes what the table expects, among all, asked for apart, and without half of the suppliers."""
    table = read(text)
    crowd = Ledger(table, new_unit(str(next(_codes)))).tell()
    expected = {line.words[0]: _expected(line) for line in table.all("expect")}
    assert expected.keys() == crowd.payables.keys()
    ids = {name: one.pk for name, one in crowd.payables.items()}
    alone = asked_apart(PaymentRun, crowd.where, table.on, ids)
    assert alone == {name: (fate.outcome, fate.clause) for name, fate in expected.items()}
    assert crowd.planned() == expected
    for together in halves({line.words[0]} for line in table.all("supplier")):
        apart = Ledger(table, new_unit(str(next(_codes)))).tell(together)
        assert apart.planned() == {name: expected[name] for name in apart.payables}
    return crowd


def _expected(line: Line) -> Fate:
    words = line.words[2:]
    return Fate(line.words[1], line.clause, frozenset(zip(words[::2], words[1::2], strict=True)))


def open_of(where: Unit, one: Payable) -> Decimal:
    """What is open of a payable, added up in Python. Called inside ``working_in``."""
    settled = PayableSettlement.objects.filter(unit=where, payable=one)
    return one.amount - sum((part.amount for part in settled), Decimal(0))


def in_books(where: Unit) -> Decimal:
    """What the ledger says is owed to suppliers, in euro. Called inside ``working_in``."""
    accounts = [posting_account(event, DAY) for event in ("payable_procurement", "payable_other")]
    return -sum((one.amount for one in Entry.objects.filter(unit=where, account__in=accounts)), Decimal(0))


def payments_of(where: Unit) -> list[SupplierPayment]:
    """The unit's payments in order. Called inside ``working_in``."""
    return list(SupplierPayment.objects.filter(unit=where).order_by("id"))
