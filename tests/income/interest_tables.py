"""Histories of claims as text tables, and what the interest rule makes of them, in a crowd and alone.

One line is one thing that is so, in the order in which it happened. Words:

    on DAY                                      the day of the run
    term      KEY VALUE                         a term of the unit's own
    rate      DAY PERCENT                       a reference rate of the unit's own, from that day on
    claim     NAME CUSTOMER AMOUNT due DAY [private]
    paid      NAME AMOUNT DAY
    undone    NAME                              the newest payment of the claim, taken back
    credited  NAME AMOUNT DAY                   a credit invoice that waits for its set-off
    written   NAME AMOUNT DAY [GROUND]          a write-off; without a ground a small remainder
    aside     NAME AMOUNT DAY                   a payment that went to interest
    block     NAME CODE | block customer CUSTOMER CODE
    case      NAME [over]
    deferred  NAME DAY UNTIL [ended DAY OUTCOME]
    waived    NAME UNTIL
    left      NAME [DAY]                        out of the runs of the day (today)
    charged   DAY                               an earlier run, on that day
    expect    NAME OUTCOME AMOUNT               # clause
    invoice   CUSTOMER AMOUNT [credit]          an invoice that the run makes
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from apart import halves, thirds
from cast import AT, CUSTOMERS, customer, inside, new_unit, person, run, set_term, unit
from income.money import a_payment
from income.tables import Line, Table, read
from reskontra.claims.exclusions import leave_out
from reskontra.claims.models import (
    Allocation,
    Block,
    Case,
    CaseClaim,
    CaseEvent,
    Claim,
    Deferral,
    DeferralClaim,
    DeferralEnd,
    DeferralRequest,
    Instalment,
    InterestInvoice,
    Letter,
    SidePayment,
    WriteOff,
    WriteOffApproval,
    WriteOffProposal,
)
from reskontra.income.interest.actions import waive_interest
from reskontra.income.interest.run import InterestRun
from reskontra.insight.invariants import broken
from reskontra.kernel.references import unit_reference
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit, UnitTerm
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, apply, plan
from reskontra.sales.models import Invoice

Decided = tuple[str, str, str | None]
_codes = count(640_001)


@dataclass
class History:
    """A table told into a unit: its claims by name, and what happened to them."""

    table: Table
    where: Unit
    room: Callable[[list[int] | None], InterestRun] = InterestRun
    claims: dict[str, Claim] = field(default_factory=dict)
    payments: dict[str, list[Allocation]] = field(default_factory=dict)

    def tell(self, only: frozenset[str] | None = None) -> "History":
        """Everything in the table; with ``only``, what is about these claims and about nobody's in particular."""
        for line in self.table.lines:
            act = getattr(self, f"_{line.keyword}", None)
            if act and self._is_asked_for(line, only):
                act(*line.words)
        return self

    def _is_asked_for(self, line: Line, only: frozenset[str] | None) -> bool:
        names = {one.words[0] for one in self.table.all("claim")}
        return only is None or line.words[0] not in names or line.words[0] in only

    def decided(
        self, on: date, claims: list[int] | None = None, *, planned: bool = False
    ) -> dict[str, Decided]:
        """What a run on a day makes of the claims; with ``planned`` nothing is charged."""
        names = {claim.pk: name for name, claim in self.claims.items()}
        with inside(self.where) as acting, connection.cursor() as cursor:
            (plan if planned else apply)(self.room(claims), acting, on)
            cursor.execute("SELECT id, outcome, amount, clause FROM decided")
            return {names[row[0]]: (row[1], format(row[2], ".2f"), row[3]) for row in cursor.fetchall()}

    def invoices(self) -> list[tuple[str, str, bool]]:
        """Customer, total and whether it is a credit, of every interest invoice, in the order of numbers."""
        words = {customer(word).pk: word for word in CUSTOMERS}
        with inside(self.where):
            return [
                (words[one.customer_id], format(one.total, ".2f"), one.original_id is not None)
                for one in InterestInvoice.objects.filter(unit=self.where).order_by("number")
            ]

    # What happens -----------------------------------------------------------------------------------------------

    def _term(self, key: str, value: str) -> None:
        set_term(self.where, key, value)

    def _rate(self, since: str, percent: str) -> None:
        with inside(self.where):
            UnitTerm.objects.create(
                unit=self.where, key="reference_rate", value=percent, source="notice",
                validity=DateRange(date.fromisoformat(since), None),
            )  # fmt: skip

    def _claim(self, name: str, who: str, amount: str, _due: str, day: str, *law: str) -> None:
        self.claims[name] = invoiced(
            self.where, who, amount, date.fromisoformat(day), public="private" not in law
        )

    def _paid(self, name: str, amount: str, day: str) -> None:
        self.payments.setdefault(name, []).append(
            paid(self.where, self.claims[name], amount, date.fromisoformat(day))
        )

    def _undone(self, name: str) -> None:
        undone(self.where, self.payments[name][-1])

    def _credited(self, name: str, amount: str, day: str) -> None:
        claim = self.claims[name]
        self.claims[f"{name}-"] = invoiced(
            self.where, "", f"-{amount}", date.fromisoformat(day), original=claim
        )

    def _written(self, name: str, amount: str, day: str, ground: str = "small_remainder") -> None:
        written_off(self.where, self.claims[name], amount, date.fromisoformat(day), ground)

    def _aside(self, name: str, amount: str, day: str) -> None:
        on, claim = date.fromisoformat(day), self.claims[name]
        payment = a_payment(self.where, amount, day=on)
        with inside(self.where):
            by = _run(self.where, on)
            SidePayment.objects.create(
                unit=self.where, run=by, claim=claim,
                voucher=_voucher(self.where, by, "payments_unallocated", "late_interest", amount),
                payment=payment, kind="interest", amount=Decimal(amount), clause="OC 6.1.3-b",
            )  # fmt: skip

    def _block(self, name: str, *code: str) -> None:
        about: dict[str, Any] = (
            {"customer": customer(code[0])} if name == "customer" else {"claim": self.claims[name]}
        )
        with inside(self.where):
            Block.objects.create(
                unit=self.where, person=person("cecilia"), given_at=AT, code=code[-1], from_date=date(2024, 1, 1),
                review_date=date(2027, 1, 1), reason="test", party="centre", **about,
            )  # fmt: skip

    def _left(self, name: str, *day: str) -> None:
        on = date.fromisoformat(day[0]) if day else self.table.on
        with inside(self.where):
            acting = Acting(person("cecilia"), self.where, AT)
            leave_out(acting, InterestRun.name, [self.claims[name]], on, "test")

    def _case(self, name: str, *over: str) -> None:
        claim = self.claims[name]
        with inside(self.where):
            by = _run(self.where, self.table.on)
            case = Case.objects.create(
                unit=self.where, run=by, number=take_numbers(self.where, "case", 1), kind="enforcement",
                debtor=claim.payer, public_law=claim.public_law, opened_date=self.table.on, procedure="normal",
            )  # fmt: skip
            CaseClaim.objects.create(
                unit=self.where, case=case, claim=claim, principal=claim.amount, costs=Decimal(0),
                interest_from=claim.due_date, interest_ground="section_4", provision="Avgiftslagen 1/2020",
            )  # fmt: skip
            for place, kind in enumerate(("applied", "closed") if over else ("applied",), start=1):
                CaseEvent.objects.create(
                    unit=self.where,
                    run=by,
                    given_at=AT,
                    case=case,
                    position=place,
                    kind=kind,
                    day=self.table.on,
                )

    def _deferred(self, name: str, since: str, until: str, *ended: str) -> None:
        claim = self.claims[name]
        with inside(self.where):
            by = _run(self.where, date.fromisoformat(since))
            told = {"unit": self.where, "person": person("cecilia"), "given_at": AT}
            request = DeferralRequest.objects.create(
                customer=claim.payer, requested_date=date.fromisoformat(since),
                wished_until=date.fromisoformat(until), **told,
            )  # fmt: skip
            letter = Letter.objects.create(
                unit=self.where, run=by, customer=claim.payer, kind="payment_time",
                number=take_numbers(self.where, "letter", 1), language="sv", day=by.on_date, document={},
                digest="0" * 64,
            )  # fmt: skip
            deferral = Deferral.objects.create(
                run=by, request=request, number=take_numbers(self.where, "deferral", 1), customer=claim.payer,
                from_date=date.fromisoformat(since), until_date=date.fromisoformat(until), letter=letter, **told,
            )  # fmt: skip
            DeferralClaim.objects.create(
                unit=self.where, deferral=deferral, claim=claim, principal=claim.amount
            )
            Instalment.objects.create(
                unit=self.where, deferral=deferral, position=1, due_date=deferral.until_date, amount=claim.amount
            )  # fmt: skip
            if ended:
                DeferralEnd.objects.create(
                    unit=self.where, run=by, deferral=deferral, day=date.fromisoformat(ended[1]), outcome=ended[2],
                    reason="test" if ended[2] == "withdrawn" else "",
                )  # fmt: skip

    def _waived(self, name: str, until: str) -> None:
        with inside(self.where) as acting:
            waive_interest(acting, self.claims[name], date.fromisoformat(until), "test")

    def _charged(self, day: str) -> None:
        run(self.room(None), self.where, date.fromisoformat(day))


def decide_in_crowd_and_alone(
    text: str, room: Callable[[list[int] | None], InterestRun] = InterestRun
) -> History:
    """Every claim becomes what the table expects: among all, asked for apart, and without half of the customers."""
    table = read(text)
    expected = {line.words[0]: (line.words[1], line.words[2], line.clause) for line in table.all("expect")}
    crowd = History(table, unit(), room).tell()
    assert expected.keys() == {line.words[0] for line in table.all("claim")}, (
        "every claim is expected to become something"
    )
    for third in thirds(expected):
        asked = crowd.decided(table.on, [crowd.claims[name].pk for name in third], planned=True)
        assert asked.items() <= expected.items()
        assert asked.keys() >= set(third)
    before = len(crowd.invoices())
    assert crowd.decided(table.on) == expected
    assert crowd.invoices()[before:] == [
        (line.words[0], line.words[1], "credit" in line.words) for line in table.all("invoice")
    ]
    for together in halves(_customers(table)):
        alone = History(table, new_unit(str(next(_codes))), room).tell(together)
        assert alone.decided(table.on) == {name: expected[name] for name in together}
    return crowd


def _customers(table: Table) -> list[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in table.all("claim"):
        found.setdefault(line.words[1], set()).add(line.words[0])
    return [frozenset(names) for names in found.values()]


# Facts, as the rooms that make them store them ------------------------------------------------------------------


def invoiced(
    where: Unit, who: str, amount: str, due: date, *, public: bool = True, original: Claim | None = None
) -> Claim:
    """A claim by an invoice that falls due on a day; with ``original`` a credit of that claim's invoice."""
    money = Decimal(amount)
    with inside(where):
        payer = original.payer if original else customer(who)
        by = _run(where, due - timedelta(days=21))
        number = take_numbers(where, "invoice", 1)
        invoice = Invoice.objects.create(
            unit=where, run=by, number=number, credit=original is not None,
            original_id=original.invoice_id if original else None, issue_date=by.on_date, due_date=due, term_days=21,
            term_clause="OC 3.11-a", customer=payer, payer=payer, language=payer.language, internal=False,
            public_law=public, reference=unit_reference(where.code, number), supply_date=by.on_date, net=money,
            vat=Decimal(0), total=money,
            voucher=_voucher(where, by, "receivable", "revenue_default", amount, "SI", payer.partner_code),
        )  # fmt: skip
        return Claim.objects.create(
            unit=where, run=by, invoice=invoice, payer=payer, reference=invoice.reference, public_law=public,
            amount=money, due_date=due,
        )  # fmt: skip


def paid(where: Unit, claim: Claim, amount: str, day: date) -> Allocation:
    """A payment to a claim, allocated on its booking day."""
    payment = a_payment(where, amount, day=day, reference=claim.reference)
    with inside(where):
        by = _run(where, day)
        return Allocation.objects.create(
            unit=where, run=by, voucher=_voucher(where, by, "payments_unallocated", "receivable", amount),
            claim=claim, payment=payment, amount=Decimal(amount), clause="OC 4.1-b",
        )  # fmt: skip


def undone(where: Unit, settled: Allocation) -> None:
    """The counter-fact of an allocation."""
    with inside(where):
        by = _run(where, date(2026, 3, 16))
        amount = format(settled.amount, ".2f")
        Allocation.objects.create(
            unit=where, run=by, voucher=_voucher(where, by, "receivable", "payments_unallocated", amount),
            claim_id=settled.claim_id, payment_id=settled.payment_id, amount=-settled.amount, clause="OC 4.1-c",
            undoes=settled,
        )  # fmt: skip


def written_off(
    where: Unit, claim: Claim, amount: str, day: date, ground: str = "small_remainder"
) -> WriteOff:
    """A write-off, with the proposal and the acts of two persons that all but a small remainder need."""
    with inside(where):
        by, proposal = _run(where, day), None
        if ground != "small_remainder":
            proposal = WriteOffProposal.objects.create(
                unit=where, claim=claim, run=by, given_at=AT, ground=ground, amount=Decimal(amount),
                proposed_date=day, clause="OC 5.1-b", digest="1" * 64,
            )  # fmt: skip
            for act, who in (("review", "maria"), ("approve", "gunnar")):
                WriteOffApproval.objects.create(
                    unit=where, proposal=proposal, digest="1" * 64, act=act, person=person(who), given_at=AT
                )
        return WriteOff.objects.create(
            unit=where, run=by, voucher=_voucher(where, by, "remainder_waived", "receivable", amount), claim=claim,
            amount=Decimal(amount), ground=ground, proposal=proposal, clause="OC 5.1-b",
        )  # fmt: skip


def asked_again(where: Unit, settled: WriteOff, day: date) -> None:
    """The counter-fact of a write-off."""
    with inside(where):
        by = _run(where, day)
        amount = format(settled.amount, ".2f")
        WriteOff.objects.create(
            unit=where, run=by, voucher=_voucher(where, by, "receivable", "remainder_waived", amount),
            claim_id=settled.claim_id, amount=-settled.amount, ground=settled.ground, clause="OC 4.1-c", undoes=settled,
        )  # fmt: skip


def _run(where: Unit, day: date) -> Run:
    return Run.objects.create(
        unit=where,
        name="test",
        on_date=day,
        state="applied",
        person=person("cecilia"),
        planned_at=AT,
        applied_at=AT,
    )


def _voucher(
    where: Unit, by: Run, debit: str, credit: str, amount: str, kind: str = "AL", partner: str = ""
) -> Voucher:
    voucher = Voucher.objects.create(
        unit=where, run=by, kind=kind, year=by.on_date.year,
        number=take_numbers(where, f"voucher {kind}", 1, by.on_date.year), posting_date=by.on_date,
    )  # fmt: skip
    Entry.objects.bulk_create(
        Entry(
            unit=where, voucher=voucher, position=place, account=posting_account(event, by.on_date),
            amount=sign * Decimal(amount), partner=partner if event == "receivable" else "",
        )
        for place, (event, sign) in enumerate(((debit, 1), (credit, -1)))
    )  # fmt: skip
    return voucher


def broken_books(where: Unit) -> list[str]:
    """The invariants of the books that do not hold; the invoices here have neither orders nor lines."""
    of_orders = ("I7", "I4 every invoice is the sum of its lines")
    return [one.name for one in broken([where.pk]) if not one.name.startswith(of_orders)]


def lines_of(claims: Mapping[str, Claim]) -> dict[str, list[tuple[Any, ...]]]:
    """The stretches in ``interest_lines`` of each claim. Called in the session that took them."""
    names = {claim.pk: name for name, claim in claims.items()}
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in claims}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claim_id, from_date, to_date, principal, percent, year_days, kind, waived FROM interest_lines"
            " ORDER BY claim_id, position"
        )
        for claim, *line in cursor.fetchall():
            found[names[claim]].append(tuple(line))
    return found
