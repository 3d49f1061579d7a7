"""The month of a unit that buys, day by day in one table: each word is an act or a run, each day ends with the books.

order    NUMBER SUPPLIER NET                       came NUMBER NET      (a negative amount corrects)
invoice  NAME SUPPLIER NET [for NUMBER] due DAY    comes as an e-invoice
match / circulate                                  the runs; ``is NAME OUTCOME`` is what matching said last
code|review|approve NAME WHO                       away WHO SUBSTITUTE FIRST LAST
ban      SUPPLIER SHARE SUM                        withheld of each invoice until the sum is reached; end-ban SUPPLIER
pay      GOES                                      planned, released, signed and sent: what the bank is asked to pay
rejects  NAME / accepts                            the bank's answer to the newest file; again NAME: it may be paid anew
states   [AMOUNT WHO ...]                          the statement of the day: our payments, and whatever else was debited
owed     AMOUNT                                    what is owed to suppliers in the evening, by facts and by the ledger

After every day the payables ledger is the open payables, every voucher balances and no invariant is broken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cast import business_id, iban, inside, person, unit
from expenditure.circulation_tables import BUDGET, COST, a_queue, furnish_expenditure, newest
from expenditure.intake_tables import a_supplier, an_invoice
from expenditure.payment_tables import AUTHORITY, in_books
from expenditure.statement_tables import a_rule, account
from income.tables import Line, read
from reskontra.bank.models import LineDecision
from reskontra.database.rows import rows
from reskontra.demo.bank_out import answer
from reskontra.documents.statement import Balance, Entry, Statement
from reskontra.exchange.inbox import receive
from reskontra.expenditure.circulation import actions as circulation
from reskontra.expenditure.circulation.absences import tell_absence
from reskontra.expenditure.circulation.coding import LineDraft
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.expenditure.intake.run import IntakeRun, inbox_kind
from reskontra.expenditure.intake.staging import FileInHand
from reskontra.expenditure.matching.orders import OrderLineTold, OrderTold, ReceiptTold, Tracking, keep_orders
from reskontra.expenditure.matching.orders import receive as receive_goods
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.expenditure.payment.actions import Order, ban, end_ban, hear_bank, release, unhold
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.expenditure.payment.sending import send_payments
from reskontra.expenditure.statement_posting.run import StatementPostingRun
from reskontra.income.bank_material.intake import take_in_bank_material
from reskontra.insight.invariants import broken
from reskontra.purchases.models import (
    InvoiceApproval,
    Payable,
    PaymentBan,
    PaymentFile,
    PurchaseDecision,
    PurchaseInvoice,
    SupplierPayment,
)
from reskontra.registers.models import Supplier, Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Room, apply, plan

SELLERS = {"kontor": 7001, "frakt": 7002, "verkstad": 7003}
MONTH = """
on        2026-03-16
day       2026-03-16                                   # orders are out, goods come, invoices come in
order     V1700001 kontor 400.00
order     V1700002 verkstad 1000.00
order     V1700003 frakt 300.00
came      V1700001 400.00
came      V1700003 300.00
invoice   A kontor 400.00 for V1700001 due 2026-03-23
invoice   B verkstad 1000.00 for V1700002 due 2026-03-30
invoice   C frakt 300.00 for V1700003 due 2026-03-23
invoice   D kontor 80.00 due 2026-03-30
match
is        A AUTO_APPROVED                              # EX 3-a
is        B NOT_RECEIVED                               # EX 3-a
is        C AUTO_APPROVED                              # EX 3-a
is        D NO_IDENTIFIER                              # EX 3-a
circulate
owed      878.50

day       2026-03-17                                   # what came is told wrong, and put right
came      V1700002 100.00
match
is        B NOT_RECEIVED                               # EX 3-a
came      V1700002 -100.00
came      V1700002 1000.00
match
is        B AUTO_APPROVED                              # EX 3-a
code      D kaj
circulate
owed      2133.50

day       2026-03-18                                   # the approver is away: her substitute acts
away      gunnar gerda 2026-03-18 2026-03-24
circulate
review    D maria
approve   D gerda
circulate
owed      2233.90

day       2026-03-20                                   # nobody pays the haulier all of it any more
ban       frakt 50 250.00
pay       0
owed      2233.90

day       2026-03-23                                   # two invoices fall due; the bank knows one account no more
pay       878.50
rejects   A
states
owed      1857.40

day       2026-03-24                                   # a second invoice of the haulier, and A once more
order     V1700004 frakt 200.00
came      V1700004 200.00
invoice   E frakt 200.00 for V1700004 due 2026-03-30
match
is        E AUTO_APPROVED                              # EX 3-a
circulate
again     A
pay       502.00
accepts
states    12.60 Fee
owed      1606.40

day       2026-03-30                                   # the rest: the ban takes what is left of its sum
pay       1606.40
accepts
states    86.40 Unknown
owed      0.00

day       2026-03-31                                   # the ban is over: the whole invoice goes to the haulier
end-ban   frakt
order     V1700005 frakt 100.00
came      V1700005 100.00
invoice   F frakt 100.00 for V1700005 due 2026-03-31
match
is        F AUTO_APPROVED                              # EX 3-a
circulate
pay       125.50
accepts
states
owed      0.00
"""


@dataclass
class Month:
    """A unit with its people, sellers, queues and a rule for the bank's fee; and the day that it is."""

    where: Unit
    on: date
    invoices: dict[str, PurchaseInvoice] = field(default_factory=dict)
    sellers: dict[str, Supplier] = field(default_factory=dict)
    files: list[PaymentFile] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    balance: Decimal = Decimal("0.00")

    def begin(self) -> None:
        furnish_expenditure(self.where)
        for name, digits in SELLERS.items():
            own = iban(f"9900{digits}000001")
            self.sellers[name] = a_supplier(name, business_id=business_id(digits), account=own)
        with inside(self.where):
            a_queue(self.where, "UNIT", "code", "kaj", "kirsi")
            a_queue(self.where, "REVIEW", "review", "maria")
            a_queue(self.where, "APPROVE", "approve", "gunnar")
            a_queue(self.where, "SOLVE", "solve", "kirsi")
        a_rule(self.where, "counterparty", "FEE", "45000000", purpose="expenditure")

    def at(self, hour: int = 10) -> datetime:
        return datetime.combine(self.on, time(hour), ZoneInfo("Europe/Helsinki"))

    def run(self, room: Room) -> None:
        with inside(self.where, "cecilia", self.at()) as acting:
            apply(room, acting, self.on)

    # --- words ---

    def order(self, number: str, seller: str, net: str) -> None:
        line = OrderLineTold(
            "goods", Decimal(net), vat_percent=Decimal("25.5"), coding=Tracking(account=COST)
        )
        with inside(self.where, "kirsi", self.at()) as acting:
            keep_orders(acting, [OrderTold(number, self.sellers[seller].number, self.on, [line])])

    def came(self, number: str, net: str) -> None:
        with inside(self.where, "kirsi", self.at()) as acting:
            receive_goods(acting, ReceiptTold(number, 1, self.on, "Kirsi", net=Decimal(net)))

    def invoice(self, name: str, seller: str, net: str, *more: str) -> None:
        said = dict(zip(more[::2], more[1::2], strict=True))
        own = business_id(SELLERS[seller])
        document = an_invoice(
            self.where, f"{name}-2026", format(Decimal(net) * Decimal("1.255"), ".2f"), order=said.get("for"),
            issue_date=self.on, supply_date=self.on, due_date=date.fromisoformat(said["due"]),
        )  # fmt: skip
        party = replace(
            document.seller, name=seller, business_id=own, vat_id=f"FI{own.replace('-', '')}",
            iban=iban(f"9900{SELLERS[seller]}000001"),
        )  # fmt: skip
        with inside(self.where, "cecilia", self.at()) as acting:
            kept = receive(acting, f"{name} {net}".encode(), f"{name}.xml", inbox_kind("einvoice")).file
            in_hand = FileInHand(kept.pk, kept.name, "einvoice", self.on, [replace(document, seller=party)])
            apply(IntakeRun([in_hand]), acting, self.on)
            self.invoices[name] = PurchaseInvoice.objects.get(unit=self.where, file=kept)

    def match(self) -> None:
        self.run(MatchingRun())

    def circulate(self) -> None:
        self.run(CirculationRun())

    def is_(self, name: str, outcome: str) -> None:
        with inside(self.where):
            found = PurchaseDecision.objects.filter(invoice=self.invoices[name], rule="matching")
            assert found.order_by("-run_id")[0].outcome == outcome, f"{name} on {self.on}"

    def code(self, name: str, who: str) -> None:
        one = self.invoices[name]
        assert one.net is not None
        assert one.vat is not None
        with inside(self.where, who, self.at()) as acting:
            circulation.code(
                acting, one, [LineDraft(one.net, one.vat, COST, Decimal("25.5"), budget_account=BUDGET)]
            )

    def review(self, name: str, who: str) -> None:
        self._act(circulation.review, name, who)

    def approve(self, name: str, who: str) -> None:
        made = self._act(circulation.approve, name, who)
        assert made.instead_of == person("gunnar")

    def _act(self, act: Callable[..., InvoiceApproval], name: str, who: str) -> InvoiceApproval:
        with inside(self.where, who, self.at()) as acting:
            digest = newest(self.where, self.invoices[name]).digest
            return act(acting, self.invoices[name], digest)

    def away(self, who: str, substitute: str, first: str, last: str) -> None:
        with inside(self.where, who, self.at()) as acting:
            days = date.fromisoformat(first), date.fromisoformat(last)
            tell_absence(acting, person(who), person(substitute), *days)

    def ban(self, seller: str, share: str, amount: str) -> None:
        order = Order("U-1/26", self.on, "Authority", AUTHORITY, "1232", Decimal(amount), Decimal(share))
        with inside(self.where, "cecilia", self.at()) as acting:
            ban(acting, self.sellers[seller], order)

    def end_ban(self, seller: str) -> None:
        with inside(self.where, "cecilia", self.at()) as acting:
            end_ban(acting, PaymentBan.objects.get(unit=self.where, supplier=self.sellers[seller]), self.on)

    def pay(self, goes: str) -> None:
        with inside(self.where, "cecilia", self.at(9)) as acting:
            planned = plan(PaymentRun(), acting, self.on).run
        with inside(self.where, "petra", self.at(10)) as acting:
            release(acting, planned, planned.digest)
        with inside(self.where, "cecilia", self.at(11)) as acting:
            apply(PaymentRun(), acting, self.on, Run.objects.get(pk=planned.pk, unit=self.where))
        assert {one.state for one in send_payments(self.where, self.at(12))} <= {"sent"}
        with inside(self.where):
            self.files = list(PaymentFile.objects.filter(unit=self.where, run=planned))
        assert sum((one.total for one in self.files), Decimal(0)) == Decimal(goes), self.on

    def rejects(self, name: str) -> None:
        with inside(self.where):
            of = Payable.objects.get(unit=self.where, invoice=self.invoices[name]).supplier
            mine = SupplierPayment.objects.get(
                unit=self.where, file__in=self.files, supplier=of, pays="supplier"
            )
        self.rejected = {mine.end_to_end_id}
        self.accepts()

    def accepts(self) -> None:
        for file in self.files:
            refused = dict.fromkeys(self.rejected, ("AC04", "closed"))
            data = answer(file.message_id, self.at(14), self._payments(file), refused)
            with inside(self.where, "cecilia", self.at(14)) as acting:
                heard = hear_bank(acting, data, "answer.xml")
            assert heard.rejected == len(self.rejected)

    def _payments(self, file: PaymentFile) -> list[tuple[str, Decimal]]:
        with inside(self.where):
            of = SupplierPayment.objects.filter(unit=self.where, file=file, undoes__isnull=True).order_by(
                "id"
            )
            return [(one.end_to_end_id, one.amount) for one in of]

    def again(self, name: str) -> None:
        with inside(self.where, "cecilia", self.at()) as acting:
            unhold(acting, Payable.objects.get(unit=self.where, invoice=self.invoices[name]))

    def states(self, *others: str) -> None:
        """The statement of the evening: each file as one debit without what was rejected, and other debits."""
        debits: list[tuple[Decimal, Mapping[str, str]]] = []
        for file in self.files:
            left = [amount for name, amount in self._payments(file) if name not in self.rejected]
            debits.append((sum(left, Decimal(0)), {"payment_information_id": file.message_id}))
        debits += [
            (Decimal(amount), {"payee": who, "end_to_end_id": "NOTPROVIDED"})
            for amount, who in zip(others[::2], others[1::2], strict=True)
        ]
        self.files, self.rejected = [], set()
        entries = tuple(
            Entry(-amount, self.on, archive_id=f"{self.on}-{place}", direction="debit", **said)
            for place, (amount, said) in enumerate(debits)
        )
        total = sum((one.amount for one in entries), Decimal("0.00"))
        balances = (
            Balance("OPBD", self.balance, "EUR", self.on),
            Balance("CLBD", self.balance + total, "EUR", self.on),
        )
        self.balance += total
        name = f"ST-{self.on}"
        statement = Statement(
            format="camt.053.001.08", account=account(self.where, "expenditure"), currency="EUR", entries=entries,
            statement_id=name, message_id=name, created=f"{self.on}T20:00:00", from_date=self.on, to_date=self.on,
            balances=balances,
        )  # fmt: skip
        with inside(self.where, "cecilia", self.at(21)) as acting:
            kept = receive(acting, name.encode(), f"{name}.xml", "import")
            take_in_bank_material(acting, kept, (statement,), self.on)
        self.run(StatementPostingRun())

    def owed(self, amount: str) -> None:
        with inside(self.where):
            assert in_books(self.where) == Decimal(amount), self.on

    # --- the evening ---

    def evening(self) -> None:
        """What always holds."""
        with inside(self.where):
            (open_,) = rows(
                "SELECT coalesce(sum(open), 0) AS open FROM purchases_payable_open WHERE unit_id = %s",
                [self.where.pk],
            )
            assert in_books(self.where) == open_["open"], self.on
            assert rows(
                "SELECT voucher_id FROM ledger_entry WHERE unit_id = %s GROUP BY 1 HAVING sum(amount) <> 0",
                [self.where.pk],
            ) == []  # fmt: skip
        assert broken([self.where.pk]) == [], self.on


@pytest.mark.usefixtures("database")
def test_a_month_of_purchases() -> None:
    """EX 1.2.1-a, EX 2.1-a, EX 3-a, EX 3.2-a, EX 8-a, EX 9-a, EX 10-a"""
    table = read(MONTH)
    month = Month(unit(), table.on)
    month.begin()
    for line in table.lines:
        if line.keyword == "day":
            month.evening()
            month.on = date.fromisoformat(line.words[0])
        elif line.keyword != "on":
            _say(month, line)
    month.evening()
    with inside(month.where):
        decided = LineDecision.objects.filter(unit=month.where).order_by("run_id")
        by_line = {one.line_id: one.outcome for one in decided}
        withheld = SupplierPayment.objects.filter(unit=month.where, pays="ban", undoes__isnull=True)
        assert sum(one.amount for one in withheld) == Decimal("250.00")
    assert sorted(by_line.values()) == ["NO_RULE", *["PAYMENT_FILE"] * 4, "RULE"]


def _say(month: Month, line: Line) -> None:
    word = {"is": "is_", "end-ban": "end_ban"}.get(line.keyword, line.keyword)
    getattr(month, word)(*line.words)
