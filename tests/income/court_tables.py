"""Private-law claims past their reminders, told as text tables, for the tests of courts and collection agencies.

Words, beside ``on`` (the day of the run) and ``term``:

    lives    CUSTOMER POSTCODE TOWN                where a customer of the register lives
    claim    NAME CUSTOMER AMOUNT [on DAY] [public] [agreement T] [order T] [case T]
    charged  NAME CLAIM AMOUNT UNTIL               late interest of a claim, invoiced: a claim of its own
    reminded NAME DAY [DAY]                        one or two reminders, each due 14 days after
    block    NAME CODE [until DAY]
    complaint NAME
    deferred NAME
    proposed NAME                                  for write-off
    paid     NAME AMOUNT
    cost     NAME KIND DAY AMOUNT                  a cost that is asked for already
    court    CUSTOMER KEY                          a person names the court
    relies   NAME TEXT                             a person names what the claim relies on
    case     NAME agency|enforcement STEP [STEP…]  a case of its own with its steps
    expect   NAME OUTCOME [also OUTCOME …]         # clause
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from apart import thirds
from cast import AT, DAY, an_order, before_they_moved, customer, inside, person, plan_of, run, set_term, unit
from income.money import a_payment, claim_of
from income.tables import Line, Table, read
from reskontra.claims.models import (
    Block,
    Case,
    CaseClaim,
    CaseEvent,
    Claim,
    ClaimDecision,
    Complaint,
    Cost,
    Deferral,
    DeferralClaim,
    DeferralRequest,
    Instalment,
    InterestCharge,
    InterestInvoice,
    Letter,
    Reminder,
    WriteOffProposal,
)
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.legal.court_acts import name_agreement, name_court
from reskontra.income.order_handling.run import OrdersRun
from reskontra.ledger.models import Entry, Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Room
from reskontra.sales.models import Order

_HEADER = {"agreement": "agreement", "order": "order_number", "case": "case_reference"}
REMIND_DAYS = 14


def at(day: date) -> datetime:
    """Nine in the morning in Finland, more or less, on ``day``."""
    return datetime(day.year, day.month, day.day, 7, 0, tzinfo=UTC)


@dataclass
class Docket:
    """A table told into a unit: its claims by name."""

    table: Table
    where: Unit
    claims: dict[str, Claim] = field(default_factory=dict)

    @property
    def on(self) -> date:
        """The day of the run."""
        return self.table.on

    def tell(self) -> "Docket":
        """Everything in the table, in the order of its lines."""
        words: dict[str, Callable[[Line], None]] = {
            "charged": self._charged, "reminded": self._reminded, "block": self._block,
            "complaint": self._complaint, "deferred": self._deferred, "proposed": self._proposed,
            "paid": self._paid, "cost": self._cost, "court": self._court, "relies": self._relies, "case": self._case,
        }  # fmt: skip
        for line in self.table.all("term"):
            set_term(self.where, *line.words)
        for line in self.table.all("lives"):
            self._lives(line)
        self._claim()
        for line in self.table.lines:
            if line.keyword in words:
                words[line.keyword](line)
        return self

    def _lives(self, line: Line) -> None:
        one = customer(line.words[0])
        one.postcode, one.town = line.words[1:3]
        with inside(self.where):
            one.save()

    def _claim(self) -> None:
        """Every claim of the table by an invoice of its own, invoiced day by day."""
        orders: dict[date, dict[str, Order]] = {}
        for line in self.table.all("claim"):
            name, who, amount = line.words[:3]
            options = dict(_options(line.words[3:]))
            day = date.fromisoformat(options.pop("on", DAY.isoformat()))
            item = "PERMIT" if options.pop("public", None) else "SEEDS"
            header = {"case_reference": "", **{_HEADER[key]: value for key, value in options.items()}}
            header["site"] = name  # orders that name another site are invoiced apart
            with inside(self.where):
                orders.setdefault(day, {})[name] = an_order(
                    self.where, who, {"item": item, "quantity": "1", "unit_price": amount}, service_date=day,
                    source="own_system", **header,
                )  # fmt: skip
        for day, named in orders.items():
            with before_they_moved():
                run(OrdersRun(), self.where, day)
                run(InvoicingRun(), self.where, day)
            with inside(self.where):
                for name, order in named.items():
                    self.claims[name] = claim_of(self.where, order.number)

    def _charged(self, line: Line) -> None:
        name, of, amount, until = line.words
        claim, money = self.claims[of], Decimal(amount)
        with inside(self.where):
            by = fact_run(self.where, "interest")
            voucher = Voucher.objects.create(
                unit=self.where, run=by, kind="IN", year=DAY.year, posting_date=DAY,
                number=take_numbers(self.where, "voucher IN", 1, DAY.year),
            )  # fmt: skip
            Entry.objects.bulk_create(
                Entry(unit=self.where, voucher=voucher, position=place, account=account, amount=sign * money)
                for place, (account, sign) in enumerate((("17000000", 1), ("50000000", -1)), start=1)
            )
            number = take_numbers(self.where, "interest", 1)
            invoice = InterestInvoice.objects.create(
                unit=self.where, run=by, number=number, kind="late", customer_id=claim.payer_id, language="sv",
                issue_date=DAY, due_date=claim.due_date, reference=f"99{number:04d}", total=money, voucher=voucher,
            )  # fmt: skip
            InterestCharge.objects.create(
                unit=self.where, invoice=invoice, claim=claim, until_date=until, amount=money
            )
            self.claims[name] = Claim.objects.create(
                unit=self.where, run=by, kind="interest", interest_invoice=invoice, payer_id=claim.payer_id,
                reference=f"99{number:04d}", public_law=False, amount=money, due_date=claim.due_date,
            )  # fmt: skip

    def _reminded(self, line: Line) -> None:
        claim = self.claims[line.words[0]]
        with inside(self.where):
            by = fact_run(self.where, "reminders")
            for ordinal, told in enumerate(line.words[1:], start=1):
                day = date.fromisoformat(told)
                letter = self._letter(by, claim, "reminder", day)
                Reminder.objects.create(
                    unit=self.where, run=by, claim=claim, letter=letter, ordinal=ordinal, sent_date=day,
                    due_date=day + timedelta(days=REMIND_DAYS), open=claim.amount, clause="OC 6.1.2-c",
                )  # fmt: skip

    def _letter(self, by: Run, claim: Claim, kind: str, day: date) -> Letter:
        return Letter.objects.create(
            unit=self.where, run=by, customer_id=claim.payer_id, kind=kind, language="sv", day=day, document={},
            number=take_numbers(self.where, "letter", 1), digest="0" * 64,
        )  # fmt: skip

    def _block(self, line: Line) -> None:
        with inside(self.where):
            self._set_block(self.claims[line.words[0]], line.words[1], line.options(2).get("until"))

    def _set_block(self, claim: Claim, code: str, until: str | None = None) -> Block:
        return Block.objects.create(
            unit=self.where, claim=claim, code=code, from_date=DAY, review_date=self.on, reason="test",
            until_date=until, party="unit", person=person("cecilia"), given_at=AT,
        )  # fmt: skip

    def _complaint(self, line: Line) -> None:
        claim = self.claims[line.words[0]]
        with inside(self.where):
            Complaint.objects.create(
                unit=self.where, claim=claim, block=self._set_block(claim, "C"), received_date=DAY, received_by="unit",
                message="not ordered", person=person("cecilia"), given_at=AT,
            )  # fmt: skip

    def _deferred(self, line: Line) -> None:
        claim = self.claims[line.words[0]]
        with inside(self.where):
            until = self.on + timedelta(days=60)
            said = {"person": person("cecilia"), "given_at": AT}
            by = fact_run(self.where, "deferrals")
            request = DeferralRequest.objects.create(
                unit=self.where, customer_id=claim.payer_id, requested_date=DAY, wished_until=until, **said
            )
            one = Deferral.objects.create(
                unit=self.where, run=by, request=request, number=take_numbers(self.where, "deferral", 1),
                customer_id=claim.payer_id, from_date=DAY, until_date=until,
                letter=self._letter(by, claim, "payment_time", DAY), **said,
            )  # fmt: skip
            said = {"unit": self.where, "deferral": one}
            DeferralClaim.objects.create(**said, claim=claim, principal=claim.amount)
            Instalment.objects.create(**said, position=1, due_date=until, amount=claim.amount)

    def _proposed(self, line: Line) -> None:
        claim = self.claims[line.words[0]]
        with inside(self.where):
            WriteOffProposal.objects.create(
                unit=self.where, claim=claim, ground="decided", amount=claim.amount, proposed_date=DAY,
                clause="OC 5.1-b", digest="0" * 64, person=person("cecilia"), given_at=AT,
            )  # fmt: skip

    def _paid(self, line: Line) -> None:
        claim = self.claims[line.words[0]]
        payment = a_payment(self.where, line.words[1], reference=claim.reference)
        run(AllocationRun([payment.pk]), self.where, DAY)

    def _cost(self, line: Line) -> None:
        name, kind, day, amount = line.words
        with inside(self.where):
            Cost.objects.create(
                unit=self.where, run=fact_run(self.where, "reminders"), claim=self.claims[name], kind=kind, day=day,
                amount=Decimal(amount), clause="OC 6.1.3-a",
            )  # fmt: skip

    def _court(self, line: Line) -> None:
        with inside(self.where) as acting:
            name_court(
                acting, customer(line.words[0]), line.words[1], "told by the register of the population"
            )

    def _relies(self, line: Line) -> None:
        with inside(self.where) as acting:
            name_agreement(acting, self.claims[line.words[0]], line.words[1])

    def _case(self, line: Line) -> None:
        claim = self.claims[line.words[0]]
        with inside(self.where):
            a_case(self.where, claim, line.words[1], line.words[2:])

    def decided(
        self, room: Room, rule: str, on: date | None = None
    ) -> dict[str, tuple[str, tuple[str, ...], str]]:
        """What the room says of each claim: outcome, the other reasons, clause. Planned: nothing else is written."""
        planned = plan_of(room, self.where, on or self.on).run
        names = {claim.pk: name for name, claim in self.claims.items()}
        with inside(self.where):
            return {
                names[one.claim_id]: (one.outcome, tuple(one.reasons[1:]), one.clause)
                for one in ClaimDecision.objects.filter(unit=self.where, run=planned, rule=rule)
            }


def told(text: str) -> Docket:
    """A table told into the harbour."""
    return Docket(read(text), unit()).tell()


def decide_in_crowd_and_alone(text: str, room: Callable[..., Room], rule: str) -> Docket:
    """Every claim becomes what the table expects, among all the others and asked for apart."""
    docket = told(text)
    expected = {
        line.words[0]: (line.words[1], tuple(line.words[3:]), line.clause)
        for line in docket.table.all("expect")
    }
    assert docket.decided(room(), rule) == expected
    for third in thirds(expected):
        asked = [docket.claims[name].pk for name in third]
        assert docket.decided(room(asked), rule) == {name: expected[name] for name in third}
    return docket


def a_case(where: Unit, claim: Claim, kind: str, steps: Sequence[str], number: int | None = None) -> Case:
    """A case about one claim, with its steps in order, as another room would store it."""
    by = fact_run(where, kind)
    case = Case.objects.create(
        unit=where, run=by, number=number or take_numbers(where, "case", 1), kind=kind, debtor_id=claim.payer_id,
        public_law=claim.public_law, opened_date=DAY, procedure="normal" if kind == "enforcement" else "",
    )  # fmt: skip
    CaseClaim.objects.create(
        unit=where, case=case, claim=claim, principal=claim.amount, costs=0, interest_from=claim.due_date,
        interest_ground="section_4", provision="test",
    )  # fmt: skip
    for position, step in enumerate(steps, start=1):
        CaseEvent.objects.create(
            unit=where, run=by, case=case, position=position, kind=step, day=DAY, given_at=AT
        )
    return case


def fact_run(where: Unit, name: str) -> Run:
    """A run for facts that another room would write. Called inside ``working_in``."""
    return Run.objects.create(
        unit=where,
        name=name,
        on_date=DAY,
        state="applied",
        person=person("cecilia"),
        planned_at=AT,
        applied_at=AT,
    )


def _options(words: Sequence[str]) -> list[tuple[str, str]]:
    told, rest = [], iter(words)
    for word in rest:
        told.append((word, "yes" if word == "public" else next(rest)))
    return told
