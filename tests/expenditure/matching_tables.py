"""Scenarios of matching as text tables, in the manner of ``income/tables.py``.

Words:

    on DAY
    term     KEY VALUE
    order    V1… SUPPLIER [currency C]
    line     V1… POSITION NET [item I] [vat P] [account A|none] [text T] [any other column]
    receipt  V1… POSITION NET
    closed   V1… DAY
    contract VSK1… SUPPLIER budget|schedule [total T] [limit L] [period P] [from D] [until D] [currency C] [confirm]
             [uncoded] [name N]
    row      VSK1… DAY NET [tolerance T]
    over     VSK1… DAY                                     a contract that was ended
    invoice  NAME SUPPLIER|nobody NET [NUMBER …] [wrong-field] [dated D] [supplied D] [received D] [vat P] [vat-sum S]
             [currency C] [kind K] [copies NAME] [payable T] [rates P:BASE,P:BASE]
    item     NAME NET [line POSITION] [item I] [text T] [vat P]      a row of the invoice
    link     NAME ROW V1… POSITION                         somebody says where a row goes
    intake   NAME OUTCOME STANDING                         what intake said of it; the newest counts
    fault    NAME error|warning                            a finding of intake
    expect   NAME OUTCOME [also OUTCOME …]                 # clause
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from apart import asked_apart, halves
from cast import AT, inside, new_unit, person, run, set_term, unit
from expenditure.circulation_tables import a_run
from expenditure.purchase_cast import (
    contract,
    invoice,
    order,
    order_line,
    received,
    schedule_row,
)
from income.tables import Line, Table, read
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.purchases.models import (
    Contract,
    ContractEnd,
    InvoiceFinding,
    PurchaseDecision,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    PurchaseOrder,
    PurchaseOrderEnd,
    PurchaseOrderLine,
    RowLink,
)
from reskontra.registers.models import Unit
from reskontra.runs.models import Run

_codes = count(660_001)
_FLAGS = frozenset({"wrong-field", "confirm", "uncoded"})
_DAYS = {"dated": "issue_date", "supplied": "supply_date", "received": "received_date"}


def _options(words: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    left = iter(words)
    for word in left:
        told[word] = True if word in _FLAGS else next(left)
    return told


@dataclass
class Purchases:
    """A table told into a unit; with ``only``, of its invoices only these."""

    table: Table
    where: Unit
    only: Collection[str] | None = None
    orders: dict[str, PurchaseOrder] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    invoices: dict[str, PurchaseInvoice] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Purchases":
        """The table of ``text`` told into the unit of the cast."""
        return cls(read(text), unit()).tell()

    def tell(self) -> "Purchases":
        """Everything in the table."""
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        with inside(self.where):
            for line in self.table.lines:
                if tell := getattr(self, f"_{line.keyword}", None):
                    tell(*line.words)
        return self

    def decided(self, invoices: list[int] | None = None) -> dict[str, tuple[str, tuple[str, ...], str]]:
        """Outcome, other reasons and clause of every invoice in one run."""
        return self.told_by(run(MatchingRun(invoices), self.where, self.table.on).run)

    def told_by(self, by: Run) -> dict[str, tuple[str, tuple[str, ...], str]]:
        """What the decisions of a run say."""
        names = {one.pk: name for name, one in self.invoices.items()}
        with inside(self.where):
            return {
                names[one.invoice_id]: (
                    one.outcome, tuple(reason for reason in one.reasons if reason != one.outcome), one.clause,
                )
                for one in PurchaseDecision.objects.filter(unit=self.where, run=by, rule="matching")
            }  # fmt: skip

    def _order(self, number: str, of: str, *words: str) -> None:
        self.orders[number] = order(self.where, number, of, **_options(words))

    def _line(self, number: str, position: str, net: str, *words: str) -> None:
        told = _options(words)
        named = {{"vat": "vat_percent"}.get(key, key): value for key, value in told.items()}
        if named.get("account") == "none":
            named["account"] = ""
        if named.get("vat_percent") == "none":
            named["vat_percent"] = None
        order_line(self.orders[number], int(position), net, **named)

    def _receipt(self, number: str, position: str, net: str) -> None:
        received(self.orders[number], int(position), net)

    def _closed(self, number: str, day: str) -> None:
        PurchaseOrderEnd.objects.create(
            unit=self.where, order=self.orders[number], day=day, reason="done", person=person("kirsi"), given_at=AT
        )  # fmt: skip

    def _contract(self, number: str, of: str, plan: str, *words: str) -> None:
        told = _options(words)
        names = {
            "total": "total_limit",
            "limit": "period_limit",
            "from": "valid_from",
            "until": "valid_until",
        }
        values = {names.get(key, key): value for key, value in told.items()}
        if values.pop("uncoded", False):
            values["shares"] = ()
        version = values.setdefault("version", 1 + (number in self.contracts))
        assert version
        self.contracts[number] = contract(self.where, number, of, plan, **values)

    def _row(self, number: str, day: str, net: str, *words: str) -> None:
        rows = sum(1 for line in self.table.all("row") if line.words[:3] == (number, day, net))
        assert rows
        self._places = getattr(self, "_places", 0) + 1
        schedule_row(self.contracts[number], self._places, date.fromisoformat(day), net, **_options(words))

    def _over(self, number: str, day: str) -> None:
        ContractEnd.objects.create(
            unit=self.where, number=number, day=day, reason="ended", person=person("kirsi"), given_at=AT
        )

    def _invoice(self, name: str, of: str, net: str, *words: str) -> None:
        if self.only is not None and name not in self.only:
            return
        numbers = [word for word in words if word.startswith(("V1", "VSK1", "TK1"))]
        told = _options([word for word in words if word not in numbers])
        values: dict[str, Any] = {
            _DAYS[key]: date.fromisoformat(told.pop(key)) for key in _DAYS if key in told
        }
        if "copies" in told:
            twin = self.invoices[told.pop("copies")]
            values |= {"number": twin.number, "number_key": twin.number_key}
        if "vat-sum" in told:
            values["vat"] = Decimal(told.pop("vat-sum"))
        if "vat" in told:
            values["vat_percent"] = told.pop("vat")
        if "rates" in told:
            values["rates"] = tuple(tuple(one.split(":")) for one in told.pop("rates").split(","))
        values |= {"wrong_field": told.pop("wrong-field", False), **told}
        rows = [self._item_of(line) for line in self.table.all("item") if line.words[0] == name]
        self.invoices[name] = invoice(
            self.where, "" if of == "nobody" else of, net, *numbers, rows=rows, **values
        )

    def _intake(self, name: str, outcome: str, standing: str) -> None:
        if self.only is None or name in self.only:
            PurchaseDecision.objects.create(
                unit=self.where, run=a_run(self.where, "purchase_intake", self.table.on), invoice=self.invoices[name],
                rule="intake", outcome=outcome, standing=standing, clause="EX 5.1-a", amount=1,
            )  # fmt: skip

    def _fault(self, name: str, severity: str) -> None:
        if self.only is None or name in self.only:
            InvoiceFinding.objects.create(
                unit=self.where, invoice=self.invoices[name], position=1, rule="purchase_total", severity=severity,
            )  # fmt: skip

    def _link(self, name: str, row: str, number: str, position: str) -> None:
        if self.only is None or name in self.only:
            RowLink.objects.create(
                unit=self.where, person=person("kirsi"), given_at=AT,
                row=PurchaseInvoiceLine.objects.get(invoice=self.invoices[name], position=row),
                order_line=PurchaseOrderLine.objects.get(order=self.orders[number], position=position),
            )  # fmt: skip

    def _item_of(self, line: Line) -> dict[str, Any]:
        names = {"line": "order_line", "vat": "vat_percent"}
        told = _options(line.words[2:])
        return {"net": line.words[1], **{names.get(key, key): value for key, value in told.items()}}


def expected(table: Table) -> dict[str, tuple[str, tuple[str, ...], str | None]]:
    """What the table expects of each invoice."""
    return {line.words[0]: (line.words[1], line.words[3:], line.clause) for line in table.all("expect")}


def match_together(text: str) -> Purchases:
    """All invoices of the table in one run."""
    told = Purchases(read(text), unit()).tell()
    assert told.decided() == expected(told.table)
    return told


def match_in_crowd_and_alone(text: str) -> Purchases:
    """Every invoice becomes what the table expects, among all, asked for apart, and without half of the others."""
    told = Purchases(read(text), unit()).tell()
    wanted = expected(told.table)
    assert wanted.keys() == told.invoices.keys()
    ids = {name: invoice.pk for name, invoice in told.invoices.items()}
    asked = asked_apart(MatchingRun, told.where, told.table.on, ids)
    assert asked == {name: (outcome, clause) for name, (outcome, _, clause) in wanted.items()}
    assert told.decided() == wanted
    for together in halves({name} for name in told.invoices):
        apart = Purchases(told.table, new_unit(str(next(_codes))), together).tell()
        assert apart.decided() == {name: wanted[name] for name in together}
    return told
