"""Payment time told as tables: claims, agreements, what came, and what the run says of each agreement.

Words, beside ``on`` and ``term``:

    claim    NAME CUSTOMER AMOUNT public|private issued DAY
    agree    NAME CLAIM,... on DAY first DAY count N|monthly EURO
    payment  CLAIM AMOUNT DAY [placed DAY]        booked on a day, placed by an allocation then or later
    credit   CLAIM AMOUNT DAY                     a credit invoice of a day, set off
    undone   CLAIM                                its payments turned out to be another's
    reminder CLAIM DAY
    expect   NAME OUTCOME open AMOUNT             # clause
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apart import thirds
from cast import an_order, inside, plan_of, run, set_term, unit
from income.limitation_tables import a_reminder, noon
from income.money import a_payment, claims_issued, invoice_customer
from income.tables import Line, Table, read
from reskontra.claims.models import Claim, Deferral, DeferralDecision
from reskontra.income.allocation.actions import undo
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.income.deferral.actions import ask_for_time, grant_time, propose
from reskontra.income.deferral.run import DeferralsRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.registers.models import Unit
from reskontra.sales.models import Invoice


def agree(
    where: Unit,
    claims: list[Claim],
    day: date,
    first: date,
    *,
    who: str = "cecilia",
    ground: str = "",
    **how: Any,
) -> Deferral:
    """An agreement of ``day`` about ``claims`` of one customer, by as many instalments as ``how`` says."""
    with inside(where, who, at=noon(day)) as acting:
        request = ask_for_time(acting, claims[0].payer, first + timedelta(days=1), "please")
        plan = propose(acting, claims, first, **how)
        result = grant_time(acting, request, claims, plan, ground)
        return Deferral.objects.get(unit=where, pk=result.facts["deferral"])


@dataclass
class Agreements:
    """A table told into a unit: its claims and agreements by name."""

    table: Table
    where: Unit
    claims: dict[str, Claim] = field(default_factory=dict)
    deferrals: dict[str, Deferral] = field(default_factory=dict)
    payments: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def tell(self) -> "Agreements":
        """Everything in the table, in the order of its lines; the claims first."""
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        told = self.table.all("claim")
        for day in sorted({one.words[5] for one in told}):
            named = {one.words[0]: one.words[1:4] for one in told if one.words[5] == day}
            self.claims |= claims_issued(self.where, named, date.fromisoformat(day))
        for line in self.table.lines:
            if line.keyword in _TOLD:
                _TOLD[line.keyword](self, line)
        return self

    def _agree(self, line: Line) -> None:
        name, claims, _, day, _, first, how, number = line.words
        self.deferrals[name] = agree(
            self.where,
            [self.claims[one] for one in claims.split(",")],
            date.fromisoformat(day),
            date.fromisoformat(first),
            **{how: int(number) if how == "count" else Decimal(number)},
        )

    def _payment(self, line: Line) -> None:
        claim, amount, day, *placed = line.words
        self.payments[claim].append(
            a_payment(self.where, amount, day=date.fromisoformat(day), reference=self.claims[claim].reference)
        )
        run(AllocationRun(), self.where, date.fromisoformat(placed[1] if placed else day))

    def _credit(self, line: Line) -> None:
        claim, amount, day = self.claims[line.words[0]], line.words[1], date.fromisoformat(line.words[2])
        with inside(self.where):
            invoice = Invoice.objects.get(unit=self.where, pk=claim.invoice_id)
            an_order(
                self.where, invoice_customer(invoice), {"item": "PERMIT", "quantity": "-1", "unit_price": amount},
                service_date=day, credit=True, order_type="Z002", source="own_system",
                reference_invoice=f"{self.where.code}{invoice.number:09d}",
            )  # fmt: skip
        for room in (OrdersRun(), InvoicingRun(), SetOffRun()):
            run(room, self.where, day)

    def _undone(self, line: Line) -> None:
        for payment in self.payments[line.words[0]]:
            with inside(self.where) as acting:
                undo(acting, payment, "another's")

    def _reminder(self, line: Line) -> None:
        a_reminder(self.where, self.claims[line.words[0]], date.fromisoformat(line.words[1]))

    def planned(self, deferrals: list[int] | None = None) -> dict[str, tuple[str, str | None, Decimal]]:
        """Outcome, clause and what is open, of every running agreement; nothing ends by it."""
        result = plan_of(DeferralsRun(deferrals), self.where, self.table.on)
        names = {one.pk: name for name, one in self.deferrals.items()}
        with inside(self.where):
            return {
                names[one.deferral_id]: (one.outcome, one.clause, one.amount)
                for one in DeferralDecision.objects.filter(unit=self.where, run=result.run)
            }


_TOLD = {
    name: getattr(Agreements, f"_{name}") for name in ("agree", "payment", "credit", "undone", "reminder")
}


def told(text: str) -> Agreements:
    """The table in the harbour's unit."""
    return Agreements(read(text), unit()).tell()


def follow_in_crowd_and_alone(text: str) -> Agreements:
    """The run says of every agreement what the table expects, among all and asked for apart."""
    agreements = told(text)
    expected = {
        line.words[0]: (line.words[1], line.clause, Decimal(line.words[3]))
        for line in agreements.table.all("expect")
    }
    assert expected.keys() == agreements.deferrals.keys(), "every agreement is expected to be something"
    assert agreements.planned() == expected
    for third in thirds(expected):
        asked = [agreements.deferrals[name].pk for name in third]
        assert agreements.planned(asked) == {name: expected[name] for name in third}
    return agreements
