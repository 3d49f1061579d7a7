"""Scenarios as text tables in the words of the domain, read into a unit and asked for their answers.

One line is one thing that is so; what stands behind ``#`` names the clause, and where a decision is expected the
clause of the decision must be that one. Words:

    on 2026-03-16
    term     KEY VALUE                          a term of the unit's own
    price    ITEM 120.00|none [from DAY] [unapproved]
    invoiced NAME CUSTOMER ITEM QUANTITY [ITEM QUANTITY ...] [served DAY] [case T]     an invoice that is already out
    order    NAME CUSTOMER [served DAY] [priced DAY] [case T] [number T] [agreement T] [accounting T] [site T]
             [pays C] [bill-to C] [ship-to C] [language L] [days N] [basis T] [credits NAME] [tax-country L]
             [basis-attached] [own-system] [sent-by SENDER] [credit]
    system   SENDER                             one more own system of the unit
    line     NAME ITEM QUANTITY [at PRICE] [account A] [budget B] [project P]
    act      NAME review|approve|return PERSON
    expect   NAME OUTCOME [also OUTCOME ...]            # clause        (orders)
    expect   NAME ... invoice|credit|waits|left ...     # clause        (invoicing)
    expect   NAME CHANNEL                               # clause        (delivery)
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection

from apart import halves, thirds
from cast import ALWAYS, add_price, an_order, inside, invoice_number, new_unit, run, set_term, unit
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.actions import approve, review, send_back
from reskontra.income.order_handling.run import OrdersRun
from reskontra.registers.models import OwnSystem, Unit
from reskontra.runs.models import Run
from reskontra.runs.run import apply
from reskontra.sales.models import Invoice, InvoicedOrder, Order, OrderDecision

_CLAUSE = re.compile(r"\b(?:OC|EX|KI) [0-9.]+-[a-z]\b")
_FLAGS = frozenset({"basis-attached", "own-system", "credit", "unapproved"})
_HEADER = {
    "served": "service_date", "priced": "pricing_date", "case": "case_reference", "number": "order_number",
    "agreement": "agreement", "accounting": "accounting", "site": "site", "language": "language",
    "days": "payment_term", "basis": "charge_basis_text", "tax-country": "tax_country", "pays": "payer",
    "bill-to": "bill_to", "ship-to": "ship_to", "sent-by": "sent_by",
}  # fmt: skip
_LINE = {"at": "unit_price", "account": "account", "budget": "budget_account", "project": "project"}
_FACTS = {
    "term": "term_days", "due": "due_date", "by": "term_clause", "supply": "supply_date", "case": "case_reference",
}  # fmt: skip
_DATES = frozenset({"served", "priced"})


@dataclass(frozen=True)
class Line:
    """One line of a table: its first word, the words after it, and the clause behind the number sign."""

    keyword: str
    words: tuple[str, ...]
    clause: str | None

    def options(self, after: int) -> dict[str, Any]:
        """The words from ``after`` on as option and value; a flag is its own value."""
        told: dict[str, Any] = {}
        words = iter(self.words[after:])
        for word in words:
            told[word] = True if word in _FLAGS else next(words)
        return told


@dataclass(frozen=True)
class Table:
    """A whole table."""

    on: date
    lines: Sequence[Line]

    def all(self, *keywords: str) -> list[Line]:
        """The lines that begin with one of ``keywords``, in order."""
        return [line for line in self.lines if line.keyword in keywords]


def read(text: str) -> Table:
    """The lines of a table; empty ones and those of nothing but a comment are passed over."""
    lines: list[Line] = []
    for written in text.strip().splitlines():
        told, _, comment = written.partition(" #")
        if not told.strip() or told.strip().startswith("#"):
            continue
        keyword, *words = shlex.split(told)
        found = _CLAUSE.search(comment)
        lines.append(Line(keyword, tuple(words), found[0] if found else None))
    on = next(line.words[0] for line in lines if line.keyword == "on")
    return Table(date.fromisoformat(on), lines)


class Told:
    """A table, or the part of it about some orders, told into a unit."""

    def __init__(self, table: Table, where: Unit, only: Sequence[str] | None = None) -> None:
        self.table, self.where = table, where
        self.orders: dict[str, Order] = {}
        self.invoices: dict[str, Invoice] = {}
        for line in table.all("term"):
            set_term(where, *line.words)
        for line in table.all("price"):
            self._price(line)
        for line in table.all("system"):
            with inside(where):
                OwnSystem.objects.create(unit=where, sender=line.words[0], name="System", validity=ALWAYS)
        for line in table.all("invoiced"):
            self._invoiced(line)
        for line in table.all("order"):
            if only is None or line.words[0] in only:
                self._order(line)
        run(OrdersRun(), where, table.on)
        for line in table.all("act"):
            if only is None or line.words[0] in only:
                self._act(line)

    def _price(self, line: Line) -> None:
        item, price = line.words[:2]
        options = line.options(2)
        since = date.fromisoformat(options["from"]) if "from" in options else None
        with inside(self.where):
            add_price(
                self.where,
                item,
                None if price == "none" else price,
                since=since,
                approved="unapproved" not in options,
            )

    def _invoiced(self, line: Line) -> None:
        name, who, *rest = line.words
        at = next((place for place, word in enumerate(rest) if word in _HEADER), len(rest))
        header = self._header(line.options(2 + at))
        lines = [
            {"item": item, "quantity": quantity}
            for item, quantity in zip(rest[:at:2], rest[1:at:2], strict=True)
        ]
        with inside(self.where):
            order = an_order(self.where, who, *lines, **header)
        run(OrdersRun(), self.where, self.table.on)
        run(InvoicingRun(), self.where, self.table.on)
        with inside(self.where):
            done = InvoicedOrder.objects.get(unit=self.where, number=order.number)
            self.invoices[name] = Invoice.objects.get(unit=self.where, pk=done.invoice_id)

    def _order(self, line: Line) -> None:
        name, who = line.words[:2]
        options = line.options(2)
        header = self._header(options)
        if "credits" in options or "credit" in options:
            named = options.get("credits", "")
            header |= {"credit": True, "order_type": "Z002", "reference_invoice": self._number_of(named)}
        if "own-system" in options:
            header["source"] = "own_system"
        if "basis-attached" in options:
            header["attachments"] = [
                {"name": "beslut.pdf", "digest": "0" * 64, "size": 1, "kind": "pdf", "basis": True}
            ]
        with inside(self.where):
            self.orders[name] = an_order(self.where, who, *self._lines_of(name), **header)

    def _header(self, options: Mapping[str, Any]) -> dict[str, Any]:
        header: dict[str, Any] = {
            _HEADER[key]: date.fromisoformat(value) if key in _DATES else value
            for key, value in options.items()
            if key in _HEADER
        }
        header.setdefault("service_date", self.table.on)
        return header

    def _number_of(self, name: str) -> str:
        if name in self.invoices:
            return invoice_number(self.where, self.invoices[name].number)
        return name

    def _lines_of(self, name: str) -> list[Mapping[str, Any]]:
        found = []
        for line in self.table.all("line"):
            if line.words[0] == name:
                options = {_LINE[key]: value for key, value in line.options(3).items()}
                found.append({"item": line.words[1], "quantity": line.words[2], **options})
        return found

    def _act(self, line: Line) -> None:
        name, act, who = line.words
        order = self.orders[name]
        with inside(self.where, who) as acting:
            {"review": review, "approve": approve, "return": send_back}[act](
                acting, order, order.digest, "as the table says"
            )


# --- orders: each decided in a crowd and alone ---------------------------------------------------------------


def decide_in_crowd_and_alone(text: str) -> None:
    """Every order of the table gets the outcome, the reasons and the clause that the table expects, both ways."""
    table = read(text)
    told = Told(table, unit())
    run(OrdersRun(), told.where, table.on)
    crowd = _decided(told)
    expected = {line.words[0]: (line.words[1], _also(line), line.clause) for line in table.all("expect")}
    assert {name: crowd[name] for name in expected} == expected
    assert set(expected) == set(told.orders), "every order of a table is expected to become something"
    for third in thirds(told.orders):
        run(OrdersRun([told.orders[name].pk for name in third]), told.where, table.on)
        again = _decided(told)
        assert {name: again[name] for name in third} == {name: crowd[name] for name in third}


def _also(line: Line) -> tuple[str, ...]:
    return tuple(line.words[3:])


def _decided(told: Told) -> dict[str, tuple[str, tuple[str, ...], str | None]]:
    """What was said of each order last: what went back is not decided again until somebody names it."""
    names = {order.pk: name for name, order in told.orders.items()}
    found = {}
    with inside(told.where):
        for decision in OrderDecision.objects.filter(unit=told.where, rule="orders").order_by("run_id"):
            if decision.order_id in names:
                reasons = list(decision.reasons)
                if reasons:
                    assert reasons[0] == decision.outcome, "the first reason decides"
                found[names[decision.order_id]] = (decision.outcome, tuple(reasons[1:]), decision.clause)
    return found


# --- invoicing: each group decided in a crowd and in a unit of its own ------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of orders: on an invoice together, waiting, or left; the amounts and days that are asked for."""

    names: frozenset[str]
    become: str
    facts: tuple[tuple[str, str], ...]


_codes = count(500_001)


def invoice_in_crowd_and_alone(text: str) -> None:
    """The orders of the table are invoiced as it says, all at once, and without half of the other groups."""
    table = read(text)
    expected = [_expected(line) for line in table.all("expect")]
    crowd = _invoiced(Told(table, unit()), expected)
    assert crowd == expected
    for together in halves(one.names for one in expected):
        left = [one for one in expected if one.names <= together]
        assert _invoiced(Told(table, new_unit(str(next(_codes))), sorted(together)), left) == left


def _expected(line: Line) -> Outcome:
    at = next(
        place for place, word in enumerate(line.words) if word in ("invoice", "credit", "waits", "left")
    )
    names, become = frozenset(line.words[:at]), line.words[at]
    if become in ("waits", "left"):
        assert line.clause, "a decision has a clause"
        return Outcome(names, become, (("outcome", line.words[at + 1]), ("clause", line.clause)))
    words = line.words[at + 1 :]
    return Outcome(names, become, tuple(zip(words[::2], words[1::2], strict=True)))


def _invoiced(told: Told, asked: Sequence[Outcome]) -> list[Outcome]:
    result = run(InvoicingRun(), told.where, told.table.on)
    with inside(told.where):
        return [_become(told, one, result.run) for one in asked]


def _become(told: Told, asked: Outcome, by: Run) -> Outcome:
    names = {order.number: name for name, order in told.orders.items()}
    number = told.orders[min(asked.names)].number
    done = InvoicedOrder.objects.filter(unit=told.where, number=number).first()
    if done is None:
        decisions = [
            OrderDecision.objects.get(unit=told.where, run=by, rule="invoicing", order=told.orders[name])
            for name in asked.names
        ]
        become = {(one.standing, one.outcome, one.clause) for one in decisions}
        assert len(become) == 1, become
        standing, outcome, clause = become.pop()
        return Outcome(
            asked.names,
            {"WAITING": "waits", "LEFT": "left"}[standing],
            (("outcome", outcome), ("clause", clause)),
        )
    invoice = Invoice.objects.get(unit=told.where, pk=done.invoice_id)
    together = InvoicedOrder.objects.filter(unit=told.where, invoice=invoice).values_list("number", flat=True)
    facts = tuple((key, _fact(told, invoice, key)) for key, _ in asked.facts)
    return Outcome(
        frozenset(names[one] for one in together), "credit" if invoice.credit else "invoice", facts
    )


def _fact(told: Told, invoice: Invoice, key: str) -> str:
    if key == "of":
        return next(name for name, one in told.invoices.items() if one.pk == invoice.original_id)
    value = getattr(invoice, _FACTS.get(key, key), "")
    return format(value, ".2f") if isinstance(value, Decimal) else str(value)


# --- delivery: each invoice decided in a crowd and in a unit of its own ------------------------------------------


def deliver_in_crowd_and_alone(text: str) -> None:
    """The invoice of every order goes by channel and clause as the table says, also without half of the others."""
    table = read(text)
    expected = {line.words[0]: (line.words[1], line.clause) for line in table.all("expect")}
    assert _channels(Told(table, unit())) == expected
    for together in halves({name} for name in expected):
        apart = Told(table, new_unit(str(next(_codes))), sorted(together))
        assert _channels(apart) == {name: expected[name] for name in together}


def _channels(told: Told) -> dict[str, tuple[str, str | None]]:
    run(InvoicingRun(), told.where, told.table.on)
    names = {order.number: name for name, order in told.orders.items()}
    with inside(told.where) as acting, connection.cursor() as cursor:
        apply(DeliveryRun(), acting, told.table.on)
        cursor.execute(
            "SELECT done.number, decided.outcome, decided.clause, sent.channel, sent.clause FROM decided"
            " JOIN sales_invoicedorder done ON done.invoice_id = decided.id"
            " LEFT JOIN sales_invoicedelivery sent ON sent.invoice_id = decided.id"
        )
        found = {}
        for number, outcome, clause, channel, sent_by in cursor.fetchall():
            assert (channel, sent_by) in ((None, None), (outcome, clause)), (
                "the delivery says what was decided"
            )
            found[names[number]] = (outcome, clause)
        return found
