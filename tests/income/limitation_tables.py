"""Limitation told as tables: claims, what happened to them, and until when they live.

Words, beside ``on`` and ``term``:

    claim    NAME CUSTOMER AMOUNT public|private issued DAY     due 21 days later, on a bank day
    interest NAME CUSTOMER AMOUNT issued DAY on CLAIM ...       an interest claim on those principals
    act      CLAIM acknowledgement|demand|agreement|court DAY   written down by a person
    reminder CLAIM DAY
    payment  CLAIM AMOUNT DAY
    undone   CLAIM                                              its payments turned out to be another's
    time     CLAIM DAY                                          payment time agreed on that day
    case     CLAIM court|enforcement STEP DAY ...               its steps, such as applied 2026-01-10 judged 2026-05-01
    block    CLAIM CODE
    expect   CLAIM OUTCOME until DAY by PERIOD [can WORD]       # clause
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from apart import halves, thirds
from cast import AT, customer, inside, new_unit, person, run, set_term, unit
from income.money import a_payment, claims_issued
from income.tables import Line, Table, read
from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import (
    Block,
    Case,
    CaseClaim,
    CaseEvent,
    Claim,
    ClaimDecision,
    InterestCharge,
    InterestInvoice,
    Interruption,
    Letter,
    Reminder,
)
from reskontra.database.rows import rows
from reskontra.income.allocation.actions import undo
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.deferral.actions import ask_for_time, grant_time, propose
from reskontra.income.limitation.run import LimitationRun
from reskontra.kernel.days import bank_day_on_or_after
from reskontra.kernel.references import unit_reference
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run

_codes = count(630_001)


def noon(day: date) -> datetime:
    """A moment of ``day``."""
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def applied_run(where: Unit, name: str, day: date) -> Run:
    """A run that facts of a test come from. Called inside ``working_in``."""
    return Run.objects.create(
        unit=where, name=name, on_date=day, state="applied", person=person("cecilia"), planned_at=AT,
        applied_at=AT,
    )  # fmt: skip


def a_reminder(where: Unit, claim: Claim, day: date) -> None:
    """The next reminder of a claim, with a letter of its own."""
    with inside(where):
        by = applied_run(where, "reminders", day)
        letter = Letter.objects.create(
            unit=where, run=by, customer_id=claim.payer_id, kind="reminder", language="sv", day=day,
            number=take_numbers(where, "letter", 1), document={}, digest=f"{claim.pk:064x}",
        )  # fmt: skip
        Reminder.objects.create(
            unit=where, run=by, claim=claim, letter=letter, sent_date=day, due_date=day + timedelta(days=14),
            ordinal=Reminder.objects.filter(unit=where, claim=claim).count() + 1, open=claim.amount,
            clause="OC 6.1.2-c",
        )  # fmt: skip


def a_case(where: Unit, claim: Claim, kind: str, *steps: tuple[str, date]) -> Case:
    """A case about one claim with its steps."""
    with inside(where):
        by = applied_run(where, kind, steps[0][1])
        case = Case.objects.create(
            unit=where, run=by, number=take_numbers(where, "case", 1), kind=kind, debtor_id=claim.payer_id,
            public_law=claim.public_law, opened_date=steps[0][1], procedure="limited",
            court="Helsinki" if kind == "court" else "",
        )  # fmt: skip
        CaseClaim.objects.create(
            unit=where, case=case, claim=claim, principal=claim.amount, costs=0, provision="test",
            interest_from=claim.due_date + timedelta(days=1), interest_ground="section_4",
        )  # fmt: skip
        CaseEvent.objects.bulk_create(
            CaseEvent(unit=where, run=by, case=case, position=place, kind=step, day=day, given_at=noon(day))
            for place, (step, day) in enumerate(steps, start=1)
        )
    return case


def an_interest_claim(where: Unit, who: str, amount: str, day: date, principals: list[Claim]) -> Claim:
    """A claim of interest on ``principals`` in equal parts, the first taking the rest, with its voucher."""
    total = Decimal(amount)
    with inside(where):
        by = applied_run(where, "interest", day)
        number = take_numbers(where, "interest", 1)
        voucher = Voucher.objects.create(
            unit=where, run=by, kind="KR", year=day.year, number=take_numbers(where, "voucher KR", 1, day.year),
            posting_date=day,
        )  # fmt: skip
        Entry.objects.bulk_create(
            Entry(unit=where, voucher=voucher, position=p, account=posting_account(event, day), amount=sign * total)
            for p, (event, sign) in enumerate((("receivable", 1), ("late_interest", -1)))
        )  # fmt: skip
        due, reference = (
            bank_day_on_or_after(day + timedelta(days=21)),
            unit_reference(where.code, 800_000_000 + number),
        )
        invoice = InterestInvoice.objects.create(
            unit=where, run=by, number=number, kind="late", customer=customer(who), language="sv", issue_date=day,
            due_date=due, reference=reference, total=total, voucher=voucher,
        )  # fmt: skip
        each = (total / len(principals)).quantize(Decimal("0.01"))
        shares = [total - each * (len(principals) - 1), *[each] * (len(principals) - 1)]
        InterestCharge.objects.bulk_create(
            InterestCharge(unit=where, invoice=invoice, claim=one, until_date=day, amount=share)
            for one, share in zip(principals, shares, strict=True)
        )
        return Claim.objects.create(
            unit=where, run=by, kind="interest", interest_invoice=invoice, payer=customer(who), reference=reference,
            public_law=principals[0].public_law, amount=total, due_date=due,
        )  # fmt: skip


@dataclass
class Clock:
    """A table told into a unit: its claims by name."""

    table: Table
    where: Unit
    claims: dict[str, Claim] = field(default_factory=dict)
    payments: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def tell(self, only: frozenset[str] | None = None) -> "Clock":
        """Everything in the table; of its claims only those named."""
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        wanted = [one for one in self.table.all("claim") if only is None or one.words[0] in only]
        for day in sorted({one.words[5] for one in wanted}):
            told = {one.words[0]: one.words[1:4] for one in wanted if one.words[5] == day}
            self.claims |= claims_issued(self.where, told, date.fromisoformat(day))
        for line in self.table.all("interest"):
            if only is None or line.words[0] in only:
                name, who, amount, _, day, _, *principals = line.words
                of = [self.claims[one] for one in principals]
                self.claims[name] = an_interest_claim(self.where, who, amount, date.fromisoformat(day), of)
        for line in self.table.lines:
            if line.keyword in _TOLD and line.words[0] in self.claims:
                _TOLD[line.keyword](self, self.claims[line.words[0]], line)
        return self

    def _act(self, claim: Claim, line: Line) -> None:
        with inside(self.where):
            Interruption.objects.create(
                unit=self.where, claim=claim, act=line.words[1], day=date.fromisoformat(line.words[2]), note="test",
                person=person("cecilia"), given_at=AT,
            )  # fmt: skip

    def _reminder(self, claim: Claim, line: Line) -> None:
        a_reminder(self.where, claim, date.fromisoformat(line.words[1]))

    def _payment(self, claim: Claim, line: Line) -> None:
        day = date.fromisoformat(line.words[2])
        self.payments[line.words[0]].append(
            a_payment(self.where, line.words[1], day=day, reference=claim.reference)
        )
        run(AllocationRun(), self.where, day)

    def _undone(self, claim: Claim, line: Line) -> None:
        for payment in self.payments[line.words[0]]:
            with inside(self.where) as acting:
                undo(acting, payment, "another's")

    def _time(self, claim: Claim, line: Line) -> None:
        day = date.fromisoformat(line.words[1])
        with inside(self.where, at=noon(day)) as acting:
            request = ask_for_time(acting, claim.payer, day + timedelta(days=60))
            plan = propose(acting, [claim], day + timedelta(days=30), count=2)
            grant_time(acting, request, [claim], plan)

    def _case(self, claim: Claim, line: Line) -> None:
        words = line.words[2:]
        steps = [(s, date.fromisoformat(d)) for s, d in zip(words[::2], words[1::2], strict=True)]
        a_case(self.where, claim, line.words[1], *steps)

    def _block(self, claim: Claim, line: Line) -> None:
        with inside(self.where):
            Block.objects.create(
                unit=self.where, claim=claim, code=line.words[1], from_date=self.table.on, given_at=AT,
                review_date=self.table.on, reason="test", party="unit", person=person("cecilia"),
            )  # fmt: skip

    def decided(self, claims: list[int] | None = None) -> dict[str, "Told"]:
        """What the run says of every claim that is open, and until when it lives."""
        result = run(LimitationRun(claims), self.where, self.table.on)
        names = {claim.pk: name for name, claim in self.claims.items()}
        with inside(self.where):
            kept = {
                one.claim_id: (one.outcome, one.clause, one.inputs["still_possible"])
                for one in ClaimDecision.objects.filter(unit=self.where, run=result.run)
            }
            take_claims_in_hand(self.where, terms_of(self.where, self.table.on))
            found = rows(
                "SELECT id, limitation_date AS until, limitation_kind AS by, expired FROM claims_in_hand"
            )
        told = {}
        for one in found:
            if claims is None or one["id"] in claims:
                outcome, clause, can = kept.get(one["id"], ("LIMITATION_RUNNING", "OC 5.1-c", ""))
                told[names[one["id"]]] = Told(outcome, clause, one["until"], one["by"], can)
                assert one["expired"] == (outcome == "EXPIRED")
        assert sum(counted.count for counted in result.counts) == len(told)
        return told


_TOLD = {
    name: getattr(Clock, f"_{name}")
    for name in ("act", "reminder", "payment", "undone", "time", "case", "block")
}


@dataclass(frozen=True)
class Told:
    """What is said of one claim: outcome, clause, its last day, the period that decides, what can still be done."""

    outcome: str
    clause: str | None
    until: date
    by: str
    can: str


def count_in_crowd_and_alone(text: str) -> None:
    """Every claim is told the same among all, asked for apart, and without half of those it is not bound to."""
    table = read(text)
    clock = Clock(table, unit()).tell()
    expected = {line.words[0]: line for line in table.all("expect")}
    found = clock.decided()
    assert found.keys() == expected.keys(), "every open claim of a table is expected to be something"
    for name, line in expected.items():
        assert (name, found[name]) == (name, _expected(line, found[name]))
    for third in thirds(found):
        asked = [clock.claims[name].pk for name in third]
        assert clock.decided(asked) == {name: found[name] for name in third}
    for together in halves(_together(table, expected.keys())):
        alone = Clock(table, new_unit(str(next(_codes)))).tell(together).decided()
        assert alone == {name: found[name] for name in together if name in found}


def _expected(line: Line, found: Told) -> Told:
    _, outcome, _, until, _, by, *more = line.words
    can = more[1] if more else found.can
    return Told(outcome, line.clause, date.fromisoformat(until), by, can)


def _together(table: Table, names: Any) -> list[frozenset[str]]:
    """A claim with nobody else; a claim of interest, and its principals, with each other."""
    bound = {line.words[0]: set(line.words[6:]) for line in table.all("interest")}
    principals = set().union(*bound.values()) if bound else set()
    groups = [frozenset({name, *of}) for name, of in bound.items()]
    return groups + [frozenset({name}) for name in names if name not in bound and name not in principals]
