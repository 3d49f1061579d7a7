"""Reminders as tables: claims that are late, what speaks against reminding them, and what each becomes and costs.

Claims are stored as an invoice run and a delivery leave them, so that a table may set any day. Words, beside ``on``
and ``term``:

    claim    NAME CUSTOMER AMOUNT due DAY [issued DAY] [sent DAY | unsent] [named EURO] [commercial] [bill-to CUSTOMER]
    reminded DAY                                   a reminder run of that day, before everything below it
    block    NAME|CUSTOMER CODE from DAY [until DAY] [lifted DAY]
    left     NAME [DAY] [back]                     out of the runs of the day (today); back: and in again
    payment  NAME AMOUNT [waiting] [day DAY]       of the claim, allocated on its day; ``waiting``: not yet
    deferred NAME until DAY [ended DAY]            payment time that was agreed
    case     NAME STATE                            a court case whose newest step is STATE
    proposed NAME                                  for write-off
    cost     NAME EURO KIND                        what was charged before, a year ago
    credited NAME EURO                             by a credit that waits for its set-off
    promised NAME DAY                              a complaint that was upheld on the day
    expect   NAME OUTCOME [EURO] [WHY]             # clause        EURO and WHY: the cost and its outcome
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from apart import thirds
from cast import AT, REVENUE_COMMERCIAL, REVENUE_PUBLIC, customer, inside, person, run, set_term, unit
from income.money import a_payment
from income.tables import Line, Table, read
from reskontra.bank.models import Material
from reskontra.claims.exclusions import leave_out, take_back
from reskontra.claims.models import (
    Block,
    BlockLift,
    Case,
    CaseClaim,
    CaseEvent,
    Claim,
    ClaimDecision,
    Complaint,
    ComplaintAnswer,
    Cost,
    Deferral,
    DeferralClaim,
    DeferralEnd,
    DeferralRequest,
    Instalment,
    Letter,
    Reminder,
    WriteOffProposal,
)
from reskontra.exchange.models import InboxFile, OutboxFile
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.reminders.run import ReminderRun
from reskontra.kernel.references import unit_reference
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer, Unit, UnitAccount, UnitTerm
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Result, apply, plan
from reskontra.sales.models import Invoice, InvoiceDelivery

_numbers = count(1)
_TERM = timedelta(days=21)


def _run_of(where: Unit, name: str, day: date, terms: dict[str, Any] | None = None) -> Run:
    return Run.objects.create(
        unit=where, name=name, on_date=day, state="applied", person=person("cecilia"), planned_at=AT, applied_at=AT,
        terms=terms or {},
    )  # fmt: skip


def a_late_claim(
    where: Unit,
    who: str,
    amount: str,
    due: date,
    *,
    issued: date | None = None,
    sent: date | None = None,
    unsent: bool = False,
    named: str = "5.00",
    public_law: bool = True,
    bill_to: str = "",
) -> Claim:
    """A claim by an invoice that left on ``sent`` and named ``named`` euro as cost. Called inside ``working_in``."""
    issued = issued or due - _TERM
    money, payer = Decimal(amount), customer(who)
    by = _run_of(where, "invoicing", issued)
    number = take_numbers(where, "invoice", 1)
    voucher = Voucher.objects.create(
        unit=where, run=by, kind="SI", year=issued.year, number=take_numbers(where, "voucher SI", 1, issued.year),
        posting_date=issued,
    )  # fmt: skip
    accounts = (posting_account("receivable", issued), REVENUE_PUBLIC if public_law else REVENUE_COMMERCIAL)
    Entry.objects.bulk_create(
        Entry(unit=where, voucher=voucher, position=place, account=account, amount=sign * money)
        for place, (account, sign) in enumerate(zip(accounts, (1, -1), strict=True))
    )
    invoice = Invoice.objects.create(
        unit=where, run=by, number=number, credit=False, issue_date=issued, due_date=due, term_days=21,
        term_clause="OC 3.11-a", customer=payer, payer=payer, bill_to=customer(bill_to) if bill_to else None,
        language=payer.language, internal=False, public_law=public_law, supply_date=issued,
        reference=unit_reference(where.code, number), net=money, vat=0, total=money, voucher=voucher,
    )  # fmt: skip
    if not unsent:
        _deliver(where, invoice, sent or issued, named)
    return Claim.objects.create(
        unit=where, run=by, invoice=invoice, payer=payer, reference=invoice.reference, public_law=public_law,
        amount=money, due_date=due,
    )  # fmt: skip


def a_cost(where: Unit, claim: Claim, amount: str, day: date, kind: str = "demand") -> Cost:
    """A cost of collection that was charged on a day. Called inside ``working_in``."""
    return Cost.objects.create(
        unit=where, run=_run_of(where, "test", day), claim=claim, kind=kind, day=day, amount=Decimal(amount),
        clause="OC 6.1.3-b",
    )  # fmt: skip


def a_credit(where: Unit, claim: Claim, amount: str, day: date) -> Claim:
    """The claim of a credit invoice for part of another. Called inside ``working_in``."""
    original = Invoice.objects.get(unit=where, pk=claim.invoice_id)
    money, by, number = Decimal(amount), _run_of(where, "invoicing", day), take_numbers(where, "invoice", 1)
    voucher = Voucher.objects.create(
        unit=where, run=by, kind="SI", year=day.year, number=take_numbers(where, "voucher SI", 1, day.year),
        posting_date=day,
    )  # fmt: skip
    Entry.objects.bulk_create(
        Entry(unit=where, voucher=voucher, position=place, account=account, amount=-sign * money)
        for place, (account, sign) in enumerate(
            ((posting_account("receivable", day), 1), (REVENUE_PUBLIC, -1))
        )
    )
    invoice = Invoice.objects.create(
        unit=where, run=by, number=number, credit=True, original=original, issue_date=day, due_date=day, term_days=0,
        term_clause="OC 3.11-a", customer_id=claim.payer_id, payer_id=claim.payer_id, language=original.language,
        internal=False, public_law=claim.public_law, supply_date=day, reference=unit_reference(where.code, number),
        net=-money, vat=0, total=-money, voucher=voucher,
    )  # fmt: skip
    return Claim.objects.create(
        unit=where, run=by, invoice=invoice, payer_id=claim.payer_id, reference=invoice.reference,
        public_law=claim.public_law, amount=-money, due_date=day,
    )  # fmt: skip


def _deliver(where: Unit, invoice: Invoice, day: date, named: str) -> None:
    by = _run_of(where, "delivery", day, {"terms": {"collection_cost": {"value": named}}})
    place = next(_numbers)
    file = OutboxFile.objects.create(
        unit=where, run=by, name=f"{where.code}-{place}.xml", digest=f"{place:064x}", size=1, documents=1,
        amount=invoice.total, channel="finvoice", built_at=AT,
    )  # fmt: skip
    InvoiceDelivery.objects.create(
        unit=where, invoice=invoice, attempt=1, file=file, channel="paper", clause="OC 3.6-b"
    )


def statement_until(where: Unit, day: date, account: UnitAccount | None = None) -> None:
    """An account statement that tells until ``day`` that nothing moved. Called inside ``working_in``."""
    place = next(_numbers)
    file = InboxFile.objects.create(
        unit=where, digest=f"e{place:063d}", name=f"s{place}.xml", kind="statement", size=1, person=person("cecilia"),
        received_at=AT,
    )  # fmt: skip
    Material.objects.create(
        unit=where, run=_run_of(where, "bank", day), file=file, position=1, kind="statement", source="camt.053",
        account=account or UnitAccount.objects.get(unit=where, purpose="income"), identity=f"statement {place}",
        from_date=day, to_date=day, opening=0, closing=0, lines=0, total=0,
    )  # fmt: skip


def remind(where: Unit, day: date, claims: list[int] | None = None) -> Result:
    """A reminder run of ``day`` with bank material in to date."""
    with inside(where) as acting:
        statement_until(where, day)
        return apply(ReminderRun(claims), acting, day)


def a_block(
    where: Unit,
    what: Claim | Customer,
    code: str,
    first: date,
    last: date | None = None,
    lifted: date | None = None,
) -> Block:
    """A block as a run leaves it, on any day. Called inside ``working_in``."""
    by = _run_of(where, "test", first)
    made = Block.objects.create(
        unit=where, run=by, claim=what if isinstance(what, Claim) else None,
        customer=what if isinstance(what, Customer) else None, code=code, from_date=first, until_date=last,
        review_date=first, reason="test", party="unit", given_at=AT,
    )  # fmt: skip
    if lifted:
        BlockLift.objects.create(unit=where, run=by, block=made, day=lifted, reason="test", given_at=AT)
    return made


@dataclass
class Late:
    """A table told into a unit: its claims by name."""

    table: Table
    where: Unit
    claims: dict[str, Claim] = field(default_factory=dict)

    @property
    def on(self) -> date:
        return self.table.on

    def tell(self) -> "Late":
        for line in self.table.lines:
            if line.keyword == "term":
                set_term(self.where, *line.words)
        with inside(self.where):
            for line in self.table.all("claim"):
                self.claims[line.words[0]] = self._claim(line)
        for line in self.table.lines:
            if line.keyword == "reminded":
                remind(self.where, date.fromisoformat(line.words[0]))
            elif line.keyword == "payment":
                self._payment(line)
            elif line.keyword == "block":
                self._block(line)
            elif line.keyword in ("deferred", "case", "proposed", "cost", "credited", "promised", "left"):
                with inside(self.where):
                    getattr(self, f"_{line.keyword}")(self.claims[line.words[0]], *line.words[1:])
        return self

    def _claim(self, line: Line) -> Claim:
        _, who, amount, *_ = line.words
        told: dict[str, Any] = {}
        words = iter(line.words[3:])
        for word in words:
            if word in ("due", "issued", "sent"):
                told[word] = date.fromisoformat(next(words))
            elif word == "unsent":
                told["unsent"] = True
            elif word == "commercial":
                told["public_law"] = False
            elif word in ("named", "bill-to"):
                told[word.replace("-", "_")] = next(words)
            else:
                raise AssertionError(word)
        return a_late_claim(self.where, who, amount, told.pop("due"), **told)

    def _payment(self, line: Line) -> None:
        name, amount, *rest = line.words
        waiting = "waiting" in rest
        day = date.fromisoformat(rest[rest.index("day") + 1]) if "day" in rest else self.on
        a_payment(self.where, amount, day=day, reference=self.claims[name].reference)
        if not waiting:
            run(AllocationRun(), self.where, day)

    def _block(self, line: Line) -> None:
        name, code, *rest = line.words
        days = {word: date.fromisoformat(value) for word, value in zip(rest[::2], rest[1::2], strict=True)}
        with inside(self.where):
            what: Claim | Customer = self.claims[name] if name in self.claims else customer(name)
            a_block(self.where, what, code, days["from"], days.get("until"), days.get("lifted"))

    def _deferred(self, claim: Claim, _until: str, until: str, _ended: str = "", ended: str = "") -> None:
        by, place = _run_of(self.where, "deferrals", self.on), next(_numbers)
        letter = Letter.objects.create(
            unit=self.where, run=by, customer_id=claim.payer_id, kind="payment_time", number=900_000 + place,
            language="sv", day=self.on, document={}, digest="",
        )  # fmt: skip
        request = DeferralRequest.objects.create(
            unit=self.where, person=person("cecilia"), given_at=AT, customer_id=claim.payer_id,
            requested_date=date(2026, 1, 1), wished_until=date.fromisoformat(until),
        )  # fmt: skip
        deferral = Deferral.objects.create(
            unit=self.where, run=by, person=person("cecilia"), given_at=AT, request=request, number=900_000 + place,
            customer_id=claim.payer_id, from_date=date(2026, 1, 1), until_date=date.fromisoformat(until), letter=letter,
        )  # fmt: skip
        DeferralClaim.objects.create(unit=self.where, claim=claim, deferral=deferral, principal=claim.amount)
        Instalment.objects.create(
            unit=self.where, deferral=deferral, position=1, due_date=deferral.until_date, amount=claim.amount
        )
        if ended:
            DeferralEnd.objects.create(
                unit=self.where, run=by, deferral=deferral, day=date.fromisoformat(ended), outcome="broken"
            )

    def _case(self, claim: Claim, state: str) -> None:
        by, place = _run_of(self.where, "court", self.on), next(_numbers)
        case = Case.objects.create(
            unit=self.where, run=by, number=900_000 + place, kind="court", debtor_id=claim.payer_id, public_law=False,
            opened_date=self.on, procedure="limited", court="helsinki",
        )  # fmt: skip
        CaseClaim.objects.create(
            unit=self.where, claim=claim, case=case, principal=claim.amount, costs=0, interest_from=claim.due_date,
            interest_ground="section_4", provision="test",
        )  # fmt: skip
        for position, kind in enumerate(("applied", state) if state != "applied" else ("applied",), start=1):
            CaseEvent.objects.create(
                unit=self.where, run=by, case=case, position=position, kind=kind, day=self.on, given_at=AT
            )

    def _proposed(self, claim: Claim) -> None:
        WriteOffProposal.objects.create(
            unit=self.where, claim=claim, run=_run_of(self.where, "write_offs", self.on), given_at=AT,
            ground="small_claim", amount=claim.amount, proposed_date=self.on, clause="OC 5.1-b", digest="",
        )  # fmt: skip

    def _left(self, claim: Claim, *words: str) -> None:
        days = [date.fromisoformat(word) for word in words if word != "back"]
        with_reason = leave_out(
            _cecilia(self.where), "reminders", [claim], days[0] if days else self.on, "tala först"
        )
        assert len(with_reason) == 1
        if "back" in words:
            take_back(_cecilia(self.where), "reminders", [claim], days[0] if days else self.on)

    def _cost(self, claim: Claim, amount: str, kind: str) -> None:
        a_cost(self.where, claim, amount, self.on - timedelta(days=365), kind)

    def _credited(self, claim: Claim, amount: str) -> None:
        a_credit(self.where, claim, amount, self.on)

    def _promised(self, claim: Claim, day: str) -> None:
        held = a_block(self.where, claim, "C", claim.due_date, lifted=date.fromisoformat(day))
        complaint = Complaint.objects.create(
            unit=self.where, claim=claim, block=held, received_date=claim.due_date, received_by="unit", message="test",
            person=person("kirsi"), given_at=AT,
        )  # fmt: skip
        ComplaintAnswer.objects.create(
            unit=self.where, complaint=complaint, day=date.fromisoformat(day), outcome="partly", message="test",
            person=person("kirsi"), given_at=AT,
        )  # fmt: skip

    def decided(self, result: Result) -> dict[str, tuple[str, str, str, str]]:
        """Outcome, clause, cost and why, by the claim's name. Called inside ``working_in``."""
        names = {claim.pk: name for name, claim in self.claims.items()}
        return {
            names[one.claim_id]: (
                one.outcome, one.clause, one.inputs.get("cost", ""), one.inputs.get("cost_why", ""),
            )
            for one in ClaimDecision.objects.filter(unit=self.where, run=result.run, rule="reminders")
        }  # fmt: skip


def _expected(lines: list[Line]) -> Iterator[tuple[str, tuple[str, str | None, str | None, str | None]]]:
    for line in lines:
        name, outcome, *more = line.words
        cost = more[0] if more else None
        yield name, (outcome, line.clause, cost, more[1] if len(more) > 1 else None)


def _agrees(
    expected: tuple[str, str | None, str | None, str | None], found: tuple[str, str, str, str]
) -> bool:
    return expected[:2] == found[:2] and all(
        wanted is None or wanted == got for wanted, got in zip(expected[2:], found[2:], strict=True)
    )


def decide_in_crowd_and_alone(text: str) -> Late:
    """Every claim becomes what the table expects, planned among all and planned apart. Nothing is sent."""
    table = read(text)
    late = Late(table, unit()).tell()
    expected = dict(_expected(table.all("expect")))
    assert expected.keys() == late.claims.keys(), "every claim of a table is expected to become something"
    with inside(late.where) as acting:
        statement_until(late.where, late.on)
        crowd = plan(ReminderRun(), acting, late.on)
        found = late.decided(crowd)
        for name, wanted in expected.items():
            if wanted[0] == "NOT_YET_DUE":  # counted, and not stored one by one
                assert name not in found
                continue
            assert _agrees(wanted, found[name]), (name, wanted, found[name])
        for third in thirds(found):
            asked = ReminderRun([late.claims[name].pk for name in third])
            assert late.decided(plan(asked, acting, late.on)) == {name: found[name] for name in third}
        counted = {count.outcome: count.count for count in crowd.counts}
    assert counted == {
        outcome: sum(1 for wanted in expected.values() if wanted[0] == outcome)
        for outcome in {wanted[0] for wanted in expected.values()}
    }
    return late


def _cecilia(where: Unit) -> Acting:
    return Acting(person("cecilia"), where, AT)


def reminders_of(where: Unit, claim: Claim) -> list[Reminder]:
    """The reminders of a claim in order. Called inside ``working_in``."""
    return list(Reminder.objects.filter(unit=where, claim=claim).order_by("ordinal"))


def costs_of(where: Unit, claim: Claim) -> list[Decimal]:
    """The costs of a claim in order. Called inside ``working_in``."""
    return [one.amount for one in Cost.objects.filter(unit=where, claim=claim).order_by("id")]


def term_from(where: Unit, key: str, value: str, first: date) -> None:
    """A term of the unit's own from a day on."""
    with inside(where):
        UnitTerm.objects.create(
            unit=where, key=key, value=value, validity=DateRange(first, None), source="test"
        )
