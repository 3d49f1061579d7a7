"""What the months after the working day bring to a unit: facts of reminders, interest, refunds, cases and write-offs.

They are stored one by one, as the runs of those rooms store them, with their runs, vouchers and approvals. The claims
are taken in the order of their ids, after the two that the day's payments were for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from database.working_day import DAY, acting, holder
from reskontra.bank.models import Payment
from reskontra.claims.models import (
    Allocation,
    Block,
    BlockLift,
    Case,
    CaseClaim,
    CaseEvent,
    Claim,
    Cost,
    FeeDeducted,
    InterestCharge,
    InterestInvoice,
    InterestLine,
    Letter,
    Overpayment,
    OverpaymentDecision,
    Refund,
    RefundApproval,
    Reminder,
    SidePayment,
    WriteOff,
    WriteOffApproval,
    WriteOffProposal,
)
from reskontra.database.session import working_in
from reskontra.documents.statement import Entry, PaymentList
from reskontra.exchange.inbox import receive
from reskontra.income.bank_material.intake import take_in_bank_material
from reskontra.ledger.models import Entry as Posted
from reskontra.ledger.models import Voucher
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit, UnitAccount
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run

COST = Decimal("5.00")
INTEREST = Decimal("1.22")
_digests: Iterator[int] = count(1)


def _digest() -> str:
    return sha256(f"later {next(_digests)}".encode()).hexdigest()


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Europe/Helsinki"))


@dataclass
class Months:
    """One unit in the months after the working day. All of it is called inside ``working_in``."""

    unit: Unit

    def bring(self) -> None:
        """Everything that these months bring."""
        over, part, late, lost = Claim.objects.filter(unit=self.unit, amount__gt=20).order_by("id")[:4]
        second = self.remind_twice(late)
        self.pay_with_costs(late, second + timedelta(days=3))
        self.charge_interest(over, second)
        self.refund(second)
        self.keep_a_fee(part, second)
        self.write_off(lost, second)

    def run(self, name: str, day: date) -> Run:
        """A run that was applied on the day."""
        return Run.objects.create(
            unit=self.unit, name=name, on_date=day, state="applied", person=holder(self.unit, "PK"),
            planned_at=_at(day), applied_at=_at(day), digest=_digest(),
        )  # fmt: skip

    def voucher(self, run: Run, kind: str, *lines: tuple[str, Decimal]) -> Voucher:
        """A voucher of the run: the account of each event, and its amount (debit positive)."""
        day = run.on_date
        voucher = Voucher.objects.create(
            unit=self.unit, run=run, kind=kind, year=day.year, posting_date=day,
            number=take_numbers(self.unit, f"voucher {kind}", 1, day.year),
        )  # fmt: skip
        Posted.objects.bulk_create(
            Posted(
                unit=self.unit,
                voucher=voucher,
                position=place,
                account=posting_account(event, day),
                amount=amount,
            )
            for place, (event, amount) in enumerate(lines, start=1)
        )
        return voucher

    def letter(self, run: Run, claim: Claim, kind: str) -> Letter:
        """A letter to the claim's payer."""
        return Letter.objects.create(
            unit=self.unit, run=run, customer_id=claim.payer_id, kind=kind, language="sv", day=run.on_date,
            number=take_numbers(self.unit, "letter", 1), document={}, digest=_digest(),
        )  # fmt: skip

    def remind_twice(self, claim: Claim) -> date:
        """A block is lifted, and two reminders go out, the second with a cost; the day of the second."""
        first = claim.due_date + timedelta(days=15)
        block = Block.objects.create(
            unit=self.unit, run=self.run("block", DAY), claim=claim, code="C", from_date=DAY, reason="a complaint",
            review_date=first, party="unit", given_at=_at(DAY),
        )  # fmt: skip
        lifted = self.run("lift", first - timedelta(days=2))
        BlockLift.objects.create(
            unit=self.unit, run=lifted, block=block, day=lifted.on_date, reason="it was answered",
            given_at=_at(lifted.on_date),
        )  # fmt: skip
        self._remind(claim, 1, first)
        second = first + timedelta(days=21)
        run, reminder = self._remind(claim, 2, second)
        Cost.objects.create(
            unit=self.unit, run=run, claim=claim, kind="reminder", day=second, amount=COST, clause="OC 6.1.3-a",
            reminder=reminder,
        )  # fmt: skip
        return second

    def _remind(self, claim: Claim, ordinal: int, day: date) -> tuple[Run, Reminder]:
        run = self.run("reminders", day)
        reminder = Reminder.objects.create(
            unit=self.unit, run=run, claim=claim, letter=self.letter(run, claim, "reminder"), ordinal=ordinal,
            sent_date=day, due_date=day + timedelta(days=14), open=claim.amount, clause="OC 6.1.2-c",
        )  # fmt: skip
        return run, reminder

    def pay_with_costs(self, claim: Claim, day: date) -> None:
        """The claim is paid together with its interest and its cost."""
        who = acting(self.unit)
        account = UnitAccount.objects.get(unit=self.unit, purpose="income").iban
        told = Entry(claim.amount + INTEREST + COST, day, archive_id="LATER", position=1)
        listed = PaymentList("camt.054.001.08", account, "EUR", (told,), message_id="M2", statement_id="N2")
        received = receive(who, f"{self.unit.code} later".encode(), "later.xml", "import")
        take_in_bank_material(who, received, [listed], day)
        payment = Payment.objects.get(unit=self.unit, archive_id="LATER")
        run = self.run("allocation", day)
        voucher = self.voucher(
            run, "AL", ("payments_unallocated", payment.amount), ("receivable", -claim.amount),
            ("late_interest", -INTEREST), ("collection_cost", -COST),
        )  # fmt: skip
        common: dict[str, Any] = {
            "unit": self.unit,
            "run": run,
            "voucher": voucher,
            "claim": claim,
            "payment": payment,
        }
        Allocation.objects.create(**common, amount=claim.amount, clause="OC 4.1-b")
        SidePayment.objects.create(**common, kind="interest", amount=INTEREST, clause="OC 6.1.3-b")
        SidePayment.objects.create(**common, kind="cost", amount=COST, clause="OC 6.1.3-b")

    def charge_interest(self, claim: Claim, day: date) -> None:
        """An interest invoice on a claim that was paid late, and the claim that it makes."""
        run, total = self.run("interest", day), Decimal("6.40")
        number = take_numbers(self.unit, "interest", 1)
        due = day + timedelta(days=21)
        invoice = InterestInvoice.objects.create(
            unit=self.unit, run=run, number=number, kind="late", customer_id=claim.payer_id, language="sv",
            issue_date=day, due_date=due, reference=f"9000{number}", total=total,
            voucher=self.voucher(run, "KR", ("receivable", total), ("late_interest", -total)),
            letter=self.letter(run, claim, "interest_invoice"),
        )  # fmt: skip
        charge = InterestCharge.objects.create(
            unit=self.unit, invoice=invoice, claim=claim, until_date=day, amount=total
        )
        first = claim.due_date + timedelta(days=1)
        InterestLine.objects.create(
            unit=self.unit, charge=charge, position=1, from_date=first, to_date=day, days=(day - first).days + 1,
            principal=claim.amount, percent=Decimal("9.500"), amount=total,
        )  # fmt: skip
        Claim.objects.create(
            unit=self.unit, run=run, kind="interest", interest_invoice=invoice, payer_id=claim.payer_id,
            reference=invoice.reference, public_law=claim.public_law, amount=total, due_date=due,
        )  # fmt: skip

    def refund(self, day: date) -> None:
        """Most of the overpayment goes back to the payer, by a run that somebody else approved."""
        over = Overpayment.objects.get(unit=self.unit, treatment="refund")
        run = self.run("refunds", day)
        RefundApproval.objects.create(
            unit=self.unit, run=run, digest=run.digest, act="approve", person=holder(self.unit, "PG"),
            given_at=_at(day),
        )  # fmt: skip
        amount, iban = over.amount - 5, "FI2112345600000785"
        OverpaymentDecision.objects.create(
            unit=self.unit, run=run, overpayment=over, rule="refunds", outcome="REFUND", standing="READY",
            clause="OC 4.2-b", inputs={"way": "account", "account": iban}, amount=amount,
        )  # fmt: skip
        Refund.objects.create(
            unit=self.unit, run=run, overpayment=over, amount=amount, way="account", iban=iban,
            payee="Koe Aino", end_to_end_id=f"R{over.pk}", clause="OC 4.2-b",
            voucher=self.voucher(run, "RF", ("overpayment_refund", amount), ("refunds_in_transit", -amount)),
        )  # fmt: skip

    def keep_a_fee(self, claim: Claim, day: date) -> None:
        """The enforcement authority collected money for the claim and kept two euro of it."""
        run, fee = self.run("enforcement", day), Decimal("2.00")
        case = Case.objects.create(
            unit=self.unit, run=run, number=take_numbers(self.unit, "case", 1), kind="enforcement",
            debtor_id=claim.payer_id, public_law=claim.public_law, opened_date=day, procedure="normal",
        )  # fmt: skip
        CaseClaim.objects.create(
            unit=self.unit, case=case, claim=claim, principal=5, costs=0, interest_from=claim.due_date,
            interest_ground="section_4", provision="706/2007",
        )  # fmt: skip
        event = CaseEvent.objects.create(
            unit=self.unit,
            run=run,
            case=case,
            position=1,
            kind="collected",
            day=day,
            amount=5,
            given_at=_at(day),
        )
        FeeDeducted.objects.create(
            unit=self.unit, run=run, claim=claim, event=event, amount=fee, clause="OC 6.2-a",
            voucher=self.voucher(run, "UP", ("enforcement_fee", fee), ("receivable", -fee)),
        )  # fmt: skip

    def write_off(self, claim: Claim, day: date) -> None:
        """A claim is proposed for write-off, reviewed and approved by two of the unit, and written off."""
        proposal = WriteOffProposal.objects.create(
            unit=self.unit, run=self.run("proposals", day), claim=claim, ground="decided", amount=claim.amount,
            proposed_date=day, clause="OC 5.1-b", digest=_digest(), given_at=_at(day),
        )  # fmt: skip
        for act, role in (("review", "SG"), ("approve", "GK")):
            WriteOffApproval.objects.create(
                unit=self.unit, proposal=proposal, digest=proposal.digest, act=act, person=holder(self.unit, role),
                given_at=_at(day),
            )  # fmt: skip
        run = self.run("write_offs", day)
        WriteOff.objects.create(
            unit=self.unit, run=run, claim=claim, proposal=proposal, ground="decided", amount=claim.amount,
            clause="OC 5.1-b",
            voucher=self.voucher(run, "WO", ("revenue_default", claim.amount), ("receivable", -claim.amount)),
        )  # fmt: skip


def bring_later_months(code: str) -> None:
    """The months after the working day in one unit."""
    unit = Unit.objects.get(code=code)
    with working_in([unit.pk], holder(unit, "PK").pk):
        Months(unit).bring()
