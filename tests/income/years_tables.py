"""Years of claims as one table: what happens on which day, and the balances after every step.

A ``day`` opens a day; each line under it is a step, and what stands behind ``=>`` are the balances that the step
changes. Whatever it does not name must be as it was before. A claim's name is what is open of it, in euro; the other
balances are those of accounts, a debt or an income as a positive amount:

    refund    owed back to payers              transit   refunds that have left
    income    interest, costs, small money     other     income that nobody could be paid
    revenue   sales                            waiting   payments that nobody owns yet
    fee       kept by the enforcement authority or an agency (an expense)

After every step the ledger's receivables are what the table says is open, and no invariant of the books is broken.

    rate      DAY PERCENT                      the unit's own reference rate of the half-year that begins on DAY
    term      KEY VALUE
    invoice   NAME CUSTOMER AMOUNT [private]   opens it, and is revenue
    credit    NAME OF AMOUNT                   a credit invoice of a claim
    deliver | letters                          what waits leaves: invoices, letters
    statement                                  bank material is in to date
    allocate                                   what waits is allocated
    pay       NAME AMOUNT [from CUSTOMER ACCOUNT]       of the claim, and allocated
    run       ROOM [OUTCOME: NAME ... ...]     every outcome that a claim of the table gets, but for those passed over
    interest  [NAME OF ...] | time-interest [NAME OF ...]         an interest run; the claims that it makes, on what
    block     NAME CODE | lift NAME CODE
    complain  NAME | answer NAME OUTCOME NEXT_STEP
    time      NAME FIRST COUNT                 payment time by instalments, from FIRST on
    report    NAME KIND [GROSS FEE]|[CERTIFICATE]       what the enforcement authority tells
    agency    NAME demanded COST | collected GROSS FEE | returned    what the collection agency tells
    relies    NAME AGREEMENT                   a person names the agreement of a summons
    judge     NAME COST FEE                    the court's judgment, with the costs that it awards
    act       NAME ACT                         the unit's act on a case: withdraw, not_abroad
    decide    NAME                             the unit decides on the proposal: one reviews, another approves
    undo      NAME                             a write-off is taken back
    refund    [OUTCOME: NAME ... ...]          planned, approved by somebody else, applied
    ask       NAME | account NAME WORD         the customer asks for a small overpayment; tells an account
    choose    NAME WAY | heard NAME OUTCOME    what becomes of an overpayment; what became of its refund
    stranger  NAME AMOUNT                      money from nobody's customer, which belongs to somebody else
    end-time  NAME                             the unit takes an agreement on payment time back
    state     NAME STEP ...                    the steps of the newest case of a claim (nothing happens)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from cast import REVENUE_COMMERCIAL, REVENUE_PUBLIC, an_order, inside, set_term, unit
from income.legal_tables import Street
from income.money import a_payment, balance, claim_of, invoice_customer
from income.refund_tables import account, name_of
from income.reminder_tables import statement_until
from income.tables import Line, Table, read
from reskontra.bank.models import Payment
from reskontra.claims.models import (
    Block,
    Claim,
    Complaint,
    Deferral,
    InterestCharge,
    Overpayment,
    Refund,
    WriteOff,
    WriteOffProposal,
)
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.income.agency.reports import take_in_agency_report
from reskontra.income.agency.run import AgencyRun
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.income.deferral.actions import ask_for_time, grant_time, propose, withdraw_time
from reskontra.income.deferral.run import DeferralsRun
from reskontra.income.delivery.letters import LettersRun
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.interest.run import InterestRun, PaymentTimeInterestRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.legal import court_acts
from reskontra.income.legal.court_run import CourtRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.enforcement_actions import decide_abroad
from reskontra.income.legal.enforcement_report import take_in_enforcement_report
from reskontra.income.legal.obstacle import ObstaclesRun
from reskontra.income.legal.run import CollectionRun
from reskontra.income.limitation.run import LimitationRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.income.refunds.actions import (
    approve_refunds,
    ask_refund,
    choose,
    hear,
    not_ours,
    tell_account,
)
from reskontra.income.refunds.run import RefundsRun
from reskontra.income.reminders.actions import answer_complaint, block, complain, lift
from reskontra.income.reminders.run import ReminderRun
from reskontra.income.write_off.actions import approve, review, undo
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.insight.invariants import broken
from reskontra.registers.models import Unit, UnitTerm
from reskontra.runs.run import Acting, Room, apply, plan

# The events of each account that a table names, and the sign that makes the usual balance positive.
_ACCOUNTS: Mapping[str, tuple[str, int]] = {
    "refund": ("overpayment_refund", -1),
    "transit": ("refunds_in_transit", -1),
    "income": ("late_interest", -1),
    "other": ("refund_unredeemed", -1),
    "waiting": ("payments_unallocated", -1),
    "fee": ("enforcement_fee", 1),
}
_ROOMS: Mapping[str, Callable[[], Room]] = {
    "set_off": SetOffRun,
    "allocation": AllocationRun,
    "reminders": ReminderRun,
    "deferrals": DeferralsRun,
    "limitation": LimitationRun,
    "collection": CollectionRun,
    "enforcement": EnforcementRun,
    "obstacles": ObstaclesRun,
    "write_offs": WriteOffsRun,
    "agency": AgencyRun,
    "court": CourtRun,
}
# Outcomes of claims that a run leaves as they are: a table tells only what is new.
_PASSED_OVER = frozenset(
    {
        "NOT_YET_DUE", "JUST_DUE", "FIRST_RUNNING", "SECOND_RUNNING", "REMINDED_TWICE", "JUDGED_OR_IN_CASE",
        "REMINDERS_BLOCKED", "LIMITATION_RUNNING", "LEGAL_NOT_REMINDED", "LEGAL_REMINDER_RUNS", "LEGAL_CASE_OPEN",
        "LEGAL_STOPPED_BY_BLOCK", "LEGAL_PAYMENT_TIME", "IN_ENFORCEMENT", "CLAIM_LIVING", "CLAIM_IN_CASE",
        "CLAIM_DEFERRED", "WRITE_OFF_STOPPED", "PASSIVE_RUNS", "PAYMENT_TIME_RUNS", "OBSTACLE_DECIDED",
        "WRITE_OFF_AWAITED", "AGENCY_DIRECTLY_ENFORCEABLE", "AGENCY_CASE_OPEN", "AGENCY_NOT_REMINDED",
        "AGENCY_JUDGED", "AGENCY_TRIED", "AGENCY_STOPPED_BY_BLOCK", "COURT_STOPPED_BY_BLOCK",
        "COURT_CASE_OPEN", "COURT_NOT_REMINDED", "COURT_JUDGED_ALREADY",
        "COURT_AGENCY_FIRST",
    }
)  # fmt: skip


@dataclass
class Years:
    """A table told into the harbour's unit."""

    table: Table
    where: Unit
    claims: dict[str, Claim] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    deferrals: dict[int, str] = field(default_factory=dict)
    expected: dict[str, Decimal] = field(
        default_factory=lambda: dict.fromkeys([*_ACCOUNTS, "revenue"], Decimal(0))
    )
    day: date = date.min
    clock: int = 0

    def tell(self) -> "Years":
        """Every step in its order, and after each the balances, the ledger and the invariants."""
        for line in self.table.lines:
            words = list(line.words)
            changed: list[str] = []
            if "=>" in words:
                place = words.index("=>")
                words, changed = words[:place], words[place + 1 :]
            act = getattr(self, f"_{line.keyword.replace('-', '_')}", None)
            if act is None:
                continue
            act(*words)
            for name, amount in zip(changed[::2], changed[1::2], strict=True):
                assert name in self.expected, f"{self.day}: {name}"
                self.expected[name] = Decimal(amount)
            if line.keyword != "day":
                self._check(line)
        return self

    def acting(self, who: str = "cecilia") -> Any:
        """A session of somebody, a minute after the one before."""
        self.clock += 1
        at = datetime.combine(self.day, time(6), UTC) + timedelta(minutes=self.clock)
        return inside(self.where, who, at)

    def _check(self, line: Line) -> None:
        step = (self.day.isoformat(), line.keyword, *line.words)
        with inside(self.where):
            found = {
                name: sign * balance(self.where, event, self.day) for name, (event, sign) in _ACCOUNTS.items()
            }
            found["revenue"] = -_posted([REVENUE_PUBLIC, REVENUE_COMMERCIAL], self.where)
            opened = _open(self.where)
            receivable = balance(self.where, "receivable", self.day)
            found |= {name: opened.pop(claim.pk) for name, claim in self.claims.items()}
        changed = {name: amount for name, amount in found.items() if amount != self.expected.get(name)}
        assert not changed, f"{step}: {changed}"
        assert (step, opened) == (step, {}), "a claim that the table does not name"
        told = sum((self.expected[name] for name in self.claims), Decimal(0))
        assert (step, receivable) == (step, told)
        assert (step, broken([self.where.pk])) == (step, [])

    # --- the calendar and the terms ---------------------------------------------------------------------------------

    def _day(self, day: str) -> None:
        assert date.fromisoformat(day) > self.day, "days follow each other"
        self.day, self.clock = date.fromisoformat(day), 0

    def _rate(self, first: str, percent: str) -> None:
        since = date.fromisoformat(first)
        after = date(since.year, 7, 1) if since.month == 1 else date(since.year + 1, 1, 1)
        with inside(self.where):
            UnitTerm.objects.create(
                unit=self.where, key="reference_rate", value=percent, source="notice",
                validity=DateRange(since, after),
            )  # fmt: skip

    def _term(self, key: str, value: str) -> None:
        set_term(self.where, key, value)

    # --- invoices and letters -----------------------------------------------------------------------------------------

    def _invoice(self, name: str, who: str, amount: str, law: str = "public") -> None:
        with self.acting():
            item = "SEEDS" if law == "private" else "PERMIT"
            number = an_order(
                self.where, who, {"item": item, "quantity": "1", "unit_price": amount},
                service_date=self.day, source="own_system",
            ).number  # fmt: skip
        self._billed(name, number, Decimal(amount))

    def _credit(self, name: str, of: str, amount: str) -> None:
        with self.acting():
            invoice = self.claims[of].invoice
            assert invoice is not None
            number = an_order(
                self.where, invoice_customer(invoice), {"item": "PERMIT", "quantity": "-1", "unit_price": amount},
                service_date=self.day, credit=True, order_type="Z002", source="own_system",
                reference_invoice=f"{self.where.code}{invoice.number:09d}",
            ).number  # fmt: skip
        self._billed(name, number, -Decimal(amount))

    def _billed(self, name: str, order: int, amount: Decimal) -> None:
        self._apply(OrdersRun())
        self._apply(InvoicingRun())
        with inside(self.where):
            self.claims[name] = claim_of(self.where, order)
        self.expected[name] = amount
        self.expected["revenue"] += amount

    def _deliver(self) -> None:
        result = self._apply(DeliveryRun())
        assert (self.day, result.facts["rejected"]) == (self.day, [])
        assert result.facts["documents"] > 0

    def _letters(self) -> None:
        result = self._apply(LettersRun())
        assert {one.standing for one in result.counts} == {"READY"}, "every letter finds its way"

    # --- money ----------------------------------------------------------------------------------------------------

    def _statement(self) -> None:
        with self.acting():
            statement_until(self.where, self.day)

    def _pay(self, name: str, amount: str, *words: str) -> None:
        told: dict[str, str] = {}
        if words and words[0] == "from":
            told = {"payer": name_of(words[1]), "payer_account": account(words[2])}
        self.payments[name] = a_payment(
            self.where, amount, day=self.day, reference=self.claims[name].reference, **told
        )
        self._apply(AllocationRun())

    def _allocate(self) -> None:
        self._apply(AllocationRun())

    def _refund(self, *expected: str) -> None:
        with self.acting() as acting:
            planned = plan(RefundsRun(), acting, self.day)
        with self.acting("petra") as acting:
            approve_refunds(acting, planned.run, planned.run.digest)
        with self.acting() as acting, connection.cursor() as cursor:
            apply(RefundsRun(), acting, self.day, planned.run)
            cursor.execute(
                "SELECT claim_id, payment_id, outcome FROM decided WHERE outcome <> 'SMALL_NOT_ASKED'"
            )
            found = {claim or -payment: outcome for claim, payment, outcome in cursor.fetchall()}
        self._compare(found, expected)

    def _ask(self, name: str) -> None:
        with self.acting() as acting:
            ask_refund(acting, self._overpayment(name))

    def _account(self, name: str, word: str) -> None:
        with self.acting() as acting:
            holder = self.claims[name].payer.name
            tell_account(acting, self._overpayment(name), account(word), holder, "answer", "said so")

    def _choose(self, name: str, way: str) -> None:
        with self.acting() as acting:
            choose(acting, self._overpayment(name), way, "is invoiced again")

    def _heard(self, name: str, outcome: str) -> None:
        with self.acting() as acting:
            refund = Refund.objects.get(unit=self.where, overpayment=self._overpayment(name), undoes=None)
            hear(acting, refund, outcome)

    def _stranger(self, name: str, amount: str) -> None:
        self.payments[name] = a_payment(self.where, amount, day=self.day, payer="Nimetön Maksaja")
        self._apply(AllocationRun())
        with self.acting() as acting:
            not_ours(acting, self.payments[name], "the payer mistook the account")

    def _overpayment(self, name: str) -> Overpayment:
        return Overpayment.objects.get(unit=self.where, payment=self.payments[name], undoes=None)

    # --- runs -----------------------------------------------------------------------------------------------------

    def _run(self, room: str, *expected: str) -> None:
        if room == "deferrals":
            with self.acting() as acting, connection.cursor() as cursor:
                apply(DeferralsRun(), acting, self.day)
                cursor.execute("SELECT id, outcome FROM decided WHERE outcome <> 'AS_AGREED'")
                found = {self.claims[self.deferrals[one]].pk: outcome for one, outcome in cursor.fetchall()}
        else:
            found = self._decided(_ROOMS[room]())
        self._compare(found, expected)

    def _compare(self, found: Mapping[int, str], expected: tuple[str, ...]) -> None:
        names = {claim.pk: name for name, claim in self.claims.items()}
        names |= {-payment.pk: name for name, payment in self.payments.items()}
        told = {names[one]: outcome for one, outcome in found.items() if outcome not in _PASSED_OVER}
        wanted: dict[str, str] = {}
        outcome = ""
        for word in expected:
            if word.endswith(":"):
                outcome = word.removesuffix(":")
            else:
                wanted[word] = outcome
        assert told == wanted, f"{self.day}: {told}"

    def _decided(self, room: Room) -> dict[int, str]:
        with self.acting() as acting, connection.cursor() as cursor:
            apply(room, acting, self.day)
            cursor.execute("SELECT id, outcome FROM decided")
            return dict(cursor.fetchall())

    def _apply(self, room: Room) -> Any:
        with self.acting() as acting:
            return apply(room, acting, self.day)

    def _interest(self, *made: str) -> None:
        self._charged(InterestRun(), made)

    def _time_interest(self, *made: str) -> None:
        self._charged(PaymentTimeInterestRun(), made)

    def _charged(self, room: InterestRun, made: tuple[str, ...]) -> None:
        result = self._apply(room)
        with inside(self.where):
            for name, of in zip(made[::2], made[1::2], strict=True):
                charge = InterestCharge.objects.get(
                    unit=self.where, claim=self.claims[of], invoice__run=result.run
                )
                self.claims[name] = Claim.objects.get(unit=self.where, interest_invoice=charge.invoice_id)
                self.expected[name] = Decimal(0)

    # --- what people do ---------------------------------------------------------------------------------------------

    def _block(self, name: str, code: str) -> None:
        with self.acting() as acting:
            block(acting, self.claims[name], code, "test", self.day + timedelta(days=365))

    def _lift(self, name: str, code: str) -> None:
        with self.acting() as acting:
            held = Block.objects.get(unit=self.where, claim=self.claims[name], code=code)
            lift(acting, held, self.day, "test")

    def _complain(self, name: str) -> None:
        with self.acting() as acting:
            complain(acting, self.claims[name], self.day, "not mine")

    def _answer(self, name: str, outcome: str, next_step: str) -> None:
        with self.acting("kirsi") as acting:
            complaint = Complaint.objects.get(unit=self.where, claim=self.claims[name])
            answered = answer_complaint(acting, complaint, outcome, "this is why")
        assert answered.lifted is not None
        assert [one.outcome for one in answered.lifted.steps] == [next_step]

    def _time(self, name: str, first: str, many: str) -> None:
        due, claim = date.fromisoformat(first), self.claims[name]
        with self.acting() as acting:
            request = ask_for_time(acting, claim.payer, due + timedelta(days=1), "please")
            laid_out = propose(acting, [claim], due, count=int(many))
            result = grant_time(acting, request, [claim], laid_out)
            self.deferrals[int(result.facts["deferral"])] = name

    def _end_time(self, name: str) -> None:
        [number] = [one for one, of in self.deferrals.items() if of == name]
        with self.acting("kirsi") as acting:
            withdraw_time(acting, Deferral.objects.get(unit=self.where, pk=number), "pays at once")

    def _relies(self, name: str, agreement: str) -> None:
        with self.acting() as acting:
            court_acts.name_agreement(acting, self.claims[name], agreement, self.day)

    def _judge(self, name: str, legal_cost: str, court_fee: str) -> None:
        awarded = court_acts.Awarded(Decimal(legal_cost), Decimal(court_fee))
        with self.acting() as acting:
            court_acts.record_judgment(acting, self._street().case(name), self.day, "L 1", awarded)

    def _act(self, name: str, act: str) -> None:
        case = self._street().case(name)
        with self.acting("kirsi") as acting:
            if act == "not_abroad":
                decide_abroad(acting, case, False, "not worth its risk")
            else:
                court_acts.withdraw(acting, case, "paid", self.day)

    def _agency(self, name: str, kind: str, *told: str) -> None:
        claim, case = self.claims[name], self._street().case(name).number
        amount, fee = (*told, "", "")[:2]
        net = f"{Decimal(amount) - Decimal(fee):.2f}" if fee else ""
        reference = claim.reference if fee else ""
        reason = "not found" if kind == "returned" else ""
        rows = [f"{name}{kind};{case};{kind};{self.day};{reference};{amount};{fee};{net};{reason}"]
        heading = "id;case;kind;day;reference;amount;fee;net;reason"
        data = "\n".join([heading, *rows, f"total;1;;;;{Decimal(amount or 0):.2f};;;", ""]).encode()
        with self.acting() as acting:
            received = receive(acting, data, f"{name}{kind}.csv", "import")
            [document] = read_documents(data, "report.csv")
            taken = take_in_agency_report(acting, received, document, self.day)  # type: ignore[arg-type]
        assert [(outcome, findings) for _, outcome, findings in taken.outcomes] == [("accepted", ())]

    def _report(self, name: str, kind: str, *told: str) -> None:
        claim, case = self.claims[name], self._street().case(name).number
        body = f"<Certificate>{told[0]}</Certificate>" if kind == "Obstacle" else ""
        if kind == "Registered":
            body = f"<AuthorityNumber>U {case}/{self.day.year}</AuthorityNumber>"
        if kind == "Collected":
            gross, fee = Decimal(told[0]), Decimal(told[1])
            body = f'<Share reference="{claim.reference}" gross="{gross}" fee="{fee}" net="{gross - fee}"/>'
        data = (
            f'<EnforcementReport xmlns="urn:reskontra:enforcement:1" id="R{name}{kind}" unit="{self.where.code}"'
            f' day="{self.day}"><{kind} case="{case}" id="{name}{kind}" day="{self.day}">{body}</{kind}>'
            "</EnforcementReport>"
        ).encode()
        with self.acting() as acting:
            received = receive(acting, data, f"{name}{kind}.xml", "import")
            [document] = read_documents(data, "report.xml")
            taken = take_in_enforcement_report(acting, received, document, self.day)  # type: ignore[arg-type]
        assert [(outcome, findings) for _, outcome, findings in taken.outcomes] == [("taken", ())]

    def _state(self, name: str, *steps: str) -> None:
        assert self._street().steps(name) == list(steps)

    def _street(self) -> Street:
        return Street(self.table, self.where, self.claims)

    def _decide(self, name: str) -> None:
        acts: list[tuple[str, Callable[[Acting, WriteOffProposal, str], Any]]] = [
            ("maria", review),
            ("gunnar", approve),
        ]
        for who, act in acts:
            with self.acting(who) as acting:
                found = WriteOffProposal.objects.filter(unit=self.where, claim=self.claims[name])
                proposal = found.order_by("-id")[0]
                act(acting, proposal, proposal.digest)

    def _undo(self, name: str) -> None:
        with self.acting() as acting:
            written = WriteOff.objects.get(unit=self.where, claim=self.claims[name], undoes=None)
            undo(acting, written, "the debtor has got means")


def _open(where: Unit) -> dict[int, Decimal]:
    """What is open of every claim of the unit, from the facts. Called inside ``working_in``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.amount - coalesce((SELECT sum(s.amount) FROM claims_claim_settlement s"
            " WHERE s.unit_id = c.unit_id AND s.claim_id = c.id), 0) FROM claims_claim c WHERE c.unit_id = %s",
            [where.pk],
        )
        return dict(cursor.fetchall())


def _posted(accounts: list[str], where: Unit) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE unit_id = %s AND account = ANY (%s)",
            [where.pk, accounts],
        )
        row = cursor.fetchone()
    assert row is not None
    return Decimal(row[0])


def told(text: str) -> Years:
    """The table in the harbour's unit."""
    return Years(read(text), unit()).tell()
