"""Circulation as tables: invoices with what is known of them, and where each goes, in a crowd and alone.

term     KEY VALUE
queue    CODE STEP MEMBER [MEMBER …]
template REFERENCE QUEUE|- SHARE ACCOUNT BUDGET|- [SHARE ACCOUNT BUDGET|- …]
served   unit|centre                              the responsibility table's row for coding
away     PERSON SUBSTITUTE FIRST LAST
order    NUMBER ORDERER                           | contract NUMBER OWNER
invoice  NAME NET VAT due DAY|none [stream other] [number NUMBER] [supplier none] [currency USD]
found    NAME OUTCOME                             what matching said last: what it could not get past
intake   NAME OUTCOME STANDING                     what intake said of it | fault NAME error|warning, a finding of it
coded    NAME [BUDGET|-]                          | reviewed NAME | approved NAME | sent-back NAME | returned NAME
placed   NAME STEP QUEUE|PERSON
expect   NAME OUTCOME [QUEUE|PERSON]              # clause
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from apart import asked_apart, halves
from cast import ALWAYS, AT, DAY, HARBOUR, business_id, inside, new_unit, person, run, set_term, unit
from income.tables import Line, Table, read
from reskontra.exchange.models import InboxFile
from reskontra.expenditure.circulation.actions import approve, assign, code, return_for_work, review
from reskontra.expenditure.circulation.coding import LineDraft
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.purchases.models import (
    Assignment,
    Coding,
    Contract,
    InvoiceFinding,
    InvoiceIdentifier,
    InvoiceReturn,
    InvoiceSupplier,
    PurchaseDecision,
    PurchaseInvoice,
    PurchaseOrder,
    PurchaseVat,
)
from reskontra.registers.models import (
    Absence,
    Account,
    CodingTemplate,
    CodingTemplateLine,
    DimensionValue,
    Person,
    Responsibility,
    RoleAssignment,
    SpendingRight,
    Supplier,
    Unit,
    WorkQueue,
    WorkQueueMember,
)
from reskontra.registers.sorting import sort_key
from reskontra.runs.models import Run

COST, TRAVEL, BALANCE = "40000000", "41000000", "17510000"
BUDGET, OTHER_BUDGET = "29.10.01", "32.01.20"
_codes = count(660_001)
_files = count(1)
_KINDS = {"V1": "order", "VS": "contract", "TK": "posting"}


def furnish_expenditure(where: Unit) -> None:
    """Accounts, budget accounts and rights to spend; a supplier; more people of the unit."""
    for account, kind in ((COST, "expense"), (TRAVEL, "expense"), (BALANCE, "asset")):
        Account.objects.get_or_create(
            code=account,
            defaults={
                "name_sv": account, "name_fi": account, "name_en": account, "kind": kind, "sourced": False,
                "validity": ALWAYS,
            },
        )  # fmt: skip
    a_supplier()
    for username, role in (("saga", "SG"), ("gerda", "GK"), ("kaj", "K")):
        one = a_person(username)
        RoleAssignment.objects.get_or_create(person=one, role=role, in_unit=where, validity=ALWAYS)
    with inside(where):
        for budget_account in (BUDGET, OTHER_BUDGET):
            DimensionValue.objects.create(
                dimension="budget_account", code=budget_account, name="Outlay", in_unit=where, validity=ALWAYS
            )
        for username in ("gunnar", "hanna", "gerda"):
            SpendingRight.objects.create(unit=where, person=person(username), amount=None, validity=ALWAYS)


def a_person(username: str) -> Person:
    """Somebody more than the cast has."""
    found = Person.objects.filter(username=username).first()
    return found or Person.objects.create(
        username=username, name=username.title(), password="!", language="sv"
    )


def a_supplier(number: str = "S00001", language: str = "fi", kind: str = "company") -> Supplier:
    """A supplier of the register, made once."""
    identity = (
        {"business_id": business_id(700 + int(number[1:]))}
        if kind == "company"
        else {"technical_id": "4010190-0"}
    )
    found, _ = Supplier.objects.get_or_create(
        number=number,
        defaults={
            "kind": kind, "name": f"Toimittaja {number}", "sort_key": sort_key(number), "language": language,
            **identity,
        },
    )  # fmt: skip
    return found


def a_queue(where: Unit, name: str, step: str, *members: str) -> WorkQueue:
    """A queue with its members. Called inside ``working_in``."""
    queue = WorkQueue.objects.create(
        unit=where, code=name, name_sv=name, name_fi=name, name_en=name, step=step, validity=ALWAYS
    )
    for one in members:
        WorkQueueMember.objects.create(unit=where, queue=queue, person=person(one), validity=ALWAYS)
    return queue


def a_template(
    where: Unit, reference: str, queue: WorkQueue | None, lines: Sequence[tuple[str, str, str]]
) -> CodingTemplate:
    """A template of shares, accounts and budget accounts. Called inside ``working_in``."""
    template = CodingTemplate.objects.create(
        unit=where, reference=reference, name=reference, queue=queue, validity=ALWAYS
    )
    for place, (share, account, budget_account) in enumerate(lines, start=1):
        CodingTemplateLine.objects.create(
            unit=where, template=template, position=place, share=Decimal(share), account=account,
            budget_account=budget_account,
        )  # fmt: skip
    return template


def a_run(where: Unit, name: str, on: date = DAY) -> Run:
    """An applied run. Called inside ``working_in``."""
    return Run.objects.create(
        unit=where, name=name, on_date=on, state="applied", person=person("cecilia"), planned_at=AT, applied_at=AT
    )  # fmt: skip


def an_invoice(
    where: Unit,
    net: str = "100.00",
    vat: str = "25.50",
    *,
    due: date | None = DAY + timedelta(days=30),
    number: str = "",
    stream: str = "procurement",
    supplier: Supplier | None = None,
    known: bool = True,
    currency: str = "EUR",
    percent: str = "25.50",
) -> PurchaseInvoice:
    """An invoice as intake stores it, of a known supplier unless ``known`` is false; ``number``: V1, VSK1 or TK1."""
    with inside(where):
        place = next(_files)
        by = a_run(where, "intake")
        file = InboxFile.objects.create(
            unit=where, digest=f"{place:064d}", name="invoice.xml", kind="finvoice", size=1, person=person("cecilia"),
            received_at=AT,
        )  # fmt: skip
        invoice = PurchaseInvoice.objects.create(
            unit=where, run=by, file=file, position=1, format="finvoice", channel="einvoice", received_date=DAY,
            stream=stream, voucher_type="XA" if stream == "procurement" else "XB",
            kind="credit" if net.startswith("-") else "invoice", number=str(place), number_key=str(place),
            issue_date=DAY, due_date=due, supply_date=DAY, currency=currency, net=Decimal(net), vat=Decimal(vat),
            total=Decimal(net) + Decimal(vat), payable=Decimal(net) + Decimal(vat), seller_name="Toimittaja",
            seller_key="toimittaja",
        )  # fmt: skip
        if Decimal(vat):
            PurchaseVat.objects.create(
                unit=where, invoice=invoice, position=1, category="S", percent=Decimal(percent), base=invoice.net,
                amount=invoice.vat,
            )  # fmt: skip
        if known:
            InvoiceSupplier.objects.create(
                unit=where, invoice=invoice, run=by, supplier=supplier or a_supplier(), given_at=AT
            )
        if number:
            InvoiceIdentifier.objects.create(
                unit=where, invoice=invoice, run=by, given_at=AT, kind=_KINDS[number[:2]], value=number,
                field="order", right_field=True,
            )  # fmt: skip
    return invoice


def a_line(net: str = "100.00", vat: str = "25.50", budget_account: str = BUDGET, **more: Any) -> LineDraft:
    """A line of a coding that is right, unless something else is said."""
    percent = more.pop("vat_percent", Decimal("25.50") if Decimal(vat) else None)
    account = more.pop("account", COST if budget_account else BALANCE)
    return LineDraft(
        Decimal(net), Decimal(vat), account, vat_percent=percent, budget_account=budget_account, **more
    )


def newest(where: Unit, invoice: PurchaseInvoice) -> Coding:
    """The newest coding of an invoice. Called inside ``working_in``."""
    return Coding.objects.filter(unit=where, invoice=invoice).order_by("-version")[0]


@dataclass
class Round:
    """A table told into a unit: its invoices by name."""

    table: Table
    where: Unit
    invoices: dict[str, PurchaseInvoice] = field(default_factory=dict)

    def tell(self, only: Collection[str] | None = None) -> "Round":
        """Everything in the table; with ``only``, those invoices and what is told of them."""
        furnish_expenditure(self.where)
        about_all = {"term", "queue", "template", "served", "away", "order", "contract"}
        for line in self.table.lines:
            tell = getattr(self, "_" + line.keyword.replace("-", "_"), None)
            if tell and (only is None or line.keyword in about_all or line.words[0] in only):
                tell(*line.words)
        return self

    def decided(self) -> dict[str, tuple[str, str | None]]:
        """Outcome and clause of every invoice in one run; what waits in time has no decision of its own."""
        result = run(CirculationRun(), self.where, self.table.on)
        with inside(self.where):
            told = {
                one.invoice_id: (one.outcome, one.clause)
                for one in PurchaseDecision.objects.filter(unit=self.where, run=result.run)
            }
        waits = sum(count.count for count in result.counts if count.outcome == "CIRCULATION_WAIT")
        names = {name: told.get(one.pk) for name, one in self.invoices.items()}
        assert waits + len(told) <= len(names)
        left = {"CIRCULATION_WAIT": "EX 3.2-a"} if waits else {}
        (other,) = left.items() or (("NOT_CIRCULATING", None),)
        return {name: one or other for name, one in names.items()}

    def place(self, name: str) -> str:
        """The queue or the person that an invoice was last given to."""
        with inside(self.where):
            newest_place = Assignment.objects.filter(invoice=self.invoices[name]).order_by("-id").first()
            if newest_place is None:
                return ""
            if newest_place.queue:
                return newest_place.queue.code
            assert newest_place.to_person
            return newest_place.to_person.username

    def _term(self, key: str, value: str) -> None:
        set_term(self.where, key, value)

    def _queue(self, name: str, step: str, *members: str) -> None:
        with inside(self.where):
            a_queue(self.where, name, step, *members)

    def _template(self, reference: str, queue: str, *lines: str) -> None:
        told = [tuple(lines[at : at + 3]) for at in range(0, len(lines), 3)]
        with inside(self.where):
            named = WorkQueue.objects.filter(unit=self.where, code=queue).first()
            a_template(self.where, reference, named, [(s, a, "" if b == "-" else b) for s, a, b in told])

    def _served(self, party: str) -> None:
        with inside(self.where):
            Responsibility.objects.create(
                unit=self.where, step="code_expenditure", party=party, validity=ALWAYS, clause="EX 1.2.2-a"
            )

    def _away(self, who: str, substitute: str, first: str, last: str) -> None:
        days = DateRange(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))
        with inside(self.where):
            Absence.objects.create(
                unit=self.where, person=person(who), substitute=person(substitute), validity=days,
                told_by=person(who),
            )  # fmt: skip

    def _order(self, number: str, orderer: str) -> None:
        with inside(self.where):
            PurchaseOrder.objects.create(
                unit=self.where, run=a_run(self.where, "orders"), number=number, supplier=a_supplier(),
                ordered_date=DAY, orderer=person(orderer),
            )  # fmt: skip

    def _contract(self, number: str, owner: str) -> None:
        with inside(self.where):
            Contract.objects.create(
                unit=self.where, run=a_run(self.where, "contracts"), number=number, version=1, supplier=a_supplier(),
                name="Agreement", valid_from=DAY, plan="budget", confirm=False, owner=person(owner),
            )  # fmt: skip

    def _invoice(self, name: str, net: str, vat: str, _due: str, day: str, *more: str) -> None:
        told = dict(zip(more[::2], more[1::2], strict=True))
        self.invoices[name] = an_invoice(
            self.where, net, vat, due=None if day == "none" else date.fromisoformat(day),
            number=told.get("number", ""), stream=told.get("stream", "procurement"),
            known="supplier" not in told, currency=told.get("currency", "EUR"),
        )  # fmt: skip

    def _found(self, name: str, outcome: str) -> None:
        with inside(self.where):
            PurchaseDecision.objects.create(
                unit=self.where, run=a_run(self.where, "matching", self.table.on), invoice=self.invoices[name],
                rule="matching", outcome=outcome, clause="EX 3-a", amount=1,
                standing="LEFT" if outcome == "HAS_POSTING_REFERENCE" else "REVIEW",
            )  # fmt: skip

    def _intake(self, name: str, outcome: str, standing: str) -> None:
        with inside(self.where):
            PurchaseDecision.objects.create(
                unit=self.where, run=a_run(self.where, "purchase_intake", self.table.on), invoice=self.invoices[name],
                rule="intake", outcome=outcome, standing=standing, clause="EX 5.1-a", amount=1,
            )  # fmt: skip

    def _fault(self, name: str, severity: str) -> None:
        with inside(self.where):
            InvoiceFinding.objects.create(
                unit=self.where, invoice=self.invoices[name], position=1, rule="purchase_total", severity=severity,
            )  # fmt: skip

    def _coded(self, name: str, budget_account: str = BUDGET) -> None:
        invoice = self.invoices[name]
        budget = "" if budget_account == "-" else budget_account
        with inside(self.where, self._coder()) as acting:
            code(acting, invoice, [a_line(str(invoice.net), str(invoice.vat), budget)])

    def _coder(self) -> str:
        return "cecilia" if self.table.all("served") else "kirsi"

    def _reviewed(self, name: str) -> None:
        with inside(self.where, "maria") as acting:
            review(acting, self.invoices[name], newest(self.where, self.invoices[name]).digest)

    def _approved(self, name: str) -> None:
        with inside(self.where, "gunnar") as acting:
            approve(acting, self.invoices[name], newest(self.where, self.invoices[name]).digest)

    def _sent_back(self, name: str) -> None:
        with inside(self.where, "maria") as acting:
            digest = newest(self.where, self.invoices[name]).digest
            return_for_work(acting, self.invoices[name], digest, "wrong account")

    def _returned(self, name: str) -> None:
        with inside(self.where):
            InvoiceReturn.objects.create(
                unit=self.where, invoice=self.invoices[name], day=DAY, reason="not_ours", clause="EX 3-a",
                person=person("kirsi"), given_at=AT,
            )  # fmt: skip

    def _placed(self, name: str, step: str, where_to: str) -> None:
        with inside(self.where, "kirsi") as acting:
            queue = WorkQueue.objects.filter(unit=self.where, code=where_to).first()
            to = None if queue else person(where_to)
            assign(acting, self.invoices[name], step, queue=queue, person=to)


def circulate_in_crowd_and_alone(text: str) -> Round:
    """Every invoice goes where the table expects, among all, asked for apart, and without half of the others."""
    table = read(text)
    told = Round(table, unit(HARBOUR)).tell()
    expected = {line.words[0]: (line.words[1], line.clause) for line in table.all("expect")}
    assert expected.keys() == told.invoices.keys()
    ids = {name: invoice.pk for name, invoice in told.invoices.items()}
    assert asked_apart(CirculationRun, told.where, table.on, ids) == expected
    assert told.decided() == expected
    _in_place(told, table.all("expect"))
    for together in halves({name} for name in told.invoices):
        apart = Round(table, new_unit(str(next(_codes)))).tell(together)
        assert apart.decided() == {name: expected[name] for name in together}
        _in_place(apart, [line for line in table.all("expect") if line.words[0] in together])
    return told


def _in_place(told: Round, expected: Sequence[Line]) -> None:
    for line in expected:
        if len(line.words) > 2:
            assert told.place(line.words[0]) == line.words[2], line
