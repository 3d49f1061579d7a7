"""Claims on their way to the enforcement authority, told as tables: the fork, the applications, and what comes back.

Words, beside ``on`` and ``term``:

    claim    NAME CUSTOMER AMOUNT [day D] [item ITEM] [basis T] [enclosed]   invoiced on D, 21 days to pay
    reminded NAME [first D] [second D]                     two reminders, each 14 days to pay
    cost     NAME AMOUNT                                   a cost of collection beside the claim
    interest NAME CLAIM AMOUNT UNTIL                       an interest invoice on a claim, and the claim that it raises
    block    NAME CODE [from D] [until D] [lifted D]
    time     NAME UNTIL                                    payment time
    judged   NAME DAY [NUMBER | dismissed]                 a judgment of a case of its own
    pay      NAME AMOUNT [day D]                           a payment by the claim's reference, allocated
    proposed NAME [refused | approved]                     for write-off, by the unit, after all the above
    enforced NAME ...                                      applied for, by a run on the day before the table's
    obstacle NAME CERTIFICATE DAY                          the certificate on the claim's case
    expect   NAME OUTCOME                                  # clause
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection

from apart import halves
from cast import AT, an_order, customer, inside, new_unit, person, run, set_term, unit
from income.money import a_payment, claim_of
from income.tables import Line, Table, read
from reskontra.claims.models import (
    Block,
    BlockLift,
    Case,
    CaseClaim,
    CaseEvent,
    Claim,
    ClaimDecision,
    Cost,
    Deferral,
    DeferralClaim,
    DeferralRequest,
    Instalment,
    InterestCharge,
    InterestInvoice,
    Letter,
    Reminder,
)
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.income.write_off.actions import approve, propose, refuse, review
from reskontra.kernel.references import unit_reference
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run
from reskontra.runs.run import Result, Room, apply

INVOICED = date(2026, 1, 12)
FIRST, SECOND = date(2026, 3, 2), date(2026, 4, 1)
_TERM = timedelta(days=14)
_codes = count(710_001)


@dataclass
class Street:
    """A table told into a unit: its claims by name."""

    table: Table
    where: Unit
    claims: dict[str, Claim] = field(default_factory=dict)

    def tell(self, only: frozenset[str] | None = None) -> "Street":
        """Everything in the table; of the claims only those named."""
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        told = [line for line in self.table.all("claim") if only is None or line.words[0] in only]
        self._claims(told)
        for line in self.table.all("interest"):
            if line.words[1] in self.claims:
                self._interest(*line.words)
        for keyword in ("reminded", "cost", "time", "judged", "pay"):
            for line in self._about(keyword):
                getattr(self, f"_{keyword}")(line.words[0], line)
        for line in self._about("block"):
            self.block(line.words[0], line.words[1], **line.options(2))
        if enforced := [line for line in self.table.all("enforced") if set(line.words) <= self.claims.keys()]:
            ids = [self.claims[name].pk for line in enforced for name in line.words]
            run(EnforcementRun(ids), self.where, self.table.on - timedelta(days=1))
        for line in self._about("obstacle"):
            self.step(line.words[0], "obstacle", line.words[2], certificate=line.words[1])
        for line in self._about("proposed"):
            self._proposed(line.words[0], line)
        return self

    def _about(self, keyword: str) -> list[Line]:
        return [line for line in self.table.all(keyword) if line.words[0] in self.claims]

    def _claims(self, lines: Sequence[Line]) -> None:
        by_day: dict[date, list[Line]] = {}
        for line in lines:
            by_day.setdefault(_day_of(line), []).append(line)
        for day, some in sorted(by_day.items()):
            with inside(self.where):
                numbers = {line.words[0]: self._order(line, day) for line in some}
            run(OrdersRun(), self.where, day)
            run(InvoicingRun(), self.where, day)
            with inside(self.where):
                self.claims |= {name: claim_of(self.where, number) for name, number in numbers.items()}

    def _order(self, line: Line, day: date) -> int:
        name, who, amount = line.words[:3]
        options = _options(line)
        enclosed = (
            [{"name": "p.pdf", "digest": "0" * 64, "size": 1, "basis": True}]
            if "enclosed" in line.words
            else []
        )
        return an_order(
            self.where, who, {"item": options.get("item", "PERMIT"), "quantity": "1", "unit_price": amount},
            service_date=day, source="own_system", case_reference=name,
            charge_basis_text=options.get("basis", ""), attachments=enclosed,
        ).number  # fmt: skip

    def _interest(self, name: str, of: str, amount: str, until: str) -> None:
        """An interest invoice as its run writes it, due on the day of the principal's reminder."""
        principal, money = self.claims[of], Decimal(amount)
        with inside(self.where):
            by, number = self._by(), take_numbers(self.where, "interest", 1)
            voucher = Voucher.objects.create(
                unit=self.where, run=by, kind="IN", year=2026, number=number, posting_date=INVOICED,
            )  # fmt: skip
            Entry.objects.bulk_create(
                Entry(unit=self.where, voucher=voucher, position=place, account=posting_account(event, INVOICED),
                      amount=sign * money)
                for place, (event, sign) in enumerate((("receivable", 1), ("late_interest", -1)), start=1)
            )  # fmt: skip
            reference = unit_reference(self.where.code, 900_000_000 + number)
            invoice = InterestInvoice.objects.create(
                unit=self.where, run=by, number=number, kind="late", customer_id=principal.payer_id, language="sv",
                issue_date=INVOICED, due_date=principal.due_date, reference=reference, total=money, voucher=voucher,
            )  # fmt: skip
            InterestCharge.objects.create(
                unit=self.where,
                invoice=invoice,
                claim=principal,
                until_date=date.fromisoformat(until),
                amount=money,
            )
            self.claims[name] = Claim.objects.create(
                unit=self.where, run=by, kind="interest", interest_invoice=invoice, payer_id=principal.payer_id,
                reference=reference, public_law=principal.public_law, amount=money, due_date=principal.due_date,
            )  # fmt: skip

    def _by(self) -> Run:
        return Run.objects.create(
            unit=self.where, name="told", on_date=self.table.on, state="applied", person=person("cecilia"),
            planned_at=AT, applied_at=AT,
        )  # fmt: skip

    def _letter(self, by: Run, claim: Claim, kind: str, day: date) -> Letter:
        return Letter.objects.create(
            unit=self.where, run=by, customer_id=claim.payer_id, kind=kind, language="sv", day=day, document={},
            number=take_numbers(self.where, "letter", 1), digest="0" * 64,
        )  # fmt: skip

    def _reminded(self, name: str, line: Line) -> None:
        claim, options = self.claims[name], line.options(1)
        with inside(self.where):
            by = self._by()
            for ordinal, (key, usual) in enumerate((("first", FIRST), ("second", SECOND)), start=1):
                if options.get(key) == "none":
                    continue
                sent = date.fromisoformat(options.get(key, usual.isoformat()))
                Reminder.objects.create(
                    unit=self.where, run=by, claim=claim, letter=self._letter(by, claim, "reminder", sent),
                    ordinal=ordinal, sent_date=sent, due_date=sent + _TERM, open=claim.amount, clause="OC 6.1.2-c",
                )  # fmt: skip

    def _cost(self, name: str, line: Line) -> None:
        with inside(self.where):
            Cost.objects.create(
                unit=self.where, run=self._by(), claim=self.claims[name], kind="reminder", day=FIRST,
                amount=Decimal(line.words[1]), clause="OC 6.1.3-a",
            )  # fmt: skip

    def block(self, name: str, code: str, **options: str) -> Block:
        """A block on a claim, from the day when it was invoiced unless told."""
        with inside(self.where):
            claim, until = self.claims[name], options.get("until")
            first = date.fromisoformat(options.get("from", INVOICED.isoformat()))
            one = Block.objects.create(
                unit=self.where, person=person("kirsi"), given_at=AT, claim=claim, code=code, from_date=first,
                until_date=until and date.fromisoformat(until), review_date=date(2040, 1, 1), reason="test",
                party="unit",
            )  # fmt: skip
            if "lifted" in options:
                BlockLift.objects.create(
                    unit=self.where, person=person("kirsi"), given_at=AT, block=one, reason="test",
                    day=date.fromisoformat(options["lifted"]),
                )  # fmt: skip
        return one

    def _time(self, name: str, line: Line) -> None:
        claim, until = self.claims[name], date.fromisoformat(line.words[1])
        with inside(self.where):
            by, clerk = self._by(), {"person": person("kirsi"), "given_at": AT}
            asked = DeferralRequest.objects.create(
                unit=self.where, customer_id=claim.payer_id, requested_date=claim.due_date, wished_until=until, **clerk,
            )  # fmt: skip
            one = Deferral.objects.create(
                unit=self.where, run=by, request=asked, number=take_numbers(self.where, "deferral", 1),
                customer_id=claim.payer_id, from_date=claim.due_date, until_date=until, **clerk,
                letter=self._letter(by, claim, "payment_time", claim.due_date),
            )  # fmt: skip
            DeferralClaim.objects.create(unit=self.where, deferral=one, claim=claim, principal=claim.amount)
            Instalment.objects.create(
                unit=self.where, deferral=one, position=1, due_date=until, amount=claim.amount
            )

    def _judged(self, name: str, line: Line) -> None:
        claim, day = self.claims[name], date.fromisoformat(line.words[1])
        detail: dict[str, Any] = {"number": line.words[2]} if len(line.words) > 2 else {}
        if detail.get("number") == "dismissed":
            detail["claims"] = []
        with inside(self.where):
            by = self._by()
            case = Case.objects.create(
                unit=self.where, run=by, number=take_numbers(self.where, "case", 1), kind="court",
                debtor_id=claim.payer_id, public_law=False, opened_date=day, procedure="limited", court="helsinki",
            )  # fmt: skip
            CaseClaim.objects.create(
                unit=self.where, case=case, claim=claim, principal=claim.amount, costs=0, interest_ground="section_4",
                interest_from=claim.due_date + timedelta(days=1), provision="agreement",
            )  # fmt: skip
            for position, (kind, told) in enumerate((("applied", {}), ("judged", detail)), start=1):
                CaseEvent.objects.create(
                    unit=self.where, case=case, run=by, given_at=AT, position=position, kind=kind, day=day, detail=told,
                )  # fmt: skip

    def _pay(self, name: str, line: Line) -> None:
        self.pay(name, line.words[1], **line.options(2))

    def _proposed(self, name: str, line: Line) -> None:
        with inside(self.where, "kirsi") as acting:
            proposal = propose(acting, self.claims[name], "decided", "not worth it")
        if "refused" in line.words:
            with inside(self.where, "gunnar") as acting:
                refuse(acting, proposal, "kept", self.table.on + timedelta(days=1))
        if "approved" in line.words:
            with inside(self.where, "maria") as acting:
                review(acting, proposal, proposal.digest)
            with inside(self.where, "gunnar") as acting:
                approve(acting, proposal, proposal.digest)

    def pay(self, name: str, amount: str, day: str = "") -> None:
        """Money for a claim, allocated at once."""
        on = date.fromisoformat(day) if day else self.table.on
        a_payment(self.where, amount, day=on, reference=self.claims[name].reference)
        run(AllocationRun(), self.where, on)

    def case(self, name: str) -> Case:
        """The newest case of a claim."""
        with inside(self.where):
            found = (
                CaseClaim.objects.filter(unit=self.where, claim=self.claims[name])
                .order_by("-case_id")
                .first()
            )
            assert found is not None
            return Case.objects.select_related("debtor").get(unit=self.where, pk=found.case_id)

    def step(self, name: str, kind: str, day: str, **detail: str) -> None:
        """A step of a claim's newest case, as if the authority had told it."""
        case = self.case(name)
        with inside(self.where):
            last = CaseEvent.objects.filter(unit=self.where, case=case).order_by("-position").first()
            CaseEvent.objects.create(
                unit=self.where, case=case, run=self._by(), given_at=AT, position=(last.position if last else 0) + 1,
                kind=kind, day=date.fromisoformat(day), detail=detail,
            )  # fmt: skip

    def steps(self, name: str) -> list[str]:
        """The steps of a claim's newest case, in order."""
        case = self.case(name)
        with inside(self.where):
            found = CaseEvent.objects.filter(unit=self.where, case=case).order_by("position")
            return list(found.values_list("kind", flat=True))

    def blocks(self, name: str) -> list[tuple[str, str]]:
        """The blocks of a claim: code and reason."""
        with inside(self.where):
            found = Block.objects.filter(unit=self.where, claim=self.claims[name]).order_by("id")
            return list(found.values_list("code", "reason"))

    def decided(self, room: Room) -> dict[str, tuple[str, str | None]]:
        """Outcome and clause of every claim that the run stores a decision of or counts."""
        result, found = self.ran(room)
        names = {claim.pk: name for name, claim in self.claims.items()}
        assert sum(one.count for one in result.counts) == len(found)
        return {names[one]: told for one, told in found.items() if one in names}

    def ran(self, room: Room) -> tuple[Result, dict[int, tuple[str, str | None]]]:
        """A run of the table's day, and what it decided of each claim, by id."""
        with inside(self.where) as acting, connection.cursor() as cursor:
            result = apply(room, acting, self.table.on)
            cursor.execute("SELECT id, outcome, clause FROM decided")
            return result, {one: (outcome, clause) for one, outcome, clause in cursor.fetchall()}


def _options(line: Line) -> dict[str, str]:
    words = [one for one in line.words[3:] if one != "enclosed"]
    return dict(zip(words[::2], words[1::2], strict=True))


def _day_of(line: Line) -> date:
    return date.fromisoformat(_options(line).get("day", INVOICED.isoformat()))


def at_noon(street: Street) -> datetime:
    """A moment of the table's day."""
    return datetime.combine(street.table.on, time(9), UTC)


def refused_by(street: Street, act: Callable[[], object]) -> str:
    """The name of the constraint that refuses what ``act`` does in the street's unit."""
    with pytest.raises(IntegrityError) as refused, inside(street.where):
        act()
    return str(refused.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def told(text: str, where: Unit | None = None) -> Street:
    """A table told into a unit, the harbour's unless another is given."""
    return Street(read(text), where or unit()).tell()


def decide_in_crowd_and_alone(text: str, room: Callable[[], Room]) -> Street:
    """Every claim becomes what the table expects, among all and without half of those it does not go together with."""
    table = read(text)
    expected = {line.words[0]: (line.words[1], line.clause) for line in table.all("expect")}
    crowd = Street(table, unit()).tell()
    assert crowd.decided(room()) == expected
    for together in halves(_together(table, expected)):
        alone = Street(table, new_unit(str(next(_codes)))).tell(together).decided(room())
        assert alone == {name: expected[name] for name in together}
    return crowd


def _together(table: Table, expected: Mapping[str, Any]) -> list[frozenset[str]]:
    """Claims of one debtor may go together; the others are alone."""
    debtors: dict[str, set[str]] = {}
    for line in table.all("claim"):
        if line.words[0] in expected:
            debtors.setdefault(line.words[1], set()).add(line.words[0])
    return [frozenset(names) for names in debtors.values()]


def decisions(street: Street, name: str, rule: str) -> list[ClaimDecision]:
    """What was decided of a claim by a rule, in order. Called inside ``working_in``."""
    return list(
        ClaimDecision.objects.filter(unit=street.where, claim=street.claims[name], rule=rule).order_by(
            "run_id"
        )
    )


__all__ = ["Street", "customer", "decide_in_crowd_and_alone", "decisions", "told"]
