"""Purchases by card as tables: agreements, statements, receipts, codings, invoices, and what becomes of each purchase.

agreement  IDENTIFIER international|PROFILE person|organisation travel|invoice
template   IDENTIFIER ACCOUNT [BUDGET]              what the posting reference stands for
card       DIGITS IDENTIFIER [holder H] [to DAY]
buy        NAME DIGITS AMOUNT [day DAY] [statement S] [billed NUMBER] [holder H]
receipt    NAME | code NAME ACCOUNT [BUDGET] | transfer NAME CLAIM ACCOUNT
invoice    NAME NUMBER TOTAL IDENTIFIER [rows A,B,C] [vat V] [by other]
belongs    STATEMENT INVOICE                        somebody tells it
difference INVOICE AMOUNT
ran                                                 the run, before the lines below it
expect     NAME OUTCOME [also OUTCOME …]            # clause
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import count, groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateRange

from apart import thirds
from cast import ALWAYS, AT, business_id, inside, new_unit, run, unit
from expenditure.circulation_tables import a_template, furnish_expenditure
from expenditure.purchase_cast import a_run, invoice
from income.tables import Line, Table, read
from reskontra.documents.card_statement import CardPurchase as Told
from reskontra.documents.card_statement import CardStatement as Document
from reskontra.exchange.inbox import receive
from reskontra.expenditure.cards.actions import (
    attach_receipt,
    code_purchase,
    explain_difference,
    name_invoice,
    settle_by_travel,
)
from reskontra.expenditure.cards.run import CardsRun
from reskontra.expenditure.cards.statements import take_in_card_statement
from reskontra.kernel.purchase_numbers import number_key
from reskontra.purchases.models import (
    CardPurchase,
    CardPurchaseDecision,
    CardStatement,
    InvoiceSupplier,
    PurchaseInvoice,
)
from reskontra.purchases.parts import Part
from reskontra.registers.models import CardAgreement, PaymentCard, Supplier, Unit
from reskontra.registers.sorting import sort_key

COMPANY = "Provkortet Ab"
CLEARING, FEES = "17500000", "45000000"
_codes = count(690_001)
_files = count(1)


def the_company() -> Supplier:
    """The card company, made when it is first asked for."""
    found, _ = Supplier.objects.get_or_create(
        number="S990077",
        defaults={
            "kind": "company", "name": COMPANY, "sort_key": sort_key(COMPANY), "business_id": business_id(977),
        },
    )  # fmt: skip
    return found


def an_agreement(where: Unit, identifier: str, kind: str, issued_to: str, way: str) -> CardAgreement:
    """Cards of one kind. Called inside ``working_in``."""
    international = kind == "international"
    return CardAgreement.objects.create(
        unit=where, identifier=identifier, name=identifier, company=the_company(), issued_to=issued_to, way=way,
        kind="international" if international else "procurement", profile="" if international else kind,
        validity=ALWAYS,
    )  # fmt: skip


def a_statement(number: str, on: date, rows: Sequence[Told], billed: str = "") -> Document:
    """A document as the reader gives it."""
    total = sum((one.amount or Decimal(0) for one in rows), Decimal("0.00"))
    return Document(
        number=number, company=COMPANY, from_date=min(one.day or on for one in rows), to_date=on, currency="EUR",
        total=total, purchases=tuple(rows), invoice=billed,
    )  # fmt: skip


def a_purchase(row: int, digits: str, amount: str, day: date, **told: Any) -> Told:
    """One purchase of a document."""
    values = {"holder": "Mia M", "merchant": f"Provbutiken {row}", "country": "FI", "currency": "EUR", **told}
    return Told(row=row, card=digits, day=day, amount=Decimal(amount), **values)


def take_in(where: Unit, document: Document, who: str = "cecilia") -> Any:
    """A document, in a file of its own."""
    with inside(where, who) as acting:
        file = receive(acting, f"statement {next(_files)}".encode(), f"{document.number}.csv", "import")
        return take_in_card_statement(acting, file, document, acting.day)


@dataclass
class Cards:
    """A table told into a unit: its purchases, statements and invoices by name."""

    table: Table
    where: Unit
    purchases: dict[str, int] = field(default_factory=dict)
    invoices: dict[str, PurchaseInvoice] = field(default_factory=dict)

    def tell(self) -> "Cards":
        """Everything in the order of the table; purchases of one statement side by side come in together."""
        furnish_expenditure(self.where)
        for keyword, told in groupby(self.table.lines, key=lambda one: one.keyword):
            if keyword == "buy":
                self._buy(list(told))
            elif hasattr(self, f"_{keyword}"):
                for one in told:
                    getattr(self, f"_{keyword}")(one.words)
        return self

    def purchase(self, name: str) -> CardPurchase:
        """A purchase by its name. Called inside ``working_in``."""
        return CardPurchase.objects.get(unit=self.where, pk=self.purchases[name])

    def decided(self, asked: Collection[str] | None = None) -> dict[str, tuple[Any, ...]]:
        """Outcome, clause and reasons of every purchase (or of those asked for) in one run more."""
        only = None if asked is None else [self.purchases[name] for name in asked]
        result = run(CardsRun(only), self.where, self.table.on)
        names = {pk: one for one, pk in self.purchases.items()}
        with inside(self.where):
            return {
                names[one.purchase_id]: (one.outcome, one.clause, tuple(one.reasons[1:]))
                for one in CardPurchaseDecision.objects.filter(unit=self.where, run=result.run)
            }

    def inside(self, who: str = "cecilia") -> Any:
        """A session on the table's day."""
        at = datetime.combine(self.table.on, time(9), ZoneInfo("Europe/Helsinki"))
        return inside(self.where, who, at)

    def _agreement(self, words: Sequence[str]) -> None:
        with inside(self.where):
            an_agreement(self.where, *words)

    def _template(self, words: Sequence[str]) -> None:
        with inside(self.where):
            a_template(self.where, words[0], None, [("100", words[1], words[2] if len(words) > 2 else "")])

    def _card(self, words: Sequence[str]) -> None:
        said = dict(zip(words[2::2], words[3::2], strict=True))
        last = date.fromisoformat(said["to"]) if "to" in said else None
        with inside(self.where):
            PaymentCard.objects.create(
                unit=self.where, digits=words[0], holder=said.get("holder", "Mia M"),
                agreement=CardAgreement.objects.get(unit=self.where, identifier=words[1]),
                validity=DateRange(ALWAYS.lower, last, "[]"),
            )  # fmt: skip

    def _buy(self, lines: Sequence[Line]) -> None:
        for (number, billed), told in groupby(
            lines,
            key=lambda one: (one.options(3).get("statement", "S1"), one.options(3).get("billed", "88123")),
        ):
            rows = list(told)
            document = a_statement(
                number, self.table.on, [self._row(place, one) for place, one in enumerate(rows, start=4)], billed
            )  # fmt: skip
            take_in(self.where, document)
            with inside(self.where):
                stored = CardPurchase.objects.filter(unit=self.where, statement__number=number)
                keys = stored.order_by("position").values_list("pk", flat=True)
                self.purchases |= dict(zip((one.words[0] for one in rows), keys, strict=True))

    def _row(self, place: int, line: Line) -> Told:
        said = line.options(3)
        day = date.fromisoformat(said["day"]) if "day" in said else self.table.on
        return a_purchase(place, line.words[1], line.words[2], day, holder=said.get("holder", "Mia M"))

    def _receipt(self, words: Sequence[str]) -> None:
        with self.inside("kirsi") as acting:
            attach_receipt(acting, self.purchase(words[0]), document=f"receipt of {words[0]}".encode())

    def _code(self, words: Sequence[str]) -> None:
        with self.inside("kirsi") as acting:
            one = self.purchase(words[0])
            budget = words[2] if len(words) > 2 else ""
            code_purchase(acting, one, [Part(one.amount, words[1], budget_account=budget)], "small")

    def _transfer(self, words: Sequence[str]) -> None:
        with self.inside() as acting:
            one = self.purchase(words[0])
            settle_by_travel(acting, words[1], [(one, [Part(one.amount, words[2])])])

    def _invoice(self, words: Sequence[str]) -> None:
        name, number, total, identifier = words[:4]
        said = dict(zip(words[4::2], words[5::2], strict=True))
        vat = Decimal(said.get("vat", "0.00"))
        net = Decimal(total) - vat
        rows = [{"net": one, "text": f"row of {one}"} for one in said.get("rows", total).split(",")]
        with inside(self.where):
            made = invoice(
                self.where, said.get("by", "").replace("other", "kontor"), str(net), identifier, rows=rows, vat=vat,
                vat_percent="0", number=number, number_key=number_key(number), iban="FI2112345600000785",
            )  # fmt: skip
            if "by" not in said:
                InvoiceSupplier.objects.create(
                    unit=self.where, invoice=made, supplier=the_company(), given_at=AT,
                    run=a_run(self.where, "intake"),
                )  # fmt: skip
        self.invoices[name] = made

    def _belongs(self, words: Sequence[str]) -> None:
        with self.inside("kirsi") as acting:
            statement = CardStatement.objects.get(unit=self.where, number=words[0])
            name_invoice(acting, statement, self.invoices[words[1]])

    def _difference(self, words: Sequence[str]) -> None:
        with self.inside("kirsi") as acting:
            part = Part(Decimal(words[1]), FEES)
            explain_difference(acting, self.invoices[words[0]], part, "yearly fee")

    def _ran(self, words: Sequence[str]) -> None:
        run(CardsRun(), self.where, self.table.on)


def tell(text: str, where: Unit | None = None) -> Cards:
    """A table told into the harbour, or into ``where``."""
    return Cards(read(text), where or unit()).tell()


def decide_in_crowd_and_alone(text: str) -> Cards:
    """Every purchase becomes what the table expects, in one run with all, and asked for apart in another unit."""
    table = read(text)
    expected = {one.words[0]: (one.words[1], one.clause, tuple(one.words[3:])) for one in table.all("expect")}
    told = Cards(table, unit()).tell()
    assert told.decided() == expected
    apart = Cards(table, new_unit(str(next(_codes)))).tell()
    for third in thirds(expected):
        assert apart.decided(third) == {name: expected[name] for name in third}
    return told
